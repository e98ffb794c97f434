"""Indicators of a child out of touch with a service: prompts to check, never scores (domain.md F, design D4, D7)."""
