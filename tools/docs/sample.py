"""An example of each event type, made from its schema: what a page shows, and a test records as it stands.

The child, the organisations and the people do not exist. A field is filled by its name, else by its code list, else by
its shape; what may be left out of the envelope is left out.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from adapters.process.settings import TOPIC_ORGANISATIONS
from domain.checks import ITSELF
from domain.dates import to_day
from domain.effects import ABOUT_NO_CHILD, Act, Effect
from schemas.compatibility import ABOUT_A_CHILD, PUBLISHED
from schemas.registry import SHARED, WRITTEN_HERE, Schema, registry
from schemas.shape import Choice, Kind, Many, Maybe, Record, Shape, shape

DAY: Final = "2025-11-03"
LATER: Final = "2026-02-02"
RECORDED: Final = "2025-11-03T16:20:00Z"
UPN: Final = "B808200000066"
NHS: Final = "9990000018"
FORMER_UPN: Final = "M808200000007"
FORMER_NHS: Final = "9990000026"
OF_THE_ENVELOPE: Final = frozenset((*PUBLISHED, *ABOUT_A_CHILD))
AMENDED: Final = "PupilAdmitted"

_ORGANISATIONS: Final = {"urn-*": "urn-900001", "la-*": "la-808", "ods-*": "ods-Z90001", "org-*": "org-northmoor-homes"}
# Where the name alone does not tell: (event type or record, field).
_OWN: Final[Mapping[tuple[str, str], object]] = {
    ("AccessCaseOpened", "child"): f"nhs:{NHS}",
    ("UpnReplaced", "former"): FORMER_UPN,
    ("NhsNumberSuperseded", "former"): FORMER_NHS,
    ("DeathNotified", "status"): "formal",
    ("SourceIdMigrated", "former"): {"scheme": "agency:la-808:records", "value": "F-77"},
    ("ResponsibleAuthorityChanged", "former"): "la-807",
    ("LegalHoldApplied", "authority"): "Northmoor Inquiry",
    ("FeedExpected", "organisation"): "urn-900001",
    ("AreaMapPublished", "by"): "postcode",
    ("AreaMapPublished", "through"): None,
    ("AreaMapPublished", "name"): "Northmoor localities",
    ("SchoolTermsPublished", "name"): "Northmoor schools",
    ("SharingAgreementMade", "name"): "Northmoor early help",
    ("OrganisationRegistered", "name"): "Northmoor Primary School",
    ("OrganisationRegistered", "code"): "urn-900001",
    ("Term", "name"): "Spring",
    ("Term", "from"): "2026-01-05",
    ("Term", "to"): "2026-03-28",
    ("DutyHours", "days"): "mon-fri",
    ("DutyHours", "from"): "09:00",
    ("DutyHours", "to"): "17:00",
    ("Changes", "effective_from"): "2025-11-04",
    ("Changes", "effective_to"): None,
    ("Changes", "reopen"): False,
    ("Changes", "worker"): None,
    ("Address", "return"): None,
    ("LeftEngland", "return"): "unknown",
    ("FeedReported", "scope"): None,
    ("FeedReported", "complete_through"): DAY,
    ("Team", "code"): "T7",
    ("PupilRemovedFromRoll", "destination"): "900002",
    ("ConsentGiven", "scope"): "existence",
    ("TeamMembershipStarted", "role"): "family worker",
    ("WorkerRegistered", "role"): "family worker",
    ("InvolvementStarted", "role"): "family worker",
    ("TeamMemberAgreed", "role"): "family worker",
    ("SteppedUp", "to"): "social work",
    ("SteppedDown", "to"): "early help",
    ("AreaMapPublished", "authority_wide"): ["youth justice"],
    ("AreaMapPublished", "part"): None,
    ("AreaMapPublished", "version"): None,
    ("ErasureProposed", "month"): None,
}
_BY_NAME: Final[Mapping[str, object]] = {
    "adult_role": "parent",
    "agency": "la-808",
    "allowance_days": 7,
    "am": "/",
    "area": "Northmoor East",
    "areas": ["Northmoor East"],
    "authority": "la-808",
    "erasure": "erasure-kwmtzqahde",
    "exemptions": ["public_task", "legal_claims"],
    "records": ["r-0f6d2c1e8b7a4935a1c2d3e4f5061728"],
    "centre": "Northmoor Children's Centre",
    "contact": "duty@northmoor.example",
    "classes": ["involvement"],
    "count": 1,
    "description": "Help for families, at home",
    "family": None,
    "feed": "AttendanceMarked",
    "for_whom": "families with children under 12",
    "from": DAY,
    "funded_hours": 15,
    "given_by": "young_person",
    "hours": 12,
    "lines": ["1 Example Row", "Northmoor"],
    "members": ["ZE91", "ZE92"],
    "name": None,
    "next_due": LATER,
    "parties": ["la-808", "urn-*"],
    "pm": "\\",
    "postcode": "ZE9 1AA",
    "entry": "a-0f6d2c1e8b7a4935a1c2d3e4f5061728",
    "case_reference": None,
    "note": "The aunt's call is in the duty log.",
    "accesses": ["a-0f6d2c1e8b7a4935a1c2d3e4f5061728"],
    "aware_at": RECORDED,
    "case": "k-0f6d2c1e8b7a4935a1c2d3e4f5061728",
    "concerned": "la-808:W1",
    "item": "a-0f6d2c1e8b7a4935a1c2d3e4f5061728",
    "text": "The family asked who has seen the record.",
    "unheard": None,
    "practice": "Z90001",
    "practice_name": "Northmoor Surgery",
    "provider": "900003",
    "provision": "additional",
    "purposes": ["early_help"],
    "residence": "home",
    "review_on": LATER,
    "rule": "ten_days_absent",
    "school": "900001",
    "schools": ["900001"],
    "service": "family support",
    "sessions": 4,
    "setting": "900004",
    "staff_id": "W1",
    "status": "current",
    "successors": ["urn-900002"],
    "teams": [],
    "temporary": False,
    "to": LATER,
    "uprn": "100110000001",
    "value": 10,
    "version": 1,
    "year_group": "4",
}


def sample(event_type: str) -> dict[str, Any]:
    """An event of the newest version of a type, in JSON form, that is accepted as it is with nothing set aside.

    An amendment names the example of `AMENDED`, and is accepted after it.
    """
    schema = registry().newest[event_type]
    effect = schema.effect
    of = registry().newest[AMENDED] if effect.act in (Act.CORRECT, Act.RETRACT) else schema
    organisation = _organisation(of)
    event: dict[str, Any] = {
        "event_type": event_type,
        "event_id": f"{schema.sector}-{event_type}-1",
        "source": {"organisation": organisation, "system": "records"},
        "recorded_at": RECORDED,
    }
    if effect.act not in ABOUT_NO_CHILD:
        event["subject"] = _subject(effect, of.effect.key[0], organisation)
        if effect.kind == "relationship":
            parent = {"scheme": f"agency:{organisation}:records", "value": "P7"}
            event["others"] = [{"role": "parent", "identifiers": [parent]}]
    there = {entry.name for entry in shape(schema).fields}
    if "effective" in there:
        event["effective"] = {"from": DAY}
    if of is not schema:
        event["target"] = {"event_id": sample(AMENDED)["event_id"], "reason": "entered_in_error"}
    elif effect.act in (Act.START, Act.END, Act.CONFIRM) and effect.kind not in ("enrolment", "gp_registration"):
        event["reference"] = f"{effect.kind}-7"
    lists = {rule.field: _code(rule.list.codes) for rule in effect.codes}
    for entry in shape(schema).fields:
        if entry.name not in OF_THE_ENVELOPE:
            event[entry.name] = lists.get(entry.name) or _value(event_type, entry.name, entry.shape, organisation)
    return event


def _organisation(schema: Schema) -> str:
    if schema.sector == WRITTEN_HERE:
        return ITSELF
    pattern = "la-*" if schema.sector == SHARED else TOPIC_ORGANISATIONS[schema.sector][0]
    return _ORGANISATIONS[pattern]


def _subject(effect: Effect, key: str, organisation: str) -> dict[str, Any]:
    schemes = {"upn": ("upn", UPN), "nhs": ("nhs", NHS), "agency": (f"agency:{organisation}:records", "C77")}
    scheme, value = schemes[key]
    subject: dict[str, Any] = {"identifiers": [{"scheme": scheme, "value": value}]}
    if effect.act is Act.BIRTH:
        subject["person"] = {"names": [{"given": ["Ada"], "family": "Example"}], "date_of_birth": DAY, "sex": "F"}
    return subject


def _code(codes: Mapping[str, tuple[int, int]]) -> str:
    day = to_day(date.fromisoformat(DAY))
    return next(code for code, (start, end) in codes.items() if start <= day < end)


def _value(of: str, name: str, part: Shape, organisation: str) -> object:
    """What stands in a field: `of` is the event type, or the record that the field is of."""
    if (of, name) in _OWN:
        return _OWN[of, name]
    if isinstance(part, Maybe):
        return _value(of, name, part.inner, organisation)
    if name == "organisation":
        return organisation
    if name == "code":
        return organisation
    if isinstance(part, Many) and not isinstance(part.items, Record):
        return _BY_NAME.get(name, [])
    if isinstance(part, Many):
        return [_value(of, name, part.items, organisation)]
    if isinstance(part, Record):
        said = {entry.name: _value(part.title, entry.name, entry.shape, organisation) for entry in part.fields}
        return {name: value for name, value in said.items() if value is not None}
    if name in _BY_NAME:
        return _BY_NAME[name]
    if isinstance(part, Choice):
        return part.symbols[0]
    plain: dict[Kind, object] = {Kind.TEXT: name, Kind.BOOLEAN: False, Kind.DATE: LATER, Kind.INSTANT: RECORDED}
    return plain.get(part.kind, 1)
