"""Pages of the event contract: the index of event types with the envelope, and the reason codes."""

from typing import Final

from domain.reasons import REASONS
from schemas.registry import SHARED, WRITTEN_HERE, registry
from schemas.shape import describe, shape, walk
from tools.docs.event_pages import DOES, SECTORS, path_of, title_of, types_of
from tools.docs.sample import OF_THE_ENVELOPE
from tools.markdown import made_by, table

_ENVELOPE_OF: Final = "PupilAdmitted"  # any that is about a child


def pages() -> dict[str, str]:
    """The pages by their path below `docs/`."""
    return {"events.md": _events(), "reasons.md": _reasons()}


def _events() -> str:
    lines = [
        made_by("schemas/"),
        "# Event types",
        "",
        f"What an agency may publish: {len(registry().newest)} types, in the newest version of each, on a page a sector with",
        "its fields and an example. How it is sent, and how the contract changes: [schemas.md](schemas.md). What the",
        "events of a type mean together: [the rules](rules.md). What may stand in a coded field: [code lists](codes.md).",
        "",
    ]
    for sector in SECTORS:
        lines += [*_sector(sector), ""]
    return "\n".join([*lines, *_envelope()])


def _sector(sector: str) -> list[str]:
    lines = [f"## {title_of(sector)}", ""]
    if sector == SHARED:
        lines += ["These may be published on the topic of any sector.", ""]
    elif sector == WRITTEN_HERE:
        lines += ["These are published on no topic: the service writes them itself.", ""]
    else:
        lines += [f"Topic `icr.{sector}.v1`.", ""]
    if not types_of(sector):
        return [*lines, "No types of its own: the types of any sector."]
    rows = [
        (f"[{s.event_type}]({path_of(sector)}#{s.event_type.lower()})", str(s.document["doc"]), DOES[s.effect.act])
        for s in types_of(sector)
    ]
    return [*lines, *table(("type", "says", "on the timeline it"), rows)]


def _envelope() -> list[str]:
    rows = [
        (f"`{path}`", describe(entry.shape), "" if entry.optional else "required", entry.doc)
        for path, entry in walk(shape(registry().newest[_ENVELOPE_OF]))
        if path.split(".")[0].removesuffix("[]") in OF_THE_ENVELOPE
    ]
    return [
        "## The envelope",
        "",
        "The same in every type, before its own fields. (What is about no child, as `FeedReported`, reference data and",
        "staff, has no `subject` and no `others`.)",
        "",
        *table(("field", "is", "", "means"), rows),
        "",
    ]


def _reasons() -> str:
    rows = [(f"`{r.code}`", r.sentence, r.source or "") for r in REASONS.values()]
    return "\n".join(
        [
            made_by("domain/reasons.py"),
            "# Reason codes",
            "",
            "Why an event is kept in quarantine, a field set aside, or a request refused. The list is closed, and the same on",
            "the command line, in the API and in the quarantine.",
            "",
            *table(("code", "says", "source"), rows),
            "",
        ]
    )
