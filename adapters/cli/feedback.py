"""`icr tell` and `icr request-replay`: agencies are told what became of their events, and asked to send some again."""

from datetime import date
from typing import Annotated

import typer

from adapters.cli.output import Data, Json, opened, print_json, say
from adapters.cli.running import Parent, Worker, check_tables, started
from domain.errors import Misuse, Rejected

Organisation = Annotated[
    str, typer.Option("--organisation", metavar="ORG", help="Source organisation, for example urn-900001.")
]


def request_replay(
    organisation: Organisation,
    event_type: Annotated[str, typer.Option("--type", metavar="TYPE", help="Event type, as PupilAdmitted.")],
    first: Annotated[str, typer.Option("--from", metavar="D", help="First day, YYYY-MM-DD.")],
    end: Annotated[str, typer.Option("--to", metavar="D", help="First day beyond, YYYY-MM-DD.")],
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Ask an organisation to publish its events of a range of days again; it is told with its feedback.

    What it publishes again under the same event ids is a duplicate and changes nothing; what was lost is taken in.
    """
    from adapters.log.feedback.writing import request_replay as request
    from domain.checks import organisation_allowed
    from schemas.registry import registry

    days = _day(first, "--from"), _day(end, "--to")
    if event_type not in registry().newest:
        raise Misuse("--type: no such event type; icr schemas list shows them")
    if days[0] >= days[1]:
        raise Misuse("--from lies before --to, which is the first day beyond the range")
    from adapters.cli.output import read_settings

    patterns = read_settings(data).topic_organisations.values()
    if not organisation_allowed(organisation, tuple(sorted({one for some in patterns for one in some}))):
        raise Misuse("--organisation: the code of an organisation that may publish (topic_organisations)")
    with opened(data) as service, service.connect() as connection:
        request(connection, organisation, event_type, *days, service.clock.now())
    if as_json:
        print_json({"organisation": organisation, "event_type": event_type, "from": first, "to": end})
    else:
        say(f"{organisation} is asked for its {event_type} of {first} to {end}")


def _day(text: str, option: str) -> date:
    from adapters.codec.times import read_day

    try:
        return read_day(text, option)
    except Rejected:
        raise Misuse(f"{option}: a date, as 2026-09-01") from None


def tell(
    data: Data = None,
    as_json: Json = False,
    until_end: Annotated[bool, typer.Option("--until-end", help="End once all there is has been told.")] = False,
    parent: Parent = 0,
) -> None:
    """Publish agencies' feedback on Kafka, until told to end (SIGTERM, Ctrl-C).

    What became of an organisation's events goes to icr.feedback.ORGANISATION.v1 where that topic is there: make it for
    those who want it, readable by them alone. Each thing is told at least once, with its cursor, in order.
    """
    from adapters.intake.kafka.feedback_topics import follow
    from adapters.process.logs import get_logger

    with started(Worker.TELL, data, parent, broker=True, waits=not until_end) as (service, heart, stop):
        check_tables(service.connect)
        stop.gently()
        told = follow(service, stop, heart.beat, until_end=until_end)
    get_logger("tell").info("teller_ended", count=told)
    if as_json:
        print_json({"told": told})
