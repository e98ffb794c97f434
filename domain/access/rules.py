"""Who may see what: one ordered table. The first rule that holds decides, refusals stand first, and nothing is allowed by default.

A rule has its condition, what is said of it to people, and the law that it rests on (access.md 2; domain.md E1 to E5). A rule that
fails refuses, and an attribute that is not known lets nobody see anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

from domain.access.conditions import Condition, Not, either, every, folded, has
from domain.access.viewer import Opening, Role

# Answers of somebody's work: they ask for a worker.
OF_WORK: Final = frozenset({"ShowCaseload", "ShowHandover", "ShowMyFamilies", "ShowChanges"})
# Answers of one child.
ONE_CHILD: Final = frozenset({"ShowChild", "ShowTimeline"})
# Answers of who else is a child of one child's family.
OF_KIN: Final = frozenset({"ShowSiblings"})
# Answers of what somebody may do about one child.
OF_DECIDING: Final = frozenset({"ShowDecision"})
OF_CONTACT: Final = frozenset({"ShowContact"})
# Answers of an area.
OF_AREA: Final = frozenset({"ListFamilies", "ListGaps"})
# Answers that say nothing of a child: counts, health, why events are kept.
OF_THE_SERVICE: Final = frozenset(
    {"ListFeeds", "ShowQuality", "ListKept", "CountKept", "ListMended", "ShowLogState", "ReadNotice", "ShowDue"}
)
# Answers that show officers what others were shown of children or who works with one, a child's whole record, or give the whole log away.
OFFICERS_CONTENT: Final = frozenset({"ReplayEntry", "ShowSubjectAccess", "ExplainRefusal", "ExportLog"})
# Of officers' cases: what is asked, and what is done.
READS_CASES: Final = frozenset({"ListCases", "ShowCase"})
CASEWORK: Final = frozenset({"OpenCase", "NoteCase", "CloseCase"})
# Of a case that asks a member of staff: what it asks, and their answer.
HEARINGS: Final = frozenset({"ListHearings", "ShowHearing", "AnswerCase"})


class Basis(StrEnum):
    """What makes a child one of a person's own, by what is known at the head of the log."""

    LEAD = "lead"
    NOMINATED = "nominated"
    COVER = "cover"
    TEAM_MEMBER = "team_member"  # of the team around the child
    INVOLVED = "involved"
    OWN_WORD = "own_word"  # that the person works with the child, they alone have said
    TEAM = "team"  # the person's team works with the child
    REFERRAL = "referral"  # to the service of the person's team, not long ago
    SIBLING = "sibling"  # of a child whom the person leads
    AREA = "area"  # for which the person is on duty


class Bar(StrEnum):
    """Why somebody may not see a child's record, whatever else lets them."""

    EXCLUDED = "excluded"
    CONFLICT = "conflict"
    RESTRICTED = "restricted"  # to others


class Whose(StrEnum):
    """Whose work, area, accesses or cases are asked for."""

    OWN = "own"
    OWN_TEAM = "own_team"  # of a team that the viewer manages
    OWN_AREA = "own_area"  # for which the viewer is on duty
    OWN_ORGANISATION = "own_organisation"
    OFFICERS = "officers"  # of those who read the access log
    COUNTS = "counts"  # of nobody: how many there are
    OWN_OFFICE = "own_office"  # of a case: the viewer holds the office that has it
    ABOUT_THEM = "about_them"  # of a case: the viewer is the member of staff whom it is about
    OTHERS = "others"


class Extent(StrEnum):
    """How much of a child is shown."""

    MINIMAL = "minimal"  # who it is
    PAGE = "page"
    EVERYTHING = "everything"  # sensitive services too, to arrange contact


@dataclass(frozen=True, slots=True)
class Point:
    """What a decision is made of.

    `opening`: how the viewer asks for what is not their own work, where a reason is given. `claims_left`: fewer claims today than
    one person may make. `signed_in_strongly`: by a means that counts as strong, and not long ago; where that is not known, no.
    `in_case`: an open case of the viewer's office is about what is asked for. `restricted`: the person asks that the record be kept
    and not used (UK GDPR Article 18).
    """

    question: str
    roles: frozenset[Role]
    opening: Opening | None = None
    whose: Whose = Whose.OTHERS
    bases: frozenset[Basis] = frozenset()
    bars: frozenset[Bar] = frozenset()
    shielded: bool = False
    claims_left: bool = False
    people_sign_in: bool = True
    signed_in_strongly: bool | None = None
    in_case: bool = False
    restricted: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `says` is read by the person whom it lets see or refuses, `law` by whoever checks.

    `purpose`: the code of the access log. `unshields`: the child is shown as if it were not shielded. `alerts`: each use is for the
    privacy officer to look at (domain.md E5).
    """

    id: str
    shows: Extent | None  # None: it refuses
    when: Condition
    says: str
    law: str
    purpose: str = "work_with_own_children"
    unshields: bool = False
    alerts: bool = False


_PUBLIC_TASK: Final = "UK GDPR Article 6(1)(e), with Children Act 2004 sections 10 and 11"
_LEAD_PROFESSIONAL: Final = (
    f"{_PUBLIC_TASK}; statutory guidance Working Together to Safeguard Children: the lead practitioner"
)
_WORKING_TOGETHER: Final = f"{_PUBLIC_TASK}; where health is told Article 9(2)(h)"
_SAFEGUARDING: Final = f"{_PUBLIC_TASK}; Article 9(2)(g) with Data Protection Act 2018 schedule 1 paragraph 18"
_ACCOUNTABILITY: Final = "UK GDPR Articles 5(2) and 39"
_SECURITY: Final = "UK GDPR Article 32"

_CHILD: Final = has("question", *ONE_CHILD)
_DECIDES: Final = has("question", *OF_DECIDING)
_ASKS_FOR_CONTACT: Final = has("question", *OF_CONTACT)
_KIN: Final = has("question", *OF_KIN)
_ABOUT_A_CHILD: Final = either(_CHILD, _KIN, _DECIDES, _ASKS_FOR_CONTACT)
# For officers: who could open the record of a child, and why somebody could not, in which the record is not; the record, for
# whoever it is of; and what others were shown of it. A restriction to others keeps nobody from these who must answer for them.
_OF_THE_RECORD: Final = has("question", "ShowReach", "ExplainRefusal", "ShowSubjectAccess", "ReplayEntry")
_FINDS: Final = has("question", "FindChildren")
_PERSON: Final = has("roles", Role.PRACTITIONER)
_WORK: Final = has("question", *OF_WORK)
_ABOUT_ACCESSES: Final = has("question", "AskOfficers", "ExportAnswer")


# What makes a child one of a person's own by others' word: enough to say who is to lead.
_OWN_CHILD: Final = (Basis.LEAD, Basis.COVER, Basis.TEAM_MEMBER, Basis.INVOLVED, Basis.TEAM)


def _holds(role: Role) -> Condition:
    return has("roles", role)


def _asks(opening: Opening) -> Condition:
    return has("opening", opening)


_OVERRIDES: Final = every(_holds(Role.SHIELD_OVERRIDE), _CHILD, _asks(Opening.OVERRIDE))
# By nobody's word but one's own: to claim a child, to have said that one works with it, to look for somebody who cannot sign in.
_CLAIMS: Final = every(_PERSON, _CHILD, _asks(Opening.CLAIM), has("claims_left", True), has("shielded", False))
_BY_OWN_WORD: Final = every(_PERSON, _CHILD, has("bases", Basis.OWN_WORD), has("shielded", False))
_MEDIATES: Final = every(_holds(Role.MEDIATOR), _CHILD, has("shielded", False), _asks(Opening.MEDIATION))
_OFFICERS: Final = has("roles", Role.PRIVACY_OFFICER, Role.DATA_PROTECTION_OFFICER)
_READS_THE_LOG: Final = has("roles", Role.PRIVACY_OFFICER, Role.DATA_PROTECTION_OFFICER, Role.AUDITOR)


def _own(basis: Basis, says: str) -> Rule:
    return Rule(basis.value, Extent.PAGE, every(_PERSON, _CHILD, has("bases", basis)), says, _WORKING_TOGETHER)


# What a stolen session, or a screen left alone, must not be enough for. It depends on no child, so that it tells of none.
SIGN_IN_STRONGLY: Final = Rule(
    "sign_in_strongly",
    None,
    every(
        either(_OVERRIDES, every(_READS_THE_LOG, has("question", *OFFICERS_CONTENT))),
        Not(has("signed_in_strongly", True)),
    ),
    "You must have signed in a short time ago, by a strong means.",
    f"{_SECURITY}; OWASP ASVS 5.0, 7.5.3",
)

RULES: Final[Sequence[Rule]] = (
    SIGN_IN_STRONGLY,
    # ---- refusals, which nothing overrides
    Rule(
        "excluded",
        None,
        every(either(_ABOUT_A_CHILD, _OF_THE_RECORD), has("bars", Bar.EXCLUDED)),
        "You may not see this record.",
        f"{_SECURITY}; an order of a court, or the authority's decision",
    ),
    Rule(
        "conflict",
        None,
        every(either(_ABOUT_A_CHILD, _OF_THE_RECORD), has("bars", Bar.CONFLICT)),
        "You have declared an interest of your own in this child.",
        "UK GDPR Articles 5(1)(f) and 15: people get their own record, and their relatives', by an access request",
    ),
    Rule(
        "restricted",
        None,
        every(_ABOUT_A_CHILD, has("bars", Bar.RESTRICTED), Not(_holds(Role.INDEX_TEAM))),
        "Only people who are named may see this record.",
        f"{_SECURITY}; an order of a court, or the authority's decision",
    ),
    # ---- the machine and its systems
    Rule(
        "operator",
        Extent.EVERYTHING,
        every(_holds(Role.OPERATOR), has("people_sign_in", False)),
        "You operate the machine on which this record is kept.",
        f"{_SECURITY}: the controller's own installation, until people sign in to it",
        "operation",
    ),
    Rule(
        "operation",
        Extent.PAGE,
        every(_holds(Role.OPERATOR), has("question", "ExportLog", *OF_THE_SERVICE)),
        "You operate the service.",
        _SECURITY,
        "operation",
    ),
    Rule(
        "publisher",
        Extent.PAGE,
        every(_holds(Role.FEED), has("question", "ReadFeedback"), has("whose", Whose.OWN_ORGANISATION)),
        "These are what became of events that this organisation published.",
        "UK GDPR Article 5(1)(d): whoever published what is wrong must be able to mend it",
        "publication",
    ),
    # ---- what is opened with a reason, each visit anew
    Rule(
        "override",
        Extent.PAGE,
        _OVERRIDES,
        "You have set this child's shield aside for this visit. The privacy officer can see that you did, and why.",
        _SAFEGUARDING,
        "override",
        unshields=True,
        alerts=True,
    ),
    Rule(
        "index_team",
        Extent.EVERYTHING,
        every(_holds(Role.INDEX_TEAM), either(_CHILD, _FINDS), _asks(Opening.CLAIM)),
        "You are a member of the index team.",
        f"{_WORKING_TOGETHER}; SI 2007/2182 regulation 6(4)",
        "index_management",
        unshields=True,
    ),
    Rule(
        "mediated",
        Extent.PAGE,
        every(_MEDIATES, has("restricted", False)),
        "You look for somebody else, who is named in the log with you.",
        _WORKING_TOGETHER,
        "mediation",
        alerts=True,
    ),
    # ---- one's own work
    Rule(
        "own_work",
        Extent.PAGE,
        every(_PERSON, _WORK, has("whose", Whose.OWN)),
        "These are the children whom you work with.",
        _WORKING_TOGETHER,
    ),
    Rule(
        "team_work",
        Extent.PAGE,
        every(_holds(Role.TEAM_MANAGER), _WORK, has("whose", Whose.OWN_TEAM)),
        "You manage the team of this worker.",
        _WORKING_TOGETHER,
        "supervision",
    ),
    _own(Basis.LEAD, "You are this child's lead professional."),
    _own(Basis.NOMINATED, "You have been nominated as this child's lead professional."),
    _own(Basis.COVER, "You cover for this child's lead professional."),
    _own(Basis.TEAM_MEMBER, "You are a member of the team around this child."),
    _own(Basis.INVOLVED, "You work with this child."),
    _own(Basis.TEAM, "Your team works with this child."),
    _own(Basis.REFERRAL, "This child was referred to your team's service in the last 30 days."),
    Rule(
        "own_word",
        Extent.PAGE,
        every(_BY_OWN_WORD, has("restricted", False)),
        "You have said that you work with this child, and your organisation's own system has not said so. The privacy officer can see that.",
        _WORKING_TOGETHER,
        "claim",
        alerts=True,
    ),
    Rule(
        "family_of_an_own_child",
        Extent.MINIMAL,
        every(_PERSON, _KIN, has("bases", *_OWN_CHILD, Basis.NOMINATED)),
        "You work with a child of this family.",
        _WORKING_TOGETHER,
    ),
    # ---- what people decide about the children of their own work
    Rule(
        "decides_of_oneself",
        Extent.PAGE,
        every(
            _PERSON,
            _DECIDES,
            has("whose", Whose.OWN),
            has("bases", *_OWN_CHILD, Basis.NOMINATED, Basis.REFERRAL, Basis.OWN_WORD),
        ),
        "This is about your own part in work with this child.",
        _LEAD_PROFESSIONAL,
    ),
    Rule(
        "decides_of_a_colleague",
        Extent.PAGE,
        every(_PERSON, _DECIDES, has("whose", Whose.OTHERS, Whose.OWN_TEAM), has("bases", *_OWN_CHILD)),
        "You work with this child, and those who do agree on who leads.",
        _LEAD_PROFESSIONAL,
    ),
    Rule(
        "decides_by_claim",
        Extent.PAGE,
        every(
            _PERSON,
            _DECIDES,
            has("whose", Whose.OWN),
            _asks(Opening.CLAIM),
            has("claims_left", True),
            has("shielded", False),
        ),
        "You have said why this child is your business. The privacy officer can see that you did, and why.",
        _LEAD_PROFESSIONAL,
        "claim",
        alerts=True,
    ),
    # ---- to be put in touch, which is offered of every child
    Rule(
        "asks_for_contact",
        Extent.MINIMAL,
        every(_PERSON, _ASKS_FOR_CONTACT, has("bases", *(one for one in Basis if one is not Basis.AREA))),
        "The index team puts professionals in touch, whether or not there is anybody.",
        _WORKING_TOGETHER,
    ),
    Rule(
        "asks_for_contact_by_claim",
        Extent.MINIMAL,
        every(_PERSON, _ASKS_FOR_CONTACT, _asks(Opening.CLAIM), has("claims_left", True)),
        "The index team puts professionals in touch, whether or not there is anybody. You have said why you ask.",
        _WORKING_TOGETHER,
        "claim",
        alerts=True,
    ),
    Rule(
        "own_requests",
        Extent.PAGE,
        every(_PERSON, has("question", "ListContacts"), has("whose", Whose.OWN)),
        "These are the requests that you made.",
        _WORKING_TOGETHER,
    ),
    Rule(
        "requests_to_answer",
        Extent.PAGE,
        every(_holds(Role.INDEX_TEAM), has("question", "ListContacts", "ShowContactAnswer")),
        "You are a member of the index team, which answers requests for contact.",
        _WORKING_TOGETHER,
        "index_management",
    ),
    # ---- duty
    Rule(
        "duty",
        Extent.PAGE,
        every(_holds(Role.DUTY), has("question", *OF_AREA), has("whose", Whose.OWN_AREA)),
        "You are on duty for this area.",
        _SAFEGUARDING,
        "duty",
    ),
    Rule(
        "taken_on",
        Extent.PAGE,
        every(_holds(Role.DUTY), _CHILD, has("bases", Basis.AREA), _asks(Opening.CLAIM)),
        "You are on duty for this child's area, and have said why you look.",
        _SAFEGUARDING,
        "duty",
    ),
    # ---- others' children
    Rule(
        "self_claim",
        Extent.PAGE,
        every(_CLAIMS, has("restricted", False)),
        "You have said why this child is your business. The privacy officer can see that you did, and why.",
        _WORKING_TOGETHER,
        "claim",
        alerts=True,
    ),
    Rule(
        "by_word_restricted",
        Extent.MINIMAL,
        every(either(_CLAIMS, _BY_OWN_WORD, _MEDIATES), has("restricted", True)),
        "The person asks that this record be kept and not used, which is being looked into. The index team can put you in touch.",
        "UK GDPR Article 18(2): used to protect a child by those who work with it by others' word, on duty, and the index team",
        "claim",
        alerts=True,
    ),
    Rule(
        "self_claim_shielded",
        Extent.MINIMAL,
        every(_PERSON, _CHILD, _asks(Opening.CLAIM), has("claims_left", True), has("shielded", True)),
        "This child is shielded. The index team can put you in touch.",
        _WORKING_TOGETHER,
        "claim",
        alerts=True,
    ),
    Rule(
        "sibling",
        Extent.MINIMAL,
        every(_PERSON, _CHILD, has("bases", Basis.SIBLING)),
        "You lead for a brother or sister of this child.",
        _WORKING_TOGETHER,
    ),
    Rule(
        "search",
        Extent.MINIMAL,
        every(either(_PERSON, _holds(Role.MEDIATOR)), _FINDS, _asks(Opening.CLAIM)),
        "You have said why you look for this child.",
        _WORKING_TOGETHER,
        "search",
    ),
    # ---- the index team's other work, and the officers'
    Rule(
        "own_accesses",
        Extent.PAGE,
        every(_PERSON, has("question", "ShowOwnAccesses"), has("whose", Whose.OWN)),
        "These are your own accesses.",
        "UK GDPR Articles 13 and 15: staff know what is logged of them",
        "own_accesses",
    ),
    Rule(
        "notice",
        Extent.PAGE,
        every(_PERSON, has("question", "ReadNotice")),
        "This is what staff are told of the log of their accesses.",
        "UK GDPR Article 13",
        "notice",
    ),
    Rule(
        "keeping",
        Extent.PAGE,
        every(
            _holds(Role.INDEX_TEAM), has("question", "ShowKept", "ShowMeasures", "CountProtections", *OF_THE_SERVICE)
        ),
        "You are a member of the index team.",
        "UK GDPR Article 5(1)(d)",
        "index_management",
    ),
    Rule(
        "due",
        Extent.PAGE,
        every(_OFFICERS, has("question", "ShowDue")),
        "You look after how long records are kept.",
        "UK GDPR Article 5(1)(e)",
        "audit",
    ),
    Rule(
        "protections",
        Extent.EVERYTHING,
        every(_holds(Role.INDEX_TEAM), has("question", "ListProtections"), _asks(Opening.CLAIM)),
        "You are a member of the index team, and have said why you look at what protects children.",
        f"{_SECURITY}; Children Act 2004 section 11",
        "index_management",
        alerts=True,
    ),
    Rule(
        "own_organisations_accesses",
        Extent.PAGE,
        every(_holds(Role.PRIVACY_OFFICER), has("question", "ListAccesses"), has("whose", Whose.OWN_ORGANISATION)),
        "You are the privacy officer of this organisation.",
        _ACCOUNTABILITY,
        "audit",
    ),
    Rule(
        "own_organisations_replay",
        Extent.EVERYTHING,
        every(
            _holds(Role.PRIVACY_OFFICER),
            has("question", "ReplayEntry"),
            has("whose", Whose.OWN_ORGANISATION),
            has("in_case", True),
        ),
        "You are the privacy officer of this organisation, and have an open case about this access.",
        _ACCOUNTABILITY,
        "audit",
    ),
    Rule(
        "accesses",
        Extent.PAGE,
        every(
            either(_holds(Role.DATA_PROTECTION_OFFICER), _holds(Role.AUDITOR)),
            has("question", "ListAccesses", "ExportLog"),
        ),
        "You check how this service is used.",
        _ACCOUNTABILITY,
        "audit",
    ),
    Rule(
        "replay",
        Extent.EVERYTHING,
        every(_holds(Role.DATA_PROTECTION_OFFICER), has("question", "ReplayEntry"), has("in_case", True)),
        "You are the data protection officer, and have an open case about this access.",
        _ACCOUNTABILITY,
        "audit",
    ),
    # ---- officers' cases
    Rule(
        "own_offices_cases",
        Extent.PAGE,
        every(
            _OFFICERS,
            has("question", *READS_CASES, *CASEWORK),
            has("whose", Whose.OWN_OFFICE),
        ),
        "You hold the office that has this case.",
        "UK GDPR Articles 5(2), 12, 24, 33 and 39",
        "case",
    ),
    Rule(
        "cases",
        Extent.PAGE,
        every(
            _holds(Role.DATA_PROTECTION_OFFICER),
            has("question", *READS_CASES),
            has("whose", *(one for one in Whose if one is not Whose.ABOUT_THEM)),
        ),
        "You are the data protection officer, and check how cases are handled.",
        _ACCOUNTABILITY,
        "audit",
    ),
    Rule(
        "subject_access",
        Extent.EVERYTHING,
        every(
            _holds(Role.PRIVACY_OFFICER),
            has("question", "ShowSubjectAccess"),
            has("whose", Whose.OWN_OFFICE),
            has("in_case", True),
        ),
        "You answer a request for this child's record, in an open case of your office.",
        "UK GDPR Articles 15 and 26(3); Data Protection Act 2018 schedules 2 to 4",
        "case",
        unshields=True,
    ),
    Rule(
        "hearing",
        Extent.PAGE,
        every(_PERSON, has("question", *HEARINGS), has("whose", Whose.OWN)),
        "An officer's case asks you.",
        "UK GDPR Articles 5(1)(a) and 15: the access log is a record of staff too",
        "case",
    ),
    Rule(
        "own_organisations_questions",
        Extent.PAGE,
        every(_holds(Role.PRIVACY_OFFICER), _ABOUT_ACCESSES, has("whose", Whose.OWN_ORGANISATION)),
        "You are the privacy officer of this organisation.",
        _ACCOUNTABILITY,
        "audit",
    ),
    Rule(
        "questions",
        Extent.PAGE,
        every(_holds(Role.DATA_PROTECTION_OFFICER), _ABOUT_ACCESSES),
        "You check how this service is used.",
        _ACCOUNTABILITY,
        "audit",
    ),
    Rule(
        "questions_of_officers",
        Extent.PAGE,
        every(_holds(Role.AUDITOR), _ABOUT_ACCESSES, has("whose", Whose.OFFICERS, Whose.COUNTS)),
        "You check how those use this service who check it.",
        _ACCOUNTABILITY,
        "audit",
    ),
    # An act and no answer (adapters.commands.reviewing): who checks does not act, and nobody reviews their own access.
    Rule(
        "review",
        Extent.PAGE,
        every(_holds(Role.PRIVACY_OFFICER), has("question", "ReviewAccess"), has("whose", Whose.OWN_ORGANISATION)),
        "You are the privacy officer of this organisation.",
        _ACCOUNTABILITY,
        "audit",
    ),
    Rule(
        "reach",
        Extent.PAGE,
        every(_OFFICERS, has("question", "ShowReach"), _asks(Opening.CLAIM)),
        "You check who could open this record, and have said why.",
        _ACCOUNTABILITY,
        "audit",
    ),
    Rule(
        "own_organisations_refusals",
        Extent.PAGE,
        every(
            _holds(Role.PRIVACY_OFFICER),
            has("question", "ExplainRefusal"),
            has("whose", Whose.OWN_ORGANISATION),
            _asks(Opening.CLAIM),
        ),
        "You are the privacy officer of this organisation, and have said why you look.",
        _ACCOUNTABILITY,
        "audit",
    ),
    Rule(
        "refusals",
        Extent.PAGE,
        every(_holds(Role.DATA_PROTECTION_OFFICER), has("question", "ExplainRefusal"), _asks(Opening.CLAIM)),
        "You are the data protection officer, and have said why you look.",
        _ACCOUNTABILITY,
        "audit",
    ),
    Rule(
        "state_of_the_log",
        Extent.PAGE,
        every(_READS_THE_LOG, has("question", "ShowLogState")),
        "You check how this service is used.",
        _ACCOUNTABILITY,
        "audit",
    ),
)
NOT_ALLOWED: Final = Rule(
    "not_allowed", None, either(), "Nothing lets you see this.", "UK GDPR Article 5(1)(f)", "not_allowed"
)
BY_ID: Final = {rule.id: rule for rule in (*RULES, NOT_ALLOWED)}


def decided(at: Point) -> Rule:
    """The rule that decides; one whose `shows` is None refuses. A rule that fails lets nobody see anything."""
    try:
        for rule, left in rules_for(
            at.question,
            at.roles,
            at.opening,
            people_sign_in=at.people_sign_in,
            signed_in_strongly=at.signed_in_strongly,
        ):
            if left is True or (left is not False and left.holds(at)):
                return rule
    except Exception:  # noqa: BLE001 - whatever went wrong, nothing is allowed by it
        return NOT_ALLOWED
    return NOT_ALLOWED


def kept_from(roles: frozenset[Role]) -> bool | Condition:
    """What keeps whoever holds some roles from a child's page: its refusals, with what is still to be asked of the child.

    Such a child stands in no list of theirs either, and is nobody's brother or sister there.
    """
    refusals = either(*(rule.when for rule in RULES if rule.shows is None))
    return folded(refusals, {"question": "ShowChild", "roles": roles, "opening": None})


@lru_cache(maxsize=4096)
def rules_for(
    question: str,
    roles: frozenset[Role],
    opening: Opening | None,
    *,
    people_sign_in: bool,
    signed_in_strongly: bool | None,
) -> Sequence[tuple[Rule, bool | Condition]]:
    """The rules that may decide a question of one viewer, in order, each with what is still to be asked of a child."""
    known = {
        "question": question,
        "roles": roles,
        "opening": opening,
        "people_sign_in": people_sign_in,
        "signed_in_strongly": signed_in_strongly,
    }
    left = ((rule, folded(rule.when, known)) for rule in RULES)
    return [(rule, condition) for rule, condition in left if condition is not False]
