"""The demonstration: an invented area's agencies publish, the views fill, and a few questions are asked."""
