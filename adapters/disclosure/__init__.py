"""Disclosing: an answer leaves when its entry is committed, and not before (access.md 1 and 3)."""
