"""How many organisations in reach do not publish: told with every list of families, and by `icr feeds`."""

from datetime import date
from typing import Any

import pytest

from adapters.cli import rendering
from domain.questions.about import ListFeeds
from tests.builders.asking import answer
from tests.builders.service import Bench
from tests.integration.questions.test_lead_views import about_nobody, ask, take
from tests.spec.words import feed_reported, gp_registered, gp_registration_ended

DAY = date(2025, 12, 1)
MARKS, ROLLS, PRACTICE = "AttendanceMarked", "PupilAdmitted", "GpRegistered"
SCHOOLS = ("urn-900001", "urn-900002", "urn-900003")


@pytest.fixture
def here(any_emptied_bench: Bench) -> Bench:
    """Three schools and a practice that are expected to publish; the first school and the practice are heard."""
    made = any_emptied_bench
    expected = [(school, feed) for school in SCHOOLS for feed in (MARKS, ROLLS)] + [("ods-Z90001", PRACTICE)]
    made.record(
        *(
            about_nobody("FeedExpected", 100 + n, "2025-09-01", organisation=organisation, feed=feed, allowance_days=None)
            for n, (organisation, feed) in enumerate(expected)
        ),
        about_nobody("OrganisationRegistered", 200, "2025-09-01", code="ods-Z90001", name="Mill Lane Surgery",
                     organisation_kind="general_practice"),
    )  # fmt: skip
    take(
        made,
        [
            *(feed_reported(SCHOOLS[0], feed, through=DAY.isoformat()) for feed in (MARKS, ROLLS)),
            feed_reported("ods-Z90001", PRACTICE, through=DAY.isoformat()),
            gp_registered("A", practice="Z90001", on="2020-03-10", name="Ada Example", born="2015-03-01"),
            gp_registration_ended("A", practice="Z90001", on="2025-08-15"),
        ],
        1,
    )
    return made


def told(here: Bench, **question: Any) -> dict[str, str]:
    """What a list of families says of the feeds, by indicator; a family that is shown says the same."""
    answer = ask(here, "families", **question)
    feeds: dict[str, str] = answer["feeds"]
    if not question:
        family = answer["families"][0]["family"]
        assert ask(here, "family", family=family)["feeds"] == feeds
    return feeds


def test_schools_that_never_spoke_and_schools_that_were_cut_off_do_not_publish(here: Bench) -> None:
    assert told(here)["no_school"] == "2 of 3 schools in reach do not publish"
    take(here, [feed_reported(SCHOOLS[1], ROLLS, through="2025-12-01")], 20)
    assert told(here)["no_school"] == "1 of 3 schools in reach do not publish"
    take(here, [feed_reported(SCHOOLS[2], ROLLS, through="2025-11-16")], 21)  # fifteen days ago, one too many
    assert told(here)["no_school"] == "1 of 3 schools in reach do not publish"
    take(here, [feed_reported(SCHOOLS[2], ROLLS, through="2025-11-17")], 22)
    assert told(here)["no_school"] == "heard"


def test_marks_count_for_what_rests_on_one_school(here: Bench) -> None:
    take(here, [feed_reported(school, ROLLS, through="2025-12-01") for school in SCHOOLS], 20)
    assert told(here)["ten_days_absent"] == "2 of 3 schools in reach do not publish"


def test_an_organisation_is_counted_once_and_by_its_kind(here: Bench) -> None:
    """Silence of all universal services rests on rolls, marks and practices."""
    assert told(here)["no_gp"] == "heard"
    assert told(here)["no_universal_contact"] == "2 of 3 schools in reach do not publish"
    later = ask(here, "families", effective_at=date(2026, 1, 1))["feeds"]["no_universal_contact"]
    assert later == "1 of 1 practices in reach do not publish; 3 of 3 schools in reach do not publish"


def test_what_nobody_publishes_is_said(here: Bench) -> None:
    assert told(here)["missing_without_interview"] == "nobody publishes MissingStarted"


def test_of_an_area_only_its_schools_are_in_reach(here: Bench) -> None:
    areas = [{"area": "East", "members": ["900001"]}, {"area": "West", "members": ["900002", "900003"]}]
    by_school = {"by": "school", "through": None, "areas": areas, "authority_wide": []}
    [outcome] = here.record(about_nobody("AreaMapPublished", 300, "2025-09-01", name="Groups") | by_school)
    assert outcome.outcome == "accepted"
    here.projector.project()
    assert told(here, area="West")["ten_days_absent"] == "2 of 2 schools in reach do not publish"
    assert told(here, area="east")["ten_days_absent"] == "heard"
    assert told(here, area="East")["no_school"] == "out of reach urn-900002 PupilAdmitted is not heard"
    assert told(here)["ten_days_absent"] == "2 of 3 schools in reach do not publish"


def test_it_is_printed_with_the_list_and_with_a_family(here: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    listed = ask(here, "families")
    rendering.show_families(listed)
    assert "2 of 3 schools in reach do not publish: no school, lost leaver, ten days absent" in capsys.readouterr().out
    rendering.show_family(ask(here, "family", family=listed["families"][0]["family"]))
    assert "2 of 3 schools in reach do not publish: no school, lost leaver, ten days absent" in capsys.readouterr().out
    rendering.show_families({**listed, "feeds": dict.fromkeys(listed["feeds"], "heard")})
    assert "all who are expected to publish are heard" in capsys.readouterr().out


def test_the_feeds_are_listed_with_those_that_never_spoke(here: Bench) -> None:
    take(
        here,
        [
            feed_reported(SCHOOLS[1], MARKS, through="2025-11-20"),
            feed_reported("la-808", "LeadAccepted", through="2025-12-01"),
        ],
        20,
    )
    found = {
        (one["organisation"], one["event_type"]): one
        for one in answer(here.service, ListFeeds(effective_at=DAY))["feeds"]
    }
    assert {name: (one["status"], one["expected"]) for name, one in found.items()} == {
        ("la-808", "LeadAccepted"): ("heard", False),
        ("ods-Z90001", PRACTICE): ("heard", True),
        (SCHOOLS[0], MARKS): ("heard", True), (SCHOOLS[0], ROLLS): ("heard", True),
        (SCHOOLS[1], MARKS): ("silent", True), (SCHOOLS[1], ROLLS): ("never", True),
        (SCHOOLS[2], MARKS): ("never", True), (SCHOOLS[2], ROLLS): ("never", True),
    }  # fmt: skip
    silent, never = found[SCHOOLS[1], MARKS], found[SCHOOLS[1], ROLLS]
    assert (silent["complete_through"], silent["reports"]) == ("2025-11-20", 1)
    assert (never["complete_through"], never["last_reported"], never["reports"]) == (None, None, 0)


def test_a_school_that_has_closed_is_in_reach_no_more(here: Bench) -> None:
    take(here, [feed_reported(SCHOOLS[1], ROLLS, through="2025-12-01")], 20)
    take(here, [feed_reported(SCHOOLS[2], ROLLS, through="2025-09-30")], 21)
    assert told(here)["no_school"] == "1 of 3 schools in reach do not publish"
    registered = about_nobody(
        "OrganisationRegistered",
        300,
        "2010-09-01",
        code=SCHOOLS[2],
        name="Mill Lane School",
        organisation_kind="school",
    )
    here.record({**registered, "effective": {"from": "2010-09-01", "to": "2025-10-01"}})
    here.projector.project()
    assert told(here)["no_school"] == "heard"
    take(here, [feed_reported(SCHOOLS[1], ROLLS, through="2025-11-01", recorded="2025-12-02")], 22)
    assert told(here)["no_school"] == "1 of 2 schools in reach do not publish"
    found = {
        (one["organisation"], one["event_type"]): one["status"]
        for one in answer(here.service, ListFeeds(effective_at=DAY))["feeds"]
    }
    assert (found[SCHOOLS[2], ROLLS], found[SCHOOLS[2], MARKS]) == ("closed", "never")
