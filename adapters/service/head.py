"""Where the service stands: the head of the log, and the last edition of the views."""

from dataclasses import dataclass

import psycopg

from projections.view_sets import use


@dataclass(frozen=True, slots=True)
class Standing:
    """The generation and head of the log, and the last edition of the serving views with the position it ends at."""

    generation: int
    head: int
    edition: int
    position: int


def standing_of(connection: psycopg.Connection[tuple[int, ...]]) -> Standing:
    """Where the service stands now; raises what the driver does where the database does not answer in time."""
    with connection.transaction():
        # Whoever asks is told soon, one way or the other.
        connection.execute("SET LOCAL statement_timeout = 3000")
        head = connection.execute("SELECT generation, position, view FROM log.head, log.serving").fetchone()
        assert head is not None
        generation, last, view = head
        use(connection, str(view))
        state = connection.execute("SELECT edition, position FROM state").fetchone()
    assert state is not None
    return Standing(generation, last, *state)
