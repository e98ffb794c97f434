"""The rows of entries: everything that some accesses leave in the database, as one statement of one transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any, Final
from uuid import UUID

from adapters.disclosure.context import context
from adapters.disclosure.keys import CLASSES, NewKey, SealedPart, owner_of
from domain.access.parts import NOBODY

# A key that somebody else has stored meanwhile ends it (unique_violation): what it was to open must be sealed again. All is done beside an
# empty SELECT: so the tables are taken in this order whether the statement is prepared or not, which whoever gives a month up relies on.
WRITE: Final = (
    "WITH made AS (INSERT INTO log.data_key (record, class, period, wrapped) "
    "SELECT r, c, 0, w FROM unnest(%(key_records)b::uuid[], %(key_classes)s::text[], %(key_wrapped)b::bytea[]) AS n (r, c, w)), "
    "kept AS (INSERT INTO access.context (id, bytes) VALUES (%(context)b, %(made_with)b) ON CONFLICT DO NOTHING), "
    "content AS (INSERT INTO access.content (record, digest, sealed) "
    "SELECT DISTINCT ON (r, d) r, d, s FROM unnest(%(owners)b::uuid[], %(digests)b::bytea[], %(sealed)b::bytea[]) AS n (r, d, s) "
    "ON CONFLICT DO NOTHING), "
    "shown AS (INSERT INTO access.shown (entry, number, child, opened, records, digests, places, classes, at) "
    "SELECT entry, number, child, opened, records::uuid[], digests::bytea[], places::int2[], classes::int2[], at "
    "FROM unnest(%(shown_in)b::uuid[], %(numbers)b::int2[], %(children)b::uuid[], %(opened)b::bool[], %(records)s::text[], "
    "%(shown)s::text[], %(places)s::text[], %(classes)s::text[], %(shown_at)b::timestamptz[]) "
    "AS n (entry, number, child, opened, records, digests, places, classes, at)), "
    "pending AS (INSERT INTO access.pending (entry, at) SELECT * FROM unnest(%(ids)b::uuid[], %(ats)b::timestamptz[])), "
    "entry AS (INSERT INTO access.entry (id, at, viewer, organisation, kind, outcome, bytes, wrapped, sealed, child, rule, opening, acting_for, "
    "probe, found) "
    "SELECT * FROM unnest(%(ids)b::uuid[], %(ats)b::timestamptz[], %(viewers)s::text[], %(organisations)s::text[], %(kinds)s::text[], "
    "%(outcomes)s::text[], %(bytes)b::bytea[], %(wrapped)b::bytea[], %(asked)b::bytea[], %(about)b::uuid[], %(rules)s::text[], "
    "%(openings)s::text[], %(acting_for)s::text[], %(probes)b::bytea[], %(found)s::int2[])) SELECT"
)


@dataclass(frozen=True, slots=True)
class EntryRows:
    """What one entry leaves: its columns, whom it was about, and the parts that it showed.

    `about`: the one child that was asked about; `rule`: what decided; `probe`: the keyed hash of what a child was looked for by.
    """

    id: UUID
    at: datetime
    viewer: str
    organisation: str | None
    kind: str
    outcome: str
    leaf: bytes
    wrapped: bytes
    asked: bytes
    opened: bool
    parts: Sequence[SealedPart]
    children: Sequence[UUID]
    about: UUID | None
    rule: str | None
    opening: str | None
    acting_for: str | None
    probe: bytes | None


def values_of(entries: Sequence[EntryRows], keys: Iterable[NewKey]) -> dict[str, Any]:
    """The values of `WRITE`. Keys come in one order, so that of two who store the same none waits for the other in a circle."""
    parts = [part for entry in entries for part in entry.parts]
    new = sorted({one.owner: one for one in keys}.values(), key=lambda one: one.owner)
    shown = list(chain.from_iterable(_shown(entry) for entry in entries))
    return {
        "key_records": [one.owner[0] for one in new], "key_classes": [one.owner[1] for one in new],
        "key_wrapped": [one.wrapped for one in new], "context": context()[0], "made_with": context()[1],
        "owners": [part.owner for part in parts], "digests": [part.digest for part in parts],
        "sealed": [part.sealed for part in parts],
        "ids": [one.id for one in entries], "ats": [one.at for one in entries], "viewers": [one.viewer for one in entries],
        "organisations": [one.organisation for one in entries], "kinds": [one.kind for one in entries],
        "outcomes": [one.outcome for one in entries], "bytes": [one.leaf for one in entries],
        "wrapped": [one.wrapped for one in entries], "asked": [one.asked for one in entries],
        "about": [one.about for one in entries], "rules": [one.rule for one in entries], "openings": [one.opening for one in entries],
        "acting_for": [one.acting_for for one in entries], "probes": [one.probe for one in entries],
        "found": [_found(one) for one in entries],
        **dict(zip(_SHOWN, map(list, zip(*shown, strict=True)) if shown else ([] for _ in _SHOWN), strict=True)),
    }  # fmt: skip


_SEARCH: Final = "FindChildren"
_SHOWN: Final = ("shown_in", "numbers", "children", "opened", "records", "shown", "places", "classes", "shown_at")


def _found(entry: EntryRows) -> int | None:
    """Of a search how many children it found."""
    if entry.kind != _SEARCH:
        return None
    return len({*entry.children, *(part.part.child for part in entry.parts)} - {NOBODY})


def _shown(entry: EntryRows) -> Iterable[tuple[Any, ...]]:
    """The rows of which child is shown in which parts; the frame, which is of no child, has one as well."""
    by_child: dict[UUID, list[tuple[int, SealedPart]]] = {child: [] for child in entry.children}
    for place, part in enumerate(entry.parts):
        by_child.setdefault(part.part.child, []).append((place, part))
    for number, (child, row) in enumerate(by_child.items()):
        yield (
            entry.id, number, child, entry.opened,
            _array(str(part.owner) for _, part in row), _array(f'"\\\\x{part.digest.hex()}"' for _, part in row),
            _array(str(place) for place, _ in row), _array(str(CLASSES.index(owner_of(part.part)[1])) for _, part in row),
            entry.at,
        )  # fmt: skip


def _array(values: Iterable[str]) -> str:
    return "{" + ",".join(values) + "}"
