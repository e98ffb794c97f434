"""The versions and settings that figures depend on."""

import platform
from importlib.metadata import version

from adapters.log.connections import connect

_PACKAGES = ("kafka-python", "fastavro", "psycopg", "eventsourcing", "cryptography")
_SETTINGS = ("fsync", "synchronous_commit", "full_page_writes", "shared_buffers", "max_wal_size")


def versions(url: str, kafka: str) -> dict[str, object]:
    """What a run is made with; raises what psycopg raises."""
    with connect(url) as connection:
        rows = connection.execute(
            "SELECT name, current_setting(name) FROM pg_settings WHERE name = ANY(%s)", (list(_SETTINGS),)
        )
        settings: dict[str, str] = dict(rows.fetchall())
        server = connection.info.server_version
    return {
        "kafka": kafka,
        "postgresql": f"{server // 10000}.{server % 10000} embedded",
        "postgresql_settings": {name: settings[name] for name in _SETTINGS},
        "python": platform.python_version(),
        "packages": {name: version(name) for name in _PACKAGES},
    }
