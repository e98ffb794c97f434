"""Keys: the file, the data keys, the keyed hashes, and whether they are those of the log."""
