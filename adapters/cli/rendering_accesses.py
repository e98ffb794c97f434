"""Accesses as a person reads them: a list of entries, and one replayed."""

import json
from typing import Any, Final

from adapters.cli.output import Document, print_table, say
from adapters.cli.words import table
from domain.answers.reach import ANYBODY, EXTENTS, SAYING
from domain.answers.verdicts import DIFFERENCES, verdict
from domain.words import spaced

_LISTED: Final = ("entry", "at", "viewer", "role", "question", "outcome", "children")


def show_accesses(answer: Document) -> None:
    """Entries of the access log, the newest first."""
    rows = [
        (
            one["entry"],
            one["at"][:19].replace("T", " "),
            one["viewer"],
            one["role"],
            one["question"],
            one["outcome"],
            one["children"],
            *(() if one["proved"] is None else (one["proved"].replace("_", " "), one["derived"].replace("_", " "))),
        )
        for one in answer["accesses"]
    ]
    replayed = any(one["proved"] for one in answer["accesses"])
    table("accesses", (*_LISTED, "proved", "worked out again") if replayed else _LISTED, rows)


def show_exported(answer: Document) -> None:
    """What an export of the access log holds."""
    published = answer["published"]
    covered = (
        "no checkpoint" if published is None else f"a checkpoint of {published['leaves']}, {published['published_at']}"
    )
    say(f"{answer['leaves']} leaves, {answer['waiting']} entries without a leaf; {covered}")


def show_own_accesses(answer: Document) -> None:
    """Somebody's own entries, the newest first, as they may read them."""
    rows = [
        (one["entry"], one["at"][:19].replace("T", " "), one["question"], one["outcome"], one["because"] or "")
        for one in answer["accesses"]
    ]
    table("own accesses", ("entry", "at", "question", "outcome", "because"), rows)


def show_notice(answer: Document) -> None:
    """The notice for staff."""
    say(f"Notice for staff, version {answer['version']}")
    for section in answer["sections"]:
        say("\n".join(("", section["heading"], *section["paragraphs"])))


def show_replayed(answer: Document) -> None:
    """One access: who, what, whether it is proved, whether it comes out the same, and what was shown."""
    print_table(
        f"entry {answer['entry']}",
        ("", ""),
        [(name, _text(answer[key])) for name, key in _ROWS],
    )
    for sentence in verdict(answer["proved"], answer["derived"], answer["because"], answer["first_differing"]):
        say(sentence)
    if (gone := answer["given_up"]) is not None:
        years = "1 year" if gone["years"] == 1 else f"{gone['years']} years"
        say(f"given up with {gone['month']}: {gone['entries']} entries, kept for {years} ({gone['source']}); {gone['erasure']}, "
            f"proposed by a {spaced(gone['proposed_by'])}, confirmed by a {spaced(gone['confirmed_by'])}")  # fmt: skip
    if answer["content"] is not None:
        say(json.dumps(answer["content"], indent=1, ensure_ascii=False))
    if answer["today"] is not None:
        _show_today(answer["today"])


def _show_today(answer: Document) -> None:
    """What the same question answers today: which parts differ, and all of it."""
    rows = [
        (
            one["record"] or one["child"] or "of no child",
            "new" if one["part"] is None else one["part"],
            DIFFERENCES[one["why"]],
        )
        for one in answer["differences"]
    ]
    print_table(f"today, as at {answer['effective_at']}", ("of", "part", "why it differs"), rows)
    say(json.dumps(answer["content"], indent=1, ensure_ascii=False))


def show_reach(answer: Document) -> None:
    """How many people could open a record, by what lets them."""
    table("who could open it", _REACH, [_people(one) for one in answer["by_rule"]])
    say(f"{answer['people']} people in all")
    if answer["kept_away"]:
        table("kept away from it", _REACH, [_people(one) for one in answer["kept_away"]])
    say(f"Whoever else signs in: {ANYBODY[answer['anybody']]}")


_REACH: Final = ("rule", "says", "must say", "shows", "people")


def _people(one: dict[str, Any]) -> tuple[Any, ...]:
    return one["rule"], one["says"], SAYING[one["saying"]], EXTENTS[one["shows"]], one["people"]


def show_refusal(answer: Document) -> None:
    """Why somebody was refused: each rule, what it lacked, and what was near."""
    rows = [(one["rule"], "it decided" if not one["lacks"] else " ".join(one["lacks"])) for one in answer["tried"]]
    table(f"{answer['viewer']}, {answer['question']}, {answer['day']}", ("rule", "what it lacked"), rows)
    for sentence in answer["nearly"]:
        say(sentence)
    say(f"{'refused' if answer['refused'] else 'let see'} by {answer['decided']}: {answer['says']}")


def show_log_state(answer: Document) -> None:
    """How far the log is sealed and published, and whether the last leaves are what was signed."""
    sealed, published, checked = answer["last_sealed"], answer["published"], answer["checked"]
    rows = [
        ("leaves", answer["leaves"]),
        ("entries without a leaf", answer["waiting"]),
        ("last sealed", "none" if sealed is None else f"{sealed['entry']}, leaf {sealed['leaf']}, of {sealed['at']}"),
        (
            "last published",
            "none" if published is None else f"{published['leaves']} leaves, {published['published_at']}",
        ),
        ("waits for a checkpoint", "nothing" if answer["waits_seconds"] is None else f"{answer['waits_seconds']} s"),
        ("verifier key", answer["verifier_key"] or "not here: see icr access key"),
    ]
    if checked is not None:
        found = ", ".join(checked["found"]) or "as signed"
        rows.append(("checked", f"leaves {checked['first']} to {checked['last']}: {found}"))
    print_table("access log", ("", ""), rows)


_ROWS: Final = (
    ("at", "at"),
    ("viewer", "viewer"),
    ("for", "organisation"),
    ("role", "role"),
    ("signed in by", "acr"),
    ("by", "channel"),
    ("through", "client"),
    ("purpose", "purpose"),
    ("asked", "question"),
    ("as at", "effective_at"),
    ("as known at position", "position"),
    ("outcome", "outcome"),
    ("rules", "rules"),
    ("withheld", "withheld"),
    ("leaf", "leaf"),
)


def _text(value: Any) -> str:  # noqa: ANN401 - a value of an answer
    return ", ".join(value) if isinstance(value, list) else "" if value is None else str(value)
