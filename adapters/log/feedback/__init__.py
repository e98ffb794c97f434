"""Feedback as the log keeps it: written, read and published."""
