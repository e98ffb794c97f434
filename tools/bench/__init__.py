"""Measuring what the service takes in a second, against a floor and against the library's own way, in one run."""
