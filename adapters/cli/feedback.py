"""`icr feedback`, `icr tell`, `icr request-replay` and `icr quality`: what became of the events that agencies sent."""

from datetime import date
from typing import Annotated, Any

import typer

from adapters.cli.output import Data, Json, note, opened, print_json, print_table, say
from adapters.cli.workers import Parent, Worker, check_tables, started
from domain.errors import Misuse, Rejected

Organisation = Annotated[
    str, typer.Option("--organisation", metavar="ORG", help="Source organisation, for example urn-900001.")
]


def feedback(
    organisation: Organisation,
    since: Annotated[
        str | None, typer.Option(metavar="CURSOR", help="The `next` of the answer before; without it all.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many, in order.")] = 500,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Show what became of each event of an organisation since a cursor, and what it is asked to publish again.

    The answer is that of `GET /v1/feedback`: it says nothing of what other organisations hold.
    """
    from adapters.questions.feedback import check_cursor, read_page

    try:
        check_cursor(since)
    except Rejected as rejected:
        raise Misuse(f"--since: {rejected.rule}") from None
    with opened(data) as service, service.connect() as connection:
        try:
            page = read_page(connection, service.keys, [organisation], since, limit, service.schema_ids)
        except Rejected as rejected:
            raise Misuse(f"--since: {rejected.rule}") from None
    document = page.as_json(organisation)
    if as_json:
        print_json(document)
        return
    columns = ("at", "outcome", "event type", "event id", "reason", "field", "set aside")
    print_table(f"feedback for {organisation}", columns, [_line(one) for one in document["feedback"]])
    note(f"next: {page.next}" + (", there is more" if page.more else ""))


def _line(one: dict[str, Any]) -> tuple[object, ...]:
    at = one["at"][:16]
    if one["kind"] == "replay_requested":
        return at, "replay requested", one["event_type"], f"{one['from']} to {one['to']}", None, None, None
    aside = ", ".join(f"{part['field']} {part['reason']}" for part in one["set_aside"])
    return at, one["outcome"], one["event_type"], one["event_id"], one["reason"], one["field"], aside


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


def quality(
    organisation: Annotated[
        str | None, typer.Option("--organisation", metavar="ORG", help="Of this organisation only.")
    ] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Report the quality of what was sent: by organisation and event type, what became of it and for which reasons.

    `read = accepted + duplicate + conflict + kept`; each message counts once, as what it is now. What could not be read
    at all names no organisation. `late` is the median of days from writing down to taking in.
    """
    from adapters.questions.quality import quality as report
    from adapters.questions.quality import reasons_of

    with opened(data) as service, service.connect() as connection:
        lines = report(connection, organisation)
    if as_json:
        print_json({"quality": [line.as_json() for line in lines]})
        return
    columns = (
        "organisation",
        "event type",
        "read",
        "accepted",
        "duplicate",
        "conflict",
        "kept",
        "waiting",
        "late",
        "why",
    )
    rows = [
        (
            one.organisation or "not readable", one.event_type, one.read, one.accepted, one.duplicate, one.conflict, one.kept,
            one.waiting, one.late_days, ", ".join(reasons_of(one)),
        )
        for one in lines
    ]  # fmt: skip
    print_table("what became of what was sent", columns, rows)


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
