"""Which families are out of touch with services."""

from collections.abc import Collection, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import date
from typing import Any

from adapters.questions.feeds import SCHOOL, coverage, heard_feeds, in_being, many_of
from adapters.questions.index_line import IndexLines
from domain.answers import plain
from domain.areas import SCHOOL as BY_SCHOOL
from domain.dates import to_day
from domain.events import ChildId
from domain.indicators import RULES, Indicator
from domain.indicators.families import Family, Shown, as_shown, assemble, group, unheard
from domain.indicators.rules import NO_UNIVERSAL_CONTACT
from domain.indicators.waits import Waits
from projections import editions, kinship, queries, reference_data

Areas = Mapping[ChildId, Mapping[str, str]]


class AboutFamilies(IndexLines):
    """Questions about families."""

    def families(self, *, area: str | None = None, lost: int | None = None, effective_at: date) -> dict[str, Any]:
        """Families out of touch on a day, most domains first (contract 4); `lost`: at least so many domains."""
        day = to_day(effective_at)
        listed = [family for family in self._out_of_touch(day) if lost is None or len(family.lost) >= lost]
        everyone = {child for family in listed for child in family.children}
        areas = self._areas_on_maps(everyone, day)
        shielded, mended = self._shielded(everyone), self._being_mended(everyone)
        shown = [
            plain.family(family, _place(family, areas, shielded), day, shielded, mended)
            for family in listed
            if area is None or plain.area(area) in _places(family, areas, shielded)
        ]
        places = () if area is None else {plain.area(area)}
        return {**self._families_head(effective_at), "families": shown, "feeds": self._coverage(day, places)}

    def family(self, *, family: str, effective_at: date) -> dict[str, Any] | None:
        """One family of the list with its children; None when it is not listed on that day."""
        day = to_day(effective_at)
        listed = next((one for one in self._out_of_touch(day) if one.id == family), None)
        if listed is None:
            return None
        shielded = self._shielded(listed.children)
        areas = self._areas_on_maps(listed.children, day)
        return {
            **self._families_head(effective_at),
            **plain.family(listed, _place(listed, areas, shielded), day, shielded, self._being_mended(listed.children)),
            # A shielded child's siblings are shown as it is: where they live tells where it does.
            "members": list(self._lines(listed.children, effective_at, listed.children if shielded else ()).values()),
            "feeds": self._coverage(day, _places(listed, areas, shielded)),
        }

    def _families_head(self, effective_at: date) -> dict[str, Any]:
        return {
            "as_at": effective_at.isoformat(),
            "position": self._outward(self._edition.position),
            "edition": self._number,
            "records_being_mended": self._edition.being_mended,
        }

    def _coverage(self, day: int, places: Collection[str]) -> dict[str, str]:
        """For each indicator whether its feeds were heard, and how many organisations in reach do not publish.

        In reach are all that are expected to publish or ever did; of schools only those of `places`, where a map says
        which these are.
        """
        reference, hearing = self._reference(day), self._hearing(day)
        expected = reference.expected_feeds()
        heard = in_being(heard_feeds(self._feeds(), expected, day), expected)
        called = many_of(reference.organisations())
        within = {
            f"{SCHOOL}{school}"
            for one in reference.area_maps
            if one.by == BY_SCHOOL
            for school, place in one.area_of.items()
            if plain.area(place) in places
        }
        return {
            rule.id: coverage(rule, heard, called, within or None, hearing.unheard(rule, [None]))
            for rule in RULES.values()
        }

    def _out_of_touch(self, day: int, children: Collection[ChildId] | None = None) -> list[Family]:
        """All families with an indicator on a day, or those of some children."""
        if children is None:
            editions.look_at_many(self._connection)
        shown = self._shown(day, children)
        flagged = {one.child for one in shown} | set(children or ())
        if not flagged:
            return []
        return assemble(shown, self._grouped(flagged, day))

    def _grouped(self, flagged: Collection[ChildId], day: int) -> list[tuple[ChildId, ...]]:
        """The families of some children on a day; where a shielded child lives makes no household."""
        found = kinship.kinship(self._connection, self._number, day, flagged)
        self._members.update(found.records)
        self._homes.setdefault(day, {}).update({child: found.homes.get(child) for child in found.records})
        shielded = self._shielded(found.records)
        return group([replace(one, home=None) if one.child in shielded else one for one in found.kin])

    def _shown(self, day: int, children: Collection[ChildId] | None = None) -> list[Shown]:
        """Indicators that have been so for long enough on a day, with what their feeds say of them."""
        hearing, waits = self._hearing(day), Waits(day, self._reference(day))
        begun = {rule: waits.latest(rule) for rule in RULES}
        quiet_since = begun.pop(NO_UNIVERSAL_CONTACT)
        silent = reference_data.silent(self._connection, self._number, day, NO_UNIVERSAL_CONTACT, quiet_since, children)
        others = queries.rectangles(self._connection, self._number, day, begun, children)
        rows = [*((row, None) for row in others), *silent]
        held = [(row[0], as_shown(_indicator(row), waits, seen)) for row, seen in rows]
        quiet = {child for child, one in held if one is not None and one.id == NO_UNIVERSAL_CONTACT}
        schools = self._schools(quiet, day) if quiet else {}
        shown = []
        for child, indicator in held:
            if indicator is not None:
                feed = unheard(hearing, indicator, schools.get(child, ()))
                shown.append(Shown(indicator, child, "not_known" if feed else "true", feed))
        return shown


def _indicator(row: queries.Rectangle) -> Indicator:
    _, rule, since, starts, ends, positions, organisation = row
    return Indicator(rule, since, starts, ends, tuple(positions), organisation)


def _places(family: Family, areas: Areas, shielded: AbstractSet[ChildId]) -> set[str]:
    """The areas of a family on all maps; none where a child of it is shielded, for a sibling's home tells of its own."""
    if shielded & set(family.children):
        return set()
    return {plain.area(area) for child in family.children for area in areas.get(child, {}).values()}


def _place(family: Family, areas: Areas, shielded: AbstractSet[ChildId]) -> str | None:
    """The area that is shown of a family: its first child's on the first map by name that has one."""
    if shielded & set(family.children):
        return None
    found = [areas[child][name] for child in family.children for name in sorted(areas.get(child, {}))]
    return found[0] if found else None
