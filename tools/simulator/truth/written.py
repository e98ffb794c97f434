"""The truth of a simulated area, for those who check a service against it: `truth.jsonl`.

Line by line, as of the end of the period, or a day before it, and as it could be known by then: what was sent, every child that can be told
apart, every family. Derived from the lives and from the meaning of words, not from anybody's rules of reading events.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from tools.simulator.ledger import Ledger, Row
from tools.simulator.plan import Plan
from tools.simulator.truth.counting import Figures
from tools.simulator.truth.kinship import families
from tools.simulator.truth.known import Known, known_children
from tools.simulator.truth.leading import RULES, UNTIL_SET, gaps, hands, led_by
from tools.simulator.truth.lost_touch import SIGNS, is_heard

Line = dict[str, Any]
DOMAINS = {sign.id: sign.domains for sign in reversed(SIGNS)}


def truth(plan: Plan, ledger: Ledger) -> Iterator[Line]:
    """The header, each family with its children before it, caseloads and measures; call it when all events have been read."""
    yield _header(plan, ledger)
    today, thresholds = plan.truth_of.toordinal(), dict(plan.thresholds)
    figures = Figures(today)
    for extended_families in ledger.districts():
        caseloads: dict[str, list[Line]] = {}  # workers keep to a district
        for told in extended_families:
            lines: dict[frozenset[tuple[str, str]], Line] = {}
            alone = known_children(told)
            groups = families(alone, today)
            children = [replace(child, kin=_kin(child, groups)) for child in alone]
            for child in children:
                lines[child.numbers] = _child(child, ledger, today, thresholds)
                lines[child.numbers]["measures"] = list(figures.add(child))
                for worker in hands(child, today):
                    caseloads.setdefault(worker, []).append(lines[child.numbers]["identifiers"])
                yield lines[child.numbers]
            for family in groups:
                yield _family([lines[child.numbers] for child in family])
        for worker, mine in sorted(caseloads.items()):
            yield {"type": "caseload", "worker": worker, "children": sorted(mine, key=str)}
    yield from figures.lines(lambda feed: is_heard(ledger.heard, feed, None, today))


def _kin(child: Known, groups: list[list[Known]]) -> tuple[Known, ...]:
    """Who else is in a family with a child."""
    others = {one.numbers: one for group in groups if child in group for one in group if one is not child}
    return tuple(others.values())


def write_truth(plan: Plan, ledger: Ledger, file: Path) -> None:
    """Write the truth as JSON Lines."""
    with file.open("wb") as out:
        for line in truth(plan, ledger):
            out.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))


def _header(plan: Plan, ledger: Ledger) -> Line:
    sent = ledger.sent
    return {
        "type": "header",
        "as_of": plan.truth_of.isoformat(),
        "plan": {name: str(value) if isinstance(value, date) else value for name, value in asdict(plan).items()},
        "covers": {"indicators": DOMAINS, "gaps": [*RULES, *UNTIL_SET]},
        "expected": {
            "read": sent["read"],
            "accepted": sent["read"] - sent["copies"] - sent["malformed"],
            "duplicate": sent["copies"],
            "conflict": 0,
            "kept": sent["malformed"],
        },
    }


def _child(child: Known, ledger: Ledger, today: int, thresholds: dict[str, int]) -> Line:
    return {
        "type": "child",
        "life": child.child,
        "identifiers": [{"scheme": scheme, "value": value} for scheme, value in sorted(child.numbers)],
        "lead": sorted(
            (
                {"worker": lead.worker, "role": lead.role, "scope": lead.scope, "since": _iso(lead.accepted)}
                for lead in led_by(child, today)
            ),
            key=str,
        ),
        "gaps": [
            {"rule": gap.rule, "since": _iso(gap.since), "status": _status(ledger, gap.feeds, gap.organisation, today)}
            for gap in sorted(gaps(child, today, ledger.left, thresholds), key=lambda gap: (gap.rule, gap.since))
        ],
        "indicators": list(_indicators(child, ledger, today)),
    }


def _indicators(child: Known, ledger: Ledger, today: int) -> Iterator[Row]:
    for sign in SIGNS:
        for since, organisation in sign.found(child, today):
            feeds = sign.all_feeds if organisation is None else (sign.own_feed,)
            unknown = sign.needs_number and not child.numbered
            status = "not_known" if unknown else _status(ledger, feeds, organisation, today)
            if status == "true" or not sign.only_heard:
                yield {"id": sign.id, "since": _iso(since), "status": status, "domains": list(sign.domains)}


def _status(ledger: Ledger, feeds: Iterable[str | None], organisation: str | None, today: int) -> str:
    heard = all(feed is not None and is_heard(ledger.heard, feed, organisation, today) for feed in feeds)
    return "true" if heard else "not_known"


def _family(children: list[Line]) -> Line:
    shown = [one for child in children for one in child["indicators"]]
    sure = [one for one in shown if one["status"] == "true"]
    return {
        "type": "family",
        "children": sorted((child["identifiers"] for child in children), key=str),
        "lost": sorted({domain for one in sure for domain in one["domains"]}),
        "since": min((one["since"] for one in sure or shown), default=None),
    }


def _iso(day: int | None) -> str | None:
    return None if day is None else date.fromordinal(day).isoformat()
