"""What is due by the authority's schedule, that holds keep it, and that it is erased as everything is: by two people's word."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from adapters.commands.erasing import Erasing
from adapters.commands.erasures import Erasures
from adapters.commands.granting import grant, read_worker
from adapters.commands.retention import Retention
from adapters.process.retention_file import read_periods
from domain.access.viewer import Role
from domain.dates import to_day
from domain.erasure import EXEMPTIONS
from domain.errors import Misuse, NothingKnown, Rejected
from domain.retention import CountedFrom, HeldOf, Period, over_on
from tests.builders.service import Bench, bench
from tests.spec.words import (
    Happened,
    attendance_marked,
    early_help_ended,
    happened,
    identifier,
    pupil_admitted,
    pupil_removed_from_roll,
)

SCHEDULE = """
[education]
years = 6
counted_from = "last"
source = "School registers, six years"
[attendance]
years = 6
counted_from = "last"
source = "School registers, six years"
[identity]
years = 6
counted_from = "last"
source = "As what it identifies"
[early_help]
years = 25
counted_from = "birth"
source = "The authority's schedule, 2.4"
"""


@pytest.fixture
def here(any_database_url: str, tmp_path: Path) -> Iterator[Bench]:
    file = tmp_path / "retention.toml"
    file.write_text(SCHEDULE)
    made = bench(any_database_url, tmp_path, retention_file=file)
    for officer in ("la-808:P1", "la-808:P2"):
        grant(made.service, read_worker(officer), Role.PRIVACY_OFFICER)
    born = {"name": "Ada Example", "born": "2003-03-01"}
    record(
        made,
        pupil_admitted("Ada", school="900001", on="2008-09-01", known_by=("upn",), **born),
        attendance_marked("Ada", school="900001", on="2010-01-11", am="/", pm="/", known_by=("upn",)),
        pupil_removed_from_roll("Ada", school="900001", on="2020-07-21", known_by=("upn",)),
        happened("EarlyHelpStarted", "Ada", on="2010-09-01", worker="W1", **born),
        early_help_ended("Ada", on="2011-09-01"),
        pupil_admitted(
            "Bob", school="900001", on="2008-09-01", known_by=("upn",), name="Bob Example", born="2003-03-01"
        ),
    )
    made.projector.project()
    yield made
    made.close()


def record(here: Bench, *events: Happened, start: int = 0) -> None:
    assert {o.outcome for o in here.record(*(event.wire(start + n) for n, event in enumerate(events)))} == {"accepted"}


def at(here: Bench, day: str) -> int:
    here.clock.set(datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=UTC))
    return len(Retention(here.service).due().records)


def test_a_record_is_due_on_the_day_when_the_last_of_its_times_is_over_and_not_before(here: Bench) -> None:
    assert [at(here, day) for day in ("2026-07-20", "2026-07-21")] == [
        0,
        1,
    ]  # six years after the pupil left; Bob has not
    assert [at(here, day) for day in ("2028-02-29", "2028-03-01")] == [1, 2]  # twenty-five years after the birth


def test_without_a_schedule_or_with_a_class_that_it_does_not_name_nothing_is_due(here: Bench, tmp_path: Path) -> None:
    here.clock.set(datetime(2099, 1, 1, tzinfo=UTC))
    without = replace(here.service, settings=replace(here.service.settings, retention_file=None))
    assert Retention(without).due().records == ()
    (tmp_path / "retention.toml").write_text(SCHEDULE.split("[identity]", maxsplit=1)[0])
    assert Retention(here.service).due().records == ()


def test_what_a_legal_hold_keeps_is_counted_and_not_due(here: Bench) -> None:
    assert at(here, "2026-07-21") == 1
    record(
        here,
        happened("LegalHoldApplied", "Ada", on="2026-07-01", known_by=("upn",), authority="Northmoor Inquiry"),
        start=20,
    )
    (here.service.settings.data_dir / "retention.toml").write_text(
        f"{SCHEDULE}\n[safety]\nyears = 1\ncounted_from = 'birth'\nsource = 'As what it protects'\n"
    )
    assert at(here, "2032-07-01") == 1  # the other number's
    assert list(Retention(here.service).due().kept.values()) == [{"legal_hold": None}]


def test_what_is_due_is_proposed_by_one_and_erased_when_another_has_confirmed_it(here: Bench) -> None:
    assert at(here, "2026-07-21") == 1
    proposal = Retention(here.service).propose("la-808:P1")
    assert (proposal.ground, len(proposal.records), proposal.exemptions) == ("retention", 1, ())
    Erasures(here.service).confirm("la-808:P2", proposal.erasure)
    assert Erasing(here.service).run(proposal.erasure).events == 3
    assert Retention(here.service).due().records == ()
    with pytest.raises(NothingKnown):
        Retention(here.service).propose("la-808:P1")


def test_bug_what_is_not_due_was_proposed_as_if_its_time_were_over(here: Bench) -> None:
    """By whoever typed a number and ticked that ground; another ground is somebody's word about the record."""
    assert at(here, "2026-07-20") == 0
    erasures = Erasures(here.service)
    records = erasures.records_of(":".join(identifier("Ada", "upn")))
    with pytest.raises(Rejected, match="not_so"):
        erasures.propose("la-808:P1", records, "retention", list(EXEMPTIONS))
    assert erasures.propose("la-808:P1", records, "objection", list(EXEMPTIONS)).ground == "objection"


def test_bug_a_child_who_came_back_after_it_was_confirmed_was_erased_by_the_schedule(here: Bench) -> None:
    assert at(here, "2026-07-21") == 1
    proposal = Retention(here.service).propose("la-808:P1")
    Erasures(here.service).confirm("la-808:P2", proposal.erasure)
    record(here, pupil_admitted("Ada", school="900001", on="2026-07-20", known_by=("upn",)), start=30)
    with pytest.raises(Rejected, match="not_so"):
        Erasing(here.service).run(proposal.erasure)
    assert here.world().children, "nothing is gone"
    assert Erasures(here.service).states()[proposal.erasure] == "confirmed"


def test_a_birthday_on_the_twenty_ninth_of_february_is_over_on_the_first_of_march() -> None:
    periods = {"identity": Period(25, CountedFrom.BIRTH, "schedule")}
    over = over_on(HeldOf({"identity": 0}, to_day(date(2000, 2, 29))), periods)
    assert over == to_day(date(2025, 3, 1))
    assert over_on(HeldOf({"identity": 0}, None), periods) is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[pupils]\nyears = 6", "[pupils] is none of"),
        ("[staff]\nyears = 6\ncounted_from = 'last'\nsource = 'x'", "[staff] is none of"),
        ("[identity]\nyears = 6", "years, counted_from and source"),
        ("[identity]\nyears = 0\ncounted_from = 'last'\nsource = 'x'", "1 to 100"),
        ("[identity]\nyears = true\ncounted_from = 'last'\nsource = 'x'", "1 to 100"),
        ("[identity]\nyears = 6\ncounted_from = 'today'\nsource = 'x'", "birth or last"),
        ("[identity]\nyears = 6\ncounted_from = 'last'\nsource = ' '", "on whose word"),
        ("identity = 6", "years, counted_from and source"),
        ("[identity", "cannot be read: TOMLDecodeError"),
        ("[access_log]\nyears = 7\ncounted_from = 'birth'\nsource = 'x'", "counted_from of [access_log] is last"),
    ],
)
def test_a_schedule_that_is_wrong_is_refused_and_says_where(text: str, says: str, tmp_path: Path) -> None:
    file = tmp_path / "retention.toml"
    file.write_text(text)
    with pytest.raises(Misuse) as refused:
        read_periods(file)
    assert says in refused.value.message
