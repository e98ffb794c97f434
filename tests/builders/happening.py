"""Events of examples, as they come into the log of a service and into its views."""

from tests.builders.service import Bench
from tests.spec.words import Happened


def record(here: Bench, *events: Happened) -> None:
    """Record events after all that came before, and project them."""
    (start,) = here.connection.execute("SELECT position FROM log.head").fetchone() or (0,)
    here.record(*(event.wire(start + n) for n, event in enumerate(events)))
    here.projector.project()
