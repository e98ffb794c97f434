"""What somebody is here as: looked up at each request, by what is known at the head of the log of staff and of granted roles."""

from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Final

from adapters.log.reader import LogReader
from adapters.process.clock import today
from adapters.questions.notice import version_read
from adapters.service.opened import Service
from domain.access.viewer import Because, Channel, Grant, Role, Viewer
from domain.dates import to_day
from domain.reference import StaffFact, held_by_staff, workers_left
from projections import editions, queries, reference_data

HEAD: Final = 2**62  # a position that everything is before


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody is here as today: a role that the issuer's word is enough for, those that were granted here, and their teams.

    `called`: the name under which their organisation last registered them.
    """

    role: Role
    granted: tuple[Grant, ...] = ()
    teams: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    called: str | None = None


class Staff:
    """Looks people up."""

    def __init__(self, service: Service, connect: Callable[[], AbstractContextManager[editions.Connection]]) -> None:
        self._service = service
        self._connect = connect

    def standing(self, worker: str) -> Standing | None:
        """What ORGANISATION:STAFF is here as today; None for one who has left.

        That somebody works for an organisation is its issuer's word. Of whom the organisation has told nothing else, that
        stands: what they may see rests on what they do with a child.
        """
        with self._connect() as connection:
            return standing_at(self._service, connection, worker, to_day(today(self._service.clock)))

    def viewer(self, worker: str, session: bytes, channel: Channel, because: Because | None = None) -> Viewer | None:
        """ORGANISATION:STAFF as who asks a question, as they are here today; None for one who has left."""
        found = self.standing(worker)
        if found is None:
            return None
        return Viewer(
            worker,
            found.role,
            worker.partition(":")[0],
            session,
            channel,
            found.granted,
            found.teams,
            found.services,
            because,
            people_sign_in=True,
            called=found.called,
        )

    def notice_read(self, worker: str) -> int | None:
        """The version of the notice for staff that ORGANISATION:STAFF has read; None: none."""
        with self._connect() as connection:
            return version_read(connection, self._service.keys, worker)

    def duty_line(self, team: str) -> str | None:
        """The duty line of a team, ORGANISATION:TEAM, as its organisation last published it for today; None without one."""
        day = to_day(today(self._service.clock))
        with self._connect() as connection:
            said = [
                fact
                for fact in reference_data.staff(connection, HEAD, [], [team])
                if fact.kind == "duty_line" and fact.start <= day < fact.end
            ]
            if not said:
                return None
            last = max(said, key=lambda fact: fact.order)
            number: str | None = _opened(self._service, connection, [last])[last.position]["team"]["contact"]
        return number


def standing_at(
    service: Service, connection: editions.Connection, worker: str, day: int, position: int = HEAD
) -> Standing | None:
    """What a worker is here as on a day, as known at a position; None for one who has left by then."""
    facts = reference_data.staff(connection, position, [worker], [])
    if worker in workers_left(facts, day):
        return None
    teams = {fact.team for fact in held_by_staff(facts, "team_membership", day) if fact.team is not None}
    services = services_of(service, connection, teams, day, position)
    granted = grants_of(service, connection, facts, day).get(worker, ())
    provided = {name for some in services.values() for name in some}
    called = _called(service, connection, facts)
    return Standing(Role.PRACTITIONER, tuple(granted), tuple(sorted(teams)), tuple(sorted(provided)), called)


def grants_of(
    service: Service, connection: editions.Connection, facts: Iterable[StaffFact], day: int
) -> dict[str, list[Grant]]:
    """The roles that each worker holds on a day, of facts about them."""
    held = [fact for fact in held_by_staff(facts, "role_granted", day) if fact.role in _ROLES]
    said = _opened(service, connection, held)
    found: dict[str, list[tuple[Role, tuple[str, ...], tuple[str, ...]]]] = {}
    for fact in held:
        if fact.worker is not None:
            found.setdefault(fact.worker, []).append(_grant(fact, said[fact.position]))
    return {worker: [Grant(*one) for one in sorted(some)] for worker, some in found.items()}


def services_of(
    service: Service, connection: editions.Connection, teams: Collection[str], day: int, position: int = HEAD
) -> dict[str, set[str]]:
    """The service that each of some teams provides, of those that are registered on a day and say so."""
    registered = _registered(reference_data.staff(connection, position, [], teams) if teams else (), day)
    said = _opened(service, connection, registered)
    provided = ((fact.team, said[fact.position]["service"]) for fact in registered)
    return {team: {name} for team, name in provided if team is not None and name is not None}


def _opened(
    service: Service, connection: editions.Connection, facts: Iterable[StaffFact]
) -> dict[int, Mapping[str, Any]]:
    positions = [fact.position for fact in facts]
    if not positions:
        return {}
    log = LogReader(connection, service.keys, service.settings.fillers)
    return {int(event.position): event.body for event in log.open(queries.stored(connection, positions))}


_ROLES: Final = frozenset(role.value for role in Role)


def _called(service: Service, connection: editions.Connection, facts: Iterable[StaffFact]) -> str | None:
    """The name under which one worker was last registered, of facts about them."""
    last = max((fact for fact in facts if fact.kind == "worker"), key=lambda fact: fact.order, default=None)
    if last is None:
        return None
    name: str | None = _opened(service, connection, [last])[last.position]["worker"]["name"]
    return name


def _registered(facts: Iterable[StaffFact], day: int) -> list[StaffFact]:
    """The last word on each team that is registered on a day."""
    last: dict[str | None, StaffFact] = {}
    for fact in facts:
        if fact.kind == "team" and fact.start <= day < fact.end:
            known = last.get(fact.team)
            if known is None or fact.order > known.order:
                last[fact.team] = fact
    return list(last.values())


def _grant(fact: StaffFact, body: Mapping[str, Any]) -> tuple[Role, tuple[str, ...], tuple[str, ...]]:
    organisation = body["worker"]["organisation"]
    return Role(fact.role), tuple(body["areas"]), tuple(f"{organisation}:{team}" for team in body["teams"])
