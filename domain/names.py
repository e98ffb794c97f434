"""Names as they are stated: whoever has one name is called by it.

Many people have a single name. Forms with a forename and a surname hold it in one of the two and leave the other empty.
The contract's family name is required, so the one name stands there, and nobody loses it.

A name is found as people type it: without case, accents, spaces, hyphens and apostrophes, and with the plain letters that
stand for what their keyboard has not. What is compared is exact; a near match is no match.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

MISSING = "missing_field"

# Letters that Unicode does not take apart into a plain letter and a mark, as its own Latin-ASCII transform writes them
# (Unicode CLDR, common/transforms/Latin-ASCII.xml); the schwa as passports have it (ICAO Doc 9303 part 3, section 6).
_PLAIN_LETTERS: Final = str.maketrans(
    {
        "æ": "ae", "œ": "oe", "þ": "th", "ß": "ss", "ĳ": "ij", "ø": "o", "ð": "d", "đ": "d", "ł": "l", "ħ": "h", "ŧ": "t",
        "\u0131": "i", "ȷ": "j", "ŋ": "n", "ĸ": "q", "ə": "e", "ǝ": "e", "ɛ": "e", "ɔ": "o", "ǥ": "g", "ƶ": "z", "ɨ": "i", "ʉ": "u",
        "ɉ": "j", "ɏ": "y", "ƀ": "b", "ɓ": "b", "ɗ": "d", "ɖ": "d", "ƙ": "k", "ƴ": "y", "\u0263": "g", "ƒ": "f", "ɲ": "n", "\u028b": "v",
        "ⱥ": "a", "ȼ": "c", "ƈ": "c", "ɇ": "e", "ɠ": "g", "ƥ": "p", "ƭ": "t", "ʈ": "t", "\u0269": "i", "ʊ": "u",
    }
)  # fmt: skip
# Letters that are written as an apostrophe: Unicode's spacing modifier letters and the saltillo.
_APOSTROPHES: Final = frozenset({*map(chr, range(0x02B0, 0x0300)), "\ua78b", "\ua78c"})


def all_names(
    told: Iterable[tuple[str, Sequence[Mapping[str, Any]]]],
) -> list[tuple[Mapping[str, Any], frozenset[str]]]:
    """The different names of a child in the order in which they were told, each with the organisations that told of it.

    One name is told with a use and without: only that it is a former one makes it another.
    """
    names: dict[tuple[tuple[str, ...], str, bool], tuple[Mapping[str, Any], set[str]]] = {}
    for organisation, stated in told:
        for name in stated:
            names.setdefault(_told_apart(name), (name, set()))[1].add(organisation)
    return [(name, frozenset(whose)) for name, whose in names.values()]


def same_name(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two statements are of one name, letter by letter."""
    return _told_apart(one) == _told_apart(other)


def _told_apart(name: Mapping[str, Any]) -> tuple[tuple[str, ...], str, bool]:
    return tuple(name["given"]), name["family"], name["use"] == "former"


def fold_name(name: str) -> str:
    """A name as it is compared: Łuczak, LUCZAK and luczak are one; so are O'Neill, O Neill and ONeill."""
    plain = _decomposed(name).translate(_PLAIN_LETTERS)
    return "".join(c for c in plain if c.isalnum() and c not in _APOSTROPHES)


def fold_name_before(name: str) -> str:
    """As names were compared before decision 42, when a letter with a stroke stayed one: events of then are found by it."""
    return "".join(c for c in unicodedata.normalize("NFKD", name).casefold() if c.isalnum())


def _decomposed(name: str) -> str:
    """Without case, marks apart: a letter may stand under a mark (ǿ) and only then be one of the table."""
    return unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())


def stated_name(given: Sequence[str], family: str | None, use: str | None = None) -> dict[str, Any] | None:
    """A name of the contract from its parts; of forenames alone the name is they. None where nothing is stated."""
    forenames = [part for part in (one.strip() for one in given) if part]
    surname = (family or "").strip()
    if not surname:
        surname, forenames = " ".join(forenames), []
    return {"given": forenames, "family": surname, "use": use} if surname else None


def with_whole_names(body: Mapping[str, Any]) -> tuple[Mapping[str, Any], list[tuple[str, str]]]:
    """An event's body in which each of the child's names has a family name, and the names that state nothing (set aside)."""
    person = body["subject"]["person"]
    if person is None or all(name["family"] for name in person["names"]):  # nearly always
        return body, []
    names, aside = [], []
    for number, name in enumerate(person["names"]):
        stated = name if name["family"] else stated_name(name["given"], None, name["use"])
        if stated is None:
            aside.append((MISSING, f"subject.person.names[{number}].family"))
        else:
            names.append(stated)
    return {**body, "subject": {**body["subject"], "person": {**person, "names": names}}}, aside
