"""The commands that ask questions, made of the table of questions: their options, the way to the door, the answer as printed."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from inspect import Parameter, Signature
from typing import Annotated, Any, Final
from uuid import UUID

import typer

from adapters.cli import (
    rendering,
    rendering_accesses,
    rendering_agencies,
    rendering_cases,
    rendering_child,
    rendering_officers,
)
from adapters.cli.output import KEPT_OR_FAILED, Data, Document, Json, note, print_json
from adapters.cli.reading import answered, read_identifier, read_search, read_text
from adapters.questions.table import BY_QUESTION, Row, option_of
from domain.errors import Misuse, Rejected
from domain.questions import about
from domain.questions.asking import AList, Field, Kind, Question, fields_of, is_required

_SHOWN: Final[Mapping[type[Question[Any]], Callable[[Document], None]]] = {
    about.FindChildren: rendering_child.show_found,
    about.ShowChild: rendering_child.show_child,
    about.ShowTimeline: rendering_child.show_timeline,
    about.ShowCaseload: rendering.show_caseload,
    about.ShowMyFamilies: rendering.show_my_families,
    about.ShowChanges: rendering.show_changes,
    about.ShowHandover: rendering.show_handover,
    about.ListGaps: rendering.show_gaps,
    about.ListFamilies: rendering.show_families,
    about.ShowFamily: rendering.show_family,
    about.ShowMeasures: rendering_agencies.show_measures,
    about.ReadFeedback: rendering_agencies.show_feedback,
    about.ShowQuality: rendering_agencies.show_quality,
    about.ListFeeds: rendering_agencies.show_feeds,
    about.ListKept: rendering_agencies.show_kept_events,
    about.ShowKept: rendering_agencies.show_kept_event,
    about.ListMended: rendering_agencies.show_mended,
    about.ListAccesses: rendering_accesses.show_accesses,
    about.ShowOwnAccesses: rendering_accesses.show_own_accesses,
    about.ReadNotice: rendering_accesses.show_notice,
    about.ReplayEntry: rendering_accesses.show_replayed,
    about.ExportLog: rendering_accesses.show_exported,
    about.ShowReach: rendering_accesses.show_reach,
    about.ExplainRefusal: rendering_accesses.show_refusal,
    about.ShowLogState: rendering_accesses.show_log_state,
    about.AskOfficers: rendering_officers.show_answer,
    about.ExportAnswer: rendering_officers.write_answer,
    about.ListCases: rendering_cases.show_cases,
    about.ShowCase: rendering_cases.show_case,
    about.ListHearings: rendering_cases.show_hearings,
    about.ShowHearing: rendering_cases.show_hearing,
    about.ShowSubjectAccess: rendering_cases.show_subject_access,
}
_Search = Annotated[
    str | None,
    typer.Option(
        "--search",
        metavar="-",
        help="Family name and date of birth from standard input, as NAME, DATE: no other process sees them.",
        show_default=False,
    ),
]


def _day(given: str, option: str) -> date:
    from adapters.codec.times import read_day

    return read_day(given, option)


def _known_at(given: str, option: str) -> str:
    from adapters.codec.times import KNOWN_AT_RULE, read_known_at

    if not read_known_at(given):
        raise Misuse(f"{option}: {KNOWN_AT_RULE}")
    return given


def _worker(given: str, option: str) -> str:
    if ":" not in read_text(given, option).strip(":"):
        raise Misuse(f"{option}: ORGANISATION:STAFF")
    return given


def _kept_event(given: str, _: str) -> UUID:
    try:
        return UUID(given)
    except ValueError:
        raise Misuse("an id is one that `icr quarantine list` shows") from None


# How a value is read, by its kind: what was typed, and the option that is named where it cannot be read.
_READ: Final[Mapping[Kind, Callable[[Any, str], Any]]] = {
    Kind.IDENTIFIER: lambda given, _: read_identifier(given),
    Kind.DAY: _day,
    Kind.KNOWN_AT: _known_at,
    Kind.WORKER: _worker,
    Kind.TEXT: read_text,
    Kind.ORGANISATION: read_text,
    Kind.KEPT_EVENT: _kept_event,
    Kind.RECORD: read_text,
}


_COMMON: Final = tuple(option_of(name, field) for name, field in fields_of(AList))


def add_questions(app: typer.Typer, *questions: type[Question[Any]]) -> typer.Typer:
    """A group with the commands of some questions added to it."""
    for question in questions:
        row = BY_QUESTION[question]
        app.command(row.command[-1], epilog=f"Example: {row.typed_example}")(command_of(row))
    return app


def command_of(row: Row) -> Callable[..., None]:
    """The command that asks a question: an option for each of its fields, those of where and how last."""

    def ask(data: Any, as_json: bool, search: str | None = None, **given: Any) -> None:  # noqa: ANN401
        if search is not None:
            given = _searched(search, given)
        answer = answered(data, _question(row, given))
        if answer is None:
            note(f"icr: {row.not_known}")
            raise typer.Exit(KEPT_OR_FAILED)
        if as_json:
            print_json(answer)
        else:
            _SHOWN[row.question](answer)
            if row.question is not about.ReadFeedback and answer.get("next"):
                note(f"icr: {answer['total']} in all; for the rest add --cursor {answer['next']}")
        if row.question is about.FindChildren:
            _say_found(answer)

    ask.__doc__ = row.says
    ask.__signature__ = Signature([*_options(row), *EVERYWHERE])  # type: ignore[attr-defined]
    ask.__annotations__ = {one.name: one.annotation for one in (*_options(row), *EVERYWHERE)}
    return ask


EVERYWHERE: Final = (
    Parameter("data", Parameter.KEYWORD_ONLY, default=None, annotation=Data),
    Parameter("as_json", Parameter.KEYWORD_ONLY, default=False, annotation=Json),
)


def _options(row: Row) -> list[Parameter]:
    options = []
    for name, field in fields_of(row.question):
        default = row.question.__dataclass_fields__[name].default
        options.append(parameter_of(name, field, Parameter.empty if is_required(row.question, name) else default))
    if row.question is about.FindChildren:
        options.append(Parameter("search", Parameter.KEYWORD_ONLY, default=None, annotation=_Search))
    return options


def parameter_of(name: str, field: Field, default: object) -> Parameter:
    """A field as an option, or as an argument where it is typed without one; required where `default` is `Parameter.empty`."""
    required = default is Parameter.empty
    says = f"{field.says}." + (
        " - reads it from standard input, where no other process sees it, as all see a command line."
        if field.kind is Kind.IDENTIFIER
        else ""
    )
    said: dict[str, Any] = {"help": says, "show_default": default is not None and field.kind is Kind.NUMBER}
    read: Any = {Kind.NUMBER: int, Kind.FLAG: bool}.get(field.kind, str)
    if field.kind is Kind.NUMBER:
        said |= {"min": field.least, "max": field.most}
    if field.kind is not Kind.FLAG:
        said["metavar"] = field.metavar
    made = typer.Argument(**said) if field.argument else typer.Option(option_of(name, field), **said)
    kind: Any = read if required or default is not None else read | None
    return Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, made])


def read_value(field: Field, given: Any, option: str) -> Any:  # noqa: ANN401 - as its kind is written
    """What was typed, as its kind is read; raises Misuse, or Rejected for an identifier or a date that fails its check."""
    reader = _READ.get(field.kind)
    formed = field.kind is not Kind.TEXT or field.pattern is None or given is None or re.fullmatch(field.pattern, given)
    if not formed:
        raise Misuse(f"{option}: {field.says}")
    return given if given is None or reader is None else reader(given, option)


def _question(row: Row, given: Mapping[str, Any]) -> Question[Any]:
    """The question that was typed. Raises Misuse, or Rejected for an identifier or a date that fails its check."""
    try:
        row.question(**given)  # what is missing is said before what is wrong
    except Rejected as rejected:
        named = [option_of(name, field) for name, field in fields_of(row.question) if field.kind is not Kind.FLAG]
        options = ", ".join(one for one in named if one not in _COMMON)
        raise Misuse(f"{' '.join(row.command)}: {rejected.rule} ({options})") from None
    fields = fields_of(row.question)
    return row.question(**{name: read_value(field, given[name], option_of(name, field)) for name, field in fields})


def _searched(search: str, given: Mapping[str, Any]) -> dict[str, Any]:
    if given["family"] is not None or given["born"] is not None:
        raise Misuse("child find takes either --search, or --family and --dob")
    family, born = read_search(search)
    return {**given, "family": family, "born": born}


def _say_found(answer: Document) -> None:
    if answer["refine"]:
        note("icr: more than ten children fit: ask with an identifier")
    elif not answer["children"]:
        note(f"icr: {BY_QUESTION[about.ShowChild].not_known}")
        raise typer.Exit(KEPT_OR_FAILED)


_GROUPS: Final[Mapping[str, tuple[str, tuple[type[Question[Any]], ...]]]] = {
    "child": (
        "One child: find it, show its line of the index, its timeline.",
        (about.FindChildren, about.ShowChild, about.ShowTimeline),
    ),
    "leads": (
        "Lead professionals: a worker's caseload, and where a lead is missing.",
        (about.ShowCaseload, about.ShowMyFamilies, about.ShowChanges, about.ShowHandover, about.ListGaps),
    ),
    "families": (
        "Families that have lost touch with services, and why it is thought so.",
        (about.ListFamilies, about.ShowFamily),
    ),
}
_ALONE: Final[Mapping[str, type[Question[Any]]]] = {
    "measures": about.ShowMeasures,
    "feedback": about.ReadFeedback,
    "quality": about.ShowQuality,
    "feeds": about.ListFeeds,
    "replay": about.ReplayEntry,
    "accesses": about.ListAccesses,
    "own_accesses": about.ShowOwnAccesses,
    "notice": about.ReadNotice,
    "reach": about.ShowReach,
    "why-not": about.ExplainRefusal,
    "sealed": about.ShowLogState,
    "exported": about.ExportLog,
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a group, or a command
    """A group or a command of `adapters.cli.main`, made when it is asked for: each is asked for alone."""
    if name in _GROUPS:
        says, questions = _GROUPS[name]
        return add_questions(typer.Typer(no_args_is_help=True, help=says), *questions)
    if name in _ALONE:
        return command_of(BY_QUESTION[_ALONE[name]])
    raise AttributeError(name)
