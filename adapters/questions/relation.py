"""Gathers why a child is a viewer's own, and what keeps them from it.

Judged at the last edition, by what is known and not by what is stated of the past, so that nobody back-dates into access; a new
lead may see what was before the day of appointment (access.md 2).
"""

from collections.abc import Collection, Sequence
from typing import Final

from adapters.log.reader import LogReader
from adapters.questions.kin import grouped
from adapters.questions.leads import entries_of_worker
from adapters.questions.reading import Reading
from domain.access.relation import AskedAbout, Relation
from domain.access.rules import Basis
from domain.access.viewer import Opening, Viewer
from domain.areas import area_key
from domain.events import ChildId
from domain.leads.active import accepted_from, is_work_on
from domain.leads.commands import OWN_WORD
from domain.timeline.entries import Entry
from projections import queries

REFERRAL_DAYS: Final = 30
_BY_KIND: Final = {"lead_cover": Basis.COVER, "team_member": Basis.TEAM_MEMBER}


def relation_of(read: Reading, viewer: Viewer, asked: AskedAbout) -> Relation:
    """The viewer's relation to a child.

    Every record of the child as it is shown must now be of the viewer's own children: what was joined and has been parted since
    is another child's.
    """
    head = read.at_head()
    found = _Relations(head, viewer)
    now = sorted(set(queries.children_of(read.connection, head.number, read.records(asked.id)).values()))
    bases = [found.bases_of(child) for child in now]
    return Relation(
        frozenset().union(*bases) if all(bases) else frozenset(),
        tuple(sorted(found.proving)) if all(bases) else (),
        read.bars(asked.id),
        bool(read.hidden([asked.id], head.today)),
        asked.children,
        head.marks(read.records(asked.id)).of_child(read.records(asked.id)) is not None,
    )


class _Relations:
    """A viewer's relations to children, at the head."""

    def __init__(self, head: Reading, viewer: Viewer) -> None:
        self._head = head
        self._viewer = viewer
        self._mine = entries_of_worker(head, viewer.name, head.today)
        self.proving: set[str] = set()

    def bases_of(self, child: ChildId) -> set[Basis]:
        """Why a child is the viewer's own."""
        own = [entry for entry, _ in self._mine.get(child, ())]
        alone = own_word(self._head, own)
        by_entry = [
            (entry, Basis.OWN_WORD if entry.main in alone else basis_of(entry, self._head.today)) for entry in own
        ]
        by_entry += self._of_team(child)
        self.proving |= {self._head.event(entry.main) for entry, _ in by_entry}
        found = {basis for _, basis in by_entry}
        return found or self._sibling(child) | self._on_duty(child)

    def _of_team(self, child: ChildId) -> list[tuple[Entry, Basis]]:
        """What the viewer's teams do with a child, and what was referred to the services of these not long ago."""
        viewer, day = self._viewer, self._head.today
        teams = {*viewer.teams, *viewer.teams_managed()}
        found: list[tuple[Entry, Basis]] = []
        held = queries.entries(
            self._head.connection,
            self._head.number,
            "record = ANY(%(r)s) AND (team = ANY(%(t)s) OR (kind = 'referral' AND organisation = %(o)s AND service = ANY(%(s)s)))",
            r=self._head.records(child),
            t=sorted(teams),
            o=viewer.organisation,
            s=list(viewer.services),
        )
        for entry, _ in held:
            if (basis := basis_of_team(entry, day)) is not None:
                found.append((entry, basis))
        return found

    def _sibling(self, child: ChildId) -> set[Basis]:
        led = {one for one, held in self._mine.items() if any(entry.kind == "lead" for entry, _ in held)}
        families = grouped(self._head, sorted({child, *led}), self._head.today) if led else ()
        return {Basis.SIBLING} if any(child in family and led & set(family) for family in families) else set()

    def _on_duty(self, child: ChildId) -> set[Basis]:
        areas = self._viewer.areas_on_duty()
        because = self._viewer.because
        if not areas or because is None or because.opening is not Opening.CLAIM:
            return set()
        found = self._head.areas_on_maps([child], self._head.today)[child].values()
        return {Basis.AREA} if _keys(areas) & _keys(found) else set()


def own_word(read: Reading, entries: Sequence[Entry]) -> set[int]:
    """The entries, by their main position, that their own worker alone has told of, on our pages (decision 64)."""
    if not entries:
        return set()
    log = LogReader(read.connection, read.service.keys, read.service.settings.fillers)
    stored = queries.stored(read.connection, {position for entry in entries for position in entry.positions})
    alone = {int(one.position) for one in log.open(stored) if one.body["source"]["system"] == OWN_WORD}
    return {entry.main for entry in entries if alone.issuperset(entry.positions)}


def _keys(areas: Collection[str]) -> set[str]:
    return {area_key(area) for area in areas}


def basis_of_team(entry: Entry, day: int) -> Basis | None:
    """Why a child is the own of the team that an entry names, or of those that provide the service which a referral is to."""
    if entry.kind == "referral":
        first = entry.first_day()
        lately = not entry.doubted and first is not None and day - REFERRAL_DAYS <= first <= day
        return Basis.REFERRAL if lately else None
    return Basis.TEAM if is_work_on(entry, day) else None


def basis_of(entry: Entry, day: int) -> Basis:
    """Why a child is the own of the worker whom an open entry names, if it is not their word alone."""
    if entry.kind == "lead":
        accepted = accepted_from(entry)
        return Basis.LEAD if accepted is not None and accepted <= day else Basis.NOMINATED
    return _BY_KIND.get(entry.kind, Basis.INVOLVED)
