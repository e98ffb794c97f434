"""Families by area

An authority publishes maps of its areas, as many as it needs. A family is in an area by the home or the school of any of
its children. On each map the version that was recorded last stands.
"""

from tests.spec.example import family
from tests.spec.reference_words import area_map_published
from tests.spec.words import (
    address,
    address_changed,
    feed_reported,
    happened,
    placed_in_temporary_accommodation,
    pupil_admitted,
    relationship_stated,
)

HEARD = [
    feed_reported("la-808", "TemporaryAccommodationPlaced", through="2026-12-31", recorded="2026-12-31"),
    feed_reported("ods-Z9H", "AddressChanged", through="2026-12-31", recorded="2026-12-31"),
]
FOUND = family("A", lost="housing")


def homeless(child, postcode):
    """A child whose household was placed at an address."""
    return [
        address_changed(child, on="2025-09-01", address=address("1 Example Row", postcode=postcode)),
        placed_in_temporary_accommodation(child, on="2025-09-01"),
    ]


def test_by_postcode(given, asked):
    """By the first part of the postcode, the longest that fits

    A day before the map holds, the outward code is the area; from that day on it is none any more.
    """
    given(
        homeless("A", "ZE9 1AA"),
        homeless("B", "ZE9 2AB"),
        HEARD,
        area_map_published("localities", on="2025-10-01", areas={"North": ["ZE9"], "Sands": ["ZE9 2"]}),
    )
    asked(at="2025-09-30").families("ZE9").shows(FOUND, family("B", lost="housing"))
    asked(at="2025-09-30").families("North").shows_nothing()
    asked(at="2025-10-01").families("ZE9").shows_nothing()
    asked(at="2025-10-01").families("North").shows(FOUND)
    asked(at="2025-10-01").families("sands").shows(family("B", lost="housing"))


def test_several_maps(given, asked):
    """Several maps hold at once: by ward, through the map that has the wards, and by groups of schools"""
    given(
        homeless("A", "ZE9 1AA"),
        pupil_admitted("A", school="900001", on="2025-09-01"),
        HEARD,
        area_map_published("wards", on="2025-09-01", areas={"Harbour": ["ZE9 1"]}),
        area_map_published("neighbourhoods", on="2025-09-01", areas={"East": ["Harbour"]}, part_of="wards"),
        area_map_published("schools", on="2025-09-01", areas={"Together": ["900001", "900002"]}, part_of="school"),
    )
    for area in ("Harbour", "East", "Together"):
        asked(at="2025-10-01").families(area).shows(FOUND)


def test_published_again(given, asked):
    """A map that is published again stands for the one before; as known then, that one stood"""
    given(
        homeless("A", "ZE9 1AA"),
        HEARD,
        area_map_published("localities", on="2025-09-01", areas={"North": ["ZE9"]}),
        area_map_published("localities", on="2025-09-01", areas={"South": ["ZE9"]}, recorded="2027-01-04"),
    )
    asked(at="2025-10-01").families("North").shows_nothing()
    asked(at="2025-10-01").families("South").shows(FOUND)
    asked(at="2025-10-01", known_after=5).families("North").shows(FOUND)


def test_moved(given, asked):
    """A family is where it lives on the day that is asked about"""
    given(
        homeless("A", "ZE9 1AA"),
        HEARD,
        area_map_published("localities", on="2025-09-01", areas={"North": ["ZE9"], "South": ["ZE8"]}),
        address_changed(
            "A", on="2025-11-01", address=address("2 Other Street", postcode="ZE8 1AA"), recorded="2027-01-04"
        ),
    )
    asked(at="2025-10-31").families("North").shows(FOUND)
    asked(at="2025-11-01").families("North").shows_nothing()
    asked(at="2025-11-01").families("South").shows(FOUND)


def test_shielded(given, asked):
    """The family of a shielded child is listed in no area

    A sibling's home would tell where the child lives as well as its own.
    """
    given(
        homeless("A", "ZE9 1AA"),
        homeless("B", "ZE9 1AA"),
        relationship_stated("A", "family", on="2025-09-01", family="F1"),
        relationship_stated("B", "family", on="2025-09-01", family="F1"),
        HEARD,
        area_map_published("localities", on="2025-09-01", areas={"North": ["ZE9"]}),
        happened("ShieldApplied", "A", on="2025-09-10", recorded="2027-01-04"),
    )
    asked(at="2025-10-01").families("North").shows_nothing()
    asked(at="2025-10-01").families().shows(family("A B", lost="housing"))
