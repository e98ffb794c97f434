"""Connectors: files that agencies already produce, read as events of the contract.

A connector is a pure function over bytes. It yields one `Converted` for each unit of its input (a message, a census
row) and raises nothing for what the input holds: what cannot become events is kept in quarantine with its reason (contract 1).
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Converted:
    """What one unit of an input file became.

    `events` are in the JSON form of the contract and are checked by the recorder like any other. `kept` is (reason
    code, field, rule) when the unit could not become events: the whole unit is then kept in quarantine, and `events` is empty.
    `raw` are the unit's bytes, which the same connector can read again.

    `set_aside` names (reason code, field) parts that failed a check here, do not stop the fact and were left out of the
    events. What stays in an event and fails its check there, such as the mother's number of a birth, is found and
    reported by the recorder; so each is reported once. No value of the input is part of `kept` or `set_aside`.

    `warnings` are words for what contradicts the rules of its source and is taken in all the same. `ignored` is the
    reason code of a line that says no fact at all: it is no unit, and is neither recorded nor kept. `takes_back` are
    retractions of source records, to be recorded only where such a record stands: what the unit says is that it is not.
    `begun_by` is the id of the event that tells the start of what an event here ends. `of_the_file`: what the file says
    of itself, as how much it covers; no unit of it.
    """

    events: tuple[dict[str, Any], ...]
    kept: tuple[str, str | None, str | None] | None
    raw: bytes
    set_aside: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()
    ignored: str | None = None
    takes_back: tuple[dict[str, Any], ...] = ()
    begun_by: str | None = None
    of_the_file: bool = False


class BrokenFile(Exception):
    """A file is not of the connector's kind, or cannot be read on; the text says why, without quoting it."""
