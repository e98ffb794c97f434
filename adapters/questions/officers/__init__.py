"""The officers' questions: an SQL file each, with a table of what it asks, takes and tells (access.md 7; domain.md G)."""
