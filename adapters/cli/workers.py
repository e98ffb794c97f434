"""The processes of the service: `migrate` once, then `consume`, `project`, `serve`, `tell` and `seal`, or `up` for all of them."""

import gc
from typing import TYPE_CHECKING, Annotated

import typer

from adapters.cli.health import trouble_of_partitions
from adapters.cli.output import KEPT_OR_FAILED, Data, Json, note, print_json, read_settings, say
from adapters.cli.running import Parent, Stop, Worker, check_tables, start, started, stop_all, wait_for_one
from domain.errors import Unreachable

if TYPE_CHECKING:
    from adapters.service.opened import Service


def migrate(
    data: Data = None,
    as_json: Json = False,
    topics: Annotated[bool, typer.Option(help="Also make the topics that a real Kafka lacks.")] = True,
) -> None:
    """Bring the database to this version's tables, and make the Kafka topics that are missing. May be run again."""
    from adapters.intake.kafka.topics import ensure_topics
    from adapters.migrations.migrate import migrate as migrate_database
    from adapters.process.kafka_security import security_of
    from adapters.service.opened import open_database

    settings = read_settings(data, log_level="warning")
    with open_database(settings) as found:
        migrate_database(found.database_url)
    made: list[str] = []
    if topics and settings.kafka_bootstrap_servers is not None:
        made = ensure_topics(settings.kafka_bootstrap_servers, security_of(settings))
    if as_json:
        print_json({"migrated": True, "topics_made": made})
    else:
        say("the database has this version's tables" + (f"; made the topics {', '.join(made)}" if made else ""))


def consume(
    data: Data = None,
    as_json: Json = False,
    until_end: Annotated[bool, typer.Option("--until-end", help="End once everything published is recorded.")] = False,
    parent: Parent = 0,
) -> None:
    """Record what agencies publish on Kafka, until told to end (SIGTERM, Ctrl-C).

    A partition of which too much cannot be read pauses, and says so; ICR_PAUSE_UNREADABLE_SHARE=1 takes it all, into quarantine.
    So does one with a record that is broken, until `icr partitions skip`. Ends with 1 when a partition's log was
    shortened, was made again or had passed us, or, with --until-end, when something was kept, is paused or waits.
    """
    from adapters.intake.kafka.consumer import Consumer
    from adapters.intake.kafka.status import Status
    from adapters.process.logs import get_logger

    with started(Worker.CONSUME, data, parent, broker=True, waits=not until_end) as (service, heart, stop):
        check_tables(service.connect)
        if not service.embedded_broker:
            _make_topics(service)

        def tell(status: Status) -> None:
            heart.beat(
                status.wrong,
                lag=status.lag,
                waiting=status.waiting,
                absent=status.absent,
                paused=status.paused,
                partitions=status.partitions,
                **status.counts.as_json(),
            )

        def ended() -> bool:
            stop.gently()
            return stop() or (until_end and consumer.caught_up)

        consumer = Consumer(service, tell)
        _spare_the_collector()
        try:
            heart.beat((), now=True)
            status = consumer.run(ended)
        except KeyboardInterrupt:
            if not stop.before_work:
                raise
            status = consumer.status
    counts = dict(status.counts.as_json())
    get_logger("consume").info(
        "consumer_ended", **{k: counts[k] for k in ("read", "accepted", "duplicate", "conflict", "kept")}
    )
    if as_json:
        print_json({**counts, "lag": status.lag, "alarms": sorted(status.alarms), "partitions": status.partitions})
    if until_end:
        if status.waiting:
            note(f"icr: {status.waiting} offsets wait behind a transaction that a producer has left open")
        for line in trouble_of_partitions(status.partitions):
            note(f"icr: {line}")
    if status.alarms or (until_end and (status.counts.kept or status.paused or status.waiting)):
        raise typer.Exit(KEPT_OR_FAILED)


def project(
    data: Data = None,
    as_json: Json = False,
    until_end: Annotated[
        bool, typer.Option("--until-end", help="End once the views are at the head of the log.")
    ] = False,
    parent: Parent = 0,
) -> None:
    """Keep the views up to the log, edition by edition, until told to end (SIGTERM, Ctrl-C)."""
    from adapters.process.logs import get_logger
    from adapters.service.projecting import follow

    with started(Worker.PROJECT, data, parent, waits=not until_end) as (service, heart, stop):
        check_tables(service.connect)
        stop.gently()
        edition, position = follow(service, stop, heart.beat, until_head=until_end, go_on=heart.go_on)
    get_logger("project").info("projector_ended", edition=edition, position=position)
    if as_json:
        print_json({"edition": edition, "position": position})


def serve(
    data: Data = None,
    parent: Parent = 0,
) -> None:
    """Answer over HTTP: the pages, where issuers are set, the API, and its documentation at /docs, until told to end (SIGTERM, Ctrl-C)."""
    from adapters.api.serving import serve_app
    from adapters.web.app import create_app

    with started(Worker.SERVE, data, parent) as (service, heart, stop):
        check_tables(service.connect)
        stop.gently()
        serve_app(create_app(service), service.settings, service.clock, stop, announce=note, heart=heart)


def up(data: Data = None) -> None:
    """Run `consume`, `project`, `serve`, `tell` and `seal` as one command, until told to end (SIGTERM, Ctrl-C)."""
    from adapters.embedded import servers
    from adapters.service.opened import open_service

    stop = Stop(at_once=True, several=True)
    settings = read_settings(data)
    # Held here too, so that embedded servers outlive a worker that is slow to start. Of others each worker waits itself.
    held = open_service(settings, broker=True) if settings.database_url is None else servers(settings, broker=True)
    with held:
        stop.gently()
        workers = {worker: start(worker, settings) for worker in Worker}
        try:
            ended = wait_for_one(workers.values(), stop)
        finally:
            stop_all(list(workers.values()))
    if ended is not None:
        raise Unreachable("a worker", "it has ended; what it said stands above")


def _spare_the_collector() -> None:
    """Let the garbage collector look for cycles seldom.

    A batch makes tens of thousands of small objects, which are gone after it, and none of them stand in cycles; looking
    for some among them and among all that is remembered takes an eighth of the consumer's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)


def _make_topics(service: "Service") -> None:
    """Where this worker may; where not, they are there or will come."""
    from adapters.intake.kafka.topics import ensure_topics
    from adapters.process.logs import get_logger

    try:
        ensure_topics(service.bootstrap_servers or "", service.kafka_security)
    except Unreachable:
        get_logger("consume").warning("topics_not_made")
