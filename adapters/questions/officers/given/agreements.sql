-- Sharing agreements by party, as they stand now; a party may be a pattern.
agreements AS MATERIALIZED (
    SELECT party, starts, ends FROM unnest(%(parties)s::text[], %(starts)s::int[], %(ends)s::int[]) AS g (party, starts, ends)
)
