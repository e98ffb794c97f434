"""Developers' and operators' tools: simulator, measurements, demo, documents, verification of the log."""
