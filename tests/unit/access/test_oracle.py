"""Whether the table of who may see what says what the prose says: held against an oracle by another hand, point by point."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.questions.ways import WAYS
from domain.access.policy import questions_asked
from domain.access.rules import RULES, Bar, Basis, Point, Whose, decided
from domain.access.viewer import GRANTED, Opening, Role
from tests.builders.points import points
from tests.unit.access.oracle.cedar import NOBODY, asked, permits
from tests.unit.access.oracle.rows import ROWS, Row

# What is asked, and what is done that the table decides as well.
QUESTIONS: Final = sorted({question.__name__ for question in WAYS} | questions_asked(RULES))
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
STRONGLY: Final = ("ShowChild", "ShowTimeline", "ReplayEntry", "ShowSubjectAccess", "ExplainRefusal", "ExportLog")
IN_CASES: Final = ("ReplayEntry", "ShowSubjectAccess")
RESTRICTED: Final = ("ShowChild", "ShowTimeline")
A_STEP: Final = 1999  # a prime, so that every value of every attribute comes with every other one's


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
    ("family_of_an_own_child", NOBODY): (
        _at("ShowSiblings", Role.PRACTITIONER, bases=frozenset({Basis.INVOLVED})),
        "The table shows more: who the siblings are of any child one works with. The prose names those of a child one leads.",
    ),
    ("decides_of_oneself", NOBODY): (
        _at("ShowDecision", Role.PRACTITIONER, whose=Whose.OWN, bases=frozenset({Basis.INVOLVED})),
        "The prose of access is silent on what people decide.",
    ),
    ("decides_of_a_colleague", NOBODY): (
        _at("ShowDecision", Role.PRACTITIONER, whose=Whose.OTHERS, bases=frozenset({Basis.INVOLVED})),
        "The same.",
    ),
    ("decides_by_claim", NOBODY): (
        _at("ShowDecision", Role.PRACTITIONER, whose=Whose.OWN, opening=Opening.CLAIM, claims_left=True),
        "The same.",
    ),
    ("sign_in_strongly", "own_child"): (
        _at("ShowChild", Role.PRACTITIONER, Role.SHIELD_OVERRIDE, opening=Opening.OVERRIDE, bases=frozenset({Basis.LEAD})),
        "The table is stricter: who asks to override, and has not signed in strongly, is shown nothing before.",
    ),
    ("sign_in_strongly", "sibling"): (
        _at("ShowChild", Role.PRACTITIONER, Role.SHIELD_OVERRIDE, opening=Opening.OVERRIDE, bases=frozenset({Basis.SIBLING})),
        "The same.",
    ),
    ("sign_in_strongly", "own_word"): (
        _at("ShowChild", Role.PRACTITIONER, Role.SHIELD_OVERRIDE, opening=Opening.OVERRIDE, bases=frozenset({Basis.OWN_WORD})),
        "The same.",
    ),
    ("taken_on", "claim_of_shielded"): (
        _at("ShowChild", Role.PRACTITIONER, Role.DUTY, opening=Opening.CLAIM, claims_left=True, shielded=True, bases=frozenset({Basis.AREA})),
        "The same.",
    ),
}  # fmt: skip


def _told_apart(question: str, among: Sequence[str]) -> Sequence[bool]:
    """Yes and no for questions of which it tells anything apart; of several roles and bases it is asked for every question."""
    return YES_NO if question in among else (False,)


def space(questions: Iterable[str], step: int = 1) -> Iterator[Point]:
    """Every point of some questions, or each so many: one role beside a person's own, one basis and one bar at a time."""
    for question in questions:
        flags = (YES_NO, YES_NO, YES_NO, *(_told_apart(question, among) for among in (STRONGLY, IN_CASES, RESTRICTED)))
        yield from (Point(*at) for at in points(([question], ROLES, OPENINGS, [*Whose], BASES, BARS, *flags), step))


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
        *[st.booleans()] * 6,
    )
)
def test_so_they_do_of_whoever_holds_several_roles_on_several_bases(at: Point) -> None:
    assert not unexplained([at])
