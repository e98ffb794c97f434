"""How a lasting worker begins: it waits for its servers, saying for what, where a command that ends would say 3 at once."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from domain.errors import Unreachable

if TYPE_CHECKING:
    from adapters.process.heartbeat import Heartbeat
    from adapters.process.settings import Settings
    from adapters.service.opened import Service

WAITS_FOR_DATABASE: Final = "waits_for_database"
WAITS_FOR_KAFKA: Final = "waits_for_kafka"
_PAUSE: Final = 1.0


@contextmanager
def opened_when_there(
    settings: "Settings", heart: "Heartbeat", *, broker: bool = False, waits: bool = True
) -> Iterator["Service"]:
    """The service, once the servers that the settings name answer; with `waits=False` Unreachable is raised at once.

    Embedded servers are started and not waited for: what keeps them from starting is here, and does not pass by itself.
    """
    from adapters.log.connections import connect
    from adapters.service.opened import open_service

    url, kafka = settings.database_url, settings.kafka_bootstrap_servers
    if waits and url is not None:
        _await(lambda: connect(url).close(), WAITS_FOR_DATABASE, heart)
    if waits and broker and kafka is not None:
        from adapters.intake.kafka.topics import cluster_name
        from adapters.process.kafka_security import security_of

        security = security_of(settings)
        _await(lambda: cluster_name(kafka, None, security), WAITS_FOR_KAFKA, heart)
    with open_service(settings, broker=broker) as service:
        yield service


def _await(tried: Callable[[], object], trouble: str, heart: "Heartbeat") -> None:
    from adapters.process.logs import get_logger

    waited = False
    while True:
        try:
            tried()
        except Unreachable:
            heart.beat((trouble,))
            if not waited:
                get_logger("start").warning(trouble)
            waited = True
            time.sleep(_PAUSE)
        else:
            break
    if waited:
        get_logger("start").warning("recovered_from", reason=trouble)
