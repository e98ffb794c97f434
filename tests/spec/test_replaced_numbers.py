"""Numbers that were replaced

What began under a number ends under the one that replaced it: a UPN, an NHS number or an agency's own id. It is one entry,
as long as the two records are one child, and two again when they are parted. Numbers that one event carries side by side are
two in use, and each keeps what was told under it.
"""

from typing import Any

from tests.spec.example import entry, one_child
from tests.spec.words import (
    Happened,
    event_corrected,
    event_retracted,
    gp_registered,
    gp_registration_ended,
    happened,
    identifier,
    involvement_confirmed,
    involvement_ended,
    involvement_started,
    lead_accepted,
    lead_ended,
    lead_nominated,
    listed,
    pupil_admitted,
    pupil_removed_from_roll,
    snapshot_reported,
)

BORN = "2015-03-01"
SCHOOL = "900001"


def replaced(former: str, new: str, on: str = "2025-01-06", **more: Any) -> Happened:
    """The issuer's word that a number took the place of another."""
    scheme, value = identifier("A", former)
    if scheme == "upn":
        return happened("UpnReplaced", "A", on=on, by=f"urn-{SCHOOL}", former=value, known_by=new, **more)
    if scheme == "nhs":
        return happened("NhsNumberSuperseded", "A", on=on, by="ods-Z90001", former=value, known_by=new, **more)
    return happened("SourceIdMigrated", "A", on=on, former={"scheme": scheme, "value": value}, known_by=new, **more)


def test_a_leaver_under_the_new_upn(given, asked):
    """Admitted under the former UPN, removed under the present one: one enrolment, ended"""
    given(
        pupil_admitted("A", school=SCHOOL, on="2021-09-01", known_by="upn", born=BORN),
        replaced("upn", "upn2"),
        pupil_removed_from_roll("A", school=SCHOOL, on="2025-07-21", known_by="upn2"),
    )
    for number in ("A.upn", "A.upn2"):
        asked(at="2025-09-01").timeline(number).shows(
            entry("enrolment 900001", "2021-09-01..2025-07-21", "ended", events="1, 3"),
            entry("upn_replaced school", "2025-01-06..", "moment"),
        )


def test_the_replacement_comes_last(given, asked):
    """Before it is known that the number was replaced, the start is open and the end has none"""
    given(
        pupil_admitted("A", school=SCHOOL, on="2021-09-01", known_by="upn", born=BORN),
        pupil_removed_from_roll("A", school=SCHOOL, on="2025-07-21", known_by="upn2", recorded="2025-07-21"),
        replaced("upn", "upn2", recorded="2025-08-01"),
    )
    asked(at="2025-09-01", known_after=2).timeline("A.upn").shows(entry("enrolment 900001", "2021-09-01..", "open"))
    asked(at="2025-09-01", known_after=2).timeline("A.upn2").shows(
        entry("enrolment 900001", "..2025-07-21", "unknown: end_without_start")
    )
    asked(at="2025-09-01").timeline("A.upn").shows(
        entry("enrolment 900001", "2021-09-01..2025-07-21", "ended"),
        entry("upn_replaced school", "2025-01-06..", "moment"),
    )


def test_taken_back(given, asked):
    """When the replacement is taken back, each number has its own again"""
    given(
        pupil_admitted("A", school=SCHOOL, on="2021-09-01", known_by="upn", born=BORN),
        replaced("upn", "upn2"),
        pupil_removed_from_roll("A", school=SCHOOL, on="2025-07-21", known_by="upn2"),
        event_retracted("A", 2, recorded="2025-08-01", by=f"urn-{SCHOOL}", known_by="upn2"),
    )
    asked(at="2025-09-01", known_after=3).timeline("A.upn2").shows(
        entry("enrolment 900001", "2021-09-01..2025-07-21", "ended"),
        entry("upn_replaced school", "2025-01-06..", "moment"),
    )
    asked(at="2025-09-01").timeline("A.upn").shows(entry("enrolment 900001", "2021-09-01..", "open"))
    asked(at="2025-09-01").timeline("A.upn2").shows(
        entry("enrolment 900001", "..2025-07-21", "unknown: end_without_start")
    )


def test_parted_by_a_date_of_birth(given, asked):
    """Two dates of birth are two children, whatever is said of their numbers: the end ends nothing of the other"""
    given(
        pupil_admitted("A", school=SCHOOL, on="2021-09-01", known_by="upn", born=BORN),
        replaced("upn", "upn2"),
        pupil_removed_from_roll("A", school=SCHOOL, on="2025-07-21", known_by="upn2"),
        gp_registered("A", practice="Z90001", on="2025-08-01", known_by="upn2", born="2016-01-09"),
    )
    asked(at="2025-09-01").children().shows(one_child("A.upn", disputed="yes"), one_child("A.upn2", disputed="yes"))
    asked(at="2025-09-01").timeline("A.upn").shows(entry("enrolment 900001", "2021-09-01..", "open"))


def test_replaced_twice(given, asked):
    """Of a number that was replaced twice, what began under the first ends under the last"""
    given(
        pupil_removed_from_roll("A", school=SCHOOL, on="2025-07-21", known_by="upn3", recorded="2025-07-21"),
        replaced("upn2", "upn3", recorded="2025-07-22"),
        replaced("upn", "upn2", recorded="2025-07-23"),
        pupil_admitted("A", school=SCHOOL, on="2021-09-01", known_by="upn", born=BORN, recorded="2025-07-24"),
    )
    asked(at="2025-09-01").timeline("A.upn2").shows(
        entry("enrolment 900001", "2021-09-01..2025-07-21", "ended", events="1, 4"),
        entry("upn_replaced school", "2025-01-06..", "moment", events="2"),
        entry("upn_replaced school", "2025-01-06..", "moment", events="3"),
    )


def test_a_practice_under_the_new_nhs_number(given, asked):
    """A registration under an NHS number that was superseded ends under the present one"""
    given(
        gp_registered("A", practice="Z90001", on="2016-04-01", known_by="nhs", born=BORN),
        replaced("nhs", "nhs2"),
        gp_registration_ended("A", practice="Z90001", on="2025-03-01", known_by="nhs2"),
    )
    asked(at="2025-09-01").timeline("A.nhs2").shows(
        entry("gp_registration Z90001", "2016-04-01..2025-03-01", "ended"),
        entry("nhs_number_superseded national records", "2025-01-06..", "moment"),
    )


def test_a_reference_goes_along(given, asked):
    """By the same reference too: an agency's new system gave the child a new id, and kept the plan's reference"""
    given(
        involvement_started("A", "play therapy", on="2024-05-01", known_by="agency", reference="P1"),
        involvement_started("A", "play therapy", on="2024-06-01", known_by="agency", reference="P2"),
        replaced("agency", "agency2"),
        involvement_ended("A", "play therapy", on="2025-02-01", known_by="agency2", reference="P1"),
        involvement_confirmed("A", "play therapy", on="2025-03-01", known_by="agency2", reference="P2"),
    )
    asked(at="2025-09-01").timeline("A.agency2").shows(
        entry("involvement play therapy", "2024-05-01..2025-02-01", "ended", events="1, 4"),
        entry("involvement play therapy", "2024-06-01..", "open", confirmed="2025-03-01", events="2, 5"),
        entry("source_id_migrated identity", "2025-01-06..", "moment"),
    )


def test_a_lead_goes_along(given, asked):
    """A lead nominated under the former number is accepted, and ended, under the present one"""
    given(
        lead_nominated("A", "W1", on="2024-05-01", known_by="agency"),
        replaced("agency", "agency2"),
        lead_accepted("A", "W1", on="2025-02-01", known_by="agency2"),
        lead_ended("A", "W1", on="2025-06-01", known_by="agency2"),
    )
    asked(at="2025-09-01").timeline("A.agency").shows(
        entry("lead la-808:W1", "2024-05-01..2025-06-01", "ended", accepted="2025-02-01"),
        entry("source_id_migrated identity", "2025-01-06..", "moment"),
    )


def test_told_again_under_the_new_number(given, asked):
    """What a school tells again under the new number is the same enrolment, and a correction moves both"""
    given(
        pupil_admitted("A", school=SCHOOL, on="2021-09-01", known_by="upn", born=BORN, reference="old 1"),
        replaced("upn", "upn2"),
        pupil_admitted("A", school=SCHOOL, on="2021-09-01", known_by="upn2", reference="new 7", recorded="2025-02-01"),
        event_corrected("A", 3, recorded="2025-02-03", begins="2021-09-06", by=f"urn-{SCHOOL}", known_by="upn2"),
    )
    asked(at="2025-09-01").timeline("A.upn").shows(
        entry("enrolment 900001", "2021-09-06..", "open", events="1, 3, 4"),
        entry("upn_replaced school", "2025-01-06..", "moment"),
    )


def test_listed_under_the_new_number(given, asked):
    """A snapshot that lists the new number confirms what began under the former"""
    given(
        pupil_admitted("A", school=SCHOOL, on="2021-09-01", known_by="upn", born=BORN),
        replaced("upn", "upn2"),
        listed(pupil_admitted("A", school=SCHOOL, on="2021-09-01", known_by="upn2"), "2025-10-01"),
        snapshot_reported(f"urn-{SCHOOL}", "PupilAdmitted", on="2025-10-01", count=1, scope=SCHOOL),
    )
    asked(at="2025-11-01").timeline("A.upn").shows(
        entry("enrolment 900001", "2021-09-01..", "open", confirmed="2025-10-01", events="1, 3"),
        entry("upn_replaced school", "2025-01-06..", "moment"),
    )


def test_numbers_in_use_side_by_side(given, asked):
    """Two numbers in use keep each its own: an end under the one ends nothing that began under the other"""
    given(
        involvement_started("A", "play therapy", on="2024-05-01", known_by=["agency", "nhs"], born=BORN),
        gp_registered("A", practice="Z90001", on="2025-01-01", born=BORN),
        involvement_ended("A", "play therapy", on="2025-02-01", known_by="nhs"),
    )
    asked(at="2025-04-01").timeline("A.nhs").shows(
        entry("involvement play therapy", "2024-05-01..", "open"),
        entry("gp_registration Z90001", "2025-01-01..", "open"),
        entry("involvement play therapy", "..2025-02-01", "unknown: end_without_start"),
    )


def test_corrected_under_the_new_number(given, asked):
    """An agency corrects and takes back under the new number what it told under the former

    Though the correction comes before anybody says that the number was replaced: it is kept until then.
    """
    given(
        pupil_admitted("A", school=SCHOOL, on="2021-09-01", known_by="upn", born=BORN),
        event_corrected("A", 1, recorded="2025-01-07", begins="2021-09-06", by=f"urn-{SCHOOL}", known_by="upn2"),
        replaced("upn", "upn2", recorded="2025-01-08"),
    )
    asked(at="2025-09-01").timeline("A.upn").shows(
        entry("enrolment 900001", "2021-09-06..", "open", events="1, 2"),
        entry("upn_replaced school", "2025-01-06..", "moment"),
    )
    given(event_retracted("A", 1, recorded="2025-02-01", by=f"urn-{SCHOOL}", known_by="upn2"))
    asked(at="2025-09-01").timeline("A.upn2").shows(entry("upn_replaced school", "2025-01-06..", "moment"))


def test_corrected_under_a_number_of_long_ago(given, asked):
    """Also where the number was replaced twice since, or where the correction still names the former number"""
    given(
        pupil_admitted("A", school=SCHOOL, on="2021-09-01", known_by="upn", born=BORN),
        replaced("upn", "upn2", recorded="2024-01-08"),
        replaced("upn2", "upn3", recorded="2025-01-08"),
        event_corrected("A", 1, recorded="2025-02-01", begins="2021-09-06", by=f"urn-{SCHOOL}", known_by="upn3"),
        gp_registered("A", practice="Z90001", on="2016-04-01", known_by="nhs2", born=BORN),
        replaced("nhs", "nhs2"),
        event_corrected("A", 5, recorded="2025-02-01", begins="2016-05-01", by="ods-Z90001", known_by="nhs"),
    )
    asked(at="2025-09-01").timeline("A.upn3").shows(
        entry("enrolment 900001", "2021-09-06..", "open", events="1, 4"),
        entry("upn_replaced school", "2025-01-06..", "moment"),
        entry("upn_replaced school", "2025-01-06..", "moment"),
    )
    asked(at="2025-09-01").timeline("A.nhs2").shows(
        entry("gp_registration Z90001", "2016-05-01..", "open", events="5, 7"),
        entry("nhs_number_superseded national records", "2025-01-06..", "moment"),
    )
