"""The field's words for what is about no child: areas, teams, duty lines, the directory of services, agreements."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.spec.words import COUNCIL, Happened, stated


def area_map_published(
    name: str, on: str, areas: Mapping[str, Sequence[str]], part_of: str = "postcode", **more: Any
) -> Happened:
    """A map of the authority: the members of each area, which are parts of `postcode`, `school`, or wards of another map."""
    by, through = (part_of, None) if part_of in ("postcode", "school") else ("ward", part_of)
    listed = [{"area": area, "members": list(members)} for area, members in areas.items()]
    own = {"name": name, "by": by, "through": through, "authority_wide": [], "areas": listed}
    told = {area: ", ".join(members) for area, members in areas.items()}
    return stated("AreaMapPublished", on, None, own, {"map": name, "by": by, "through": through} | told, **more)


def team_registered(team: str, on: str, contact: str, **more: Any) -> Happened:
    """A team of the organisation is registered, with how to reach it."""
    return stated(
        "TeamRegistered", on, None, {"team": _team(team, contact)}, {"team": team, "contact": contact}, **more
    )


def duty_line_published(team: str, on: str, contact: str, days: str, hours: tuple[str, str], **more: Any) -> Happened:
    """The duty line of a team, and when it is answered."""
    own = {"team": _team(team, contact), "hours": [{"days": days, "from": hours[0], "to": hours[1]}]}
    told = {"team": team, "contact": contact, "hours": f"{days} {'-'.join(hours)}"}
    return stated("DutyLinePublished", on, None, own, told, **more)


def team_membership_started(worker: str, team: str, on: str, **more: Any) -> Happened:
    """A worker joined a team."""
    return _membership("TeamMembershipStarted", worker, team, on, **more)


def team_membership_ended(worker: str, team: str, on: str, **more: Any) -> Happened:
    """A worker left a team."""
    return _membership("TeamMembershipEnded", worker, team, on, **more)


def service_listed(service: str, on: str, contact: str, areas: Sequence[str] = (), **more: Any) -> Happened:
    """A service of the directory: where it works, and how to reach it."""
    own = {"service": service, "contact": contact, "areas": list(areas)}
    return stated("ServiceListed", on, None, own, {**own, "areas": ", ".join(areas) or None}, **more)


def sharing_agreement_made(
    name: str, on: str, parties: Sequence[str], classes: Sequence[str], shares: str = "existence", **more: Any
) -> Happened:
    """Organisations agreed which classes they share, and whether only that a service is involved or what it says too."""
    own = {
        "name": name,
        "parties": list(parties),
        "classes": list(classes),
        "purposes": ["early_help"],
        "shares": shares,
    }
    told = {"name": name, "parties": ", ".join(parties), "classes": ", ".join(classes), "shares": shares}
    return stated("SharingAgreementMade", on, None, own, told, **more)


def _membership(event_type: str, worker: str, team: str, on: str, **more: Any) -> Happened:
    own = {"worker": {"organisation": COUNCIL, "staff_id": worker}, "team": _team(team)}
    return stated(event_type, on, None, own, {"worker": worker, "team": team}, **more)


def _team(team: str, contact: str | None = None) -> dict[str, str | None]:
    return {"organisation": COUNCIL, "code": team, "name": None, "contact": contact}
