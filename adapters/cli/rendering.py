"""Answers as a person reads them: tables and a few lines. The same answers with --json are not touched."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from adapters.cli.output import Document, print_table, say
from adapters.cli.reading import as_of

Part = Mapping[str, Any]

_WORDS: Final = {True: "alive", False: "died", None: "not known to be alive"}
_NOTHING: Final = "-"
_LIST_MOST: Final = 6  # events named in a cell; all of them are in --json


def plain(value: object) -> str:
    """Some value of an agency's as one line of text: it may hold what would move the cursor or be read as a colour."""
    text = "" if value is None else str(value)
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)


def cell(value: object) -> str:
    """The same for a table, where square brackets are read as colours."""
    from rich.markup import escape

    return escape(plain(value))


def _table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    print_table(title, columns, [[value if isinstance(value, int) else cell(value) for value in row] for row in rows])


def name_of(part: Part | None) -> str:
    """A person's name in one line."""
    if part is None:
        return "name not known"
    return " ".join(filter(None, [*(part.get("given") or ()), part.get("family")])) or "name not known"


def _events(part: Part) -> str:
    events = list(part["events"])
    rest = len(events) - _LIST_MOST
    return ", ".join(events[:_LIST_MOST]) + (f" and {rest} more" if rest > 0 else "")


def _days(part: Part) -> str:
    return f"{part['from'] or '?'} to {part['to'] or '…'}"


def _whose(entry: Mapping[str, Any]) -> str:
    return entry["provider"] or entry["agency"] or "not shown"


def _who(part: Part) -> str:
    """Worker and team of an entry, with the name where it is known."""
    contact = part.get("contact") or {}
    named = [(contact.get(role) or {}).get("name") or part.get(role) for role in ("worker", "team")]
    return ", ".join(filter(None, named))


def _contact(part: Part) -> str:
    contact = part.get("contact") or {}
    return ", ".join(filter(None, ((contact.get(role) or {}).get("contact") for role in ("worker", "team"))))


def _address(part: Part | None) -> str:
    if part is None:
        return _NOTHING
    words = {
        "none_known": "no known address",
        "left_england": f"left England, return: {part.get('return') or 'unknown'}",
    }
    status = str(part["status"])
    if status in words:
        return f"{words[status]} (from {part['from']})"
    where = ", ".join(filter(None, [*(part.get("lines") or ()), part.get("postcode")])) or "not stated"
    kind = f", {part['residence'].replace('_', ' ')}" if part.get("residence") else ""
    return f"{where} ({status.replace('_', ' ')} from {part['from']}{kind})"


def _born(line: Part) -> str:
    if line.get("date_of_birth"):
        return str(line["date_of_birth"])
    return f"expected {line['expected_date']}" if line.get("expected_date") else "not known"


def _identifiers(answer: Part) -> str:
    return ", ".join(f"{one['scheme']} ({one['status']})" for one in answer["identifiers"]) or _NOTHING


def _providers(entries: Sequence[Part]) -> str:
    return "; ".join(f"{_whose(one)} {_days(one)}" for one in entries) or _NOTHING


def show_found(answer: Document) -> None:
    """Children found, a line each."""
    rows = [
        (
            line["child"], name_of(line["name"]), _born(line), _providers(line["school"]), _providers(line["gp"]),
            len(line["involvements"]), ", ".join(_who(lead) for lead in line["lead"]),
        )
        for line in answer["children"]
    ]  # fmt: skip
    if rows:
        columns = ("child", "name", "born", "school", "GP", "involvements", "lead")
        _table(f"Children, {as_of(answer)}", columns, rows)


def show_child(answer: Document) -> None:
    """One child's line of the index."""
    other = [name_of(one) for one in answer["other_names"]]
    facts = {
        "child": answer["child"],
        "name": name_of(answer["name"]) + (f" (also {', '.join(other)})" if other else ""),
        "born": f"{_born(answer)}, {_WORDS[answer['alive']]}",
        "sex": answer["sex"] or _NOTHING,
        "identifiers": _identifiers(answer),
        "address": _address(answer["address"]),
        "school": _providers(answer["school"]),
        "GP": _providers(answer["gp"]),
        "lead": "; ".join(f"{_who(one)} ({_days(one)})" for one in answer["lead"]) or "nobody leads",
        "reviews due": "; ".join(_review(one) for one in answer["reviews_due"]) or _NOTHING,
        "assessments": "; ".join(f"{_whose(one)} {_days(one)}, {one['status']}" for one in answer["assessments"])
        or _NOTHING,
    }
    for name, value in facts.items():
        say(f"{name:<12} {plain(value)}")
    say("")
    rows = [
        (one["service"], _whose(one), _who(one), _contact(one), _days(one), one["status"])
        for one in answer["involvements"]
    ]
    if rows:
        _table(f"Involved, {as_of(answer)}", ("service", "agency", "who", "contact", "dates", "status"), rows)
    else:
        say(f"nobody else is involved, {as_of(answer)}")


def show_timeline(answer: Document) -> None:
    """One child's timeline, oldest first."""
    say(f"{plain(answer['child'])}: {_WORDS[answer['alive']]}; known by {plain(_identifiers(answer))}")
    rows = [
        (
            entry["from"], entry["to"], _kind(entry), _whose(entry), _who(entry),
            _status(entry), entry["known_from"], _events(entry),
        )
        for entry in answer["entries"]
    ]  # fmt: skip
    columns = ("from", "to", "what", "agency", "who", "status", "known from", "events")
    _table(f"Timeline, {as_of(answer)}", columns, rows)
    if answer["kept_aside"]:
        say(f"kept aside beside these: {answer['kept_aside']} (icr quarantine list)")


def _kind(entry: Part) -> str:
    words = str(entry["kind"]).replace("_", " ")
    if entry.get("sessions"):
        return f"{words}: " + ", ".join(
            f"{count} {word.replace('_', ' ')}" for word, count in entry["sessions"].items()
        )
    said = [str(one).replace("_", " ") for one in (entry["service"], entry.get("role"), entry.get("scope")) if one]
    more = ", ".join(one for one in dict.fromkeys(said) if one != words)
    return f"{words}: {more}" if more else words


def _status(entry: Part) -> str:
    why = f" ({str(entry['why_status']).replace('_', ' ')})" if entry["why_status"] else ""
    confirmed = f", confirmed {entry['last_confirmed']}" if entry["last_confirmed"] else ""
    reason = f", {str(entry['reason']).replace('_', ' ')}" if entry["reason"] else ""
    return f"{entry['status']}{why}{confirmed}{reason}"


def show_caseload(answer: Document) -> None:
    """A worker's children."""
    rows = [
        (
            child["child"], name_of(child["name"]), child["date_of_birth"],
            "; ".join(f"{_kind(entry)} from {entry['from']}" for entry in child["entries"]),
            "; ".join(_who(lead) for lead in child["lead"]),
            "; ".join(_gap(gap) for gap in child["gaps"]),
        )
        for child in answer["children"]
    ]  # fmt: skip
    title = f"Caseload of {cell(answer['worker'])}, {as_of(answer)}"
    _table(title, ("child", "name", "born", "works with as", "lead", "gaps"), rows)


def _gap(gap: Part) -> str:
    return f"{gap['rule'].replace('_', ' ')} since {gap['since']}{_unsure(gap)}"


def _unsure(one: Part) -> str:
    """What is added to a gap or an indicator whose feed was not heard."""
    return "" if one["status"] == "true" else f" (not known: {one['feed']} not heard)"


def _review(one: Part) -> str:
    words = f"{str(one['kind']).replace('_', ' ')} {one['due']}"
    return f"{words} (overdue)" if one["overdue"] else words


def show_my_families(answer: Document) -> None:
    """A worker's families."""
    rows = [
        (
            family["family"],
            "; ".join(f"{name_of(child['name'])}{' *' if child['mine'] else ''}" for child in family["children"]),
            ", ".join(family["lost"]) or "none for certain",
            "; ".join(_indicator(one) for one in family["indicators"]),
            "; ".join(_gap(gap) for gap in family["gaps"]),
        )
        for family in answer["families"]
    ]  # fmt: skip
    title = f"Families of {cell(answer['worker'])} (* own caseload), {as_of(answer)}"
    _table(title, ("family", "children", "out of touch with", "because", "gaps"), rows)


def show_changes(answer: Document) -> None:
    """What changed for a worker's children."""
    rows = [
        (child["child"], name_of(child["name"]), word, told)
        for child in answer["children"]
        for word, told in _told(child)
    ]
    title = f"Changed for {cell(answer['worker'])} since {answer['since']}, {as_of(answer)}"
    _table(title, ("child", "name", "what", "of what"), rows)


def _told(child: Part) -> Iterator[tuple[str, str]]:
    for word, entries in (("new or changed", child["entries"]), ("taken back", child["taken_back"])):
        yield from ((word, f"{_kind(entry)} {_days(entry)}, {_status(entry)}") for entry in entries)
    for word, gaps in (("begun", child["began"]), ("cleared", child["cleared"])):
        yield from ((word, _gap(gap)) for gap in gaps)
    yield from (("known by another number too", record) for record in child["records_joined"])


def show_handover(answer: Document) -> None:
    """What a worker would hand over."""
    rows = [
        (
            child["child"], name_of(child["name"]), "leads" if child["led_by_worker"] else "works with",
            "; ".join(_who(lead) for lead in child["taking_over"]) or "nobody asked yet",
            "; ".join(f"{one['service']} {_contact(one)}".strip() for one in child["involvements"]),
            "; ".join(_review(one) for one in child["reviews_due"]),
            "; ".join(_gap(gap) for gap in child["gaps"]),
        )
        for child in answer["children"]
    ]  # fmt: skip
    title = f"Handover of {cell(answer['worker'])}, {as_of(answer)}"
    _table(title, ("child", "name", "worker", "asked to take over", "involved", "reviews due", "gaps"), rows)


def show_gaps(answer: Document) -> None:
    """Gaps of lead, longest first."""
    rows = [
        (
            gap["child"],
            gap["rule"].replace("_", " "),
            gap["since"],
            gap["days"],
            gap["status"].replace("_", " "),
            gap["feed"],
            _events(gap),
        )
        for gap in answer["gaps"]
    ]
    _table(f"Gaps of lead, {as_of(answer)}", ("child", "what", "since", "days", "status", "feed", "events"), rows)


def show_families(answer: Document) -> None:
    """Families out of touch, most domains first."""
    rows = [
        (
            family["family"], family["area"], family["children"], ", ".join(family["lost"]) or "none for certain",
            family["since"], "; ".join(_indicator(one) for one in family["indicators"]),
        )
        for family in answer["families"]
    ]  # fmt: skip
    title = f"Families to check on, {as_of(answer)}"
    _table(title, ("family", "area", "children", "out of touch with", "since", "because"), rows)


def _indicator(one: Part) -> str:
    return f"{one['id'].replace('_', ' ')} since {one['since']}{_unsure(one)}"


def show_family(answer: Document) -> None:
    """One family with its evidence."""
    lost = ", ".join(answer["lost"]) or "none for certain"
    say(f"{plain(answer['family'])}: out of touch with {plain(lost)}, since {plain(answer['since'])}; {as_of(answer)}")
    members = [
        (
            one["child"],
            name_of(one["name"]),
            _born(one),
            _address(one["address"]),
            _providers(one["school"]),
            _providers(one["gp"]),
        )
        for one in answer["members"]
    ]
    _table("Children", ("child", "name", "born", "address", "school", "GP"), members)
    rows = [
        (one["child"], _indicator(one), one["days"], _events(one), one["clears_when"], one["caution"])
        for one in answer["indicators"]
    ]
    _table("Why", ("child", "what", "days", "events", "cleared when", "but"), rows)
