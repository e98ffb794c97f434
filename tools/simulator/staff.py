"""Workers who leave, and who comes in their place."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from tools.simulator.area import Team
from tools.simulator.world import Fact, Step, World

REASONS = {"left": 85, "suspended": 5, "other": 10}  # assumed


def registered(world: World, day: date) -> Iterator[Step]:
    """Who works where, as each agency's own directory says it."""
    for teams in world.area.teams.values():
        for team in teams:
            yield Fact("team_registered", world.nobody, day, {"team": team.card, "service": team.service})
            for worker in team.workers:
                yield from joins(world, team, worker, day)


def joins(world: World, team: Team, worker: dict[str, Any], day: date) -> Iterator[Step]:
    """A worker is registered, and belongs to a team from then on."""
    said = {"worker": worker, "team": team.card}
    yield Fact("worker_registered", world.nobody, day, said)
    yield Fact("member_joined", world.nobody, day, said)


def leaves(world: World, day: date) -> Iterator[Step]:
    """A worker leaves; a colleague takes up new work, and nobody the leads that were the worker's."""
    team = world.rng.choice([team for teams in world.area.teams.values() for team in teams])
    place = int(world.rng.random() * len(team.workers))
    yield gone(world, team.workers[place], day, world.rng.choices(list(REASONS), list(REASONS.values()))[0])
    yield Fact("member_gone", world.nobody, day, {"worker": team.workers[place], "team": team.card})
    _replace(world, team, place)
    yield from joins(world, team, team.workers[place], day)


def gone(world: World, worker: dict[str, Any], day: date, reason: str) -> Fact:
    """That a worker is no longer there: a fact of no child."""
    return Fact("worker_left", world.nobody, day, {"worker": worker, "reason": reason})


def _replace(world: World, team: Team, place: int) -> None:
    left = team.workers[place]
    successor = {**left, "staff_id": f"{left['staff_id'][:2]}N{world.number('worker'):03}"}
    team.workers = (*team.workers[:place], successor, *team.workers[place + 1 :])
