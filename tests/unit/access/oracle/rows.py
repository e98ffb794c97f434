"""One example of each row of the prose: who asks what, and how much is shown (access.md 1, 2, 6 and 7; domain.md B1, E1 to E6).

Written by a hand that had not read the table in `domain/access/rules.py`.
"""

from dataclasses import dataclass
from typing import Any, Final

from domain.access.rules import Bar, Basis, Extent, Point, Whose
from domain.access.viewer import Opening, Role

REFUSED: Final = None
MINIMAL, PAGE, EVERYTHING = Extent.MINIMAL, Extent.PAGE, Extent.EVERYTHING


@dataclass(frozen=True, slots=True)
class Row:
    """What the prose says, of one point: `source` where it stands. `shows` None: refused; `aside`: a shield is set aside."""

    source: str
    says: str
    at: Point
    shows: Extent | None
    aside: bool = False


def _row(
    source: str, says: str, question: str, *roles: Role, shows: Extent | None, aside: bool = False, **given: Any
) -> Row:
    sets = {name: frozenset(given.pop(name, ())) for name in ("bases", "bars")}
    return Row(source, says, Point(question, frozenset(roles), **sets, **given), shows, aside)


_WORKS: Final = Role.PRACTITIONER
_OWN = {"bases": [Basis.LEAD]}
_CLAIMED = {"opening": Opening.CLAIM, "claims_left": True}
_OVERRIDING = {"opening": Opening.OVERRIDE}
_FOR_ANOTHER = {"opening": Opening.MEDIATION}

ROWS: Final = (
    # access.md 2: bases for seeing
    _row("access.md 2", "a lead sees the page", "ShowChild", _WORKS, bases=[Basis.LEAD], shows=PAGE),
    _row("access.md 2", "so does a nominated lead", "ShowChild", _WORKS, bases=[Basis.NOMINATED], shows=PAGE),
    _row("access.md 2", "so does whoever covers for a lead", "ShowTimeline", _WORKS, bases=[Basis.COVER], shows=PAGE),
    _row("access.md 2", "so does the team around the child", "ShowChild", _WORKS, bases=[Basis.TEAM_MEMBER], shows=PAGE),
    _row("access.md 2", "so does who is involved", "ShowTimeline", _WORKS, bases=[Basis.INVOLVED], shows=PAGE),
    _row("access.md 2", "so does who is of a team that is involved", "ShowChild", _WORKS, bases=[Basis.TEAM], shows=PAGE),
    _row("access.md 2", "a referral of the last 30 days is a basis", "ShowChild", _WORKS, bases=[Basis.REFERRAL], shows=PAGE),
    _row("access.md 2", "of a led child's sibling a minimal row", "ShowChild", _WORKS, bases=[Basis.SIBLING], shows=MINIMAL),
    _row("access.md 2", "no basis and no reason: refused", "ShowChild", _WORKS, shows=REFUSED),
    _row("access.md 2", "no reason is typed for one's own caseload", "ShowCaseload", _WORKS, whose=Whose.OWN, shows=PAGE),
    _row("access.md 2", "another's caseload is not one's own", "ShowCaseload", _WORKS, whose=Whose.OTHERS, shows=REFUSED),
    _row("access.md 2", "nor are another's changes", "ShowChanges", _WORKS, whose=Whose.OTHERS, shows=REFUSED),
    _row("access.md 2", "a team's manager sees its work", "ShowCaseload", _WORKS, Role.TEAM_MANAGER, whose=Whose.OWN_TEAM, shows=PAGE),
    _row("access.md 2", "and that of no other team", "ShowHandover", _WORKS, Role.TEAM_MANAGER, whose=Whose.OTHERS, shows=REFUSED),
    _row("access.md 2", "duty: of a child of the area a minimal row", "ShowChild", _WORKS, Role.DUTY, bases=[Basis.AREA], opening=Opening.CLAIM, shows=MINIMAL),
    _row("access.md 2", "duty: the rows of its area", "ListFamilies", _WORKS, Role.DUTY, whose=Whose.OWN_AREA, shows=MINIMAL),
    _row("access.md 2", "and of no other area", "ListFamilies", _WORKS, Role.DUTY, whose=Whose.OTHERS, shows=REFUSED),
    _row("access.md 2", "who is not on duty lists no area", "ListGaps", _WORKS, whose=Whose.OTHERS, shows=REFUSED),
    # access.md 1 and 2, domain.md E2: with a reason
    _row("domain.md E2", "a claim with a reason opens the page", "ShowChild", _WORKS, **_CLAIMED, shows=PAGE),
    _row("access.md 1", "a cap per day", "ShowChild", _WORKS, opening=Opening.CLAIM, claims_left=False, shows=REFUSED),
    _row("domain.md E2", "who publishes claims nothing", "ShowChild", Role.FEED, **_CLAIMED, shows=REFUSED),
    _row("access.md 6", "nor does the machine's operator", "ShowChild", Role.OPERATOR, **_CLAIMED, shows=REFUSED),
    _row("domain.md E1", "who looks for somebody who cannot sign in", "ShowChild", _WORKS, Role.MEDIATOR, **_FOR_ANOTHER, shows=PAGE),
    _row("domain.md E1", "needs to be a mediator", "ShowChild", _WORKS, **_FOR_ANOTHER, shows=REFUSED),
    # domain.md E3: search
    _row("domain.md E3", "a result is who a child is", "FindChildren", _WORKS, **_CLAIMED, shows=MINIMAL),
    _row("domain.md E3", "no browsing: whoever searches says why", "FindChildren", _WORKS, shows=REFUSED),
    _row("domain.md E3", "the index team finds", "FindChildren", _WORKS, Role.INDEX_TEAM, shows=EVERYTHING, aside=True),
    # domain.md E4: shields
    _row("domain.md E4, 2", "of one's own shielded child no whereabouts", "ShowChild", _WORKS, **_OWN, shielded=True, shows=PAGE),
    _row("domain.md E4, 2", "a claim to a shielded child shows who it is", "ShowChild", _WORKS, **_CLAIMED, shielded=True, shows=MINIMAL),
    _row("domain.md E4, 4", "override: hidden data, for one visit", "ShowChild", _WORKS, Role.SHIELD_OVERRIDE, **_OVERRIDING, shielded=True, shows=PAGE, aside=True),
    _row("domain.md E4, 4", "the right alone sets nothing aside", "ShowChild", _WORKS, Role.SHIELD_OVERRIDE, shielded=True, shows=REFUSED),
    _row("domain.md E4, 4", "nor does asking without the right", "ShowChild", _WORKS, **_OVERRIDING, shielded=True, shows=REFUSED),
    _row("domain.md E4, 5", "the index team reads what is hidden", "ShowTimeline", _WORKS, Role.INDEX_TEAM, shielded=True, shows=EVERYTHING, aside=True),
    _row("domain.md E4, table", "sensitive services: not to who overrides", "ShowTimeline", _WORKS, Role.SHIELD_OVERRIDE, **_OVERRIDING, shows=PAGE, aside=True),
    _row("domain.md E4, table", "sensitive services: to the index team, to broker", "ShowChild", _WORKS, Role.INDEX_TEAM, shows=EVERYTHING, aside=True),
    # access.md 2: what nothing overrides
    _row("access.md 2", "excluded: not the lead", "ShowChild", _WORKS, **_OWN, bars=[Bar.EXCLUDED], shows=REFUSED),
    _row("access.md 2", "excluded: not by override", "ShowChild", _WORKS, Role.SHIELD_OVERRIDE, **_OVERRIDING, bars=[Bar.EXCLUDED], shows=REFUSED),
    _row("access.md 2", "only others may: not the lead", "ShowTimeline", _WORKS, **_OWN, bars=[Bar.RESTRICTED], shows=REFUSED),
    _row("access.md 2", "only others may: not by claim", "ShowChild", _WORKS, **_CLAIMED, bars=[Bar.RESTRICTED], shows=REFUSED),
    _row("access.md 2", "only others may: the index team alone", "ShowChild", _WORKS, Role.INDEX_TEAM, bars=[Bar.RESTRICTED], shows=EVERYTHING, aside=True),
    _row("access.md 2", "one's own and relatives' are refused", "ShowChild", _WORKS, **_OWN, bars=[Bar.CONFLICT], shows=REFUSED),
    _row("access.md 2", "of the index team too", "ShowChild", _WORKS, Role.INDEX_TEAM, bars=[Bar.CONFLICT], shows=REFUSED),
    # access.md 2 and 7, domain.md E1: officers
    _row("access.md 2", "a privacy officer: the own organisation's accesses", "ListAccesses", _WORKS, Role.PRIVACY_OFFICER, whose=Whose.OWN_ORGANISATION, shows=PAGE),
    _row("access.md 2", "and no others'", "ReplayEntry", _WORKS, Role.PRIVACY_OFFICER, whose=Whose.OTHERS, shows=REFUSED),
    _row("access.md 2", "a data-protection officer: everything about accesses", "ReplayEntry", _WORKS, Role.DATA_PROTECTION_OFFICER, whose=Whose.OTHERS, shows=PAGE),
    _row("domain.md E1", "child content only in an opened case", "ShowChild", _WORKS, Role.DATA_PROTECTION_OFFICER, shows=REFUSED),
    _row("access.md 2", "an auditor: hashes and counts", "ShowLogState", _WORKS, Role.AUDITOR, shows=PAGE),
    _row("access.md 2", "an auditor reads the officers' own accesses", "ListAccesses", _WORKS, Role.AUDITOR, whose=Whose.OWN_ORGANISATION, shows=PAGE),
    _row("domain.md E1", "an auditor sees no page again", "ReplayEntry", _WORKS, Role.AUDITOR, whose=Whose.OWN_ORGANISATION, shows=REFUSED),
    _row("access.md 7", "who works with children does not list accesses", "ListAccesses", _WORKS, whose=Whose.OWN_ORGANISATION, shows=REFUSED),
    # access.md 2 and 6, domain.md E1: who is no person
    _row("access.md 2", "who publishes: its own feedback", "ReadFeedback", Role.FEED, whose=Whose.OWN_ORGANISATION, shows=PAGE),
    _row("access.md 1", "what a publisher is told is what others hold: no other's", "ReadFeedback", Role.FEED, whose=Whose.OTHERS, shows=REFUSED),
    _row("access.md 2", "who publishes sees no child", "ShowChild", Role.FEED, bases=[Basis.INVOLVED], shows=REFUSED),
    _row("access.md 6", "the operator: counts and health", "ListFeeds", Role.OPERATOR, shows=PAGE),
    _row("access.md 6", "the operator: quarantine reasons", "ListKept", Role.OPERATOR, shows=PAGE),
    _row("access.md 6", "the operator: no content", "ShowTimeline", Role.OPERATOR, shows=REFUSED),
    _row("decision 48", "where nobody signs in, the operator is the only user", "ShowTimeline", Role.OPERATOR, people_sign_in=False, shows=PAGE),
    # access.md 2: nothing allowed by default
    _row("access.md 2", "nothing is allowed by default", "ShowFamily", _WORKS, shows=REFUSED),
    _row("access.md 2", "nor to whoever holds no role", "ShowChild", **_OWN, shows=REFUSED),
)  # fmt: skip
