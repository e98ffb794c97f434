"""Three years of an authority's rolls across the year in which a school became an academy: nobody left, and nothing is doubled."""

import random
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from adapters.intake.census_pairs import empty_rolls, pairs
from adapters.intake.connectors.school_census import SchoolCensus
from adapters.intake.imports import FileImporter
from adapters.log.messages import Message
from tests.builders.asking import asking
from tests.builders.service import Bench
from tests.builders.stream import event, upn
from tests.spec.words import organisation_registered

SCHOOL, ACADEMY, ELSEWHERE = "900001", "900002", "900003"
HEAD = "URN,upn,dob,surname,forename,sex,entrydate,enrolstatus"
PUPILS = range(1, 9)
BECAME = organisation_registered(
    f"urn-{SCHOOL}",
    "Mill Lane School",
    "2010-09-01",
    successors=[f"urn-{ACADEMY}"],
    until="2024-04-01",
    recorded="2024-03-01",
)
TERMS = [
    "2022_autumn",
    "2023_spring",
    "2023_summer",
    "2023_autumn",
    "2024_spring",
    "2024_summer",
    "2024_autumn",
    "2025_spring",
    "2025_summer",
]


def rows_of(term: str) -> list[str]:
    """Who is on roll: pupil 8 moves elsewhere before the autumn of 2023, 7 leaves before that of 2024."""
    at = TERMS.index(term)
    school = ACADEMY if at >= TERMS.index("2024_summer") else SCHOOL
    there = [n for n in PUPILS if n < 7 or (n == 7 and at < TERMS.index("2024_autumn"))]
    rows = [f"{school},{upn(n)},2014-05-09,Ash,Wren,F,2021-09-01,C" for n in there]
    moved = at >= TERMS.index("2023_autumn")
    where = (
        f"{ELSEWHERE},{upn(8)},2014-05-09,Ash,Wren,F,2023-09-04,C"
        if moved
        else f"{school},{upn(8)},2014-05-09,Ash,Wren,F,2021-09-01,C"
    )
    return [*rows, where]


def told_by(school: str, system: str, on: str, recorded: str, end: str | None = None) -> list[dict[str, Any]]:
    """A school's own system tells its roll: other ids of pupils, references and events."""
    events = []
    for n in PUPILS[:6]:
        ids = {"upn": upn(n), f"agency:urn-{school}:{system}": f"{system}{n}"}
        own = {"school": school, "enrolment_status": "C", "year_group": None}
        told = event("PupilAdmitted", f"{system}-in-{n}", f"urn-{school}", ids, on, **own)
        events.append(
            {**told, "reference": f"{system}/{n}", "mode": "backfill", "recorded_at": f"{recorded}T09:00:00Z"}
        )
        if end is not None:
            left = {"school": school, "ground": None, "destination": None}
            told = event("PupilRemovedFromRoll", f"{system}-out-{n}", f"urn-{school}", ids, end, **left)
            events.append({**told, "reference": f"{system}/{n}", "mode": "backfill", "recorded_at": f"{end}T09:00:00Z"})
    return events


def shown(here: Bench, child: int, on: str = "2025-06-01") -> list[tuple[str, str, str]]:
    with asking(here.service) as asked:
        told = asked.timeline(identifier=f"upn:{upn(child)}", effective_at=date.fromisoformat(on))
    assert told is not None
    return [(e["provider"], e["from"], e["status"]) for e in told["entries"] if e["kind"] == "enrolment"]


def test_what_the_pairs_of_terms_count(here: Bench, tmp_path: Path) -> None:
    here.record(BECAME.wire(1))
    paths = []
    for term in TERMS:
        paths.append(tmp_path / f"{term}_roll.csv")
        paths[-1].write_text("\n".join([HEAD, *rows_of(term)]) + "\n")
    FileImporter(here.recorder, SchoolCensus(paths, "la-808").read, unit="row", batch=500, by_content=True).take(paths)
    found = {
        f"{one.from_term}": (one.admissions, one.leavers, one.moves)
        for one in pairs(here.recorder, "la-808", 2027, pseudonymous=False)
    }
    assert empty_rolls(here.recorder, "la-808", 2027, pseudonymous=False) == ([], 0)  # nobody's table is missing
    assert {name: counts for name, counts in found.items() if counts != (0, 0, 0)} == {
        "2023_summer": (0, 0, 1),
        "2024_summer": (0, 1, 0),
    }


@pytest.mark.parametrize("seed", range(3))
def test_shuffled(here: Bench, tmp_path: Path, seed: int) -> None:
    """Rolls of all terms, both schools' systems and the link, in any order: one enrolment each."""
    paths = []
    for term in TERMS:
        paths.append(tmp_path / f"{term}_roll.csv")
        paths[-1].write_text("\n".join([HEAD, *rows_of(term)]) + "\n")
    live = [
        *told_by(SCHOOL, "old", "2021-09-01", "2021-09-01", end="2024-03-31"),
        *told_by(ACADEMY, "new", "2021-09-01", "2024-04-10"),
        *told_by(ACADEMY, "third", "2024-04-01", "2025-01-10"),
    ]
    steps: list[Path | list[dict[str, Any]]] = [*paths, [BECAME.wire(1)], *([one] for one in live)]
    random.Random(seed).shuffle(steps)
    for step in steps:
        if isinstance(step, Path):
            FileImporter(
                here.recorder, SchoolCensus([step], "la-808").read, unit="row", batch=500, by_content=True
            ).take([step])
        else:
            here.record(*step)
    reports, _ = empty_rolls(here.recorder, "la-808", 2027, pseudonymous=False)
    here.recorder.record([Message(report) for report in reports])
    here.projector.project()
    for child in PUPILS[:6]:
        assert shown(here, child) == [(ACADEMY, "2021-09-01", "open")], child
    assert shown(here, 7)[0][1:] == ("2021-09-01", "lapsed")
    assert [one[1:] for one in shown(here, 8)] == [("2021-09-01", "lapsed"), ("2023-09-04", "open")]


@pytest.mark.parametrize("link_first", [True, False])
def test_a_reload_is_no_news(here: Bench, link_first: bool) -> None:
    worker = {"organisation": "la-808", "staff_id": "W1", "name": None, "contact": None}
    own = {"service": "mentoring", "provision": "additional", "team": None, "worker": worker, "role": None}
    working = event("InvolvementStarted", "work-1", "la-808", {"upn": upn(1)}, "2023-01-09", **own)
    here.record(*told_by(SCHOOL, "old", "2021-09-01", "2021-09-01", end="2024-03-31"), working)
    here.projector.project()
    with asking(here.service) as asked:
        before = asked.caseload(worker="la-808:W1", effective_at=date(2025, 6, 1))["position"]
    steps = [
        [BECAME.wire(1)],
        told_by(ACADEMY, "new", "2021-09-01", "2024-04-10"),
        told_by(ACADEMY, "third", "2024-04-01", "2025-01-10"),
    ]
    for step in steps if link_first else reversed(steps):
        here.record(*step)
        here.projector.project()
        with asking(here.service) as asked:
            news = asked.changes(worker="la-808:W1", since=before, effective_at=date(2025, 6, 1))
        assert news["children"] == []
    assert shown(here, 1) == [(ACADEMY, "2021-09-01", "open")]
