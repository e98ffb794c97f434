"""Roles that are granted here: written into the log as events of this service's own, and taken from no issuer's word (access.md 2)."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from adapters.log.messages import ACCEPTED, Message, Outcome
from adapters.log.reader import LogReader
from adapters.process.clock import today
from adapters.service.opened import Service
from domain.access.viewer import GRANTED, Role
from domain.checks import ITSELF, is_organisation
from domain.dates import FOREVER, from_day, to_day
from domain.errors import Misuse, Rejected
from domain.reference import held_by_staff
from projections import queries, reference_data
from schemas.registry import WRITTEN_HERE

SYSTEM: Final = "icr"
_HEAD: Final = 2**62


@dataclass(frozen=True, slots=True)
class Worker:
    """A member of an organisation's staff."""

    organisation: str
    staff_id: str


def read_worker(text: str) -> Worker:
    """A worker as ORGANISATION:STAFF. Raises Misuse."""
    organisation, _, staff_id = text.partition(":")
    if not is_organisation(organisation) or not staff_id:
        raise Misuse("worker: written ORGANISATION:STAFF, as la-808:W1")
    return Worker(organisation, staff_id)


def grant(
    service: Service,
    worker: Worker,
    role: Role,
    *,
    areas: Sequence[str] = (),
    teams: Sequence[str] = (),
    until: date | None = None,
) -> Outcome:
    """Let somebody act here in a role from today, `until` the first day on which they no longer may; None: until it is ended.

    A role that is granted again has the areas, teams and end that were said last. Raises Misuse where areas or teams do not go
    with the role, Rejected by the rules of events.
    """
    if role not in GRANTED:
        raise Misuse(f"role: one of {', '.join(GRANTED)}")
    if (role is Role.DUTY) != bool(areas):
        raise Misuse("areas: of the role duty at least one, of other roles none")
    if (role is Role.TEAM_MANAGER) != bool(teams):
        raise Misuse("teams: of the role team_manager at least one, of other roles none")
    said = {"areas": list(areas), "teams": list(teams)}
    return _record(service, "RoleGranted", worker, role, until, said)


def end(service: Service, worker: Worker, role: Role) -> Outcome:
    """Take a role from somebody, from today. Raises Rejected by the rules of events."""
    return _record(service, "RoleEnded", worker, role, None, {})


@dataclass(frozen=True, slots=True)
class Held:
    """A role that somebody holds; `until`: the first day on which they no longer do, None: until it is ended."""

    worker: str
    role: str
    areas: tuple[str, ...]
    teams: tuple[str, ...]
    since: date
    until: date | None


def roles(service: Service) -> list[Held]:
    """Every role that is held today, by worker and role."""
    day = to_day(today(service.clock))
    with service.connect() as connection:
        held = held_by_staff(reference_data.roles(connection, _HEAD), "role_granted", day)
        log = LogReader(connection, service.keys, service.settings.fillers)
        stored = queries.stored(connection, [fact.position for fact in held])
        said = {int(event.position): event.body for event in log.open(stored)} if held else {}
    found = [
        Held(
            fact.worker or "",
            fact.role,
            tuple(said[fact.position]["areas"]),
            tuple(said[fact.position]["teams"]),
            from_day(fact.start),
            None if fact.end == FOREVER else from_day(fact.end),
        )
        for fact in held
    ]
    return sorted(found, key=lambda one: (one.worker, one.role))


def _record(
    service: Service, event_type: str, worker: Worker, role: Role, until: date | None, said: dict[str, Any]
) -> Outcome:
    days = {"from": today(service.clock).isoformat(), "to": None if until is None else until.isoformat()}
    return record_here(service, event_type, worker, days, {"role": role.value, **said})


def record_here(
    service: Service, event_type: str, worker: Worker, effective: dict[str, str | None], said: dict[str, Any]
) -> Outcome:
    """Record an event about a worker that this service alone may write. Raises Rejected by the rules of events."""
    event = {
        "event_type": event_type,
        "event_id": f"{SYSTEM}-{os.urandom(12).hex()}",
        "source": {"organisation": ITSELF, "system": SYSTEM, "source_record_id": None, "source_version": None},
        "mode": "live",
        "recorded_at": service.clock.now().isoformat(),
        "effective": effective,
        "worker": {"organisation": worker.organisation, "staff_id": worker.staff_id, "name": None, "contact": None},
        **said,
    }
    message = Message(event, WRITTEN_HERE)
    recorder = service.recorder()
    try:
        _accepted(recorder.check([message]))  # what a person can say again is not recorded without a part of it
        return _accepted(recorder.record([message]))
    finally:
        recorder.close()


def _accepted(outcomes: Sequence[Outcome]) -> Outcome:
    (outcome,) = outcomes
    if outcome.outcome != ACCEPTED:
        raise Rejected(outcome.reason or outcome.outcome, outcome.field, outcome.rule)
    for reason, field in outcome.set_aside:
        raise Rejected(reason, field, "a value that it can have")
    return outcome
