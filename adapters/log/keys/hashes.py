"""The keyed hashes of the service, one hasher for each kind of value, and what exactly is hashed."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from adapters.log.keys.data_keys import MasterKeys
from domain.names import fold_name
from domain.places import place_of


class Hashes:
    """Finds and compares without showing: each method gives 16 bytes that only this deployment's key can make.

    `fold` makes of a name what is compared.
    """

    def __init__(self, keys: MasterKeys, fold: Callable[[str], str] = fold_name) -> None:
        self._fold = fold
        self._identifier = keys.hasher("identifier")
        self._event = keys.hasher("event")
        self._digest = keys.hasher("digest")
        self._source_record = keys.hasher("source-record")
        self._reference = keys.hasher("reference")
        self._birth = keys.hasher("birth")
        self._named = keys.hasher("named")
        self._called = keys.hasher("called")
        self._place = keys.hasher("place")
        self._property = keys.hasher("property")
        self._family = keys.hasher("family")
        self._shown = keys.hasher("shown")
        self._concerned = keys.hasher("concerned")

    def identifier(self, scheme: str, value: str) -> bytes:
        """Of an identifier in its normal form."""
        return self._identifier(f"{scheme}\0{value}".encode())

    def event(self, organisation: str, event_id: str) -> bytes:
        """Of (source organisation, event id): the key of the inbox."""
        return self._event(f"{organisation}\0{event_id}".encode())

    def digest(self, stored: bytes) -> bytes:
        """Of an event's or message's bytes."""
        return self._digest(stored)

    def source_record(self, organisation: str, record: str) -> bytes:
        """Of (source organisation, source record)."""
        return self._source_record(f"{organisation}\0{record}".encode())

    def reference(self, organisation: str, reference: str) -> bytes:
        """Of an agency's own reference."""
        return self._reference(f"{organisation}\0{reference}".encode())

    def birth(self, day: int) -> bytes:
        """Of a date of birth."""
        return self._birth(str(day).encode())

    def named(self, family: str, birth: int) -> bytes:
        """Of a family name with a date of birth, as search asks for it."""
        return self._named(f"{self._fold(family)}\0{birth}".encode())

    def called(self, names: Sequence[Mapping[str, Any]]) -> bytes:
        """Of a child's names as one event states them."""
        return self._called(repr([(list(n["given"]), n["family"], n["use"]) for n in names]).encode())

    def place(self, address: Mapping[str, Any]) -> bytes | None:
        """Of what tells an address from others; None where there is none."""
        where = place_of(address)
        return None if where is None else self._place(repr(where).encode())

    def property(self, uprn: str) -> bytes:
        """Of a UPRN."""
        return self._property(uprn.strip().lstrip("0").encode())

    def family(self, organisation: str, family: str) -> bytes:
        """Of an agency's family id."""
        return self._family(f"{organisation}\0{family}".encode())

    def shown(self, generation: int, position: int) -> bytes:
        """Of an event's place in a generation of the log: what names it where it is shown."""
        return self._shown(f"{generation}:{position}".encode())

    def concerned(self, worker: str) -> bytes:
        """Of the member of staff, as ORGANISATION:STAFF, whom a case is about."""
        return self._concerned(worker.encode())


def event_text(hashes: Hashes, generation: int, position: int) -> str:
    """What the event at a place in the log is called where it is shown."""
    return f"e-{hashes.shown(generation, position)[:8].hex()}"
