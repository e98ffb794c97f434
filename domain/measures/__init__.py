"""Measures of the system: what each child adds, and figures of areas."""
