"""Proof that a log is whole and unchanged: hash trees, tiles, signed checkpoints, as RFC 6962 and C2SP have them.

Pure: what signs, stores and publishes stands in adapters.
"""
