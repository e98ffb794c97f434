"""What is true of children, families, leads and access: pure functions on plain values, no I/O."""
