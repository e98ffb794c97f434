"""Homeless or mobile (`homeless_or_mobile`)

In temporary accommodation, or out of it and at no home told since; applied as homeless, or evicted, and no home told since; no
address known, or no fixed abode; or a third address within twelve months. While a placement lasts it relies on the feed of
whoever placed, all else on every feed of addresses.
"""

from tests.spec.example import indicator
from tests.spec.words import (
    address,
    address_changed,
    event_retracted,
    feed_reported,
    happened,
    no_known_address,
    placed_in_temporary_accommodation,
    temporary_accommodation_ended,
)

HEARD = feed_reported("ods-Z9H", "AddressChanged", through="2026-12-31", recorded="2026-12-31")
HOME, OTHER, THIRD = address("1 Example Row"), address("2 Other Street"), address("3 Third Lane")


def test_temporary_accommodation(given, asked):
    """While the placement lasts, and until a home is told"""
    given(
        placed_in_temporary_accommodation("A", on="2025-10-01"),
        temporary_accommodation_ended("A", on="2026-02-01"),
        feed_reported("la-808", "TemporaryAccommodationPlaced", through="2026-08-31"),
        address_changed("A", on="2026-02-01", address=HOME),
        HEARD,
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


def test_out_of_temporary_accommodation(given, asked):
    """A placement that ended with no home told since does not clear it; then every feed of addresses must have been heard

    Where the family went nobody said; the address that it had before is no answer.
    """
    given(
        address_changed("A", on="2025-09-01", address=HOME),
        placed_in_temporary_accommodation("A", on="2025-10-01"),
        temporary_accommodation_ended("A", on="2026-02-01"),
        feed_reported("la-808", "TemporaryAccommodationPlaced", through="2026-08-31"),
        HEARD,
        address_changed("A", on="2027-03-01", address=OTHER),
    )
    asked(at="2026-02-01", known_after=4).indicators("A").shows(
        indicator("homeless_or_mobile", since="2025-10-01", status="not_known", feed="AddressChanged")
    )
    asked(at="2026-02-01").indicators("A").shows(indicator("homeless_or_mobile", since="2025-10-01", events="2, 3"))
    asked(at="2026-12-31").indicators("A").shows(indicator("homeless_or_mobile", since="2025-10-01"))
    asked(at="2027-03-01").indicators("A").shows_nothing()


def test_homeless_application(given, asked):
    """A homeless application alone raises it, until a home is told, for twelve months at most

    A tenancy that begins is a home; of no fixed abode is none.
    """
    for child in "ABC":
        given(happened("HomelessApplicationMade", child, on="2025-10-01", duty="relief"))
    given(
        address_changed("A", on="2025-12-01", address=OTHER),
        happened("TenancyStarted", "B", on="2025-12-01"),
        HEARD,
    )
    asked(at="2025-09-30").indicators("A").shows_nothing()
    for child, number in (("A", 1), ("B", 2), ("C", 3)):
        asked(at="2025-11-30").indicators(child).shows(
            indicator("homeless_or_mobile", since="2025-10-01", events=str(number))
        )
    asked(at="2025-12-01").indicators("A").shows_nothing()
    asked(at="2025-12-01").indicators("B").shows_nothing()
    asked(at="2026-09-30").indicators("C").shows(indicator("homeless_or_mobile", since="2025-10-01"))
    asked(at="2026-10-01").indicators("C").shows_nothing()


def test_evicted(given, asked):
    """An eviction alone raises it, also where nobody told that the tenancy began; another end of a tenancy does not"""
    given(
        happened("TenancyEnded", "A", on="2025-10-01", reason="evicted"),
        happened("TenancyStarted", "B", on="2025-01-01"),
        happened("TenancyEnded", "B", on="2025-10-01", reason="evicted"),
        happened("TenancyStarted", "C", on="2025-01-01"),
        happened("TenancyEnded", "C", on="2025-10-01", reason="moved"),
        address_changed("B", on="2025-10-01", address=OTHER),
        HEARD,
    )
    asked(at="2025-10-01").indicators("A").shows(indicator("homeless_or_mobile", since="2025-10-01", events="1"))
    asked(at="2025-10-01", known_after=5).indicators("B").shows(
        indicator("homeless_or_mobile", since="2025-10-01", status="not_known", feed="AddressChanged")
    )
    asked(at="2025-10-01").indicators("B").shows_nothing()
    asked(at="2025-10-01").indicators("C").shows_nothing()
