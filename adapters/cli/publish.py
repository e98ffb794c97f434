"""`icr publish`: an agency's files of events, to Kafka or over HTTP."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from adapters.cli.imports import report
from adapters.cli.output import Data, Json, note, progress, read_settings
from adapters.process.clock import SystemClock
from domain.errors import Misuse

if TYPE_CHECKING:
    from adapters.intake.imports import FileCounts
    from adapters.process.settings import Settings
    from adapters.publishing.publish import Door


class To(StrEnum):
    """The two ways in."""

    KAFKA = "kafka"
    HTTP = "http"


def publish(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="JSON Lines, JSON, or Avro of our schemas.")],
    to: Annotated[To, typer.Option(help="kafka or http.")],
    validate_only: Annotated[bool, typer.Option("--validate-only", help="Check; send and record nothing.")] = False,
    url: Annotated[str | None, typer.Option(help="Of the service, with --to http; else where `icr serve` is.")] = None,
    sector: Annotated[
        str | None, typer.Option(help="Topic for events of shared types, when not by organisation.")
    ] = None,
    publisher: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="To Kafka: whose own topics are written to; else ICR_PUBLISHER, or those that a sector shares.",
        ),
    ] = None,
    invalid_too: Annotated[
        bool, typer.Option("--invalid-too", help="To Kafka: send also what would be kept in quarantine, as it is.")
    ] = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Publish the events of files: .jsonl (one event a line), .json (one or a list), .avro (container of a schema).

    With `--to http` the counts say what became of each event. With `--to kafka` each event is checked here first:
    `accepted` counts those that Kafka has acknowledged and `kept` those that were not sent, with their reasons; whether
    an acknowledged one is a duplicate, only the log knows. Ends with 1 when something was kept or a file could not be
    read, with 2 when none could, with 3 when there was nobody to send to.
    """
    from adapters.intake.imports import none_opens
    from adapters.publishing.publish import UNIT, publish_files

    settings = read_settings(data, log_level="warning")
    if invalid_too and (to is not To.KAFKA or validate_only):
        raise Misuse("--invalid-too goes with --to kafka, and not with --validate-only")
    if unopened := none_opens(files, UNIT):
        report(unopened, as_json=as_json)
        return
    counts: list[FileCounts] = []
    try:
        with _door(settings, to, validate_only, url, sector, publisher, invalid_too) as door, progress() as bars:
            task = bars.add_task("events", total=None)
            publish_files(files, door, counts, lambda read: bars.update(task, completed=read))
    except BaseException:
        # Whatever ended it, an interruption too: what was done stands, and is said.
        if any(one.read for one in counts):
            _say_so_far(counts)
        raise
    report(counts, as_json=as_json)


def _say_so_far(counts: "list[FileCounts]") -> None:
    for one in counts:
        note(f"icr: {one.file}: of {one.events} events read, {one.accepted} were sent and {one.kept} would be kept")
    note("icr: run it again: what has arrived is then a duplicate")


@contextmanager
def _door(
    settings: "Settings",
    to: To,
    validate_only: bool,
    url: str | None,
    sector: str | None,
    publisher: str | None,
    invalid_too: bool,
) -> "Iterator[Door]":
    from adapters.api.serving import address
    from adapters.publishing.check import Checker
    from adapters.publishing.http import HttpSender
    from adapters.publishing.publish import CheckOnly, HttpDoor
    from adapters.publishing.signing_in import SystemSignIn

    if to is To.HTTP:
        where = url or address(settings.http_host, settings.http_port)
        sender = HttpSender(where, validate_only=validate_only, signing_in=SystemSignIn.of(settings, where))
        try:
            yield HttpDoor(sender)
        finally:
            sender.close()
        return
    whose = publisher or settings.publisher
    checker = Checker(dict(settings.topic_organisations), SystemClock(), sector, whose)
    if validate_only:
        yield CheckOnly(checker)
        return
    if whose is not None and settings.kafka_bootstrap_servers is None:
        raise Misuse("--publisher: the embedded broker has the topics that sectors share, and no others")
    with kafka_door(settings, checker, invalid_too=invalid_too) as door:
        yield door


@contextmanager
def kafka_door(settings: "Settings", checker: object, *, invalid_too: bool) -> "Iterator[Door]":
    """A door to the Kafka of the settings; an embedded one is joined or started, and waited for."""
    from adapters.intake.kafka.producer import KafkaProducer
    from adapters.process.kafka_security import security_of
    from adapters.publishing.check import Checker
    from adapters.publishing.embedded import Brake
    from adapters.publishing.publish import KafkaDoor
    from adapters.service.opened import open_service

    assert isinstance(checker, Checker)
    if settings.kafka_bootstrap_servers is not None:  # an agency's machine: no database, no keys
        producer = KafkaProducer(settings.kafka_bootstrap_servers, embedded=False, security=security_of(settings))
        try:
            yield KafkaDoor(producer, checker, None, invalid_too=invalid_too)
        finally:
            producer.flush()  # also when interrupted: what was counted as read is on its way
        return
    with open_service(settings, broker=True) as service:
        producer = KafkaProducer(service.bootstrap_servers or "", embedded=True)
        brake = Brake(service, producer)
        try:
            yield KafkaDoor(producer, checker, brake, invalid_too=invalid_too)
        finally:
            brake.close()
