"""`icr quarantine`: events kept in quarantine and conflicts; re-drive them, or reject them with a reason."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final
from uuid import UUID

import typer

from adapters.cli.output import KEPT_OR_FAILED, Data, Json, note, opened, print_json, print_table, say
from domain.errors import Misuse
from domain.reasons import REASONS

if TYPE_CHECKING:
    from adapters.log.quarantine_rows import KeptEvent

app = typer.Typer(no_args_is_help=True, help="Events kept in quarantine: list, show, re-drive, reject, clear.")

STATES: Final = ("waiting", "ready", "released", "replaced", "rejected", "shown")
Ids = Annotated[list[str], typer.Argument(metavar="ID...", help="Ids as `icr quarantine list` shows them.")]


def _line(aside: "KeptEvent") -> dict[str, Any]:
    """What may be seen of a kept event without its content."""
    return {
        "id": str(aside.id),
        "kind": aside.kind,
        "state": aside.state,
        "reason": aside.reason,
        "field": aside.field,
        "rule": aside.rule,
        "event_type": aside.event_type,
        "organisation": aside.organisation,
        "received_at": aside.received_at.isoformat(),
        "note": aside.note,
        "length": aside.length,
        "stored": aside.stored,
        "whole": aside.whole,
    }


@app.command("list", epilog="Example: icr quarantine list --reason waits_for")
def list_(
    reason: Annotated[str | None, typer.Option(help="Only with this reason.")] = None,
    state: Annotated[
        str | None, typer.Option(help="Only in this state; without it those not settled, and conflicts.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, oldest first.")] = 1000,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """List events kept in quarantine and conflicts, oldest first, without their content."""
    from adapters.commands.quarantine import Quarantine

    _check(reason, state)
    with opened(data) as service:
        found, total = Quarantine(service).find(reason, state, limit)
    lines = [_line(one) for one in found]
    if as_json:
        print_json({"total": total, "aside": lines})
        return
    columns = ("id", "kind", "state", "reason", "field", "event type", "organisation", "received")
    rows = [
        (o.id, o.kind, o.state, o.reason, o.field, o.event_type, o.organisation, f"{o.received_at:%Y-%m-%d %H:%M}")
        for o in found
    ]
    print_table(f"{len(found)} of {total} kept events", columns, rows)


@app.command(epilog="Example: icr quarantine show 4f0c… --content")
def show(
    aside: Annotated[str, typer.Argument(metavar="ID")],
    content: Annotated[bool, typer.Option("--content", help="Also what was sent: personal data.")] = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Show why one event is kept; its content only when asked for."""
    from adapters.commands.quarantine import Quarantine

    [wanted] = _ids([aside])
    with opened(data) as service:
        one, sent = Quarantine(service).show(wanted)
    line = {**_line(one), "means": REASONS[one.reason].sentence, "source": REASONS[one.reason].source}
    if content:
        line["content"] = sent
    elif not one.whole and not as_json:
        note(f"{one.stored} of {one.length} bytes are stored: it cannot be recorded again")
    if as_json:
        print_json(line)
        return
    for name, value in line.items():
        if value is not None:
            say(f"{name.replace('_', ' '):<14}{value}")


@app.command(epilog="Example: icr quarantine redrive --reason unknown_schema")
def redrive(
    asides: Annotated[list[str] | None, typer.Argument(metavar="[ID...]")] = None,
    reason: Annotated[str | None, typer.Option(help="All that are kept for this reason.")] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Record kept events again: those named, those of a reason, or without either those that became ready.

    What is not stored whole cannot be recorded again, and is left out. Ends with 1 when some are still kept.
    """
    from adapters.commands.quarantine import Quarantine

    _check(reason, None)
    if asides and reason:
        raise Misuse("name ids or a reason, not both")
    wanted = _ids(asides) if asides else None
    with opened(data) as service:
        counts = Quarantine(service).redrive(wanted, reason)
    if as_json:
        print_json(counts.as_json())
    else:
        say(
            f"read {counts.read}: accepted {counts.accepted}, duplicate {counts.duplicate}, "
            f"conflict {counts.conflict}, kept {counts.kept}"
        )
    if counts.kept:
        raise typer.Exit(KEPT_OR_FAILED)


@app.command(epilog="Example: icr quarantine reject 4f0c… --note 'test message, agreed with the sender'")
def reject(
    asides: Ids,
    note: Annotated[str, typer.Option(help="Why; kept with the event. No personal data.")],
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Settle kept events for good. Ends with 1 when some were not waiting any more."""
    from adapters.commands.quarantine import Quarantine

    if not note.strip():
        raise Misuse("--note says why")
    wanted = _ids(asides)
    with opened(data) as service:
        rejected = Quarantine(service).reject(wanted, note.strip())
    if as_json:
        print_json({"asked": len(wanted), "rejected": rejected})
    else:
        say(f"rejected {rejected} of {len(wanted)}")
    if rejected < len(wanted):
        raise typer.Exit(KEPT_OR_FAILED)


@app.command(epilog="Example: icr quarantine clear")
def clear(data: Data = None, as_json: Json = False) -> None:
    """Clear what is older than the settings say, and show what each organisation has in the quarantine.

    Settled events and conflicts go after quarantine_settled_days, waiting ones after quarantine_waiting_days and only once
    their agency was told over Kafka, feedback after feedback_days. What is cleared stays counted. `icr project` does the
    same once an hour.
    """
    from adapters.commands.quarantine import Quarantine

    with opened(data) as service:
        quarantine, quota = Quarantine(service), service.settings.quota
        cleared, used = quarantine.clear(), quarantine.use()
    if as_json:
        lines = [{"organisation": one.organisation, "rows": one.rows, "bytes": one.bytes} for one in used]
        most = {"rows": quota.rows, "bytes": quota.bytes}
        print_json({"cleared": cleared._asdict(), "quota": most, "used": lines})
        return
    say(f"cleared: settled {cleared.settled}, waiting {cleared.waiting}, feedback {cleared.feedback}")
    rows = [(one.organisation or "not readable", one.rows, one.bytes) for one in used]
    print_table(
        f"in the quarantine, of {quota.rows} rows and {quota.bytes} bytes each", ("organisation", "rows", "bytes"), rows
    )


def _ids(texts: Sequence[str]) -> list[UUID]:
    try:
        return list(dict.fromkeys(UUID(text) for text in texts))
    except ValueError:
        raise Misuse("an id is one that `icr quarantine list` shows") from None


def _check(reason: str | None, state: str | None) -> None:
    if reason is not None and reason not in REASONS:
        raise Misuse(f"a reason is one of: {', '.join(REASONS)}")
    if state is not None and state not in STATES:
        raise Misuse(f"a state is one of: {', '.join(STATES)}")
