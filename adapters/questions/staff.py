"""What somebody is here as: looked up at each request, by what organisations have told of their staff at the head of the log."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Final

from adapters.process.clock import Clock, today
from domain.access.viewer import Role
from domain.dates import to_day
from domain.reference import workers_left
from projections import editions, reference_data

_HEAD: Final = 2**62


class Staff:
    """Looks people up."""

    def __init__(self, clock: Clock, connect: Callable[[], AbstractContextManager[editions.Connection]]) -> None:
        self._clock = clock
        self._connect = connect

    def role_of(self, worker: str) -> Role | None:
        """The role of ORGANISATION:STAFF today; None for one who has left.

        That somebody works for an organisation is its issuer's word. Of whom the organisation has told nothing else, that
        stands: what they may see rests on what they do with a child.
        """
        day = to_day(today(self._clock))
        with self._connect() as connection:
            facts = reference_data.staff(connection, _HEAD, [worker], [])
        return None if worker in workers_left(facts, day) else Role.PRACTITIONER
