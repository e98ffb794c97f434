"""What is printed of an answer: all that a person needs of it, as --json has it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.cli import rendering, rendering_child
from tests.builders.service import Bench, bench
from tests.integration.questions.test_lead_views import TEAM, TOLD, W1, WORKER, about_nobody, ask, take
from tests.spec.words import happened, identifier

ADA = ":".join(identifier("A", "nhs"))
Printed = Callable[[Callable[[dict[str, Any]], None], dict[str, Any]], str]


@pytest.fixture
def here(database_url: str, tmp_path: Path) -> Iterator[Bench]:
    made = bench(database_url, tmp_path)
    take(made, TOLD, 1)
    yield made
    made.close()


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str]) -> Printed:
    """What a page shows, the lines of each table's column joined: a cell may take several."""

    def run(page: Callable[[dict[str, Any]], None], answer: dict[str, Any]) -> str:
        page(answer)
        told: list[str] = []
        columns: list[str] = []
        for line in [*capsys.readouterr().out.splitlines(), ""]:
            if line[:1] in "┃│" and line:
                parts = [part.strip() for part in line.replace("┃", "│").split("│")[1:-1]]
                columns = [f"{old} {new}".strip() for old, new in zip(columns or [""] * len(parts), parts, strict=True)]
            elif line[:1] not in ("┏", "┡", "└") or not line:
                told += [*columns, line]
                columns = []
        return "\n".join(told)

    return run


def test_who_is_around_a_child_is_printed_with_how_to_reach_it(here: Bench, printed: Printed) -> None:
    here.record(
        about_nobody("WorkerRegistered", 1, "2025-09-01", worker=WORKER, role="family worker"),
        about_nobody("DutyLinePublished", 2, "2025-09-01", team={**TEAM, "contact": "01632 960002"},
                     hours=[{"days": "mon-fri", "from": "09:00", "to": "17:00"}]),
        about_nobody("OrganisationRegistered", 3, "2025-09-01", code="la-808", name="Northmoor Council",
                     organisation_kind="local_authority"),
        about_nobody("WorkerLeft", 4, "2025-11-20", worker=WORKER, reason="left"),
    )  # fmt: skip
    agreed = happened(
        "TeamMemberAgreed", "A", on="2025-09-20", service="school nursing", role="school nurse", worker="W5"
    )
    confirmed = happened("InvolvementConfirmed", "A", on="2025-10-02", service="family support", worker="W1", team=TEAM)
    started = happened("InvolvementStarted", "A", on="2025-09-03", service="family support", worker="W1", team=TEAM)
    take(here, [agreed, started, confirmed], 20)
    told = printed(rendering_child.show_child, ask(here, "child", identifier=ADA))
    assert "Mx Example (left 2025-11-20), Hub North" in told
    assert "01632 960100, 01632 960001; duty line 01632 960002 (mon-fri 09:00-17:00)" in told
    assert "Northmoor Council (la-808)" in told
    assert "open, last confirmed 2025-10-02" in told
    team = told[told.index("Team around the child") :]
    assert "school nursing, school nurse" in team
    assert "la-808:W5" in team


def test_an_assessment_is_printed_with_its_kind_and_holder_and_how_far_it_has_come(
    here: Bench, printed: Printed
) -> None:
    take(
        here,
        [
            happened("AssessmentCompleted", "A", on="2025-11-05", assessment="section_47", by="la-808"),
            happened("AssessmentStarted", "A", on="2025-11-10", assessment="single", worker="W4", by="la-808"),
            happened("AssessmentStarted", "A", on="2025-10-01", assessment="caf", by="org-example"),
            happened("AssessmentCompleted", "A", on="2025-10-20", assessment="caf", by="org-example"),
        ],
        20,
    )
    told = printed(rendering_child.show_child, ask(here, "child", identifier=ADA))
    lines = told[told.index("Assessments") :]
    assert "assessment section 47 CAF single" in lines
    assert "la-808 org-example la-808" in lines
    assert "la-808:W4" in lines
    assert "completed 2025-11-05, its start not told" in lines
    assert "completed 2025-10-20, begun 2025-10-01" in lines
    assert "under way since 2025-11-10" in lines
    assert "unknown" not in lines


def test_of_a_shielded_child_it_is_printed_that_whereabouts_are_not_shown(here: Bench, printed: Printed) -> None:
    take(here, [happened("ShieldApplied", "A", on="2025-09-20")], 20)
    told = printed(rendering_child.show_child, ask(here, "child", identifier=ADA))
    assert "address      shielded: not shown" in told


def test_who_covers_for_a_lead_is_printed_with_it(here: Bench, printed: Printed) -> None:
    sam = {**WORKER, "staff_id": "W2", "name": "Sam Sample", "contact": "01632 960177"}
    take(here, [happened("LeadCoverStarted", "A", on="2025-11-10", role="lead_practitioner", worker=sam)], 20)
    wanted = "la-808:W1{}, covered by Sam Sample since 2025-11-10, 01632 960177"
    told = printed(rendering_child.show_child, ask(here, "child", identifier=ADA))
    seat = " (lead practitioner, child; 2025-09-02 to …; accepted 2025-09-02)"
    assert f"lead         {wanted.format(seat)}" in told
    for page, question in ((rendering.show_handover, "handover"), (rendering.show_caseload, "caseload")):
        assert wanted.format("") in printed(page, ask(here, question, worker=W1))


def test_bug_not_known_to_be_alive_after_an_admission_was_taken_back(here: Bench, printed: Printed) -> None:
    admitted = happened("PupilAdmitted", "Q", on="2025-09-01", school="900001", enrolment_status=None, year_group=None)
    take(here, [admitted, happened("EventRetracted", "Q", on="2025-09-20", by="urn-900001", target=20)], 20)
    whom = ":".join(identifier("Q", "nhs"))
    assert "alive" not in printed(rendering_child.show_child, ask(here, "child", identifier=whom))
    assert "alive" not in printed(rendering_child.show_timeline, ask(here, "timeline", identifier=whom))


def test_dates_of_birth_that_are_contested_are_printed_with_who_tells_them(here: Bench, printed: Printed) -> None:
    take(here, [happened("ReferralReceived", "A", on="2025-09-20", service="youth work", born="2015-03-10")], 20)
    told = printed(rendering_child.show_child, ask(here, "child", identifier=ADA))
    [said] = [line for line in told.splitlines() if line.startswith("contested")]
    assert "2015-03-10 by la-808" in said
    assert said.count(" by ") == 2
