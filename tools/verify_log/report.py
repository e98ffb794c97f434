"""What a reading of the log found: each kind of difference with its positions, and never what stands there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

MOST_SHOWN: Final = 100  # ranges, and ids, of one kind; all are counted

# Kind of difference -> what it means.
KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "batch_changed": "a batch's hash is not that of its events and its row: one of them was changed after it was recorded",
        "batch_not_linked": "a batch does not follow on the one before: one was taken out, put in or replaced",
        "batch_missing": "positions that belong to no batch: a batch was taken out",
        "batch_overlaps": "a batch begins before the one before it ends",
        "batch_formula": "a batch is hashed by an older or unknown formula although newer ones stand before it",
        "event_missing": "an event of a batch is not there",
        "event_outside_batches": "an event belongs to no batch: it was put in",
        "event_twice": "two events have one position",
        "event_closed": "an event does not open under its data key, and its batch was changed",
        "event_unreadable": "an event opens and cannot be read: it is not one that was accepted",
        "head_differs": "the head of the log is not its last batch: the end of the log was taken off or added",
        "noted_head_differs": "the head that was noted elsewhere is not in the log: its end was taken off, or it was written anew",
        "senders_differ": "a batch names another organisation or type for an event than the event itself",
        "data_key_closed": "a data key does not open: it was changed or exchanged, or belongs to other keys",
        "subject_missing": "an identifier that an event names leads to no record under its scheme",
        "subject_differs": "an identifier leads to another record than the one its event was recorded on",
        "fact_missing": "an event has no row of facts",
        "fact_extra": "a row of facts has no event, or is there twice",
        "fact_differs": "a row of facts does not say what its event says",
        "withheld_differs": "an event that names a sealed identity is not withheld, or one that names none is",
        "sealed_differs": "an identity that an event seals is not sealed",
        "inbox_missing": "the inbox does not name a position that has an event",
        "inbox_differs": "the inbox has not an event's key with its position and content: it could be taken in twice",
        "inbox_extra": "the inbox names a position that has no event, or has two keys of one: the true event would be refused",
        "source_record_differs": "the source records do not agree with the facts: an amendment would find the wrong event",
        "set_aside_differs": "a field set aside belongs to no event, or to one of another organisation",
        "edition_differs": "an edition does not follow on the one before, or names another hash than its last batch has",
        "aside_closed": "a kept event does not open: it was changed, or belongs to another id",
        "aside_differs": "a kept event stands under another organisation, type, key or digest than its content has",
    }
)


@dataclass(slots=True)
class Found:
    """One kind of difference: how often, where (ranges of positions, or ids), and in which columns."""

    count: int = 0
    ranges: list[list[int]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    columns: dict[str, int] = field(default_factory=dict)

    def add(self, first: int, last: int) -> None:
        """Some positions more; they mostly come in order, so that neighbours become one range."""
        self.count += last - first + 1
        if self.ranges and self.ranges[-1][1] == first - 1:
            self.ranges[-1][1] = last
        elif len(self.ranges) < MOST_SHOWN:
            self.ranges.append([first, last])


@dataclass(frozen=True, slots=True)
class Broken:
    """The first batch that does not hold, and why."""

    first: int
    last: int
    why: tuple[str, ...]


@dataclass(slots=True)
class Report:
    """What was read and what was found.

    `batches_after` counts those behind the first broken one, `erased_named` the identifiers that events name beside their
    own and whose records were erased, `erased_cells` the names and addresses of facts whose key is destroyed,
    `erased_kept` the kept events of which only what became of them is left.
    """

    since: int
    until: int
    events_read: bool
    head: tuple[int, bytes] = (0, b"")
    batches: int = 0
    batches_plain: int = 0
    events: int = 0
    facts: int = 0
    erased: Found = field(default_factory=Found)
    erased_named: int = 0
    erased_cells: int = 0
    erased_kept: int = 0
    found: dict[str, Found] = field(default_factory=dict)
    broken: Broken | None = None
    batches_after: int = 0

    @property
    def holds(self) -> bool:
        """Whether nothing was found."""
        return not self.found

    def at(self, kind: str, first: int, last: int | None = None) -> None:
        """A difference at a position, or at all of `first` to `last`."""
        self._of(kind).add(first, first if last is None else last)

    def of(self, kind: str, name: str) -> None:
        """A difference of what has an id and no position."""
        found = self._of(kind)
        found.count += 1
        if len(found.ids) < MOST_SHOWN:
            found.ids.append(name)

    def columns(self, kind: str, position: int, columns: Iterable[str]) -> None:
        """A difference at a position, in some columns."""
        self.at(kind, position)
        counts = self.found[kind].columns
        for column in columns:
            counts[column] = counts.get(column, 0) + 1

    def breaks(self, first: int, last: int, why: tuple[str, ...]) -> None:
        """A batch does not hold."""
        if self.broken is None:
            self.broken = Broken(first, last, why)

    def _of(self, kind: str) -> Found:
        assert kind in KINDS
        return self.found.setdefault(kind, Found())

    def as_json(self) -> dict[str, Any]:
        """The document of `icr verify-log --json`."""
        broken = self.broken
        return {
            "holds": self.holds,
            "events_read": self.events_read,
            "from": self.since,
            "to": self.until,
            "head": f"{self.head[0]}:{self.head[1].hex()}",
            "batches": self.batches,
            "batches_not_keyed": self.batches_plain,
            "events": self.events,
            "facts": self.facts,
            "erased": {
                "events": self.erased.count,
                "positions": self.erased.ranges,
                "cells": self.erased_cells,
                "named": self.erased_named,
                "kept": self.erased_kept,
            },
            "first_broken_batch": None
            if broken is None
            else {"from": broken.first, "to": broken.last, "why": broken.why, "batches_after": self.batches_after},
            "differences": [
                {
                    "kind": kind,
                    "means": KINDS[kind],
                    "count": found.count,
                    **({"positions": found.ranges} if found.ranges else {}),
                    **({"ids": found.ids} if found.ids else {}),
                    **({"columns": found.columns} if found.columns else {}),
                }
                for kind, found in self.found.items()
            ],
        }
