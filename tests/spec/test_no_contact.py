"""No universal contact (`no_universal_contact`)

No school, health or early years service, one that every child has, has said anything of the child for sixty-four school
days: ninety days, holidays not counted. A session at school, a review, an attendance at an emergency department, a
registration and its end are contacts. A child of whom none was ever said is not flagged. It relies on every feed of
admissions, registrations and marks.

Below school age it goes by the health visitors' reviews: after birth (days 10 to 14), at six to eight weeks, by fifteen months, by
two and a half years. It is shown when a review is overdue and nobody met the child since that review could have taken place, also of
a baby of whom only the birth is known. It never says *education*, and says nothing where the health visitors' feed of reviews is
not heard. The views know no birthdays: a child counts as young as the youngest, and as old as the eldest, who comes to
school age on the same day.
"""

from tests.spec.example import indicator
from tests.spec.words import (
    absent,
    address,
    address_changed,
    attendance_marked,
    birth_notified,
    death_notified,
    early_help_started,
    event_retracted,
    feed_expected,
    feed_reported,
    gp_registered,
    happened,
    left_england,
    pupil_admitted,
    school_days,
    school_terms,
    threshold_set,
)

RULE = "no_universal_contact"
HEARD = [
    feed_reported("urn-900001", "PupilAdmitted", through="2026-08-31"),
    feed_reported("urn-900001", "AttendanceMarked", through="2026-08-31"),
    feed_reported("ods-Z90001", "GpRegistered", through="2026-08-31"),
]
REGISTERED = gp_registered("A", practice="Z90001", on="2025-09-01", born="2015-03-01")
SHOWN = indicator(RULE, since="2025-09-01")


def test_sixty_four_days(given, asked):
    """Sixty-four school days after the last contact

    Registered on Monday 1 September: the sixty-fourth weekday after it is Friday 28 November.
    """
    given(REGISTERED, HEARD)
    asked(at="2025-11-27").indicators("A", RULE).shows_nothing()
    asked(at="2025-11-28").indicators("A", RULE).shows(indicator(RULE, since="2025-09-01", days=88, events="1"))


def test_calendar(given, asked):
    """Holidays do not count

    With the half-term week from 27 October off, it is a week later.
    """
    given(
        school_terms("2025-07-01", ("2025-09-01", "2025-10-25"), ("2025-11-01", "2025-12-20")),
        REGISTERED,
        HEARD,
    )
    asked(at="2025-12-04").indicators("A", RULE).shows_nothing()
    asked(at="2025-12-05").indicators("A", RULE).shows(SHOWN)


def test_threshold(given, asked):
    """The authority may set another number of school days"""
    given(REGISTERED, HEARD, threshold_set(RULE, 30, on="2025-09-01", recorded="2026-09-01"))
    asked(at="2025-10-12").indicators("A", RULE).shows_nothing()
    asked(at="2025-10-13").indicators("A", RULE).shows(SHOWN)
    asked(at="2025-10-13", known_after=4).indicators("A", RULE).shows_nothing()


def test_seen_at_school(given, asked):
    """A session at school is a contact, from which it is counted

    Also late, or at another provision; an absence is none, for whatever reason.
    """
    given(
        pupil_admitted("A", school="900001", on="2025-09-01", born="2015-03-01", known_by="nhs"),
        attendance_marked("A", "900001", on="2025-10-01", am="/"),
        attendance_marked("A", "900001", on="2025-10-02", am="O", pm="U"),
        attendance_marked("A", "900001", on="2025-10-03", am="B"),
        absent("A", "900001", school_days("2025-10-06", 5), code="I"),
        HEARD,
    )
    asked(at="2026-01-01").indicators("A", RULE).shows(indicator(RULE, since="2025-10-03"))
    asked(at="2026-01-01", known_after=3).indicators("A", RULE).shows(
        indicator(RULE, since="2025-10-02", status="not_known")
    )
    asked(at="2025-12-31").indicators("A", RULE).shows_nothing()


def test_comes_into_contact(given, asked):
    """It clears with the next contact of any of them; as known before, it was shown"""
    for child, contact in {
        "A": happened("EdAttendance", "A", on="2025-12-10", recorded="2026-09-01"),
        "B": happened("ReviewMissed", "B", on="2025-12-10", review="two_years", recorded="2026-09-01"),
        "C": happened("ContactTookPlace", "C", on="2025-12-10", service="paediatrics", recorded="2026-09-01"),
        "D": happened("ChildrensCentreAttended", "D", on="2025-12-10", centre="Acorn", recorded="2026-09-01"),
        "E": attendance_marked("E", "900001", on="2025-12-10", am="L", recorded="2026-09-01 10:00"),
    }.items():
        given(gp_registered(child, practice="Z90001", on="2025-09-01"), contact)
    given(HEARD)
    for child in "ABCDE":
        asked(at="2025-12-09").indicators(child, RULE).shows(SHOWN)
    for child in "ACDE":
        asked(at="2025-12-10").indicators(child, RULE).shows_nothing()
    asked(at="2025-12-10").indicators("B", RULE).shows(SHOWN)


def test_additional_services(given, asked):
    """Additional services do not count: not everyone has one

    The child is known to them; it is the services of every child that have lost it.
    """
    given(REGISTERED, early_help_started("A", on="2025-11-03"), HEARD)
    asked(at="2025-12-01").indicators("A", RULE).shows(SHOWN)


def test_unborn(given, asked):
    """Not of an unborn child, nor of one of whom no such service has said anything yet"""
    given(
        happened("MaternityBooked", "A", on="2025-06-01", expected="2026-01-10"),
        early_help_started("B", on="2025-06-01", born="2015-03-01"),
        HEARD,
    )
    asked(at="2025-12-01").indicators("A", RULE).shows_nothing()
    asked(at="2025-12-01").indicators("B", RULE).shows_nothing()


def test_contact_retracted(given, asked):
    """A contact that was retracted is none"""
    given(
        REGISTERED,
        happened("EdAttendance", "A", on="2025-10-20"),
        HEARD,
        event_retracted("A", 2, recorded="2026-09-01", by="ods-Z9H"),
    )
    asked(at="2025-12-01", known_after=5).indicators("A", RULE).shows_nothing()
    asked(at="2025-12-01").indicators("A", RULE).shows(SHOWN)


def test_death(given, asked):
    """Nothing after a death"""
    given(REGISTERED, HEARD, death_notified("A", on="2025-12-10"))
    asked(at="2025-12-09").indicators("A", RULE).shows(SHOWN)
    asked(at="2025-12-10").indicators("A", RULE).shows_nothing()


def test_left_england(given, asked):
    """Nothing while the child has left England"""
    given(REGISTERED, HEARD, address_changed("A", on="2025-12-10", address=left_england()))
    asked(at="2025-12-09").indicators("A", RULE).shows(SHOWN)
    asked(at="2025-12-10").indicators("A", RULE).shows_nothing()


def test_silent_feeds(given, asked):
    """Not known while any of these feeds is silent

    A school that is expected to send marks, and never did, is silent too: what it does not send is not silence of the
    child.
    """
    given(
        REGISTERED,
        HEARD[:2],
        HEARD[2],
        feed_expected("urn-900002", "AttendanceMarked", on="2025-09-01", recorded="2026-09-01"),
    )
    asked(at="2025-12-01", known_after=3).indicators("A", RULE).shows(
        indicator(RULE, since="2025-09-01", status="not_known", feed="GpRegistered")
    )
    asked(at="2025-12-01", known_after=4).indicators("A", RULE).shows(SHOWN)
    asked(at="2025-12-01").indicators("A", RULE).shows(
        indicator(RULE, since="2025-09-01", status="not_known", feed="urn-900002 AttendanceMarked")
    )


def test_bereaved(given, asked):
    """Bereavement of another does not silence a child

    A sibling's death ends what is said of the sibling, not of the child.
    """
    given(
        REGISTERED,
        HEARD,
        gp_registered("B", practice="Z90001", on="2025-09-01", others=(("sibling", "A"),)),
        death_notified("B", on="2025-10-10"),
    )
    asked(at="2025-12-01").indicators("A", RULE).shows(SHOWN)
    asked(at="2025-12-01").indicators("B", RULE).shows_nothing()


def test_school_without_marks(given, asked):
    """A child on the roll of a school that never sent marks is not known, though other schools are heard"""
    given(pupil_admitted("A", school="900002", on="2025-09-01", born="2015-03-01", known_by="nhs"), *HEARD,
          feed_reported("urn-900002", "PupilAdmitted", through="2026-08-31"))  # fmt: skip
    asked(at="2025-12-01").indicators("A", "no_universal_contact").shows(
        indicator("no_universal_contact", since="2025-09-01", status="not_known")
    )


REVIEWS_HEARD = feed_reported("ods-Z9H", "ReviewDone", through="2030-12-31", recorded="2030-12-31")


def test_baby(given, asked):
    """A baby of whom only the birth is known; until the first contact, and not where no health visitor is heard

    Born on 1 December 2025: the youngest of those who come to school age with this child are born on the 31st, whose new birth visit
    is due by 14 January. It is out of touch with health, not with education.
    """
    given(
        birth_notified("A", on="2025-12-01", address=address("1 Example Row")),
        REVIEWS_HEARD,
        happened("ReviewDone", "A", on="2026-02-10", review="new_birth", recorded="2031-01-06"),
    )
    asked(at="2026-01-14").indicators("A", RULE).shows_nothing()
    asked(at="2026-01-15").indicators("A", RULE).shows(indicator(RULE, since="2025-12-01"))
    asked(at="2026-01-15", known_after=1).indicators("A", RULE).shows_nothing()
    asked(at="2026-02-10").indicators("A", RULE).shows_nothing()
    asked(at="2026-02-10", known_after=2).indicators("A", RULE).shows(indicator(RULE, since="2025-12-01"))


def test_every_review_done(given, asked):
    """A healthy child with every review done is not shown, however long ago the last one was; it is when one is missed

    Born on 1 December 2025. The review by fifteen months did not take place: the youngest of its term have it until
    2 April 2027.
    """
    for child, reviews in {
        "A": ("2025-12-12", "2026-01-20", "2026-11-20", "2027-12-20"),
        "B": ("2025-12-12", "2026-01-20"),
    }.items():
        given(birth_notified(child, on="2025-12-01"))
        given([happened("ReviewDone", child, on=day, review="new_birth", recorded=f"{day} 10:00") for day in reviews])
    given(REVIEWS_HEARD)
    for day in ("2026-06-01", "2027-04-02", "2028-12-01", "2030-12-01"):
        asked(at=day).indicators("A", RULE).shows_nothing()
    asked(at="2027-04-02").indicators("B", RULE).shows_nothing()
    asked(at="2027-04-03").indicators("B", RULE).shows(indicator(RULE, since="2026-01-20"))


def test_comes_of_school_age(given, asked):
    """At school age it is counted in school days from then on; where a review was overdue it goes on

    Born on 1 December 2020: of school age from 31 December 2025, and the sixty-fourth weekday after that is 31 March 2026.
    """
    for child, last in (("A", "2023-01-10"), ("B", "2021-02-01")):
        given(
            birth_notified(child, on="2020-12-01", recorded="2025-09-01"),
            happened("ContactTookPlace", child, on=last, service="health visiting", recorded="2025-09-01 10:00"),
        )
    given(REVIEWS_HEARD, HEARD)
    asked(at="2026-03-30").indicators("A", RULE).shows_nothing()
    asked(at="2026-03-31").indicators("A", RULE).shows(indicator(RULE, since="2025-12-31"))
    asked(at="2025-12-30").indicators("B", RULE).shows(indicator(RULE, since="2021-02-01"))
    asked(at="2026-01-01").indicators("B", RULE).shows(indicator(RULE, since="2021-02-01"))
