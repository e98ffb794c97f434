"""Who may see what: shields."""
