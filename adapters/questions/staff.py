"""What somebody is here as: looked up at each request, by what is known at the head of the log of staff and of granted roles."""

from collections.abc import Callable, Iterable, Mapping
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

_HEAD: Final = 2**62


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody is here as today: a role that the issuer's word is enough for, those that were granted here, and their teams."""

    role: Role
    granted: tuple[Grant, ...] = ()
    teams: tuple[str, ...] = ()
    services: tuple[str, ...] = ()


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
        day = to_day(today(self._service.clock))
        with self._connect() as connection:
            facts = reference_data.staff(connection, _HEAD, [worker], [])
            if worker in workers_left(facts, day):
                return None
            granted = held_by_staff(facts, "role_granted", day)
            teams = {fact.team for fact in held_by_staff(facts, "team_membership", day) if fact.team is not None}
            registered = _registered(reference_data.staff(connection, _HEAD, [], teams) if teams else (), day)
            said = self._opened(connection, [*granted, *registered])
        services = {said[fact.position]["service"] for fact in registered} - {None}
        grants = sorted(_grant(fact, said[fact.position]) for fact in granted if fact.role in _ROLES)
        return Standing(
            Role.PRACTITIONER, tuple(Grant(*one) for one in grants), tuple(sorted(teams)), tuple(sorted(services))
        )

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
                for fact in reference_data.staff(connection, _HEAD, [], [team])
                if fact.kind == "duty_line" and fact.start <= day < fact.end
            ]
            if not said:
                return None
            last = max(said, key=lambda fact: fact.order)
            number: str | None = self._opened(connection, [last])[last.position]["team"]["contact"]
        return number

    def _opened(self, connection: editions.Connection, facts: Iterable[StaffFact]) -> dict[int, Mapping[str, Any]]:
        positions = [fact.position for fact in facts]
        if not positions:
            return {}
        log = LogReader(connection, self._service.keys, self._service.settings.fillers)
        return {int(event.position): event.body for event in log.open(queries.stored(connection, positions))}


_ROLES: Final = frozenset(role.value for role in Role)


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
