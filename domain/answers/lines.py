"""A child's line of the index: who, where, who works with it and who leads (domain.md B1, contract 4)."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import cast

from domain.access.shield import placeless
from domain.answers.children import (
    ChildInIndex,
    FamilyLead,
    FoundChildren,
    FoundFacts,
    IndexLine,
    NameOfAgencies,
    Person,
    ShownAgency,
    ShownName,
    is_alive,
    known_by,
    records_shown,
    restricted,
)
from domain.answers.entries import AsAt, ShownEntry, shown_entry, works
from domain.answers.ids import child_id
from domain.answers.reviews import ShownReview, reviews_due
from domain.dates import iso, iso_day
from domain.identity.contested import births_told, sexes_told
from domain.kinds import NO_INVOLVEMENT
from domain.leads.active import active_span
from domain.names import same_name
from domain.timeline.entries import Entry

# Who works with a child, by kind: as it is held, and as it is shown.
Around = dict[str, list[tuple[Entry, ShownEntry]]]


def found(of: FoundFacts, at: AsAt) -> FoundChildren:
    """The lines of the children that were found."""
    return {"children": [index_line(one, at) for one in of.children], "refine": of.refine}


def index_line(of: ChildInIndex, at: AsAt) -> IndexLine:
    """Who, where, school, GP, open involvements with contact, lead."""
    known, person, shielded = of.known, of.known.person, of.known.shielded
    around = works_with(of, at)

    def of_kind(kind: str) -> list[ShownEntry]:
        return [shown for _, shown in around.get(kind, ())]

    return {
        "child": child_id(known.child),
        "minimal": known.minimal,
        "records": records_shown(known),
        "identifiers": known_by(known),
        "name": first_name(person),
        "name_told_by": _told_by(person, person.names[:1], at, shielded=shielded),
        "other_names": _other_names(person, at, shielded=shielded),
        "date_of_birth": iso(person.birth),
        "expected_date": iso(person.expected) if person.birth is None else None,
        "sex": person.sex,
        "alive": is_alive(person, at.day),
        "dates_of_birth_told": [
            {"date_of_birth": iso_day(day), "told_by": _agencies(whose, at, shielded=shielded)}
            for day, whose in sorted(births_told(of.told).items())
        ],
        "sexes_told": [
            {"sex": sex, "told_by": _agencies(whose, at, shielded=shielded)}
            for sex, whose in sorted(sexes_told(of.told).items())
        ],
        "address": None if shielded else of.address,
        "shielded": shielded,
        "being_mended": known.being_mended,
        "school": of_kind("enrolment"),
        "gp": [*of_kind("gp_registration"), *of_kind("gp_temporary_registration")],
        "involvements": involvements(around),
        "assessments": of_kind("assessment"),
        "team": of_kind("team_member"),
        "lead": leading(of, at, around),
        "reviews_due": next_reviews(of, at),
        **restricted(known, at),
    }


def family_lead(of: FamilyLead, at: AsAt, *, shielded: bool) -> ShownEntry:
    """A lead of the family as it is shown of another child of it: without a place where either is shielded."""
    hides = shielded or of.stated_for is None
    shown = shown_entry(of.held, at, shielded=hides)
    return {
        **shown,
        "stated_for": None if hides or of.stated_for is None else child_id(of.stated_for),
        "covered_by": [],
    }


def first_name(person: Person) -> ShownName | None:
    """The name that stands."""
    return person.names[0] if person.names else None


def next_reviews(of: ChildInIndex, at: AsAt) -> list[ShownReview]:
    """The next review of each plan or arrangement of a child."""
    return reviews_due([one.entry for one in of.held], of.everything, at.day, shielded=of.known.shielded)


def other_names(person: Person) -> list[ShownName]:
    """All names of a child but the one that stands, each once: those told with it, then all that were ever told, by the alphabet.

    Of several records it is not kept which of them told a name first.
    """
    told = sorted(
        (name for name, _ in person.called), key=lambda name: (name["family"] or "", name["given"], name["use"] or "")
    )
    standing = [*person.names, *(cast("ShownName", name) for name in told)]
    return [
        name for n, name in enumerate(standing) if n > 0 and not any(same_name(name, before) for before in standing[:n])
    ]


def _other_names(person: Person, at: AsAt, *, shielded: bool) -> list[NameOfAgencies]:
    return [{**name, "told_by": _told_by(person, [name], at, shielded=shielded)} for name in other_names(person)]


def _told_by(person: Person, names: Sequence[ShownName], at: AsAt, *, shielded: bool) -> list[ShownAgency]:
    """Who has told of a name; what a sensitive service told is nobody's word (domain.timeline.child)."""
    whose = {by for name in names for called, told in person.called if same_name(called, name) for by in told}
    return _agencies(whose - {""}, at, shielded=shielded)


def _agencies(whose: AbstractSet[str], at: AsAt, *, shielded: bool) -> list[ShownAgency]:
    """Agencies by their names; of a shielded child none that tells where it is met."""
    shown = sorted({placeless(by) or "" for by in whose} if shielded else whose)
    return [{"agency": by or None, "agency_name": at.named(by or None)} for by in shown]


def works_with(of: ChildInIndex, at: AsAt, *kinds: str) -> Around:
    """Who works with a child, by kind, and its assessments, whenever they were; of some `kinds` or of all."""
    found: Around = {}
    for held in of.held:
        entry = held.entry
        if (not kinds or entry.kind in kinds) and (entry.kind == "assessment" or works(entry, at)):
            shown = shown_entry(held, at, shielded=of.known.shielded)
            found.setdefault(entry.kind, []).append((entry, shown))
    return found


def involvements(around: Around) -> list[ShownEntry]:
    """The services that work with a child, by kind."""
    return [shown for kind in sorted(around) if kind not in NO_INVOLVEMENT for _, shown in around[kind]]


def leading(of: ChildInIndex, at: AsAt, around: Around) -> list[ShownEntry]:
    """Who leads on the day, and who covers for them."""
    leads = [entry for entry in of.everything if entry.kind == "lead"]
    active = {e.main for e in leads if any(a <= at.day < b for a, b in active_span(e, leads))}
    active_leads = [one for one in around.get("lead", ()) if one[0].main in active]
    covers = around.get("lead_cover", ())
    return [
        *(_with_cover(entry, shown, [one for one, _ in active_leads], covers) for entry, shown in active_leads),
        *(family_lead(one, at, shielded=of.known.shielded) for one in of.family_leads),
    ]


def _with_cover(
    lead: Entry, shown: ShownEntry, leads: Sequence[Entry], covers: Sequence[tuple[Entry, ShownEntry]]
) -> ShownEntry:
    """A lead and who covers for it; a cover names no scope, and has the lead's.

    A cover is of the leads of its role that its own agency told of, else, where it told of none, of all of that role.
    """
    covering: list[ShownEntry] = [
        {**one, "scope": lead.scope}
        for cover, one in covers
        if cover.service == lead.service
        and (
            cover.organisation == lead.organisation
            or all((cover.service, cover.organisation) != (other.service, other.organisation) for other in leads)
        )
    ]
    return {**shown, "covered_by": covering}
