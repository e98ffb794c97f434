"""Parental responsibility of two people, told without references, was one interval, and one's end ended both's."""

from pathlib import Path
from typing import Any

import adapters.migrations
from adapters.log.messages import ACCEPTED, KEPT
from tests.builders.service import Bench
from tests.generative.histories import told


def _event(number: int, event_type: str, *people: str) -> dict[str, Any]:
    event = told(number, event_type, "la-808", 0, "agency", 1, number)
    scheme = "agency:la-808:mosaic"
    others = [{"role": "parent", "identifiers": [{"scheme": scheme, "value": one}], "person": None} for one in people]
    return {**event, "others": others}


def providers(here: Bench) -> list[str]:
    return [row[0] for row in here.connection.execute("SELECT provider FROM log.fact ORDER BY position")]


def test_bug_the_end_of_one_was_the_end_of_both(here: Bench) -> None:
    here.record(_event(1, "ParentalResponsibilityStated", "P1"), _event(2, "ParentalResponsibilityStated", "P2"))
    here.record(_event(3, "ParentalResponsibilityEnded", "P2"))
    here.projector.project()
    rows = here.connection.execute("SELECT ends IS NULL FROM view_a.entry WHERE to_ed IS NULL ORDER BY main").fetchall()
    assert rows == [(True,), (False,)]


def test_without_a_person_and_without_a_reference_it_is_not_known_whose_it_is(here: Bench) -> None:
    nobody = _event(1, "ParentalResponsibilityStated")
    [outcome] = here.record(nobody)
    assert (outcome.outcome, outcome.reason, outcome.field) == (KEPT, "missing_field", "others")
    [outcome] = here.record(_event(2, "ParentalResponsibilityStated") | {"reference": "r1"})
    assert outcome.outcome == ACCEPTED


def test_what_was_written_before_is_brought_to_the_same_form(here: Bench) -> None:
    here.record(
        _event(1, "ParentalResponsibilityStated", "P1"),
        _event(2, "ParentalResponsibilityStated", "P2", "P1"),
        _event(3, "ParentalResponsibilityStated", "P1", "P2"),
        _event(4, "RelationshipStated", "P2", "P1") | {"relation": "parent", "family": None},
        _event(5, "RelationshipStated", "P2") | {"relation": "parent", "family": None},
    )
    now = providers(here)
    assert len(set(now)) == 4
    here.connection.execute("UPDATE log.fact SET provider = organisation WHERE kind <> 'relationship'")
    unsorted = "array_to_string(ARRAY(SELECT replace(o::text, '-', '') FROM unnest(others) AS o ORDER BY o DESC), '|')"
    here.connection.execute(f"UPDATE log.fact SET provider = {unsorted} WHERE kind = 'relationship'")
    folder = Path(adapters.migrations.__file__).parent
    here.connection.execute((folder / "0009_responsibility.sql").read_text())
    assert providers(here) == now
