"""Asks the Cedar text what is shown at a point. It raises where Cedar says that a policy failed: it would have been skipped."""

import json
from collections.abc import Iterable, Iterator, Sequence
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
    """How much is shown, None for a refusal, and whether a shield is set aside."""

    extent: Extent | None
    aside: bool = False


REFUSED: Final = Shown(None)


class _Parsed(NamedTuple):
    policies: Any
    entities: Any
    schema: Any
    says: dict[str, Shown]


@cache
def _parsed() -> _Parsed:
    told = cedarpy.validate_policies(TEXT, SCHEMA)
    assert told.validation_passed, [str(one) for one in told.errors]
    says = {}
    for policy in json.loads(cedarpy.policies_to_json_str(TEXT))["staticPolicies"].values():
        noted = policy["annotations"]
        if policy["effect"] == "permit":
            says[noted["id"]] = Shown(Extent(noted["shows"]), "aside" in noted)
    schema = cedarpy.Schema.from_str(SCHEMA)
    return _Parsed(cedarpy.PolicySet.from_str(TEXT), cedarpy.Entities.from_json_str("[]", schema), schema, says)


def permits() -> frozenset[str]:
    """The id of every permit of the text."""
    return frozenset(_parsed().says)


def asked(points: Iterable[Point]) -> Iterator[tuple[Point, Shown, Sequence[str]]]:
    """What the text says at each point, and by which permits."""
    given = iter(points)
    while some := list(islice(given, _AT_ONCE)):
        yield from zip(some, *zip(*_answers(some), strict=True), strict=True)


def _answers(points: list[Point]) -> Iterator[tuple[Shown, Sequence[str]]]:
    parsed = _parsed()
    requests = [_request(at) for at in points]
    for result in cedarpy.is_authorized_batch(requests, parsed.policies, parsed.entities):
        assert not result.diagnostics.errors, result.diagnostics.errors
        assert result.decision is not cedarpy.Decision.NoDecision, "the request does not fit the schema"
        by = sorted(result.diagnostics.id_annotations_by_reason.values()) if result.allowed else []
        yield _most(parsed.says[one] for one in by), by


def _most(of: Iterable[Shown]) -> Shown:
    order = list(Extent)
    return max(of, key=lambda shown: (order.index(shown.extent), shown.aside), default=REFUSED)


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
            }
        ),
    }
