"""`icr quarantine`: events kept in quarantine and conflicts; re-drive them, or reject them with a reason."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

import typer

from adapters.cli.asking import add_questions
from adapters.cli.output import KEPT_OR_FAILED, Data, Json, opened, print_json, print_table, say
from domain.errors import Misuse
from domain.questions import about
from domain.reasons import REASONS

app = add_questions(
    typer.Typer(no_args_is_help=True, help="Events kept in quarantine: list, show, re-drive, reject, clear."),
    about.ListKept,
    about.ShowKept,
)
Ids = Annotated[list[str], typer.Argument(metavar="ID...", help="Ids as `icr quarantine list` shows them.")]


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

    _check(reason)
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


def _check(reason: str | None) -> None:
    if reason is not None and reason not in REASONS:
        raise Misuse(f"a reason is one of: {', '.join(REASONS)}")
