"""A page of the indicators and the gaps of a lead: which there are, what they rely on, how long each must have been so; what measures rest on."""

from pathlib import Path
from typing import Final

from domain.indicators.rules import RULES
from domain.indicators.waits import WAITS
from domain.leads.active import GAPS
from domain.measures.of_child import MEASURES
from schemas.registry import registry
from tools.markdown import made_by, table, within

_MEASURES: Final = "measures.md"
_DISCLOSURE = {schema.effect.kind: schema.effect.disclosure for schema in registry().newest.values()}


def pages(root: Path) -> dict[str, str]:
    """The page by its path below `docs/`, and the page of measures with the part of it that is made."""
    measures = (root / "docs" / _MEASURES).read_text(encoding="utf-8")
    return {"indicators.md": _page(), _MEASURES: within(measures, "domain/measures/of_child.py", _of_measures())}


def _of_measures() -> list[str]:
    """What each measure rests on."""
    rows = [
        (f"`{one.id}`", ", ".join(f"`{feed}`" for feed in one.feeds), _classes(one.reads)) for one in MEASURES.values()
    ]
    return table(("measure", "feeds", "rests on"), rows)


def _page() -> str:
    rows = [
        (
            f"`{rule.id}`",
            ", ".join(rule.domains),
            _waits(rule.id),
            rule.clears_when,
            rule.caution,
            ", ".join(f"`{feed}`" for feed in dict.fromkeys((*rule.feeds, *rule.feeds_of_one))),
            _classes(rule.reads),
        )
        for rule in RULES.values()
    ]
    return "\n".join(
        [
            made_by("domain/indicators/rules.py, domain/leads/active.py and domain/indicators/waits.py"),
            "# Indicators and gaps",
            "",
            "A prompt to check on a family, never a score of risk. Each indicator counts towards the domains that a family is out of",
            "touch with. Some are shown only after a time (days that a name speaks of are counted besides); where its feeds were not",
            "heard an indicator is `not_known`, which is neither true nor clear. When each is so, day by day:",
            "[indicators](rules/indicators.md), [leads](rules/leads.md), by example.",
            "*Rests on*: the disclosure classes; who may not know all of one is shown it of no child ([agreements](who-may-see-what.md#agreements)).",
            "An authority sets another time with `ThresholdSet` ([reference data](events/reference.md#thresholdset)).",
            "",
            *table(
                (
                    "indicator",
                    "domains",
                    "shown after",
                    "clears when",
                    "what else may be behind it",
                    "feeds",
                    "rests on",
                ),
                rows,
            ),
            "",
            "## Gaps of a lead",
            "",
            "Where the feeds of a gap were not heard it is `not_known` too: who leads may not have been told.",
            "",
            *table(
                ("gap", "shown after", "clears when", "feeds", "rests on"),
                [
                    (
                        f"`{gap.id}`",
                        _waits(gap.id),
                        gap.clears_when,
                        ", ".join(f"`{feed}`" for feed in (*gap.feeds, *gap.feeds_of_one)),
                        _classes(gap.reads),
                    )
                    for gap in GAPS.values()
                ],
            ),
            "",
        ]
    )


def _classes(reads: tuple[str, ...]) -> str:
    """The disclosure classes of the kinds that a rule reads."""
    return ", ".join(sorted({_DISCLOSURE[kind] for kind in reads}))


def _waits(rule: str) -> str:
    wait = WAITS.get(rule)
    if wait is None or wait.count == 0:
        return "at once"
    return "off, until a threshold is set" if wait.count is None else f"{wait.count} {wait.unit.value}"
