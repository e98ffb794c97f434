"""`icr decide`: what people decide of a child. Each command is decided on what the log holds, and appended as an event."""

from collections.abc import Callable
from typing import Annotated

import typer

from adapters.cli.output import Data, Json, opened, print_json, say
from adapters.cli.reading import read_identifier, read_text
from domain.errors import Misuse
from domain.leads.commands import DECISIONS, Command, Decision

app = typer.Typer(
    no_args_is_help=True,
    help="Decide who leads, who is in the team around a child, and say that one's own work with it starts, goes on or ends.",
)

_EXAMPLES = {
    "role": "--role lead_practitioner",
    "scope": "--scope child",
    "service": "--service 'early help'",
    "provision": "--provision additional",
}

Identifier = Annotated[
    str, typer.Option("--id", metavar="-", help="The child: - reads SCHEME:VALUE from standard input, one line.")
]
Worker = Annotated[
    str, typer.Option("--worker", metavar="ORGANISATION:STAFF", help="Whose lead, membership or work it is.")
]
On = Annotated[str | None, typer.Option("--on", metavar="DATE", help="The day from which it holds; today without it.")]
Role = Annotated[
    str | None, typer.Option("--role", help="Of a lead: lead_practitioner or lead_child_protection_practitioner.")
]
Scope = Annotated[str | None, typer.Option("--scope", help="Of a lead: child or family.")]
Service = Annotated[str | None, typer.Option("--service", help="Of a team or an involvement: which, in plain words.")]
Provision = Annotated[str | None, typer.Option("--provision", help="Of an involvement: universal or additional.")]
Reason = Annotated[str | None, typer.Option("--reason", help="Of an end: why, as one code.")]


def _made(name: str, decision: Decision) -> Callable[..., None]:
    def run(
        identifier: Identifier,
        worker: Worker,
        role: Role = None,
        scope: Scope = None,
        service: Service = None,
        provision: Provision = None,
        reason: Reason = None,
        on: On = None,
        data: Data = None,
        as_json: Json = False,
    ) -> None:
        from adapters.codec.times import read_day
        from adapters.commands.decided import Commands
        from adapters.process.clock import today
        from domain.dates import to_day

        child = read_identifier(identifier)
        organisation, _, staff = read_text(worker, "--worker").rpartition(":")
        if not organisation or not staff:
            raise Misuse("--worker: ORGANISATION:STAFF")
        day = None if on is None else read_day(on, "--on")
        with opened(data) as open_service:
            asked = Command(
                {"organisation": organisation, "staff_id": staff, "name": None, "contact": None},
                to_day(day or today(open_service.clock)),
                *(None if text is None else read_text(text, "an option") for text in (role, scope, service, provision, reason)),
            )
            commands = Commands(open_service)
            try:
                outcome = commands.run(name, child or "", asked)
            finally:
                commands.close()
        if as_json:
            print_json({"command": name, "event_type": decision.event_type, "outcome": outcome.outcome, "position": outcome.position})
        else:
            say(f"{decision.event_type} is recorded")

    run.__doc__ = f"{decision.title}.\n\n    It is refused where the child's timeline speaks against it, with the rule that refuses."
    return run


def _example(name: str, decision: Decision) -> str:
    options = " ".join(_EXAMPLES[field] for field in decision.needs)
    return f"Example: echo nhs:9990200017 | icr decide {name} --id - --worker la-808:W2041 {options} --on 2025-12-19"


for _name, _decision in DECISIONS.items():
    app.command(_name, epilog=_example(_name, _decision))(_made(_name, _decision))
