"""The world outside: servers, codecs, stores, connectors, API and command line."""
