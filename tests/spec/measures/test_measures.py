"""Measures: who is in each, and who of them is counted (docs/measures.md)."""

from typing import Any

from tests.spec.words import (
    absent,
    address,
    address_changed,
    attendance_marked,
    birth_notified,
    death_notification_withdrawn,
    death_notified,
    early_help_ended,
    early_help_started,
    event_corrected,
    event_retracted,
    happened,
    involvement_confirmed,
    involvement_started,
    lead_accepted,
    lead_ended,
    lead_nominated,
    left_england,
    referral_received,
)

WAIT = "referral_to_first_service"
AGAIN = "repeated_assessments"
INITIAL = "initial_health_assessment"
OVERDUE = "initial_health_assessment_overdue"
LONG = "looked_after_health_assessment"
CENTRE = "childrens_centre"
LEAD = "with_lead"


def yes(child: str, days: int | None = None) -> dict[str, Any]:
    return {"child": child, "counted": True, "days": days}


def no(child: str, days: int | None = None) -> dict[str, Any]:
    return {"child": child, "counted": False, "days": days}


def sessions(child: str, attended: int, possible: int, *, counted: bool = True) -> dict[str, Any]:
    return {"child": child, "counted": counted, "days": None, "attended": attended, "possible": possible}


def test_the_first_service_after_a_referral(given, measured):
    """Days from the referral to the first service, whichever it is; one that begins on the same day took none"""
    given(
        referral_received("A", "social work", on="2026-01-05"),
        involvement_started("A", "mentoring", on="2026-01-25"),
        happened("ChildInNeedStarted", "A", on="2026-02-25"),
        referral_received("B", "social work", on="2026-01-05"),
        early_help_started("B", on="2026-01-05"),
    )
    measured(WAIT, at="2026-06-30").shows(yes("A", 20), yes("B", 0))


def test_still_waiting(given, measured):
    """Who waits on the day asked about is not counted as served, whatever came after it, and has waited until then"""
    given(
        referral_received("A", "social work", on="2026-01-05"),
        involvement_started("A", "social work", on="2026-02-04"),
    )
    measured(WAIT, at="2026-02-03").shows(no("A", 29))
    measured(WAIT, at="2026-02-04").shows(yes("A", 30))
    measured(WAIT, at="2026-01-04").shows_nobody()


def test_universal_services_are_no_answer_to_a_referral(given, measured):
    """A universal service does not end the wait"""
    given(
        referral_received("A", "social work", on="2026-01-05"),
        involvement_started("A", "school nursing", on="2026-01-10", provision="universal"),
    )
    measured(WAIT, at="2026-01-15").shows(no("A", 10))


def test_already_helped(given, measured):
    """A referral while a service works with the child is left out: it does not wait for a first one"""
    given(
        early_help_started("A", on="2026-01-01"),
        referral_received("A", "social work", on="2026-01-05"),
        early_help_started("B", on="2025-06-01"),
        early_help_ended("B", on="2026-01-05"),
        referral_received("B", "social work", on="2026-01-05"),
    )
    measured(WAIT, at="2026-01-15").shows(no("B", 10))


def test_lapsed_help_does_not_count_as_help(given, measured):
    """An involvement that nobody confirmed for a year has lapsed: a referral after that is a first one again"""
    given(
        involvement_started("A", "mentoring", on="2024-01-01"),
        referral_received("A", "social work", on="2026-01-05"),
        involvement_started("B", "mentoring", on="2024-01-01"),
        involvement_confirmed("B", "mentoring", on="2025-06-01"),
        referral_received("B", "social work", on="2026-01-05"),
    )
    measured(WAIT, at="2026-01-15").shows(no("A", 10))


def test_closed_without_a_service(given, measured):
    """A case closed before any service, or a child that died, waits no more and is left out"""
    given(
        referral_received("A", "social work", on="2026-01-05"),
        happened("CaseClosed", "A", on="2026-01-20", reason="RC8"),
        involvement_started("A", "social work", on="2026-03-01"),
        referral_received("B", "social work", on="2026-01-05"),
        death_notified("B", on="2026-01-25"),
        referral_received("C", "social work", on="2026-01-05"),
        involvement_started("C", "social work", on="2026-01-10"),
        happened("CaseClosed", "C", on="2026-01-20", reason="RC7"),
    )
    measured(WAIT, at="2026-01-19").shows(no("A", 14), no("B", 14), yes("C", 5))
    measured(WAIT, at="2026-06-30").shows(yes("C", 5))


def test_all_on_one_day(given, measured):
    """Closed on the day of the referral it is over at once; served on the day of closing it was served"""
    given(
        referral_received("A", "social work", on="2026-01-05"),
        happened("CaseClosed", "A", on="2026-01-05", reason="RC8"),
        referral_received("B", "social work", on="2026-01-05"),
        involvement_started("B", "social work", on="2026-01-20"),
        happened("CaseClosed", "B", on="2026-01-20", reason="RC7"),
        happened("CaseClosed", "C", on="2026-01-04", reason="RC7"),
        referral_received("C", "social work", on="2026-01-05"),
    )
    measured(WAIT, at="2026-01-31").shows(yes("B", 15), no("C", 26))


def test_two_tell_of_one_referral(given, measured):
    """Referrals of one day are one; each other day is another; those of a year ago are left out"""
    given(
        referral_received("A", "social work", on="2025-03-01", by="la-358"),
        referral_received("A", "social work", on="2026-01-05"),
        referral_received("A", "mentoring", on="2026-01-05", by="la-358"),
        referral_received("A", "social work", on="2026-01-09"),
    )
    measured(WAIT, at="2026-02-28").shows(no("A", 364), no("A", 54), no("A", 50))
    measured(WAIT, at="2026-03-01").shows(no("A", 55), no("A", 51))


def test_assessed_again(given, measured):
    """An assessment within six months of the one before is a repeat, of whatever kind and by whichever agency"""
    given(
        happened("AssessmentStarted", "A", on="2026-01-05", assessment="early_help"),
        happened("AssessmentStarted", "A", on="2026-07-05", assessment="single", by="la-358"),
        happened("AssessmentStarted", "B", on="2026-01-05", assessment="single", reference="a1"),
        happened("AssessmentStarted", "B", on="2026-07-06", assessment="single", reference="a2"),
    )
    measured(AGAIN, at="2026-07-31").shows(no("A"), yes("A"), no("B"), no("B"))
    measured(AGAIN, at="2026-07-04").shows(no("A"), no("B"))


def test_assessed_before_the_year(given, measured):
    """One that began before the twelve months still makes the next a repeat"""
    given(
        happened("AssessmentStarted", "A", on="2025-12-31", assessment="single", reference="a1"),
        happened("AssessmentStarted", "A", on="2026-02-01", assessment="single", reference="a2"),
    )
    measured(AGAIN, at="2026-12-31").shows(yes("A"))


def test_only_its_completion_is_known(given, measured):
    """Where only the completion was told, the assessment is of that day; two told of one day are one"""
    given(
        happened("AssessmentCompleted", "A", on="2026-01-05", assessment="caf", by="org-example"),
        happened("AssessmentStarted", "A", on="2026-01-05", assessment="single"),
        happened("AssessmentCompleted", "A", on="2026-02-05", assessment="single"),
    )
    measured(AGAIN, at="2026-06-30").shows(no("A"))


def test_a_section_47_enquiry_is_no_repeat(given, measured):
    """An enquiry into significant harm neither repeats an assessment nor is repeated by one"""
    given(
        happened("AssessmentStarted", "A", on="2026-01-05", assessment="section_47"),
        happened("AssessmentStarted", "A", on="2026-02-05", assessment="single"),
        happened("AssessmentStarted", "A", on="2026-02-15", assessment="section_47"),
    )
    measured(AGAIN, at="2026-06-30").shows(no("A"))


def test_initial_health_assessment(given, measured):
    """Within 28 days of becoming looked after, the last of them included; asked once they have passed"""
    given(
        happened("LookedAfterStarted", "A", on="2026-01-01"),
        happened("HealthAssessmentDone", "A", on="2026-01-29", assessment="initial"),
        happened("LookedAfterStarted", "B", on="2026-01-01"),
        happened("HealthAssessmentDone", "B", on="2026-01-30", assessment="initial"),
        happened("LookedAfterStarted", "C", on="2026-01-01"),
        happened("HealthAssessmentDone", "C", on="2026-01-15", assessment="annual"),
    )
    measured(INITIAL, at="2026-01-29").shows_nobody()
    measured(INITIAL, at="2026-01-30").shows(yes("A"), no("B"), no("C"))
    measured(OVERDUE, at="2026-01-29").shows_nobody()
    measured(OVERDUE, at="2026-01-30").shows(no("A"), no("B"), yes("C", 1))
    measured(OVERDUE, at="2026-03-01").shows(no("A"), no("B"), yes("C", 31))


def test_no_longer_looked_after(given, measured):
    """Who left care within the 28 days is left out; who left later is no more overdue"""
    given(
        happened("LookedAfterStarted", "A", on="2026-01-01"),
        happened("LookedAfterEnded", "A", on="2026-01-29", reason="returned_home"),
        happened("LookedAfterStarted", "B", on="2026-01-01"),
        happened("LookedAfterEnded", "B", on="2026-01-30", reason="returned_home"),
        happened("LookedAfterStarted", "C", on="2026-01-01"),
        death_notified("C", on="2026-01-20"),
    )
    measured(INITIAL, at="2026-03-01").shows(no("B"))
    measured(OVERDUE, at="2026-01-30").shows_nobody()
    measured(OVERDUE, at="2026-03-01").shows_nobody()


def test_a_change_of_placement_is_no_new_start(given, measured):
    """Intervals that touch or overlap are one time of being looked after"""
    given(
        happened("LookedAfterStarted", "A", on="2026-01-01", reference="p1"),
        happened("HealthAssessmentDone", "A", on="2026-01-15", assessment="initial"),
        happened("LookedAfterEnded", "A", on="2026-02-01", reference="p1"),
        happened("LookedAfterStarted", "A", on="2026-02-01", reference="p2"),
    )
    measured(INITIAL, at="2026-04-01").shows(yes("A"))
    measured(OVERDUE, at="2026-04-01").shows(no("A"))


def test_looked_after_for_a_year(given, measured):
    """Looked after for twelve months without a break, and a health assessment of any kind in the last twelve"""
    given(
        happened("LookedAfterStarted", "A", on="2025-01-01"),
        happened("HealthAssessmentDone", "A", on="2025-06-30", assessment="annual"),
        happened("LookedAfterStarted", "B", on="2025-06-30"),
        happened("LookedAfterStarted", "C", on="2025-07-01"),
        happened("HealthAssessmentDone", "C", on="2025-07-15", assessment="initial"),
    )
    measured(LONG, at="2026-06-29").shows(yes("A"))
    measured(LONG, at="2026-06-30").shows(no("A"), no("B"))
    measured(LONG, at="2026-07-01").shows(no("A"), no("B"), yes("C"))


def test_under_fives(given, measured):
    """Children born and not yet five; a registration that has ended is none"""
    given(
        birth_notified("A", on="2021-06-30"),
        happened("ChildrensCentreRegistered", "A", on="2022-01-10", centre="Oak"),
        birth_notified("B", on="2023-01-01"),
        happened("ChildrensCentreRegistered", "B", on="2023-02-10", centre="Oak"),
        happened("ChildrensCentreLeft", "B", on="2024-02-10", centre="Oak"),
        birth_notified("C", on="2026-06-30"),
    )
    measured(CENTRE, at="2023-06-30").shows(yes("A"), yes("B"))
    measured(CENTRE, at="2026-06-29").shows(yes("A"), no("B"))
    measured(CENTRE, at="2026-06-30").shows(no("B"), no("C"))


def test_the_day_that_school_age_leaves_open(given, measured):
    """The fifth birthday counts, not the beginning of compulsory school age some months later"""
    given(birth_notified("A", on="2021-04-02"), birth_notified("B", on="2021-08-31"))
    measured(CENTRE, at="2026-04-01").shows(no("A"), no("B"))
    measured(CENTRE, at="2026-04-02").shows(no("B"))
    measured(CENTRE, at="2026-08-30").shows(no("B"))
    measured(CENTRE, at="2026-08-31").shows_nobody()


def test_away_or_dead(given, measured):
    """Who has died or left England is in no measure of the day; a death that is withdrawn never was"""
    given(
        birth_notified("A", on="2024-01-01"),
        address_changed("A", on="2025-01-01", address=left_england()),
        birth_notified("B", on="2024-01-01"),
        death_notified("B", on="2025-01-01"),
        birth_notified("C", on="2024-01-01"),
        death_notified("C", on="2025-01-01", recorded="2025-01-05"),
        death_notification_withdrawn("C", on="2025-01-01", recorded="2025-01-09"),
        early_help_started("A", on="2024-06-01"),
        early_help_started("B", on="2024-06-01"),
    )
    for measure in (CENTRE, LEAD):
        assert {row["child"] for row in measured(measure, at="2024-12-31").rows} >= {"A", "B"}
    measured(CENTRE, at="2025-01-01").shows(no("C"))
    measured(LEAD, at="2025-01-01").shows_nobody()


def test_back_in_england(given, measured):
    """Who has come back is in the measures again"""
    given(
        early_help_started("A", on="2025-09-01"),
        address_changed("A", on="2025-10-01", address=left_england()),
        address_changed("A", on="2025-11-01", address=address("1 Example Row")),
    )
    measured(LEAD, at="2025-09-30").shows(no("A"))
    measured(LEAD, at="2025-10-31").shows_nobody()
    measured(LEAD, at="2025-11-01").shows(no("A"))


def test_attendance(given, measured):
    """Sessions attended of those possible, since September: late after the register closed is absent, closed is not possible"""
    given(
        attendance_marked("A", "900001", "2025-07-18", "O", "O"),
        attendance_marked("A", "900001", "2025-09-01", "/", "\\"),
        attendance_marked("A", "900001", "2025-09-02", "B", "I"),
        attendance_marked("A", "900001", "2025-09-03", "U", "O"),
        attendance_marked("A", "900001", "2025-09-04", "X", "Y"),
        attendance_marked("A", "900001", "2025-09-05", "/", "/"),
    )
    measured("attendance", at="2025-09-04").shows(sessions("A", 3, 6))
    measured("attendance", at="2025-09-05").shows(sessions("A", 5, 8))
    measured("attendance", at="2025-08-31").shows(sessions("A", 0, 2))


def test_a_mark_amended(given, measured):
    """The mark that was recorded last stands, and as known then the one before it"""
    given(
        attendance_marked("A", "900001", "2025-09-01", "N", "/"),
        attendance_marked("A", "900001", "2025-09-01", "L", "/", recorded="2025-09-04"),
        attendance_marked("A", "900001", "2025-09-09", "/", "/"),
        event_retracted("A", 3, recorded="2025-09-12", by="urn-900001"),
    )
    measured("attendance", at="2025-09-30").shows(sessions("A", 2, 2))
    measured("attendance", at="2025-09-30", known_after=1).shows({**yes("A"), "attended": 1, "possible": 2})


def test_a_week_half_told(given, measured):
    """As known in the middle of a week, only what had been told by then"""
    given(
        attendance_marked("A", "900001", "2025-09-01", "/", "/"),
        attendance_marked("A", "900001", "2025-09-02", "O", "O"),
    )
    measured("attendance", at="2025-09-30").shows(sessions("A", 2, 4))
    measured("attendance", at="2025-09-30", known_after=1).shows(sessions("A", 2, 2))


def test_attendance_of_children_helped(given, measured):
    """The attendance of children a service helps on the day; others are told beside, adding nothing"""
    given(
        absent("A", "900001", ["2025-09-01", "2025-09-02"]),
        attendance_marked("A", "900001", "2025-09-03", "/", "/"),
        early_help_started("A", on="2025-09-10"),
        absent("B", "900001", ["2025-09-01"]),
    )
    nothing = sessions("B", 0, 0, counted=False)
    measured("attendance_with_help", at="2025-09-30").shows(sessions("A", 2, 6), nothing)
    measured("attendance_with_help", at="2025-09-09").shows(sessions("A", 0, 0, counted=False), nothing)


def test_with_and_without_a_lead(given, measured):
    """Of the children whom a service helps on the day: a lead has accepted, and has not ended"""
    given(
        early_help_started("A", on="2026-01-05"),
        lead_nominated("A", "W1", on="2026-01-06"),
        lead_accepted("A", "W1", on="2026-01-12"),
        lead_ended("A", "W1", on="2026-03-01"),
        happened("ChildProtectionStarted", "B", on="2026-01-05"),
        involvement_started("C", "school nursing", on="2026-01-05", provision="universal"),
        happened("SupportStarted", "D", on="2026-01-05"),
    )
    measured(LEAD, at="2026-01-11").shows(no("A"), no("B"))
    measured(LEAD, at="2026-01-12").shows(yes("A"), no("B"))
    measured(LEAD, at="2026-03-01").shows(no("A"), no("B"))


def test_corrected_and_as_known_before(given, measured):
    """A correction counts from when it is known"""
    given(
        referral_received("A", "social work", on="2026-01-05"),
        involvement_started("A", "social work", on="2026-02-04"),
        event_corrected("A", 2, recorded="2026-03-01", begins="2026-01-15"),
    )
    measured(WAIT, at="2026-06-30").shows(yes("A", 10))
    measured(WAIT, at="2026-06-30", known_after=2).shows(yes("A", 30))


def test_records_of_one_child(given, measured):
    """A referral told under one number and a service under another are of one child once they are known to be"""
    given(
        birth_notified("A", on="2015-01-01"),
        referral_received("A", "social work", on="2026-01-05"),
        involvement_started("A", "social work", on="2026-01-15", known_by="agency"),
        early_help_started("A", on="2026-03-01", known_by=("agency", "nhs"), born="2015-01-01"),
    )
    measured(WAIT, at="2026-06-30").shows(yes("A", 10))
    measured(WAIT, at="2026-06-30", known_after=3).shows(no("A", 176))
