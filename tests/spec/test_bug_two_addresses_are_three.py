"""Two addresses are counted as three: there and back again, or one home with and without its UPRN."""

from tests.spec.words import address, address_changed, feed_reported

HEARD = feed_reported("ods-Z9H", "AddressChanged", through="2026-08-31")


def test_there_and_back(given, asked):
    """Home, to a grandmother, and home again"""
    given(
        address_changed("A", on="2025-09-01", address=address("1 Example Row")),
        address_changed("A", on="2025-10-01", address=address("2 Other Street")),
        address_changed("A", on="2025-11-01", address=address("1 Example Row")),
        HEARD,
    )
    asked(at="2025-12-01").indicators("A").shows_nothing()


def test_with_and_without_uprn(given, asked):
    """One home told with its UPRN, then by its address alone"""
    given(
        address_changed("A", on="2025-09-01", address=address("1 Example Row", uprn="100000000001")),
        address_changed("A", on="2025-10-01", address=address("1 Example Row")),
        address_changed("A", on="2025-11-01", address=address("2 Other Street")),
        HEARD,
    )
    asked(at="2025-12-01").indicators("A").shows_nothing()


def test_leading_zeros(given, asked):
    """One UPRN, padded by one sender and not by another"""
    given(
        address_changed("A", on="2025-09-01", address=address("1 Example Row", uprn="010000000001")),
        address_changed("A", on="2025-10-01", address=address("1 Example Row", uprn="10000000001")),
        address_changed("A", on="2025-11-01", address=address("2 Other Street")),
        HEARD,
    )
    asked(at="2025-12-01").indicators("A").shows_nothing()
