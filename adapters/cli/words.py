"""Parts of answers in the words a person reads: names, dates, entries, gaps, reviews. Each is one line of text."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from adapters.cli.output import print_table
from domain.words import spaced

Part = Mapping[str, Any]

# Of a child who is unborn, or of whom nobody told a birth, nothing is said: it is no sign that anything is wrong.
ALIVE: Final = {True: "alive", False: "died", None: ""}
NOTHING: Final = "-"
_EVENT: Final = 8  # characters of an event's id: it need only be told from those beside it
_LIST_MOST: Final = 6  # events named in a cell; all of them are in --json


def plain(value: object) -> str:
    """Some value of an agency's as one line of text: it may hold what would move the cursor or be read as a colour."""
    text = "" if value is None else str(value)
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)


def cell(value: object) -> str:
    """The same for a table, where square brackets are read as colours."""
    from rich.markup import escape

    return escape(plain(value))


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A table whose cells are some agency's values or counts."""
    print_table(title, columns, [[value if isinstance(value, int) else cell(value) for value in row] for row in rows])


def name_of(part: Part | None) -> str:
    """A person's name."""
    if part is None:
        return "name not known"
    return " ".join(filter(None, [*(part.get("given") or ()), part.get("family")])) or "name not known"


def events(part: Part) -> str:
    """The first events that something rests on, by the beginning of their ids; `--json` has them whole."""
    named = [event[:_EVENT] for event in part["events"]]
    rest = len(named) - _LIST_MOST
    return ", ".join(named[:_LIST_MOST]) + (f" and {rest} more" if rest > 0 else "")


def mended(part: Part) -> str:
    """What to know where part of a child's record could not be brought up to date; nothing where it is."""
    since = part.get("being_mended")
    return f"part of this record could not be brought up to date since {since}: ask the agencies" if since else ""


def starred(text: str, part: Part) -> str:
    """A cell about a child, with a sign where its record is being mended."""
    return f"{text} (!)" if part.get("being_mended") else text


def days(part: Part) -> str:
    """From which day to which."""
    return f"{part['from'] or '?'} to {part['to'] or '…'}"


def whose(entry: Part) -> str:
    """Provider or agency of an entry, by its name where it is registered."""
    agency, provider = entry["agency"], entry["provider"]
    code = provider or agency
    if code is None:
        return "not shown"
    own = agency is not None and code in (agency, agency.partition("-")[2])
    return f"{entry['agency_name']} ({code})" if own and entry.get("agency_name") else str(code)


def who(entry: Part) -> str:
    """Worker and team of an entry, with the name where it is known, and whether the worker has left."""
    named = [_known(entry, role, "name") for role in ("worker", "team")]
    told = [names[0] if names else entry.get(role) for role, names in zip(("worker", "team"), named, strict=True)]
    if entry.get("worker_left"):
        told[0] = f"{told[0]} (left {entry['worker_left']})"
    return ", ".join(filter(None, told))


def lead(one: Part) -> str:
    """Who leads, and who covers meanwhile."""
    return who(one) + covered(one)


def covered(one: Part) -> str:
    """Who covers for a lead, since when, and how to reach it; nothing where nobody does."""
    told = []
    for cover in one.get("covered_by") or ():
        reach = contact(cover)
        told.append(f", covered by {who(cover)} since {cover['from']}" + (f", {reach}" if reach else ""))
    return "".join(told)


def contact(entry: Part) -> str:
    """How to reach worker and team: as the event says, as they are registered, and by the team's duty line."""
    told = [one for role in ("worker", "team") for one in _known(entry, role, "contact")]
    return "; ".join([*([", ".join(dict.fromkeys(told))] if told else []), *_duty_line(entry)])


def _known(entry: Part, role: str, what: str) -> list[str]:
    """What the event and the register say of a worker or team."""
    said = ((entry.get(source) or {}).get(role) or {} for source in ("contact", "registered"))
    return [one[what] for one in said if one.get(what)]


def _duty_line(entry: Part) -> list[str]:
    line = entry.get("duty_line")
    if not line:
        return []
    hours = ", ".join(f"{one['days']} {one['from']}-{one['to']}" for one in line["hours"])
    return [f"duty line {line['contact'] or 'without contact'}" + (f" ({hours})" if hours else "")]


def address(part: Part | None) -> str:
    """Where a child lives."""
    if part is None:
        return NOTHING
    words = {
        "none_known": "no known address",
        "left_england": f"left England, return: {part.get('return') or 'unknown'}",
    }
    status = str(part["status"])
    if status in words:
        return f"{words[status]} (from {part['from']})"
    where = ", ".join(filter(None, [*(part.get("lines") or ()), part.get("postcode")])) or "not stated"
    kind = f", {spaced(part['residence'])}" if part.get("residence") else ""
    return f"{where} ({spaced(status)} from {part['from']}{kind})"


def born(line: Part) -> str:
    """Date of birth, or the expected one."""
    if line.get("date_of_birth"):
        return str(line["date_of_birth"])
    return f"expected {line['expected_date']}" if line.get("expected_date") else "not known"


def contested(line: Part) -> str:
    """The dates of birth and the sexes that agencies tell, where they do not agree, each with whose word it is."""
    told = [(one["date_of_birth"], one["told_by"]) for one in line["dates_of_birth_told"]]
    told += [(f"sex {one['sex']}", one["told_by"]) for one in line["sexes_told"]]
    return "; ".join(f"{value} by {_agencies(by)}" for value, by in told)


def _agencies(told_by: Sequence[Part]) -> str:
    return ", ".join(by["agency_name"] or by["agency"] or "not said" for by in told_by)


def identifiers(answer: Part) -> str:
    """By which schemes a child is known."""
    return ", ".join(f"{one['scheme']} ({one['status']})" for one in answer["identifiers"]) or NOTHING


def providers(entries: Sequence[Part]) -> str:
    """Schools or practices with their days."""
    return "; ".join(f"{whose(one)} {days(one)}" for one in entries) or NOTHING


def kind(entry: Part) -> str:
    """What an entry tells of."""
    words = spaced(entry["kind"])
    if entry.get("sessions"):
        return f"{words}: " + ", ".join(f"{count} {spaced(word)}" for word, count in entry["sessions"].items())
    said = [spaced(one) for one in (entry["service"], entry.get("role"), entry.get("scope")) if one]
    more = ", ".join(one for one in dict.fromkeys(said) if one != words)
    return f"{words}: {more}" if more else words


def status(entry: Part) -> str:
    """An entry's status, why, when it was last confirmed, and the reason that was given."""
    why = f" ({spaced(entry['why_status'])})" if entry["why_status"] else ""
    confirmed = f", last confirmed {entry['last_confirmed']}" if entry["last_confirmed"] else ""
    reason = f", {spaced(entry['reason'])}" if entry["reason"] else ""
    return f"{entry['status']}{why}{confirmed}{reason}"


def gap(one: Part) -> str:
    """A gap of a lead, or an indicator in its shape."""
    return f"{spaced(one['rule'])} since {one['since']}{_unsure(one)}"


def indicator(one: Part) -> str:
    """An indicator of a family."""
    return f"{spaced(one['id'])} since {one['since']}{_unsure(one)}"


def gap_of(one: Part) -> str:
    """A gap, and of which child."""
    return f"{name_of(one['name'])}: {gap(one)}"


def indicator_of(one: Part) -> str:
    """An indicator of a family, and of which child."""
    return f"{name_of(one['name'])}: {indicator(one)}"


def concerned(one: Part) -> str:
    """The workers and agencies whose word a gap or an indicator rests on, by name where that is known."""
    workers = [who["worker_name"] or who["worker"] for who in one["workers"]]
    agencies = [
        f"{by['agency_name']} ({by['agency']})" if by["agency_name"] else by["agency"] for by in one["agencies"]
    ]
    return "; ".join(filter(None, [", ".join(workers), ", ".join(agencies)])) or NOTHING


def area(family: Part) -> str:
    """The area of a family, and whether it is only where it lived last."""
    return f"{family['area'] or NOTHING}{' (last known)' if family['last_known'] else ''}"


def _unsure(one: Part) -> str:
    """What is added to a gap or an indicator whose feed was not heard."""
    return "" if one["status"] == "true" else f" (not known: {one['feed']} not heard)"


def review(one: Part) -> str:
    """A review that is due, of what, and whether it is overdue."""
    of = spaced(one["service"])
    words = spaced(one["kind"]) if spaced(one["kind"]) == of else f"{spaced(one['kind'])} ({of})"
    return f"{words} {one['due']}{' (overdue)' if one['overdue'] else ''}"
