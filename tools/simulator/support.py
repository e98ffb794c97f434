"""What stories of help are made of: scripts, involvements with their confirmations, the authority's file on a family."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from tools.simulator.people import Child, Family
from tools.simulator.world import Fact, Step, World

Script = list[tuple[date, str, dict[str, Any]]]


def choose(world: World, weights: dict[str, int]) -> str:
    """One of the words, by weight."""
    return world.rng.choices(list(weights), list(weights.values()))[0]


def scripted(child: Child, script: Script) -> Iterator[Step]:
    """Play a script in order of its days; once the child is gone only ends are still said."""
    for day, kind, details in sorted(script, key=lambda line: line[0]):
        yield day
        if not child.gone or kind.endswith("_ended"):
            yield Fact(kind, child, day, details)


def involvement(
    world: World,
    child: Child,
    organisation: str,
    service: str,
    start: date,
    end: date,
    reason: str = "completed",
    *,
    worker: dict[str, Any] | None = None,
    role: str | None = None,
    fixed: bool = False,
) -> Script:
    """An additional service with its confirmations, every two to three months unless the worker forgets them.

    A `fixed` course says its end at the start and nothing at the end.
    """
    team = world.area.team(organisation, service, child.family.ward)
    worker = worker or world.rng.choice(team.workers)
    # Where one service works twice with a child its system tells the two apart by references.
    named_apart = world.chance(0.9) or service in child.unnamed
    reference = f"{team.card['code']}-{world.number('reference')}" if named_apart else None
    if reference is None:
        child.unnamed |= {service}
    base = {"organisation": organisation, "service": service, "reference": reference}
    named = {**base, "team": team.card, "worker": worker}
    until = end if fixed else None
    script: Script = [
        (start, "involvement_started", {**named, "provision": "additional", "role": role, "until": until})
    ]
    if world.chance(0.85):
        day = world.later(start, 55, 90)
        while day < end:
            script.append((day, "involvement_confirmed", named))
            day = world.later(day, 55, 90)
    if not fixed:
        script.append((end, "involvement_ended", {**base, "reason": reason}))
    return script


def known(family: Family, day: date) -> Iterator[Step]:
    """The authority opens a file on a family: who belongs to it, who the parents are."""
    if not family.known:
        family.known = True
        for child in family.children:
            yield from relations(child, day)


def relations(child: Child, day: date) -> Iterator[Step]:
    """What the authority states of one child's family, from the child's birth or the opening of the file."""
    family, day = child.family, max(day, child.born)
    yield Fact("related", child, day, {"relation": "family", "family": family})
    for parent in family.parents:
        yield Fact("related", child, day, {"relation": "parent", "parent": parent})
    for sibling in family.children:
        if sibling.number < child.number:
            yield Fact("related", child, day, {"relation": "sibling", "sibling": sibling})
