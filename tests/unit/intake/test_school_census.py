"""Tables of the school census, by example: what a row becomes, whose it is, and which term it is of."""

import gzip
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from adapters.codec import decode_json
from adapters.intake.connectors import Converted
from adapters.intake.connectors.school_census import SchoolCensus
from adapters.intake.connectors.school_census_tables import Term, term_of
from tests.builders.units import units_of

FIXTURES = Path(__file__).parents[2] / "fixtures" / "school-census"
AUTUMN = FIXTURES / "2024_autumn_pupilonroll.csv"
SPRING = FIXTURES / "2025_spring_pupilonroll.csv"
LEFT = FIXTURES / "2025_spring_pupilnolongeronroll.csv"
EXCLUSIONS = FIXTURES / "2024_autumn_termlyexclusionsonroll.csv"
SESSIONS = FIXTURES / "2024_autumn_termlysessiondetailsonroll.csv"


def read(path: Path, *also: Path, **options: Any) -> list[Converted]:
    census = SchoolCensus([path, *also], **{"organisation": "la-808", **options})
    return list(units_of(census.read(path)))


def events_of(units: list[Converted]) -> list[dict[str, Any]]:
    return [event for unit in units for event in unit.events]


def ids(units: list[Converted]) -> set[str]:
    return {event["event_id"] for event in events_of(units)}


def numbers(event: dict[str, Any]) -> list[tuple[str, str]]:
    return [(identifier["scheme"], identifier["value"]) for identifier in event["subject"]["identifiers"]]


# --- what becomes of a row


def test_a_pupil_on_roll_was_admitted_on_the_entry_date() -> None:
    event = events_of(read(AUTUMN))[0]
    assert event["event_type"] == "PupilAdmitted"
    assert (event["school"], event["enrolment_status"], event["year_group"]) == ("900001", "C", "5")
    assert event["effective"] == {"from": "2021-09-01", "to": None}
    assert numbers(event) == [("upn", "Z808900100001")]
    assert event["recorded_at"] == "2024-10-03T00:00:00Z"  # census day
    assert event["subject"]["person"] == {
        "names": [
            {"given": ["Wren", "Mae", "Lily"], "family": "Ashdown", "use": "official"},
            {"given": ["Wren", "Mae", "Lily"], "family": "Okoro", "use": "former"},
        ],
        "date_of_birth": "2014-05-09",
        "expected_date": None,
        "sex": "F",
        "postcode": None,
        "uprn": None,
    }


def test_a_pupil_no_longer_on_roll_was_admitted_and_removed() -> None:
    events = events_of(read(LEFT))
    assert [(event["event_type"], event["effective"]["from"]) for event in events] == [
        ("PupilAdmitted", "2020-09-01"),
        ("PupilRemovedFromRoll", "2024-12-20"),
    ] * 2


def test_suspensions_and_exclusions_name_their_pupil_by_a_row_of_the_roll() -> None:
    units = read(EXCLUSIONS, AUTUMN)
    suspended, excluded, lunch = events_of(units)
    assert (suspended["event_type"], suspended["sessions"], suspended["reason"]) == ("SuspensionStarted", 5, "PP")
    assert numbers(suspended) == [("upn", "Z808900100001")]
    assert (excluded["event_type"], excluded["reason"]) == ("PermanentExclusionDecided", "DB")
    assert (lunch["event_type"], lunch["sessions"]) == ("SuspensionStarted", 1)
    assert [unit.kept[:2] for unit in units if unit.kept] == [("no_identifier", "pupilonrolltableid")]


def test_a_suspension_ends_on_the_earliest_day_back() -> None:
    suspended, _, lunch = events_of(read(EXCLUSIONS, AUTUMN))
    assert suspended["effective"] == {"from": "2024-09-26", "to": "2024-10-01"}  # Thursday, Friday, half of Monday
    assert lunch["effective"] == {"from": "2024-09-27", "to": "2024-09-30"}  # a Friday's lunch


def test_sessions_without_days_say_no_fact_and_are_not_kept() -> None:
    units = read(SESSIONS)
    assert [(unit.ignored, unit.events, unit.kept, unit.raw) for unit in units] == [
        ("unknown_event_type", (), None, b"")
    ] * 2


def test_every_event_is_one_of_the_contract() -> None:
    for path in (AUTUMN, SPRING, LEFT, EXCLUSIONS):
        for event in events_of(read(path, AUTUMN)):
            assert decode_json(event).schema.event_type == event["event_type"]
            # A row of a roll is a row of its snapshot, unless the pupil came after census day.
            listed = path in (AUTUMN, SPRING)
            assert (event["mode"], event["source"]["organisation"]) == ("snapshot" if listed else "backfill", "la-808")


# --- pseudonyms


def test_pseudonymous_numbers_are_a_scheme_of_their_own_and_names_are_none() -> None:
    event = events_of(read(AUTUMN, pseudonymous=True))[0]
    assert numbers(event) == [("agency:la-808:school-census", "Z808900100001")]
    assert event["subject"]["person"]["names"] == []


# --- what tells facts apart


def test_the_same_table_has_the_same_ids_packed_or_in_another_order(tmp_path: Path) -> None:
    head, *rows = AUTUMN.read_text().splitlines()
    (tmp_path / "2024_autumn.csv.gz").write_bytes(
        gzip.compress("\r\n".join([head, *reversed(rows)]).encode("utf-8-sig"))
    )
    assert ids(read(tmp_path / "2024_autumn.csv.gz")) == ids(read(AUTUMN))


def test_columns_may_stand_in_any_order_and_in_capitals(tmp_path: Path) -> None:
    turned = [",".join(reversed(line.split(","))) for line in AUTUMN.read_text().splitlines()]
    (tmp_path / "2024_autumn.csv").write_text("\n".join([turned[0].upper(), *turned[1:]]))
    assert ids(read(tmp_path / "2024_autumn.csv")) == ids(read(AUTUMN))


def test_who_is_on_roll_is_told_anew_for_each_term() -> None:
    both = [event for path in (AUTUMN, SPRING) for event in events_of(read(path)) if event["school"] == "900001"]
    same = [event for event in both if numbers(event) == [("upn", "Z808900100001")]]
    assert [event["source"]["source_record_id"] for event in same] == [
        "school-census:2024_autumn:on-roll",
        "school-census:2025_spring:on-roll",
    ]
    assert len({event["event_id"] for event in same}) == 2


@pytest.mark.parametrize(
    ("old", "new"), [("2021-Sep-01", "2021-Sep-06"), ("130.0,C,", "130.0,M,"), ("900001", "900003")]
)
def test_a_changed_row_is_another_event(tmp_path: Path, old: str, new: str) -> None:
    (tmp_path / "2024_autumn.csv").write_text(AUTUMN.read_text().replace(old, new, 1))
    assert len(ids(read(tmp_path / "2024_autumn.csv")) - ids(read(AUTUMN))) == 1


def test_what_nothing_is_made_of_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "2024_autumn.csv").write_text(AUTUMN.read_text().replace("130.0", "99.0").replace(",N,", ",E,"))
    assert ids(read(tmp_path / "2024_autumn.csv")) == ids(read(AUTUMN))


# --- terms


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("2024_autumn_pupilonroll.csv.gz", Term(2024, 2)),
        ("pupilonroll-Spring-2025.csv", Term(2025, 0)),
        ("School census Summer 2024-25.csv", Term(2025, 1)),
        ("autumn_202425.csv", Term(2024, 2)),
        ("spring 2024/2025", Term(2025, 0)),
        ("808_2025_spr.csv", Term(2025, 0)),
        ("2025_spring_summary.csv", Term(2025, 0)),
        ("pupilonroll.csv", None),
        ("2024_pupilonroll.csv", None),
        ("autumn.csv", None),
        ("2024_autumn_and_2025_spring.csv", None),
        ("summary_2024.csv", None),
    ],
)
def test_the_term_stands_in_the_files_name(name: str, expected: Term | None) -> None:
    assert term_of(name) == expected


def test_census_days() -> None:
    days = [Term(2024, 2).day(), Term(2025, 0).day(), Term(2025, 1).day()]
    assert days == [date(2024, 10, 3), date(2025, 1, 16), date(2025, 5, 15)]


def test_terms_are_in_the_order_of_their_days() -> None:
    terms = [Term(2024, 2), Term(2025, 0), Term(2025, 1), Term(2025, 2)]
    assert sorted(terms, key=Term.day) == sorted(terms) == terms
