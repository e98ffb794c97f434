"""The truth of a simulated area, worked out from its lives alone."""
