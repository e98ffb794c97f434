"""One entry of the access log: who asked what, for whom and why, and what became of it (access.md 3).

An entry's bytes are canonical JSON and one leaf of the tree. They hold no personal data: what was asked by stands in them as a
salted commitment, and what was shown as the root of its parts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from domain.access.viewer import Viewer
from domain.errors import Misuse
from domain.proof.canonical import canonical

VERSION: Final = 3
MOST_BYTES: Final = 16_384


class Outcome(StrEnum):
    """What became of an attempt. The last three are no attempt: they are what the log says of itself."""

    SHOWN = "shown"
    NOTHING = "nothing"
    REFUSED = "refused"
    FAILED = "failed"
    ENDED = "ended"  # the process that wrote the entries before has ended in good order
    MONTH_ENDED = "month_ended"  # which leaves are of a month that is over
    GIVEN_UP = "given_up"  # the entries of a month are gone, since its time of keeping is over


@dataclass(frozen=True, slots=True)
class AsKnown:
    """As of what an answer was given: the day, what was asked for, the position and edition read, and the head then."""

    effective_at: str
    known_at: str | None
    position: str
    edition: int
    head: str


@dataclass(frozen=True, slots=True)
class Entry:
    """An access. `process`, `number` and `previous` chain the entries of one process, and the last one `closes` the chain.

    `root` is of its parts' digests.

    `rules`: those that let see, or by which something was withheld; `proving`: the events that made a child the viewer's own.
    `month`: what is stated of a month of the log (`domain.access.month`); an entry that states nothing has no such field.
    """

    id: UUID
    at: datetime
    process: str
    number: int
    previous: bytes | None
    viewer: Viewer
    question: str
    purpose: str
    as_known: AsKnown | None
    context: bytes
    outcome: Outcome
    rules: tuple[str, ...]
    proving: tuple[str, ...]
    parts: int
    withheld: int
    root: bytes | None
    asked: bytes
    closes: bool = False
    month: Mapping[str, Any] | None = None

    def leaf(self) -> bytes:
        """The bytes of this entry in the log and in the tree."""
        viewer, known = self.viewer, self.as_known
        made = canonical(
            {
                "v": VERSION,
                "id": entry_id(self.id),
                "at": instant(self.at),
                "process": self.process,
                "number": self.number,
                "previous": None if self.previous is None else self.previous.hex(),
                "closes": self.closes,
                "viewer": viewer.name,
                "organisation": viewer.organisation,
                "role": viewer.role.value,
                "session": None if viewer.session is None else viewer.session.hex(),
                "acr": viewer.acr,
                "signed_in_strongly": viewer.signed_in_strongly,
                "channel": viewer.channel.value,
                "client": viewer.client,
                "acting_for": None if viewer.because is None else viewer.because.acting_for,
                "opening": None if viewer.because is None else viewer.because.opening.value,
                "granted": sorted(grant.role.value for grant in viewer.granted),
                "purpose": self.purpose,
                "question": self.question,
                "effective_at": None if known is None else known.effective_at,
                "known_at": None if known is None else known.known_at,
                "position": None if known is None else known.position,
                "edition": None if known is None else known.edition,
                "head": None if known is None else known.head,
                "context": self.context.hex(),
                "outcome": self.outcome.value,
                "rules": list(self.rules),
                "proving": list(self.proving),
                "parts": self.parts,
                "withheld": self.withheld,
                "root": None if self.root is None else self.root.hex(),
                "asked": self.asked.hex(),
                **({} if self.month is None else {"month": dict(self.month)}),
            }
        )
        if len(made) > MOST_BYTES:
            raise Misuse("an entry of the access log is at most 16 KiB")
        return made


def instant(at: datetime) -> str:
    """An instant as entries write it: UTC, microseconds, Z."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def entry_id(entry: UUID) -> str:
    """An entry's id as it is shown."""
    return f"a-{entry.hex}"


def parse_entry(text: str) -> UUID:
    """The id of an entry as it is shown. Raises Misuse."""
    prefix, _, digits = text.strip().partition("-")
    if prefix != "a" or len(digits) != 32 or not set(digits) <= set("0123456789abcdef"):
        raise Misuse("an entry is a- and 32 hexadecimal digits, as a page or an answer shows it")
    return UUID(hex=digits)
