"""Pages of the event contract: every event type with its row of the effects table, and the reason codes."""

from collections.abc import Sequence
from typing import Final

from adapters.docs.markdown import made_by, table
from adapters.settings import TOPIC_ORGANISATIONS
from domain.effects import Act, Effect
from domain.reasons import REASONS
from schemas.registry import SHARED, Schema, registry
from schemas.shape import Record, describe, shape, walk

_SECTORS: Final = (*TOPIC_ORGANISATIONS, SHARED)
_DOES: Final = {
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
}


def pages() -> dict[str, str]:
    """The pages by their path below `docs/`."""
    return {"events.md": _events(), "reasons.md": _reasons()}


def _events() -> str:
    newest = registry().newest
    lines = [
        made_by("schemas/"),
        "# Event types",
        "",
        "What an agency may publish, in the newest version of each type. How it is sent, and how the contract changes:",
        "[schemas.md](schemas.md). What the events of a type mean together: [the rules](rules.md).",
        "",
        *table(("type", "sector", "does", "kind of entry"), [_summary(s) for s in _ordered(newest.values())]),
        "",
        "## The envelope",
        "",
        "The same in every type, before its own fields. (`FeedReported` is about no child: it has no `subject`,",
        "`others`, `effective`, `reference` and `target`.)",
        "",
        *_fields(newest["PupilAdmitted"], of_envelope=True),
        "",
    ]
    for sector in _SECTORS:
        title = "Any sector's topic" if sector == SHARED else f"{sector.replace('_', ' ').capitalize()}"
        topic = "" if sector == SHARED else f"Topic `icr.{sector}.v1`."
        lines += [f"## {title}", "", *([topic, ""] if topic else [])]
        if not any(s.sector == sector for s in newest.values()):
            lines += ["No types of its own: the types of any sector's topic.", ""]
        for schema in _ordered(s for s in newest.values() if s.sector == sector):
            lines += [*_event_type(schema), ""]
    return "\n".join(lines)


def _ordered(schemas: object) -> Sequence[Schema]:
    found: list[Schema] = list(schemas)  # type: ignore[call-overload]
    return sorted(found, key=lambda s: (_SECTORS.index(s.sector), s.event_type))


def _summary(schema: Schema) -> tuple[str, ...]:
    name = f"[{schema.event_type}](#{schema.event_type.lower()})"
    return name, schema.sector, _DOES[schema.effect.act], schema.effect.kind


def _event_type(schema: Schema) -> list[str]:
    effect, record = schema.effect, shape(schema)
    versions = [f"v{s.version} `{s.fingerprint.hex()}`" for s in registry().versions(schema.event_type)]
    told = [
        ("does", _DOES[effect.act] + (f", of kind `{effect.kind}`" if effect.act is not Act.FEED else "")),
        ("record", _key(effect)),
        ("service", _service(effect)),
        (
            "provider",
            f"its field `{effect.provider_field}`" if effect.provider_field else "the organisation that publishes",
        ),
        ("lapses", f"after {effect.lapses_after} days without confirmation" if effect.lapses_after else None),
        ("class", f"disclosure `{effect.disclosure}`, retention `{effect.retention}`"),
        ("versions", ", ".join(versions)),
    ]
    lines = [f"### {schema.event_type}", "", record.doc, ""]
    lines += table(("", ""), [(name, value) for name, value in told if value is not None])
    own = _fields(schema, of_envelope=False)
    return [*lines, "", *own] if own else [*lines, "", "No fields of its own."]


def _key(effect: Effect) -> str:
    if effect.act is Act.FEED:
        return "of the organisation, not of a child"
    names = {"nhs": "NHS number", "upn": "UPN", "agency": "the agency's own id"}
    return "that of the " + ", else of ".join(names[k] for k in effect.key)


def _service(effect: Effect) -> str | None:
    if effect.service is not None:
        return effect.service
    return f"its field `{effect.service_field}`" if effect.service_field else None


def _fields(schema: Schema, *, of_envelope: bool) -> list[str]:
    envelope = _envelope()
    rows = [
        (f"`{path}`", describe(entry.shape), "" if entry.optional else "required", entry.doc)
        for path, entry in walk(shape(schema))
        if (path.split(".")[0].removesuffix("[]") in envelope) is of_envelope
    ]
    return table(("field", "is", "", "means"), rows) if rows else []


def _envelope() -> set[str]:
    """The fields that every type about a child has."""
    records: list[Record] = [shape(s) for s in registry().newest.values() if s.effect.act is not Act.FEED]
    return set.intersection(*({entry.name for entry in record.fields} for record in records))


def _reasons() -> str:
    rows = [(f"`{r.code}`", r.sentence, r.source or "") for r in REASONS.values()]
    return "\n".join(
        [
            made_by("domain/reasons.py"),
            "# Reason codes",
            "",
            "Why an event is kept aside, a field set aside, or a request refused. The list is closed, and the same on",
            "the command line, in the API and in the quarantine.",
            "",
            *table(("code", "says", "source"), rows),
            "",
        ]
    )
