"""Every text field of every event type: an event that has them all, and the same event with one of them changed."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any, Final

from domain.texts import CHECKED_ELSEWHERE, TextClass
from schemas.registry import Schema, registry
from schemas.shape import Choice, Many, Maybe, Record, Shape, shape
from schemas.texts import is_text, texts
from tools.docs.sample import sample

Place = tuple[str | int, ...]

WIDEST: Final = "\U00010400"  # a letter that takes four bytes
CODED: Final = ("organisation", "staff", "code", "word")  # forms of which only ASCII may stand
# What has a list of its own, or is read by its form.
_LISTED: Final = {
    ("Address", "status"): "current",
    ("Address", "residence"): "home",
    ("Target", "reason"): "entered_in_error",
}
_AS_IN_THE_SAMPLE: Final = ("event_id", "mode", "recorded_at", "basis", "effective", "target", "am", "pm")
_NO_DATES: Final = ("expected_date", "date_of_birth")


def name_of(place: Place) -> str:
    """The path of a place, as outcomes name it."""
    path = ""
    for step in place:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else step
    return path


def longest(kind: TextClass, end: str = "") -> str:
    """The longest text of a class that may stand there, of the widest letters."""
    letter = kind.name[0] if kind.form in CODED else WIDEST
    return letter * (kind.longest - len(end)) + end


def whole(event_type: str, number: int, *, most: bool = False) -> dict[str, Any]:
    """An event with every part that may be absent; it is of the child `number`, or of nobody.

    With `most` every text is as long as may be.
    """
    schema = registry().newest[event_type]
    event = sample(event_type)
    organisation = event["source"]["organisation"]
    coded = {rule.field for rule in schema.effect.codes}
    for entry in shape(schema).fields:
        if entry.name in (*_AS_IN_THE_SAMPLE, *coded):
            continue
        if entry.name == "subject":
            event[entry.name] = _subject(event[entry.name], organisation, number, most=most)
        elif entry.name == "others":
            event[entry.name] = [_other(organisation, number, most=most)]
        else:
            event[entry.name] = _filled(schema, "", entry.name, entry.shape, event.get(entry.name), most=most)
    end = f"{event_type}-{number}"
    event["event_id"] = longest(texts().classes["event_id"], end) if most else end
    return event


def _person(number: int, *, most: bool) -> dict[str, Any]:
    table = texts()

    def text(record: str, name: str, plain: str) -> str:
        kind = table.class_of("", record, name)
        assert kind is not None
        return longest(kind) if most else plain

    names = {
        "given": [text("Name", "given", "Ada")],
        "family": text("Name", "family", f"Example{number}"),
        "use": text("Name", "use", "usual"),
    }
    return {
        "names": [names],
        **dict.fromkeys(_NO_DATES),
        "sex": text("Person", "sex", "F"),
        "postcode": text("Person", "postcode", "ZE9 1AA"),
        "uprn": text("Person", "uprn", "1001"),
    }


def _subject(said: dict[str, Any], organisation: str, number: int, *, most: bool) -> dict[str, Any]:
    value = longest(texts().classes["identifier"], f"C{number}") if most else f"C{number}"
    return {
        "identifiers": [{"scheme": f"agency:{organisation}:records", "value": value}],
        "person": _person(number, most=most) | {name: said.get("person", {}).get(name) for name in _NO_DATES},
        "nhs_number_status": longest(texts().classes["word"]) if most else "01",
    }


def _other(organisation: str, number: int, *, most: bool) -> dict[str, Any]:
    value = longest(texts().classes["identifier"], f"P{number}") if most else f"P{number}"
    role = longest(texts().classes["short"]) if most else "parent"
    identifiers = [{"scheme": f"agency:{organisation}:records", "value": value}]
    return {"role": role, "identifiers": identifiers, "person": _person(number, most=most)}


def _filled(schema: Schema, record: str, name: str, part: Shape, said: Any, *, most: bool) -> Any:
    if (record, name) in _LISTED:
        return _LISTED[record, name]
    if isinstance(part, Maybe):
        return _filled(schema, record, name, part.inner, said, most=most)
    if isinstance(part, Many):
        entries = said or ([None] if is_text(part.items) or isinstance(part.items, Record) else [])
        return [_filled(schema, record, name, part.items, one, most=most) for one in entries]
    if isinstance(part, Record):
        there = said if isinstance(said, dict) else {}
        return {e.name: _filled(schema, part.title, e.name, e.shape, there.get(e.name), most=most) for e in part.fields}
    if isinstance(part, Choice) or not is_text(part):
        return said
    kind = texts().class_of(schema.event_type, record, name)
    assert kind is not None
    # Whose it is, is said by the organisation that publishes; a feed and a rule are named by lists.
    if kind.form in (*CHECKED_ELSEWHERE, "organisation") or name in ("feed", "provision") or record == "DutyHours":
        return said or sample(schema.event_type)["source"]["organisation"]
    if most:
        return longest(kind)
    return said or ("x" if kind.form in ("line", "lines") else "one")


def places(event: dict[str, Any]) -> Iterator[tuple[Place, TextClass]]:
    """Every place of an event where a text stands that has a class, with the class."""
    schema = registry().newest[event["event_type"]]
    for entry in shape(schema).fields:
        yield from _places(schema, "", entry.name, entry.shape, event.get(entry.name), (entry.name,))


def _places(
    schema: Schema, record: str, name: str, part: Shape, said: Any, at: Place
) -> Iterator[tuple[Place, TextClass]]:
    while isinstance(part, Maybe):
        part = part.inner
    if said is None:
        return
    if isinstance(part, Many):
        for number, one in enumerate(said):
            yield from _places(schema, record, name, part.items, one, (*at, number))
    elif isinstance(part, Record):
        for entry in part.fields:
            yield from _places(schema, part.title, entry.name, entry.shape, said.get(entry.name), (*at, entry.name))
    elif is_text(part):
        kind = texts().class_of(schema.event_type, record, name)
        assert kind is not None
        yield at, kind


def changed(event: dict[str, Any], place: Place, value: object) -> dict[str, Any]:
    """A copy of an event with something else in one place."""
    copy: dict[str, Any] = deepcopy(event)
    part: Any = copy
    for step in place[:-1]:
        part = part[step]
    part[place[-1]] = value
    return copy
