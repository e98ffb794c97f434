"""One opened service: settings, servers, keys, and what is made from them. All entrances and all reads start here."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import psycopg

from adapters.codec.schema_ids import confluent_ids
from adapters.embedded import Servers, servers
from adapters.log.connections import Work, connect
from adapters.log.erased_list import check_erased
from adapters.log.keys import key_file
from adapters.log.keys.data_keys import MasterKeys
from adapters.log.keys.key_check import check_keys, first_keys, is_begun, no_key_file
from adapters.log.trouble import tries_of
from adapters.migrations.version import is_current
from adapters.process.clock import Clock, ClockCheck, SystemClock
from adapters.process.settings import Settings
from domain.errors import Unreachable

if TYPE_CHECKING:
    from adapters.log.pool import ReadPool
    from adapters.log.recorder import Recorder
    from adapters.process.kafka_security import Security
    from domain.senders import Sender
    from projections.engine import Projector


@dataclass(frozen=True, slots=True)
class Service:
    """What an opened service is made of; `incarnation` names an embedded broker's life, None for a real cluster."""

    settings: Settings
    database_url: str
    bootstrap_servers: str | None
    incarnation: str | None
    embedded_broker: bool
    keys: MasterKeys
    clock: Clock

    @property
    def schema_ids(self) -> Mapping[int, bytes]:
        """Schema ids in Confluent framing -> fingerprints of our schemas. Raises Misuse where one is none of ours."""
        return confluent_ids(self.settings.confluent_schema_ids)

    @property
    def kafka_security(self) -> "Security":
        """How clients of Kafka are set up. Raises Misuse where the settings do not fit together."""
        # Most commands need no Kafka, and start sooner without it.
        from adapters.process.kafka_security import security_of

        return security_of(self.settings)

    @property
    def clock_check(self) -> ClockCheck:
        """What the clock is held against. One that was set on purpose may differ from the database's."""
        tolerance = timedelta(seconds=self.settings.clock_tolerance_seconds)
        return ClockCheck(tolerance, with_database=isinstance(self.clock, SystemClock))

    @property
    def sender_of(self) -> Callable[[str], "Sender"]:
        """What says of a sender, by its name, what it may publish today."""
        from adapters.process.senders import Senders

        return Senders(self.settings).named

    def connect(self, work: Work = Work.READ) -> psycopg.Connection[Any]:
        """A new connection to the database, in autocommit mode, limited by what it is for."""
        return connect(self.database_url, work)

    def read_pool(self) -> "ReadPool":
        """Connections for the reads of one lasting process, which opens and closes it."""
        from adapters.log.pool import ReadPool

        return ReadPool(self.database_url, self.settings.read_connections)

    def recorder(self) -> "Recorder":
        """A recorder for one thread or process."""
        # Most commands record nothing, and start sooner without it.
        from adapters.log.recorder import Recorder

        organisations = self.settings.topic_organisations
        return Recorder(
            partial(self.connect, Work.WRITE),
            self.keys,
            self.clock,
            organisations,
            schema_ids=self.schema_ids,
            snapshot_loss_share=self.settings.snapshot_loss_share,
            clock_check=self.clock_check,
            ahead_seconds=self.settings.future_tolerance_seconds,
            fillers=self.settings.fillers,
            quota=self.settings.quota,
            sender_of=self.sender_of,
        )

    def projector(self, work: Work = Work.PROJECT) -> "Projector":
        """A projector for one thread or process."""
        from projections.engine import Projector

        size = self.settings.edition_size
        connect = partial(self.connect, work)
        return Projector(connect, self.clock.now, size, tries=tries_of, grows=True, seconds=time.monotonic)


@contextmanager
def open_service(
    settings: Settings, *, broker: bool = False, clock: Clock | None = None, restored: bool = False
) -> Iterator[Service]:
    """Find or start the servers, migrate an embedded database, read the keys; leave the servers to their last user.

    A database named by the settings is not migrated here: `icr migrate` does that once. Its key file must be there; that of
    an embedded one is made with its empty log. `restored`: also one that holds what was erased since it was backed up, to erase it
    again. Raises Unreachable, or Misuse, also where the log is written with other keys.
    """
    confluent_ids(settings.confluent_schema_ids)  # said now, not with the first message
    keys = keys_there(settings)
    with open_database(settings, broker=broker) as found:
        if keys is None:
            with connect(found.database_url) as connection:
                keys = first_keys(connection, settings.kek_file)
        check_keys(found.database_url, keys)
        if not restored:
            check_erased(found.database_url, settings.erased_file)
        yield Service(
            settings,
            found.database_url,
            found.bootstrap_servers,
            found.incarnation,
            found.embedded_broker,
            keys,
            clock or SystemClock(),
        )


@contextmanager
def open_database(settings: Settings, *, broker: bool = False) -> Iterator[Servers]:
    """The servers without any keys, an embedded database migrated. Raises Unreachable or Misuse."""
    with servers(settings, broker=broker) as found:
        if settings.database_url is None and not is_current(found.database_url):
            from adapters.migrations.migrate import migrate  # a third of a second of loading

            migrate(found.database_url)
        yield found


def keys_there(settings: Settings) -> MasterKeys | None:
    """The key file's keys, read before anything is started or made; None where an embedded database may begin with new ones."""
    try:
        return key_file.load(settings.kek_file)
    except key_file.NoKeyFile:
        if settings.database_url is None:
            return None
    try:
        with connect(settings.database_url) as connection:
            begun = is_begun(connection)
    except Unreachable:
        begun = False
    raise no_key_file(settings.kek_file, begun=begun)
