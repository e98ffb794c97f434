"""A page of event types for each sector, each type from its schema and its row of the effects table, and the code lists."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final

from adapters.process.settings import TOPIC_ORGANISATIONS
from domain.codes import CodeList
from domain.dates import EARLIEST, FOREVER, from_day
from domain.effects import ABOUT_NO_CHILD, Act, Effect
from domain.texts import CHECKED_ELSEWHERE
from schemas.registry import SHARED, WRITTEN_HERE, Schema, registry
from schemas.shape import describe, shape, walk
from schemas.texts import core, is_text, texts
from tools.docs.sample import OF_THE_ENVELOPE, sample
from tools.markdown import made_by, table

SECTORS: Final = (*TOPIC_ORGANISATIONS, SHARED, WRITTEN_HERE)
DOES: Final[Mapping[Act, str]] = {
    Act.START: "opens an interval",
    Act.END: "closes an interval",
    Act.CONFIRM: "confirms an interval",
    Act.MOMENT: "is a moment",
    Act.MARK: "marks the sessions of a day",
    Act.ADDRESS: "states where the child is from this day",
    Act.BIRTH: "states a birth, and where the child is from this day",
    Act.DEATH: "states a death",
    Act.DEATH_WITHDRAWN: "takes a stated death back",
    Act.NOMINATE: "opens a lead that is not active yet",
    Act.ACCEPT: "makes a lead active",
    Act.RELATE: "opens a relationship",
    Act.UNRELATE: "closes a relationship",
    Act.CORRECT: "changes what another event says",
    Act.RETRACT: "takes another event back",
    Act.FEED: "says how far a feed is complete",
    Act.REFERENCE: "says what holds for everybody: reference data, or staff",
}
_PAIRED: Final = frozenset((Act.START, Act.END, Act.CONFIRM, Act.NOMINATE, Act.ACCEPT, Act.RELATE, Act.UNRELATE))
_KEYS: Final = {"nhs": "NHS number", "upn": "UPN", "agency": "id at the agency"}
# Whose intervals are told apart by something else than the provider (decision 7).
_TOLD_APART: Final = {
    "lead": "worker and scope",
    "relationship": "family, or the other people by the identifiers named first",
    "parental_responsibility": "the other people by the identifiers named first",
}


def pages() -> dict[str, str]:
    """The pages by their path below `docs/`: one a sector that has types of its own, one of the code lists, one of texts."""
    found = {path_of(sector): _page(sector) for sector in SECTORS if types_of(sector)}
    return {**found, "codes.md": _codes(), "texts.md": _texts()}


def path_of(sector: str) -> str:
    """A sector's page, below `docs/`."""
    return f"events/{sector}.md"


def title_of(sector: str) -> str:
    """A sector in words."""
    own_words = {SHARED: "Any sector", WRITTEN_HERE: "Written by this service"}
    return own_words.get(sector, sector.replace("_", " ").capitalize())


def types_of(sector: str) -> list[Schema]:
    """The newest schemas of a sector, by name."""
    return sorted((s for s in registry().newest.values() if s.sector == sector), key=lambda s: s.event_type)


def _where(sector: str) -> str:
    if sector == SHARED:
        return "These types may be published on any sector's topic."
    if sector == WRITTEN_HERE:
        return (
            "No agency publishes these: the service writes them itself, when somebody gives a command of `icr access`, or officers "
            "handle a case."
        )
    patterns = ", ".join(f"`{pattern}`" for pattern in TOPIC_ORGANISATIONS[sector])
    return (
        f"Topic `icr.{sector}.v1`. Published by organisations whose code is like {patterns}, unless configured otherwise; "
        "a type may name others."
    )


def _page(sector: str) -> str:
    types = types_of(sector)
    rows = [(f"[{s.event_type}](#{s.event_type.lower()})", DOES[s.effect.act], f"`{s.effect.kind}`") for s in types]
    lines = [
        made_by("schemas/"),
        f"# Events: {title_of(sector).lower()}",
        "",
        _where(sector),
        "The envelope, the same in every type, and all sectors: [event types](../events.md).",
        "Each example is an event that is accepted as it stands.",
        "",
        *table(("type", "does", "kind"), rows),
        "",
    ]
    for schema in types:
        lines += [*_event_type(schema), ""]
    return "\n".join(lines)


def _event_type(schema: Schema) -> list[str]:
    effect, record = schema.effect, shape(schema)
    told = [
        ("does", _does(effect)),
        ("goes with", ", ".join(_partners(schema))),
        ("told apart by", _told_apart(effect)),
        ("record", _key(effect)),
        ("service", _service(effect)),
        ("provider", _provider(effect)),
        ("support", effect.provision if effect.act in (Act.START, Act.MOMENT, Act.CONFIRM) else ""),
        ("why it ended", f"its field `{effect.reason_field}`" if effect.reason_field else ""),
        ("lapses", f"after {effect.lapses_after} days without confirmation" if effect.lapses_after else ""),
        ("published by", ", ".join(f"`{one}`" for one in effect.publishers)),
        ("classes", f"disclosure `{effect.disclosure}`, retention `{effect.retention}`"),
        (
            "versions",
            ", ".join(f"v{s.version} `{s.fingerprint.hex()}`" for s in registry().versions(schema.event_type)),
        ),
    ]
    fields = _fields(schema)
    return [
        f"## {schema.event_type}",
        "",
        record.doc,
        "",
        *table(("", ""), [(name, value) for name, value in told if value]),
        "",
        *(fields or ["No fields of its own."]),
        "",
        "```json",
        *_shown(sample(schema.event_type)),
        "```",
    ]


def _shown(event: Mapping[str, object]) -> Iterator[str]:
    """An event as JSON, a field a line."""
    lines = [f"  {json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}" for name, value in event.items()]
    yield from ("{", *(f"{line}," for line in lines[:-1]), lines[-1], "}")


def _does(effect: Effect) -> str:
    about = "" if effect.act in ABOUT_NO_CHILD else f", of kind `{effect.kind}`"
    over = "; once accepted, whoever held the same role and scope no longer does" if effect.takes_over else ""
    return DOES[effect.act] + about + over


def _partners(schema: Schema) -> list[str]:
    """The other types of the same kind, where they belong together."""
    if schema.effect.act not in _PAIRED:
        return []
    same = [s for s in registry().newest.values() if s.effect.kind == schema.effect.kind and s is not schema]
    return [
        f"{link(other.event_type, schema.sector)} ({DOES[other.effect.act]})"
        for other in sorted(same, key=lambda s: (s.effect.act, s.event_type))
    ]


def _told_apart(effect: Effect) -> str:
    if effect.act not in _PAIRED:
        return ""
    return f"`reference`; without one by {_TOLD_APART.get(effect.kind, 'provider')} and service, within one record"


def link(event_type: str, sector: str) -> str:
    """A link to an event type from the page of a sector."""
    there = registry().newest[event_type].sector
    page = "" if there == sector else f"{there}.md"
    return f"[{event_type}]({page}#{event_type.lower()})"


def _key(effect: Effect) -> str:
    if effect.act in ABOUT_NO_CHILD:
        return "of the organisation or its staff, not of a child"
    return "by the child's " + ", else the ".join(_KEYS[k] for k in effect.key)


def _service(effect: Effect) -> str:
    if effect.service is not None:
        return effect.service
    return f"its field `{effect.service_field}`" if effect.service_field else ""


def _provider(effect: Effect) -> str:
    return f"its field `{effect.provider_field}`" if effect.provider_field else "the organisation that publishes"


def _fields(schema: Schema) -> list[str]:
    lists = {rule.field: rule for rule in schema.effect.codes}
    rows = []
    for path, entry in walk(shape(schema)):
        if path.split(".")[0].removesuffix("[]") in OF_THE_ENVELOPE:
            continue
        means = entry.doc
        if rule := lists.get(path):
            wrong = "kept in quarantine" if rule.of_the_fact else "set aside"
            means += f" A code of [{rule.list.name}](../codes.md#{rule.list.name}); another is {wrong}."
        kind = texts().class_of(schema.event_type, "", path) if is_text(core(entry)[0]) and "." not in path else None
        if kind is not None and path not in lists and kind.form not in CHECKED_ELSEWHERE:
            means += f" [{kind.name}](../texts.md#{kind.name}), at most {kind.longest} characters."
        rows.append((f"`{path}`", describe(entry.shape), "" if entry.optional else "required", means))
    return table(("field", "is", "", "means"), rows) if rows else []


def _texts() -> str:
    lines = [
        made_by("schemas/texts.toml"),
        "# Texts",
        "",
        "What may stand in a text of an event. A text that is too long (`too_long`) or of another form (`bad_value`) keeps the",
        "event in quarantine where there is no fact without it; anywhere else it is set aside: it stays in the sealed event, and says",
        "nothing. A text of several lines may have line breaks, any other may not. Characters that cannot be seen (controls,",
        "marks of direction, zero-width blanks, half a surrogate) and Unicode that is not composed (NFC) stand nowhere; the two",
        "joiners may stand in names and labels, where they are spelling. Blanks alone are no text.",
        "",
        "Where a text stands in the clear, [the data model](data-model.md#in-the-clear) says in which column.",
        "",
    ]
    table_ = texts()
    used: dict[str, list[str]] = {name: [] for name in table_.classes}
    for title, fields in {**table_.records, "": table_.event, **table_.types}.items():
        for name, kind in fields.items():
            used[kind].append(f"`{title}.{name}`" if title else f"`{name}`")
    for name, one in table_.classes.items():
        clear = "in the clear" if one.clear else "never in the clear"
        lines += [
            f"## {name}",
            "",
            f"{one.doc}. At most {one.longest} characters; {clear}.",
            "",
            f"In {', '.join(used[name])}.",
            "",
        ]
    return "\n".join(lines).rstrip("\n") + "\n"


def _codes() -> str:
    lines = [
        made_by("schemas/codes.toml"),
        "# Code lists",
        "",
        "What may stand in a field that holds a code. A wrong code in the fact itself keeps the event in quarantine",
        "(`unknown_code`), in a field that only describes it is set aside. A code with days is good for events whose first",
        "day lies within them; the second day is the first on which it is no longer.",
        "",
    ]
    for name, (codes, users) in sorted(_used().items()):
        lines += [f"## {name}", "", f"{codes.doc}. In {', '.join(users)}.", "", *_of(codes), ""]
    return "\n".join(lines)


@lru_cache(maxsize=1)
def _used() -> Mapping[str, tuple[CodeList, list[str]]]:
    """Every list that a row of the effects table names, with the fields that hold its codes."""
    found: dict[str, tuple[CodeList, list[str]]] = {}
    for schema in sorted(registry().newest.values(), key=lambda s: s.event_type):
        for rule in schema.effect.codes:
            users = found.setdefault(rule.list.name, (rule.list, []))[1]
            users.append(f"[{schema.event_type}](events/{schema.sector}.md#{schema.event_type.lower()}) `{rule.field}`")
    return found


def _of(codes: CodeList) -> Sequence[str]:
    always = [f"`{code}`" for code, bounds in codes.codes.items() if bounds == (EARLIEST, FOREVER)]
    dated = [
        (f"`{code}`", _day(start, EARLIEST), _day(end, FOREVER))
        for code, (start, end) in codes.codes.items()
        if (start, end) != (EARLIEST, FOREVER)
    ]
    return [*_joined(always), *(["", *table(("code", "from", "to"), dated)] if dated else [])]


def _joined(codes: Iterable[str]) -> list[str]:
    said = ", ".join(codes)
    return [said] if said else []


def _day(day: int, open_end: int) -> str:
    return "" if day == open_end else from_day(day).isoformat()
