"""An officer of two organisations is granted the role for each, by the staff number there: what each lets them see is told apart."""

import pytest

from adapters.commands.granting import grant, read_worker, roles
from adapters.commands.reviewing import Review, review
from domain.access.reviewing import CameOut
from domain.access.viewer import Role
from domain.answers.answered import Answered
from domain.errors import Misuse
from domain.questions.about import ListAccesses
from tests.builders.cases import opened, shown
from tests.builders.desk import ANNA, BEN, CARA, OFFICER, Desk
from tests.builders.viewers import saying_why

THERE = "ods-Z9H:P1"  # the same person, at the trust


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """The desk, whose officer is the trust's as well."""
    for _ in range(2):  # said again it is the same
        grant(desk.here.service, read_worker(THERE), Role.PRIVACY_OFFICER)
    desk.helped("Ada", "Bob")
    return desk


def test_the_role_is_held_once_for_each(desk: Desk) -> None:
    held = [one.worker for one in roles(desk.here.service) if one.role == Role.PRIVACY_OFFICER]
    assert held == [OFFICER, THERE]


def test_each_sees_the_accesses_of_its_own_people_and_is_refused_the_others(desk: Desk) -> None:
    for who in (ANNA, CARA):
        desk.look("Ada", saying_why(desk.person(who)))
    seen = {}
    for officer in (OFFICER, THERE):
        for organisation in ("la-808", "ods-Z9H"):
            found = desk.ask(ListAccesses(organisation=organisation), desk.person(officer))
            listed = found.content["accesses"] if isinstance(found, Answered) else []
            seen[officer, organisation] = {one["viewer"] for one in listed}
    assert (seen[OFFICER, "ods-Z9H"], seen[THERE, "la-808"]) == (set(), set())
    assert (ANNA in seen[OFFICER, "la-808"], CARA in seen[THERE, "ods-Z9H"]) == (True, True)


def test_alerts_and_reviews_are_each_organisations_own(desk: Desk) -> None:
    ours, theirs = (desk.look("Ada", saying_why(desk.person(who))) for who in (BEN, CARA))
    assert desk.entries("alerts") == [ours]
    assert desk.entries("alerts", by=THERE, organisation="ods-Z9H") == [theirs]
    with pytest.raises(Misuse):
        review(desk.here.service, desk.person(THERE), Review(ours, CameOut.EXPLAINED))
    review(desk.here.service, desk.person(THERE), Review(theirs, CameOut.EXPLAINED))
    assert desk.entries("alerts", by=THERE, organisation="ods-Z9H") == []


def test_what_they_do_stands_in_the_log_under_the_number_by_which_they_did_it(desk: Desk) -> None:
    case = opened(desk.here, desk.person(THERE), concerned=CARA)
    assert shown(desk.here, desk.person(THERE), case)["opened_by"] == THERE
    assert shown(desk.here, desk.person(OFFICER), case) is None, "it is the other organisation's"
    desk.answer("alerts")
    desk.answer("alerts", by=THERE, organisation="ods-Z9H")
    found = desk.rows("what-officers-looked-at", by="la-808:A1")
    asked = {row["viewer"] for row in found}
    assert {OFFICER, THERE} <= asked
