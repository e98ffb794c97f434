"""Families

A family is a group by an agency's family id, or a household: children at one UPRN at one time *and* a stated
relationship, a shared parent or carer or a sibling. An address alone never makes one. Families with an indicator are
listed, most domains out of touch first; here each example's first child is in temporary accommodation, which lists it.
"""

from tests.spec.example import family, line
from tests.spec.words import (
    address,
    address_changed,
    feed_reported,
    gp_registered,
    gp_registration_ended,
    involvement_ended,
    involvement_started,
    left_england,
    no_known_address,
    placed_in_temporary_accommodation,
    relationship_ended,
    relationship_stated,
    temporary_accommodation_ended,
)

HOME = address("1 Example Row", uprn="100000000001")
DAY = "2025-09-01"


def at_home(*children: str, home=HOME):
    """Each of these children at one address, the first in temporary accommodation."""
    return [
        placed_in_temporary_accommodation(children[0], on=DAY),
        *(address_changed(child, on=DAY, address=home) for child in children),
    ]


def test_family_id(given, asked):
    """An agency's family id groups, wherever the children live"""
    given(
        placed_in_temporary_accommodation("A", on=DAY),
        relationship_stated("A", "family", on=DAY, family="F1"),
        relationship_stated("B", "family", on=DAY, family="F1"),
        relationship_stated("C", "family", on=DAY, family="F2"),
    )
    asked(at="2025-10-01").families().shows(family("A B"))


def test_family_id_is_dated(given, asked):
    """A family id counts on the days for which it was stated"""
    given(
        placed_in_temporary_accommodation("A", on=DAY),
        relationship_stated("A", "family", on=DAY, family="F1"),
        relationship_stated("B", "family", on="2025-10-01", family="F1"),
        relationship_ended("B", "family", on="2025-12-01", family="F1"),
    )
    asked(at="2025-09-30").families().shows(family("A"))
    asked(at="2025-10-01").families().shows(family("A B"))
    asked(at="2025-12-01").families().shows(family("A"))
    asked(at="2025-12-01", known_after=3).families().shows(family("A B"))


def test_family_ids_of_agencies(given, asked):
    """Two agencies may use one family id for two families"""
    given(
        placed_in_temporary_accommodation("A", on=DAY),
        relationship_stated("A", "family", on=DAY, family="F1", by="la-808"),
        relationship_stated("B", "family", on=DAY, family="F1", by="la-358"),
    )
    asked(at="2025-10-01").families().shows(family("A"))


def test_household(given, asked):
    """One UPRN and a shared parent"""
    given(
        *at_home("A", "B"),
        relationship_stated("A", "parent", on=DAY, to="P1"),
        relationship_stated("B", "carer", on=DAY, to="P1"),
    )
    asked(at="2025-10-01").families().shows(family("A B"))


def test_siblings(given, asked):
    """One UPRN and stated as siblings, by either side"""
    given(*at_home("A", "B"), relationship_stated("B", "sibling", on=DAY, to="A"))
    asked(at="2025-10-01").families().shows(family("A B"))


def test_address_alone(given, asked):
    """Never by address alone

    Strangers share a house, and would be shown each other's troubles.
    """
    given(
        *at_home("A", "B"),
        relationship_stated("A", "parent", on=DAY, to="P1"),
        relationship_stated("B", "parent", on=DAY, to="P2"),
    )
    asked(at="2025-10-01").families().shows(family("A"))


def test_parent_alone(given, asked):
    """Nor by a shared parent at two addresses"""
    given(
        *at_home("A"),
        address_changed("B", on=DAY, address=address("2 Other Street", uprn="100000000002")),
        relationship_stated("A", "parent", on=DAY, to="P1"),
        relationship_stated("B", "parent", on=DAY, to="P1"),
    )
    asked(at="2025-10-01").families().shows(family("A"))


def test_moved_out(given, asked):
    """A household lasts as long as they share the address"""
    given(
        *at_home("A", "B"),
        relationship_stated("A", "parent", on=DAY, to="P1"),
        relationship_stated("B", "parent", on=DAY, to="P1"),
        address_changed("B", on="2025-11-01", address=address("2 Other Street", uprn="100000000002")),
    )
    asked(at="2025-10-31").families().shows(family("A B"))
    asked(at="2025-11-01").families().shows(family("A"))
    asked(at="2025-11-01", known_after=5).families().shows(family("A B"))


def test_half_siblings(given, asked):
    """Half-siblings may be in two families

    By their two agencies' family ids, a child of both parents' new families is in each of them.
    """
    given(
        placed_in_temporary_accommodation("A", on=DAY),
        relationship_stated("A", "family", on=DAY, family="F1"),
        relationship_stated("B", "family", on=DAY, family="F1"),
        relationship_stated("A", "family", on=DAY, family="F2"),
        relationship_stated("C", "family", on=DAY, family="F2"),
    )
    asked(at="2025-10-01").families().shows(family("A B"), family("A C"))


def test_two_homes(given, asked):
    """Half-siblings in two homes are in both families

    A lives with B and their mother; C lives with A's father, and his agency states them as one family. When A moves to
    the father's, the household with B is over.
    """
    other = address("2 Other Street", uprn="100000000002")
    given(
        *at_home("A", "B"),
        relationship_stated("A", "parent", on=DAY, to="P1"),
        relationship_stated("B", "parent", on=DAY, to="P1"),
        address_changed("C", on=DAY, address=other),
        relationship_stated("A", "family", on=DAY, family="F2"),
        relationship_stated("C", "family", on=DAY, family="F2"),
        address_changed("A", on="2025-11-01", address=other),
    )
    asked(at="2025-10-31").families().shows(family("A B"), family("A C"))
    asked(at="2025-11-01").families().shows(family("A C"))


def test_two_homes_by_household(given, asked):
    """A half-sibling in each home, and the one child in both

    A shares a mother with B and a father with C. Where A lives makes the household; who shares a parent elsewhere is not
    in it.
    """
    given(
        *at_home("A", "B"),
        address_changed("C", on=DAY, address=address("2 Other Street", uprn="100000000002")),
        *(relationship_stated(child, "parent", on=DAY, to="P1") for child in "AB"),
        *(relationship_stated(child, "parent", on=DAY, to="P2") for child in "AC"),
        address_changed("A", on="2025-11-01", address=address("2 Other Street", uprn="100000000002")),
    )
    asked(at="2025-10-31").families().shows(family("A B"))
    asked(at="2025-11-01").families().shows(family("A C"))


def test_step_family(given, asked):
    """A household joins through its members

    A and B share a parent, B and C another: at one address the three are one household.
    """
    given(
        *at_home("A", "B", "C"),
        relationship_stated("A", "parent", on=DAY, to="P1"),
        relationship_stated("B", "parent", on=DAY, to="P1"),
        relationship_stated("B", "parent", on=DAY, to="P2"),
        relationship_stated("C", "parent", on=DAY, to="P2"),
    )
    asked(at="2025-10-01").families().shows(family("A B C"))


def test_alone(given, asked):
    """A young person alone is a family of one"""
    given(placed_in_temporary_accommodation("A", on=DAY))
    asked(at="2025-10-01").families().shows(family("A"))


def test_sixteen_or_seventeen(given, asked):
    """A person of sixteen or seventeen who lives alone is a family of one

    The parent and the sibling who live elsewhere are stated, and still no household. Back home, there is one.
    """
    given(
        placed_in_temporary_accommodation("A", on=DAY, born="2008-10-01"),
        address_changed("A", on=DAY, address=address("Flat 3", uprn="100000000003")),
        address_changed("B", on=DAY, address=HOME),
        *(relationship_stated(child, "parent", on=DAY, to="P1") for child in "AB"),
        relationship_stated("A", "sibling", on=DAY, to="B"),
        address_changed("A", on="2025-12-01", address=HOME),
    )
    asked(at="2025-11-30").families().shows(family("A"))
    asked(at="2025-12-01").families().shows(family("A B"))


def test_no_household_places(given, asked):
    """Never in a refuge, a hostel, an institution, or at no fixed abode"""
    given(
        *at_home("A", "B", home=address("The House", uprn="100000000001", residence="refuge")),
        *at_home("C", "D", home=address("The Hostel", uprn="100000000002", residence="hostel")),
        *at_home("E", "F", home=address("The Home", uprn="100000000003", residence="institution")),
        *(relationship_stated(child, "parent", on=DAY, to="P1") for child in "ABCDEF"),
    )
    asked(at="2025-10-01").families().shows(family("A"), family("C"), family("E"))


def test_pseudo_postcode(given, asked):
    """Never at a ZZ99 postcode, which is no place"""
    given(
        *at_home("A", "B", home=address("Not known", postcode="ZZ99 3WZ", uprn="100000000001")),
        *(relationship_stated(child, "parent", on=DAY, to="P1") for child in "AB"),
    )
    asked(at="2025-10-01").families().shows(family("A"))


def test_more_than_ten(given, asked):
    """Never where more than ten children live

    An improbable household is a hostel that nobody called one, or a mistaken UPRN.
    """
    ten = "ABCDEFGHIJ"
    given(
        *at_home(*ten),
        *(relationship_stated(child, "parent", on=DAY, to="P1") for child in ten),
        address_changed("K", on=DAY, address=HOME),
    )
    asked(at="2025-10-01", known_after=21).families().shows(family("A B C D E F G H I J"))
    asked(at="2025-10-01").families().shows(family("A"))


def test_order(given, asked):
    """Most domains out of touch first, then the longest

    Families are listed by how many domains are lost, never by points.
    """
    given(
        placed_in_temporary_accommodation("A", on="2025-05-01"),
        placed_in_temporary_accommodation("B", on="2025-09-01"),
        gp_registered("B", practice="Z90001", on="2020-03-10"),
        gp_registration_ended("B", practice="Z90001", on="2025-09-01"),
        placed_in_temporary_accommodation("C", on="2025-04-01"),
        feed_reported("la-808", "TemporaryAccommodationPlaced", through="2025-12-31"),
        feed_reported("ods-Z90001", "GpRegistered", through="2025-12-31"),
    )
    asked(at="2025-11-01").families().shows_in_order(
        family("B", lost="housing, primary health", since="2025-09-01"),
        family("C", lost="housing", since="2025-04-01"),
        family("A", lost="housing", since="2025-05-01"),
    )


def test_domains_of_all_children(given, asked):
    """The domains of all children of a family count together"""
    given(
        placed_in_temporary_accommodation("A", on=DAY),
        relationship_stated("A", "family", on=DAY, family="F1"),
        relationship_stated("B", "family", on=DAY, family="F1"),
        involvement_started("B", "play therapy", on="2025-06-01"),
        involvement_ended("B", "play therapy", on="2025-09-01", reason="not_contactable"),
        feed_reported("la-808", "TemporaryAccommodationPlaced", through="2025-12-31"),
        feed_reported("la-808", "InvolvementStarted", through="2025-12-31"),
    )
    asked(at="2025-11-01").families().shows(family("A B", lost="housing, support"))


def test_since_when(given, asked):
    """A family is out of touch since the first that is true, not since what is not known

    No word of the practice has come: whether B is without one, and since when, is not known.
    """
    given(
        placed_in_temporary_accommodation("A", on=DAY),
        relationship_stated("A", "family", on=DAY, family="F1"),
        relationship_stated("B", "family", on=DAY, family="F1"),
        gp_registered("B", practice="Z90001", on="2020-03-10"),
        gp_registration_ended("B", practice="Z90001", on="2024-02-01"),
        feed_reported("la-808", "TemporaryAccommodationPlaced", through="2025-12-31"),
    )
    asked(at="2025-11-01").families().shows(family("A B", lost="housing", since="2025-09-01"))
    asked(at="2025-08-31").families().shows(family("B", lost="", since="2024-02-01"))


def vanished(*children, on="2025-11-01", to=None):
    """Siblings who lived in one home, and of whom nobody knows from a day on where they live."""
    return [
        *(address_changed(child, on=DAY, address=HOME) for child in children),
        *(relationship_stated(child, "parent", on=DAY, to="P1") for child in children),
        *(address_changed(child, on=on, address=to or no_known_address()) for child in children),
    ]


def test_vanished(given, asked):
    """Siblings whose address is no longer known are one family still, where they lived last"""
    given(vanished("A", "B"), feed_reported("ods-Z9H", "AddressChanged", through="2026-12-31", recorded="2026-12-31"))
    asked(at="2025-11-01").families().shows(family("A B", lost="housing", since="2025-11-01", **{"last known": "yes"}))


def test_vanished_one_by_one(given, asked):
    """As long as one of them is still said to live there, too"""
    given(
        vanished("A"),
        address_changed("B", on=DAY, address=HOME),
        relationship_stated("B", "parent", on=DAY, to="P1"),
    )
    asked(at="2025-11-01").families().shows(family("A B", **{"last known": "yes"}))


def test_vanished_and_found(given, asked):
    """Once a home is told, it is that home again"""
    given(
        vanished("A", "B"),
        address_changed("A", on="2025-12-01", address=address("2 Other Street", uprn="100000000002")),
        placed_in_temporary_accommodation("A", on="2025-12-10"),
    )
    asked(at="2025-11-30").families().shows(family("A B", **{"last known": "yes"}))
    asked(at="2025-12-10").families().shows(family("A", **{"last known": "no"}), family("B", **{"last known": "yes"}))


def test_strangers_at_the_last_home(given, asked):
    """Who lives there now is no family of those who vanished, but by a stated relationship"""
    given(
        vanished("A", "B"),
        address_changed("C", on="2025-12-01", address=HOME),
        placed_in_temporary_accommodation("C", on="2025-12-01"),
    )
    asked(at="2025-12-10").families().shows(family("A B"), family("C"))


def test_at_the_last_home_in_turn(given, asked):
    """Who lived there last is counted apart from who lives there: ten who vanished dissolve no family of today"""
    gone = "ABCDEFGHIJ"
    given(
        *vanished(*gone),
        *(address_changed(child, on="2025-12-01", address=HOME) for child in "KL"),
        *(relationship_stated(child, "parent", on="2025-12-01", to="P2") for child in "KL"),
        placed_in_temporary_accommodation("K", on="2025-12-01"),
    )
    asked(at="2025-12-10").families().shows(family("A B C D E F G H I J"), family("K L", **{"last known": "no"}))


def test_left_england_is_known(given, asked):
    """Who left England has not vanished"""
    given(vanished("A", "B", to=left_england()), placed_in_temporary_accommodation("A", on="2025-10-01"))
    asked(at="2025-10-31").families().shows(family("A B", **{"last known": "no"}))
    asked(at="2025-11-01").families().shows_nothing()


def test_temporary_accommodation_is_home(given, asked):
    """Temporary accommodation is the current address while it lasts, whatever others tell meanwhile

    A register may still have the old home, and say so. After the end it is the last that is known, until another address is told, or
    where one was told meanwhile.
    """
    flat = address("Flat 3", postcode="ZE8 2BB", uprn="100000000003")
    for child in "AB":
        given(
            address_changed(child, on=DAY, address=HOME),
            relationship_stated(child, "parent", on=DAY, to="P1"),
            placed_in_temporary_accommodation(child, on="2025-10-01", address=flat),
            address_changed(child, on="2025-10-15", address=HOME) if child == "B" else [],
            temporary_accommodation_ended(child, on="2026-02-01"),
        )
    given(feed_reported("la-808", "TemporaryAccommodationPlaced", through="2026-08-31"))
    asked(at="2025-10-20").families("ZE8").shows(family("A B", lost="housing", **{"last known": "no"}))
    asked(at="2025-10-20").index("B").shows(line(address="Flat 3"))
    asked(at="2026-02-01").index("A").shows(line(address="last_known"))
    asked(at="2026-02-01").families("ZE8").shows(family("A", **{"last known": "yes"}))
    asked(at="2026-02-01").index("B").shows(line(address="1 Example Row"))


def test_left_england_from_temporary_accommodation(given, asked):
    """Who left England is not in the accommodation of which nobody told the end"""
    flat = address("Flat 3", postcode="ZE8 2BB", uprn="100000000003")
    given(
        placed_in_temporary_accommodation("A", on="2025-10-01", address=flat),
        address_changed("A", on="2025-11-01", address=left_england()),
        address_changed("A", on="2026-01-10", address=HOME),
    )
    asked(at="2025-10-31").index("A").shows(line(address="Flat 3"))
    asked(at="2025-11-01").index("A").shows(line(address="left_england"))
    asked(at="2025-11-01").families().shows_nothing()
    asked(at="2026-01-10").index("A").shows(line(address="Flat 3"))
