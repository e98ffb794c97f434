"""What is true of simulated lives, and what the service says of them at the end of a year, or on a day before it, are the same.

Compared exactly: which records are one child, who leads, the gaps, the families with their domains, dates and indicators, the
caseloads, and what each child adds to the measures.
"""

import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.builders.asking import Asked
from tests.builders.nightly import by_night
from tests.truth.matching import Line, Truth, differences, read_truth, reasons, recorded
from tools.simulator import Ledger, Plan, simulate
from tools.simulator.cases import by_hand
from tools.simulator.district import DISTRICT
from tools.simulator.truth.leading import FEEDS
from tools.simulator.world import World

pytestmark = pytest.mark.slow

# At the end of a school year half of its sessions may have been missed; on the first of September none has been yet.
START, END = date(2025, 7, 3), date(2026, 7, 3)
SEPTEMBER = {"start": date(2025, 9, 1), "end": date(2026, 9, 1)}
# What an authority may want of plans; days are working days.
LEADS_WANTED = {"thresholds": (("child_in_need_without_lead", 5), ("child_protection_without_lead", 0))}
CALM = Plan("Northmoor", 60, START, END, 1, late=0, resent=0, reordered=0, corrected=0, mistaken=0)
# Far more of each than the usual shares, so that sixty children have some of each.
NOISE = {
    "late": 0.2,
    "corrected": 0.2,
    "mistaken": 0.1,
    "duplicated": 0.1,
    "reordered": 0.2,
    "resent": 0.1,
    "missing": 0.1,
    "malformed": 0.02,
    "silent": 0.1,
}
ALL_NOISE = {name: share / 2 for name, share in NOISE.items()}


def check(plan: Plan, url: str, folder: Path, district: int = DISTRICT) -> None:
    with recorded(plan, url, folder, district) as (told, counts, asked):
        assert not (found := differences(plan, told, asked)), "\n".join([*found, str(reasons(asked))])
        expected = told.header["expected"]
        assert {name: getattr(counts, name) for name in expected} == expected, reasons(asked)


@pytest.mark.parametrize(
    ("seed", "children", "other"),
    [
        (1, 20, {}),
        (2, 20, LEADS_WANTED),
        (3, 20, SEPTEMBER),
        by_night(1, 60, {}),
        by_night(2, 60, LEADS_WANTED),
        by_night(3, 60, SEPTEMBER),
    ],
)
def test_what_is_true_is_said(
    seed: int, children: int, other: dict[str, Any], any_database_url: str, tmp_path: Path
) -> None:
    check(replace(CALM, seed=seed, children=children, **other), any_database_url, tmp_path)


SEEDS, SIZES = (1, 2, 3), (60, 20)
OF_THE_NIGHT = int(os.environ["ICR_TEST_SEED"])
AT_NIGHT = itertools.product(NOISE, sorted({*SEEDS, OF_THE_NIGHT}), SIZES)


@pytest.mark.parametrize(("noise", "seed", "children"), [by_night(*one) for one in AT_NIGHT])
def test_each_kind_of_noise_alone_changes_nothing_that_is_said(
    noise: str, seed: int, children: int, any_database_url: str, tmp_path: Path
) -> None:
    check(replace(CALM, seed=seed, children=children, **{noise: NOISE[noise]}), any_database_url, tmp_path)


ALL_AT_NIGHT = [
    one for one in itertools.product((20, 60, 240), sorted({*SEEDS, OF_THE_NIGHT})) if one != (20, SEEDS[0])
]


@pytest.mark.parametrize(("children", "seed"), [(20, SEEDS[0]), *(by_night(*one) for one in ALL_AT_NIGHT)])
def test_all_kinds_of_noise_together_change_nothing_that_is_said(
    seed: int, children: int, any_database_url: str, tmp_path: Path
) -> None:
    check(replace(CALM, seed=seed, children=children, **ALL_NOISE), any_database_url, tmp_path)


@pytest.mark.parametrize(
    ("seed", "children", "noise"), [by_night(1, 60, {}), by_night(2, 20, ALL_NOISE), by_night(3, 60, ALL_NOISE)]
)
def test_what_was_true_and_known_on_an_earlier_day_is_said_of_that_day(
    seed: int, children: int, noise: dict[str, float], any_database_url: str, tmp_path: Path
) -> None:
    """The run goes on for months after that day, and what is told then, however late, changes nothing of it.

    On a push this is seen of the area of several districts, below.
    """
    check(replace(CALM, seed=seed, children=children, as_of=date(2026, 3, 11), **noise), any_database_url, tmp_path)


@pytest.mark.parametrize(
    ("seed", "children", "as_of"),
    [by_night(1, 60, None), (2, 20, date(2026, 3, 11)), by_night(2, 60, date(2026, 3, 11))],
)
def test_an_area_of_several_districts_is_one_area(
    seed: int, children: int, as_of: date | None, any_database_url: str, tmp_path: Path
) -> None:
    """With all kinds of noise, and on a push as of an earlier day."""
    plan = replace(CALM, seed=seed, children=children, as_of=as_of, **ALL_NOISE, **LEADS_WANTED)
    check(plan, any_database_url, tmp_path, district=children // 3)


# ---- feeds that are cut off: on a push several in one area, where none hides what is asked of another; by night each alone

MID_YEAR, CUT = END - timedelta(days=182), END - timedelta(days=30)
ABSENCES = ("ten_days_absent", "twenty_days_absent", "severe_absence", "no_universal_contact")
FEW = replace(CALM, children=10)  # the families set by hand are enough
Feed = tuple[str, str]

# A feed and the indicator that needs it.
NEEDED: dict[Feed, str] = {
    ("urn-900001", "PupilAdmitted"): "no_school",
    ("urn-900002", "PupilAdmitted"): "lost_leaver",
    ("la-808", "AlternativeProvisionStarted"): "excluded_without_provision",
    ("ods-Z90001", "GpRegistered"): "no_gp",
    ("ods-Z90002", "GpRegistered"): "gp_unsettled",
    ("ods-Z9NCT", "ReviewDone"): "under_five_unseen",
    ("ods-Z9NCT", "ContactTookPlace"): "not_brought",
    ("ods-Z9NCT", "InvolvementStarted"): "dropped_out",
    ("la-808", "MissingStarted"): "missing_without_interview",
}


@contextmanager
def told_without(
    url: str, folder: Path, *feeds: Feed, since: date, marks: bool = False
) -> Iterator[tuple[Truth, Asked]]:
    """The truth of an area whose feeds were cut off, and the service's answers, which agree."""
    plan = replace(FEW, silent_feeds=feeds, silent_from=since, marks=marks)
    with recorded(plan, url, folder) as (told, _, asked):
        assert not (found := differences(plan, told, asked)), "\n".join(found)
        yield told, asked


@pytest.mark.parametrize(
    "feeds", [tuple(NEEDED), *(by_night((feed,)) for feed in NEEDED)], ids=lambda feeds: f"{len(feeds)}-{feeds[0][1]}"
)
def test_feeds_cut_off_mid_year_make_their_indicators_not_known_and_never_true(
    feeds: tuple[Feed, ...], any_database_url: str, tmp_path: Path
) -> None:
    with told_without(any_database_url, tmp_path, *feeds, since=MID_YEAR) as (_, asked):
        assert {(NEEDED[feed], one) for feed in feeds for one in statuses(asked, NEEDED[feed])} == {
            (NEEDED[feed], "not_known") for feed in feeds
        }


@pytest.mark.nightly
def test_a_practice_cut_off_mid_year_makes_emergencies_without_a_practice_not_known(
    any_database_url: str, tmp_path: Path
) -> None:
    with told_without(any_database_url, tmp_path, ("ods-Z90002", "GpRegistered"), since=MID_YEAR) as (_, asked):
        assert set(statuses(asked, "emergency_without_gp")) == {"not_known"}


def test_registers_cut_off_mid_year_leave_every_absence_from_that_school_not_known(
    any_database_url: str, tmp_path: Path
) -> None:
    """Away since the autumn; whether the child came back since, its school does not say any more."""
    (case,) = (case for case in by_hand(World(FEW)) if case.name == "away_all_year")
    (child,) = case.family.children
    assert child.school is not None
    feeds = {(school, "AttendanceMarked") for school in (child.school.organisation, "urn-900001")}
    with told_without(any_database_url, tmp_path, *feeds, since=MID_YEAR, marks=True) as (_, asked):
        answer = asked.child(identifier=f"nhs:{child.nhs}", effective_at=END)
        assert answer is not None
        known = {
            one["id"]: one["status"]
            for family in asked.families(effective_at=END)["families"]
            for one in family["indicators"]
            if one["child"] == answer["child"]
        }
        assert set(statuses(asked, "no_universal_contact")) == {"not_known"}
    assert known == dict.fromkeys(ABSENCES, "not_known")


EMERGENCIES, ADDRESSES = ("ods-Z9HOS", "EdAttendance"), ("ods-Z9PDS", "AddressChanged")
CONFIRMATIONS, LEADS = ("la-808", "InvolvementConfirmed"), ("ods-Z9NCT", "LeadAccepted")


@pytest.mark.parametrize(
    "feeds",
    [
        (EMERGENCIES, ADDRESSES, CONFIRMATIONS, LEADS),
        *(by_night((feed,)) for feed in (EMERGENCIES, ADDRESSES, CONFIRMATIONS, LEADS)),
    ],
    ids=lambda feeds: f"{len(feeds)}-{feeds[0][1]}",
)
def test_feeds_cut_off_lately_leave_what_was_so_before_not_known_to_be_so_still(
    feeds: tuple[Feed, ...], any_database_url: str, tmp_path: Path
) -> None:
    with told_without(any_database_url, tmp_path, *feeds, since=CUT) as (told, asked):
        for feed in feeds:
            AFTERWARDS[feed](asked)
    if CONFIRMATIONS in feeds:
        others = tuple(feed for feed in feeds if feed != CONFIRMATIONS)
        assert told == truth_of(replace(FEW, silent_feeds=others, silent_from=CUT, marks=False), told.header, tmp_path)


def truth_of(plan: Plan, header: Line, folder: Path) -> Truth:
    """What is true, without asking the service."""
    (folder / "heard").mkdir()
    ledger = Ledger(folder / "heard")
    for _ in simulate(plan, ledger):
        pass
    return replace(read_truth(plan, ledger), header=header)


def emergencies_may_be_over(asked: Asked) -> None:
    """Those before are not known to be without a practice still."""
    assert set(statuses(asked, "emergency_without_gp")) == {"not_known"}


def only_who_is_placed_is_known_to_be_homeless(asked: Asked) -> None:
    assert set(statuses(asked, "homeless_or_mobile")) == {"true", "not_known"}


def nobody_is_lost(_: Asked) -> None:
    """A worker who no longer confirms has not stopped to work with a child, until a year has passed: see the truth."""


def no_missing_lead_is_known(asked: Asked) -> None:
    gaps = asked.gaps(effective_at=END)["gaps"]
    assert {gap["status"] for gap in gaps if "LeadAccepted" in FEEDS[gap["rule"]]} == {"not_known"}
    assert {gap["status"] for gap in gaps if "LeadAccepted" not in FEEDS[gap["rule"]]} == {"true"}


AFTERWARDS: dict[Feed, Callable[[Asked], None]] = {
    EMERGENCIES: emergencies_may_be_over,
    ADDRESSES: only_who_is_placed_is_known_to_be_homeless,
    CONFIRMATIONS: nobody_is_lost,
    LEADS: no_missing_lead_is_known,
}


def statuses(asked: Asked, indicator: str) -> list[str]:
    """What is known of an indicator, wherever it is said."""
    families = asked.families(effective_at=END)["families"]
    return [one["status"] for family in families for one in family["indicators"] if one["id"] == indicator]
