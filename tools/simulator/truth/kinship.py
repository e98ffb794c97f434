"""Who is a family, as it can be known: those of one file of an agency, or of one home with a parent or as siblings."""

from collections import defaultdict
from dataclasses import dataclass

from tools.simulator.ledger import Row
from tools.simulator.truth.known import Known, spells

MOST_RESIDENTS = 10
NO_HOUSEHOLD = ("institution", "refuge", "hostel", "no_fixed_abode")
AUTHORITY_SYSTEM = "mosaic"  # whose numbers siblings are named by


@dataclass(frozen=True, slots=True)
class Ties:
    """A child's home, files, parents and siblings on a day; `own` are the numbers by which others name it.

    `vanished`: the home is that of before, for nobody knows where it lives now.
    """

    child: Known
    own: frozenset[int]
    home: str | None
    files: frozenset[int]
    parents: frozenset[int]
    siblings: frozenset[int]
    vanished: bool

    def is_kin(self, other: "Ties") -> bool:
        """Whether the two are stated to share a parent or to be siblings."""
        return bool(self.parents & other.parents or self.siblings & other.own or other.siblings & self.own)


def ties(child: Known, day: int) -> Ties:
    """What ties a child to others on a day."""
    here = child.home(day)
    dead = child.death is not None and child.death <= day
    at_home = here is not None and here["status"] == "current" and here["residence"] not in NO_HOUSEHOLD
    return Ties(
        child,
        frozenset(int(value[1:]) for scheme, value in child.numbers if scheme.endswith(f":{AUTHORITY_SYSTEM}")),
        here["property"] if here is not None and at_home and not dead else None,
        _stated(child, "family", day),
        _stated(child, "parent", day),
        _stated(child, "sibling", day),
        child.vanished(day),
    )


def _stated(child: Known, relation: str, day: int) -> frozenset[int]:
    whom: dict[int, tuple[list[Row], list[Row]]] = defaultdict(lambda: ([], []))
    for row in child.of("related", "unrelated"):
        if row["relation"] == relation:
            whom[row[relation]][row["kind"] == "unrelated"].append(row)
    return frozenset(
        one for one, (starts, ends) in whom.items() if any(spell.on(day) for spell in spells(starts, ends))
    )


def families(children: list[Known], day: int) -> list[list[Known]]:
    """The families of some children on a day; a child may be in two, and one in none is one by itself."""
    tied = [ties(child, day) for child in children]
    groups: dict[frozenset[frozenset[tuple[str, str]]], list[Known]] = {}
    for found in (*_by_file(tied), *_by_home(tied)):
        groups[frozenset(child.numbers for child in found)] = found
    grouped = {child.numbers for found in groups.values() for child in found}
    return [*groups.values(), *([child] for child in children if child.numbers not in grouped)]


def _by_file(tied: list[Ties]) -> list[list[Known]]:
    files: dict[int, list[Known]] = defaultdict(list)
    for one in tied:
        for file in one.files:
            files[file].append(one.child)
    return list(files.values())


def _by_home(tied: list[Ties]) -> list[list[Known]]:
    homes: dict[str, list[Ties]] = defaultdict(list)
    for one in tied:
        if one.home is not None:
            homes[one.home].append(one)
    found = []
    for residents in homes.values():
        there, gone = ([one for one in residents if one.vanished is so] for so in (False, True))
        left = [one for part in (there, gone) if len(part) <= MOST_RESIDENTS for one in part]
        while left:
            household = [left.pop()]
            for member in household:  # grows while it is read
                kin = [other for other in left if member.is_kin(other)]
                household += kin
                left = [other for other in left if other not in kin]
            if len(household) > 1:
                found.append([one.child for one in household])
    return found
