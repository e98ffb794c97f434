"""Who is this child, and who works with it."""

from datetime import date
from typing import Any, Final
from uuid import UUID

from adapters.questions.index_line import IndexLines
from adapters.questions.reading import identifiers, is_alive, records_shown
from domain.answers import plain
from domain.dates import to_day
from domain.errors import Misuse
from projections import queries

MOST_FOUND: Final = 10
ATTENDANCE: Final = "attendance"


class AboutChildren(IndexLines):
    """Questions about one child."""

    def find(
        self, *, identifier: str | None = None, family: str | None = None, born: date | None = None, effective_at: date
    ) -> dict[str, Any]:
        """Children by an exact identifier, or by family name with date of birth; more than ten: refine."""
        if identifier is not None:
            child = self._child(identifier, None)
            children = [] if child is None else [child]
        elif family is not None and born is not None:
            digest = UUID(bytes=self._hashes.named(family, to_day(born)))
            records = queries.named(self._connection, self._number, digest, MOST_FOUND * 12)
            children = sorted(set(queries.children_of(self._connection, self._number, records).values()))
        else:
            raise Misuse("find: an identifier, or a family name with a date of birth")
        if len(children) > MOST_FOUND:
            return {**self._head(effective_at), "children": [], "refine": True}
        return {
            **self._head(effective_at),
            "children": list(self._lines(children, effective_at).values()),
            "refine": False,
        }

    def child(
        self, *, identifier: str | None = None, record: str | None = None, effective_at: date
    ) -> dict[str, Any] | None:
        """The index line of a child; None when nothing is known under that identifier."""
        child = self._child(identifier, record)
        return None if child is None else {**self._head(effective_at), **self._line(child, effective_at)}

    def timeline(
        self, *, identifier: str | None = None, record: str | None = None, retracted: bool = False, effective_at: date
    ) -> dict[str, Any] | None:
        """The involvement timeline of a child (contract 4), with what was taken back where that is asked for.

        None when nothing is known under that identifier.
        """
        child = self._child(identifier, record)
        if child is None:
            return None
        day = to_day(effective_at)
        with self._about([child], day) as records:
            entries = queries.entries.send(self._connection, self._number, "record = ANY(%(r)s)", r=records)
            gone = queries.retracted.send(self._connection, self._edition, records) if retracted else None
            weeks = queries.weeks.send(self._connection, self._number, records, day)
            told = queries.people.send(self._connection, self._number, {child: records})
            schemes = queries.schemes.send(self._connection, self._number, records)
        held = entries.answer() + (gone.answer() if gone is not None else [])
        seen, person = self._seen(child), told.answer()[child]
        known_by = identifiers({child: records}, schemes.answer(), {child: seen})[child]
        shown = records_shown(records, known_by, seen)
        self._cells.expect(records)
        if not seen.shielded:
            self._cells.expect_contacts((entry.record, entry.kind) for entry, contact in held if contact is not None)
        found = [
            self._entry(entry, contact, day, seen)
            for entry, contact in held
            if (first := entry.first_day()) is not None and first <= day and seen.may_show(entry.kind)
        ]
        if seen.may_show(ATTENDANCE):
            found += [self._named(plain.week(*week, day), day) for week in weeks.answer()]
        found.sort(key=lambda e: (e["from"] or "", e["kind"], e["events"]))
        return {
            "child": plain.child_id(child),
            "records": shown,
            **self._head(effective_at),
            "alive": is_alive(person, self._cells.birth(person.birth), day),
            "identifiers": known_by,
            "entries": found,
            "kept_aside": queries.kept_aside(self._connection, [plain.parse_id(one) for one in shown]),
            "shielded": seen.shielded,
            "being_mended": self._being_mended([child])[child],
        }
