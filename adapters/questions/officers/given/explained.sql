-- Whose looks at whom an involvement explains, before or after.
explained AS MATERIALIZED (SELECT DISTINCT works, child FROM involved)
