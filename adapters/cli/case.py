"""`icr case …`: officers' cases, where nobody signs in; where people do, cases are handled on the pages."""

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from adapters.cli.asking import add_questions
from adapters.cli.output import Data, Json, opened, print_json, say
from domain.cases.kinds import ASKED_BY, KINDS, OFFICES, OUTCOMES, STEPS
from domain.errors import Misuse, NothingKnown
from domain.questions import about

if TYPE_CHECKING:
    from adapters.commands.casework import Casework
    from adapters.service.opened import Service

_LONGEST: Final = 100_000

app = add_questions(
    typer.Typer(
        no_args_is_help=True,
        help="Officers' cases: open one, do what is done in it, answer, close it; a child's record for who asked for it.",
    ),
    about.ListCases,
    about.ShowCase,
    about.ListHearings,
    about.ShowHearing,
    about.ShowSubjectAccess,
)

By = Annotated[str, typer.Option("--by", metavar="ORGANISATION:STAFF", help="Who does it.")]
Case = Annotated[str, typer.Argument(metavar="CASE", help="A case as it is listed.")]
_WORDS: Final = "The words come from standard input, where no other process sees them."


@app.command(
    epilog="Example: echo 'A sample of this week.' | icr case open check --by la-808:P1 --concerned la-808:W2041"
)
def open(  # noqa: A001 - what it is called
    kind: Annotated[str, typer.Argument(metavar="KIND", help=f"One of {', '.join(KINDS)}.")],
    by: By,
    access: Annotated[
        list[str] | None, typer.Option("--access", metavar="ENTRY", help="An access that it is about; may be repeated.")
    ] = None,
    child: Annotated[
        bool, typer.Option("--child", help="It is about a child: the first line of standard input is SCHEME:VALUE.")
    ] = False,
    concerned: Annotated[
        str | None,
        typer.Option("--concerned", metavar="ORGANISATION:STAFF", help="The member of staff whom it is about."),
    ] = None,
    asked_by: Annotated[
        str | None, typer.Option("--asked-by", metavar="WHO", help=f"Of a request: one of {', '.join(ASKED_BY)}.")
    ] = None,
    aware_at: Annotated[
        str | None,
        typer.Option("--aware-at", metavar="TIME", help="Of a breach: when you became aware of it, with its zone."),
    ] = None,
    office: Annotated[
        str, typer.Option("--office", metavar="ROLE", help=f"Whose case it is: {' or '.join(OFFICES)}.")
    ] = OFFICES[0].value,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Open a case: from then on its officers see the content of the accesses that it is about.

    The words come from standard input, where no other process sees them: why it is opened. Opened again with the same words on the
    same day it is the same case.
    """
    from domain.cases.work import Opening

    identifier, text = _child_and_words() if child else (None, _words())
    said = Opening(kind, text, tuple(access or ()), identifier, concerned, asked_by, _instant(aware_at))
    with opened(data) as service:
        reference = _casework(service, by).open(office, said)
    print_json({"case": reference}) if as_json else say(reference)


@app.command(
    epilog="Example: echo 'She was shown the log.' | icr case note k-0f6d2c1e8b7a4935a1c2d3e4f5061728 noted --by la-808:P1"
)
def note(
    case: Case,
    step: Annotated[
        str,
        typer.Argument(metavar="STEP", help=f"One of {', '.join(_step for _step in STEPS if _step != 'answered')}."),
    ],
    by: By,
    item: Annotated[
        str | None,
        typer.Option(
            "--item", metavar="ID", help="What it is done with: a proposal, a fact, an access or an organisation."
        ),
    ] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Do something in a case: note it, ask the member of staff, record who was told, decide what is given.

    The words come from standard input.
    """
    _do(data, case, by, step, item, _words(), as_json=as_json)


@app.command(
    epilog="Example: echo 'I cover for her lead.' | icr case answer k-0f6d2c1e8b7a4935a1c2d3e4f5061728 --by la-808:W2041"
)
def answer(case: Case, by: By, data: Data = None, as_json: Json = False) -> None:
    """Answer what a case asks, as the member of staff whom it is about. The words come from standard input."""
    _do(data, case, by, "answered", None, _words(), as_json=as_json)


@app.command(
    epilog="Example: echo 'She had a reason.' | icr case close k-0f6d2c1e8b7a4935a1c2d3e4f5061728 not_upheld --by la-808:P1 "
    "--unheard 'Nothing is left to ask.'"
)
def close(
    case: Case,
    outcome: Annotated[str, typer.Argument(metavar="OUTCOME", help=f"One of {', '.join(OUTCOMES)}.")],
    by: By,
    unheard: Annotated[
        str | None,
        typer.Option("--unheard", metavar="TEXT", help="Why the member of staff's answer is not waited for."),
    ] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Close a case with what came of it. The words come from standard input: why."""
    text = _words()
    with opened(data) as service:
        try:
            _casework(service, by).close(case, outcome, text, unheard)
        except NothingKnown:
            raise Misuse(_NO_CASE) from None
    print_json({"case": case, "outcome": outcome}) if as_json else say(f"closed: {OUTCOMES[outcome]}")


_NO_CASE: Final = "no case of yours is known by that"


def _do(data: Path | None, case: str, by: str, step: str, item: str | None, text: str, *, as_json: bool) -> None:
    with opened(data) as service:
        try:
            _casework(service, by).step(case, step, item, text or None)
        except NothingKnown:
            raise Misuse(_NO_CASE) from None
    print_json({"case": case, "step": step}) if as_json else say("recorded")


def _casework(service: "Service", by: str) -> "Casework":
    from adapters.commands.casework import Casework
    from adapters.commands.granting import read_worker
    from domain.access.viewer import Role, Viewer

    if service.settings.people_sign_in:
        raise Misuse("people sign in to this service: cases are handled on its pages, by who holds the office")
    worker = read_worker(by)
    return Casework(service, Viewer(by, Role.OPERATOR, worker.organisation))


def _child_and_words() -> tuple[str, str]:
    identifier, _, text = _words().partition("\n")
    return identifier.strip(), text.strip()


def _words() -> str:
    """What stands on standard input, as it is kept. Raises Misuse for bytes that are no text."""
    from adapters.commands.casework import as_kept

    try:
        return as_kept(sys.stdin.read(_LONGEST))
    except UnicodeDecodeError:
        raise Misuse("standard input holds text, as UTF-8") from None


def _instant(given: str | None) -> datetime | None:
    if given is None:
        return None
    from adapters.codec.times import read_known_at

    read = read_known_at(given)
    if not isinstance(read, datetime):
        raise Misuse("--aware-at: an instant with its zone, as 2025-12-19T10:00:00+00:00")
    return read
