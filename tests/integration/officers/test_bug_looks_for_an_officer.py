"""A look that somebody made for an officer was listed to that officer, with what another had found of it: it is theirs, and not theirs to review."""

from adapters.commands.reviewing import Review, review
from domain.access.reviewing import CameOut
from domain.access.viewer import Role
from tests.builders.desk import BEN, OFFICER, Desk
from tests.builders.viewers import granted, looking_for

OTHER = "la-808:P3"


def test_a_look_that_was_made_for_an_officer_is_looked_at_by_another(desk: Desk) -> None:
    desk.helped("Ada")
    granted(desk.here, BEN, Role.MEDIATOR)
    granted(desk.here, OTHER, Role.PRIVACY_OFFICER)
    for_officer = desk.look("Ada", looking_for(desk.person(BEN), OFFICER))
    for_other = desk.look("Ada", looking_for(desk.person(BEN), OTHER))
    assert desk.entries("alerts") == [for_other]
    assert desk.entries("alerts", by=OTHER, organisation="la-808") == [for_officer]
    review(desk.here.service, desk.person(OTHER), Review(for_officer, CameOut.NOT_EXPLAINED))
    assert desk.entries("mediated") == [for_other]
    assert desk.answer("mediated")["total"] == 1, "nor is it counted"
    assert for_officer not in desk.entries("sample-to-review")
