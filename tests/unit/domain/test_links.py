"""Whose word a link is: a person's decision, then the issuer's replacement, then an agency's assertion (design D1)."""

from itertools import permutations
from uuid import UUID

import pytest

from domain.events import RecordId
from domain.identity.links import Edge, Side, Strength, resolve

A, B, C = (RecordId(UUID(int=number)) for number in (1, 2, 3))
SIDES = {A: Side("nhs", 1), B: Side("upn", 1), C: Side("agency:la-808:mosaic", None)}


def edge(one: RecordId, other: RecordId, strength: Strength, at: int = 1, *, joins: bool = True) -> Edge:
    return Edge(one, other, (at, b""), strength, joins)


def groups(*edges: Edge) -> set[frozenset[RecordId]]:
    """The children that come of edges, whatever order they came in."""
    found = set()
    for order in permutations(edges):
        child = resolve(order, SIDES).child
        found.add(frozenset(frozenset(r for r in child if child[r] == one) for one in set(child.values())))
    [same] = found
    return set(same)


def test_an_assertion_joins_where_both_dates_of_birth_are_known() -> None:
    assert groups(edge(A, B, Strength.ASSERTION)) == {frozenset({A, B})}
    assert groups(edge(A, C, Strength.ASSERTION)) == set()


@pytest.mark.parametrize("strength", [Strength.REPLACEMENT, Strength.DECISION])
def test_a_stronger_word_needs_no_date_of_birth(strength: Strength) -> None:
    assert groups(edge(A, C, strength)) == {frozenset({A, C})}


@pytest.mark.parametrize("strength", Strength)
def test_what_a_person_parted_no_other_word_joins(strength: Strength) -> None:
    parted = edge(A, B, Strength.DECISION, joins=False)
    assert groups(parted, edge(A, B, strength, at=9)) == set()
    assert resolve([parted, edge(A, B, strength)], SIDES).disputed


def test_what_a_person_parted_is_not_joined_through_a_third() -> None:
    parted = edge(A, B, Strength.DECISION, joins=False)
    assert groups(parted, edge(A, C, Strength.REPLACEMENT, 1), edge(B, C, Strength.REPLACEMENT, 2)) == {
        frozenset({A, C})
    }


def test_a_decision_is_taken_before_an_older_assertion() -> None:
    sides = {**SIDES, C: Side("upn", 1)}
    links = resolve([edge(A, B, Strength.ASSERTION, at=1), edge(A, C, Strength.DECISION, at=9)], sides)
    assert set(links.child) == {A, C}
    assert [(e.one, e.other) for e in links.disputed] == [(A, B)]
