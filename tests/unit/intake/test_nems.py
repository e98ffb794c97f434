"""NHS event messages become events of the contract: one example for each kind, then what an id must tell apart."""

from pathlib import Path
from typing import Any

import pytest

from adapters.codec import decode_json
from adapters.intake.connectors import Converted
from adapters.intake.connectors.nems import read_nems
from adapters.intake.connectors.nems_values import read_day
from domain.identifiers import check_identifier

FIXTURES = Path(__file__).parents[2] / "fixtures" / "nems"
SAMPLES = Path(__file__).parents[4] / "shared" / "samples" / "nems-stu3"

CHILD, MOTHER = "9990101019", "9990101027"
EPISODE = "https://clinic.example/episodes|ep-1001"


def text_of(name: str) -> str:
    return (FIXTURES / f"{name}.xml").read_text(encoding="utf-8")


def units(text: str | bytes) -> list[Converted]:
    return list(read_nems(text if isinstance(text, bytes) else text.encode()))


def unit(text: str) -> Converted:
    [only] = units(text)
    return only


def events_of(name: str) -> list[dict[str, Any]]:
    converted = unit(text_of(name))
    assert converted.kept is None
    return list(converted.events)


def types_of(name: str) -> list[str]:
    return [event["event_type"] for event in events_of(name)]


def number_of(event: dict[str, Any]) -> list[str]:
    return [identifier["value"] for identifier in event["subject"]["identifiers"]]


def spans(events: list[dict[str, Any]]) -> list[tuple[str, str | None]]:
    return [(event["effective"]["from"], event["effective"]["to"]) for event in events]


# --- birth


def test_a_birth_is_the_babys_though_the_message_leads_to_the_mother():
    [birth] = events_of("birth")
    assert birth["event_type"] == "BirthNotified"
    assert number_of(birth) == [CHILD]
    assert birth["effective"] == {"from": "2026-03-02", "to": None}
    assert birth["subject"]["person"]["names"] == [{"given": ["Wren"], "family": "ASHDOWN", "use": "official"}]
    assert birth["subject"]["person"]["sex"] == "F"
    assert birth["subject"]["nhs_number_status"] == "01"
    assert birth["address"]["postcode"] == "ZX1 1AA"


def test_the_mother_is_another_person_of_the_birth():
    [birth] = events_of("birth")
    [mother] = birth["others"]
    assert mother["role"] == "parent"
    assert mother["identifiers"] == [{"scheme": "nhs", "value": MOTHER}]
    assert mother["person"]["date_of_birth"] == "1994-06-11"


def test_a_birth_may_not_know_the_mothers_number_nor_carry_the_organisation_it_refers_to():
    [birth] = events_of("birth-without-mother")
    assert birth["source"]["organisation"] == "ods-X26"
    assert birth["others"][0]["identifiers"] == []
    assert birth["others"][0]["person"]["names"][0]["family"] == "OKORO"


def test_a_mothers_number_that_fails_its_check_stays_hers_for_the_recorder_to_set_aside():
    [birth] = unit(text_of("birth").replace(MOTHER, "9990101028")).events
    assert birth["others"][0]["identifiers"] == [{"scheme": "nhs", "value": "9990101028"}]
    assert number_of(birth) == [CHILD]


def test_a_stillbirth_is_a_birth_and_a_death_on_one_day():
    birth, death = events_of("birth-stillborn")
    assert (birth["event_type"], death["event_type"]) == ("BirthNotified", "DeathNotified")
    assert birth["effective"]["from"] == death["effective"]["from"] == "2026-02-03"
    assert death["status"] == "formal"


def test_a_baby_that_has_died_since_is_not_reported_as_only_born():
    died = '<deceasedDateTime value="2026-03-02T22:00:00+00:00"/><multipleBirthInteger value="1"/>'
    converted = unit(text_of("birth").replace('<multipleBirthInteger value="1"/>', died))
    assert [event["event_type"] for event in converted.events] == ["BirthNotified", "DeathNotified"]


def test_a_message_without_the_relation_still_finds_the_baby_by_what_only_a_baby_has():
    converted = unit(text_of("birth").replace("RelatedPerson", "Basic"))
    assert number_of(converted.events[0]) == [CHILD]


# --- change of address


def test_a_change_of_address_tells_the_present_address_and_the_one_before():
    former, present = events_of("address")
    assert spans([former, present]) == [("2026-03-02", "2026-05-16"), ("2026-05-16", None)]
    assert former["address"]["lines"] == ["8 Kiln Lane", "NORTHMOOR"]
    assert present["address"] == {
        "status": "current",
        "lines": ["Flat 3", "21 Mill Street", "NORTHMOOR"],
        "postcode": "ZX2 4CD",
        "uprn": None,
        "residence": "home",
        "return": None,
    }


def test_no_fixed_abode_is_no_place_and_begins_when_the_last_home_was_given_up():
    _, present = events_of("address-no-fixed-abode")
    assert present["effective"]["from"] == "2026-06-20"
    assert (present["address"]["status"], present["address"]["residence"]) == ("none_known", "no_fixed_abode")
    assert present["address"]["postcode"] is None
    assert present["subject"]["person"]["postcode"] is None


@pytest.mark.parametrize(
    ("pseudo", "status"),
    [
        ("ZZ99 3WZ", "none_known"),  # not known
        ("ZZ99 3CZ", "none_known"),  # England, not otherwise stated
        ("zz991wz", "left_england"),  # Scotland
        ("ZZ99 6CZ", "left_england"),  # India
    ],
)
def test_other_pseudo_postcodes(pseudo: str, status: str):
    present = unit(text_of("address").replace("ZX2 4CD", pseudo)).events[-1]
    assert (present["address"]["status"], present["address"]["postcode"]) == (status, None)


def test_an_address_without_any_date_is_known_from_the_messages_day_on():
    text = text_of("address")
    without = text.replace('<start value="2026-05-16"/>', "").replace('<end value="2026-05-16"/>', "")
    assert spans(list(unit(without).events)) == [("2026-03-02", "2026-05-18"), ("2026-05-18", None)]


def test_a_move_dated_before_birth_is_set_aside_and_the_move_stands():
    converted = unit(text_of("address").replace('<start value="2026-05-16"/>', '<start value="2006-05-16"/>'))
    assert converted.events[-1]["effective"]["from"] == "2026-05-16"
    assert converted.set_aside == (("before_birth", "Patient.address.period.start"),)


# --- change of GP


def test_a_change_of_gp_ends_one_registration_and_begins_another():
    ended, registered = events_of("gp")
    assert (ended["event_type"], ended["practice"]) == ("GpRegistrationEnded", "Y99901")
    # 23:30 UTC on the 17th is the 18th in London
    assert ended["effective"]["from"] == "2026-05-18"
    assert (registered["practice"], registered["practice_name"]) == ("Y99902", "MILL STREET PRACTICE")
    # nothing says when it began: by the guide, the day of the message
    assert registered["effective"] == {"from": "2026-05-18", "to": None}


def test_a_child_taken_off_a_list_with_no_new_practice_has_only_an_end():
    [ended] = events_of("gp-deregistered")
    assert (ended["event_type"], ended["effective"]["from"]) == ("GpRegistrationEnded", "2026-07-01")


def test_a_default_code_is_no_practice():
    converted = unit(text_of("gp").replace("Y99902", "V81997"))
    assert [event["event_type"] for event in converted.events] == ["GpRegistrationEnded"]


def test_a_first_registration_has_nothing_to_end():
    before, _, after = text_of("gp").partition('<status value="finished"/>')
    converted = unit(before + '<status value="active"/>' + after.replace("<end value", "<other value"))
    assert [event["event_type"] for event in converted.events] == ["GpRegistered"]


def test_a_practice_in_the_national_directory_needs_no_resource():
    text = text_of("gp")
    there = text.index("<generalPractitioner>")
    local = text[text.index('<reference value="', there) : text.index("/>", there)]
    directory = '<reference value="https://directory.spineservices.nhs.uk/STU3/Organization/Y99903"'
    registered = unit(text.replace(local, directory, 1)).events[-1]
    assert registered["practice"] == "Y99903"


# --- death


def test_an_informal_and_a_formal_death():
    for name in ("informal", "formal"):
        [death] = events_of(f"death-{name}")
        assert (death["event_type"], death["status"]) == ("DeathNotified", name)
        assert death["effective"]["from"] == "2026-08-01"


def test_a_removed_death_status_withdraws_the_death():
    [withdrawn] = events_of("death-removed")
    assert withdrawn["event_type"] == "DeathNotificationWithdrawn"
    assert withdrawn["effective"]["from"] == "2026-08-03"


def test_a_withdrawn_death_is_not_hidden_by_the_death_whose_message_and_bundle_ids_it_shares():
    formal, removed = text_of("death-formal"), text_of("death-removed")
    for shared in ("<id value=", "<timestamp value=", "<lastUpdated value="):
        assert formal.split(shared)[1].split("/>")[0] == removed.split(shared)[1].split("/>")[0]
    [death], [withdrawn] = events_of("death-formal"), events_of("death-removed")
    assert death["event_id"] != withdrawn["event_id"]


def test_a_removed_status_outweighs_a_date_of_death_left_in_the_message():
    left = '<gender value="male"/><deceasedDateTime value="2026-08-01"/>'
    converted = unit(text_of("death-removed").replace('<gender value="male"/>', left))
    assert [event["event_type"] for event in converted.events] == ["DeathNotificationWithdrawn"]
    assert converted.set_aside == (("impossible_date", "Patient.deceased"),)


def test_a_death_dated_after_its_own_message_is_dated_by_the_change_of_status():
    converted = unit(text_of("death-formal").replace("2026-08-01T15:00:00+00:00", "2062-08-01T15:00:00+00:00"))
    assert converted.events[0]["effective"]["from"] == "2026-08-03"
    assert converted.set_aside == (("impossible_date", "Patient.deceasedDateTime"),)


def test_a_message_sent_again_later_does_not_outrank_what_followed_it():
    """By the guide `lastUpdated` puts messages in order; a death replayed after its withdrawal must stay withdrawn."""
    again = text_of("death-formal").replace("2026-08-01T15:00:33", "2026-08-03T10:00:00")
    replayed = again.replace('<timestamp value="2026-08-03', '<timestamp value="2026-08-09')
    assert unit(replayed).events[0]["recorded_at"] == "2026-08-03T10:00:00Z"


# --- professional contacts


def test_a_new_professional_contact_is_an_involvement():
    [started] = events_of("contact-new")
    assert started["event_type"] == "InvolvementStarted"
    assert (started["service"], started["provision"]) == ("health visiting", "universal")
    assert started["effective"] == {"from": "2026-03-16", "to": None}
    assert started["reference"] == started["source"]["source_record_id"] == EPISODE
    assert started["team"] == {
        "organisation": "ods-RX77", "code": "hub-north", "name": "Hub North", "contact": "01632 960100",
    }  # fmt: skip
    assert started["worker"]["staff_id"] == "s-11"
    assert started["role"] == "Health visitor"


def test_an_update_states_the_involvement_anew_and_confirms_it():
    started, confirmed = events_of("contact-update")
    assert (started["event_type"], confirmed["event_type"]) == ("InvolvementStarted", "InvolvementConfirmed")
    assert started["reference"] == confirmed["reference"] == EPISODE
    assert started["effective"]["from"] == "2026-03-16"
    assert started["worker"]["staff_id"] == "s-12"
    assert confirmed["effective"]["from"] == "2026-04-02"


def test_a_finished_episode_is_an_involvement_with_an_end():
    [started] = events_of("contact-finished")
    assert spans([started]) == [("2026-03-16", "2026-06-26")]


def test_an_end_without_a_start_is_an_end():
    text = text_of("contact-finished").replace('<start value="2026-03-16T09:00:00+00:00"/>', "")
    [ended] = unit(text).events
    assert (ended["event_type"], ended["reference"]) == ("InvolvementEnded", EPISODE)
    assert ended["effective"]["from"] == "2026-06-26"


def test_a_deleted_episode_retracts_all_that_came_of_it():
    [retracted] = events_of("contact-delete")
    assert retracted["event_type"] == "EventRetracted"
    assert retracted["target"] == {"event_id": None, "source_record_id": EPISODE, "reason": "entered_in_error"}
    assert retracted["source"]["source_record_id"] is None
    assert number_of(retracted) == [CHILD]


def test_the_messages_of_an_episode_stand_in_the_order_in_which_they_were_written_not_sent():
    """The published `new` is sent after its own `delete`; by `lastUpdated` it comes first."""
    order = [events_of(f"contact-{name}")[0]["recorded_at"] for name in ("new", "update", "delete", "finished")]
    assert order == sorted(order)


def test_an_episode_called_off_before_it_began_never_was():
    text = text_of("contact-update").replace('"active"', '"cancelled"').replace("2026-03-16T09", "2026-09-16T09")
    assert [event["event_type"] for event in unit(text).events] == ["EventRetracted"]


@pytest.mark.parametrize("service", ["CAMHS", "Sexual health service", "Drug and alcohol service"])
def test_a_sensitive_service_is_kept_aside_for_the_message_cannot_say_on_what_basis_it_is_shared(service: str):
    converted = unit(text_of("contact-new").replace("Health visiting service", service))
    assert converted.kept is not None
    assert converted.kept[:2] == ("missing_field", "basis")


def test_a_development_service_is_not_a_mental_one():
    [started] = unit(
        text_of("contact-new").replace("Health visiting service", "Developmental paediatrics service")
    ).events
    assert (started["service"], started["provision"]) == ("developmental paediatrics", "additional")


# --- dates


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-03-28T23:30:00+00:00", "2026-03-28"),  # winter: London is UTC
        ("2026-03-29T23:30:00+00:00", "2026-03-30"),  # summer from 29 March 2026, 01:00 UTC
        ("2026-10-24T23:30:00Z", "2026-10-25"),
        ("2026-10-25T23:30:00Z", "2026-10-25"),  # winter from 25 October 2026, 01:00 UTC
        ("2026-06-20T23:30:00", "2026-06-20"),  # no zone: London's
        ("2026-06-20T00:30:00+02:00", "2026-06-19"),
        ("2026-06-20", "2026-06-20"),
        ("2026-06", None),
        ("2026-06-31", None),
        ("2026-W25-6", None),
        ("20260620", None),
    ],
)
def test_the_civil_date_of_a_fhir_date_is_londons(text: str, day: str | None):
    found = read_day(text).day
    assert (None if found is None else found.isoformat()) == day


# --- other kinds, wrappers, forms


def test_other_kinds_are_kept_whole():
    converted = unit(text_of("encounter"))
    assert converted.events == ()
    rule = "a message of the kind encounter-1, and no such message is taken in"
    assert converted.kept == ("unknown_event_type", "MessageHeader.event", rule)
    assert converted.raw == text_of("encounter").encode()


def test_a_kind_that_no_guide_publishes_is_not_quoted():
    kept = unit(text_of("encounter").replace("encounter-1", "wren-ashdown-9990101019")).kept
    rule = "a message of a kind that is not known, and no such message is taken in"
    assert kept == ("unknown_event_type", "MessageHeader.event", rule)


def test_messages_in_the_wrapper_in_which_they_are_delivered_are_the_same_messages():
    wrapped = units(text_of("wrapped"))
    assert [list(converted.events) for converted in wrapped] == [events_of("address"), events_of("gp")]


def test_a_unit_cut_out_of_a_wrapper_can_be_read_again():
    for converted in units(text_of("wrapped")):
        [again] = units(converted.raw)
        assert again.events == converted.events


def test_the_same_message_in_another_form_has_the_same_ids():
    text = text_of("gp")
    forms = [
        b"\xef\xbb\xbf" + text.encode(),
        ('<?xml version="1.0" encoding="UTF-16"?>' + text).encode("utf-16"),
        ('<?xml version="1.0" encoding="ISO-8859-1"?>' + text).encode("iso-8859-1"),
        "".join(line.strip() for line in text.splitlines()).encode(),
        text.replace("<Patient>", "<!-- a comment --><Patient><?target instruction?>").encode(),
    ]
    ids = [[event["event_id"] for event in units(form)[0].events] for form in forms]
    assert ids == [[event["event_id"] for event in events_of("gp")]] * len(forms)


def test_any_other_statement_has_other_ids():
    text = text_of("gp")
    known = {event["event_id"] for event in events_of("gp")}
    for old, new in [
        ("pds-change-of-gp-1", "pds-change-of-address-1"),
        (CHILD, "9990101035"),
        ("2026-05-18T09:30", "2026-05-18T09:31"),
        ("2026-05-17T23:30", "2026-05-17T23:31"),
        ("Y99902", "Y99904"),
    ]:
        assert known.isdisjoint(event["event_id"] for event in unit(text.replace(old, new)).events)


def test_ids_are_unique_short_and_say_nothing_of_the_child():
    seen = [event["event_id"] for path in sorted(FIXTURES.glob("*.xml")) for event in _all_events(path.read_bytes())]
    twice = [event["event_id"] for event in (*events_of("address"), *events_of("gp"))]  # once more in the wrapper
    assert len(seen) == len(set(seen)) + len(twice)
    assert all(len(event_id) <= 100 and CHILD not in event_id for event_id in seen)


def _all_events(data: bytes) -> list[dict[str, Any]]:
    return [event for converted in units(data) for event in converted.events]


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*.xml")), ids=lambda path: path.stem)
def test_every_event_passes_the_door_for_json(path: Path):
    for event in _all_events(path.read_bytes()):
        decode_json(event)


# --- published examples


PUBLISHED = {
    "BirthNotificationWithMother": ["BirthNotified"],
    "PDS-Change-Of-Address-ems-example": ["AddressChanged", "AddressChanged"],
    "PDS-Change-Of-GP-ems-example": ["GpRegistrationEnded", "GpRegistered"],
    "Professional-Contacts-1-new": ["InvolvementStarted"],
    "Professional-Contacts-1-update": ["InvolvementStarted"],
    "Professional-Contacts-1-delete": ["EventRetracted"],
}


@pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"the published examples are not at {SAMPLES.name}")
class TestPublishedExamples:
    """The examples of the National Events Management Service, as published, with their oddities."""

    def converted(self, name: str) -> Converted:
        return units((SAMPLES / f"{name}.xml").read_bytes())[0]

    def test_each_becomes_its_events_and_nothing_is_kept(self):
        found = {path.stem: self.converted(path.stem) for path in SAMPLES.glob("*.xml")}
        assert {name: [event["event_type"] for event in c.events] for name, c in found.items()} == PUBLISHED
        assert all(c.kept is None for c in found.values())

    def test_all_are_about_one_child(self):
        for name in PUBLISHED:
            assert {tuple(number_of(event)) for event in self.converted(name).events} == {("9912003888",)}

    def test_the_mothers_number_fails_its_check_and_stays_hers(self):
        [birth] = self.converted("BirthNotificationWithMother").events
        [hers] = birth["others"][0]["identifiers"]
        assert not check_identifier(**hers).valid

    def test_no_id_hides_another_fact(self):
        ids = [event["event_id"] for name in PUBLISHED for event in self.converted(name).events]
        assert len(set(ids)) == len(ids)

    def test_the_deletion_is_written_after_what_it_deletes(self):
        new, update, delete = (
            self.converted(f"Professional-Contacts-1-{name}").events[0] for name in ("new", "update", "delete")
        )
        assert new["recorded_at"] < update["recorded_at"] < delete["recorded_at"]
        assert delete["target"]["source_record_id"] == new["source"]["source_record_id"]
