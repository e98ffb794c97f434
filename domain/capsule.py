"""What a capsule does: makings as text in, the page as the code of its time works it out as text out (access.md 5).

The two functions are what the service of any later time calls. Makings say their form: a capsule reads the form of its own time.
"""

import json
import tomllib
from collections.abc import Mapping
from typing import Any

from domain.answers.refolded import FORM, Makings, facts_of, folded, shaped
from domain.codes import CodeList
from domain.effects import Effect, parse_effect
from domain.plain import from_plain, to_plain
from domain.tables import CODES, EFFECTS
from domain.timeline.snapshots import listed_kinds


def written(makings: Makings) -> bytes:
    """Makings as text."""
    plain = to_plain(makings, {Effect: lambda effect: effect.event_type})
    return json.dumps({"form": FORM, **plain}, ensure_ascii=False, separators=(",", ":")).encode()


def page_of(makings: bytes, tables: Mapping[str, bytes]) -> bytes:
    """The contents of the page's parts, and by which rules something was withheld, as text.

    `tables`: the effects table and the code lists of the same time, by their names. Raises ValueError for makings of another form.
    """
    plain = json.loads(makings)
    if plain.get("form") != FORM:
        raise ValueError("makings of another form")
    effects = _effects(tables)
    read: Makings = from_plain(Makings, plain, {Effect: effects.__getitem__})
    world, child = folded(read, listed_kinds(effects.values()))
    if child is None:
        return _text({"contents": None, "withheld": []})
    parts, withheld = shaped(read, facts_of(read, world, child))
    return _text({"contents": [part.content for part in parts], "withheld": withheld})


def _effects(tables: Mapping[str, bytes]) -> dict[str, Effect]:
    """The effects table. What a code list holds is looked at when an event is recorded, and never when it is folded."""
    lists = {name: CodeList(name, "", {}) for name in tomllib.loads(tables[CODES].decode())}
    rows = tomllib.loads(tables[EFFECTS].decode())
    return {name: parse_effect(name, row, lists) for name, row in rows.items()}


def _text(value: Any) -> bytes:  # noqa: ANN401 - JSON
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
