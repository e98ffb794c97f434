"""Homeless or mobile (`homeless_or_mobile`)

In temporary accommodation; or no address known, or no fixed abode; or a third address within twelve months. A placement
relies on the feed of whoever placed, the others on every feed of addresses.
"""

from tests.spec.example import indicator
from tests.spec.words import (
    address,
    address_changed,
    event_retracted,
    feed_reported,
    no_known_address,
    placed_in_temporary_accommodation,
    temporary_accommodation_ended,
)

HEARD = feed_reported("ods-Z9H", "AddressChanged", through="2026-12-31", recorded="2026-12-31")
HOME, OTHER, THIRD = address("1 Example Row"), address("2 Other Street"), address("3 Third Lane")


def test_temporary_accommodation(given, asked):
    """While the placement lasts"""
    given(
        placed_in_temporary_accommodation("A", on="2025-10-01"),
        temporary_accommodation_ended("A", on="2026-02-01"),
        feed_reported("la-808", "TemporaryAccommodationPlaced", through="2026-08-31"),
    )
    asked(at="2025-09-30").indicators("A").shows_nothing()
    asked(at="2025-10-01").indicators("A").shows(indicator("homeless_or_mobile", since="2025-10-01", events="1, 2"))
    asked(at="2026-01-31").indicators("A").shows(indicator("homeless_or_mobile", since="2025-10-01"))
    asked(at="2026-02-01").indicators("A").shows_nothing()


def test_no_address_known(given, asked):
    """While no address is known"""
    given(
        address_changed("A", on="2025-09-01", address=HOME),
        address_changed("A", on="2025-10-01", address=no_known_address()),
        address_changed("A", on="2025-12-01", address=OTHER),
        HEARD,
    )
    asked(at="2025-10-01").indicators("A").shows(indicator("homeless_or_mobile", since="2025-10-01"))
    asked(at="2025-12-01").indicators("A").shows_nothing()


def test_no_fixed_abode(given, asked):
    """No fixed abode"""
    given(address_changed("A", on="2025-10-01", address=address("c/o the library", residence="no_fixed_abode")), HEARD)
    asked(at="2025-10-01").indicators("A").shows(indicator("homeless_or_mobile", since="2025-10-01"))


def test_three_addresses(given, asked):
    """The third address within twelve months; until twelve months after the first

    Moved in on 1 September 2025, then on 1 January and on 1 March 2026.
    """
    given(
        address_changed("A", on="2025-09-01", address=HOME),
        address_changed("A", on="2026-01-01", address=OTHER),
        address_changed("A", on="2026-03-01", address=THIRD),
        HEARD,
    )
    asked(at="2026-02-28").indicators("A").shows_nothing()
    asked(at="2026-03-01").indicators("A").shows(indicator("homeless_or_mobile", since="2026-03-01"))
    asked(at="2026-08-31").indicators("A").shows(indicator("homeless_or_mobile", since="2026-03-01"))
    asked(at="2026-09-01").indicators("A").shows_nothing()


def test_just_too_far_apart(given, asked):
    """A third address after twelve months to the day is not within them"""
    given(
        address_changed("A", on="2025-09-01", address=HOME),
        address_changed("A", on="2026-01-01", address=OTHER),
        address_changed("A", on="2026-09-01", address=THIRD),
        HEARD,
    )
    asked(at="2026-09-01").indicators("A").shows_nothing()


def test_same_address_again(given, asked):
    """The same address stated again is no move"""
    given(
        address_changed("A", on="2025-09-01", address=HOME),
        address_changed("A", on="2025-10-01", address=address("1 EXAMPLE ROW", postcode="ZE91AA")),
        address_changed("A", on="2025-11-01", address=OTHER),
        HEARD,
    )
    asked(at="2025-12-01").indicators("A").shows_nothing()


def test_there_and_back(given, asked):
    """Three addresses, not three moves

    Home, to a grandmother and home again is two addresses.
    """
    given(
        address_changed("A", on="2025-09-01", address=HOME),
        address_changed("A", on="2025-10-01", address=OTHER),
        address_changed("A", on="2025-11-01", address=HOME),
        HEARD,
    )
    asked(at="2025-12-01").indicators("A").shows_nothing()


def test_with_and_without_uprn(given, asked):
    """Postcode and first line tell addresses apart, else the UPRN

    Senders leave the UPRN out, or pad it with zeros; one home must not count as two.
    """
    given(
        address_changed("A", on="2025-09-01", address=address("1 Example Row", uprn="100000000001")),
        address_changed("A", on="2025-10-01", address=address("1 Example Row")),
        address_changed("A", on="2025-11-01", address=OTHER),
        HEARD,
    )
    asked(at="2025-12-01").indicators("A").shows_nothing()


def test_mistyped(given, asked):
    """A caution: an address that was mistyped

    Moved once, and told three addresses: the first of them a second time with a slip. It is shown until whoever sent the
    slip takes it back; then it never was.
    """
    given(
        address_changed("A", on="2025-09-01", address=HOME),
        address_changed("A", on="2025-11-01", address=address("1 Exmaple Row")),
        address_changed("A", on="2026-01-01", address=OTHER),
        HEARD,
        event_retracted("A", 2, recorded="2027-01-04", by="ods-Z9H"),
    )
    asked(at="2026-01-01", known_after=4).indicators("A").shows(
        indicator("homeless_or_mobile", since="2026-01-01", events="1, 2, 3")
    )
    asked(at="2026-01-01").indicators("A").shows_nothing()
