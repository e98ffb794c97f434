"""How answers are written: entries, weeks, gaps and families as plain JSON-ready values (contract 3, 4)."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from domain.access.shield import placeless
from domain.attendance import CATEGORIES
from domain.dates import iso
from domain.errors import Misuse
from domain.events import ChildId
from domain.feeds import Hearing
from domain.indicators import RULES
from domain.indicators.families import Family
from domain.kinds import BETWEEN_PEOPLE
from domain.leads.active import GAPS
from domain.timeline.entries import Entry

_NOT_SAID = "not said"


def child_id(child: UUID) -> str:
    """A child's id as it is shown."""
    return f"c-{child.hex}"


def record_id(record: UUID) -> str:
    """A record's id as it is shown."""
    return f"r-{record.hex}"


def event_id(position: int) -> str:
    """An event's id as it is shown: where it stands in the log."""
    return f"e-{position}"


def parse_id(text: str) -> UUID:
    """The id of a child or record; raises Misuse."""
    prefix, _, digits = text.partition("-")
    if prefix not in ("c", "r") or len(digits) != 32:
        raise Misuse("record: r- or c- and 32 hexadecimal digits")
    try:
        return UUID(hex=digits)
    except ValueError:
        raise Misuse("record: r- or c- and 32 hexadecimal digits") from None


def area(text: str) -> str:
    """An area as it is compared."""
    return text.strip().upper()


def entry(
    said: Entry,
    contact: Mapping[str, Any] | None,
    day: int,
    known_from: str,
    *,
    shielded: bool,
) -> dict[str, Any]:
    """A timeline entry on a day; of a shielded child without team and contact, and naming authorities and no one else."""
    status, why = said.status_at(day)
    whose = placeless if shielded else _as_it_is
    shown = {
        "kind": said.kind, "service": said.service, "agency": whose(said.organisation),
        "provider": None if said.kind in BETWEEN_PEOPLE else whose(said.provider),
        "team": None if shielded else said.team, "worker": whose(said.worker), "contact": None if shielded else contact,
        "from": iso(said.start), "to": iso(said.end), "status": status,
        "last_confirmed": iso(said.confirmed), "why_status": why, "role": said.role, "provision": said.provision, "reason": said.reason,
        # Of a shielded child the record would tell that another number is known of it.
        "record": None if shielded else record_id(said.record),
        "events": [event_id(p) for p in said.positions], "known_from": known_from,
    }  # fmt: skip
    if said.kind == "lead":
        shown.update({"provider": None, "scope": said.scope, "accepted": iso(said.accepted)})
    return shown


def duty_line(body: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """A team's duty line and its hours, from the event that published it."""
    return None if body is None else {"contact": body["team"]["contact"], "hours": list(body["hours"])}


def registered(worker: Mapping[str, Any] | None, team: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Name and contact of a worker and a team, as their organisation registered them."""
    if worker is None and team is None:
        return None
    return {
        "worker": worker and {"name": worker["worker"]["name"], "contact": worker["worker"]["contact"]},
        "team": team and {"name": team["team"]["name"], "contact": team["team"]["contact"]},
    }


def _as_it_is(code: str | None) -> str | None:
    return code


def week(record: UUID, school: str, monday: int, sessions: Mapping[int, int], day: int) -> dict[str, Any]:
    """A week's run of marks: how many sessions of each category."""
    return {
        "kind": "attendance", "service": "school", "agency": f"urn-{school}", "provider": school, "team": None, "worker": None, "contact": None,
        "from": iso(monday), "to": iso(monday + 7), "status": "ended" if monday + 7 <= day else "open",
        "last_confirmed": None, "why_status": None, "role": None, "provision": "universal", "reason": None,
        "record": record_id(record), "events": [], "known_from": None,
        "sessions": {CATEGORIES[category]: count for category, count in sorted(sessions.items())},
    }  # fmt: skip


def gap(
    row: Sequence[Any], day: int, hearing: Hearing, shielded: Collection[UUID], schools: Collection[str] = ()
) -> dict[str, Any]:
    """A gap of lead, or an indicator in its shape, from a row of `projections.queries.rectangles`.

    `schools` are those whose marks it rests on, beside what its row names.
    """
    child, rule, since, _, _, positions, organisation = row
    told = GAPS.get(rule) or RULES[rule]
    silent = hearing.unheard(told, [organisation, *(f"urn-{school}" for school in sorted(schools))])
    return {
        "child": child_id(child),
        "rule": rule,
        "since": iso(since),
        "days": day - since,
        "status": "not_known" if silent else "true",
        "events": [event_id(p) for p in positions],
        "feed": "heard" if silent is None else _NOT_SAID if child in shielded else silent,
        "clears_when": told.clears_when,
    }


def family(
    listed: Family, where: str | None, day: int, shielded: Collection[UUID], mended: Mapping[ChildId, str | None]
) -> dict[str, Any]:
    """A family out of touch on a day. Which feed is silent names a school or a practice, so not of a shielded child.

    `mended`: since when a child's record is not up to date.
    """
    return {
        "family": listed.id,
        "area": where,
        "children": len(listed.children),
        "lost": list(listed.lost),
        "since": iso(listed.since),
        "indicators": [
            {
                "id": s.indicator.id, "child": child_id(s.child), "since": iso(s.indicator.since), "days": day - s.indicator.since,
                "status": s.status, "events": [event_id(p) for p in s.indicator.positions],
                "feed": "heard" if s.feed is None else _NOT_SAID if s.child in shielded else s.feed,
                "clears_when": RULES[s.indicator.id].clears_when, "caution": RULES[s.indicator.id].caution,
                "being_mended": mended[s.child],
            }
            for s in listed.shown
        ],
    }  # fmt: skip
