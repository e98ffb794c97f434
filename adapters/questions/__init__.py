"""Reads: `door` is the one way in, `table` says how each question is asked, the others gather what answers are made from."""
