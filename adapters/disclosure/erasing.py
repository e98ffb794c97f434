"""Takes what the access log holds of erased records away: contents of their parts, and what was asked by (docs/decisions/0063).

An entry's leaf stays, with the commitments to what is gone, so that the tree and the pages of other children stay proved.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
import psycopg

from adapters.disclosure.disclosing import entry_key_context
from adapters.disclosure.keys import OF_NOBODY, find_keys, open_part
from adapters.log.erasing import SHORTEST, Known
from adapters.log.keys.data_keys import Erased, MasterKeys, open_sealed
from domain.access.parts import NOBODY
from domain.answers.ids import child_id, record_id
from domain.names import fold_name

Connection = psycopg.Connection[Any]
Entry = tuple[UUID, datetime]

_SALT: Final = 32
_WORD: Final = re.compile(r"[\w'\u2019-]+")
_SHOWN: Final = (
    "SELECT e.id, e.at, e.wrapped, e.sealed, o.opened FROM (SELECT entry, at, bool_or(opened) AS opened FROM access.shown "
    "WHERE child = ANY(%(c)s) GROUP BY entry, at) o JOIN access.entry e ON e.id = o.entry AND e.at = o.at "
    "WHERE e.wrapped <> '' AND (%(after)s::timestamptz IS NULL OR e.at >= %(after)s)"
)
_NOT_SHOWN: Final = (
    "SELECT id, at, wrapped, sealed, false FROM access.entry "
    # These may name a child that they do not show. As the index `entry_may_name` has it.
    "WHERE (outcome IN ('nothing', 'refused', 'failed') OR kind IN ('FindChildren', 'ListAccesses', 'ReplayEntry', 'AskOfficers', 'ExportAnswer')) "
    "AND wrapped <> '' AND (%(after)s::timestamptz IS NULL OR at >= %(after)s)"
)
# What repeats to officers what others typed: what such an answer says of no child may name one.
_REPEATING: Final = ("ReplayEntry", "ShowCase", "ShowHearing", "ShowSubjectAccess", "AskOfficers", "ExportAnswer")
_FRAMES: Final = (
    "SELECT DISTINCT c.digest, c.sealed FROM access.entry e JOIN access.shown s ON s.entry = e.id AND s.at = e.at AND s.child = %(nobody)s "
    "CROSS JOIN unnest(s.digests) AS n (digest) JOIN access.content c ON c.record = %(nobody)s AND c.digest = n.digest "
    "WHERE e.kind = ANY(%(kinds)s) AND c.sealed <> '' AND (%(after)s::timestamptz IS NULL OR e.at >= %(after)s)"
)


def repeating(
    connection: Connection, keys: MasterKeys, records: Collection[UUID], children: Collection[UUID], known: Known,
    after: datetime | None = None,
) -> list[bytes]:  # fmt: skip
    """Digests of what officers were shown of no child, from an instant on or of any time, that repeats a word by which some records were named."""
    words = _Words(records, children, known)
    key = find_keys(connection, keys, [(NOBODY, OF_NOBODY)]).get((NOBODY, OF_NOBODY))
    given = {"nobody": NOBODY, "kinds": list(_REPEATING), "after": after}
    found = set()
    for digest, sealed in _rows(connection, _FRAMES, given):
        content = open_part(key, NOBODY, digest, sealed)
        if content is not None and words.stand_in(dict(enumerate(_texts(orjson.loads(content))))):
            found.add(digest)
    return sorted(found)


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401 - a piece of an answer
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for within in value.values():
            yield from _texts(within)
    elif isinstance(value, list):
        for within in value:
            yield from _texts(within)


def naming(
    connection: Connection, keys: MasterKeys, records: Collection[UUID], children: Collection[UUID], known: Known,
    after: datetime | None = None,
) -> list[Entry]:  # fmt: skip
    """Entries, from an instant on or of any time, of which what was asked by names some records: by a number, a name and a date, or an id.

    Where the child's record was opened it is about that child whatever it says.
    """
    words = _Words(records, children, known)
    given = {"c": list(children), "after": after}
    found: dict[UUID, datetime] = {}
    for statement in (_SHOWN, _NOT_SHOWN):
        for entry, at, wrapped, sealed, opened in _rows(connection, statement, given):
            if entry not in found and (opened or words.stand_in(_asked(keys, entry, wrapped, sealed))):
                found[entry] = at
    return sorted(found.items())


def take_away(
    connection: Connection,
    records: Collection[UUID],
    children: Collection[UUID],
    entries: Collection[Entry],
    frames: Collection[bytes],
) -> int:
    """Take the contents of records away, what was asked by in some entries, and the `frames` that repeat it; how many rows.

    The caller destroys the keys.
    """
    given = {"r": list(records), "c": list(children), "frames": list(frames), "nobody": NOBODY}
    # That there was a part stays, as the entry's root has it.
    rows = connection.execute(
        "UPDATE access.content SET sealed = '' WHERE record = ANY(%(r)s) AND sealed <> ''", given
    ).rowcount
    rows += connection.execute(
        "UPDATE access.content c SET sealed = '' FROM (SELECT DISTINCT n.record, n.digest FROM access.shown s "
        "CROSS JOIN unnest(s.classes, s.records, s.digests) AS n (class, record, digest) WHERE s.child = ANY(%(c)s) AND n.class = 1) w "
        "WHERE c.record = w.record AND c.digest = w.digest AND c.sealed <> ''",
        given,
    ).rowcount
    rows += connection.execute(
        "UPDATE access.content SET sealed = '' WHERE record = %(nobody)s AND digest = ANY(%(frames)s) AND sealed <> ''",
        given,
    ).rowcount
    ids, ats = [entry for entry, _ in entries], [at for _, at in entries]
    rows += connection.execute(
        "UPDATE access.entry e SET wrapped = '', sealed = '', probe = NULL FROM unnest(%s::uuid[], %s::timestamptz[]) AS n (id, at) "
        "WHERE e.id = n.id AND e.at = n.at",
        (ids, ats),
    ).rowcount
    return rows


def _rows(connection: Connection, statement: str, given: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    """Rows as they come, without holding all of them."""
    with connection.cursor() as cursor:
        yield from cursor.stream(statement, given)


def _asked(keys: MasterKeys, entry: UUID, wrapped: bytes, sealed: bytes) -> Mapping[str, Any]:
    try:
        opened = open_sealed(keys.unwrap(wrapped, entry_key_context(entry)), sealed, entry.bytes)
    except Erased:  # which a replay names
        return {}
    asked: Mapping[str, Any] = orjson.loads(opened[_SALT:])
    return asked


class _Words:
    """What names records, in whatever way it was typed."""

    def __init__(self, records: Collection[UUID], children: Collection[UUID], known: Known) -> None:
        ids = [*map(record_id, records), *map(child_id, children), *(record_id(child) for child in children)]
        self._numbers = {fold_name(text) for text in (*ids, *(value for _, value in known.identifiers))}
        self._names = [(family, given) for family, given in known.names if family]
        self._births = known.births
        self._any = [*self._numbers, *(family for family, _ in self._names)]

    def stand_in(self, asked: Mapping[Any, Any]) -> bool:
        """Whether they stand in what was asked by: a number or an id; a family name with a date of birth, or with a forename."""
        said = [str(value) for value in asked.values() if value is not None]
        whole = [fold_name(text) for text in said]
        if not any(name in text for name in self._any for text in whole):
            return False  # as of most: what stands nowhere is no word of its own either
        words = {*whole, *(fold_name(word) for text in said for word in _WORD.findall(text))}

        def stands(name: str) -> bool:
            return name in words or (len(name) >= SHORTEST and any(name in text for text in whole))

        if any(map(stands, self._numbers)):
            return True
        dated = any(day in text for day in self._births for text in said)
        return any(stands(family) and (dated or any(map(stands, given))) for family, given in self._names)
