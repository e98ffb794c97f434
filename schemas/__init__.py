"""The event contract: Avro schemas, the effects table beside them, the registry of both, and the compatibility gate."""
