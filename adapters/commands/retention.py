"""Proposes that what is due be erased (docs/decisions/0068)."""

from adapters.commands.erasures import Erasures
from adapters.process.retention_file import read_periods
from adapters.questions.due import Due, find_due
from adapters.service.opened import Service
from domain.erasure import MOST_RECORDS, RETENTION, Proposal
from domain.errors import NothingKnown


class Retention:
    """Finds what is due by the authority's schedule, and proposes it."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._periods = read_periods(service.settings.retention_file)

    def due(self) -> Due:
        """What is due today."""
        with self._service.connect() as connection:
            return find_due(self._service, connection, self._periods)

    def propose(self, by: str) -> Proposal:
        """Propose that what is due be erased, as much as one proposal holds. Raises Rejected, and NothingKnown where nothing is due."""
        due = self.due().records[:MOST_RECORDS]
        if not due:
            raise NothingKnown
        return Erasures(self._service).propose(by, due, RETENTION, ())
