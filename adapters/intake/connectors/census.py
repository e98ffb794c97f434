"""What the censuses have in common: files plain or packed, days, and events whose ids are made of what they say."""

import gzip
import hashlib
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from io import BufferedIOBase
from pathlib import Path
from typing import Any, Final

import orjson

from adapters.codec.times import LAST_YEAR, stated_day, timestamp
from adapters.intake.connectors import BrokenFile
from domain.errors import Misuse
from domain.identifiers import UPN, check_identifier

BACKFILL: Final = "backfill"
SNAPSHOT: Final = "snapshot"
_GZIP: Final = b"\x1f\x8b"
_ORGANISATION: Final = re.compile(r"la-\d{3}", re.ASCII)

# Left out of an event's id: what differs where the same is told again.
_NOT_CONTENT: Final = frozenset({"event_id", "recorded_at", "mode"})


_NOTE: Final = "# icr "


def note_of(*words: str) -> bytes:
    """A line above a kept row: the command that can read the row once it is mended; it also tells equal rows apart."""
    return f"{_NOTE}{' '.join(words)}\n".encode()


def is_note(cells: Sequence[str]) -> bool:
    """Whether a row of a table is such a line, which says nothing of its own."""
    return bool(cells) and cells[0].startswith(_NOTE)


@contextmanager
def opened_file(path: Path) -> Iterator[BufferedIOBase]:
    """A file's bytes, unpacked if it is gzip. Raises OSError where it cannot be opened, BrokenFile where gzip breaks off."""
    with path.open("rb") as plain:
        if plain.peek(2)[:2] != _GZIP:
            if not plain.peek(1):
                raise BrokenFile("the file is empty")
            yield plain
            return
        try:
            with gzip.open(plain) as unpacked:
                yield unpacked
        except (gzip.BadGzipFile, EOFError, zlib.error):
            raise BrokenFile("the file is packed (gzip), and breaks off or is damaged") from None


@lru_cache(maxsize=16_384)  # some years of days, each told of many children
def read_day(text: str, last_year: int = LAST_YEAR) -> date | None:
    """The day that a text states (`adapters.codec.times.stated_day`), None where it states none."""
    return stated_day(text, last_year)


def authority(organisation: str | None) -> str | None:
    """The organisation a command names; raises Misuse where it is no local authority's code."""
    if organisation is not None and not _ORGANISATION.fullmatch(organisation):
        raise Misuse("--organisation is la- and the three digits of the local authority, as la-808")
    return organisation


def subject_block(
    identifiers: Iterable[tuple[str, str | None]],
    *,
    names: Sequence[Mapping[str, Any]] = (),
    born: date | None = None,
    expected: date | None = None,
    sex: str | None = None,
) -> dict[str, Any]:
    """The subject of an event: identifiers (scheme, value) once each, and a person where anything is known of one."""
    person = {
        "names": list(names),
        "date_of_birth": None if born is None else born.isoformat(),
        "expected_date": None if expected is None else expected.isoformat(),
        "sex": sex,
        "postcode": None,
        "uprn": None,
    }
    return {
        "identifiers": [{"scheme": scheme, "value": value} for scheme, value in dict.fromkeys(identifiers) if value],
        "person": person if any(person.values()) else None,
        "nhs_number_status": None,
    }


@dataclass(frozen=True, slots=True)
class Source:
    """Whose census it is, and when it was written down."""

    organisation: str
    system: str
    written: datetime

    def event(
        self, event_type: str, subject: Mapping[str, Any], day: date, own: Mapping[str, Any], *,
        until: date | None = None, reference: str | None = None, source_record_id: str | None = None,
        target: Mapping[str, Any] | None = None, may_change: bool = False, mode: str = BACKFILL,
    ) -> dict[str, Any]:  # fmt: skip
        """One event in the JSON form of the contract, with the type's own fields.

        Its id is made of all that it says but when it was written down: the same fact in another census has the same
        id, whatever differs has another. A census cannot have been written before the day it tells of; where its date
        says so, that day stands instead. Not so of what `may_change`: there the file that was written later holds,
        whatever days it tells of, for the day itself may be the mistake.
        """
        first = datetime(day.year, day.month, day.day, tzinfo=UTC)
        event: dict[str, Any] = {
            "event_type": event_type,
            "event_id": "",
            "source": {
                "organisation": self.organisation,
                "system": self.system,
                "source_record_id": source_record_id,
                "source_version": None,
            },
            "mode": mode,
            "recorded_at": timestamp(self.written if may_change else max(self.written, first)),
            "subject": subject,
            "others": [],
            "effective": {"from": day.isoformat(), "to": None if until is None else until.isoformat()},
            "reference": reference,
            "target": target,
            "basis": "public_task",
            **own,
        }
        return self._named(event)

    def replaced(self, subject: Mapping[str, Any], former: str, day: date) -> dict[str, Any]:
        """UpnReplaced: the subject's UPN stands in the place of a former one, as is known on a day.

        Files do not say since when. So the day is no part of its id, and what the next file tells again is known.
        """
        return self._without_day(self.event("UpnReplaced", subject, day, {"former": former, "reason": None}))

    def migrated(self, subject: Mapping[str, Any], former: tuple[str, str], day: date) -> dict[str, Any]:
        """SourceIdMigrated: the same of the authority's own number, which stands in the place of a former one.

        It joins by the authority's word alone, and says nothing of the person.
        """
        scheme, value = former
        own = {"former": {"scheme": scheme, "value": value}, "reason": None}
        return self._without_day(self.event("SourceIdMigrated", {**subject, "person": None}, day, own))

    def _without_day(self, event: dict[str, Any]) -> dict[str, Any]:
        said = {name: event[name] for name in ("event_type", "source", "subject", "former")}
        return {**event, "event_id": self._id_of(said)}

    def report(
        self, feed: str, first: date, last: date, count: int, *, scope: str | None = None, mode: str = BACKFILL
    ) -> dict[str, Any]:
        """FeedReported: what the file covers of a feed, from its first to its last day, and how many it tells of."""
        return self._named(
            {
                "event_type": "FeedReported",
                "event_id": "",
                "source": {
                    "organisation": self.organisation,
                    "system": self.system,
                    "source_record_id": None,
                    "source_version": None,
                },
                "mode": mode,
                "recorded_at": timestamp(self.written),
                "feed": feed,
                "covers": {"from": first.isoformat(), "to": (last + timedelta(days=1)).isoformat()},
                "complete_through": last.isoformat(),
                "count": count,
                "scope": scope,
            }
        )

    def _named(self, event: dict[str, Any]) -> dict[str, Any]:
        event["event_id"] = self._id_of({name: value for name, value in event.items() if name not in _NOT_CONTENT})
        return event

    def _id_of(self, said: Mapping[str, Any]) -> str:
        digest = hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()
        return f"{self.system}:{digest[:32]}"


def upns_of(current: str | None, former: Iterable[str | None]) -> tuple[list[tuple[str, str]], list[str]]:
    """The UPNs by which a file's child is known, and those that the current one has replaced.

    A former number is no second number in use. Where the current one fails its check, or there is none, the former is all
    that the child is known by.
    """
    before = [number for number in former if number and number != current]
    valid = current is not None and check_identifier(UPN, current).valid
    if not valid:
        return [(UPN, number) for number in (current, *before) if number], []
    replaced = [number for number in dict.fromkeys(before) if check_identifier(UPN, number).valid]
    failed = [number for number in before if number not in replaced]  # the recorder sets them aside
    return [(UPN, number) for number in (current, *failed) if number], replaced
