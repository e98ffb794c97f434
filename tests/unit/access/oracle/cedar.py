"""Asks the Cedar text what is shown at a point. It raises where Cedar says that a policy failed: it would have been skipped."""

import json
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple

import cedarpy

from domain.access.rules import Extent, Point

HERE: Final = Path(__file__).parent
SCHEMA: Final = (HERE / "who_may_see.cedarschema").read_text()
TEXT: Final = (HERE / "who_may_see.cedar").read_text()
_AT_ONCE: Final = 2000


class Shown(NamedTuple):
    """How much is shown, None for a refusal; whether a shield is set aside, and whether the privacy officer is told."""

    extent: Extent | None
    aside: bool = False
    alerts: bool = False


REFUSED: Final = Shown(None)
NOBODY: Final = "-"  # no permit held, or something forbade it
_MORE: Final = {extent: n for n, extent in enumerate((None, *Extent))}


class _Parsed(NamedTuple):
    policies: Any
    entities: Any
    says: dict[str, Shown]


@cache
def _parsed() -> _Parsed:
    told = cedarpy.validate_policies(TEXT, SCHEMA)
    assert told.validation_passed, [str(one) for one in told.errors]
    says = {}
    for policy in json.loads(cedarpy.policies_to_json_str(TEXT))["staticPolicies"].values():
        noted = policy["annotations"]
        if policy["effect"] == "permit":
            says[noted["id"]] = Shown(Extent(noted["shows"]), "aside" in noted, "alerts" in noted)
    schema = cedarpy.Schema.from_str(SCHEMA)
    return _Parsed(cedarpy.PolicySet.from_str(TEXT), cedarpy.Entities.from_json_str("[]", schema), says)


def permits() -> frozenset[str]:
    """The id of every permit of the text."""
    return frozenset(_parsed().says)


def asked(points: Iterable[Point]) -> Iterator[tuple[Point, Shown, str]]:
    """What the text says at each point, and the id of the permit that shows most."""
    given = iter(points)
    while some := list(islice(given, _AT_ONCE)):
        for at, (shown, by) in zip(some, _answers(some), strict=True):
            yield at, shown, by


def _answers(points: list[Point]) -> Iterator[tuple[Shown, str]]:
    parsed = _parsed()
    requests = [_request(at) for at in points]
    for result in cedarpy.is_authorized_batch(requests, parsed.policies, parsed.entities):
        assert not result.diagnostics.errors, result.diagnostics.errors
        held = sorted(result.diagnostics.id_annotations_by_reason.values()) if result.allowed else []
        by = max(held, key=lambda one: _order(parsed.says[one]), default=NOBODY)
        yield parsed.says.get(by, REFUSED), by


def _order(shown: Shown) -> tuple[int, bool, bool]:
    """What is one's own work is no claim, though a reason was given: of two that show as much the one that alerts nobody counts."""
    return _MORE[shown.extent], shown.aside, not shown.alerts


def _request(at: Point) -> dict[str, str]:
    return {
        "principal": 'Asker::"somebody"',
        "action": f'Action::"{at.question}"',
        "resource": 'Asked::"something"',
        "context": json.dumps(
            {
                "roles": [*at.roles],
                "opening": at.opening or "none",
                "whose": at.whose,
                "bases": [*at.bases],
                "bars": [*at.bars],
                "shielded": at.shielded,
                "claims_left": at.claims_left,
                "people_sign_in": at.people_sign_in,
                "signed_in_strongly": at.signed_in_strongly is True,
                "in_case": at.in_case,
                "restricted": at.restricted,
            }
        ),
    }
