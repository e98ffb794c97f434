"""One example of each row of the prose: who asks what, and how much is shown (access.md 1, 2, 6 and 7; domain.md B1, E1 to E6).

Written by a hand that had not read the table in `domain/access/rules.py`; what came later has a section of its own.
"""

from dataclasses import dataclass
from typing import Any, Final

from domain.access.rules import Bar, Basis, Extent, Point, Whose
from domain.access.viewer import Opening, Role

REFUSED: Final = None
MINIMAL, PAGE, EVERYTHING = Extent.MINIMAL, Extent.PAGE, Extent.EVERYTHING


@dataclass(frozen=True, slots=True)
class Row:
    """What the prose says, of one point: `source` where. `shows` None: refused; `aside`: a shield is set aside; `alerts`: is looked at."""

    source: str
    says: str
    at: Point
    shows: Extent | None
    aside: bool = False
    alerts: bool = False


def _row(
    source: str,
    says: str,
    question: str,
    roles: tuple[Role, ...],
    *,
    shows: Extent | None,
    aside: bool = False,
    alerts: bool = False,
    **given: Any,
) -> Row:
    sets = {name: frozenset(given.pop(name, ())) for name in ("bases", "bars")}
    return Row(source, says, Point(question, frozenset(roles), **sets, **given), shows, aside, alerts)


_WORKS: Final = (Role.PRACTITIONER,)
_MANAGES: Final = (Role.PRACTITIONER, Role.TEAM_MANAGER)
_ON_DUTY: Final = (Role.PRACTITIONER, Role.DUTY)
_OVERRIDES: Final = (Role.PRACTITIONER, Role.SHIELD_OVERRIDE)
_MEDIATES: Final = (Role.PRACTITIONER, Role.MEDIATOR)
_INDEX: Final = (Role.PRACTITIONER, Role.INDEX_TEAM)
_PRIVACY: Final = (Role.PRACTITIONER, Role.PRIVACY_OFFICER)
_CHECKS: Final = (Role.PRACTITIONER, Role.DATA_PROTECTION_OFFICER)
_AUDITS: Final = (Role.PRACTITIONER, Role.AUDITOR)
_FEED: Final = (Role.FEED,)
_OPERATES: Final = (Role.OPERATOR,)
_OURS, _OTHERS = Whose.OWN_ORGANISATION, Whose.OTHERS
_OWN = {"bases": [Basis.LEAD]}
_CLAIMED = {"opening": Opening.CLAIM, "claims_left": True}
_STRONGLY = {"signed_in_strongly": True}
_CLAIMED_STRONGLY = {**_CLAIMED, **_STRONGLY}
_IN_CASE = {"in_case": True, **_STRONGLY}
_OURS_IN_CASE = {"whose": Whose.OWN_OFFICE, **_IN_CASE}
_OF_OFFICE = {"whose": Whose.OWN_OFFICE}
_OVERRIDING = {"opening": Opening.OVERRIDE, "signed_in_strongly": True}
_FOR_ANOTHER = {"opening": Opening.MEDIATION}
# What is shown.
_SEALED_TOO = {"shows": PAGE, "aside": True, "alerts": True}
_WHOLE = {"shows": EVERYTHING, "aside": True}
_OWN_WORD = {"shows": PAGE, "alerts": True}
_STUB = {"shows": MINIMAL, "alerts": True}

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
    _row("access.md 2", "another's caseload is not one's own", "ShowCaseload", _WORKS, whose=_OTHERS, shows=REFUSED),
    _row("access.md 2", "nor are another's changes", "ShowChanges", _WORKS, whose=_OTHERS, shows=REFUSED),
    _row("access.md 2", "a team's manager sees its work", "ShowCaseload", _MANAGES, whose=Whose.OWN_TEAM, shows=PAGE),
    _row("access.md 2", "and that of no other team", "ShowHandover", _MANAGES, whose=_OTHERS, shows=REFUSED),
    _row("access.md 2", "duty: a child of the area, on take-on", "ShowChild", _ON_DUTY, bases=[Basis.AREA], opening=Opening.CLAIM, shows=PAGE),
    _row("access.md 2", "duty: the rows of its area", "ListFamilies", _ON_DUTY, whose=Whose.OWN_AREA, shows=MINIMAL),
    _row("access.md 2", "and of no other area", "ListFamilies", _ON_DUTY, whose=_OTHERS, shows=REFUSED),
    _row("access.md 2", "who is not on duty lists no area", "ListGaps", _WORKS, whose=_OTHERS, shows=REFUSED),
    # access.md 1 and 2, domain.md E2: with a reason
    _row("domain.md E2", "a claim with a reason opens the page", "ShowChild", _WORKS, **_CLAIMED, shows=PAGE, alerts=True),
    _row("access.md 1", "a cap per day", "ShowChild", _WORKS, opening=Opening.CLAIM, claims_left=False, shows=REFUSED),
    _row("domain.md E2", "who publishes claims nothing", "ShowChild", _FEED, **_CLAIMED, shows=REFUSED),
    _row("access.md 6", "nor does the machine's operator", "ShowChild", _OPERATES, **_CLAIMED, shows=REFUSED),
    _row("domain.md E1", "who looks for somebody who cannot sign in", "ShowChild", _MEDIATES, **_FOR_ANOTHER, shows=PAGE),
    _row("domain.md E1", "needs to be a mediator", "ShowChild", _WORKS, **_FOR_ANOTHER, shows=REFUSED),
    # domain.md E3: search
    _row("domain.md E3", "a result is who a child is", "FindChildren", _WORKS, **_CLAIMED, shows=MINIMAL),
    _row("domain.md E3", "no browsing: whoever searches says why", "FindChildren", _WORKS, shows=REFUSED),
    _row("domain.md E3", "the index team finds", "FindChildren", _INDEX, **_CLAIMED, **_WHOLE),
    # domain.md E4: shields
    _row("domain.md E4, 2", "of one's own shielded child no whereabouts", "ShowChild", _WORKS, **_OWN, shielded=True, shows=PAGE),
    _row("domain.md E4, 2", "a claim to a shielded child shows who it is", "ShowChild", _WORKS, **_CLAIMED, shielded=True, **_STUB),
    _row("domain.md E4, 4", "override: hidden data, for one visit", "ShowChild", _OVERRIDES, **_OVERRIDING, shielded=True, **_SEALED_TOO),
    _row("domain.md E4, 4", "the right alone sets nothing aside", "ShowChild", _OVERRIDES, shielded=True, shows=REFUSED),
    _row("domain.md E4, 4", "nor does asking without the right", "ShowChild", _WORKS, **_OVERRIDING, shielded=True, shows=REFUSED),
    _row("domain.md E4, 5", "the index team reads what is hidden", "ShowTimeline", _INDEX, **_CLAIMED, shielded=True, **_WHOLE),
    _row("domain.md E4, table", "sensitive services: not to who overrides", "ShowTimeline", _OVERRIDES, **_OVERRIDING, **_SEALED_TOO),
    _row("domain.md E2", "the index team too says why", "ShowChild", _INDEX, shows=REFUSED),
    _row("domain.md E4, table", "sensitive services: to the index team, to broker", "ShowChild", _INDEX, **_CLAIMED, **_WHOLE),
    _row("domain.md E1", "of a shielded child who it is", "ShowChild", _MEDIATES, **_FOR_ANOTHER, shielded=True, shows=MINIMAL),
    _row("decision 32", "the index team sees to what names a sealed identity", "ShowKept", _INDEX, shows=PAGE),
    _row("domain.md E1", "what is kept is shown to nobody else", "ShowKept", _WORKS, **_CLAIMED, shows=REFUSED),
    # access.md 2: what nothing overrides
    _row("access.md 2", "excluded: not the lead", "ShowChild", _WORKS, **_OWN, bars=[Bar.EXCLUDED], shows=REFUSED),
    _row("access.md 2", "excluded: not by override", "ShowChild", _OVERRIDES, **_OVERRIDING, bars=[Bar.EXCLUDED], shows=REFUSED),
    _row("access.md 2", "only others may: not the lead", "ShowTimeline", _WORKS, **_OWN, bars=[Bar.RESTRICTED], shows=REFUSED),
    _row("access.md 2", "only others may: not by claim", "ShowChild", _WORKS, **_CLAIMED, bars=[Bar.RESTRICTED], shows=REFUSED),
    _row("access.md 2", "only others may: the index team alone", "ShowChild", _INDEX, **_CLAIMED, bars=[Bar.RESTRICTED], **_WHOLE),
    _row("access.md 2", "one's own and relatives' are refused", "ShowChild", _WORKS, **_OWN, bars=[Bar.CONFLICT], shows=REFUSED),
    _row("access.md 2", "of the index team too", "ShowChild", _INDEX, **_CLAIMED, bars=[Bar.CONFLICT], shows=REFUSED),
    # access.md 2 and 7, domain.md E1: officers
    _row("access.md 2", "a privacy officer: the own organisation's accesses", "ListAccesses", _PRIVACY, whose=_OURS, shows=PAGE),
    _row("access.md 2", "and no others'", "ReplayEntry", _PRIVACY, **_IN_CASE, whose=_OTHERS, shows=REFUSED),
    _row("access.md 2", "a data-protection officer: everything", "ReplayEntry", _CHECKS, **_IN_CASE, whose=_OTHERS, shows=EVERYTHING),
    _row("domain.md E1", "child content only in an opened case", "ShowChild", _CHECKS, shows=REFUSED),
    _row("access.md 2", "a privacy officer: what its people saw", "ReplayEntry", _PRIVACY, **_IN_CASE, whose=_OURS, shows=EVERYTHING),
    _row("access.md 2", "who replays has an open case", "ReplayEntry", _CHECKS, **_CLAIMED_STRONGLY, whose=_OTHERS, shows=REFUSED),
    _row("access.md 2", "nor what was shown of a relative", "ReplayEntry", _CHECKS, **_IN_CASE, whose=_OTHERS, bars=[Bar.CONFLICT], shows=REFUSED),
    _row("issue 16, 3", "and has signed in strongly", "ReplayEntry", _CHECKS, in_case=True, whose=_OTHERS, shows=REFUSED),
    _row("access.md 2", "a data-protection officer: everybody's accesses", "ListAccesses", _CHECKS, whose=_OTHERS, shows=PAGE),
    _row("access.md 2", "an auditor: hashes and counts", "ShowLogState", _AUDITS, shows=PAGE),
    _row("access.md 2", "an auditor reads the officers' own accesses", "ListAccesses", _AUDITS, whose=_OURS, shows=PAGE),
    _row("domain.md E1", "an auditor sees no page again", "ReplayEntry", _AUDITS, whose=_OURS, shows=REFUSED),
    _row("access.md 7", "who works with children does not list accesses", "ListAccesses", _WORKS, whose=_OURS, shows=REFUSED),
    # access.md 2 and 6, domain.md E1: who is no person
    _row("access.md 2", "who publishes: its own feedback", "ReadFeedback", _FEED, whose=_OURS, shows=PAGE),
    _row("access.md 1", "what a publisher is told is what others hold: no other's", "ReadFeedback", _FEED, whose=_OTHERS, shows=REFUSED),
    _row("access.md 2", "who publishes sees no child", "ShowChild", _FEED, bases=[Basis.INVOLVED], shows=REFUSED),
    _row("access.md 6", "the operator: counts and health", "ListFeeds", _OPERATES, shows=PAGE),
    _row("access.md 6", "the operator: quarantine reasons", "ListKept", _OPERATES, shows=PAGE),
    _row("access.md 6", "the operator: no content", "ShowTimeline", _OPERATES, shows=REFUSED),
    _row("decision 48", "where nobody signs in, the operator is the only user", "ShowTimeline", _OPERATES, people_sign_in=False, shows=PAGE),
    # access.md 2 and 7, issue 16, 3: what was added since
    _row("issue 16, 3", "no override without a step up", "ShowChild", _OVERRIDES, opening=Opening.OVERRIDE, shielded=True, shows=REFUSED),
    _row("access.md 2", "one's own word alone is a claim", "ShowChild", _WORKS, bases=[Basis.OWN_WORD], **_OWN_WORD),
    _row("access.md 2", "of the siblings of a child one leads who they are", "ShowSiblings", _WORKS, **_OWN, shows=MINIMAL),
    _row("access.md 2", "not of a child that is not one's own", "ShowSiblings", _WORKS, shows=REFUSED),
    _row("access.md 2", "contact is offered on every page", "ShowContact", _WORKS, bases=[Basis.SIBLING], shows=MINIMAL),
    _row("access.md 2", "by claim too", "ShowContact", _WORKS, **_CLAIMED, **_STUB),
    _row("access.md 2", "not to who is kept from the child", "ShowContact", _WORKS, **_OWN, bars=[Bar.CONFLICT], shows=REFUSED),
    _row("access.md 7", "one's own entries are readable", "ShowOwnAccesses", _WORKS, whose=Whose.OWN, shows=PAGE),
    _row("access.md 7", "nobody else's are", "ShowOwnAccesses", _CHECKS, whose=_OTHERS, shows=REFUSED),
    _row("access.md 7", "staff are told what is logged", "ReadNotice", _WORKS, shows=PAGE),
    _row("access.md 2", "the index team brokers", "ShowContactAnswer", _INDEX, shows=PAGE),
    _row("access.md 2", "it sees to safety state, and says why", "ListProtections", _INDEX, **_CLAIMED, shows=EVERYTHING, alerts=True),
    _row("access.md 7", "a privacy officer asks of the own organisation", "AskOfficers", _PRIVACY, whose=_OURS, shows=PAGE),
    _row("access.md 7", "and of no other", "AskOfficers", _PRIVACY, whose=_OTHERS, shows=REFUSED),
    _row("access.md 7", "a data-protection officer of all", "ExportAnswer", _CHECKS, whose=_OTHERS, shows=PAGE),
    _row("access.md 2", "an auditor of officers", "AskOfficers", _AUDITS, whose=Whose.OFFICERS, shows=PAGE),
    _row("access.md 2", "and of nobody else", "AskOfficers", _AUDITS, whose=_OTHERS, shows=REFUSED),
    _row("access.md 2", "a privacy officer reviews", "ReviewAccess", _PRIVACY, whose=_OURS, shows=PAGE),
    _row("access.md 2", "a data-protection officer acts on none", "ReviewAccess", _CHECKS, whose=_OURS, shows=REFUSED),
    _row("access.md 2", "hashes are exported", "ExportLog", _AUDITS, **_STRONGLY, shows=PAGE),
    _row("decision 65", "to nobody who has not signed in strongly", "ExportLog", _AUDITS, shows=REFUSED),
    _row("decision 65", "whoever checks", "ExportLog", _CHECKS, shows=REFUSED),
    # decision 62: cases, and a restriction of Article 18
    _row("decision 62", "an office's own cases", "ListCases", _PRIVACY, **_OF_OFFICE, shows=PAGE),
    _row("decision 62", "what is done in them is decided as well", "OpenCase", _PRIVACY, **_OF_OFFICE, shows=PAGE),
    _row("decision 62", "the data protection officer acts in their own office's", "CloseCase", _CHECKS, **_OF_OFFICE, shows=PAGE),
    _row("decision 62", "and in no other's", "NoteCase", _CHECKS, whose=_OTHERS, shows=REFUSED),
    _row("decision 62", "but reads every case", "ShowCase", _CHECKS, whose=_OTHERS, shows=PAGE),
    _row("decision 62", "a privacy officer reads no other's", "ShowCase", _PRIVACY, whose=_OTHERS, shows=REFUSED),
    _row("access.md 2", "an auditor has no cases", "ListCases", _AUDITS, **_OF_OFFICE, shows=REFUSED),
    _row("access.md 7", "staff answer before a case closes", "AnswerCase", _WORKS, whose=Whose.OWN, shows=PAGE),
    _row("decision 62", "and see what is asked of them", "ShowHearing", _WORKS, whose=Whose.OWN, shows=PAGE),
    _row("decision 62", "not of anybody else", "ListHearings", _PRIVACY, whose=_OTHERS, shows=REFUSED),
    _row("decision 62", "a request for a record is answered whole", "ShowSubjectAccess", _PRIVACY, **_OURS_IN_CASE, **_WHOLE),
    _row("access.md 2", "rights are not for who checks", "ShowSubjectAccess", _CHECKS, **_OURS_IN_CASE, shows=REFUSED),
    _row("decision 62", "no record without an open case", "ShowSubjectAccess", _PRIVACY, **_OF_OFFICE, **_STRONGLY, shows=REFUSED),
    _row("issue 16, 3", "nor without a step up", "ShowSubjectAccess", _PRIVACY, **_OF_OFFICE, in_case=True, shows=REFUSED),
    _row("access.md 2", "nor of a relative", "ShowSubjectAccess", _PRIVACY, **_OURS_IN_CASE, bars=[Bar.CONFLICT], shows=REFUSED),
    _row("decision 62", "not to be used: a claim shows who it is", "ShowChild", _WORKS, **_CLAIMED, restricted=True, **_STUB),
    _row("decision 62", "nothing is taken from who works with the child", "ShowTimeline", _WORKS, **_OWN, restricted=True, shows=PAGE),
    _row("decision 62", "nor by override", "ShowChild", _OVERRIDES, **_OVERRIDING, restricted=True, **_SEALED_TOO),
    _row("decision 62", "nor from the index team", "ShowChild", _INDEX, **_CLAIMED, restricted=True, **_WHOLE),
    _row("decision 73", "nor does one's own word show more", "ShowTimeline", _WORKS, bases=[Basis.OWN_WORD], restricted=True, **_STUB),
    _row("decision 73", "nor to look for somebody else", "ShowChild", _MEDIATES, **_FOR_ANOTHER, restricted=True, **_STUB),
    _row("decision 62", "nobody reads a case that is about them", "ShowCase", _CHECKS, whose=Whose.ABOUT_THEM, shows=REFUSED),
    _row("decision 62", "though it is of their own office", "ShowCase", _PRIVACY, whose=Whose.ABOUT_THEM, shows=REFUSED),
    _row("decision 73", "the operator takes an export away", "ExportLog", _OPERATES, shows=PAGE),
    # decision 68: how long is the authority's schedule
    _row("decision 68", "the index team sees how much is due", "ShowDue", _INDEX, shows=PAGE),
    _row("decision 68", "so do the officers", "ShowDue", _CHECKS, shows=PAGE),
    _row("decision 68", "and nobody else", "ShowDue", _AUDITS, shows=REFUSED),
    # decision 67: who could open a record, and why somebody could not
    _row("decision 67", "officers count who could, with a reason", "ShowReach", _PRIVACY, **_CLAIMED, shows=PAGE),
    _row("decision 67", "not without one", "ShowReach", _CHECKS, shows=REFUSED),
    _row("decision 67", "officers alone", "ShowReach", _AUDITS, **_CLAIMED, shows=REFUSED),
    _row("decision 67", "not where they are kept from the child", "ShowReach", _CHECKS, **_CLAIMED, bars=[Bar.EXCLUDED], shows=REFUSED),
    _row("decision 67", "a restriction to others keeps nobody from it", "ShowReach", _CHECKS, **_CLAIMED, bars=[Bar.RESTRICTED], shows=PAGE),
    _row("decision 67", "refusals of one's own organisation", "ExplainRefusal", _PRIVACY, **_CLAIMED_STRONGLY, whose=_OURS, shows=PAGE),
    _row("decision 67", "and of no other", "ExplainRefusal", _PRIVACY, **_CLAIMED_STRONGLY, whose=_OTHERS, shows=REFUSED),
    _row("decision 67", "a data protection officer explains all", "ExplainRefusal", _CHECKS, **_CLAIMED_STRONGLY, shows=PAGE),
    _row("decision 65", "who has signed in strongly", "ExplainRefusal", _CHECKS, **_CLAIMED, shows=REFUSED),
    _row("decision 67", "not of a relative", "ExplainRefusal", _CHECKS, **_CLAIMED_STRONGLY, bars=[Bar.CONFLICT], shows=REFUSED),
    # access.md 2: nothing allowed by default
    _row("access.md 2", "nothing is allowed by default", "ShowFamily", _WORKS, shows=REFUSED),
    _row("access.md 2", "nor to whoever holds no role", "ShowChild", (), **_OWN, shows=REFUSED),
)  # fmt: skip
