"""Feeds

A silent feed is not a silent child. Each organisation reports how far it has sent everything, also when there was
nothing to send. An indicator that relies on a feed not heard from is `not_known`: never true, and never clear.
"""

from tests.spec.example import family, gap, indicator
from tests.spec.words import (
    absent,
    early_help_started,
    feed_reported,
    gp_registered,
    gp_registration_ended,
    involvement_ended,
    involvement_started,
    lead_accepted,
    organisation_registered,
    placed_in_temporary_accommodation,
    school_days,
)

ENDED = [
    gp_registered("A", practice="Z90001", on="2020-03-10"),
    gp_registration_ended("A", practice="Z90001", on="2025-09-01"),
]


def test_never_heard(given, asked):
    """A feed that was never heard"""
    given(*ENDED)
    asked(at="2025-11-01").indicators("A").shows(
        indicator("no_gp", since="2025-09-01", status="not_known", feed="GpRegistered")
    )


def test_heard_long_ago(given, asked):
    """Heard through fourteen days ago is heard; through the day before, it is not"""
    given(*ENDED, feed_reported("ods-Z90001", "GpRegistered", through="2025-10-31"))
    asked(at="2025-11-14").indicators("A").shows(indicator("no_gp", since="2025-09-01", feed="heard"))
    asked(at="2025-11-15").indicators("A").shows(
        indicator("no_gp", since="2025-09-01", status="not_known", feed="ods-Z90001 GpRegistered")
    )


def test_one_of_two_is_silent(given, asked):
    """Any practice may have registered the child: all must be heard"""
    given(
        *ENDED,
        feed_reported("ods-Z90001", "GpRegistered", through="2025-10-31"),
        feed_reported("ods-Z90002", "GpRegistered", through="2025-09-30"),
    )
    asked(at="2025-11-01").indicators("A").shows(
        indicator("no_gp", since="2025-09-01", status="not_known", feed="ods-Z90002 GpRegistered")
    )


HEARD = feed_reported("ods-Z90001", "GpRegistered", through="2025-10-31")
CLOSED = organisation_registered("ods-Z90002", "Example Surgery", on="2010-04-01", until="2025-10-01")


def test_closed(given, asked):
    """An organisation that is no more need not be heard for longer than it was there

    Its last word may be as early as that of any other: fourteen days before it closed.
    """
    given(
        *ENDED,
        HEARD,
        feed_reported("ods-Z90002", "GpRegistered", through="2025-09-17"),
        CLOSED,
    )
    asked(at="2025-11-01", known_after=4).indicators("A").shows(
        indicator("no_gp", since="2025-09-01", status="not_known", feed="ods-Z90002 GpRegistered")
    )
    asked(at="2025-11-01").indicators("A").shows(indicator("no_gp", since="2025-09-01", feed="heard"))


def test_silent_before_it_closed(given, asked):
    """Of one that fell silent before it closed, what it had still to say is not known"""
    given(
        *ENDED,
        HEARD,
        feed_reported("ods-Z90002", "GpRegistered", through="2025-09-16"),
        CLOSED,
    )
    asked(at="2025-11-01").indicators("A").shows(
        indicator("no_gp", since="2025-09-01", status="not_known", feed="ods-Z90002 GpRegistered")
    )


def test_all_closed(given, asked):
    """Where all who published a feed are no more, nobody publishes it"""
    given(*ENDED, HEARD, organisation_registered("ods-Z90001", "Example Surgery", on="2010-04-01", until="2025-10-31"))
    asked(at="2025-11-01", known_after=3).indicators("A").shows(indicator("no_gp", since="2025-09-01"))
    asked(at="2025-11-01").indicators("A").shows(
        indicator("no_gp", since="2025-09-01", status="not_known", feed="GpRegistered")
    )


def test_closed_and_taken_over(given, asked):
    """Where others took over, these must be heard in its place"""
    given(
        *ENDED,
        HEARD,
        feed_reported("ods-Z90002", "GpRegistered", through="2025-09-30"),
        organisation_registered(
            "ods-Z90002", "Example Surgery", on="2010-04-01", until="2025-10-01", successors=["ods-Z90003"]
        ),
        feed_reported("ods-Z90003", "GpRegistered", through="2025-10-31"),
    )
    asked(at="2025-11-01", known_after=5).indicators("A").shows(
        indicator("no_gp", since="2025-09-01", status="not_known", feed="ods-Z90003 GpRegistered")
    )
    asked(at="2025-11-01").indicators("A").shows(indicator("no_gp", since="2025-09-01"))


def test_closed_school_of_the_marks(given, asked):
    """What rests on the word of one organisation is not known once that has closed: nobody says whether it goes on"""
    given(
        absent("A", "900001", school_days("2025-09-08", 10)),
        feed_reported("urn-900001", "AttendanceMarked", through="2025-09-30"),
        organisation_registered("urn-900001", "Example School", on="2010-09-01", until="2025-10-01"),
    )
    asked(at="2025-09-30").indicators("A", "ten_days_absent").shows(indicator("ten_days_absent", since="2025-09-08"))
    asked(at="2025-10-01").indicators("A", "ten_days_absent").shows(
        indicator("ten_days_absent", since="2025-09-08", status="not_known", feed="urn-900001 AttendanceMarked")
    )


def test_closed_and_begun_anew(given, asked):
    """One that is said to be there from the day on which it closed has not closed, whichever was said last"""
    given(
        *ENDED,
        HEARD,
        feed_reported("ods-Z90002", "GpRegistered", through="2025-09-30"),
        organisation_registered("ods-Z90002", "New Name Surgery", on="2025-10-01"),
        organisation_registered("ods-Z90002", "Old Name Surgery", on="2010-04-01", until="2025-10-01"),
    )
    asked(at="2025-11-01").indicators("A").shows(
        indicator("no_gp", since="2025-09-01", status="not_known", feed="ods-Z90002 GpRegistered")
    )


def test_closed_and_open(given, asked):
    """It has closed only if all who registered it say so, each by its last word"""
    given(
        *ENDED,
        HEARD,
        feed_reported("ods-Z90002", "GpRegistered", through="2025-09-30"),
        CLOSED,
        organisation_registered("ods-Z90002", "Example Surgery", on="2010-04-01", by="la-909"),
        organisation_registered("ods-Z90002", "Example Surgery", on="2010-04-01", until="2025-10-01", by="la-909"),
    )
    asked(at="2025-11-01", known_after=5).indicators("A").shows(indicator("no_gp", since="2025-09-01"))
    asked(at="2025-11-01", known_after=6).indicators("A").shows(
        indicator("no_gp", since="2025-09-01", status="not_known", feed="ods-Z90002 GpRegistered")
    )
    asked(at="2025-11-01").indicators("A").shows(indicator("no_gp", since="2025-09-01"))


def test_marks_of_the_school(given, asked):
    """Marks must be heard from the child's own school, within seven days"""
    given(
        absent("A", "900001", school_days("2025-09-08", 10)),
        feed_reported("urn-900002", "AttendanceMarked", through="2025-09-30"),
        feed_reported("urn-900001", "AttendanceMarked", through="2025-09-19"),
    )
    asked(at="2025-09-22", known_after=11).indicators("A", "ten_days_absent").shows(
        indicator("ten_days_absent", since="2025-09-08", status="not_known", feed="urn-900001 AttendanceMarked")
    )
    asked(at="2025-09-26").indicators("A", "ten_days_absent").shows(indicator("ten_days_absent", since="2025-09-08"))
    asked(at="2025-09-27").indicators("A", "ten_days_absent").shows(
        indicator("ten_days_absent", since="2025-09-08", status="not_known", feed="urn-900001 AttendanceMarked")
    )


def test_report_recorded_last(given, asked):
    """The report recorded last counts, also when it takes something back"""
    given(
        *ENDED,
        feed_reported("ods-Z90001", "GpRegistered", through="2025-10-31", recorded="2025-10-31"),
        feed_reported("ods-Z90001", "GpRegistered", through="2025-09-15", recorded="2025-11-01"),
    )
    asked(at="2025-11-01", known_after=3).indicators("A").shows(indicator("no_gp", since="2025-09-01"))
    asked(at="2025-11-01").indicators("A").shows(indicator("no_gp", since="2025-09-01", status="not_known"))


def test_not_known_is_not_lost(given, asked):
    """A domain of which nothing is known is not counted as lost

    The family is listed all the same, so that somebody asks why the feed is silent.
    """
    given(*ENDED)
    asked(at="2025-11-01").families().shows(family("A", lost=""))


def test_placement_and_its_feed(given, asked):
    """A placement relies on whoever placed

    It is theirs to say that it has ended; the NHS feed of addresses may be silent.
    """
    given(
        placed_in_temporary_accommodation("A", on="2025-09-01"),
        feed_reported("la-808", "TemporaryAccommodationPlaced", through="2025-10-31"),
    )
    asked(at="2025-11-01", known_after=1).indicators("A").shows(
        indicator(
            "homeless_or_mobile", since="2025-09-01", status="not_known", feed="la-808 TemporaryAccommodationPlaced"
        )
    )
    asked(at="2025-11-01").indicators("A").shows(indicator("homeless_or_mobile", since="2025-09-01"))


def test_gap_and_its_feed(given, asked):
    """Whether anybody leads is not known while the feed of leads is not heard"""
    given(early_help_started("A", on="2025-09-01"), feed_reported("la-808", "LeadAccepted", through="2025-09-05"))
    asked(at="2025-09-01", known_after=1).gaps("A").shows(
        gap("early_help_without_lead", since="2025-09-01", status="not_known", feed="LeadAccepted")
    )
    asked(at="2025-09-19").gaps("A").shows(gap("early_help_without_lead", since="2025-09-01", feed="heard"))
    asked(at="2025-09-20").gaps("A").shows(
        gap("early_help_without_lead", since="2025-09-01", status="not_known", feed="la-808 LeadAccepted")
    )


def test_lead_that_is_not_confirmed(given, asked):
    """A lead whose own involvement lapsed has gone only if the confirmations of its organisation are heard

    Where the end was told, another start is what may not have been heard.
    """
    given(
        involvement_started("A", "play therapy", worker="W1", on="2025-01-06"),
        lead_accepted("A", "W1", on="2025-01-06"),
        feed_reported("la-808", "InvolvementStarted", through="2026-01-31"),
        feed_reported("la-808", "InvolvementConfirmed", through="2025-06-30"),
        involvement_ended("A", "play therapy", on="2026-01-12"),
    )
    asked(at="2026-01-20", known_after=4).gaps("A", "lead_involvement_ended").shows(
        gap("lead_involvement_ended", since="2026-01-06", status="not_known", feed="la-808 InvolvementConfirmed")
    )
    asked(at="2026-01-20").gaps("A", "lead_involvement_ended").shows(
        gap("lead_involvement_ended", since="2026-01-12", status="true", feed="heard")
    )
