"""What is disputed

An event that carries two numbers which cannot be one child may be about another child. It stands on the timeline of its
own record as *disputed*, and says nothing of who or where a child is: no name, sex, date of birth, address, school,
family or indicator comes from it, and it ends and confirms nothing that is sure.
"""

from tests.spec.example import entry, indicator, line, one_child
from tests.spec.words import (
    address,
    address_changed,
    attendance_marked,
    death_notified,
    early_help_started,
    gp_registered,
    happened,
    identifier,
    involvement_started,
    pupil_admitted,
    pupil_removed_from_roll,
    relationship_stated,
)

BORN = "2015-03-01"
OTHER = "2016-01-09"

# A is known by both numbers; B by its NHS number.
TWO_CHILDREN = (
    gp_registered("A", practice="Z90001", on="2015-03-20", born=BORN, name="Ada Example"),
    pupil_admitted("A", school="900001", on="2024-09-01", known_by=["upn", "nhs"], born=BORN, name="Ada Example"),
    gp_registered("B", practice="Z90002", on="2016-02-01", born=OTHER, name="Bea Sample"),
)


def test_mistyped_number_renames_nobody(given, asked):
    """A school that admits a child under another child's number renames neither

    B is admitted with A's UPN and its own NHS number. A keeps name, date of birth and school, and the two stay two.
    """
    given(
        *TWO_CHILDREN,
        pupil_admitted("B", school="900002", on="2025-09-01", known_by=["A.upn", "nhs"], born=OTHER, name="Bea Sample"),
    )
    asked(at="2025-10-01").children().shows(
        one_child("A.nhs, A.upn", disputed="yes"), one_child("B.nhs", disputed="yes")
    )
    asked(at="2025-10-01").index("A").shows(
        line(name="Ada Example", born=BORN, school="900001", gp="Z90001", involvements="")
    )
    asked(at="2025-10-01").index("B").shows(
        line(name="Bea Sample", born=OTHER, school="", gp="Z90002", involvements="")
    )
    asked(at="2025-10-01").timeline("A").shows(
        entry("gp_registration Z90001", "2015-03-20..", "open"),
        entry("enrolment 900001", "2024-09-01..", "open"),
        entry("enrolment 900002", "2025-09-01..", "disputed: identifiers_disputed"),
    )
    asked(at="2025-10-01").timeline("B").shows(entry("gp_registration Z90002", "2016-02-01..", "open"))


def test_twins(given, asked):
    """A twin's number beside one's own renames nobody, though the dates of birth agree"""
    given(
        gp_registered("A", practice="Z90001", on="2015-03-20", born=BORN, name="Ada Example"),
        gp_registered("B", practice="Z90001", on="2015-03-20", born=BORN, name="Bea Example"),
        pupil_admitted("A", school="900001", on="2024-09-01", known_by=["upn", "nhs"], born=BORN, name="Ada Example"),
        pupil_admitted("B", school="900002", on="2025-09-01", known_by=["A.upn", "nhs"], born=BORN, name="Bea Example"),
    )
    asked(at="2025-10-01").index("A").shows(
        line(name="Ada Example", born=BORN, school="900001", gp="Z90001", involvements="")
    )


def test_where_a_child_lives(given, asked):
    """No address comes from it, and no family"""
    given(
        *TWO_CHILDREN,
        address_changed("A", on="2020-01-01", address=address("1 Example Row", uprn="100")),
        address_changed("B", on="2025-01-01", address=address("9 Sample Road", uprn="900"), known_by=["A.nhs", "nhs"]),
        relationship_stated("B", "family", on="2025-01-01", family="F1", known_by=["A.nhs", "nhs"]),
        relationship_stated("C", "family", on="2025-01-01", family="F1", born="2019-01-01"),
    )
    asked(at="2025-10-01").index("A").shows(
        line(name="Ada Example", born=BORN, school="900001", gp="Z90001", involvements="", address="1 Example Row")
    )
    asked(at="2025-10-01").timeline("A").shows(
        entry("gp_registration Z90001", "2015-03-20..", "open"),
        entry("enrolment 900001", "2024-09-01..", "open"),
        entry("relationship family", "2025-01-01..", "disputed: identifiers_disputed"),
    )


def test_death(given, asked):
    """No death comes from it"""
    given(*TWO_CHILDREN, death_notified("B", on="2025-06-01", known_by=["A.nhs", "nhs"]))
    asked(at="2025-10-01").index("A").shows(
        line(name="Ada Example", born=BORN, school="900001", gp="Z90001", involvements="", alive="yes")
    )


def test_ends_nothing(given, asked):
    """It ends nothing that is sure"""
    given(
        *TWO_CHILDREN,
        pupil_removed_from_roll("B", school="900001", on="2025-05-01", known_by=["A.upn", "nhs"]),
    )
    asked(at="2025-10-01").timeline("A").shows(
        entry("gp_registration Z90001", "2015-03-20..", "open"),
        entry("enrolment 900001", "2024-09-01..", "open"),
        entry("enrolment 900001", "..2025-05-01", "disputed: identifiers_disputed"),
    )
    asked(at="2025-10-01").indicators("A").shows(
        indicator("no_universal_contact", since="2024-09-01", status="not_known")
    )


def test_raises_nothing(given, asked):
    """No indicator and no gap rests on it, and no worker has the child by it"""
    given(
        *TWO_CHILDREN,
        early_help_started("B", on="2025-06-02", worker="W1", known_by=["A.nhs", "nhs"]),
        involvement_started("B", "mentoring", on="2025-06-02", worker="W1", known_by=["A.nhs", "nhs"]),
    )
    asked(at="2025-10-01").gaps("A").shows_nothing()
    asked(at="2025-10-01").caseload("la-808:W1").shows_nothing()


def test_put_right(given, asked):
    """Once the numbers agree, what it said counts from its day on"""
    given(
        gp_registered("A", practice="Z90001", on="2015-03-20", born=BORN, name="Ada Example"),
        pupil_admitted("A", school="900001", on="2025-09-01", known_by=["upn", "nhs"], born=OTHER, name="Ada Sample"),
        attendance_marked("A", "900001", "2025-09-02", "/", "\\", known_by="upn"),
        happened("PupilAdmitted", "A", on="2025-09-03", school="900001", by="urn-900001", known_by="upn", born=BORN),
    )
    asked(at="2025-10-01", known_after=3).index("A").shows(
        line(name="Ada Example", born=BORN, school="", gp="Z90001", involvements="")
    )
    asked(at="2025-10-01", known_after=3).index("A.upn").shows(
        line(name=None, born=None, school="", gp="", involvements="", alive="not known")
    )
    asked(at="2025-10-01").index("A").shows(
        line(name="Ada Example", born=BORN, school="900001", gp="Z90001", involvements="")
    )


def test_a_replacement_that_is_disputed_makes_no_former_number(given, asked):
    """A replacement that is disputed makes no number a former one: two live numbers are still two children

    Twins have one date of birth. A mistyped replacement, of another school, names the first twin's number; then an event carries both twins'.
    """
    given(
        pupil_admitted("A", school="900001", on="2024-09-01", known_by="upn", born=BORN, name="Ada Example"),
        pupil_admitted("B", school="900001", on="2024-09-01", known_by="upn", born=BORN, name="Bea Example"),
        pupil_admitted("C", school="900002", on="2024-09-01", known_by="upn", born=OTHER, name="Cora Sample"),
        happened(
            "UpnReplaced",
            "C",
            on="2025-01-02",
            by="urn-900002",
            former=identifier("A", "upn")[1],
            known_by="upn",
            born=OTHER,
        ),
        involvement_started("A", "mentoring", on="2025-02-01", known_by=["upn", "B.upn"], born=BORN),
    )
    asked(at="2025-12-01").children().shows(
        one_child("A.upn", disputed="yes"), one_child("B.upn", disputed="yes"), one_child("C.upn", disputed="yes")
    )
