"""The table of who may see what, over all that a decision can be made of: the whole space, not samples (access.md 2).

By night at every point. On a push at every point of a question that has few, and of the others at each so many: that the SQL of the
table decides every point as the table does, and that no rule is dead, is then shown at all of them by
`tests/integration/access/test_table_is_sql.py`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import product

import pytest

from domain.access.conditions import has, leaves
from domain.access.policy import ROLES, SPACE
from domain.access.reviewing import REVIEW
from domain.access.rules import (
    BY_ID,
    HEARINGS,
    NOT_ALLOWED,
    OF_AREA,
    OF_CONTACT,
    OF_DECIDING,
    OF_KIN,
    OF_WORK,
    OFFICERS_CONTENT,
    ONE_CHILD,
    RULES,
    SIGN_IN_STRONGLY,
    Bar,
    Basis,
    Extent,
    Point,
    Rule,
    Whose,
    decided,
    rules_for,
)
from domain.access.viewer import Opening, Role
from domain.questions import about
from domain.questions.asking import Question
from tests.builders.nightly import by_night
from tests.builders.points import A_STEP, points

# All that the table is asked about: the questions, and the act of a review.
QUESTIONS = sorted(
    {
        REVIEW,
        *(
            name
            for name, kind in vars(about).items()
            if isinstance(kind, type)
            and issubclass(kind, Question)
            and kind.__doc__
            and name not in ("Question", "OneChild")
        ),
    }
)
BASES, BARS = SPACE["bases"], SPACE["bars"]
# One question of each kind that the table tells apart, and one that it names nowhere.
KINDS_OF_QUESTION = [
    "ShowChild",
    "ShowSiblings",
    "ShowDecision",
    "ShowContact",
    "ListContacts",
    "ShowContactAnswer",
    "CountProtections",
    "ListProtections",
    "FindChildren",
    "ShowCaseload",
    "ListGaps",
    "ListKept",
    "ShowKept",
    "ReadFeedback",
    "ListAccesses",
    "ReplayEntry",
    "ShowReach",
    "ExplainRefusal",
    "ShowLogState",
    "ShowDue",
    "AskOfficers",
    REVIEW,
    "ExportLog",
    "ShowFamily",
    "ShowOwnAccesses",
    "ReadNotice",
    "ListCases",
    "ListHearings",
    "ShowSubjectAccess",
]
# Whether a case is about it is asked of these alone.
IN_CASES = ("ReplayEntry", "ShowSubjectAccess")
OPENINGS, YES_NO = SPACE["opening"], (False, True)
# Of what keeps somebody from a child more is asked, and of nothing else that a child has.
OF_CHILDREN = (
    ONE_CHILD | OF_KIN | OF_DECIDING | OF_CONTACT | {"ShowReach", "ExplainRefusal", "ShowSubjectAccess", "ReplayEntry"}
)
ASK_HOW_STRONGLY = ONE_CHILD | OFFICERS_CONTENT


def of_child(question: str) -> list[tuple[frozenset[Basis], frozenset[Bar]]]:
    """What a child can be to somebody, and what keep them from it: of a child's record each with each, of what is about it one or the other."""
    if question in ONE_CHILD:
        return list(product(BASES, BARS))
    if question in OF_CHILDREN:
        return [*((basis, frozenset()) for basis in BASES), *((frozenset(), bar) for bar in BARS if bar)]
    return [(frozenset(), frozenset())]


def space(questions: Iterable[str], step: int = 1) -> Iterator[Point]:
    """Every point of some questions, or each so many of what is asked about a child.

    How somebody signed in, and whether there is a case, is asked for of few.
    """
    for one in questions:
        strongly = (True, None) if one in ASK_HOW_STRONGLY else (True,)
        in_case = YES_NO if one in IN_CASES else (False,)
        restricted = YES_NO if one in ONE_CHILD else (False,)
        of = (ROLES, OPENINGS, tuple(Whose), of_child(one), YES_NO, YES_NO, YES_NO, strongly, in_case, restricted)
        for roles, opening, whose, (bases, bars), *flags in points(of, step if one in OF_CHILDREN else 1):
            yield Point(one, roles, opening, whose, bases, bars, *flags)


SOME_AND_ALL = pytest.mark.parametrize("step", [A_STEP, by_night(1)], ids=["some", "all"])


@pytest.mark.nightly
def test_every_rule_decides_somewhere_for_every_question() -> None:
    deciding = {decided(at).id for at in space(QUESTIONS)}
    assert deciding == BY_ID.keys()


def test_the_kinds_of_question_stand_for_all() -> None:
    """What the table asks of a question tells no two of a kind apart."""
    asked = {leaf.among for rule in RULES for leaf in leaves(rule.when) if leaf.attribute == "question"}

    def kind(question: str) -> frozenset[frozenset[object]]:
        return frozenset(some for some in asked if question in some)

    assert {kind(question) for question in QUESTIONS} <= {kind(question) for question in KINDS_OF_QUESTION}


def test_what_is_asked_of_some_questions_alone_is_looked_at_for_these() -> None:
    for rule in RULES:
        asked = {leaf.attribute: leaf.among for leaf in leaves(rule.when)}
        assert "in_case" not in asked or asked["question"] <= set(IN_CASES)
        assert "restricted" not in asked or asked["question"] <= ONE_CHILD
        assert asked.keys().isdisjoint({"bases", "bars", "restricted"}) or asked["question"] <= OF_CHILDREN


@SOME_AND_ALL
def test_officers_see_content_in_an_open_case_alone(step: int) -> None:
    for at in space(list(IN_CASES), step):
        if decided(at).shows is not None and Role.OPERATOR not in at.roles:
            assert at.in_case


@SOME_AND_ALL
def test_what_keeps_somebody_from_a_child_keeps_them_whatever_else_is_so(step: int) -> None:
    for at in space(["ShowChild", *OF_DECIDING, *OF_CONTACT, *OF_KIN], step):
        shows = decided(at).shows is not None
        if at.bars - {Bar.RESTRICTED} or (at.bars and Role.INDEX_TEAM not in at.roles):
            assert not shows


@SOME_AND_ALL
def test_a_practitioner_sees_a_child_on_a_basis_or_by_saying_why_and_own_work_alone(step: int) -> None:
    alone = frozenset({Role.PRACTITIONER})
    for at in space(KINDS_OF_QUESTION, step):
        if at.roles != alone or at.bars or decided(at).shows is None:
            continue
        if at.question in ONE_CHILD | OF_DECIDING | OF_CONTACT | OF_KIN:
            claimed = at.opening is Opening.CLAIM and at.claims_left
            assert at.bases - {Basis.AREA} or claimed
        elif at.question in OF_WORK | HEARINGS | {"ListContacts", "ShowOwnAccesses"}:
            assert at.whose is Whose.OWN
        elif at.question != "ReadNotice":
            assert (at.question, at.opening) == ("FindChildren", Opening.CLAIM)


@SOME_AND_ALL
def test_of_others_who_is_to_lead_is_said_by_those_alone_who_work_with_the_child_by_others_word(step: int) -> None:
    not_enough = {Basis.OWN_WORD, Basis.NOMINATED, Basis.REFERRAL, Basis.SIBLING, Basis.AREA}
    for at in space(sorted(OF_DECIDING), step):
        if decided(at).shows is not None and at.whose is not Whose.OWN and Role.OPERATOR not in at.roles:
            assert at.bases - not_enough


@SOME_AND_ALL
def test_whom_a_shield_hides_is_shown_whole_to_the_index_team_and_by_override_alone(step: int) -> None:
    for at in space(["ShowChild", "FindChildren"], step):
        if decided(at).unshields:
            assert Role.INDEX_TEAM in at.roles or (Role.SHIELD_OVERRIDE in at.roles and at.opening is Opening.OVERRIDE)


@SOME_AND_ALL
def test_sensitive_services_are_shown_without_consent_to_those_who_arrange_contact_alone(step: int) -> None:
    for at in space(KINDS_OF_QUESTION, step):
        if decided(at).shows is Extent.EVERYTHING:
            officer = {Role.PRIVACY_OFFICER, Role.DATA_PROTECTION_OFFICER} & at.roles and at.in_case
            assert officer or Role.INDEX_TEAM in at.roles or (Role.OPERATOR in at.roles and not at.people_sign_in)


@SOME_AND_ALL
def test_where_people_sign_in_the_operator_sees_nothing_of_a_child(step: int) -> None:
    for at in space(KINDS_OF_QUESTION, step):
        if at.roles == {Role.OPERATOR} and at.people_sign_in and decided(at).shows is not None:
            assert at.question in ("ListKept", "ShowLogState", "ShowDue", "ReadNotice", "ExportLog")


@SOME_AND_ALL
def test_who_publishes_reads_feedback_alone(step: int) -> None:
    feed = {at.question for at in space(KINDS_OF_QUESTION, step) if at.roles == {Role.FEED} and decided(at).shows}
    assert feed == {"ReadFeedback"}


@SOME_AND_ALL
def test_who_checks_does_not_act_and_nobody_reviews_their_own_access(step: int) -> None:
    for at in space([REVIEW], step):
        if decided(at).shows is not None and Role.OPERATOR not in at.roles:
            assert Role.PRIVACY_OFFICER in at.roles
            assert at.whose is Whose.OWN_ORGANISATION


@SOME_AND_ALL
def test_what_officers_did_is_asked_by_no_privacy_officer_and_of_people_the_auditor_asks_nothing_else(
    step: int,
) -> None:
    for at in space(["AskOfficers"], step):
        if decided(at).shows is None or Role.OPERATOR in at.roles or Role.DATA_PROTECTION_OFFICER in at.roles:
            continue
        acts = Role.PRIVACY_OFFICER in at.roles and at.whose is Whose.OWN_ORGANISATION
        assert acts or (Role.AUDITOR in at.roles and at.whose in (Whose.OFFICERS, Whose.COUNTS))


@SOME_AND_ALL
def test_everybody_reads_their_own_accesses_and_nobody_anothers_by_that(step: int) -> None:
    for at in space(["ShowOwnAccesses"], step):
        person = Role.PRACTITIONER in at.roles
        assert (decided(at).shows is not None) == (
            (person and at.whose is Whose.OWN) or (at.roles == {Role.OPERATOR} and not at.people_sign_in)
        )


@SOME_AND_ALL
def test_no_area_is_listed_but_to_who_is_on_duty_there(step: int) -> None:
    for at in space(sorted(OF_AREA)[:1], step):
        if decided(at).shows is not None and Role.OPERATOR not in at.roles:
            assert Role.DUTY in at.roles
            assert at.whose is Whose.OWN_AREA


@SOME_AND_ALL
def test_nobody_overrides_or_reads_what_others_were_shown_who_has_not_signed_in_strongly(step: int) -> None:
    for at in space(["ShowChild", *OFFICERS_CONTENT], step):
        rule = decided(at)
        if at.signed_in_strongly is None:
            assert rule is decided(replace(at, signed_in_strongly=False))
            assert rule.purpose != "override"
            assert rule.shows is None or at.question not in OFFICERS_CONTENT or Role.OPERATOR in at.roles


@SOME_AND_ALL
def test_whether_somebody_must_sign_in_strongly_depends_on_no_child(step: int) -> None:
    told: dict[tuple[object, ...], set[bool]] = {}
    for at in space(["ShowChild", "FindChildren", *OFFICERS_CONTENT], step):
        asked = (at.question, at.roles, at.opening, at.signed_in_strongly)
        told.setdefault(asked, set()).add(decided(at) is SIGN_IN_STRONGLY)
    assert all(len(answers) == 1 for answers in told.values())
    assert {True} in told.values()


@SOME_AND_ALL
def test_an_override_and_a_claim_alert(step: int) -> None:
    for at in space(["ShowChild"], step):
        rule = decided(at)
        if rule.purpose in ("claim", "override", "mediation"):
            assert rule.alerts


def test_a_rule_that_fails_lets_nobody_see_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Rule("broken", None, has("an attribute that is not there", True), "", "")
    monkeypatch.setattr("domain.access.rules.RULES", [broken, *RULES])
    rules_for.cache_clear()
    assert decided(Point("ShowChild", frozenset({Role.OPERATOR}), people_sign_in=False)) is NOT_ALLOWED
    rules_for.cache_clear()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_says_why_and_by_which_law(rule: Rule) -> None:
    assert rule.says.endswith(".")
    assert "Article" in rule.law
