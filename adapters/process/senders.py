"""Senders by the names that stand with what is kept of them: clients that signed in, and publishers of topics."""

from collections.abc import Sequence
from pathlib import Path

from adapters.process.settings import Settings
from adapters.process.watched_file import WatchedFile
from domain.errors import Misuse
from domain.senders import Sender


class Senders:
    """Tells what a sender may publish today. The files are read when one of them is first asked for."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._files: dict[str, WatchedFile[dict[str, Sender]]] = {}

    def named(self, name: str) -> Sender:
        """The sender of a name; one that is not configured any more, or that cannot be looked up just now, may publish nothing."""
        kind = name.partition(":")[0]
        try:
            if kind not in self._files:
                self._files[kind] = self._file(kind)
            return self._files[kind].now()[name]
        except (KeyError, Misuse):
            return Sender(name, frozenset())

    def _file(self, kind: str) -> WatchedFile[dict[str, Sender]]:
        from adapters.process.clients import read_clients  # loads what verifies, which most processes do not need
        from adapters.process.publishers import read_publishers

        def of_clients(file: Path) -> tuple[dict[str, Sender], Sequence[Path]]:
            clients, beside = read_clients(file)
            return {one.sender.name: one.sender for one in clients.values()}, beside

        def of_publishers(file: Path) -> tuple[dict[str, Sender], Sequence[Path]]:
            publishers, beside = read_publishers(file)
            return {one.sender.name: one.sender for one in publishers.by_name.values()}, beside

        clients_file, publishers_file = self._settings.clients_file, self._settings.publishers_file
        if kind == "client" and clients_file is not None:
            return WatchedFile(clients_file, of_clients)
        if kind == "publisher" and publishers_file is not None:
            return WatchedFile(publishers_file, of_publishers)
        raise Misuse("no such senders are configured")
