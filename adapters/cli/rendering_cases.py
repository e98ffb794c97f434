"""Officers' cases as a person reads them: a list, one with its steps, what one asks, and a record as it is given."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from adapters.cli.output import Document, print_table, say
from adapters.cli.words import cell, name_of, plain, table
from domain.cases.kinds import ASKED_BY, KINDS, OUTCOMES, STEPS
from domain.cases.subject_access import BY_ID
from domain.words import spaced

_LISTED: Final = ("case", "kind", "organisation", "state", "opened", "by", "due", "")
_MINUTES: Final = 16  # of an instant, down to the minute


def show_cases(answer: Document) -> None:
    """Cases, the newest first."""
    rows = [
        (
            one["case"], KINDS[one["kind"]].title, one["organisation"], one["state"], _moment(one["opened_at"]), one["opened_by"],
            _moment(one["due_at"]), "overdue" if one["overdue"] else "answered" if one["answered"] else "",
        )
        for one in answer["cases"]
    ]  # fmt: skip
    table("cases", _LISTED, rows)


def show_case(answer: Document) -> None:
    """A case: what it is about, what was done in it, and what came of it."""
    rows = [
        ("kind", KINDS[answer["kind"]].title),
        ("state", answer["state"]),
        ("of", f"{answer['organisation']}, {spaced(answer['office'])}"),
        ("opened", f"{_moment(answer['opened_at'])} by {answer['opened_by']}"),
        ("because", answer["text"]),
        ("accesses", ", ".join(answer["accesses"])),
        ("child", answer["child"]),
        ("member of staff", answer["concerned"]),
        ("asked by", ASKED_BY.get(answer["asked_by"], "")),
        ("due", f"{_moment(answer['due_at'])}{', overdue' if answer['overdue'] else ''}"),
    ]
    print_table(f"case {answer['case']}", ("", ""), [(name, cell(text)) for name, text in rows if text])
    if answer["steps"]:
        table("done", ("when", "by", "what", "with", "words"), [_step(one) for one in answer["steps"]])
    closing = answer["closing"]
    if closing is not None:
        say(
            f"closed {_moment(closing['at'])} by {closing['by']}: {OUTCOMES[closing['outcome']]}. {plain(closing['text'])}"
        )
    elif answer["waits_for_answer"]:
        say("it waits for the answer of the member of staff")


def show_hearings(answer: Document) -> None:
    """The cases that ask somebody."""
    rows = [
        (
            one["case"],
            KINDS[one["kind"]].title,
            one["state"],
            _moment(one["asked_at"]),
            "yes" if one["answered"] else "no",
        )
        for one in answer["hearings"]
    ]
    table("questions to you", ("case", "kind", "state", "asked", "answered"), rows)


def show_hearing(answer: Document) -> None:
    """What a case asks, and what was answered."""
    said = [("asked", one) for one in answer["asked"]] + [("answered", one) for one in answer["answers"]]
    table(
        f"case {answer['case']}", ("", "when", "words"), [(what, _moment(one["at"]), one["text"]) for what, one in said]
    )


def show_subject_access(answer: Document) -> None:
    """A record as it is decided by or given; whole with --json."""
    record = answer["record"]
    if record is None:
        say("nothing is held of this child")
    else:
        say(
            f"{plain(name_of(record['name']))}: {len(record['entries'])} entries of {len(record['sources'])} organisations"
        )
        say(json.dumps(record, indent=1, ensure_ascii=False))
    table(
        "who has seen it",
        ("when", "who", "organisation", "what for"),
        [_recipient(one) for one in answer["recipients"]],
    )
    if answer["proposals"]:
        table(
            "proposed for leaving out",
            ("proposal", "what", "grounds", "decision", "by"),
            [_proposal(one) for one in answer["proposals"]],
        )
    for one in answer["left_out"]:
        say(f"left out: {one['count']}. {BY_ID[one['ground']].says} ({one['law']})")
    if answer["undecided"]:
        say(f"{answer['undecided']} proposals are not decided yet")


def _step(one: Mapping[str, Any]) -> Sequence[object]:
    return _moment(one["at"]), one["by"], STEPS[one["step"]].title, one["item"] or "", one["text"] or ""


def _recipient(one: Mapping[str, Any]) -> Sequence[object]:
    return _moment(one["at"]), one["viewer"], one["organisation"] or "", spaced(one["purpose"])


def _proposal(one: Mapping[str, Any]) -> Sequence[object]:
    place = "" if one["place"] is None else f" {one['place']}"
    grounds = "; ".join(BY_ID[ground].says for ground in one["grounds"])
    return one["proposal"], f"{one['what']}{place}", grounds, spaced(one["decision"]), one["by"] or ""


def _moment(at: str | None) -> str:
    return "" if at is None else at[:_MINUTES].replace("T", " ")
