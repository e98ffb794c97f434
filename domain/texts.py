"""What may stand in a text of an event: its length, its form, and no number of a person where it is stored in the clear.

A text that its event cannot do without makes the event itself unusable; any other is set aside, and the fact stands
without it. The classes and which field has which stand in `schemas/texts.toml`.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from domain.effects import SAYS_NO_PERSON, Effect
from domain.errors import Rejected
from domain.identifiers import holds_a_number
from domain.names import with_whole_names

Step = str | int
Place = tuple[Step, ...]

MOST_DIGITS_OF_A_CODE: Final = 9  # an NHS number has ten, a telephone number eleven, a UPN twelve
MOST_DIGITS_OF_A_LABEL: Final = 6
_REMEMBERED: Final = 20_000

_ORGANISATION: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*", re.ASCII)
_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]*", re.ASCII)
_ENTRY: Final = re.compile(r"a-[0-9a-f]{32}")
_FIVE_DIGITS: Final = re.compile(r"[0-9]{5}")
# Letters and marks that show nothing: with them, two texts look alike and are not the same.
_UNSEEN: Final = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0]")
# Joiners are spelling in some scripts, and so may stand in a name.
_JOINERS: Final = str.maketrans("", "", "\u200c\u200d")


def _digits(text: str) -> int:
    return sum(character.isdigit() for character in text)


def _organisation(text: str) -> str | None:
    if _ORGANISATION.fullmatch(text) is None:
        return "letters, digits, dots, hyphens and underscores"
    return "a code that holds no number of a person" if holds_a_number(text) else None


def _staff(text: str) -> str | None:
    if _CODE.fullmatch(text) is None:
        return "letters, digits and . _ : / -"
    return "an id that holds no number of a person" if holds_a_number(text) else None


def _code(text: str) -> str | None:
    if _CODE.fullmatch(text) is None:
        return "letters, digits and . _ : / -"
    many = _digits(text) > MOST_DIGITS_OF_A_CODE
    return f"a code of at most {MOST_DIGITS_OF_A_CODE} digits" if many else None


def _entry(text: str) -> str | None:
    return None if _ENTRY.fullmatch(text) else "a- and 32 hexadecimal digits, as a page or an answer shows an entry"


def _word(text: str) -> str | None:
    if _CODE.fullmatch(text) is None:
        return "letters, digits and . _ : / -"
    return "a code with fewer than five digits in a row" if _many_digits(text) else None


def _label(text: str) -> str | None:
    if wrong := _line(text):
        return wrong
    if "@" in text or _many_digits(text):
        return f"a short label with at most {MOST_DIGITS_OF_A_LABEL} digits and fewer than five in a row"
    return None


def _many_digits(text: str) -> bool:
    return (
        _digits(text) > MOST_DIGITS_OF_A_LABEL or _FIVE_DIGITS.search(unicodedata.normalize("NFKC", text)) is not None
    )


def _place(text: str) -> str | None:
    return _label(text) and _code(text) and "a code, or a short label with at most six digits"


def _line(text: str) -> str | None:
    """Printable, in Unicode's composed form, and not blank: what looks the same is the same."""
    if text.isascii():
        return (
            None if text.isprintable() and not text.isspace() else "printable characters in one line, not only blanks"
        )
    if not text.translate(_JOINERS).isprintable() or _UNSEEN.search(text):
        return "printable characters in one line, none of them unseen"
    return None if unicodedata.is_normalized("NFC", text) else "Unicode in its composed form (NFC)"


def _lines(text: str) -> str | None:
    return _line(text.replace("\r\n", " ").replace("\n", " ").replace("\t", " "))


def _checked_elsewhere(text: str) -> str | None:
    del text
    return None


# The rule that a text breaks, or None. An identifier is checked by its scheme, a mark by the list of its school year.
FORMS: Final[Mapping[str, Callable[[str], str | None]]] = {
    "organisation": _organisation,
    "staff": _staff,
    "code": _code,
    "word": _word,
    "entry": _entry,
    "label": _label,
    "place": _place,
    "line": _line,
    "lines": _lines,
    "identifier": _checked_elsewhere,
    "mark": _checked_elsewhere,
}
# What JSON Schema can say of them.
PATTERNS: Final[Mapping[str, str]] = {
    "organisation": "^[A-Za-z0-9][A-Za-z0-9._-]*$",
    "staff": "^[A-Za-z0-9][A-Za-z0-9._:/-]*$",
    "code": "^[A-Za-z0-9][A-Za-z0-9._:/-]*$",
    "word": "^[A-Za-z0-9][A-Za-z0-9._:/-]*$",
    "entry": "^a-[0-9a-f]{32}$",
}
CHECKED_ELSEWHERE: Final = ("identifier", "mark")


@dataclass(frozen=True, slots=True)
class TextClass:
    """A class of texts: `longest` in characters, `form` a name of `FORMS`, `clear` whether it may stand unsealed."""

    name: str
    doc: str
    longest: int
    form: str
    clear: bool
    _passed: set[str] = field(default_factory=set, repr=False, compare=False)

    def fault(self, text: str) -> tuple[str, str] | None:
        """Reason and rule of a text that may not stand there; None for one that may."""
        if text in self._passed or (
            not text and self.form not in PATTERNS
        ):  # an empty text says nothing; no code is one
            return None
        if len(text) > self.longest:
            return "too_long", f"at most {self.longest} characters"
        rule = FORMS[self.form](text)
        if rule is not None:
            return "bad_value", rule
        if self.clear:  # the same few come again and again
            if len(self._passed) >= _REMEMBERED:
                self._passed.clear()
            self._passed.add(text)
        return None


@dataclass(frozen=True, slots=True)
class TextField:
    """A field with texts in or below it, of the newest schema of an event type.

    `kind` is the class of its texts, None of a record, whose fields with texts are `below`. `many`: an array.
    `spare`: the fact stands without it (a field that may be absent); an entry of an array always is.
    `of_the_fact`: nothing of it is spared, or the fact would be another.
    """

    name: str
    kind: TextClass | None
    below: tuple["TextField", ...] = ()
    many: bool = False
    spare: bool = False
    of_the_fact: bool = False


class Fault(NamedTuple):
    """A text that may not stand where it does. `spared` is what goes with it, None where the event cannot do without."""

    reason: str
    field: str
    rule: str
    spared: Place | None


def faults_of(fields: Sequence[TextField], body: Mapping[str, Any]) -> list[Fault]:
    """Every text of an event that may not stand where it does; `body` as decoded by the schema of `fields`."""
    found: list[Fault] = []
    _look(fields, body, (), None, found)
    return found


def _look(
    fields: Sequence[TextField], part: Mapping[str, Any], at: Place, spared: Place | None, found: list[Fault]
) -> None:
    for entry in fields:
        value = part[entry.name]
        if value is None:
            continue
        kind = entry.kind
        if kind is None or entry.many:
            if not value:
                continue
        elif kind.fault(value) is None:  # most of all there is
            continue
        here = (*at, entry.name)
        without = None if entry.of_the_fact else here if entry.spare else spared
        if not entry.many:
            _one(entry, value, here, without, found)
            continue
        for number, one in enumerate(value):
            place = (*here, number)
            _one(entry, one, place, None if entry.of_the_fact else place, found)


def _one(entry: TextField, value: Any, here: Place, without: Place | None, found: list[Fault]) -> None:  # noqa: ANN401
    if entry.kind is None:
        below = entry.below
        if entry.of_the_fact:
            _look_whole(below, value, here, found)
        else:
            _look(below, value, here, without, found)
        return
    said = entry.kind.fault(value)
    if said is not None:
        found.append(Fault(said[0], _path(here), said[1], without))


def _look_whole(fields: Sequence[TextField], part: Mapping[str, Any], at: Place, found: list[Fault]) -> None:
    """As `_look`, and nothing of it is spared."""
    inner: list[Fault] = []
    _look(fields, part, at, None, inner)
    found.extend(fault._replace(spared=None) for fault in inner)


def _path(place: Place) -> str:
    path = ""
    for step in place:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else step
    return path


def checked_texts(
    fields: Sequence[TextField], body: Mapping[str, Any]
) -> tuple[Mapping[str, Any], list[tuple[str, str]]]:
    """The body without the texts that are set aside, and each of those with its reason.

    Raises Rejected for a text without which there is no fact.
    """
    found = faults_of(fields, body)
    if not found:
        return body, []
    for fault in found:
        if fault.spared is None:
            raise Rejected(fault.reason, fault.field, fault.rule)
    return _without(body, found), [(fault.reason, fault.field) for fault in found]


def usable(fields: Sequence[TextField], effect: Effect, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """A body as the timeline may use it: without the texts and codes that were set aside when it was accepted."""
    found = faults_of(fields, body)
    sound = _without(body, found) if found else body
    if effect.act not in SAYS_NO_PERSON:
        sound, _ = with_whole_names(sound)
    return without_unlisted(effect, sound)


def without_unlisted(effect: Effect, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """A body without the codes that are not on their list, where the fact stands without them."""
    if not effect.codes:
        return body
    gone = dict.fromkeys(unlisted(effect, body))
    return {**body, **gone} if gone else body


def unlisted(effect: Effect, body: Mapping[str, Any]) -> Iterator[str]:
    """Fields whose code is not on its list on the event's day, and without which the fact stands."""
    day = body["effective"]["from"]
    for rule in effect.codes:
        value = body.get(rule.field)
        if not rule.of_the_fact and value is not None and not rule.list.allows(value, day):
            yield rule.field


def _without(body: Mapping[str, Any], found: Sequence[Fault]) -> Mapping[str, Any]:
    """A copy without what is set aside; entries of arrays go from the last, so that the others keep their places."""
    spared = sorted({fault.spared for fault in found if fault.spared is not None}, key=_order, reverse=True)
    result: Any = body
    for place in spared:
        result = _cut(result, place)
    return result  # type: ignore[no-any-return]


def _order(place: Place) -> tuple[tuple[int, str], ...]:
    return tuple((step, "") if isinstance(step, int) else (-1, step) for step in place)


def _cut(part: Any, place: Place) -> Any:  # noqa: ANN401 - what was decoded
    if part is None:
        return None
    step, rest = place[0], place[1:]
    if isinstance(step, int):
        if not rest:
            return [*part[:step], *part[step + 1 :]]
        return [_cut(one, rest) if number == step else one for number, one in enumerate(part)]
    return {**part, step: _cut(part[step], rest) if rest else None}
