"""Two invented children of one family, as four agencies publish them: enough for every question to have an answer."""

from typing import Any

from tests.generative.histories import nhs_number, upn

ADA_UPN, ADA_NHS, ADA_AGENCY = upn(11), nhs_number(11), "M1001"
BEN_NHS, BEN_AGENCY = nhs_number(23), "M1002"
WORKER = "la-808:W12"
BORN = "2015-03-01"
FAMILY_NAME = "Example"
ADA = [
    {"scheme": "agency:la-808:mosaic", "value": ADA_AGENCY},
    {"scheme": "nhs", "value": ADA_NHS},
    {"scheme": "upn", "value": ADA_UPN},
]
BEN = [{"scheme": "agency:la-808:mosaic", "value": BEN_AGENCY}, {"scheme": "nhs", "value": BEN_NHS}]
_HOME = {
    "status": "current", "lines": ["1 Example Row"], "postcode": "ZE9 1AA", "uprn": "100110000001", "residence": "home",
    "return": None,
}  # fmt: skip
_WORKER = {"organisation": "la-808", "staff_id": "W12", "name": "Wyn Sample", "contact": "wyn@la-808.example"}
_TEAM = {"organisation": "la-808", "code": "T3", "name": "Early help [north]", "contact": "01632 960001"}


_LEAD = {"role": "lead_practitioner", "scope": "child", "worker": _WORKER}


def _person(given: str, born: str) -> dict[str, Any]:
    return {
        "names": [{"given": [given], "family": FAMILY_NAME, "use": None}], "date_of_birth": born, "expected_date": None,
        "sex": "F", "postcode": None, "uprn": None,
    }  # fmt: skip


_ADA, _BEN = _person("Ada", BORN), _person("Ben", "2019-07-12")


def _event(number: int, kind: str, by: str, who: list[dict[str, str]], day: str, **own: Any) -> dict[str, Any]:
    return {
        "event_type": kind, "event_id": f"{kind}-{number}",
        "source": {"organisation": by, "system": "s", "source_record_id": None, "source_version": None},
        "mode": "live", "recorded_at": f"2026-09-{number:02d}T08:00:00Z",
        "subject": {"identifiers": who, "person": _ADA if who[-1] in ADA else _BEN, "nhs_number_status": None},
        "others": own.pop("others", []), "effective": {"from": day, "to": None}, "reference": None, "target": None,
        "basis": "public_task", **own,
    }  # fmt: skip


def _feed(number: int, by: str, feed: str) -> dict[str, Any]:
    return {
        "event_type": "FeedReported", "event_id": f"feed-{number}",
        "source": {"organisation": by, "system": "s", "source_record_id": None, "source_version": None},
        "mode": "live", "recorded_at": f"2026-09-{number:02d}T20:00:00Z", "feed": feed,
        "covers": {"from": "2026-01-01", "to": "2026-10-01"}, "complete_through": "2026-09-30", "count": 1,
        "scope": None,
    }  # fmt: skip


def example_family() -> list[dict[str, Any]]:
    """Ada left school and her GP and has early help with a lead; Ben lives with her, has lost his GP and has no lead.

    Positions are 1 to 17 in a fresh log; asked about on 1 October 2026, all feeds have been heard.
    """
    parent = [{"role": "parent", "identifiers": [{"scheme": "agency:la-808:mosaic", "value": "P77"}], "person": None}]
    return [
        _event(1, "PupilAdmitted", "urn-937083", ADA[2:], "2020-09-01", school="937083"),
        _event(2, "PupilRemovedFromRoll", "urn-937083", ADA[2:], "2026-07-20", school="937083", ground="G"),
        _event(3, "GpRegistered", "ods-K82057", ADA[1:2], "2015-04-01", practice="K82057", practice_name="Mill Lane"),
        _event(4, "GpRegistrationEnded", "ods-K82057", ADA[1:2], "2026-06-01", practice="K82057", reason="returned"),
        _event(5, "AddressChanged", "ods-K82057", ADA[1:2], "2019-01-01", address=_HOME),
        _event(6, "AddressChanged", "ods-K82057", BEN[1:], "2019-08-01", address=_HOME),
        _event(7, "GpRegistered", "ods-K82057", BEN[1:], "2019-08-01", practice="K82057"),
        _event(8, "GpRegistrationEnded", "ods-K82057", BEN[1:], "2026-05-01", practice="K82057", reason="returned"),
        _event(9, "EarlyHelpStarted", "la-808", ADA, "2026-08-01", team=_TEAM, worker=_WORKER),
        _event(10, "LeadNominated", "la-808", ADA, "2026-08-03", **_LEAD),
        _event(11, "LeadAccepted", "la-808", ADA, "2026-08-04", **_LEAD),
        _event(12, "RelationshipStated", "la-808", ADA, "2019-01-01", relation="parent", family="F1", others=parent),
        _event(13, "RelationshipStated", "la-808", BEN, "2019-07-12", relation="parent", family="F1", others=parent),
        _event(14, "EarlyHelpStarted", "la-808", BEN, "2026-08-10", team=_TEAM),
        _event(15, "AttendanceMarked", "urn-937083", ADA[2:], "2026-07-01", school="937083", am="/", pm="N"),
        _feed(16, "urn-937083", "PupilAdmitted"),
        _feed(17, "ods-K82057", "GpRegistered"),
    ]  # fmt: skip
