"""What one read knows of what is published about no child: reference data, feeds, and the events that say them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from adapters.questions.remembered import Remembered
from adapters.service.opened import Service
from domain.feeds import Feed, Hearing
from domain.reference import KINDS, Reference, Stated, agreements_made, closings, standing
from projections import editions, queries, reference_data


class PublishedReading:
    """One read at one edition, of what is of no child; a process that lasts remembers it between its reads."""

    def __init__(
        self,
        service: Service,
        connection: editions.Connection,
        edition: editions.Edition,
        remembered: Remembered | None = None,
    ) -> None:
        self.service = service
        self.connection = connection
        self.edition = edition
        self.remembered = Remembered() if remembered is None else remembered
        # What this one read has found so far; one edition, one snapshot, so that nothing of it changes meanwhile.
        self._references: dict[int, Reference] = {}
        self._heard: dict[int, Hearing] = {}
        self._said_complete: list[Feed] | None = None

    def reference(self, day: int) -> Reference:
        """The reference data that stands on a day, as known at the edition."""
        if day not in self._references:
            after, until = self.reference_until(), self.edition.position
            new = reference_data.reference(self.connection, after, until, KINDS) if after < until else ()
            self.take_reference(day, after, new)
        return self._references[day]

    def hearing(self, day: int) -> Hearing:
        """Which feeds were heard on a day, as known at the edition."""
        if day not in self._heard:
            self._heard[day] = Hearing(self.feeds(), day, self.reference(day).expected_feeds())
        return self._heard[day]

    def feeds(self) -> list[Feed]:
        """How far each feed said last that it was complete, as known at the edition."""
        if self._said_complete is None:
            self._said_complete = reference_data.feeds(self.connection, self.edition.number)
        return self._said_complete

    def take_feeds(self, found: list[Feed]) -> None:
        """What a look at feeds found need not be asked for again."""
        self._said_complete = found

    def reference_until(self) -> int:
        """The position up to which reference data is remembered, and need not be looked at."""
        return self.remembered.until(self.edition.generation)

    def take_reference(self, day: int, after: int, found: Iterable[Stated]) -> None:
        """What a look at reference data found after a position, for a day, need not be asked for again."""
        said = self.remembered.said(self.edition.generation, after, self.edition.position, found)
        self._references[day] = self.remembered.reference(
            self.edition.generation, day, said, lambda: self._read_reference(said, day)
        )

    def _read_reference(self, said: Sequence[Stated], day: int) -> Reference:
        stands = standing(said, day)
        over, agreements = closings(said, day), agreements_made(said, day)
        self.expect_bodies(one.position for one in (*stands, *over, *agreements))
        # It outlives this read, and asks nothing of its connection: all that it may be asked for is at hand.
        bodies, generation = self.remembered.bodies, self.edition.generation
        return Reference(stands, lambda position: bodies[generation, position], over, agreements)

    def expect_bodies(self, positions: Iterable[int]) -> None:
        """Open the events about no child that are about to be asked for, in one query."""
        bodies, generation = self.remembered.bodies, self.edition.generation
        if missing := [position for position in set(positions) if (generation, position) not in bodies]:
            # Bodies are remembered, so that most reads open no event, and need nothing of what decodes one.
            from adapters.log.reader import LogReader

            log = LogReader(self.connection, self.service.keys, self.service.settings.fillers)
            for event in log.open(queries.stored(self.connection, missing)):
                bodies[generation, event.position] = event.body

    def body(self, position: int) -> Mapping[str, Any]:
        """What an event about no child says."""
        name, bodies = (self.edition.generation, position), self.remembered.bodies
        if name not in bodies:
            self.expect_bodies([position])
        return bodies[name]
