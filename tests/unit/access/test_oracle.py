"""Whether the table of who may see what says what the prose says: held against an oracle by another hand, point by point."""

from collections.abc import Iterable, Iterator
from itertools import islice, product
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.questions.ways import WAYS
from domain.access.rules import Bar, Basis, Point, Whose, decided
from domain.access.viewer import GRANTED, Opening, Role
from tests.unit.access.oracle.cedar import NOBODY, asked, permits
from tests.unit.access.oracle.rows import ROWS, Row

QUESTIONS: Final = sorted(question.__name__ for question in WAYS)
PERSON: Final = frozenset({Role.PRACTITIONER})
ROLES: Final = [
    frozenset({Role.OPERATOR}),
    frozenset({Role.FEED}),
    PERSON,
    *(PERSON | {granted} for granted in GRANTED),
]
BASES: Final = [frozenset[Basis](), *(frozenset({basis}) for basis in Basis)]
BARS: Final = [frozenset[Bar](), *(frozenset({bar}) for bar in Bar)]
OPENINGS: Final[list[Opening | None]] = [None, *Opening]
YES_NO: Final = (False, True)
A_STEP: Final = 499  # a prime, so that every value of every attribute comes with every other one's


def _at(question: str, *roles: Role, **given: Any) -> Point:
    return Point(question, frozenset(roles), **given)


# Where the table and the oracle differ, by the rule that decides and the permit of the Cedar text: an example, and why both may
# stand. In none does the table show more than the prose allows where the prose speaks.
DIFFERENCES: Final = {
    ("operator", "operator_alone"): (
        _at("ShowChild", Role.OPERATOR, people_sign_in=False),
        "The prose knows no machine on which nobody signs in. Decision 48 lets whoever operates it see all that it keeps.",
    ),
    ("keeping", NOBODY): (
        _at("ShowQuality", Role.PRACTITIONER, Role.INDEX_TEAM),
        "The prose names identity, brokering and safety state. It is silent on feeds, quality, measures and the state of the log.",
    ),
    ("duty", "own_area"): (
        _at("ListGaps", Role.PRACTITIONER, Role.DUTY, whose=Whose.OWN_AREA),
        "A row of such a list is what it is: its extent takes nothing out.",
    ),
    ("mediated", "mediation"): (
        _at("ShowChild", Role.PRACTITIONER, Role.MEDIATOR, opening=Opening.MEDIATION),
        "domain.md E5 does not name mediated access. The table alerts, and shows no more.",
    ),
    ("not_allowed", "mediation_of_shielded"): (
        _at("ShowChild", Role.PRACTITIONER, Role.MEDIATOR, opening=Opening.MEDIATION, shielded=True),
        "The table is stricter: of a shielded child a third person is not told even who it is.",
    ),
    ("not_allowed", "search"): (
        _at("FindChildren", Role.PRACTITIONER, Role.MEDIATOR, opening=Opening.MEDIATION),
        "The table is stricter: whoever searches claims, and neither overrides nor mediates by it.",
    ),
    ("self_claim_shielded", "sibling"): (
        _at("ShowChild", Role.PRACTITIONER, opening=Opening.CLAIM, claims_left=True, shielded=True, bases=frozenset({Basis.SIBLING})),
        "As much is shown. A reason that was given is looked at, needed or not.",
    ),
    ("taken_on", NOBODY): (
        _at("ShowChild", Role.PRACTITIONER, Role.DUTY, opening=Opening.CLAIM, shielded=True, bases=frozenset({Basis.AREA})),
        "It is not asked: a child whose whereabouts are hidden is in no area, so that nobody is on duty for it.",
    ),
    ("taken_on", "claim_of_shielded"): (
        _at("ShowChild", Role.PRACTITIONER, Role.DUTY, opening=Opening.CLAIM, claims_left=True, shielded=True, bases=frozenset({Basis.AREA})),
        "The same.",
    ),
}  # fmt: skip


def space(questions: Iterable[str], step: int = 1) -> Iterator[Point]:
    """Every point of some questions, or each so many: one role beside a person's own, one basis and one bar at a time."""
    given = product(questions, ROLES, OPENINGS, Whose, BASES, BARS, YES_NO, YES_NO, YES_NO)
    return (Point(*at) for at in islice(given, 0, None, step))


def differing(points: Iterable[Point]) -> dict[tuple[str, str], Point]:
    """A point of each way in which the table and the Cedar text differ."""
    found = {}
    for at, shown, by in asked(points):
        rule = decided(at)
        if shown != (rule.shows, rule.unshields, rule.alerts):
            found.setdefault((rule.id, by), at)
    return found


def unexplained(points: Iterable[Point]) -> dict[tuple[str, str], Point]:
    """The same, of differences that are not in the list."""
    return {key: at for key, at in differing(points).items() if key not in DIFFERENCES}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.source}: {row.says}")
def test_what_the_prose_says_both_say(row: Row) -> None:
    [(_, shown, by)] = asked([row.at])
    assert shown == (row.shows, row.aside, row.alerts)
    rule = decided(row.at)
    assert shown == (rule.shows, rule.unshields, rule.alerts) or (rule.id, by) in DIFFERENCES


def test_each_permit_has_an_example() -> None:
    assert permits() == {by for _, _, by in asked(row.at for row in ROWS)} - {NOBODY}


def test_the_table_says_what_the_oracle_says() -> None:
    assert not unexplained(space(QUESTIONS, A_STEP))


@pytest.mark.nightly
@pytest.mark.parametrize("question", QUESTIONS)
def test_the_table_says_what_the_oracle_says_at_every_point(question: str) -> None:
    assert not unexplained(space([question]))


@pytest.mark.parametrize("difference", DIFFERENCES, ids=" and ".join)
def test_where_they_differ_they_still_do(difference: tuple[str, str]) -> None:
    example, _ = DIFFERENCES[difference]
    assert list(differing([example])) == [difference]


@settings(max_examples=4 * settings().max_examples)
@given(
    st.builds(
        Point,
        st.sampled_from(QUESTIONS),
        st.frozensets(st.sampled_from(GRANTED)).map(PERSON.union),
        st.sampled_from(OPENINGS),
        st.sampled_from(Whose),
        st.frozensets(st.sampled_from(Basis)),
        st.frozensets(st.sampled_from(Bar), max_size=1),
        *[st.booleans()] * 3,
    )
)
def test_so_they_do_of_whoever_holds_several_roles_on_several_bases(at: Point) -> None:
    assert not unexplained([at])
