"""Emergencies without a GP (`emergency_without_gp`)

Three attendances at an emergency department within six months, while no practice has the child: since a registration ended, or
none ever had it. It relies on the feeds of registrations and of attendances.
"""

from tests.spec.example import indicator
from tests.spec.words import (
    address_changed,
    death_notified,
    event_retracted,
    feed_expected,
    feed_reported,
    gp_registered,
    gp_registration_ended,
    happened,
    left_england,
)

RULE = "emergency_without_gp"
HEARD = [
    feed_reported("ods-Z90001", "GpRegistered", through="2026-08-31"),
    feed_reported("ods-Z9H", "EdAttendance", through="2026-08-31"),
]
SHOWN = indicator(RULE, since="2025-10-20")


def gone_from_gp(child="A", on="2025-09-01", reason=None):
    """Registered, and no longer so."""
    return [
        gp_registered(child, practice="Z90001", on="2020-03-10"),
        gp_registration_ended(child, practice="Z90001", on=on, reason=reason),
    ]


def attended(*days, child="A"):
    """Attendances at an emergency department."""
    return [happened("EdAttendance", child, on=day) for day in days]


THREE = attended("2025-06-01", "2025-09-10", "2025-10-20")


def test_three(given, asked):
    """From the third within six months, until six months after the first"""
    given(gone_from_gp(), THREE, HEARD)
    asked(at="2025-10-19").indicators("A", RULE).shows_nothing()
    asked(at="2025-10-20").indicators("A", RULE).shows(indicator(RULE, since="2025-10-20", days=0, events="3, 4, 5"))
    asked(at="2025-11-30").indicators("A", RULE).shows(SHOWN)
    asked(at="2025-12-01").indicators("A", RULE).shows_nothing()
    asked(at="2025-10-20", known_after=4).indicators("A", RULE).shows_nothing()


def test_two(given, asked):
    """Two are not three, nor are three of which the last is six months after the first"""
    given(
        gone_from_gp("A"),
        attended("2025-09-10", "2025-10-20"),
        gone_from_gp("B"),
        attended("2025-06-01", "2025-09-10", "2025-12-01", child="B"),
        HEARD,
    )
    asked(at="2025-12-01").indicators("A", RULE).shows_nothing()
    asked(at="2025-12-01").indicators("B", RULE).shows_nothing()


def test_registered(given, asked):
    """Not while a practice has the child

    An illness of long standing brings attendances; they count once the registration ends.
    """
    given(gone_from_gp(on="2025-11-10"), THREE, HEARD)
    asked(at="2025-11-09").indicators("A", RULE).shows_nothing()
    asked(at="2025-11-10").indicators("A", RULE).shows(indicator(RULE, since="2025-11-10"))


def test_registers(given, asked):
    """It clears when a practice registers the child; as known before, it was shown"""
    given(gone_from_gp(), THREE, HEARD, gp_registered("A", practice="Z90002", on="2025-11-10", recorded="2026-09-01"))
    asked(at="2025-11-09").indicators("A", RULE).shows(SHOWN)
    asked(at="2025-11-10").indicators("A", RULE).shows_nothing()
    asked(at="2025-11-10", known_after=7).indicators("A", RULE).shows(SHOWN)


def test_never_registered(given, asked):
    """Never registered with any practice; until one registers the child

    After an end because of a departure nothing is said.
    """
    given(
        THREE,
        gone_from_gp("B", reason="embarkation"),
        attended("2025-06-01", "2025-09-10", "2025-10-20", child="B"),
        HEARD,
        gp_registered("A", practice="Z90001", on="2025-11-03", recorded="2026-09-01"),
    )
    asked(at="2025-10-20").indicators("A", RULE).shows(indicator(RULE, since="2025-10-20", events="1, 2, 3"))
    asked(at="2025-11-02").indicators("A", RULE).shows(SHOWN)
    asked(at="2025-11-03").indicators("A", RULE).shows_nothing()
    asked(at="2025-10-20").indicators("B", RULE).shows_nothing()


def test_retracted(given, asked):
    """An attendance that was retracted does not count"""
    given(gone_from_gp(), THREE, HEARD, event_retracted("A", 4, recorded="2026-09-01", by="ods-Z9H"))
    asked(at="2025-10-20", known_after=7).indicators("A", RULE).shows(SHOWN)
    asked(at="2025-10-20").indicators("A", RULE).shows_nothing()


def test_death(given, asked):
    """Nothing after a death"""
    given(gone_from_gp(), THREE, HEARD, death_notified("A", on="2025-11-10"))
    asked(at="2025-11-09").indicators("A", RULE).shows(SHOWN)
    asked(at="2025-11-10").indicators("A", RULE).shows_nothing()


def test_left_england(given, asked):
    """Nothing while the child has left England"""
    given(gone_from_gp(), THREE, HEARD, address_changed("A", on="2025-11-10", address=left_england()))
    asked(at="2025-11-09").indicators("A", RULE).shows(SHOWN)
    asked(at="2025-11-10").indicators("A", RULE).shows_nothing()


def test_silent_feeds(given, asked):
    """Not known while either feed is silent"""
    given(
        gone_from_gp(),
        THREE,
        feed_reported("ods-Z90001", "GpRegistered", through="2025-10-31"),
        feed_reported("ods-Z9H", "EdAttendance", through="2025-10-31"),
        feed_expected("ods-Z9K", "EdAttendance", on="2025-09-01", recorded="2026-09-01"),
    )
    asked(at="2025-11-01", known_after=6).indicators("A", RULE).shows(
        indicator(RULE, since="2025-10-20", status="not_known", feed="EdAttendance")
    )
    asked(at="2025-11-01", known_after=7).indicators("A", RULE).shows(SHOWN)
    asked(at="2025-11-01").indicators("A", RULE).shows(
        indicator(RULE, since="2025-10-20", status="not_known", feed="ods-Z9K EdAttendance")
    )


def test_long_illness(given, asked):
    """A caution: a long illness brings attendances

    A hospital that knows the child well, and sees it between its emergencies, is no practice: it is shown, for what is
    missing is the practice.
    """
    given(
        gone_from_gp(),
        THREE,
        [
            happened("ContactTookPlace", "A", on=day, service="paediatrics")
            for day in ("2025-06-15", "2025-09-24", "2025-10-27")
        ],
        HEARD,
    )
    asked(at="2025-10-27").indicators("A", RULE).shows(SHOWN)
