"""What each child adds to each measure is the same by the reference and by the views, live and rebuilt, now and as known then."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.dates import to_day
from domain.measures.of_child import MEASURES, Part, parts
from tests.builders.asking import asking
from tests.builders.service import Bench, bench
from tests.generative.histories import ADDRESSES, CHILDREN, START, WORKERS, _day, _person
from tests.generative.histories import told as stated
from tests.generative.test_views_agree import arrive

# Days that lie on either side of what the measures count by: 28 days, six and twelve months, a school year.
DAYS = (0, 1, 10, 11, 28, 29, 38, 39, 60, 180, 181, 182, 200, 303, 304, 364, 365, 366, 393, 394, 400)
# Fifth birthdays on and about days that are asked about, and about the days that begin compulsory school age.
BIRTHS = ("2020-08-31", "2020-09-01", "2020-09-11", "2020-12-31", "2021-01-01", "2021-03-31", "2021-09-01", "2021-09-30",
          "2022-02-28", "2025-09-29", "2025-12-31", "2026-03-01", "2026-09-01", "2015-05-01")  # fmt: skip
LEAD = {"role": "lead_practitioner", "scope": "child"}
OWN: dict[str, tuple[str, dict[str, list[Any]]]] = {
    "ReferralReceived": ("la-808", {"service": ["social work"], "source_code": ["1A"]}),
    "CaseClosed": ("la-808", {"reason": ["RC8"]}),
    "InvolvementStarted": ("la-808", {"service": ["social work", "mentoring"], "provision": ["additional", "universal"], "team": [None],
                                      "worker": [WORKERS[0]], "role": [None]}),
    "InvolvementEnded": ("la-808", {"service": ["social work", "mentoring"], "reason": ["completed"]}),
    "InvolvementConfirmed": ("la-808", {"service": ["social work"], "team": [None], "worker": [WORKERS[0]]}),
    "EarlyHelpStarted": ("la-808", {"team": [None], "worker": [WORKERS[1]]}),
    "EarlyHelpEnded": ("la-808", {"reason": [None]}),
    "AssessmentStarted": ("la-808", {"assessment": ["single", "early_help", "section_47"], "team": [None], "worker": [None]}),
    "AssessmentCompleted": ("la-358", {"assessment": ["caf", "single"], "version": [None], "team": [None], "worker": [None]}),
    "LookedAfterStarted": ("la-808", {"legal_status": [None], "team": [None], "worker": [None]}),
    "LookedAfterEnded": ("la-808", {"reason": [None]}),
    "HealthAssessmentDone": ("la-808", {"assessment": ["initial", "annual"]}),
    "ChildrensCentreRegistered": ("la-808", {"centre": ["Oak"]}),
    "ChildrensCentreLeft": ("la-808", {"centre": ["Oak"]}),
    "LeadAccepted": ("la-808", {**{k: [v] for k, v in LEAD.items()}, "worker": WORKERS}),
    "LeadTransferProposed": ("la-808", {**{k: [v] for k, v in LEAD.items()}, "worker": WORKERS}),
    "LeadEnded": ("la-808", {**{k: [v] for k, v in LEAD.items()}, "worker": WORKERS, "reason": [None]}),
    "AttendanceMarked": ("urn-900001", {"school": ["900001", "900002"], "am": ["/", "B", "I", "O", "U", "Y", "X", None], "pm": ["/", "O", None]}),
    "AddressChanged": ("ods-Z90001", {"address": [ADDRESSES[0], ADDRESSES[5], ADDRESSES[5]]}),
    "DeathNotified": ("ods-Z90001", {"status": [None]}),
    "DeathNotificationWithdrawn": ("ods-Z90001", {}),
    "BirthNotified": ("ods-Z90001", {"address": [None]}),
}  # fmt: skip
SELDOM = ("DeathNotified", "DeathNotificationWithdrawn", "AddressChanged", "CaseClosed")
OFTEN = [name for name in OWN if name not in SELDOM for _ in range(3)]


@st.composite
def lives(draw: st.DrawFn) -> list[dict[str, Any]]:
    """What the measures are about, of a few children of any age; some of it is taken back or corrected."""
    made: list[dict[str, Any]] = []
    for number in range(draw(st.integers(5, 60))):
        name = draw(st.sampled_from([*OFTEN, *SELDOM]))
        by, choices = OWN[name]
        own = {field: draw(st.sampled_from(values)) for field, values in choices.items()}
        child, day, minute = draw(st.integers(0, CHILDREN - 1)), draw(st.sampled_from(DAYS)), draw(st.integers(0, 40))
        which = draw(st.sampled_from(["nhs", "nhs", "agency"]))
        told = stated(number, name, by, child, which, day, minute, **own)
        if which == "agency" and draw(st.booleans()):
            told["subject"]["identifiers"] += stated(0, name, by, child, "nhs", 0, 0)["subject"]["identifiers"]
        if name in ("BirthNotified", "EarlyHelpStarted"):
            born = draw(st.sampled_from(BIRTHS))
            told["subject"]["person"] = _person(child, odd=False) | {"date_of_birth": born}
            told["effective"] = {"from": born, "to": None} if name == "BirthNotified" else told["effective"]
        if name.endswith(("Started", "Registered")) and draw(st.integers(0, 4)) == 0:
            told["effective"]["to"] = _day(day + draw(st.sampled_from([0, 10, 28, 29, 400])))
        made.append(told)
        if draw(st.integers(0, 11)) == 0:
            made.append(_amended(draw, told, 1000 + number))
    if draw(st.booleans()):
        made.extend(draw(care(draw(st.integers(0, CHILDREN - 1)), 2000)))
    return made


@st.composite
def care(draw: st.DrawFn, child: int, number: int) -> list[dict[str, Any]]:
    """Looked after from a day, and assessed about as late as is allowed, or just too late; rare in random draws."""
    began, after = draw(st.sampled_from((0, 10, 200, 365))), draw(st.sampled_from((0, 27, 28, 29, 365)))
    return [
        stated(
            number, "LookedAfterStarted", "la-808", child, "nhs", began, 1, legal_status=None, team=None, worker=None
        ),
        stated(number + 1, "HealthAssessmentDone", "la-808", child, "nhs", began + after, 2, assessment="initial"),
    ]


def _amended(draw: st.DrawFn, told: dict[str, Any], number: int) -> dict[str, Any]:
    target = {"event_id": told["event_id"], "source_record_id": None, "reason": "entered_in_error"}
    changes = {
        "effective_from": _day(draw(st.sampled_from(DAYS))),
        "effective_to": None,
        "reopen": False,
        "worker": None,
    }
    takes_back = told["event_type"] == "AttendanceMarked" or draw(st.booleans())
    kind, own = ("EventRetracted", {}) if takes_back else ("EventCorrected", {"changes": changes})
    by = told["source"]["organisation"]
    said = stated(number, kind, by, 0, "nhs", 0, draw(st.integers(0, 60)), **own)
    return {**said, "subject": told["subject"], "target": target}


@pytest.fixture
def small(any_database_url: str, tmp_path: Path) -> Iterator[Bench]:
    made = bench(any_database_url, tmp_path, edition_size=7)
    made.connection.execute("SET synchronous_commit = off")
    yield made
    made.close()


def sorted_parts(found: list[Part]) -> list[Part]:
    return sorted(found, key=lambda p: (p.child, p.counted, p.numerator, p.denominator, p.days or 0))


def agree(here: Bench, known_at: int, day: int) -> None:
    world = here.world(known_at)
    with asking(here.service, str(known_at)) as asked:
        found = asked.parts(list(MEASURES.values()), day)
    for measure in MEASURES.values():
        expected = parts(measure, world.children.values(), day)
        assert sorted_parts(found[measure.id]) == sorted_parts(expected), measure.id


@settings(max_examples=max(15, settings().max_examples // 3))
@given(history=lives(), rnd=st.randoms(use_true_random=False))
def test_measures_agree_with_the_reference(small: Bench, history: list[dict[str, Any]], rnd: random.Random) -> None:
    small.empty()
    arrive(small, history, rnd)
    positions = [
        last for (last,) in small.connection.execute("SELECT last FROM log.edition ORDER BY number").fetchall()
    ]
    asked = [(rnd.choice(positions), rnd.choice(DAYS)), *((positions[-1], rnd.choice(DAYS)) for _ in range(2))]
    for known_at, day in asked:
        agree(small, known_at, to_day(START) + day)
    small.rebuilder.rebuild()
    for known_at, day in asked:
        agree(small, known_at, to_day(START) + day)
