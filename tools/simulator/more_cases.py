"""Families set by hand to whom things are only told: no more than a table of days before the end and what was said then."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from tools.simulator import home_life, registers, staff
from tools.simulator.area import AUTHORITY, MENTORS, TRUST
from tools.simulator.casebook import NINE, SIX, Builder, Script, helped, leads, post, works
from tools.simulator.people import Child, Family
from tools.simulator.school_life import off_roll
from tools.simulator.world import Fact, Step

BABY, THREE, FOURTEEN = 200, 3 * 365, 14 * 365
HANDS = "HANDS"  # stands for the family's worker and a team
Line = tuple[int, str, dict[str, Any]]

ACCEPTED, DECLINED = {"outcome": "accepted"}, {"outcome": "declined"}
_THERAPY = {"service": "community paediatrics"}


def _missing(days: int, episode: int) -> list[Line]:
    case = {"reference": f"MS{episode}"}
    return [(days, "missing_started", case), (days - 1, "missing_ended", case)]


def _assessed(days: int, kind: str, organisation: str, reference: str) -> list[Line]:
    case = {"organisation": organisation, "assessment": kind, "reference": reference}
    hands = {"team": None, "worker": None}
    return [(days, "assessment_started", {**case, **hands}), (days - 20, "assessment_completed", {**case, **hands})]


_REVIEW = {"review": "one_year", "reason": "not_brought"}
_VISIT = (30, "centre_attended", {"centre": "centre-1"})
_EXCLUDED = {"school": "", "reference": "PEX"}
_PROVIDED = {"provider": "Northmoor Tuition Centre", "reference": "AP"}
_REFERRED = {"service": "children's social care", "source_code": "6"}
_CARE = {"reference": "LAC", "legal_status": "accommodated", HANDS: "social work"}

TOLD: tuple[tuple[str, int, tuple[Line, ...]], ...] = (
    # ---- excluded
    ("suspended", NINE, ((20, "suspended", {"school": "", "reference": "SUS"}),)),
    ("provided", NINE, ((40, "excluded", _EXCLUDED), (32, "provided", _PROVIDED))),
    ("provided_no_more", NINE, ((60, "excluded", _EXCLUDED), (52, "provided", _PROVIDED), (20, "provision_ended", _PROVIDED))),
    ("reinstated", NINE, ((60, "excluded", _EXCLUDED), (30, "exclusion_concluded", {**_EXCLUDED, "outcome": "reinstated"}))),
    # ---- seen by health, or not
    ("unseen_baby", BABY, ((150, "review_missed", _REVIEW), _VISIT)),
    ("seen_at_last", BABY, ((150, "review_missed", _REVIEW), (120, "review_done", {"review": "one_year"}), _VISIT)),
    ("not_brought", SIX, ((90, "not_brought", _THERAPY), (60, "not_brought", _THERAPY))),
    ("brought_at_last", SIX, ((90, "not_brought", _THERAPY), (60, "not_brought", _THERAPY), (30, "seen", _THERAPY))),
    ("seen_by_nobody", THREE, ((220, "centre_registered", {"centre": "centre-1"}), (200, "centre_attended", {"centre": "centre-1"}))),
    # ---- missing
    ("missing_twice", FOURTEEN, (*_missing(80, 1), (75, "interviewed", ACCEPTED), *_missing(40, 2))),
    ("not_interviewed", FOURTEEN, (*_missing(50, 1), (45, "interviewed", DECLINED))),
    ("interviewed", FOURTEEN, (*_missing(80, 1), *_missing(40, 2), (35, "interviewed", ACCEPTED))),
    # ---- plans and steps without a lead
    ("stepped_down", NINE, ((30, "case_closed", {"reason": "RC9"}),)),
    ("in_need", NINE, ((60, "in_need_started", {"reference": "CIN", HANDS: "social work"}),)),
    ("protected_no_more", NINE, (
        (200, "protection_started", {"reference": "CP", HANDS: "social work"}),
        (50, "protection_ended", {"reference": "CP", "reason": "outcomes_met"}),
    )),
    # ---- what measures count
    ("assessed_twice", NINE, (*_assessed(150, "early_help", AUTHORITY, "AS1"), *_assessed(60, "caf", MENTORS, "AS2"))),
    ("waiting", NINE, ((60, "referred", _REFERRED),)),
    ("waiting_no_more", NINE, ((100, "referred", _REFERRED), (90, "case_closed", {"reason": "RC8"}))),
    ("in_care", SIX, ((200, "looked_after_started", _CARE), (180, "health_assessed", {"assessment": "initial"}))),
    ("in_care_unassessed", SIX, ((100, "looked_after_started", _CARE),)),
    ("home_from_care", SIX, (
        (300, "looked_after_started", _CARE), (250, "health_assessed", {"assessment": "initial"}),
        (100, "looked_after_ended", {"reference": "LAC", "reason": "returned_home"}),
    )),
    ("long_in_care", NINE, ((500, "looked_after_started", _CARE), (60, "health_assessed", {"assessment": "annual"}))),
)  # fmt: skip


def script(lines: tuple[Line, ...]) -> Script:
    """The story of a family to whom these lines happen, one child like another."""

    def play(case: Builder, family: Family) -> Iterator[Step]:
        for days, kind, details in sorted(lines, key=lambda line: -line[0]):
            day = case.days_before_end(days) if days < case.world.plan.days else case.long_before_end(days)
            yield day
            for child in family.children:
                yield Fact(kind, child, day, _details(case, child, details))

    return play


def _details(case: Builder, child: Child, details: dict[str, Any]) -> dict[str, Any]:
    said = {word: value for word, value in details.items() if word != HANDS}
    if "reference" in said:
        said["reference"] = f"{said['reference']}-CASE-{child.number}"
    if "school" in said:
        said["school"] = child.school
    if HANDS in details:
        team = case.world.area.team(AUTHORITY, details[HANDS], child.family.ward)
        said |= {"team": team.card, "worker": case.worker(child.family, AUTHORITY)}
    return said


def home_taught(case: Builder, family: Family) -> Iterator[Step]:
    """Off roll to be taught at home, and the authority knows."""
    for child in family.children:
        day = case.days_before_end(60)
        yield day
        yield from off_roll(case.world, child, day, "F", None)
        day = case.days_before_end(55)
        yield day
        yield Fact("home_taught", child, day, {"reference": f"EHE-CASE-{child.number}"})


def home_taught_no_more(case: Builder, family: Family) -> Iterator[Step]:
    """Taught at home for months; it has ended, and no school admits the child."""
    (child,) = family.children
    reference = {"reference": f"EHE-CASE-{child.number}"}
    day = case.days_before_end(200)
    yield day
    yield from off_roll(case.world, child, day, "F", None)
    yield Fact("home_taught", child, day, reference)
    day = case.days_before_end(60)
    yield day
    yield Fact("home_taught_ended", child, day, {**reference, "reason": "child_missing_education"})


def emergencies_instead(case: Builder, family: Family) -> Iterator[Step]:
    """A practice removed the child, which is brought to the emergency department three times."""
    (child,) = family.children
    day = case.days_before_end(120)
    yield day
    yield from home_life.drop(child, day, "returned_undelivered")
    for days in (100, 70, 40):
        day = case.days_before_end(days)
        yield day
        yield Fact("emergency", child, day, {})


def long_away(case: Builder, family: Family) -> Iterator[Step]:
    """Absent without leave for months, to the end."""
    yield from _away(case, family, 120, 0, "O")


def away_all_year(case: Builder, family: Family) -> Iterator[Step]:
    """Absent without leave since the autumn, to the end."""
    yield from _away(case, family, 280, 0, "O")


def severely_absent(case: Builder, family: Family) -> Iterator[Step]:
    """Ill for more than half of the school year, and back."""
    yield from _away(case, family, 200, 20, "I")


def _away(case: Builder, family: Family, first: int, last: int, code: str) -> Iterator[Step]:
    assert code in registers.NOT_SEEN
    (child,) = family.children
    day = case.days_before_end(first)
    yield day
    child.away, child.away_until = code, case.days_before_end(last).toordinal()


def stepped_up(case: Builder, family: Family) -> Iterator[Step]:
    """Early help handed the child on to social care, and its lead ended with it."""
    (child,) = family.children
    yield from helped(case, child, 150)
    day = case.days_before_end(140)
    yield day
    yield from leads(case, child, day, AUTHORITY)
    day = case.days_before_end(30)
    yield day
    yield Fact("lead_ended", child, day, {**post(case, child, AUTHORITY), "reason": "completed"})
    yield Fact("help_ended", child, day, {"reference": f"EH-CASE-{child.number}", "reason": "step_up"})
    yield Fact("stepped_up", child, day, {"to": "children's social care"})


def stepped_down_led(case: Builder, family: Family) -> Iterator[Step]:
    """Stepped down to early help, and a mentor leads."""
    (child,) = family.children
    day = case.days_before_end(30)
    yield day
    yield Fact("stepped_down", child, day, {"to": "early help"})
    day = case.days_before_end(28)
    yield day
    yield from works(case, child, day, MENTORS, "family mentoring")
    yield from leads(case, child, day, MENTORS)


def worker_gone(case: Builder, family: Family) -> Iterator[Step]:
    """The lead has left the agency; nobody said that the lead ended."""
    (child,) = family.children
    yield from helped(case, child, 150)
    day = case.days_before_end(140)
    yield day
    yield from works(case, child, day, MENTORS, "family mentoring")
    yield from leads(case, child, day, MENTORS)
    day = case.days_before_end(50)
    yield day
    yield staff.gone(case.world, case.worker(family, MENTORS), day, "left")


def handed_over(case: Builder, family: Family) -> Iterator[Step]:
    """The lead was to pass to a mentor, who accepted: one lead, although nobody said that the first ended."""
    (child,) = family.children
    yield from helped(case, child, 150)
    day = case.days_before_end(140)
    yield day
    yield from leads(case, child, day, AUTHORITY)
    day = case.days_before_end(60)
    yield day
    mentor = {**post(case, child, MENTORS), "organisation": AUTHORITY}
    yield Fact("lead_proposed", child, day, mentor)
    day = case.days_before_end(50)
    yield day
    yield Fact("lead_accepted", child, day, mentor)


def declined(case: Builder, family: Family) -> Iterator[Step]:
    """The worker who was nominated said no, and nobody was asked since."""
    (child,) = family.children
    yield from helped(case, child, 90)
    for days, kind in ((80, "lead_nominated"), (70, "lead_declined")):
        day = case.days_before_end(days)
        yield day
        yield Fact(kind, child, day, {**post(case, child, AUTHORITY), "reason": "other"})


def protected(case: Builder, family: Family) -> Iterator[Step]:
    """A child protection plan whose child has a lead, but not the one for protection."""
    (child,) = family.children
    day = case.days_before_end(60)
    yield day
    details = _details(case, child, {"reference": "CP", HANDS: "social work"})
    yield Fact("protection_started", child, day, details)
    yield from leads(case, child, day, AUTHORITY)


def two_services(case: Builder, family: Family) -> Iterator[Step]:
    """A therapist and a mentor work with a child, and nobody leads."""
    (child,) = family.children
    for days, organisation, service in ((90, TRUST, "speech and language therapy"), (70, MENTORS, "family mentoring")):
        day = case.days_before_end(days)
        yield day
        yield from works(case, child, day, organisation, service)


def served(case: Builder, family: Family) -> Iterator[Step]:
    """Referred, and a mentor begins after three weeks."""
    (child,) = family.children
    day = case.days_before_end(100)
    yield day
    yield Fact("referred", child, day, _REFERRED)
    day += timedelta(days=21)
    yield day
    yield from works(case, child, day, MENTORS, "family mentoring")


_PLAYED: tuple[tuple[str, int, Callable[[Builder, Family], Iterator[Step]]], ...] = (
    ("home_taught", NINE, home_taught),
    ("home_taught_no_more", NINE, home_taught_no_more),
    ("emergencies_instead", SIX, emergencies_instead),
    ("long_away", NINE, long_away),
    ("severely_absent", NINE, severely_absent),
    ("stepped_up", NINE, stepped_up),
    ("stepped_down_led", NINE, stepped_down_led),
    ("worker_gone", NINE, worker_gone),
    ("handed_over", NINE, handed_over),
    ("declined", NINE, declined),
    ("protected", NINE, protected),
    ("two_services", NINE, two_services),
    ("served", NINE, served),
    ("away_all_year", SIX, away_all_year),
)
MORE: tuple[tuple[str, tuple[int, ...], Script], ...] = (
    *((name, (age,), script(lines)) for name, age, lines in TOLD),
    *((name, (age,), story) for name, age, story in _PLAYED),
)
