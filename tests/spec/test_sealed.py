"""Sealed identities

A child who is adopted, or has a new identity for another reason, has new numbers; nothing may lead from the old identity to
the new one. From the moment at which the sealing is in the log, the old record answers as if all had ended on that day, and
what still carries an old number is shown nowhere: it waits for the index team.
"""

from tests.spec.example import entry, family, line, one_child
from tests.spec.words import (
    address,
    address_changed,
    attendance_marked,
    early_help_started,
    gp_registered,
    happened,
    identifier,
    involvement_started,
    lead_accepted,
    listed,
    pupil_admitted,
    relationship_stated,
    snapshot_reported,
)

BORN = "2015-03-01"
OLD = (
    gp_registered("A", practice="Z90001", on="2015-03-20", born=BORN, name="Ada Example"),
    pupil_admitted("A", school="900001", on="2024-09-01", known_by=["upn", "nhs"], born=BORN, name="Ada Example"),
    early_help_started("A", on="2025-01-10", worker="W1"),
    lead_accepted("A", worker="W1", on="2025-01-20"),
    address_changed("A", on="2020-01-01", address=address("1 Example Row", uprn="100")),
)
SEALED = happened("IdentitySealed", "A", on="2025-06-01")
ENDED = (
    entry("early_help", "2025-01-10..2025-06-01", "ended"),
    entry("lead la-808:W1", "2025-01-20..2025-06-01", "ended"),
)


def test_the_old_record_has_ended(given, asked):
    """The old record answers as if all had ended, tells no place, and says nothing of the sealing

    Its indicators are silent, and no worker has the child any more.
    """
    given(*OLD, SEALED)
    asked(at="2025-06-02").timeline("A").shows(*ENDED)
    asked(at="2025-06-02").index("A").shows(
        line(name="Ada Example", born=BORN, school="", gp="", involvements="", lead="", address=None)
    )
    asked(at="2025-06-02").caseload("la-808:W1").shows_nothing()
    asked(at="2026-06-02").indicators("A").shows_nothing()
    asked(at="2026-06-02").gaps("A").shows_nothing()


def test_as_known_before(given, asked):
    """What was known before tells no place either"""
    given(*OLD, SEALED)
    asked(at="2025-02-01", known_after=5).index("A").shows(line(school="", gp="", address=None))


def test_what_carries_an_old_number_is_shown_nowhere(given, asked):
    """What carries an old number, alone or beside a new one, is shown under neither and joins nothing

    Of all numbers that the child was known by then: the school's too, though the sealing names the NHS number alone.
    """
    given(
        *OLD,
        SEALED,
        involvement_started("A", "mentoring", on="2025-07-01", worker="W1"),
        pupil_admitted("A", school="900002", on="2025-09-01", known_by="upn", born=BORN, name="Ada Example"),
        attendance_marked("A", "900001", "2025-09-02", "/", "\\", known_by="upn"),
        gp_registered("A", practice="Z90002", on="2025-09-01", known_by="nhs2", born=BORN, name="Cora Sample"),
        pupil_admitted("A", school="900003", on="2025-09-01", known_by=["upn2", "nhs2"], born=BORN, name="Cora Sample"),
        involvement_started("A", "mentoring", on="2025-10-01", known_by=["agency", "nhs", "nhs2"], born=BORN),
    )
    asked(at="2025-12-01").children().shows(one_child("A.nhs, A.upn"), one_child("A.nhs2, A.upn2"))
    asked(at="2025-12-01").timeline("A").shows(*ENDED)
    asked(at="2025-12-01").timeline("A.nhs2").shows(
        entry("gp_registration Z90002", "2025-09-01..", "open"), entry("enrolment 900003", "2025-09-01..", "open")
    )
    asked(at="2025-12-01").index("A.nhs2").shows(line(name="Cora Sample", school="900003", gp="Z90002"))


def test_a_replacement_leads_nowhere(given, asked):
    """That a new number replaced an old one joins nothing, whoever says it"""
    given(
        *OLD,
        SEALED,
        gp_registered("A", practice="Z90002", on="2025-09-01", known_by="nhs2", born=BORN, name="Cora Sample"),
        happened("NhsNumberSuperseded", "A", on="2025-09-02", by="ods-Z90002", former=identifier("A", "nhs")[1], known_by="nhs2"),
        happened("UpnReplaced", "A", on="2025-09-02", by="urn-900002", former=identifier("A", "upn")[1], known_by="upn2"),
    )  # fmt: skip
    asked(at="2025-12-01").children().shows(one_child("A.nhs, A.upn"), one_child("A.nhs2"))
    asked(at="2025-12-01").timeline("A.nhs2").shows(entry("gp_registration Z90002", "2025-09-01..", "open"))


def test_evidence_of_before_joins_no_more(given, asked):
    """What could not join before the sealing never joins: the date of birth comes too late"""
    given(
        *OLD,
        happened("ChildInNeedStarted", "A", on="2025-02-01", known_by=["agency", "nhs"]),
        SEALED,
        happened("ChildInNeedEnded", "A", on="2025-08-01", known_by="agency", born=BORN),
    )
    asked(at="2025-12-01").children().shows(one_child("A.nhs, A.upn"), one_child("A.agency"))


def test_evidence_of_before_is_not_disputed(given, asked):
    """Nor is it disputed: nothing shows beside the old numbers that was not there before"""
    given(
        *OLD,
        happened("ChildInNeedStarted", "A", on="2025-02-01", known_by=["agency", "nhs"]),
        SEALED,
        happened("ChildInNeedEnded", "A", on="2025-08-01", known_by="agency", born="2016-04-02"),
    )
    asked(at="2025-12-01").children().shows(one_child("A.nhs, A.upn"), one_child("A.agency"))


def test_in_no_family(given, asked):
    """The old record is in no family any more: brothers and sisters lead from it to nobody"""
    given(
        *OLD,
        relationship_stated("A", "family", on="2024-01-01", family="F1"),
        gp_registered("B", practice="Z90001", on="2010-03-20", born="2010-02-01"),
        relationship_stated("B", "family", on="2024-01-01", family="F1"),
        SEALED,
    )
    asked(at="2025-05-31", known_after=8).families().shows(family("A"), family("B"))
    asked(at="2025-05-31").families().shows(family("A"), family("B"))
    asked(at="2025-06-02").families().shows(family("B"))


def test_in_no_family_of_before(given, asked):
    """Not on days before the sealing either: a child placed with its adopters has their family from then

    What an agency says of the new identity reaches back to the day on which the child came.
    """
    given(
        *OLD,
        relationship_stated("A", "family", on="2025-01-01", family="F1"),
        gp_registered("B", practice="Z90001", on="2010-03-20", born="2010-02-01"),
        relationship_stated("B", "family", on="2025-01-01", family="F1"),
        SEALED,
        gp_registered("C", practice="Z90002", on="2015-03-20", born=BORN, name="Cora Sample"),
        relationship_stated("C", "family", on="2025-01-01", family="F1"),
    )
    asked(at="2025-05-31").families().shows(family("A"), family("B C"))


def test_a_row_of_a_snapshot(given, asked):
    """A snapshot that still lists the old number is whole all the same

    Its feed would else be partial for ever, which tells, and nobody who has left would lapse.
    """

    def on_roll(child):
        return pupil_admitted(child, school="900001", on="2024-09-01", known_by="upn", born=BORN)

    given(
        *(on_roll(child) for child in "ABCDEF"),
        happened("IdentitySealed", "A", on="2025-06-01", known_by="upn"),
        *(listed(on_roll(child), on="2025-10-02") for child in "ABCDE"),
        snapshot_reported("urn-900001", "PupilAdmitted", on="2025-10-02", count=5),
    )
    asked(at="2025-12-01").timeline("A.upn").shows_nothing()
    asked(at="2025-12-01").timeline("B.upn").shows(entry("enrolment 900001", "2024-09-01..", "open"))
    asked(at="2025-12-01").timeline("F.upn").shows(
        entry("enrolment 900001", "2024-09-01..", "lapsed: absent_from_snapshot")
    )


def test_a_shield_goes_on(given, asked):
    """What protects the old record goes on"""
    given(*OLD, happened("ShieldApplied", "A", on="2025-05-01"), SEALED)
    asked(at="2025-12-01").timeline("A").shows(*ENDED, entry("shield", "2025-05-01..", "open"))
