"""What is true of simulated lives, and what the service says of them at the end of a year, or on a day before it, are the same.

Compared exactly: which records are one child, who leads, the gaps, the families with their domains, dates and indicators, the
caseloads, and what each child adds to the measures.
"""

import itertools
import os
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.builders.asking import Asked
from tests.truth.matching import differences, read_truth, reasons, recorded
from tools.simulator import Ledger, Plan, simulate
from tools.simulator.cases import by_hand
from tools.simulator.district import DISTRICT
from tools.simulator.truth.leading import FEEDS
from tools.simulator.world import World

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


@pytest.mark.parametrize(("seed", "other"), [(1, {}), (2, LEADS_WANTED), (3, SEPTEMBER)])
def test_what_is_true_is_said(seed: int, other: dict[str, Any], any_database_url: str, tmp_path: Path) -> None:
    check(replace(CALM, seed=seed, **other), any_database_url, tmp_path)


SEEDS, SIZES = (1, 2, 3), (60, 20)
OF_THE_NIGHT = int(os.environ["ICR_TEST_SEED"])


def _by_night(*values: Any) -> Any:
    """An example that waits for the night."""
    return pytest.param(*values, marks=pytest.mark.nightly)


# On a push every kind at one seed, so that each seed comes, with few children; at night all, and a seed of that night.
ON_A_PUSH = [(noise, SEEDS[n % 3], SIZES[1]) for n, noise in enumerate(NOISE)]
AT_NIGHT = [one for one in itertools.product(NOISE, sorted({*SEEDS, OF_THE_NIGHT}), SIZES) if one not in set(ON_A_PUSH)]


@pytest.mark.parametrize(("noise", "seed", "children"), [*ON_A_PUSH, *(_by_night(*one) for one in AT_NIGHT)])
def test_each_kind_of_noise_alone_changes_nothing_that_is_said(
    noise: str, seed: int, children: int, any_database_url: str, tmp_path: Path
) -> None:
    check(replace(CALM, seed=seed, children=children, **{noise: NOISE[noise]}), any_database_url, tmp_path)


@pytest.mark.parametrize("seed", [SEEDS[0], *map(_by_night, sorted({*SEEDS, OF_THE_NIGHT} - {SEEDS[0]}))])
@pytest.mark.parametrize("children", [60, _by_night(240)])
def test_all_kinds_of_noise_together_change_nothing_that_is_said(
    seed: int, children: int, any_database_url: str, tmp_path: Path
) -> None:
    check(replace(CALM, seed=seed, children=children, **ALL_NOISE), any_database_url, tmp_path)


@pytest.mark.parametrize(
    ("seed", "children", "noise"), [_by_night(1, 60, {}), (2, 20, ALL_NOISE), _by_night(3, 60, ALL_NOISE)]
)
def test_what_was_true_and_known_on_an_earlier_day_is_said_of_that_day(
    seed: int, children: int, noise: dict[str, float], any_database_url: str, tmp_path: Path
) -> None:
    """The run goes on for months after that day, and what is told then, however late, changes nothing of it."""
    check(replace(CALM, seed=seed, children=children, as_of=date(2026, 3, 11), **noise), any_database_url, tmp_path)


@pytest.mark.parametrize(("seed", "as_of"), [_by_night(1, None), (2, date(2026, 3, 11))])
def test_an_area_of_several_districts_is_one_area(
    seed: int, as_of: date | None, any_database_url: str, tmp_path: Path
) -> None:
    plan = replace(CALM, seed=seed, as_of=as_of, **ALL_NOISE, **LEADS_WANTED)
    check(plan, any_database_url, tmp_path, district=20)


MID_YEAR, CUT = END - timedelta(days=182), END - timedelta(days=30)
ABSENCES = ("ten_days_absent", "twenty_days_absent", "severe_absence", "no_universal_contact")
FEW = replace(CALM, children=10)  # the families set by hand are enough


@pytest.mark.parametrize(
    ("feed", "indicator"),
    [
        (("urn-900001", "PupilAdmitted"), "no_school"),
        (("urn-900002", "PupilAdmitted"), "lost_leaver"),
        (("urn-900001", "AttendanceMarked"), "no_universal_contact"),
        (("la-808", "AlternativeProvisionStarted"), "excluded_without_provision"),
        (("ods-Z90001", "GpRegistered"), "no_gp"),
        (("ods-Z90002", "GpRegistered"), "gp_unsettled"),
        (("ods-Z90002", "GpRegistered"), "emergency_without_gp"),
        (("ods-Z9NCT", "ReviewDone"), "under_five_unseen"),
        (("ods-Z9NCT", "ContactTookPlace"), "not_brought"),
        (("ods-Z9NCT", "InvolvementStarted"), "dropped_out"),
        (("la-808", "MissingStarted"), "missing_without_interview"),
    ],
)
def test_a_feed_cut_off_mid_year_makes_its_indicators_not_known_and_never_true(
    feed: tuple[str, str], indicator: str, any_database_url: str, tmp_path: Path
) -> None:
    plan = replace(FEW, silent_feed=feed, silent_from=MID_YEAR, marks=feed[1] == "AttendanceMarked")
    with recorded(plan, any_database_url, tmp_path) as (told, _, asked):
        assert not (found := differences(plan, told, asked)), "\n".join(found)
        assert set(statuses(asked, indicator)) == {"not_known"}


def test_without_the_feed_of_emergencies_those_before_are_not_known_to_be_without_a_practice_still(
    any_database_url: str, tmp_path: Path
) -> None:
    plan = replace(FEW, silent_feed=("ods-Z9HOS", "EdAttendance"), silent_from=CUT, marks=False)
    with recorded(plan, any_database_url, tmp_path) as (told, _, asked):
        assert not (found := differences(plan, told, asked)), "\n".join(found)
        assert set(statuses(asked, "emergency_without_gp")) == {"not_known"}


def test_registers_cut_off_mid_year_leave_every_absence_from_that_school_not_known(
    any_database_url: str, tmp_path: Path
) -> None:
    """Away since the autumn; whether the child came back since, its school does not say any more."""
    (case,) = (case for case in by_hand(World(FEW)) if case.name == "away_all_year")
    (child,) = case.family.children
    assert child.school is not None
    plan = replace(FEW, silent_feed=(child.school.organisation, "AttendanceMarked"), silent_from=MID_YEAR)
    with recorded(plan, any_database_url, tmp_path) as (told, _, asked):
        assert not (found := differences(plan, told, asked)), "\n".join(found)
        answer = asked.child(identifier=f"nhs:{child.nhs}", effective_at=END)
        assert answer is not None
        known = {
            one["id"]: one["status"]
            for family in asked.families(effective_at=END)["families"]
            for one in family["indicators"]
            if one["child"] == answer["child"]
        }
    assert known == dict.fromkeys(ABSENCES, "not_known")


def test_without_the_feed_of_addresses_only_who_is_placed_is_known_to_be_homeless(
    any_database_url: str, tmp_path: Path
) -> None:
    plan = replace(FEW, silent_feed=("ods-Z9PDS", "AddressChanged"), silent_from=CUT, marks=False)
    with recorded(plan, any_database_url, tmp_path) as (told, _, asked):
        assert not (found := differences(plan, told, asked)), "\n".join(found)
        known = statuses(asked, "homeless_or_mobile")
    assert set(known) == {"true", "not_known"}


def test_without_the_feed_of_confirmations_nobody_is_said_to_be_lost(any_database_url: str, tmp_path: Path) -> None:
    """A worker who no longer confirms has not stopped to work with a child, until a year has passed."""
    plan = replace(FEW, silent_feed=("la-808", "InvolvementConfirmed"), silent_from=CUT, marks=False)
    with recorded(plan, any_database_url, tmp_path) as (told, _, asked):
        assert not (found := differences(plan, told, asked)), "\n".join(found)
    (tmp_path / "heard").mkdir()
    ledger, heard = Ledger(tmp_path / "heard"), replace(plan, silent_feed=None)
    for _ in simulate(heard, ledger):
        pass
    assert told == replace(read_truth(heard, ledger), header=told.header)


def test_a_feed_of_leads_cut_off_makes_every_missing_lead_not_known(any_database_url: str, tmp_path: Path) -> None:
    plan = replace(FEW, silent_feed=("ods-Z9NCT", "LeadAccepted"), silent_from=CUT, marks=False)
    with recorded(plan, any_database_url, tmp_path) as (told, _, asked):
        assert not (found := differences(plan, told, asked)), "\n".join(found)
        gaps = asked.gaps(effective_at=END)["gaps"]
    assert {gap["status"] for gap in gaps if "LeadAccepted" in FEEDS[gap["rule"]]} == {"not_known"}
    assert {gap["status"] for gap in gaps if "LeadAccepted" not in FEEDS[gap["rule"]]} == {"true"}


def statuses(asked: Asked, indicator: str) -> list[str]:
    """What is known of an indicator, wherever it is said."""
    families = asked.families(effective_at=END)["families"]
    return [one["status"] for family in families for one in family["indicators"] if one["id"] == indicator]
