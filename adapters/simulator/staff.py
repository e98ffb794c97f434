"""Workers who leave, and who comes in their place."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from adapters.simulator.area import Team
from adapters.simulator.world import Fact, Step, World

REASONS = {"left": 85, "suspended": 5, "other": 10}  # assumed


def leaves(world: World, day: date) -> Iterator[Step]:
    """A worker leaves; a colleague takes up new work, and nobody the leads that were the worker's."""
    team = world.rng.choice([team for teams in world.area.teams.values() for team in teams])
    place = int(world.rng.random() * len(team.workers))
    yield gone(world, team.workers[place], day, world.rng.choices(list(REASONS), list(REASONS.values()))[0])
    _replace(world, team, place)


def gone(world: World, worker: dict[str, Any], day: date, reason: str) -> Fact:
    """That a worker is no longer there: a fact of no child."""
    return Fact("worker_left", world.nobody, day, {"worker": worker, "reason": reason})


def _replace(world: World, team: Team, place: int) -> None:
    left = team.workers[place]
    successor = {**left, "staff_id": f"{left['staff_id'][:2]}N{world.number('worker'):03}"}
    team.workers = (*team.workers[:place], successor, *team.workers[place + 1 :])
