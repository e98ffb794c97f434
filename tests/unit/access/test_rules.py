"""The table of who may see what: nothing is allowed by default, and every rule decides somewhere."""

from itertools import chain, combinations, product

import pytest

from domain.access.rules import BY_ID, ONE_CHILD, OWN_WORK, RULES, Basis, Point, decided
from domain.access.viewer import Role
from domain.questions import about
from domain.questions.asking import Question

QUESTIONS = sorted(
    name for name, kind in vars(about).items() if isinstance(kind, type) and issubclass(kind, Question) and kind.__doc__
)
BASES = [frozenset(some) for some in chain.from_iterable(combinations(Basis, n) for n in range(len(Basis) + 1))]
SPACE = [Point(*at) for at in product(Role, QUESTIONS, (False, True), BASES)]


def test_every_point_is_decided_and_every_rule_decides_somewhere() -> None:
    deciding = {rule.id for at in SPACE if (rule := decided(at)) is not None}
    assert deciding == BY_ID.keys()


def test_a_practitioner_sees_one_child_on_a_basis_and_own_work_alone() -> None:
    seen = {at for at in SPACE if at.role is Role.PRACTITIONER and decided(at) is not None}
    assert seen == {
        at
        for at in SPACE
        if at.role is Role.PRACTITIONER
        and ((at.question in ONE_CHILD and at.bases) or (at.question in OWN_WORK and at.asks_for_own_work))
    }


def test_who_publishes_reads_feedback_alone() -> None:
    assert {at.question for at in SPACE if at.role is Role.FEED and decided(at) is not None} == {"ReadFeedback"}


def test_a_rule_that_fails_allows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_: Point) -> bool:
        raise KeyError("an attribute that is not there")

    broken = [RULES[0].__class__("broken", fails, "", ""), *RULES]
    monkeypatch.setattr("domain.access.rules.RULES", broken)
    assert decided(Point(Role.OPERATOR, "ShowChild")) is None


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_says_why_and_by_which_law(rule: object) -> None:
    assert rule.says.endswith(".")
    assert "Article" in rule.law
