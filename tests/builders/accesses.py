"""An access log with entries of several processes, people and children, sealed and signed; and what checks an export of it."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from adapters.disclosure.checkpoints import publish, sign
from adapters.disclosure.disclosing import Access, Discloser
from adapters.disclosure.export import as_line, whole_export
from adapters.disclosure.sealing import seal
from adapters.disclosure.second_place import SecondPlace
from adapters.disclosure.signing_key import SigningKey, first_key
from domain.access.entry import AsKnown, Outcome
from domain.access.parts import NOBODY, Part
from domain.access.viewer import Channel, Role, Viewer
from tests.builders.service import KEYS, Bench
from tools.verify_log.access_log import verify

NAME = "icr.example/access"
CHILDREN = [UUID(int=0xC000 + n) for n in range(20)]
RECORDS = [UUID(int=0xA000 + n) for n in range(60)]
KNOWN = AsKnown("2026-06-01", None, "1:12", 3, "1:12")


def viewer(number: int) -> Viewer:
    return Viewer(f"la-808:W{number}", Role.PRACTITIONER, "la-808", bytes([number]) * 32, Channel.PAGES)


def parts_of(child: int, content: object = "seen") -> list[Part]:
    """The frame, the child as a whole, and two of its records."""
    mine = [Part(CHILDREN[child], RECORDS[child * 3 + n], [{"said": content, "n": n}]) for n in range(2)]
    return [Part(NOBODY, None, {"$part": 1}), Part(CHILDREN[child], None, {"name": f"Child {child}"}), *mine]


@dataclass
class AccessLog:
    """A log at a bench: its entries come from two processes."""

    bench: Bench
    folder: Path
    processes: list[Discloser] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.processes = [Discloser(KEYS, self.bench.clock) for _ in range(2)]
        self.key: SigningKey = first_key(self.bench.connection, self.folder / "signing-key", NAME)
        self.place = SecondPlace(self.folder / "second")
        self._chance = random.Random(1)

    def access(self, times: int = 1, *, outcome: Outcome = Outcome.SHOWN, process: int | None = None) -> list[UUID]:
        """Some accesses, one after another, a millisecond apart, of either process or of one."""
        made = []
        for _ in range(times):
            self.bench.clock.advance(timedelta(milliseconds=1))
            child = self._chance.randrange(len(CHILDREN))
            shown = outcome is Outcome.SHOWN
            access = Access(
                viewer(self._chance.randrange(1, 6)), "ShowChild", {"identifier": f"nhs:{child}"}, KNOWN, outcome, ("lead",),
                (), parts_of(child, self._chance.randrange(3)) if shown else (), (), () if shown else (CHILDREN[child],), shown,
            )  # fmt: skip
            one = self._chance.randrange(2) if process is None else process
            made.append(self.processes[one].disclose(self.bench.connection, access))
        return made

    def seal(self) -> int:
        """Seal all that waits."""
        done = 0
        while taken := seal(self.bench.connection):
            done += taken
        return done

    def checkpoint(self) -> str:
        """Seal, sign and publish; the latest checkpoint of the second place."""
        self.seal()
        sign(self.bench.connection, self.key, self.place, self.bench.clock.now())
        publish(self.bench.connection, self.key, self.place, self.bench.clock.now())
        latest = self.place.latest()
        assert latest is not None
        return latest

    def export(self) -> bytes:
        """An export, as a file has it."""
        return b"".join(map(as_line, whole_export(self.bench.connection, KEYS)))

    def check(self, kept: str, *, export: bytes | None = None) -> dict[str, list[str]]:
        """What is named, and where."""
        found: dict[str, list[str]] = self.report(kept, export=export).found
        return found

    def report(self, kept: str, *, export: bytes | None = None) -> Any:
        """What the check says; `export`: of these bytes."""
        file = self.folder / "checked"
        file.write_bytes(self.export() if export is None else export)
        return verify(file, str(self.key.verifier), kept)

    def one(self, statement: str, *values: Any) -> Any:
        """The first value of a statement's first row."""
        row = self.bench.connection.execute(statement, values).fetchone()
        return None if row is None else row[0]

    def all(self, statement: str, *values: Any) -> Sequence[Any]:
        return self.bench.connection.execute(statement, values).fetchall()
