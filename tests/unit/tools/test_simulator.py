"""The simulator: equal plans give equal events, of every type, valid, plausible, and about nobody real."""

import gc
import io
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import fastavro
import pytest

from adapters.codec import decode_json, decode_wire, same_content
from domain.errors import Misuse
from domain.identifiers import check_identifier
from tools.simulator import Plan, encode, sector_of, simulate, wire, write_area
from tools.simulator.encoding import schema_of, schemas
from tools.simulator.numbers import temporary_upn
from tools.simulator.terms import is_school_day, school_days, year_group

YEAR = Plan("Northmoor", 500, date(2025, 9, 1), date(2026, 9, 1), seed=7)
AUTUMN = replace(YEAR, children=150, end=date(2025, 11, 1))
FAULTLESS = {"late": 0.0, "resent": 0.0, "reordered": 0.0}


@pytest.fixture(scope="module")
def year() -> list[dict]:
    return list(simulate(YEAR))


@pytest.fixture(scope="module")
def without_marks(year) -> list[dict]:
    return [event for event in year if event["event_type"] != "AttendanceMarked"]


@pytest.fixture(scope="module")
def marks(year) -> list[dict]:
    return [event for event in year if event["event_type"] == "AttendanceMarked"]


def people(event: dict) -> Iterator[dict]:
    if "subject" in event:
        yield event["subject"]
        yield from event["others"]


def first(events: list[dict]) -> list[dict]:
    """Events without those sent again."""
    return list({(event["source"]["organisation"], event["event_id"]): event for event in events}.values())


# ---- the same again


def test_equal_plans_give_equal_events():
    assert list(simulate(AUTUMN)) == list(simulate(AUTUMN))


# What the agencies of the simulated area publish.
PUBLISHED = {
    "AddressChanged", "AlternativeProvisionEnded", "AlternativeProvisionStarted", "AssessmentCompleted",
    "AssessmentStarted", "AttendanceMarked", "BirthNotified", "CaseClosed", "ChildInNeedEnded", "ChildInNeedStarted",
    "ChildProtectionEnded", "ChildProtectionStarted", "ChildrensCentreAttended", "ChildrensCentreLeft",
    "ChildrensCentreRegistered", "ContactTookPlace", "DeathNotificationWithdrawn", "DeathNotified", "EarlyHelpEnded",
    "EarlyHelpStarted", "EdAttendance", "EheEnded", "EheNotified", "EventCorrected", "EventRetracted", "FeedReported",
    "GpRegistered", "GpRegistrationEnded", "GpRegistrationRefused", "GpTemporaryRegistrationStarted",
    "HealthAssessmentDone", "InvolvementConfirmed", "InvolvementEnded",
    "InvolvementStarted", "LeadAccepted", "LeadDeclined", "LeadEnded", "LeadNominated", "LeadTransferProposed",
    "LookedAfterEnded", "LookedAfterStarted", "MissingEnded", "MissingStarted", "PermanentExclusionConcluded",
    "PermanentExclusionDecided", "PupilAdmitted", "PupilRemovedFromRoll", "ReferralReceived", "RelationshipEnded",
    "RelationshipStated", "ReturnInterviewRecorded", "ReviewDone", "ReviewMissed", "SteppedDown", "SteppedUp",
    "SuspensionEnded", "SuspensionStarted", "TemporaryAccommodationEnded", "TemporaryAccommodationPlaced", "WasNotBrought",
    "WorkerLeft", "ContactReceived", "EhcpCeased", "EhcpIssued", "EhcpRequested", "HealthVisitorCaseloadEnded",
    "HealthVisitorCaseloadStarted", "InitialConferenceHeld", "LeadCoverEnded", "LeadCoverStarted", "MaternityBooked",
    "NhsNumberSuperseded", "ReviewHeld", "SenSupportEnded", "SenSupportStarted", "TeamMemberAgreed", "TeamMemberLeft",
    "TeamMembershipEnded", "TeamMembershipStarted", "TeamRegistered", "UpnAssigned", "UpnReplaced", "WorkerRegistered",
}  # fmt: skip


def test_another_seed_gives_other_lives():
    assert list(simulate(AUTUMN)) != list(simulate(replace(AUTUMN, seed=8)))


def test_the_lives_are_the_same_without_marks():
    def told(plan: Plan) -> Counter:
        kinds = ("AttendanceMarked", "FeedReported")
        return Counter(
            (event["event_type"], str(event["subject"]["identifiers"]), event["effective"]["from"])
            for event in first(list(simulate(replace(plan, **FAULTLESS))))
            if event["event_type"] not in kinds and event["mode"] == "backfill" and "subject" in event
        )

    assert told(AUTUMN) == told(replace(AUTUMN, marks=False)) != Counter()


# ---- what is published


@pytest.mark.parametrize("seed", [7, 8, 9])
def test_every_event_type_of_the_contract_occurs_in_a_year_of_500_children(seed, year):
    events = year if seed == YEAR.seed else simulate(replace(YEAR, seed=seed))
    assert {event["event_type"] for event in events} == PUBLISHED


def test_every_event_is_valid_by_its_schema(without_marks, marks):
    for event in [*without_marks, *marks[::100]]:
        assert fastavro.validate(event, schema_of(event).parsed, raise_errors=True)


def test_fields_come_in_the_order_of_the_schema(without_marks, marks):
    for event in [*without_marks, *marks[::500]]:
        newest = schemas()[event["event_type"]][-1].parsed
        assert list(event) == ["event_type", *(field["name"] for field in newest["fields"])]


def test_bytes_are_those_of_fastavro(without_marks, marks):
    versions = defaultdict(set)
    for event in [*without_marks, *marks[::100]]:
        schema, out = schema_of(event), io.BytesIO()
        fastavro.schemaless_writer(out, schema.parsed, event)
        assert encode(event) == schema.header + out.getvalue()
        versions[event["event_type"]].add(schema.header)
    assert len(versions["PupilAdmitted"]) == len(versions["GpRegistered"]) == 2


@pytest.mark.parametrize(
    "odd",
    [
        {"event_id": "x" * 100},
        {"event_id": "é-1"},
        {"am": None},
        {"am": "present", "pm": "not_required"},
        {"mode": "snapshot"},
        {"basis": "consent"},
        {"reference": "r"},
        {"effective": {"from": date(1969, 12, 31), "to": date(2030, 1, 1)}},
        {"subject": {"identifiers": [], "person": None, "nhs_number_status": None}},
        {"subject": {"identifiers": [{"scheme": "nhs", "value": "1"}], "person": None, "nhs_number_status": "01"}},
        {"source": {"organisation": "o" * 300, "system": "s", "source_record_id": "r", "source_version": None}},
    ],
    ids=lambda odd: next(iter(odd)),
)  # fmt: skip
def test_bytes_of_marks_unlike_our_own_are_those_of_fastavro_too(odd, marks):
    event, out = {**marks[0], **odd}, io.BytesIO()
    fastavro.schemaless_writer(out, schema_of(event).parsed, event)
    assert encode(event) == schema_of(event).header + out.getvalue()


def test_both_doors_read_the_same_event(tmp_path, year):
    wanted = {event["event_id"]: event for event in {event["event_type"]: event for event in year}.values()}
    write_area(YEAR, tmp_path)
    read = set()
    for line in (line for file in tmp_path.rglob("*/*.jsonl") for line in file.read_bytes().splitlines()):
        event = wanted.get(json.loads(line)["event_id"])
        if event is not None and json.loads(line)["source"]["organisation"] == event["source"]["organisation"]:
            assert same_content(decode_json(line), decode_wire(encode(event)))
            read.add(event["event_type"])
    assert read == PUBLISHED


def test_identifiers_have_the_right_check_digit_or_letter_and_belong_to_nobody(without_marks, marks):
    values = {
        (one["scheme"], one["value"])
        for event in [*without_marks, *marks]
        for person in people(event)
        for one in person["identifiers"]
    }
    assert all(check_identifier(scheme, value).valid for scheme, value in values)
    assert all(value.startswith("999") for scheme, value in values if scheme == "nhs")
    assert {"nhs", "upn", "agency:la-808:mosaic"} <= {scheme for scheme, _ in values}


def test_a_child_keeps_its_numbers(without_marks):
    seen = defaultdict(set)
    for event in without_marks:
        for one in event.get("subject", {}).get("identifiers", ()):
            person = event["subject"]["person"]
            if person is not None and person["date_of_birth"] is not None:  # unborn children have neither
                born, name = person["date_of_birth"], person["names"][0]
                seen[one["scheme"], one["value"]].add((born, *name["given"], name["family"]))
    assert all(len(people) == 1 for people in seen.values())


def test_no_postcode_is_a_real_one(without_marks):
    postcodes = {
        place["postcode"]
        for event in without_marks
        for place in [*(person["person"] or {} for person in people(event)), event.get("address") or {}]
        if place.get("postcode")
    }
    # Shetland's postcodes end with district ZE3.
    assert len(postcodes) > 5
    assert all(re.fullmatch(r"ZE9\d \d[A-Z]{2}", postcode) for postcode in postcodes)


def test_organisations_are_made_up_and_publish_where_they_may(without_marks):
    authority_and_others = ("la-808", "org-")
    prefixes = {"education": ("urn-90", "la-808"), "health": ("ods-Z9",)}
    for event in without_marks:
        assert event["source"]["organisation"].startswith(prefixes.get(sector_of(event), authority_and_others))


def test_nothing_contradicts_a_date_of_birth(without_marks):
    for event in without_marks:
        person = event["subject"]["person"] if "subject" in event else None
        if person is not None and event["event_type"] == "MaternityBooked":
            assert person["date_of_birth"] is None
            assert timedelta(0) < person["expected_date"] - event["effective"]["from"] < timedelta(weeks=40)
        elif person is not None:
            assert person["date_of_birth"] <= event["effective"]["from"] <= event["recorded_at"].date()


def test_a_number_that_replaces_another_is_of_the_same_kind_and_differs_from_it(without_marks):
    replaced = [event for event in without_marks if event.get("former")]
    assert {event["event_type"] for event in replaced} == {"UpnReplaced", "NhsNumberSuperseded"}
    for event in replaced:
        scheme = "upn" if event["event_type"] == "UpnReplaced" else "nhs"
        number = event["subject"]["identifiers"][0]
        assert number["scheme"] == scheme
        assert check_identifier(scheme, event["former"]).valid
        assert event["former"] != number["value"]
    assert any("temporary" in check_identifier("upn", event["former"]).warnings for event in replaced)


def test_a_temporary_upn_is_checked_as_the_guide_says():
    assert temporary_upn("808", 2000, 15, 1) == "Q80820001501A"  # worked out by hand


# ---- attendance


def test_most_events_are_marks_and_most_marks_present(year, marks):
    standing = {}
    for event in sorted(marks, key=lambda event: event["recorded_at"]):
        pupil, day = event["subject"]["identifiers"][0]["value"], event["effective"]["from"]
        standing.update({(pupil, day, name): event[name] for name in ("am", "pm") if event[name] is not None})
    present = sum(code in "/\\LBPVD" for code in standing.values())
    told = [event for event in year if event["event_type"] != "FeedReported"]  # a report says nothing of a child
    assert len(marks) > 0.85 * len(told)
    assert 0.92 < present / len(standing) < 0.945


def test_marks_are_of_school_days_by_upn_alone(marks):
    for event in marks:
        assert is_school_day(event["effective"]["from"])
        assert [one["scheme"] for one in event["subject"]["identifiers"]] == ["upn"]
        assert event["subject"]["person"] is None


def test_most_unexplained_marks_are_amended_within_five_school_days(marks):
    unexplained, amended = {}, set()
    for event in first(marks):
        key = (event["subject"]["identifiers"][0]["value"], event["effective"]["from"])
        if "N" in (event["am"], event["pm"]):
            unexplained[key] = event
        elif key in unexplained:
            amended.add(key)
            assert event["recorded_at"].date() - key[1] <= timedelta(days=40 if YEAR.late else 7)
    assert 0.85 < len(amended) / len(unexplained) < 1


def test_some_are_absent_without_leave_for_ten_school_days_in_a_row(marks):
    days = defaultdict(dict)
    for event in marks:
        days[event["subject"]["identifiers"][0]["value"]][event["effective"]["from"]] = (event["am"], event["pm"])
    runs = ("".join("O" if marks == ("O", "O") else "." for _, marks in sorted(of.items())) for of in days.values())
    assert any("O" * 10 in run for run in runs)


def test_a_school_year_has_about_190_days():
    assert all(188 <= len(school_days(year)) <= 193 for year in range(2015, 2040))


def test_children_start_reception_in_the_september_after_they_turn_four():
    assert year_group(date(2021, 8, 31), date(2025, 9, 1)) == 0
    assert year_group(date(2021, 9, 1), date(2025, 9, 1)) == -1


# ---- order, copies, mistakes


def test_without_faults_events_come_once_in_order_of_their_recording():
    events = list(simulate(replace(YEAR, children=200, end=date(2026, 1, 1), **FAULTLESS)))
    recorded = [event["recorded_at"] for event in events]
    assert recorded == sorted(recorded)
    assert len(first(events)) == len(events)


def test_faults_come_in_about_the_stated_shares(year):
    live = [event for event in year if event["mode"] == "live" and event["event_type"] != "FeedReported"]
    copies = len(live) - len(first(live))
    assert 0.5 * YEAR.resent < copies / len(live) < 1.5 * YEAR.resent
    late = sum(event["recorded_at"].date() > event["effective"]["from"] for event in live if event.get("am"))
    assert 0.5 * YEAR.late < late / len(live) < 1.5 * YEAR.late
    latest, overtaken, seen = live[0]["recorded_at"], 0, set()
    for event in live:
        key = (event["source"]["organisation"], event["event_id"])
        overtaken += key not in seen and event["recorded_at"] < latest
        seen.add(key)
        latest = max(latest, event["recorded_at"])
    assert 0.5 * YEAR.reordered < overtaken / len(live) < 1.5 * YEAR.reordered


def test_what_is_held_back_or_doubled_is_published_within_days():
    """Published: no later than the latest thing recorded so far says, whatever the event's own instant."""
    plan = replace(AUTUMN, late=0.0, resent=0.0, corrected=0.0, mistaken=0.0, reordered=0.3, duplicated=0.3)
    now, longest, seen, copies = None, timedelta(0), set(), 0
    for event in simulate(plan):
        key = (event["source"]["organisation"], event["event_id"])
        copies += event["event_type"] == "AttendanceMarked" and key in seen
        seen.add(key)
        now = max(now or event["recorded_at"], event["recorded_at"])
        longest = max(longest, now - event["recorded_at"])
    assert timedelta(hours=1) < longest < timedelta(days=5)
    assert copies > 100


def test_an_event_sent_again_is_the_same(year):
    seen = {}
    for event in year:
        assert seen.setdefault((event["source"]["organisation"], event["event_id"]), event) == event


def test_nothing_is_recorded_outside_the_period(year):
    assert {event["recorded_at"].date() for event in year} <= {YEAR.start + timedelta(n) for n in range(YEAR.days)}


def test_what_puts_right_names_an_earlier_event_of_the_same_organisation_and_child():
    events = list(simulate(replace(YEAR, marks=False, corrected=1.0, mistaken=0.2)))
    by_id = {(event["source"]["organisation"], event["event_id"]): event for event in events}
    by_row = {(event["source"]["organisation"], event["source"]["source_record_id"]): event for event in events}
    changes, ways = Counter(), Counter()
    for event in events:
        if event["event_type"] not in ("EventCorrected", "EventRetracted"):
            continue
        organisation, target = event["source"]["organisation"], event["target"]
        ways[target["event_id"] is None] += 1
        meant = by_id.get((organisation, target["event_id"])) or by_row[organisation, target["source_record_id"]]
        assert meant["recorded_at"] < event["recorded_at"]
        assert event["subject"]["identifiers"][0] in meant["subject"]["identifiers"]
        changes.update(name for name, value in event.get("changes", {"retracted": True}).items() if value)
    assert set(changes) == {"effective_from", "effective_to", "reopen", "worker", "retracted"}
    assert set(ways) == {True, False}


# ---- feeds


def test_every_feed_reports_every_week_also_when_there_was_nothing(year):
    reports = defaultdict(list)
    for event in year:
        if event["event_type"] == "FeedReported":
            reports[event["source"]["organisation"], event["feed"]].append(event)
    sent = {(event["source"]["organisation"], event["event_type"]) for event in year if "feed" not in event}
    assert sent < set(reports)
    for feed in reports.values():
        assert [report["covers"]["to"] for report in feed[:-1]] == [report["covers"]["from"] for report in feed[1:]]
        assert {report["covers"]["to"].weekday() for report in feed[1:]} == {0}
        assert len(feed) == 53
    assert any(report["count"] == 0 for feed in reports.values() for report in feed)


def test_reports_count_what_was_sent():
    events = list(simulate(replace(AUTUMN, reordered=0.0)))
    told, sent, seen = Counter(), Counter(), set()
    for event in events:
        feed = (event["source"]["organisation"], event.get("feed", event["event_type"]))
        if event["event_type"] == "FeedReported":
            told[feed] += event["count"]
            assert told[feed] == sent[feed]
        elif (key := (feed[0], event["event_id"])) not in seen:
            seen.add(key)
            sent[feed] += 1


def test_a_silent_feed_neither_sends_nor_reports_while_the_others_go_on():
    feed, since = ("urn-900001", "AttendanceMarked"), date(2025, 10, 1)
    sent = defaultdict(set)
    for event in simulate(replace(AUTUMN, silent_feeds=(feed,), silent_from=since, reordered=0.0)):
        name = (event["source"]["organisation"], event.get("feed", event["event_type"]))
        sent[name].add(event["recorded_at"].date())
    assert max(sent[feed]) < since
    assert max(sent["urn-900002", "AttendanceMarked"]) > since
    assert max(sent["urn-900001", "PupilAdmitted"]) > since


# ---- on the wire and in files


def test_messages_go_to_their_sector_with_a_key_that_says_nothing(year):
    keys = {}
    some = year[::5]
    for event, (topic, key, value) in zip(some, wire(iter(some)), strict=True):
        assert topic == f"icr.{sector_of(event)}.v1"
        assert value == encode(event)
        assert len(key) == 12
        if "subject" in event:
            identifier = event["subject"]["identifiers"][0]
            assert keys.setdefault(tuple(identifier.values()), key) == key
            assert identifier["value"].encode() not in key
    assert len(set(keys.values())) == len(keys)


def test_an_area_is_written_as_one_file_an_organisation_and_sector(tmp_path):
    days = []
    counts = write_area(AUTUMN, tmp_path / "area", progress=lambda day, done: days.append((day, done)))
    files = {file.relative_to(tmp_path / "area").as_posix(): file for file in (tmp_path / "area").glob("*/*.jsonl")}
    assert {"education/urn-900001.jsonl", "social_care/la-808.jsonl", "housing/la-808.jsonl"} <= set(files)
    written = Counter()
    for name, file in files.items():
        for line in file.read_text(encoding="utf-8").splitlines():
            event = json.loads(line)
            written[event["event_type"]] += 1
            assert name == f"{sector_of(event)}/{event['source']['organisation']}.jsonl"
            assert event["recorded_at"].endswith("Z")
    assert counts == dict(sorted(written.items()))
    assert days == sorted(days)
    assert days[0] == (AUTUMN.start, 0)
    assert days[-1] == (AUTUMN.end, written.total())


def test_an_area_is_not_written_over_another(tmp_path):
    (tmp_path / "kept.txt").write_text("here before")
    with pytest.raises(Misuse):
        write_area(AUTUMN, tmp_path)
    with pytest.raises(Misuse):
        write_area(AUTUMN, tmp_path / "kept.txt")


@pytest.mark.parametrize(
    "wrong",
    [
        {"area": "Elsewhere"},
        {"children": 0},
        {"children": 10_000_000},
        {"end": AUTUMN.start},
        {"late": 1.5},
        {"as_of": AUTUMN.start},
        {"as_of": AUTUMN.end + timedelta(days=1)},
        {"resent": -0.1},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_a_plan_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(Misuse):
        replace(AUTUMN, **wrong)


def test_memory_goes_with_the_children_and_not_with_the_period():
    held, year = {}, 0
    for event in simulate(replace(YEAR, children=200, end=date(2031, 9, 1), marks=False)):
        if event["recorded_at"].month > 1 and event["recorded_at"].year > year:
            year = event["recorded_at"].year
            gc.collect()
            held[year] = len(gc.get_objects())
    assert held[2031] - held[2026] < 1500


@pytest.mark.parametrize("children", [1, 2, 7])
def test_the_smallest_areas_work(children):
    assert sum(1 for _ in simulate(replace(YEAR, children=children, end=date(2027, 9, 1)))) > 100


@pytest.mark.parametrize(
    ("days", "seed", "said"),
    [
        ((date(2025, 9, 1), date(2025, 10, 1)), 1 << 64, "seed"),
        ((date(2025, 9, 1), date(2025, 10, 1)), -1, "seed"),
        ((date(1, 1, 1), date(1, 2, 1)), 1, "2000 to 2099"),
        ((date(9999, 1, 1), date(9999, 12, 31)), 1, "2000 to 2099"),
    ],
)
def test_bug_a_seed_or_a_year_that_cannot_be_ended_as_a_fault(days: tuple[date, date], seed: int, said: str) -> None:
    with pytest.raises(Misuse, match=said):
        Plan("Northmoor", 3, *days, seed)
