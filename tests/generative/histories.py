"""Histories for generative tests: a few children, all event types, everything that can go wrong with order and repetition."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from stdnum.gb.upn import calc_check_digit

from domain.effects import Act
from schemas.compatibility import ABOUT_A_CHILD, PUBLISHED
from schemas.registry import registry
from schemas.shape import Kind, Many, Maybe, Record, Scalar, shape
from tests.builders.numbers import nhs_check_digit

AGENCIES = {
    "education": ["urn-900001", "urn-900002"],
    "health": ["ods-Z90001", "ods-Z90002"],
    "la": ["la-808", "la-358"],
    "reference": ["la-808"],
}
START = date(2025, 9, 1)
CHILDREN = 3


def nhs_number(index: int) -> str:
    """A number of the never-issued 999 range; every index has one."""
    for spare in range(11):
        stem = f"999{index * 11 + spare:06d}"
        check = nhs_check_digit(stem)
        if check is not None:
            return f"{stem}{check}"
    raise ValueError("eleven stems in a row without a number: cannot be")


def upn(index: int) -> str:
    """A UPN with the right check letter."""
    digits = f"80820{index:07d}"
    return str(calc_check_digit(digits)) + digits


def _identifiers(child: int, which: tuple[str, ...]) -> list[dict[str, str]]:
    values = {
        "upn": ("upn", upn(child)),
        "nhs": ("nhs", nhs_number(child)),
        "agency": ("agency:la-808:mosaic", f"C{child}"),
    }
    return [{"scheme": values[w][0], "value": values[w][1]} for w in which]


BIRTHS = ["2015-03-01", "2015-03-01", "2022-07-12"]
YOUNGEST = 2  # under five in all histories
ODD_BIRTHS = ["2016-01-09", "2007-10-09", "2016-01-09"]


def _person(child: int, odd: bool) -> dict[str, Any]:
    return {
        "names": [{"given": ["Ada"], "family": f"Example{child}", "use": None}],
        "date_of_birth": (ODD_BIRTHS if odd else BIRTHS)[child % CHILDREN],
        "expected_date": None,
        "sex": "F",
        "postcode": None,
        "uprn": None,
    }


def _day(offset: int) -> str:
    return (START + timedelta(days=offset)).isoformat()


def _instant(minutes: int) -> str:
    return (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)).isoformat()


WORKERS = [{"organisation": "la-808", "staff_id": s, "name": None, "contact": None} for s in ("W1", "W2")]
OWN = {
    "PupilAdmitted": ("education", lambda d: {"school": d("school"), "enrolment_status": "C", "year_group": None}),
    "PupilRemovedFromRoll": ("education", lambda d: {"school": d("school"), "ground": "A", "destination": None}),
    "AttendanceMarked": ("education", lambda d: {"school": d("school"), "am": d("code"), "pm": d("code")}),
    "BirthNotified": ("health", lambda d: {"address": d("address")}),
    "GpRegistered": ("health", lambda d: {"practice": d("practice"), "practice_name": None}),
    "GpRegistrationEnded": ("health", lambda d: {"practice": d("practice"), "reason": d("gp_reason")}),
    "AddressChanged": ("health", lambda d: {"address": d("address") or ADDRESSES[0]}),
    "DeathNotified": ("health", lambda _: {"status": "formal"}),
    "DeathNotificationWithdrawn": ("health", lambda _: {}),
    "ReferralReceived": ("la", lambda _: {"service": "social work", "source_code": "1A"}),
    "EarlyHelpStarted": ("la", lambda d: {"team": None, "worker": d("worker")}),
    "EarlyHelpEnded": ("la", lambda d: {"reason": d("end_reason")}),
    "TemporaryAccommodationPlaced": ("la", lambda d: {"address": d("address")}),
    "TemporaryAccommodationEnded": ("la", lambda _: {}),
    "InvolvementStarted": ("la", lambda d: {"service": d("service"), "provision": d("provision"), "team": None, "worker": d("worker"), "role": None}),
    "InvolvementEnded": ("la", lambda d: {"service": d("service"), "reason": d("end_reason")}),
    "InvolvementConfirmed": ("la", lambda d: {"service": d("service"), "team": None, "worker": d("worker")}),
    "LeadNominated": ("la", lambda d: {"role": "lead_practitioner", "scope": d("scope"), "worker": d("worker") or WORKERS[0]}),
    "LeadAccepted": ("la", lambda d: {"role": "lead_practitioner", "scope": d("scope"), "worker": d("worker") or WORKERS[0]}),
    "LeadEnded": ("la", lambda d: {"role": "lead_practitioner", "scope": d("scope"), "worker": d("worker") or WORKERS[0], "reason": None}),
    "RelationshipStated": ("la", lambda d: {"relation": d("relation"), "family": d("family")}),
    "RelationshipEnded": ("la", lambda d: {"relation": d("relation"), "family": d("family")}),
    "EventCorrected": ("any", lambda d: {"changes": d("changes")}),
    "EventRetracted": ("any", lambda _: {}),
    "FeedReported": ("any", lambda _: {}),
}  # fmt: skip


_BY_SHAPE: dict[object, list[Any]] = {Scalar(Kind.TEXT): ["one", "two"], Scalar(Kind.DATE): [None, _day(40)]}


def _own_by_schema(event_type: str) -> Any:
    """Own fields of a type that has nothing special about it, each drawn by its name, its code list or its shape."""
    schema = registry().newest[event_type]
    lists = {rule.field: list(rule.list.codes) for rule in schema.effect.codes}
    own = [entry for entry in shape(schema).fields if entry.name not in _ENVELOPE]

    def drawn(d: Any) -> dict[str, Any]:
        said = {}
        for entry in own:
            part = entry.shape.inner if isinstance(entry.shape, Maybe) else entry.shape
            choices = lists.get(entry.name, CHOICES.get(entry.name))
            if isinstance(part, Many):
                said[entry.name] = []
                continue
            if isinstance(part, Record):
                choices = CHOICES[entry.name] if entry.name in ("worker", "address", "team") else [None]
            elif choices is None:
                choices = _BY_SHAPE.get(part, [None])
            if not isinstance(entry.shape, Maybe):
                choices = [choice for choice in choices if choice is not None]
            said[entry.name] = d(f"{event_type}.{entry.name}", choices)
        return said

    return drawn


def _address(status: str, uprn: str | None, residence: str | None, postcode: str | None = "ZE9 1AA") -> dict[str, Any]:
    return {
        "status": status,
        "lines": ["1 Example Row"],
        "postcode": postcode,
        "uprn": uprn,
        "residence": residence,
        "return": None,
    }


ADDRESSES = [
    _address("current", "100", "home"), _address("current", "200", None), _address("current", "300", "refuge"), _address("current", None, None),
    _address("none_known", None, None, None), _address("left_england", None, None, None), _address("current", "400", "no_fixed_abode"),
    _address("current", "500", "home", "ZZ99 3VZ"),
]  # fmt: skip
LEFT_ENGLAND, NO_FIXED_ABODE = ADDRESSES[5], ADDRESSES[6]
_ENVELOPE = {*PUBLISHED, *ABOUT_A_CHILD}
CHOICES: dict[str, list[Any]] = {
    "school": ["900001", "900002"],
    "practice": ["Z90001", "Z90002"],
    "code": ["O", "O", "O", "/", "I", "X", None, "N"],
    "address": [*ADDRESSES, None],
    "gp_reason": ["other", "embarkation", "practice_request", None],
    "worker": [*WORKERS, None],
    "team": [{"organisation": "la-808", "code": "T1", "name": "North", "contact": "01632 960001"}, None],
    "end_reason": ["disengaged", "completed", None],
    "service": ["social work", "play therapy"],
    "provision": ["additional", "universal"],
    "relation": ["parent", "sibling", "family"],
    "family": [None, "F1", "F2"],
    "scope": ["child", "child", "family"],
    "sessions": [None, 1, 11, 12, 400],
    "former": [upn(0), upn(1), nhs_number(0), nhs_number(1), nhs_number(2), "one"],
}
_SPECIAL = list(OWN)
# What stands for everybody: with thresholds, terms and feeds that matter in the days of a history.
_RULES = ["no_gp", "dropped_out", "child_in_need_without_lead", "no_universal_contact", "lost_leaver"]
_REFERENCE = {
    "ThresholdSet": lambda d: {"rule": d("rule", _RULES), "value": d("value", [0, 5, 20])},
    "SchoolTermsPublished": lambda d: {
        "name": d("name", ["terms", "own"]), "schools": d("schools", [[], ["900001"]]), "closed": [],
        "terms": [{"name": "autumn", "from": _day(0), "to": _day(40)}, {"name": "later", "from": _day(50), "to": _day(200)}]},
    "FeedExpected": lambda d: {"organisation": d("expected", ["urn-900001", "ods-Z90002"]), "feed": d("feed", ["PupilAdmitted", "GpRegistered"]),
                               "allowance_days": d("allowance", [None, 100])},
    "OrganisationRegistered": lambda d: {
        "code": d("closing", ["urn-900001", "urn-900002"]), "name": "Mill Lane School", "organisation_kind": "school", "contact": None,
        "successors": d("successors", [["urn-900001"], ["urn-900002"], ["urn-900001", "urn-900002"], []])},
    "AreaMapPublished": lambda d: {
        "name": d("map", ["areas", "wards"]), "by": d("by", ["postcode", "school"]), "through": None, "authority_wide": [],
        "areas": [{"area": "North", "members": ["ZE9", "900001"]}, {"area": "South", "members": ["ZE9 1", "900002"]}]},
}  # fmt: skip
OWN |= {name: ("reference", own) for name, own in _REFERENCE.items()}
_AGENCY_OF = {"education": "education", "health": "health", "community": "health"}
_IDENTIFIERS = {
    "education": [("upn",), ("upn", "nhs"), ("upn",)],
    "health": [("nhs",), ("nhs",), ("upn", "nhs")],
    "la": [("agency",), ("agency", "nhs"), ("agency", "upn"), ("agency", "upn", "nhs"), ("upn", "nhs")],
}


for _name in registry().published:
    _schema = registry().newest[_name]
    if _name not in OWN:
        _retracts = _schema.effect.act is Act.RETRACT
        _sector = "any" if _retracts else _AGENCY_OF.get(_schema.sector, "la")
        OWN[_name] = ("reference" if _schema.effect.act is Act.REFERENCE else _sector, _own_by_schema(_name))
AMENDMENTS = {name for name, (sector, _) in OWN.items() if sector == "any"} - {"FeedReported"}
_SEEN_SELDOM = ["GpRegistrationRefused", "GpTemporaryRegistrationStarted", "SuspensionStarted", "SuspensionEnded"]
# Most of what is drawn is what the rules are about; the other types come often enough to occur.
_DRAWN = [*_SPECIAL * 20, *[*_REFERENCE] * 6, *["UpnReplaced", "NhsNumberSuperseded"] * 20, *_SEEN_SELDOM * 10, *OWN]


@st.composite
def events(
    draw: st.DrawFn, number: int, earlier: list[dict[str, Any]], event_type: str | None = None
) -> dict[str, Any]:
    """One event, of some type or of any; amendments name one of the earlier ones."""
    event_type = event_type or draw(st.sampled_from(_DRAWN))
    sector, own = OWN[event_type]
    amended = draw(st.sampled_from(earlier)) if sector == "any" and event_type != "FeedReported" and earlier else None
    if sector == "any" and event_type != "FeedReported" and (amended is None or "subject" not in amended):
        event_type, (sector, own) = "EarlyHelpStarted", OWN["EarlyHelpStarted"]
        amended = None
    child = draw(st.integers(0, CHILDREN - 1))
    organisation = (
        amended["source"]["organisation"] if amended else draw(st.sampled_from(AGENCIES.get(sector, AGENCIES["la"])))
    )
    head = {
        "event_type": event_type,
        "event_id": f"e{number}",
        "source": {
            "organisation": organisation, "system": "s", "source_version": None,
            "source_record_id": draw(st.sampled_from([None, None, None, "r1", "r2"])),
        },
        "mode": draw(st.sampled_from(["live", "live", "live", "backfill", "snapshot"])),
        "recorded_at": _instant(draw(st.integers(0, 40))),
    }  # fmt: skip
    if event_type == "FeedReported":
        day = _day(draw(st.integers(0, 200)))
        feed = draw(
            st.sampled_from(
                ["PupilAdmitted", "GpRegistered", "AttendanceMarked", "AddressChanged", "InvolvementStarted"]
            )
        )
        return {
            **head,
            "feed": feed,
            "covers": {"from": _day(0), "to": day},
            "complete_through": day,
            "count": 1,
            "scope": None,
        }
    if sector == "reference":
        begins = draw(st.integers(0, 40))
        ends = draw(st.sampled_from([None, None, begins + 30]))
        effective = {"from": _day(begins), "to": None if ends is None else _day(ends)}

        def chosen(name: str, choices: list[Any] | None = None) -> Any:
            return draw(st.sampled_from(choices or CHOICES[name]))

        return {**head, "effective": effective, **own(chosen)}
    which = draw(st.sampled_from(_IDENTIFIERS[sector])) if sector in _IDENTIFIERS else ()
    start = draw(st.integers(0, 30)) if event_type == "AttendanceMarked" else draw(st.integers(0, 60))
    stays = event_type in ("PupilAdmitted", "InvolvementStarted", "GpRegistered") and draw(st.integers(0, 5)) == 0
    others = []
    if event_type.startswith("Relationship"):
        parent = {"scheme": "agency:la-808:mosaic", "value": draw(st.sampled_from(["P1", "P2"]))}
        sibling = _identifiers(draw(st.integers(0, CHILDREN - 1)), ("nhs",))[0]
        others = [{"role": "parent", "identifiers": [draw(st.sampled_from([parent, sibling]))], "person": None}]
    person = (
        _person(child, draw(st.integers(0, 9)) == 0)
        if draw(st.booleans()) and event_type != "AttendanceMarked"
        else None
    )
    subject = (
        amended["subject"]
        if amended
        else {"identifiers": _identifiers(child, which), "person": person, "nhs_number_status": None}
    )
    drawn: dict[str, Any] = {}

    def pick(name: str, choices: list[Any] | None = None) -> Any:
        if name == "changes":
            return {
                "effective_from": draw(st.sampled_from([None, _day(5), _day(40)])), "effective_to": draw(st.sampled_from([None, _day(2), _day(50)])),
                "reopen": draw(st.booleans()), "worker": draw(st.sampled_from([None, WORKERS[1]])),
            }  # fmt: skip
        drawn[name] = draw(st.sampled_from(choices or CHOICES[name]))
        return drawn[name]

    target = None
    if amended:
        by_source = (
            amended["source"]["source_record_id"]
            if draw(st.booleans()) and amended["event_type"] != "AttendanceMarked"
            else None
        )
        target = {
            "event_id": None if by_source else amended["event_id"],
            "source_record_id": by_source,
            "reason": "entered_in_error",
        }
    reference = (
        draw(st.sampled_from([None, None, "ref1", "ref2"]))
        if event_type != "AttendanceMarked" and sector != "any"
        else None
    )
    return {
        **head,
        "subject": subject,
        "others": others,
        "effective": {"from": _day(start), "to": _day(start + draw(st.integers(-1, 20))) if stays else None},
        "reference": reference,
        "target": target,
        "basis": "public_task",
        **own(pick),
    }


@st.composite
def histories(draw: st.DrawFn, most: int = 40, *, every_scene: bool = False) -> list[dict[str, Any]]:
    """A history in the order in which it happened to be written down; arrival is up to the test.

    A third of the histories have each of the scenes, or every one.
    """
    made: list[dict[str, Any]] = []
    for number in range(draw(st.integers(1, most))):
        made.append(draw(events(number, made)))
    for scene in (_absence, _support, _moves, _unsettled, _unseen, _listed):
        if every_scene or draw(st.integers(0, 2)) == 0:
            made.extend(draw(scene(draw(st.integers(0, CHILDREN - 1)), len(made))))
    return made


def told(
    number: int, event_type: str, organisation: str, child: int, which: str, day: int, minute: int, **own: Any
) -> dict[str, Any]:
    return {
        "event_type": event_type, "event_id": f"e{number}",
        "source": {"organisation": organisation, "system": "s", "source_record_id": None, "source_version": None},
        "mode": "live", "recorded_at": _instant(minute),
        "subject": {"identifiers": _identifiers(child, (which,)), "person": None, "nhs_number_status": None},
        "others": [], "effective": {"from": _day(day), "to": None}, "reference": None, "target": None, "basis": "public_task", **own,
    }  # fmt: skip


@st.composite
def _listed(draw: st.DrawFn, child: int, number: int) -> list[dict[str, Any]]:
    """Services for each child, then a snapshot of them or of one service, which may leave some out or miss a row."""
    at = number + 9000
    kinds: tuple[tuple[str, str, str, str, dict[str, Any]], ...] = (
        ("InvolvementStarted", "la-808", "agency", "outreach",
         {"service": "outreach", "provision": "additional", "team": None, "worker": None, "role": None}),
        ("GpRegistered", "ods-Z90001", "nhs", "Z90001", {"practice": "Z90001", "practice_name": None}),
    )  # fmt: skip
    event_type, organisation, which, part, own = draw(st.sampled_from(kinds))
    reference = draw(st.sampled_from([None, "ref7"]))
    scene = [
        told(at + i, event_type, organisation, i, which, draw(st.integers(0, 20)), 1, **own) | {"reference": reference}
        for i in range(CHILDREN)
    ]  # fmt: skip
    left_out = draw(st.sampled_from([None, child]))
    rows = [
        {**start, "event_id": f"e{at + 10 + i}", "mode": "snapshot", "recorded_at": _instant(30)}
        for i, start in enumerate(scene)
        if i != left_out
    ]
    day = "2026-01-01"
    report = {
        "event_type": "FeedReported", "event_id": f"e{at + 20}", "source": rows[0]["source"], "mode": "snapshot", "recorded_at": _instant(50),
        "feed": event_type, "covers": {"from": day, "to": "2026-01-02"}, "complete_through": day,
        "count": len(rows) + draw(st.sampled_from([0, 0, 0, 1])), "scope": draw(st.sampled_from([None, part, "another"])),
    }  # fmt: skip
    if draw(st.booleans()):
        scene.append(
            told(at + 21, "InvolvementConfirmed", "la-808", child, "agency", 130, 60, service="outreach", team=None, worker=None)
        )  # fmt: skip
    return [*scene, *rows, report]


@st.composite
def _support(draw: st.DrawFn, child: int, number: int) -> list[dict[str, Any]]:
    """A service that may lose touch, a lead that may be contested, a registration that ends: rare in random draws."""
    day = draw(st.integers(0, 30))
    lead = {"role": "lead_practitioner", "scope": "child"}
    serving = {"service": "outreach", "team": None, "worker": WORKERS[0]}
    reason, gp_reason = (
        draw(st.sampled_from(["disengaged", "completed"])),
        draw(st.sampled_from(["other", "embarkation"])),
    )
    scene = [
        told(number, "InvolvementStarted", "la-808", child, "agency", day, 1, **serving, provision="additional", role=None),
        told(number + 1, "InvolvementConfirmed", "la-808", child, "agency", day + 6, 2, **serving),
        told(number + 2, "InvolvementEnded", "la-808", child, "agency", day + 10, 2, service="outreach", reason=reason),
        *(told(number + 3 + i, "LeadAccepted", "la-808", child, "agency", day + i, 3 + i, **lead, worker=w) for i, w in enumerate(WORKERS)),
        told(number + 5, "LeadAccepted", "la-808", child, "agency", day + 6, 9, **lead, worker=WORKERS[0]),
        told(number + 10, "LeadNominated", "la-808", child, "agency", day, 2, **lead, worker=WORKERS[0]),
        told(number + 6, "GpRegistered", "ods-Z90001", child, "nhs", day, 5, practice="Z90001", practice_name=None),
        told(number + 7, "GpRegistrationEnded", "ods-Z90001", child, "nhs", day + 5, 6, practice="Z90001", reason=gp_reason),
    ]  # fmt: skip
    if draw(st.integers(0, 2)) == 0:  # the same stay told twice, the second time with another day
        stay = {"reference": "ref9", "address": None}
        for nth, shift in enumerate(draw(st.sampled_from([(0, 4), (4, 0)]))):
            at = draw(st.integers(1, 9))
            scene.append(
                told(
                    number + 12 + nth,
                    "TemporaryAccommodationPlaced",
                    "la-808",
                    child,
                    "agency",
                    day + shift,
                    at,
                    **stay,
                )
            )
    taught = draw(st.sampled_from(["EheNotified", "CnisRegistered", None]))
    if taught is not None:
        another = told(number + 14, taught, "la-808", child, "upn", day + 3, draw(st.integers(1, 9)))
        scene.append({**another, "subject": {**another["subject"], "person": _person(child, odd=False)}})
    if draw(st.integers(0, 2)) == 0:
        again = {**serving, "provision": "additional", "role": None}
        scene.append(told(number + 11, "InvolvementStarted", "la-808", child, "agency", day + 2, 2, **again))
    for nth, (after, ends) in enumerate([(2, 12), (5, None)]):
        changes = {
            "effective_from": _day(day + after),
            "effective_to": None if ends is None else _day(day + ends),
            "reopen": False,
            "worker": None,
        }
        target = {"event_id": f"e{number}", "source_record_id": None, "reason": "entered_in_error"}
        correction = told(
            number + 8 + nth, "EventCorrected", "la-808", child, "agency", day, draw(st.integers(3, 9)), changes=changes
        )
        if draw(st.booleans()):
            scene.append({**correction, "target": target})
    return scene


@st.composite
def _absence(draw: st.DrawFn, child: int, number: int) -> list[dict[str, Any]]:
    """About ten school days in a row without authorisation, with what may break or bridge them, and what silences them."""
    length = draw(st.integers(9, 12))
    codes = {draw(st.integers(0, 11)): draw(st.sampled_from(["X", "/", "O", "N"]))}
    school = {"school": "900001"}
    marks = [
        told(number + i, "AttendanceMarked", "urn-900001", child, "upn", i, 20 + i, **school, am=codes.get(i, "O"), pm=codes.get(i, "O"))
        for i in range(length)
    ]  # fmt: skip
    if draw(st.integers(0, 3)) == 0:
        # Half a school year's sessions missed, and then so many attended that by the end it no longer is.
        back = range(length, length + draw(st.integers(length - 2, length + 4)))
        marks += [
            told(number + i, "AttendanceMarked", "urn-900001", child, "upn", i, 20 + i, **school, am="/", pm="/")
            for i in back
        ]
        length = back.stop
    later = number + length
    if draw(st.booleans()):
        taken_back = draw(st.booleans())
        marks.append(
            told(
                later,
                "AttendanceMarked",
                "urn-900001",
                child,
                "upn",
                draw(st.integers(0, 11)),
                60
                if taken_back
                else draw(st.sampled_from([5, 60])),  # written down before what it supersedes, or after
                **school,
                am="/",
                pm=None,
            )
        )
        if taken_back:
            target = {"event_id": f"e{later}", "source_record_id": None, "reason": "entered_in_error"}
            marks.append({**told(later + 1, "EventRetracted", "urn-900001", child, "upn", 0, 61), "target": target})
    if draw(st.integers(0, 2)) == 0:
        marks.append(told(later + 2, "DeathNotified", "ods-Z90001", child, "upn", 11, 62, status=None))
    return marks


@st.composite
def _unsettled(draw: st.DrawFn, child: int, number: int) -> list[dict[str, Any]]:
    """Out of touch with health: practices that change or let go, emergencies, appointments and reviews missed, and what clears them."""
    at = number + 7000
    day = draw(st.integers(0, 20))
    others = draw(st.sampled_from([(), ("Z90002", "Z90003")]))
    scene: list[tuple[str, int, dict[str, Any]]] = [
        ("GpRegistered", day, {"practice": "Z90001", "practice_name": None}),
        ("GpRegistrationEnded", day + 4, {"practice": "Z90001", "reason": draw(st.sampled_from(["practice_request", "other", "embarkation"]))}),
        *(("EdAttendance", day + draw(st.integers(0, 12)), {}) for _ in range(3)),
        *(("WasNotBrought", day + draw(st.integers(0, 12)), {"service": "clinic"}) for _ in range(2)),
        ("ReviewMissed", day + 2, {"review": "two_years", "reason": None}),
        ("GpRegistrationRefused", day + draw(st.sampled_from([2, 6])), {"practice": "Z90002", "reason": "list_closed"}),
        *(("GpRegistered", day + draw(st.integers(0, 30)), {"practice": p, "practice_name": None}) for p in others),
    ]  # fmt: skip
    seen = draw(st.sampled_from(["ReviewDone", "ContactTookPlace", None]))
    if seen is not None:
        own = {"review": "two_years"} if seen == "ReviewDone" else {"service": "clinic"}
        scene.append((seen, day + draw(st.integers(0, 20)), own))
    made = [told(at + i, t, "ods-Z90001", child, "nhs", on, i, **own) for i, (t, on, own) in enumerate(scene)]
    made[0]["subject"]["person"] = _person(child, odd=False)
    return made


_TOLD_APART = ("MissingStarted", "ReducedTimetableStarted")


@st.composite
def _unseen(draw: st.DrawFn, child: int, number: int) -> list[dict[str, Any]]:
    """Excluded, missing from home, stepped down, and a lead that is passed on, with what answers each of them."""
    at = number + 8000
    day = draw(st.integers(0, 20))
    lead = {"role": "lead_practitioner", "scope": "child"}
    where = draw(st.sampled_from([None, "900002", "unknown"]))
    serving = {"provision": "additional", "team": None, "worker": None, "role": None}
    school: list[tuple[str, int, dict[str, Any]]] = [
        ("PupilAdmitted", day, {"school": "900001", "enrolment_status": "C", "year_group": None}),
        ("SuspensionStarted", day + 3, {"school": "900001", "sessions": None, "reason": None}),
        ("PupilRemovedFromRoll", day + draw(st.integers(5, 20)), {"school": "900001", "ground": None, "destination": where}),
    ]  # fmt: skip
    answer = draw(st.sampled_from(["AlternativeProvisionStarted", "PupilAdmitted", "SuspensionEnded", None]))
    own: dict[str, dict[str, Any]] = {
        "AlternativeProvisionStarted": {"provider": "tuition", "arranged_by": None},
        "PupilAdmitted": {"school": "900002", "enrolment_status": None, "year_group": None},
        "SuspensionEnded": {"school": "900001"},
    }
    if answer is not None:
        school.append((answer, day + draw(st.integers(3, 12)), own[answer]))
    council: list[tuple[str, int, dict[str, Any]]] = [
        *(("MissingStarted", day + draw(st.integers(0, 30)), {"kind": None}) for _ in range(2)),
        ("ReturnInterviewRecorded", day + draw(st.integers(0, 30)), {"outcome": draw(st.sampled_from(["accepted", "declined", None]))}),
        (draw(st.sampled_from(["SteppedDown", "SteppedUp"])), day + 1, {"to": "early help"}),
        ("CaseClosed", day + 2, {"reason": draw(st.sampled_from(["RC9", "RC8"]))}),
        ("ChildProtectionStarted", day, {"team": None, "worker": None}),
        ("ReducedTimetableStarted", day, {"school": "900001", "hours": None, "review_on": _day(day + 9)}),
        ("LeadAccepted", day + 2, {**lead, "worker": WORKERS[0]}),
        ("LeadTransferProposed", day + 4, {**lead, "worker": WORKERS[1]}),
        ("LeadAccepted", day + draw(st.integers(1, 9)), {**lead, "worker": WORKERS[1]}),
        ("LeadDeclined", day + draw(st.integers(4, 9)), {**lead, "worker": WORKERS[draw(st.integers(0, 1))], "reason": None}),
        *(("InvolvementStarted", day + i, {**serving, "service": s}) for i, s in enumerate(("a", "b"))),
    ]  # fmt: skip
    return [
        *(told(at + i, t, "urn-900001", child, "upn", on, i, **own) for i, (t, on, own) in enumerate(school)),
        *(
            # Without a reference a second start would restate the first.
            {
                **told(at + 20 + i, t, "la-808", child, "agency", on, i, **own),
                "reference": f"m{i}" if t in _TOLD_APART else None,
            }
            for i, (t, on, own) in enumerate(council)
        ),
    ]


VITAL: list[tuple[str, dict[str, Any]]] = [("DeathNotified", {"status": None}), ("DeathNotificationWithdrawn", {})]


@st.composite
def _moves(draw: st.DrawFn, child: int, number: int) -> list[dict[str, Any]]:
    """Three addresses within a year, two children of a family at the last one with one parent."""
    day = draw(st.integers(0, 9))
    parent = [{"role": "parent", "identifiers": [{"scheme": "agency:la-808:mosaic", "value": "P1"}], "person": None}]
    moved = [
        told(number + i, "AddressChanged", "ods-Z90001", child, "nhs", day + i * 9, i, address=ADDRESSES[n])
        for i, n in enumerate((1, 3, 0))
    ]
    if draw(st.booleans()):  # placed on the day of one of the moves, and out again
        own = {"reference": "ref8", "address": ADDRESSES[1]}
        moved.append(told(number + 20, "TemporaryAccommodationPlaced", "la-808", child, "nhs", day + 18, 1, **own))
        moved.append(
            told(number + 21, "TemporaryAccommodationEnded", "la-808", child, "nhs", day + 24, 2, reference="ref8")
        )
    sibling = (child + 1) % CHILDREN
    stated = [
        told(number + 4 + i, "RelationshipStated", "la-808", c, "nhs", day, 5, relation="parent", family=None)
        for i, c in enumerate((child, sibling))
    ]
    vital = (
        [told(number + 6 + i, t, "ods-Z90001", child, "nhs", day + 40, 30, **own) for i, (t, own) in enumerate(VITAL)]
        if draw(st.booleans())
        else []
    )
    return [
        *moved,
        *vital,
        told(
            number + 8,
            "AddressChanged",
            "ods-Z90001",
            child,
            "nhs",
            day + 9,
            draw(st.integers(0, 3)),
            address=ADDRESSES[4],
        ),
        told(number + 3, "AddressChanged", "ods-Z90001", sibling, "nhs", day, 4, address=ADDRESSES[0]),
        *({**one, "others": parent} for one in stated),
    ]


def early(child: int, number: int) -> list[dict[str, Any]]:
    """What draws may miss: long absences, two spells of one service that touch on a day, a leaver to another school."""
    school = {"school": "900001", "am": "O", "pm": "O"}
    serving = {"service": "mentoring", "team": None, "worker": None, "provision": "additional", "role": None}
    ended = {"service": "mentoring", "reason": "completed"}
    roll = {"school": "900001"}
    admitted = told(
        number + 9040,
        "PupilAdmitted",
        "urn-900001",
        child + 1,
        "upn",
        0,
        1,
        **roll,
        enrolment_status=None,
        year_group=None,
    )
    admitted["subject"]["person"] = _person(0, False)
    return [
        admitted,
        told(
            number + 9041,
            "PupilRemovedFromRoll",
            "urn-900001",
            child + 1,
            "upn",
            10,
            2,
            **roll,
            ground=None,
            destination="900002",
        ),
        *(told(number + 9000 + i, "AttendanceMarked", "urn-900001", child, "upn", i, i, **school) for i in range(12)),
        *_over_before_it_was_looked_at(child + 2, number + 9100),
        *_bridged(child + 3, number + 9200),
        *_marked(child + 4, number + 9300, "I" * 20),
        *_marked(child + 5, number + 9400, "/" * 24),
        *_marked(child + 6, number + 9500, "/" * 26 + "O" * 10),
        *_led_by_one_who_left(child + 2, number + 9060),
        *_on_two_plans(child + 3, number + 9070),
        *_seen_after_a_missed_review(child + 8, number + 9050),
        *_gone_abroad(child + 17, number + 9043),
        *_of_no_fixed_abode(child + 14, number + 9055),
        *_with_a_new_number(child + 15, number + 9056),
        *_home_of_another(child + 9, number + 9080),
        *_under_a_new_identity(child + 12, number + 9090),
        *_told_by_two_systems(child + 15, number + 9600),
        *_at_a_school_that_became_another(child + 17, number + 9640),
        *_ended_under_the_new_number(child + 20, number + 9660),
        *_in_one_hand(child + 20, number + 9700),
        *_losing_a_home(child + 30, number + 9720),
        *_below_school_age(child + 40, number + 9820),
        *_expelled(child + 50, number + 10100),
        *_one_practice(child + 60, number + 9900),
        *_out_for_some_sessions(child + 70, number + 10400),
        told(number + 10410, "CaseClosed", "la-808", child + 72, "agency", 2, 1, reason="RC8"),
        *_born(child + 74, number + 10420),
        *_suspended_twice(child + 76, number + 10440),
        *_marked_again(child + 78, number + 10450),
        *_of_a_contested_birth(child + 80, number + 10900),
        *_reported(number + 10200, (5, 40), (6, 20)),
        told(number + 9020, "InvolvementStarted", "la-808", child, "agency", 0, 1, **serving),
        told(number + 9021, "InvolvementEnded", "la-808", child, "agency", 10, 2, **ended),
        told(number + 9022, "InvolvementStarted", "la-808", child, "agency", 10, 1, **serving),
        told(number + 9023, "InvolvementEnded", "la-808", child, "agency", 20, 2, **ended),
        *(
            told(
                number + 9024 + i,
                "InvolvementStarted",
                "la-358",
                child,
                "agency",
                i,
                1,
                **{**serving, "worker": worker},
            )
            for i, worker in enumerate(WORKERS)
        ),
        told(number + 9026, "InvolvementEnded", "la-358", child, "agency", 9, 2, **ended),
        {
            **told(number + 9027, "InvolvementStarted", "la-808", child, "agency", 10, 1, **serving),
            "reference": "backwards",
        },
        {
            **told(number + 9028, "InvolvementEnded", "la-808", child, "agency", 5, 2, **ended),
            "reference": "backwards",
        },
    ]


def _reported(number: int, *reports: tuple[int, int]) -> list[dict[str, Any]]:
    """Reports of a feed on which no rule relies: when each was written down, and through which day it says the feed is complete."""
    source = {"organisation": "la-808", "system": "sys", "source_record_id": None, "source_version": None}
    return [
        {
            "event_type": "FeedReported", "event_id": f"e{number + i}", "source": source, "mode": "live", "recorded_at": _instant(minute),
            "feed": "ShieldReviewed", "covers": {"from": _day(0), "to": _day(through)}, "complete_through": _day(through),
            "count": 1, "scope": None,
        }
        for i, (minute, through) in enumerate(reports)
    ]  # fmt: skip


def _led_by_one_who_left(child: int, number: int) -> list[dict[str, Any]]:
    """A lead whose own work with the child was ended, not merely no longer confirmed."""
    own = {"service": "coaching", "team": None, "worker": WORKERS[0], "provision": "additional", "role": None}
    lead = {"role": "lead_practitioner", "scope": "child", "worker": WORKERS[0]}
    return [
        told(number, "InvolvementStarted", "la-808", child, "agency", 0, 1, **own),
        told(number + 1, "LeadAccepted", "la-808", child, "agency", 1, 1, **lead),
        told(number + 2, "InvolvementEnded", "la-808", child, "agency", 8, 8, service="coaching", reason="completed"),
    ]


def _on_two_plans(child: int, number: int) -> list[dict[str, Any]]:
    """Two plans of social care at once, which are one service, and nobody who leads."""
    nobody: dict[str, Any] = {"team": None, "worker": None}
    return [
        told(number, "ChildInNeedStarted", "la-808", child, "agency", 0, 1, **nobody),
        told(number + 1, "ChildProtectionStarted", "la-808", child, "agency", 5, 1, **nobody),
    ]


def _in_one_hand(child: int, number: int) -> list[dict[str, Any]]:
    """Two services of one worker, of one team, of a social worker and her authority's plan; and of her and another's plan."""
    nobody: dict[str, Any] = {"team": None, "worker": None}
    team = {**nobody, "team": CHOICES["team"][0]}
    serving = {"provision": "additional", "role": None}
    return [
        told(number, "EarlyHelpStarted", "la-808", child, "agency", 0, 1, **{**nobody, "worker": WORKERS[0]}),
        told(number + 1, "InvolvementStarted", "la-808", child, "agency", 5, 1, service="a", **serving, **{**nobody, "worker": WORKERS[0]}),
        *(told(number + 2 + i, "InvolvementStarted", "la-808", child + 1, "agency", 5, 1, service=s, **serving, **team) for i, s in enumerate("ab")),
        *(
            told(number + 4 + i, "InvolvementStarted", "la-808", child + 2 + i, "nhs", 0, 1, service="social work", **serving, **nobody)
            for i in range(2)
        ),
        *(told(number + 6 + i, "ChildInNeedStarted", by, child + 2 + i, "nhs", 5, 2, **nobody) for i, by in enumerate(("la-808", "la-358"))),
    ]  # fmt: skip


def _losing_a_home(child: int, number: int) -> list[dict[str, Any]]:
    """Homeless applications and evictions, tenancies that ended otherwise, and placements, with what ends each and what does not."""
    applied = ("HomelessApplicationMade", {"duty": None})
    tenancy: tuple[str, dict[str, Any]] = ("TenancyStarted", {"address": None})
    stay: tuple[str, dict[str, Any]] = ("TemporaryAccommodationPlaced", {"address": None})
    over: tuple[str, dict[str, Any]] = ("TemporaryAccommodationEnded", {})

    def ended(reason: str) -> tuple[str, dict[str, Any]]:
        return "TenancyEnded", {"reason": reason}

    def at(which: int) -> tuple[str, dict[str, Any]]:
        return "AddressChanged", {"address": ADDRESSES[which]}

    lives: list[list[tuple[int, tuple[str, dict[str, Any]]]]] = [
        [(2, at(0)), (5, applied)],
        # Of no fixed abode, and then last known at an address that is no home any more.
        [(5, applied), (9, at(6)), (20, ("AddressChanged", {"address": _address("last_known", "100", "home")}))],
        [(5, applied), (9, tenancy)],
        [(5, ended("evicted"))],
        [(1, tenancy), (5, ended("evicted")), (9, at(0))],
        [(1, tenancy), (5, ended("moved"))],
        [(1, at(0)), (5, stay), (15, over)],
        [(5, stay), (15, over), (30, at(0))],
    ]
    return [
        told(
            number + 10 * n + i,
            event_type,
            "ods-Z90001" if event_type == "AddressChanged" else "la-808",
            child + n,
            "nhs",
            day,
            i,
            **own,
        )
        for n, life in enumerate(lives)
        for i, (day, (event_type, own)) in enumerate(life)
    ]


def _below_school_age(child: int, number: int) -> list[dict[str, Any]]:
    """Under-fives with their birth alone, an agency's id alone, a contact when a review was due and too early for it, and none for long."""

    def born(of: int, day: str, event_type: str, which: str, on: int, **own: Any) -> dict[str, Any]:
        made = told(
            number + of,
            event_type,
            "la-808" if which == "agency" else "ods-Z90001",
            child + of // 4,
            which,
            on,
            1,
            **own,
        )
        made["subject"]["person"] = {**_person(child + of // 4, False), "date_of_birth": day}
        return made

    met = {"service": "clinic"}
    return [
        born(0, "2025-09-20", "MaternityBooked", "nhs", 0),
        born(4, "2025-09-20", "EarlyHelpStarted", "agency", 0, worker=None, team=None),
        born(8, "2025-02-20", "ContactTookPlace", "nhs", 3, **met),
        born(12, "2023-03-20", "ContactTookPlace", "nhs", -400, **met),
        born(16, "2021-02-20", "ContactTookPlace", "nhs", -900, **met),
        born(20, "2021-02-20", "ContactTookPlace", "nhs", -300, **met),
        born(24, "2009-09-20", "ContactTookPlace", "nhs", 3, **met),
        born(28, "2025-09-20", "AddressChanged", "nhs", 3, address=ADDRESSES[0]),
    ]


def _expelled(child: int, number: int) -> list[dict[str, Any]]:
    """Permanent exclusions that are upheld, quashed and not concluded, of pupils whom another school admits later, or leaves again."""
    roll = {"enrolment_status": None, "year_group": None}

    def life(n: int, *steps: tuple[str, int, dict[str, Any]]) -> list[dict[str, Any]]:
        return [
            told(number + 8 * n + i, t, "urn-900001", child + n, "upn", day, i, **own)
            for i, (t, day, own) in enumerate(steps)
        ]

    here, there = {"school": "900001"}, {"school": "900002"}
    admitted = ("PupilAdmitted", 0, {**here, **roll})
    out = ("PermanentExclusionDecided", 5, {**here, "reason": None})
    moved = ("PupilAdmitted", 30, {**there, **roll})
    left = ("PupilRemovedFromRoll", 40, {**there, "ground": None, "destination": None})
    return [
        *life(0, admitted, out, ("PermanentExclusionConcluded", 20, {**here, "outcome": "upheld"})),
        *life(1, admitted, out, ("PermanentExclusionConcluded", 20, {**here, "outcome": "upheld"}), moved, left),
        *life(2, admitted, out, ("PermanentExclusionConcluded", 20, {**here, "outcome": "quashed"})),
        *life(3, admitted, out, moved, left),
    ]


def _out_for_some_sessions(child: int, number: int) -> list[dict[str, Any]]:
    """A pupil suspended for four sessions, of which nobody tells the end."""
    school = {"school": "900001"}
    return [
        told(
            number, "PupilAdmitted", "urn-900001", child, "upn", 0, 1, **school, enrolment_status=None, year_group=None
        ),
        told(number + 1, "SuspensionStarted", "urn-900001", child, "upn", 5, 2, **school, sessions=4, reason=None),
    ]


def _suspended_twice(child: int, number: int) -> list[dict[str, Any]]:
    """A pupil suspended again, of which nobody tells either end."""
    again = told(
        number + 2, "SuspensionStarted", "urn-900001", child, "upn", 30, 3, school="900001", sessions=6, reason=None
    )
    return [*_out_for_some_sessions(child, number), again]


def _born(child: int, number: int) -> list[dict[str, Any]]:
    """A baby whose birth was notified, and whom no practice registered."""
    born = told(number, "BirthNotified", "ods-Z90001", child, "nhs", 10, 1, address=ADDRESSES[0])
    born["subject"]["person"] = _person(YOUNGEST, False)
    return [born]


def _one_practice(child: int, number: int) -> list[dict[str, Any]]:
    """Two practices of which the second alone tells its end; one practice that tells a start twice; emergencies without any."""
    first, second = ({"practice": p, "practice_name": None} for p in ("Z90001", "Z90002"))
    ended = {"practice": "Z90002", "reason": "other"}
    return [
        told(number, "GpRegistered", "ods-Z90001", child, "nhs", 0, 1, **first),
        told(number + 1, "GpRegistered", "ods-Z90002", child, "nhs", 10, 2, **second),
        told(number + 2, "GpRegistrationEnded", "ods-Z90002", child, "nhs", 20, 3, **ended),
        {**told(number + 3, "GpRegistered", "ods-Z90001", child + 1, "nhs", 0, 1, **first), "reference": "g1"},
        {**told(number + 4, "GpRegistered", "ods-Z90001", child + 1, "nhs", 10, 2, **first), "reference": "g2"},
        {
            **told(
                number + 5,
                "GpRegistrationEnded",
                "ods-Z90001",
                child + 1,
                "nhs",
                20,
                3,
                practice="Z90001",
                reason="other",
            ),
            "reference": "g2",
        },
        *(told(number + 6 + i, "EdAttendance", "ods-Z90001", child + 2, "nhs", i, i) for i in range(3)),
    ]


def _seen_after_a_missed_review(child: int, number: int) -> list[dict[str, Any]]:
    """A child under five who missed a review, and whom a health visitor met ten days later."""
    missed = told(number, "ReviewMissed", "ods-Z90001", child, "nhs", 2, 1, review="two_years", reason=None)
    missed["subject"]["person"] = _person(YOUNGEST, False)
    return [missed, told(number + 1, "ContactTookPlace", "ods-Z90001", child, "nhs", 12, 2, service="clinic")]


def _gone_abroad(child: int, number: int) -> list[dict[str, Any]]:
    """A child under five who missed a review, and who then left England."""
    missed = told(number, "ReviewMissed", "ods-Z90001", child, "nhs", 2, 1, review="two_years", reason=None)
    missed["subject"]["person"] = _person(YOUNGEST, False)
    return [missed, told(number + 1, "AddressChanged", "ods-Z90001", child, "nhs", 8, 2, address=LEFT_ENGLAND)]


def _of_no_fixed_abode(child: int, number: int) -> list[dict[str, Any]]:
    """A child whose address is known to be none."""
    moved = told(number, "AddressChanged", "ods-Z90001", child, "nhs", 3, 1, address=NO_FIXED_ABODE)
    moved["subject"]["person"] = _person(YOUNGEST, False)
    return [moved]


def _with_a_new_number(child: int, number: int) -> list[dict[str, Any]]:
    """A child whose NHS number was replaced by the next one, and who has something under each."""
    return [
        *(told(number + i, "GpRegistered", "ods-Z90001", child + i, "nhs", i, i, practice="Z90001") for i in range(2)),
        told(number + 2, "NhsNumberSuperseded", "ods-Z90001", child + 1, "nhs", 2, 3, former=nhs_number(child)),
    ]


def _of_a_contested_birth(child: int, number: int) -> list[dict[str, Any]]:
    """A child of whose date of birth its practice says another than everybody after it, and whom a school knows by two numbers."""
    helping = {"service": "outreach", "team": None, "worker": None, "provision": "additional", "role": None}
    roll = {"school": "900001", "enrolment_status": None, "year_group": None}
    told_of = [
        told(number, "GpRegistered", "ods-Z90001", child, "nhs", 0, 1, practice="Z90001", practice_name=None),
        told(number + 1, "InvolvementStarted", "la-808", child, "nhs", 1, 2, **helping),
        told(number + 2, "PupilAdmitted", "urn-900001", child, "upn", 2, 3, **roll),
    ]
    for event, odd in zip(told_of, (False, True, True), strict=True):
        event["subject"]["person"] = _person(0, odd)
    told_of[2]["subject"]["identifiers"] += _identifiers(child, ("nhs",))
    return told_of


def _home_of_another(child: int, number: int) -> list[dict[str, Any]]:
    """An address, and an end at a school, told of a child and another child's number together: of which it is disputed."""
    known = [
        told(number + i, "GpRegistered", "ods-Z90001", child + i, "nhs", 0, i, practice="Z90001") for i in range(2)
    ]
    for i, event in enumerate(known):
        event["subject"]["person"] = _person(child + i, False)
    mixed = told(number + 2, "AddressChanged", "ods-Z90001", child, "nhs", 1, 5, address=ADDRESSES[1])
    mixed["subject"]["identifiers"] += _identifiers(child + 1, ("nhs",))
    admitted, left = (
        told(number + n, event_type, "urn-900001", child, "nhs", n, n, school="900001", **own)
        for n, event_type, own in (
            (3, "PupilAdmitted", {"enrolment_status": None, "year_group": None}),
            (4, "PupilRemovedFromRoll", {"ground": None, "destination": None}),
        )
    )
    left["subject"]["identifiers"] += _identifiers(child + 1, ("nhs",))
    return [*known, mixed, admitted, left]


def _told_by_two_systems(child: int, number: int) -> list[dict[str, Any]]:
    """An admission told under two references, and one also without; of each a telling is corrected, of one twice."""

    def admission(
        of: int, who: int, minute: int, reference: str | None, organisation: str = "urn-900001"
    ) -> dict[str, Any]:
        own = {"school": "900001", "enrolment_status": None, "year_group": None}
        return told(number + of, "PupilAdmitted", organisation, who, "upn", 0, minute, **own) | {"reference": reference}

    def corrected(of: int, who: int, minute: int, target: int, day: int) -> dict[str, Any]:
        changes = {"effective_from": _day(day), "effective_to": None, "reopen": False, "worker": None}
        event = told(number + of, "EventCorrected", "urn-900001", who, "upn", 0, minute, changes=changes)
        return event | {
            "target": {"event_id": f"e{number + target}", "source_record_id": None, "reason": "entered_in_error"}
        }

    return [
        admission(0, child, 1, "old1"),
        admission(1, child, 9, "new1"),
        corrected(2, child, 3, 0, 4),
        corrected(3, child, 5, 1, 6),
        admission(4, child + 1, 1, "old2"),
        admission(5, child + 1, 9, None, "la-808"),
    ]


def _at_a_school_that_became_another(child: int, number: int) -> list[dict[str, Any]]:
    """One whom both schools admitted, one taken off the old roll for the change, one who left long before, and one of another end."""

    def told_of(of: int, event_type: str, who: int, school: str, day: int, minute: int) -> dict[str, Any]:
        ends = {"ground": "A", "destination": None}
        own = {"enrolment_status": "C", "year_group": None} if event_type == "PupilAdmitted" else ends
        event = told(number + of, event_type, f"urn-{school}", who, "upn", day, minute, school=school, **own)
        return event | {"reference": f"{school} {of}" if event_type == "PupilAdmitted" else None}

    registered = {
        "event_type": "OrganisationRegistered", "event_id": f"e{number}", "mode": "live", "recorded_at": _instant(3),
        "source": {"organisation": "la-808", "system": "s", "source_record_id": None, "source_version": None},
        "effective": {"from": _day(-400), "to": _day(100)},
        "code": "urn-900003", "name": "Mill Lane School", "organisation_kind": "school", "contact": None, "successors": ["urn-900004"],
    }  # fmt: skip
    return [
        registered,
        told_of(1, "PupilAdmitted", child, "900003", 0, 1),
        told_of(2, "PupilAdmitted", child, "900004", 0, 9),
        told_of(3, "PupilAdmitted", child + 1, "900003", 1, 1),
        told_of(4, "PupilRemovedFromRoll", child + 1, "900003", 99, 2),
        told_of(5, "PupilAdmitted", child + 1, "900004", 102, 9),
        told_of(6, "PupilAdmitted", child + 2, "900003", -300, 1),
        told_of(7, "PupilRemovedFromRoll", child + 2, "900003", 7, 2),
        told_of(8, "PupilAdmitted", child + 2, "900004", 90, 9),
    ]


def _ended_under_the_new_number(child: int, number: int) -> list[dict[str, Any]]:
    """Work that began under the former of two numbers, and ended under the present one."""
    serving = {"service": "outreach", "provision": "additional", "team": None, "worker": None, "role": None}
    return [
        told(number, "InvolvementStarted", "la-808", child, "nhs", 0, 1, **serving),
        told(number + 1, "NhsNumberSuperseded", "ods-Z90001", child + 1, "nhs", 2, 3, former=nhs_number(child)),
        told(number + 2, "InvolvementEnded", "la-808", child + 1, "nhs", 5, 5, service="outreach", reason="completed"),
    ]


def _under_a_new_identity(child: int, number: int) -> list[dict[str, Any]]:
    """A pupil who left, and whom early help and a worker go on with, until the child has a new identity."""
    admitted = told(
        number,
        "PupilAdmitted",
        "urn-900001",
        child,
        "nhs",
        0,
        1,
        school="900001",
        enrolment_status=None,
        year_group=None,
    )
    admitted["subject"]["person"] = _person(0, False)
    return [
        admitted,
        told(
            number + 1,
            "PupilRemovedFromRoll",
            "urn-900001",
            child,
            "nhs",
            5,
            2,
            school="900001",
            ground=None,
            destination=None,
        ),
        told(number + 2, "EarlyHelpStarted", "la-808", child, "nhs", 1, 3, worker=WORKERS[0], team=None),
        told(number + 3, "IdentitySealed", "la-808", child, "nhs", 20, 4),
    ]


def _over_before_it_was_looked_at(child: int, number: int) -> list[dict[str, Any]]:
    """Half the sessions missed by one day, and so many attended by the next that it is no longer half."""
    return _marked(child, number, "I" * 12 + "/" * 14)


def _bridged(child: int, number: int) -> list[dict[str, Any]]:
    """Ten school days and more in a row, across days on which nobody was required to attend."""
    return _marked(child, number, "OOOOOOXXOOOOOO")


def _marked(child: int, number: int, codes: str, first: int = 0) -> list[dict[str, Any]]:
    school = "900001"
    return [
        told(number + i, "AttendanceMarked", f"urn-{school}", child, "upn", i, 20 + i, school=school, am=code, pm=code)
        for i, code in enumerate(codes, first)
    ]


def _marked_again(child: int, number: int) -> list[dict[str, Any]]:
    """A pupil away for two weeks, of whom it is said later that most of it was a mistake."""
    school = "900001"
    again = [
        told(number + 30 + i, "AttendanceMarked", f"urn-{school}", child, "upn", i, 90, school=school, am="/", pm="/")
        for i in range(5, 14)
    ]
    return [*_marked(child, number, "O" * 14), *again]


def late(child: int, number: int) -> list[dict[str, Any]]:
    """What comes editions later: a death that silences the absence, a day that was none, days in a row, their end, one taken back."""
    school = {"school": "900001", "am": "/", "pm": "/"}
    taken_back = {"event_id": f"e{number + 9750 + 30}", "source_record_id": None, "reason": "entered_in_error"}
    return [
        told(number + 9900, "DeathNotified", "ods-Z90001", child, "upn", 11, 62, status=None),
        told(number + 9901, "AttendanceMarked", "urn-900001", child + 4, "upn", 3, 60, **school),
        *_marked(child + 5, number + 9600, "O" * 10, 24),
        *_marked(child + 6, number + 9700, "/", 36),
        *_marked(child + 7, number + 9750, "/" * 24 + "O" * 10),
        {**told(number + 9800, "EventRetracted", "urn-900001", child + 7, "upn", 0, 90), "target": taken_back},
        *_reported(number + 10210, (2, 30)),
    ]


def relabelled(event: dict[str, Any], history: int) -> dict[str, Any]:
    """The same event about other children and events, so that many histories fit into one log."""
    values = {
        v: w for c in range(CHILDREN) for v, w in zip(_values(c), _values(c + CHILDREN * (history + 1)), strict=True)
    }

    def other(value: Any, key: str | None) -> Any:
        if isinstance(value, dict):
            return {k: other(v, k) for k, v in value.items()}
        if isinstance(value, list):
            return [other(v, key) for v in value]
        if key == "value":
            return values.get(value, f"{value}-{history}")
        if key == "former":
            return values.get(value, value)
        if key in ("event_id", "source_record_id", "family", "uprn") and value is not None:
            return f"{value}-{history}" if key != "uprn" else f"{value}{history}"
        return value

    made: dict[str, Any] = other(event, None)
    return made


def _values(child: int) -> list[str]:
    return [i["value"] for i in _identifiers(child, ("upn", "nhs", "agency"))]
