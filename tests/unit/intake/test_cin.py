"""A children in need census, by example: what its elements become, and what is not published."""

import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adapters.codec import decode_json
from adapters.intake.connectors import Converted
from adapters.intake.connectors.cin import read_cin
from tests.builders.units import units_of

FIXTURES = Path(__file__).parents[2] / "fixtures" / "cin"
CENSUS = (FIXTURES / "census.xml").read_text(encoding="utf-8")

Read = Callable[[str], list[Converted]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Reads a text as a file."""

    def reader(text: str) -> list[Converted]:
        (tmp_path / "census.xml").write_text(text, encoding="utf-8")
        return list(units_of(read_cin(tmp_path / "census.xml")))

    return reader


def events_of(units: list[Converted], event_type: str = "") -> list[dict[str, Any]]:
    return [
        event for unit in units for event in unit.events if event["event_type"] in (event_type or event["event_type"])
    ]


def told(units: list[Converted], child: str) -> list[tuple[str, str]]:
    return [
        (event["event_type"], event["effective"]["from"])
        for event in events_of(units)
        if event["subject"]["identifiers"][0]["value"] == child
    ]


def ids(units: list[Converted]) -> set[str]:
    return {event["event_id"] for event in events_of(units)}


# --- what becomes of each element


def test_a_childs_dated_elements_are_events_in_their_order(read: Read) -> None:
    assert told(read(CENSUS), "C1001") == [
        ("ReferralReceived", "2024-05-01"),
        ("CaseClosed", "2025-01-31"),
        ("AssessmentStarted", "2024-05-02"),
        ("AssessmentCompleted", "2024-06-20"),
        ("ChildInNeedStarted", "2024-06-21"),
        ("ChildInNeedEnded", "2024-07-08"),
        ("AssessmentStarted", "2024-06-24"),
        ("InitialConferenceHeld", "2024-07-08"),
        ("ChildProtectionStarted", "2024-07-08"),
        ("ChildProtectionEnded", "2025-01-20"),
        ("ReviewHeld", "2024-10-01"),
        ("ReviewHeld", "2025-01-20"),
    ]


def test_every_event_is_one_of_the_contract(read: Read) -> None:
    for event in events_of(read(CENSUS)):
        assert decode_json(event).schema.event_type == event["event_type"]
        assert event["mode"] == "backfill"
        assert event["source"]["organisation"] == "la-808"


def test_a_day_aimed_at_is_kept_and_says_why(read: Read) -> None:
    [only] = [unit for unit in read(CENSUS) if unit.kept]
    assert only.kept is not None
    assert only.kept[:2] == ("unknown_event_type", "InitialCPCtarget")


def test_codes_of_the_referral_and_of_the_closure(read: Read) -> None:
    units = read(CENSUS)
    assert [event["source_code"] for event in events_of(units, "ReferralReceived")] == ["1B", "6", "3A"]
    assert [event["reason"] for event in events_of(units, "CaseClosed")] == ["RC9"]


def test_what_was_found_is_not_published_and_not_kept_either(read: Read) -> None:
    units = read(CENSUS.replace("2024-10-01", "2024-10-32"))
    everything = json.dumps(events_of(units)) + "".join(unit.raw.decode() for unit in units)
    for word in ("WBRI", "HEAR", "N1", "1C", "NEG", "Ethnicity", "Disability", "Factors"):
        assert word not in everything


def test_an_end_finds_its_start_by_reference(read: Read) -> None:
    by_reference = Counter(event["reference"] for event in events_of(read(CENSUS)) if event["reference"])
    assert by_reference == {
        "cin:single:2024-05-02": 2,
        "cin:section_47:2024-06-24": 1,
        "cin:plan:2024-06-21": 2,
        "cin:plan:2024-07-08": 2,
        "cin:plan:2025-03-20": 1,
    }


def test_it_was_written_down_when_the_header_says_but_never_before_it_was_so(read: Read) -> None:
    assert {event["recorded_at"] for event in events_of(read(CENSUS))} == {"2025-06-02T08:30:00Z"}  # summer time
    early = events_of(read(CENSUS.replace("2025-06-02T09:30:00", "2024-06-20T09:30:00")))
    header = "2024-06-20T08:30:00Z"
    assert {event["recorded_at"] for event in early if event["effective"]["from"] <= "2024-06-20"} == {header}
    later = {(e["event_type"], e["recorded_at"]) for e in early if e["effective"]["from"] == "2025-01-20"}
    # An end may be mistyped, and the census that corrects it must have been written later.
    assert later == {("ReviewHeld", "2025-01-20T00:00:00Z"), ("ChildProtectionEnded", header)}


# --- whom it is about


def test_the_authoritys_own_id_is_the_key_and_the_upn_stands_beside_it(read: Read) -> None:
    units = read(CENSUS)
    first = events_of(units)[0]["subject"]
    assert [identifier["scheme"] for identifier in first["identifiers"]] == ["agency:la-808:cin", "upn"]
    assert first["person"]["date_of_birth"] == "2014-05-09"
    assert first["person"]["sex"] == "F"


def test_sex_in_both_ways_of_writing(read: Read) -> None:
    sexes = {e["subject"]["identifiers"][0]["value"]: e["subject"]["person"]["sex"] for e in events_of(read(CENSUS))}
    assert sexes == {"C1001": "F", "C1002": "M", "C1003": "U"}


def test_an_unborn_child_has_an_expected_date(read: Read) -> None:
    [unborn] = [e["subject"] for e in events_of(read(CENSUS)) if e["subject"]["identifiers"][0]["value"] == "C1003"]
    assert (unborn["person"]["expected_date"], unborn["person"]["date_of_birth"]) == ("2025-05-14", None)
    assert len(unborn["identifiers"]) == 1


def test_a_former_upn_is_no_second_number_in_use(read: Read) -> None:
    units = read(
        CENSUS.replace("<UPN>Z808900100001</UPN>", "<UPN>Z808900100001</UPN><FormerUPN>F808900100005</FormerUPN>")
    )
    told = events_of(units)
    assert [i["value"] for i in told[0]["subject"]["identifiers"]] == ["C1001", "Z808900100001"]


# --- other files of the kind


def test_a_census_with_prefixes_empty_modules_and_a_header_without_time() -> None:
    units = list(units_of(read_cin(FIXTURES / "namespaced.xml")))
    assert told(units, "C1004") == [
        ("DeathNotified", "2024-02-20"),
        ("ReferralReceived", "2023-09-04"),
        ("CaseClosed", "2024-02-21"),
    ]
    assert events_of(units)[1]["recorded_at"] == "2024-03-31T00:00:00Z"


def test_names_in_another_case(read: Read) -> None:
    louder = re.sub(r"<(/?)([A-Za-z0-9]+)", lambda found: f"<{found[1]}{found[2].upper()}", CENSUS)
    assert ids(read(louder)) == ids(read(CENSUS))


def test_the_authority_is_named_where_the_header_does_not_say(tmp_path: Path) -> None:
    path = tmp_path / "census.xml"
    path.write_text(CENSUS.replace("<LEA>808</LEA>", ""))
    units = list(units_of(read_cin(path, "la-213")))
    assert {event["source"]["organisation"] for event in events_of(units)} == {"la-213"}
    path.write_text(CENSUS)
    assert {event["source"]["organisation"] for event in events_of(list(units_of(read_cin(path, "la-213"))))} == {
        "la-808"
    }


def test_several_episodes_of_one_child(read: Read) -> None:
    again = "<CINdetails><CINreferralDate>2025-02-20</CINreferralDate><ReferralSource>9</ReferralSource></CINdetails>"
    units = read(CENSUS.replace("</CINdetails>", f"</CINdetails>{again}", 1))
    assert ("ReferralReceived", "2025-02-20") in told(units, "C1001")


# --- what tells facts apart


def test_the_same_census_has_the_same_ids_whatever_its_layout(read: Read) -> None:
    assert ids(read(CENSUS)) == ids(read(re.sub(r">\s+<", "><", CENSUS)))


def test_next_years_census_gives_the_same_fact_the_same_id(read: Read) -> None:
    later = (
        CENSUS.replace("2025-03-31", "2026-03-31")
        .replace("2025-06-02", "2026-06-02")
        .replace("<Year>2025", "<Year>2026")
    )
    assert ids(read(later)) == ids(read(CENSUS))


@pytest.mark.parametrize(
    ("old", "new", "event_type"),
    [
        ("<CPPendDate>2025-01-20", "<CPPendDate>2025-01-27", "ChildProtectionEnded"),
        ("<ReasonForClosure>RC9", "<ReasonForClosure>RC7", "CaseClosed"),
        ("<ReferralSource>1B", "<ReferralSource>3C", "ReferralReceived"),
        ("<CPPreviewDate>2024-10-01", "<CPPreviewDate>2024-10-02", "ReviewHeld"),
    ],
)
def test_a_fact_that_changed_is_another_event_and_all_others_stay(
    read: Read, old: str, new: str, event_type: str
) -> None:
    before, after = read(CENSUS), read(CENSUS.replace(old, new))
    fresh = [event for event in events_of(after) if event["event_id"] not in ids(before)]
    assert [event["event_type"] for event in fresh] == [event_type]


def test_a_changed_end_is_of_the_same_plan(read: Read) -> None:
    [before] = events_of(read(CENSUS), "ChildProtectionEnded")
    [after] = events_of(
        read(CENSUS.replace("<CPPendDate>2025-01-20", "<CPPendDate>2025-01-27")), "ChildProtectionEnded"
    )
    assert before["reference"] == after["reference"]
    assert before["event_id"] != after["event_id"]


def test_two_children_alike_are_two(read: Read) -> None:
    assert len(ids(read(CENSUS.replace("C1002", "C9")) + read(CENSUS))) == len(ids(read(CENSUS))) + 2


def test_ids_hold_nothing_of_the_child(read: Read) -> None:
    for event in events_of(read(CENSUS)):
        assert re.fullmatch(r"cin:[0-9a-f]{32}", event["event_id"])


# --- the census's own rules are warnings


def warned(units: list[Converted]) -> Counter[str]:
    return Counter(word for unit in units for word in unit.warnings)


def test_a_census_in_order_has_no_warnings(read: Read) -> None:
    assert warned(read(CENSUS)) == {}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("<CINreferralDate>2024-05-01", "<CINreferralDate>2024-05-03", {"before_referral": 1}),
        ("<CINclosureDate>2025-01-31", "<CINclosureDate>2025-01-19", {"after_closure": 2}),
        ("<AssessmentAuthorisationDate>2024-06-20", "<AssessmentAuthorisationDate>2024-05-01", {"end_before_start": 1}),
        ("<CINPlanEndDate>2024-07-08</CINPlanEndDate>", "", {"in_need_beside_protection": 1}),
        ("<Sex>F", "<PersonDeathDate>2025-01-30</PersonDeathDate><Sex>F", {"after_death": 1}),
        (
            "</CINPlanDates>",
            (
                "</CINPlanDates><CINPlanDates><CINPlanStartDate>2024-06-30</CINPlanStartDate>"
                "<CINPlanEndDate>2024-07-01</CINPlanEndDate></CINPlanDates>"
            ),
            {"plans_overlap": 1},
        ),
        (
            "<CINPlanStartDate>2025-03-20</CINPlanStartDate>",
            "<CINPlanStartDate>2025-03-20</CINPlanStartDate></CINPlanDates><CINPlanDates><CINPlanStartDate>2025-03-25</CINPlanStartDate>",
            {"plans_overlap": 1, "two_open_plans": 1},
        ),
    ],
)
def test_what_contradicts_them_is_taken_in_and_told(read: Read, old: str, new: str, expected: dict[str, int]) -> None:
    assert old in CENSUS
    units = read(CENSUS.replace(old, new, 1))
    assert warned(units) == expected
    assert all(unit.events for unit in units if unit.warnings)
