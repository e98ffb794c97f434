"""What a version of the table opens and closes: every point at which it shows more or less, and none at which it does not."""

import json
from collections.abc import Sequence
from dataclasses import fields, replace
from itertools import chain
from operator import contains
from pathlib import Path
from typing import Any

import pytest

from adapters.disclosure.context import context
from domain.access import rules as table
from domain.access.conditions import every, has
from domain.access.policy import SPACE, Change, Outcome, as_plain, changes, digest, read_plain
from domain.access.rules import NOT_ALLOWED, RULES, Basis, Extent, Point, Rule
from domain.access.viewer import Opening, Role
from domain.proof.canonical import canonical
from tests.builders.nightly import by_night
from tests.builders.points import points
from tools.docs.policy import PAGE, pages, release, released

ROOT = Path(__file__).parents[3]
QUESTIONS = ["ShowChild", "FindChildren", "ListAccesses"]
NEW = Rule(
    "visitors",
    Extent.PAGE,
    every(has("roles", Role.AUDITOR), has("question", "ShowChild"), has("opening", Opening.CLAIM)),
    "You visit.",
    "UK GDPR Article 6(1)(e)",
)


def without(name: str) -> list[Rule]:
    return [rule for rule in RULES if rule.id != name]


def decided_by(rules: Sequence[Rule], at: Point) -> Rule:
    """The plain reading of a table."""
    return next((rule for rule in rules if rule.when.holds(at)), NOT_ALLOWED)


def said_of(found: list[Change], point: tuple[Any, ...]) -> set[tuple[Outcome, Outcome]]:
    """What a report says of a point, which it may say more than once."""
    boxes = (one for one in found if all(map(contains, one.of.values(), point)))
    return {(one.before, one.after) for one in boxes}


CHANGED = {
    "claims end": without("self_claim"),
    "nobody excluded": without("excluded"),
    "nothing restricted": without("restricted"),
    "new, first": [NEW, *RULES],
    "new, last": [*RULES, NEW],
    "unshields": [replace(rule, unshields=True) if rule.id == "mediated" else rule for rule in RULES],
    "shows less": [replace(rule, shows=Extent.MINIMAL) if rule.id == "team" else rule for rule in RULES],
}
FEW = 8009  # a prime, as `A_STEP`: of the space; and of what is told at least a point of each line


@pytest.mark.parametrize("step", [FEW, by_night(1)], ids=["some", "all"])
@pytest.mark.parametrize("changed", CHANGED.values(), ids=CHANGED)
def test_a_report_names_the_points_that_differ_and_no_other(changed: list[Rule], step: int) -> None:
    found = changes(RULES, changed, QUESTIONS)
    space = {"question": QUESTIONS, **SPACE}
    assert all(one.of.keys() == space.keys() for one in found)
    much = {None: 0, Extent.MINIMAL: 1, Extent.PAGE: 2, Extent.EVERYTHING: 3}
    differing = 0
    told = (points(list(one.of.values()), step) for one in found)
    for values in chain(points(list(space.values()), step), *told):
        at = Point(**dict(zip(space, values, strict=True)))
        was, now = (decided_by(rules, at) for rules in (RULES, changed))
        before, after = (much[was.shows], was.unshields), (much[now.shows], now.unshields)
        differs = {(was.id, before, now.id, after)} if before != after else set()
        assert {(one.rule, one.much, other.rule, other.much) for one, other in said_of(found, values)} == differs
        differing += len(differs)
    assert differing


def test_the_space_has_every_attribute_of_a_point() -> None:
    assert {"question", *SPACE} == {one.name for one in fields(Point)}


def test_a_new_rule_is_told_in_few_lines() -> None:
    """Whom it opens the record to, and not those whom another rule lets see it already."""
    found = changes(RULES, [*RULES, NEW], ["ShowChild"])
    assert 1 <= len(found) <= 2
    for one in found:
        assert one.opens
        assert one.of["roles"] == (frozenset({Role.PRACTITIONER, Role.AUDITOR}),)
        assert (one.of["claims_left"], one.of["opening"]) == ((False,), (Opening.CLAIM,))
    bases = {basis for one in found for held in one.of["bases"] for basis in held}
    assert Basis.AREA in bases
    assert Basis.LEAD not in bases


def test_a_table_written_and_read_again_is_the_same() -> None:
    again = read_plain(json.loads(canonical(as_plain(RULES))))
    assert digest(again) == digest(RULES)
    assert changes(RULES, again, QUESTIONS) == []


def test_the_entries_context_names_the_version() -> None:
    assert json.loads(context()[1])["rules"] == digest(RULES)


def test_the_page_that_is_committed_is_of_the_table_as_it_is() -> None:
    """Whoever changes the table must make the page, and so reads what is opened and closed."""
    committed = (ROOT / "docs" / PAGE).read_text(encoding="utf-8")
    assert committed == pages()[PAGE]
    assert committed != pages(now=[*RULES, NEW])[PAGE]
    assert committed != pages(now=[replace(RULES[0], says="You may not."), *RULES[1:]])[PAGE]


def test_the_page_says_what_is_opened_and_closed_in_words() -> None:
    first = {"version": 1, "digest": digest(RULES), "rules": as_plain(RULES)}
    page = pages([first], now=[NEW, *without("state_of_the_log")])[PAGE]
    opened, closed = page.split("### Opened")[1].split("### Closed")
    assert "New rules: `visitors`." in page
    assert "auditor; says why" in opened
    assert "The state of the access log" in closed.split("## Version")[0]
    assert "privacy officer" in closed


def test_a_version_is_released_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = tmp_path / "policies.json"
    assert release(kept)
    assert not release(kept)
    monkeypatch.setattr("tools.docs.policy.RULES", [NEW, *table.RULES])
    assert release(kept)
    assert [one["version"] for one in released(kept)] == [1, 2]
    assert digest(read_plain(released(kept)[-1]["rules"])) == released(kept)[-1]["digest"]
