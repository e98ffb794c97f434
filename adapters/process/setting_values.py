"""How the value of a setting is read: from a variable, which is text, or from a TOML file, where it is a value already.

A reader gives the value, or raises ValueError with the rule that it breaks and never with the value, which may be a password.
Plain functions and no library's model: every command reads the settings, and that would be half of its start.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

Reader = Callable[[object], Any]

_HOST: Final = re.compile(r"[A-Za-z0-9._-]{1,253}|\[?[0-9A-Fa-f:.]{2,45}\]?")
_PUBLISHER: Final = re.compile(r"[a-z][a-z0-9-]{0,59}")
_SCHEMA_ID: Final = re.compile(r"\d{1,10}", re.ASCII)


def text(given: object) -> str:
    """Any text but an empty one."""
    if not isinstance(given, str) or not given:
        raise ValueError("it is a text")
    return given


def publisher(given: object) -> str:
    """The name of a publisher, as it stands in the names of its topics."""
    if not isinstance(given, str) or not _PUBLISHER.fullmatch(given):
        raise ValueError("it is a publisher's name: small letters, digits and hyphens, at most 60")
    return given


def path(given: object) -> Path:
    """A file or folder, made absolute; `~` is the user's own folder."""
    return Path(text(given)).expanduser().absolute()


def one_of(*choices: str) -> Reader:
    """One of some words."""

    def read(given: object) -> str:
        if given not in choices:
            raise ValueError(f"it is one of {', '.join(choices)}")
        return str(given)

    return read


def whole(least: int, most: int | None = None) -> Reader:
    """A whole number between bounds that it may reach; without an upper one where that is None."""
    rule = f"it is a whole number, {least} or more" if most is None else f"it is a whole number from {least} to {most}"

    def read(given: object) -> int:
        found: int = _number(int, given, rule)
        if found < least or (most is not None and found > most):
            raise ValueError(rule)
        return found

    return read


def number(least: float, most: float, *, above: bool = False) -> Reader:
    """A number between bounds; with `above` it is more than the lower one, else it may reach that too."""
    rule = f"it is a number {'above' if above else 'from'} {least} {'and at most' if above else 'to'} {most}"

    def read(given: object) -> float:
        found: float = _number(float, given, rule)
        if not (least < found if above else least <= found) or not found <= most:
            raise ValueError(rule)
        return found

    return read


def _number(kind: type[int] | type[float], given: object, rule: str) -> Any:  # noqa: ANN401 - one of that kind
    wanted = (str, int) if kind is int else (str, int, float)
    try:
        return kind(given) if isinstance(given, wanted) and not isinstance(given, bool) else kind("none")
    except (ValueError, OverflowError):
        raise ValueError(rule) from None


def flag(given: object) -> bool:
    """True or false; in a variable also 1 and 0, yes and no."""
    words = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
    if isinstance(given, bool):
        return given
    if not isinstance(given, str) or given.lower() not in words:
        raise ValueError("it is true or false")
    return words[given.lower()]


def day(given: object) -> date:
    """A date, as 2025-12-19."""
    if isinstance(given, date):
        return given
    try:
        return date.fromisoformat(text(given))
    except ValueError:
        raise ValueError("it is a date, as 2025-12-19") from None


def texts(given: object) -> list[str]:
    """A list of texts."""
    if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
        raise ValueError("it is a list of texts")
    return given


def hosts(given: object) -> list[str]:
    """Names and addresses, in small letters; separated by commas in a text."""
    listed = [one.strip() for one in given.split(",") if one.strip()] if isinstance(given, str) else texts(given)
    if not all(_HOST.fullmatch(host) for host in listed):
        raise ValueError("a host is a name or an address: no scheme, port, path or pattern")
    return [host.strip("[]").lower() for host in listed]


def schema_ids(given: object) -> dict[int, str]:
    """A table of schema ids, each with a text."""
    if not isinstance(given, dict) or not all(isinstance(named, str) for named in given.values()):
        raise ValueError("it is a table of schema ids, each with a fingerprint or a file")
    if not all(_SCHEMA_ID.fullmatch(str(key)) for key in given):
        raise ValueError("a schema id is a whole number")
    return {int(key): named for key, named in given.items()}


def lists_of(names: Sequence[str], called: str) -> Reader:
    """A table of lists of texts under some names and no others; `called` says what those are."""

    def read(given: object) -> dict[str, list[str]]:
        if not isinstance(given, dict) or not given.keys() <= set(names):
            raise ValueError(f"it is a table of lists; {called} are {', '.join(names)}")
        return {name: texts(listed) for name, listed in given.items()}

    return read
