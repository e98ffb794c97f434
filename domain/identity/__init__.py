"""Which records are one child, and identities that are sealed."""
