"""Links

Each agency publishes under its own number, and each number has its own record. Two records become one child when an
event's *subject* carries both numbers and both records have a date of birth, the same one, or nothing was told under one of
the numbers yet; or when the one who gives out a number says that it replaced another, which is no longer in use then. What would
join two NHS numbers in use, two UPNs in use, different dates of birth or more than twelve records is *disputed* and joins
nothing. What cannot join since a date of birth is not known, or since those who state it do not agree, is *pending*, and joins by
itself when the date comes.
"""

from tests.spec.example import entry, line, one_child
from tests.spec.words import (
    address,
    attendance_marked,
    birth_notified,
    early_help_ended,
    early_help_started,
    event_retracted,
    gp_registered,
    happened,
    identifier,
    pupil_admitted,
)

BORN = "2015-03-01"


def replaced(event_type, by, former, *, by_new, child="A"):
    return happened(event_type, child, on="2025-10-06", by=by, former=identifier(child, former)[1], known_by=by_new)


def test_both_numbers(given, asked):
    """An event with both numbers, and equal dates of birth, joins"""
    given(
        gp_registered("A", practice="Z90001", on="2015-03-20", born=BORN),
        pupil_admitted("A", school="900001", on="2025-09-01", known_by=["upn", "nhs"], born=BORN),
    )
    asked(at="2025-10-01").children().shows(one_child("A.nhs, A.upn"))
    asked(at="2025-10-01").timeline("A.nhs").shows(
        entry("gp_registration Z90001", "2015-03-20..", "open"), entry("enrolment 900001", "2025-09-01..", "open")
    )
    asked(at="2025-10-01").timeline("A.upn").shows(
        entry("gp_registration Z90001", "2015-03-20..", "open"), entry("enrolment 900001", "2025-09-01..", "open")
    )


def test_dates_that_are_contested(given, asked):
    """Nothing joins on a date of birth on which agencies do not agree

    Of each agency the last word counts that it told under that number alone. When one of them puts its word right, it joins.
    """
    given(
        gp_registered("A", practice="Z90001", on="2015-03-20", born=BORN),
        early_help_started("A", on="2025-03-03", born="2015-03-10"),
        pupil_admitted("A", school="900001", on="2025-09-01", known_by=["upn", "nhs"], born="2015-03-10"),
    )
    asked(at="2025-10-01").children().shows(one_child("A.nhs"), one_child("A.upn"))
    given(gp_registered("A", practice="Z90001", on="2025-10-06", born="2015-03-10"))
    asked(at="2025-10-06", known_after=3).children().shows(one_child("A.nhs"), one_child("A.upn"))
    asked(at="2025-10-06").children().shows(one_child("A.nhs, A.upn"))


def test_contested_after_they_were_joined(given, asked):
    """What was joined is two again as long as they do not agree"""
    given(
        gp_registered("A", practice="Z90001", on="2015-03-20", born=BORN),
        pupil_admitted("A", school="900001", on="2025-09-01", known_by=["upn", "nhs"], born=BORN),
        early_help_started("A", on="2025-10-06", born="2015-03-10"),
        early_help_ended("A", on="2025-11-03", born=BORN),
    )
    asked(at="2025-10-01", known_after=2).children().shows(one_child("A.nhs, A.upn"))
    asked(at="2025-10-06", known_after=3).children().shows(one_child("A.nhs"), one_child("A.upn"))
    asked(at="2025-11-03").children().shows(one_child("A.nhs, A.upn"))


def test_known_before_the_link(given, asked):
    """As known before the link they are two"""
    given(
        gp_registered("A", practice="Z90001", on="2015-03-20", born=BORN),
        pupil_admitted("A", school="900001", on="2025-09-01", known_by="upn", born=BORN),
        early_help_started("A", on="2025-10-01", known_by=["agency", "nhs", "upn"], born=BORN),
    )
    asked(at="2025-11-01", known_after=2).children().shows(one_child("A.nhs"), one_child("A.upn"))
    asked(at="2025-11-01", known_after=2).timeline("A.upn").shows(entry("enrolment 900001", "2025-09-01..", "open"))
    asked(at="2025-11-01").children().shows(one_child("A.agency, A.nhs, A.upn"))
    asked(at="2025-11-01").timeline("A.upn").shows(
        entry("gp_registration Z90001", "2015-03-20..", "open"),
        entry("enrolment 900001", "2025-09-01..", "open"),
        entry("early_help", "2025-10-01..", "open"),
    )


def test_upn_replaced(given, asked):
    """A UPN that replaced another is of the same child

    The former one is no longer in use, so the two are not two children's; no date of birth is needed.
    """
    given(
        pupil_admitted("A", school="900001", on="2024-09-01", known_by="upn"),
        pupil_admitted("A", school="900002", on="2025-10-06", born=BORN, known_by="upn2"),
        replaced("UpnReplaced", "urn-900002", "upn", by_new="upn2"),
    )
    asked(at="2025-12-01", known_after=2).children().shows(one_child("A.upn"), one_child("A.upn2"))
    asked(at="2025-12-01").children().shows(one_child("A.upn, A.upn2"))


def test_source_id_migrated(given, asked):
    """An agency's own id that replaced another, as its system says

    No date of birth is needed; that another agency says so joins nothing.
    """
    former = {"scheme": identifier("A", "agency")[0], "value": identifier("A", "agency")[1]}
    given(
        early_help_started("A", on="2025-03-01", known_by="agency"),
        happened("ChildInNeedStarted", "A", on="2025-11-01", known_by="agency2"),
        happened("SourceIdMigrated", "A", on="2025-10-06", by="org-play", former=former, known_by="agency2"),
        happened("SourceIdMigrated", "A", on="2025-10-06", former=former, known_by="agency2"),
    )
    asked(at="2025-12-01", known_after=3).children().shows(one_child("A.agency"), one_child("A.agency2"))
    asked(at="2025-12-01").children().shows(one_child("A.agency, A.agency2"))


def test_nhs_number_superseded(given, asked):
    """An NHS number that superseded another, and a third that did not

    Of three numbers with one date of birth two are one child's; that the third is of the same one would need two live numbers.
    """
    given(
        gp_registered("A", practice="Z90001", on="2024-09-01", born=BORN, known_by="nhs"),
        gp_registered("A", practice="Z90001", on="2025-09-01", born=BORN, known_by="nhs2"),
        gp_registered("A", practice="Z90001", on="2025-09-01", born=BORN, known_by="nhs3"),
        replaced("NhsNumberSuperseded", "ods-Z90001", "nhs", by_new="nhs2"),
        gp_registered("A", practice="Z90001", on="2025-11-01", born=BORN, known_by=["nhs2", "nhs3"]),
    )
    asked(at="2025-12-01").children().shows(
        one_child("A.nhs, A.nhs2", disputed="yes"), one_child("A.nhs3", disputed="yes")
    )


def test_replaced_with_another_date_of_birth(given, asked):
    """A replacement joins no two dates of birth, and joins nothing once it is taken back"""
    given(
        pupil_admitted("A", school="900001", on="2024-09-01", born="2015-03-02", known_by="upn"),
        pupil_admitted("A", school="900002", on="2025-10-06", born=BORN, known_by="upn2"),
        replaced("UpnReplaced", "urn-900002", "upn", by_new="upn2"),
        pupil_admitted("B", school="900001", on="2024-09-01", born=BORN, known_by="upn"),
        pupil_admitted("B", school="900002", on="2025-10-06", born=BORN, known_by="upn2"),
        replaced("UpnReplaced", "urn-900002", "upn", by_new="upn2", child="B"),
        event_retracted("B", 6, recorded="2025-11-01", by="urn-900002", known_by="upn2"),
    )
    asked(at="2025-12-01", known_after=6).children().shows(
        one_child("A.upn", disputed="yes"), one_child("A.upn2", disputed="yes"), one_child("B.upn, B.upn2")
    )
    asked(at="2025-12-01").children().shows(
        one_child("A.upn", disputed="yes"), one_child("A.upn2", disputed="yes"), one_child("B.upn"), one_child("B.upn2")
    )


def test_no_date_of_birth(given, asked):
    """Without a date of birth on both sides nothing is joined

    Nor is it disputed: it joins when the date of birth comes, from whichever side.
    """
    given(
        gp_registered("A", practice="Z90001", on="2015-03-20"),
        pupil_admitted("A", school="900001", on="2025-09-01", known_by=["upn", "nhs"], born=BORN),
        gp_registered("A", practice="Z90002", on="2025-10-01", born=BORN),
    )
    asked(at="2025-11-01", known_after=2).children().shows(one_child("A.nhs"), one_child("A.upn"))
    asked(at="2025-11-01").children().shows(one_child("A.nhs, A.upn"))


def test_found_by_both_from_that_moment(given, asked):
    """A number under which nobody has told anything yet finds the child at once

    Nothing speaks against it, and it shows nobody else's child.
    """
    given(pupil_admitted("A", school="900001", on="2025-09-01", known_by=["upn", "nhs"], born=BORN))
    asked(at="2025-10-01").children().shows(one_child("A.nhs, A.upn"))
    asked(at="2025-10-01").timeline("A.nhs").shows(entry("enrolment 900001", "2025-09-01..", "open"))


def test_pending_when_something_is_told(given, asked):
    """Once something is told under that number the dates of birth decide

    Without one they are two children until it comes; with another one the numbers are disputed.
    """
    given(
        pupil_admitted("A", school="900001", on="2025-09-01", known_by=["upn", "nhs"], born=BORN),
        gp_registered("A", practice="Z90001", on="2025-10-01"),
        gp_registered("A", practice="Z90002", on="2025-11-01", born=BORN),
        gp_registered("A", practice="Z90002", on="2025-12-01", born="2016-01-09"),
    )
    asked(at="2026-01-01", known_after=1).children().shows(one_child("A.nhs, A.upn"))
    asked(at="2026-01-01", known_after=2).children().shows(one_child("A.nhs"), one_child("A.upn"))
    asked(at="2026-01-01", known_after=3).children().shows(one_child("A.nhs, A.upn"))
    asked(at="2026-01-01").children().shows(one_child("A.nhs", disputed="yes"), one_child("A.upn", disputed="yes"))


def test_one_number_of_two_children(given, asked):
    """A number under which nothing is told joins no two children

    The first that was said to have it is found by it. Two dates of birth are disputed; where one is not known, it is
    not said whose the number is.
    """
    given(
        pupil_admitted("A", school="900001", on="2025-09-01", known_by=["upn", "A.nhs"], born=BORN),
        pupil_admitted("B", school="900001", on="2025-09-02", known_by=["upn", "A.nhs"], born="2016-01-09"),
        early_help_started("C", on="2025-09-03", known_by=["agency", "A.nhs"]),
    )
    asked(at="2025-10-01").children().shows(
        one_child("A.nhs, A.upn", disputed="yes"), one_child("B.upn", disputed="yes"), one_child("C.agency")
    )


def test_different_dates_of_birth(given, asked):
    """Different dates of birth are disputed

    A mistyped number points to another child. When the date of birth is put right the records are joined.
    """
    given(
        gp_registered("A", practice="Z90001", on="2015-03-20", born=BORN),
        pupil_admitted("A", school="900001", on="2025-09-01", known_by=["upn", "nhs"], born="2016-01-09"),
        pupil_admitted("A", school="900002", on="2026-01-05", known_by="upn", born=BORN),
    )
    asked(at="2026-02-01", known_after=2).children().shows(
        one_child("A.nhs", disputed="yes"), one_child("A.upn", disputed="yes")
    )
    asked(at="2026-02-01").children().shows(one_child("A.nhs, A.upn"))


def test_disputed_entry(given, asked):
    """An entry whose own identifiers are disputed says so

    The event that told it names two numbers which cannot be one child, so it may be about another. Other entries of
    the same record stand.
    """
    given(
        gp_registered("A", practice="Z90001", on="2015-03-20", born=BORN),
        pupil_admitted("A", school="900001", on="2025-09-01", known_by=["upn", "nhs"], born="2016-01-09"),
        pupil_admitted("A", school="900002", on="2025-09-01", known_by="upn"),
    )
    asked(at="2025-10-01").timeline("A.upn").shows(
        entry("enrolment 900001", "2025-09-01..", "disputed: identifiers_disputed"),
        entry("enrolment 900002", "2025-09-01..", "open"),
    )
    asked(at="2025-10-01").timeline("A.nhs").shows(entry("gp_registration Z90001", "2015-03-20..", "open"))


def test_two_nhs_numbers(given, asked):
    """Two NHS numbers are disputed

    The assertion recorded first holds, whichever arrived first; the second would join two NHS numbers.
    """
    given(
        gp_registered("A", practice="Z90001", on="2015-03-20", born=BORN),
        gp_registered("A", practice="Z90001", on="2015-03-20", born=BORN, known_by="nhs2"),
        pupil_admitted("A", school="900001", on="2025-09-08", known_by=["upn", "nhs2"], born=BORN),
        pupil_admitted("A", school="900001", on="2025-09-01", known_by=["upn", "nhs"], born=BORN),
    )
    asked(at="2025-10-01", known_after=3).children().shows(one_child("A.nhs"), one_child("A.nhs2, A.upn"))
    asked(at="2025-10-01").children().shows(
        one_child("A.nhs, A.upn", disputed="yes"), one_child("A.nhs2", disputed="yes")
    )


def test_twins(given, asked):
    """Twins are not joined

    Same name, same date of birth, same address: nothing of this is evidence that two numbers are one child.
    """
    home = address("1 Example Row", uprn="100000000001")
    given(
        birth_notified("A", on=BORN, address=home, name="Ada Example", mother="P1"),
        birth_notified("B", on=BORN, address=home, name="Ada Example", mother="P1"),
        pupil_admitted("A", school="900001", on="2019-09-02", known_by="upn", born=BORN, name="Ada Example"),
    )
    asked(at="2025-10-01").children().shows(one_child("A.nhs"), one_child("B.nhs"), one_child("A.upn"))


def test_twins_mixed_up(given, asked):
    """A school that mixes up twins' numbers is disputed, once each is known by its own"""
    given(
        gp_registered("A", practice="Z90001", on=BORN, born=BORN),
        gp_registered("B", practice="Z90001", on=BORN, born=BORN),
        pupil_admitted("A", school="900001", on="2019-09-02", known_by=["upn", "nhs"], born=BORN),
        pupil_admitted("B", school="900001", on="2019-09-02", known_by=["upn", "nhs"], born=BORN),
        pupil_admitted("A", school="900002", on="2025-09-01", known_by=["upn", "B.nhs"], born=BORN),
    )
    asked(at="2025-10-01").children().shows(
        one_child("A.nhs, A.upn", disputed="yes"), one_child("B.nhs, B.upn", disputed="yes")
    )


def test_mothers_number(given, asked):
    """The mother's number in a birth message joins nothing

    Only the subject's own identifiers are evidence. She is another person of the event.
    """
    given(
        gp_registered("M", practice="Z90001", on="2010-01-01", born="1990-05-05"),
        birth_notified("A", on=BORN, mother="M"),
        gp_registered("A", practice="Z90001", on="2015-03-20"),
    )
    asked(at="2025-10-01").children().shows(one_child("M.nhs"), one_child("A.nhs"))
    asked(at="2025-10-01").timeline("A").shows(entry("gp_registration Z90001", "2015-03-20..", "open"))


def test_retracted(given, asked):
    """A retracted event is no evidence

    Its link goes with it, and as known before the retraction the records are still one child.
    """
    given(
        gp_registered("A", practice="Z90001", on="2015-03-20", born=BORN),
        pupil_admitted("A", school="900001", on="2025-09-01", known_by="upn", born=BORN),
        pupil_admitted("A", school="900002", on="2025-10-01", known_by=["upn", "nhs"], born=BORN),
        event_retracted("A", 3, recorded="2025-11-01", by="urn-900002", known_by="upn"),
    )
    asked(at="2025-12-01", known_after=3).children().shows(one_child("A.nhs, A.upn"))
    asked(at="2025-12-01").children().shows(one_child("A.nhs"), one_child("A.upn"))


def test_other_evidence_stays(given, asked):
    """Retracting one piece of evidence leaves the others"""
    given(
        gp_registered("A", practice="Z90001", on="2015-03-20", born=BORN),
        pupil_admitted("A", school="900001", on="2025-09-01", known_by=["upn", "nhs"], born=BORN),
        pupil_admitted("A", school="900002", on="2025-10-01", known_by=["upn", "nhs"], born=BORN),
        event_retracted("A", 2, recorded="2025-11-01", by="urn-900001", known_by="upn"),
    )
    asked(at="2025-12-01").children().shows(one_child("A.nhs, A.upn"))


def test_through_a_third(given, asked):
    """Records are joined through a third

    The school knows no NHS number, and the practice no UPN; the children's services know both.
    """
    given(
        gp_registered("A", practice="Z90001", on="2015-03-20", born=BORN),
        pupil_admitted("A", school="900001", on="2025-09-01", known_by="upn", born=BORN),
        early_help_started("A", on="2025-10-01", known_by=["agency", "nhs"], born=BORN),
        early_help_ended("A", on="2025-12-01", known_by=["agency", "upn"], born=BORN),
    )
    asked(at="2026-01-01").index("A.upn").shows(line(school="900001", gp="Z90001", born=BORN))
    asked(at="2026-01-01").children().shows(one_child("A.agency, A.nhs, A.upn"))


def test_marks_are_no_evidence(given, asked):
    """Attendance marks are no evidence

    They come by the million and carry no date of birth; the admission says what there is to say.
    """
    given(
        gp_registered("A", practice="Z90001", on="2015-03-20", born=BORN),
        pupil_admitted("A", school="900001", on="2025-09-01", known_by="upn", born=BORN),
        attendance_marked("A", "900001", on="2025-09-08", am="/", known_by=["upn", "nhs"]),
    )
    asked(at="2025-10-01").children().shows(one_child("A.nhs"), one_child("A.upn"))


def test_more_than_twelve(given, asked):
    """More than twelve records are not one child

    So many numbers are a fault of a source, and a fault must not gather strangers.
    """
    given(
        [
            early_help_started(
                "A", on="2025-09-01", known_by=[f"agency{n}", f"agency{n + 1}"], born=BORN, by=f"la-{800 + n}"
            )
            for n in range(2, 16)
        ]
    )
    asked(at="2025-10-01").children().shows(
        one_child(", ".join(sorted(f"A.agency{n}" for n in range(2, 14))), disputed="yes"),
        one_child("A.agency14, A.agency15, A.agency16", disputed="yes"),
    )
