"""Indicators named no events they rest on: ten days absent, an address not known, and a third address in a year."""

from tests.spec.example import indicator
from tests.spec.words import absent, address, address_changed, feed_reported, no_known_address, school_days


def test_ten_days(given, asked):
    """The marks of the ten days"""
    given(
        absent("A", "900001", school_days("2025-09-08", 10)),
        feed_reported("urn-900001", "AttendanceMarked", through="2026-08-31"),
    )
    asked(at="2025-10-01").indicators("A", "ten_days_absent").shows(
        indicator("ten_days_absent", since="2025-09-08", events="1, 2, 3, 4, 5, 6, 7, 8, 9, 10")
    )


def test_no_known_address(given, asked):
    """The statement that no address is known"""
    given(
        address_changed("A", on="2025-09-01", address=no_known_address()),
        feed_reported("ods-Z9H", "AddressChanged", through="2026-08-31"),
    )
    asked(at="2025-10-01").indicators("A").shows(indicator("homeless_or_mobile", since="2025-09-01", events="1"))


def test_third_address(given, asked):
    """The three addresses, and nothing of an earlier stay"""
    given(
        address_changed("A", on="2024-01-01", address=address("1 Example Row")),
        address_changed("A", on="2025-09-01", address=address("2 Example Row")),
        address_changed("A", on="2025-10-01", address=address("3 Example Row")),
        address_changed("A", on="2025-11-01", address=address("4 Example Row")),
        feed_reported("ods-Z9H", "AddressChanged", through="2026-08-31"),
    )
    asked(at="2025-12-01").indicators("A").shows(indicator("homeless_or_mobile", since="2025-11-01", events="2, 3, 4"))
