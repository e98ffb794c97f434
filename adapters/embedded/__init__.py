"""Servers that need no installation: PostgreSQL in the data folder and a Kafka broker in memory."""

from adapters.embedded.lock import Servers, servers

__all__ = ["Servers", "servers"]
