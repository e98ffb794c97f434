"""Reference data and staff of which each row tells one thing. Each function raises Rejected where the row cannot be read.

What a code must be is judged where all events are, when they are recorded.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from adapters.intake.connectors.reference_tables import Row
from adapters.intake.connectors.reference_told import Facts, Told
from domain.errors import Rejected
from schemas.registry import registry

_TIME: Final = r"((?:[01]\d|2[0-3]):[0-5]\d|24:00)"
_DAY: Final = "(?:mon|tue|wed|thu|fri|sat|sun)"
_HOURS: Final = re.compile(rf"({_DAY}(?:-{_DAY})?) +{_TIME} ?- ?{_TIME}", re.ASCII | re.IGNORECASE)


def organisation(told: Told, row: Row) -> Facts:
    """OrganisationRegistered."""
    own = {
        "code": row.need("code"),
        "name": row.need("name"),
        "organisation_kind": row.need("kind"),
        "contact": row.get("contact"),
        "successors": row.several("successors"),
    }
    return Facts([told.of_row("OrganisationRegistered", row, own)])


def agreement(told: Told, row: Row) -> Facts:
    """SharingAgreementMade."""
    own = {
        "name": row.need("name"),
        "parties": row.several("parties"),
        "classes": row.several("classes"),
        "purposes": row.several("purposes"),
        "shares": row.need("shares", "existence or content"),
    }
    return Facts([told.of_row("SharingAgreementMade", row, own)])


def threshold(told: Told, row: Row) -> Facts:
    """ThresholdSet."""
    rule = row.need("rule")
    row.need("value")
    return Facts([told.of_row("ThresholdSet", row, {"rule": rule, "value": row.number("value")})])


def feed(told: Told, row: Row) -> Facts:
    """FeedExpected; of a feed that no event type is, nothing could ever be heard."""
    feed = row.need("feed")
    if feed not in registry().newest:
        raise Rejected("unknown_event_type", "feed", "an event type of the contract")
    own = {"organisation": row.need("organisation"), "feed": feed, "allowance_days": row.number("allowance_days")}
    return Facts([told.of_row("FeedExpected", row, own)])


def service(told: Told, row: Row) -> Facts:
    """ServiceListed."""
    own = {
        "service": row.need("service"),
        "description": row.get("description"),
        "for_whom": row.get("for_whom"),
        "areas": row.several("areas"),
        "contact": row.get("contact"),
    }
    return Facts([told.of_row("ServiceListed", row, own)])


def staff(told: Told, row: Row) -> Facts:
    """What a row of staff is by its kind: worker, left, team, member or duty."""
    kind = row.need("kind").casefold()
    if kind not in _STAFF:
        raise Rejected("unknown_code", "kind", f"one of: {', '.join(_STAFF)}")
    return _STAFF[kind](told, row)


def _worker(told: Told, row: Row) -> dict[str, Any]:
    return {"organisation": told.organisation, "staff_id": row.need("staff_id"), "name": None, "contact": None}


def _team(told: Told, row: Row) -> dict[str, Any]:
    return {"organisation": told.organisation, "code": row.need("team", "the team's code"), "name": None, "contact": None}  # fmt: skip


def _named(row: Row) -> dict[str, Any]:
    return {"name": row.get("name"), "contact": row.get("contact")}


def _registered(told: Told, row: Row) -> Facts:
    return Facts(
        [told.of_row("WorkerRegistered", row, {"worker": _worker(told, row) | _named(row), "role": row.get("role")})]
    )


def _left(told: Told, row: Row) -> Facts:
    return Facts([told.of_row("WorkerLeft", row, {"worker": _worker(told, row), "reason": row.get("reason")})])


def _team_registered(told: Told, row: Row) -> Facts:
    return Facts(
        [told.of_row("TeamRegistered", row, {"team": _team(told, row) | _named(row), "service": row.get("service")})]
    )


def _membership(told: Told, row: Row) -> Facts:
    """A membership that has an end is told by its end too, as it is by an agency's own system.

    An end before its start is no end: it is set aside, and the membership stands.
    """
    who = {"worker": _worker(told, row), "team": _team(told, row)}
    start, end = row.day("from"), row.day("to")
    begun = told.event("TeamMembershipStarted", {**who, "role": row.get("role")}, start, end)
    if end is None:
        return Facts([begun])
    if end.isoformat() < begun["effective"]["from"]:
        begun["effective"]["to"] = None
        return Facts([begun], (("end_before_start", "effective.to"),))
    return Facts([begun, told.event("TeamMembershipEnded", who, end)])


def _duty_line(told: Told, row: Row) -> Facts:
    hours = []
    for part in row.several("hours"):
        found = _HOURS.fullmatch(part)
        if found is None:
            raise Rejected("bad_value", "hours", "as mon-fri 09:00-17:00, several parted by semicolons")
        hours.append({"days": found[1].lower(), "from": found[2], "to": found[3]})
    team = _team(told, row) | {"name": row.get("name"), "contact": row.need("contact", "how the line is reached")}
    return Facts([told.of_row("DutyLinePublished", row, {"team": team, "hours": hours})])


_STAFF: Final[Mapping[str, Callable[[Told, Row], Facts]]] = {
    "worker": _registered,
    "left": _left,
    "team": _team_registered,
    "member": _membership,
    "duty": _duty_line,
}
