"""One child as a person reads it: who it is, who is around it, its timeline. The same answers with --json are not touched."""

from collections.abc import Sequence
from typing import Final

from adapters.cli import words
from adapters.cli.output import Document, say
from adapters.cli.reading import as_of, say_mended
from adapters.cli.words import Part
from domain.words import spaced

_AROUND: Final = ("service", "agency", "who", "contact", "dates", "status")


def show_found(answer: Document) -> None:
    """Children found, a line each."""
    rows = [
        (
            line["child"], words.starred(words.name_of(line["name"]), line), words.born(line),
            words.providers(line["school"]), words.providers(line["gp"]),
            len(line["involvements"]), ", ".join(words.lead(one) for one in line["lead"]),
        )
        for line in answer["children"]
    ]  # fmt: skip
    if rows:
        columns = ("child", "name", "born", "school", "GP", "involvements", "lead")
        words.table(f"Children, {as_of(answer)}", columns, rows)
    say_mended(answer)


def show_child(answer: Document) -> None:
    """One child's line of the index, then who works with it, the team around it, its assessments."""
    other = [_also(one) for one in answer["other_names"]]
    facts = {
        "child": answer["child"],
        "name": words.name_of(answer["name"]) + (f" (also {', '.join(other)})" if other else ""),
        "born": ", ".join(filter(None, (words.born(answer), words.ALIVE[answer["alive"]]))),
        "sex": answer["sex"] or words.NOTHING,
        **({"contested": told} if (told := words.contested(answer)) else {}),
        "identifiers": words.identifiers(answer),
        "address": "shielded: not shown" if answer["shielded"] else words.address(answer["address"]),
        "school": words.providers(answer["school"]),
        "GP": words.providers(answer["gp"]),
        "lead": "; ".join(_lead(one) for one in answer["lead"]) or "nobody leads",
        "reviews due": "; ".join(words.review(one) for one in answer["reviews_due"]) or words.NOTHING,
    }
    for name, value in facts.items():
        say(f"{name:<12} {words.plain(value)}")
    _say_mended(answer)
    say("")
    if answer["involvements"]:
        words.table(f"Involved, {as_of(answer)}", _AROUND, [_around(one) for one in answer["involvements"]])
    else:
        say(f"nobody else is involved, {as_of(answer)}")
    if answer["team"]:
        words.table("Team around the child", _AROUND, [_around(one) for one in answer["team"]])
    if answer["assessments"]:
        _show_assessments(answer["assessments"])


def _say_mended(answer: Document) -> None:
    if answer["being_mended"]:
        say(f"(!) {words.mended(answer)}")


def _lead(one: Part) -> str:
    seat = ", ".join(spaced(part) for part in (one["role"] or one["service"], one["scope"]) if part)
    reach = words.contact(one)
    return (
        f"{words.who(one)} ({seat}; {words.days(one)}; accepted {one['accepted']})"
        + (f", {reach}" if reach else "")
        + words.covered(one)
    )


def _also(one: Part) -> str:
    """Another name, and whose it is."""
    said = [by["agency_name"] or by["agency"] for by in one["told_by"] if by["agency"] is not None]
    what = [*(["former"] if one["use"] == "former" else []), *said]
    return words.name_of(one) + (f" [{', '.join(what)}]" if what else "")


def _around(one: Part) -> tuple[str, ...]:
    """A service or a member of the team, and how to reach it."""
    what = ", ".join(dict.fromkeys(spaced(part) for part in (one["service"], one.get("role")) if part))
    return what, words.whose(one), words.who(one), words.contact(one), words.days(one), words.status(one)


def _show_assessments(assessments: Sequence[Part]) -> None:
    rows = [
        (spaced(one["service"]), words.whose(one), words.who(one), words.contact(one), _assessed(one))
        for one in assessments
    ]
    words.table("Assessments", ("assessment", "held by", "who", "contact", "when"), rows)


def _assessed(one: Part) -> str:
    """How far an assessment has come: agencies may tell of its end alone."""
    if one["status"] == "open":
        return f"under way since {one['from']}"
    if one["status"] == "ended":
        return f"completed {one['to']}, begun {one['from']}"
    if one["why_status"] == "end_without_start":
        return f"completed {one['to']}, its start not told"
    return f"{words.days(one)}, {words.status(one)}"


def show_timeline(answer: Document) -> None:
    """One child's timeline, oldest first."""
    known = (words.ALIVE[answer["alive"]], f"known by {words.plain(words.identifiers(answer))}")
    say(f"{words.plain(answer['child'])}: {'; '.join(filter(None, known))}")
    _say_mended(answer)
    rows = [
        (
            entry["from"], entry["to"], words.kind(entry), words.whose(entry), words.who(entry),
            words.status(entry), entry["known_from"], words.events(entry),
        )
        for entry in answer["entries"]
    ]  # fmt: skip
    columns = ("from", "to", "what", "agency", "who", "status", "known from", "events")
    words.table(f"Timeline, {as_of(answer)}", columns, rows)
    if answer["kept_aside"]:
        say(f"kept in quarantine beside these: {answer['kept_aside']} (icr quarantine list)")
