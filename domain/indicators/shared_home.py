"""Who lives where a shielded child does: its whereabouts are not shown either, for they are the shielded child's (decision 51)."""

from collections.abc import Iterable

from domain.indicators.families import may_be_household
from domain.places import is_no_place, place_of
from domain.timeline.child import AddressFrom, Child


def shares_home(
    child: Child,
    day: int,
    shielded: Iterable[Child],
    today: int,
    child_now: Iterable[Child],
    shielded_now: Iterable[Child],
) -> bool:
    """Whether a child lives, or lived last, where a shielded child does: on a day, as known then, or today, as known now.

    `child_now`: whose the child's records are now. Those with a sealed identity are none of the `shielded`: they live nowhere any more.
    """
    told_now = _places(shielded_now, today)
    told = told_now | _places(shielded, day)
    return not (_places([child], day).isdisjoint(told) and _places(child_now, today).isdisjoint(told_now))


def _places(children: Iterable[Child], day: int) -> set[object]:
    return {place for child in children for place in _told(child.home_at(day)[0])}


def _told(home: AddressFrom | None) -> list[object]:
    """A home by its lines, and by its UPRN where children there may be a household: of two senders one leaves out either."""
    if home is None or is_no_place(home.address["postcode"]):
        return []
    found = [place_of(home.address)]
    if home.address["uprn"] and may_be_household(home.address):
        found.append(("uprn", str(home.address["uprn"]).strip().lstrip("0")))
    return [place for place in found if place is not None]
