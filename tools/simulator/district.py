"""Districts: parts of an area whose lives touch no others, so that they can be played one after another.

Each has families, schools, practices, teams and workers of its own; the organisations that all children have, such as
the authority, are shared. What is numbered is numbered apart, so that no two districts give out the same number.
"""

from dataclasses import dataclass, replace
from hashlib import sha256

from tools.simulator.plan import Plan

DISTRICT = 5_000  # children at most; an area of an authority's size has some ten
SPAN = 10_000_000  # numbers that a district has for itself, of children, families and the like


@dataclass(frozen=True, slots=True)
class District:
    """The part `number`, from 0, of an area in `of` parts; each but the last has `children`."""

    number: int = 0
    of: int = 1
    children: int = 0

    @property
    def first(self) -> int:
        """What the district's numbers are counted from."""
        return self.number * SPAN

    @property
    def mark(self) -> str:
        """What ids that all districts would give out carry besides; the first district's carry nothing."""
        return f"D{self.number}N" if self.number else ""

    def plan(self, plan: Plan) -> Plan:
        """The district's part of an area's plan: other chances, and families set by hand in the first only."""
        if self.of == 1:
            return plan
        last = self.number == self.of - 1
        children = plan.children - self.children * (self.of - 1) if last else self.children
        if self.number == 0:
            return replace(plan, children=children)
        seed = int.from_bytes(sha256(f"{plan.seed}/{self.number}".encode()).digest()[:7])
        return replace(plan, children=children, seed=seed, cases=False, thresholds=())


def districts(plan: Plan, most: int = DISTRICT) -> list[District]:
    """An area in as few districts of equal size as have no more than `most` children."""
    of = -(-plan.children // most)
    return [District(number, of, -(-plan.children // of)) for number in range(of)]
