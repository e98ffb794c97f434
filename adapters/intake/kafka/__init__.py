"""Kafka: agencies' topics read into the log, and events published to them."""
