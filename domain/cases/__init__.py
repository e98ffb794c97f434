"""Officers' cases: what they are about, what is done in them, and what a person may ask of their record."""
