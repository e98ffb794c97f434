"""Gathers which families are out of touch with services."""

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet

from adapters.questions.feeds import SCHOOL, coverage, heard_feeds, in_being, many_of
from adapters.questions.index_line import gather_lines
from adapters.questions.kin import grouped
from adapters.questions.naming import gather_concerned, gather_names
from adapters.questions.paging import page_of
from adapters.questions.reading import Reading
from domain.answers.families import FamiliesFacts, FamilyFacts, OneFamilyFacts
from domain.areas import SCHOOL as BY_SCHOOL
from domain.areas import area_key
from domain.events import ChildId
from domain.indicators.families import Family, Shown, as_shown, assemble, speaks, unheard
from domain.indicators.rules import (
    EXCLUDED_WITHOUT_PROVISION,
    NO_GP,
    NO_UNIVERSAL_CONTACT,
    REFUSED,
    RULES,
    ExcludedBy,
    Indicator,
)
from domain.indicators.waits import Waits
from domain.questions.about import ListFamilies, ShowFamily
from projections import editions, queries, reference_data

Areas = Mapping[ChildId, Mapping[str, str]]


def gather_families(read: Reading, question: ListFamilies, day: int) -> FamiliesFacts:
    """Families out of touch on a day, most domains first; `lost`: at least so many domains."""
    least = question.lost or 0
    listed = [family for family in out_of_touch(read, day) if len(family.lost) >= least]
    places: set[str] = set()
    if question.area is not None:
        places = {area_key(question.area)}
        areas = _areas(read, listed, day)
        shielded = read.hidden({child for family in listed for child in family.children}, day)
        listed = [family for family in listed if places & _places(family, areas, shielded)]
    page = page_of(read, question, listed)
    areas = _areas(read, page.items, day)
    told = {one.family.id: one for one in family_facts(read, page.items, areas, day)}
    return FamiliesFacts(page.of(lambda family: told[family.id]), _coverage(read, day, places))


def gather_family(read: Reading, question: ShowFamily, day: int) -> OneFamilyFacts | None:
    """One family of the list with its children; None when it is not listed on that day."""
    listed = next((one for one in out_of_touch(read, day) if one.id == question.family), None)
    if listed is None:
        return None
    areas, shielded = _areas(read, [listed], day), read.hidden(listed.children, day)
    # A shielded child's siblings are shown as it is: where they live tells where it does.
    lines = gather_lines(read, listed.children, day, listed.children if shielded else ())
    places = _places(listed, areas, shielded)
    (facts,) = family_facts(read, [listed], areas, day)
    return OneFamilyFacts(facts, list(lines.values()), _coverage(read, day, places))


def family_facts(read: Reading, families: Sequence[Family], areas: Areas, day: int) -> list[FamilyFacts]:
    """Families as their answers are made from; the area of each where `areas` has one for it.

    Of a family with a shielded child no agency is named: a sibling's school tells where it is.
    """
    children = {child for family in families for child in family.children}
    shielded, mended, names = read.hidden(children, day), read.being_mended(children), gather_names(read, children, day)
    hide = {child for family in families if shielded & set(family.children) for child in family.children}
    findings = [(one.child, one.indicator.positions, _agency_of(one)) for family in families for one in family.shown]
    whom = iter(gather_concerned(read, findings, day, hide))
    vanished = read.last_known(children - hide, day)
    return [
        FamilyFacts(
            family, _place(family, areas, shielded), shielded & set(family.children), mended, names, [next(whom) for _ in family.shown],
            not vanished.isdisjoint(family.children),
        )
        for family in families
    ]  # fmt: skip


def _agency_of(one: Shown) -> str | None:
    """The organisation that an indicator is about, where it is about one."""
    whose = one.indicator.organisation or ""
    if one.indicator.id == EXCLUDED_WITHOUT_PROVISION:
        return f"{SCHOOL}{ExcludedBy.read(whose).school}"
    return None if " " in whose or whose == REFUSED else whose or None


def out_of_touch(read: Reading, day: int, children: Collection[ChildId] | None = None) -> list[Family]:
    """All families with an indicator on a day, or those of some children, most domains out of touch first."""
    if children is None:
        editions.look_at_many(read.connection)
    shown = _shown(read, day, children)
    flagged = {one.child for one in shown} | set(children or ())
    return assemble(shown, grouped(read, flagged, day)) if flagged else []


def _shown(read: Reading, day: int, children: Collection[ChildId] | None = None) -> list[Shown]:
    """Indicators that have been so for long enough on a day, with what their feeds say of them."""
    hearing, waits = read.hearing(day), Waits(day, read.reference(day))
    begun = {rule: waits.latest(rule) for rule in RULES}
    begun[NO_GP] = day  # a refusal needs no waiting
    quiet_since = begun.pop(NO_UNIVERSAL_CONTACT)
    silent = reference_data.silent(read.connection, read.number, day, NO_UNIVERSAL_CONTACT, quiet_since, children)
    others = queries.rectangles(read.connection, read.number, day, begun, children)
    rows = [*((row, None) for row in others), *silent]
    kept = read.kept_from({row[0] for row, _ in rows})
    rows = [(row, seen) for row, seen in rows if row[0] not in kept and read.shows_prompt(row)]
    held = [(row[0], as_shown(_indicator(row), waits, seen)) for row, seen in rows]
    quiet = {child for child, one in held if one is not None and one.id == NO_UNIVERSAL_CONTACT}
    schools = read.schools(quiet, day) if quiet else {}
    shown = []
    for child, indicator in held:
        if indicator is not None:
            feed = unheard(hearing, indicator.id, indicator.organisation, schools.get(child, ()))
            if speaks(indicator.organisation, feed):
                shown.append(Shown(indicator, child, "not_known" if feed else "true", feed))
    return shown


def _indicator(row: queries.Rectangle) -> Indicator:
    _, rule, since, starts, ends, positions, organisation = row
    return Indicator(rule, since, starts, ends, tuple(positions), organisation)


def _areas(read: Reading, families: Collection[Family], day: int) -> Areas:
    return read.areas_on_maps({child for family in families for child in family.children}, day)


def _places(family: Family, areas: Areas, shielded: AbstractSet[ChildId]) -> set[str]:
    """The areas of a family on all maps; none where a child of it is shielded, for a sibling's home tells of its own."""
    if shielded & set(family.children):
        return set()
    return {area_key(area) for child in family.children for area in areas.get(child, {}).values()}


def _place(family: Family, areas: Areas, shielded: AbstractSet[ChildId]) -> str | None:
    """The area that is shown of a family: its first child's on the first map by name that has one."""
    if shielded & set(family.children):
        return None
    found = [areas[child][name] for child in family.children for name in sorted(areas.get(child, {}))]
    return found[0] if found else None


def _coverage(read: Reading, day: int, places: Collection[str]) -> dict[str, str]:
    """For each indicator whether its feeds were heard, and how many organisations in reach do not publish.

    In reach are all that are expected to publish or ever did; of schools only those of `places`, where a map says which
    these are.
    """
    reference, hearing = read.reference(day), read.hearing(day)
    expected = reference.expected_feeds()
    heard = in_being(heard_feeds(read.feeds(), expected, day), expected)
    called = many_of(reference.organisations())
    within = {
        f"{SCHOOL}{school}"
        for one in reference.area_maps
        if one.by == BY_SCHOOL
        for school, place in one.area_of.items()
        if area_key(place) in places
    }
    return {
        rule.id: coverage(rule, heard, called, within or None, hearing.unheard(rule, [None])) for rule in RULES.values()
    }
