"""The shape in which both answerers' answers are compared: rows of plain words, as the pages print them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from domain.measures.of_child import Part
from tests.spec.example import Row
from tests.spec.words import Happened

_SAYS_WHOSE = {
    "enrolment": "provider",
    "gp_registration": "provider",
    "involvement": "service",
    "referral": "service",
    "lead": "worker",
    "relationship": "service",
}


def received(happened: Happened, number: int, last: datetime | None) -> datetime:
    """When an event was taken in: soon after it was written down, and never before the one that came before it."""
    at = datetime.fromisoformat(happened.recorded_at(number)) + timedelta(minutes=1)
    return at if last is None else max(at, last)


def names(happened: Iterable[Happened]) -> list[str]:
    """The children of an example."""
    return list(dict.fromkeys(h.child for h in happened if h.child is not None))


def tokens(happened: Iterable[Happened]) -> list[str]:
    """The identifiers that subjects carry, as `A.nhs`."""
    found = (t if "." in t else f"{h.child}.{t}" for h in happened if h.child is not None for t in h.known_by)
    return list(dict.fromkeys(found))


def numbers(positions: Iterable[int]) -> str:
    """Numbers of events, as an example counts them."""
    return ", ".join(str(n) for n in sorted(positions))


def days(start: str | None, end: str | None) -> str:
    """A half-open interval of days."""
    return f"{start or ''}..{end or ''}"


def entry(*, kind: str, start: str | None, end: str | None, status: str, why: str | None, **columns: Any) -> Row:
    """An entry of a timeline."""
    service = columns.get("service")
    named = _SAYS_WHOSE.get(kind, "service" if service != kind.replace("_", " ") else "")
    whose = columns.get(named)
    return {
        "entry": f"{kind} {whose}" if whose else kind,
        "days": days(start, end),
        "status": f"{status}: {why}" if why else status,
        **columns,
    }


def measured(child: str, part: Part) -> Row:
    """What a child adds to a measure."""
    days = {} if part.days is None else {"days": part.days}
    of = {} if part.denominator == 1 else {"attended": part.numerator, "possible": part.denominator}
    return {"child": child, "counted": "yes" if part.counted else "no", **days, **of}


def week(school: str, monday: str | None, counts: Mapping[str, int]) -> Row:
    """A week's run of marks."""
    return {
        "entry": f"attendance {school}",
        "week of": monday,
        "sessions": ", ".join(f"{n} {c}" for c, n in sorted(counts.items())),
    }


def line(
    *,
    person: Mapping[str, Any] | None,
    others: Iterable[tuple[Mapping[str, Any], Iterable[str]]],
    sex: str | None,
    birth: str | None,
    expected: str | None,
    alive: bool | None,
    address: Mapping[str, Any] | None,
    schools: Sequence[str],
    practices: Sequence[str],
    involvements: Sequence[str],
    leads: Sequence[str],
    reviews: Iterable[tuple[str, str | None, bool]],
    contested: Iterable[tuple[str, Iterable[str]]],
) -> Row:
    """A line of the index."""
    name = person["names"][0] if person else None
    where = None
    if address is not None:
        where = ", ".join(address["lines"]) if address["status"] == "current" else address["status"]
    return {
        "name": None if name is None else _called(name),
        "other names": "; ".join(sorted(f"{_called(name)} ({', '.join(sorted(by))})" for name, by in others)),
        "sex": sex,
        "born": birth,
        "contested": "; ".join(f"{value} ({', '.join(sorted(by))})" for value, by in contested),
        "expected": expected,
        "alive": {True: "yes", False: "no", None: "not known"}[alive],
        "address": where,
        "school": ", ".join(schools),
        "gp": ", ".join(practices),
        "involvements": ", ".join(sorted(involvements)),
        "lead": ", ".join(leads),
        "reviews": "; ".join(sorted(f"{what} {due}{', overdue' if late else ''}" for what, due, late in reviews)),
    }


def _called(name: Mapping[str, Any]) -> str:
    return " ".join([*name["given"], name["family"]])


def reached(
    service: str,
    *,
    worker: str | None,
    team: str | None,
    duty: tuple[str, Sequence[Mapping[str, str]]] | None,
    left: str | None,
) -> Row:
    """How to reach whoever works with a child in one service."""
    line = None if duty is None else ", ".join([duty[0], *(f"{h['days']} {h['from']}-{h['to']}" for h in duty[1])])
    return {"service": service, "worker": worker, "team": team, "duty line": line, "left": left}


def grouped(members: Sequence[tuple[str, bool]]) -> Row:
    """One child's records."""
    return {
        "records": ", ".join(sorted(token for token, _ in members)),
        "disputed": "yes" if any(disputed for _, disputed in members) else "no",
    }
