"""The line of the children's index by the reference, and how to reach those who work with a child."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from domain.access.shield import placeless
from domain.dates import iso
from domain.events import Event
from domain.identity.contested import births_told, sexes_told
from domain.kinds import NO_INVOLVEMENT, SHOWN_OF_A_SHIELDED_CHILD
from domain.leads.active import active_span
from domain.names import all_names, same_name
from domain.reference import StaffFact, staff_fact
from domain.timeline.child import Child
from domain.timeline.entries import Entry
from tests.spec import rows
from tests.spec.example import Row


def shown_in_the_line(child: Child, day: int, hides: bool) -> list[Entry]:
    """What a line of the index is made of."""
    return [
        e
        for e in child.entries
        if (first := e.first_day()) is not None
        and first <= day
        and e.status_at(day)[0] in ("open", "lapsed")
        and (not hides or e.kind in SHOWN_OF_A_SHIELDED_CHILD)
    ]


def involved(shown: Iterable[Entry]) -> list[Entry]:
    """Those that are a service working with the child."""
    return [e for e in shown if e.kind not in NO_INVOLVEMENT and not e.moment]


def line(child: Child, day: int, hides: bool, led: Iterable[Entry] = ()) -> Row:
    """The line of a child on a day; `hides`: as of a shielded child. `led`: leads of its family that were stated for others."""
    shown = shown_in_the_line(child, day, hides)
    here = child.address_at(day)
    return rows.line(
        person=child.person,
        others=_others(child, hides),
        sex=child.sex,
        birth=iso(child.birth),
        expected=iso(child.expected) if child.birth is None else None,
        alive=child.alive_at(day),
        address=None if here is None or hides else {**here.address, "status": here.status_at(day)},
        schools=[e.provider for e in shown if e.kind == "enrolment"],
        practices=[e.provider for e in shown if e.kind in ("gp_registration", "gp_temporary_registration")],
        involvements=[e.service for e in involved(shown)],
        leads=[
            *(str(e.worker) for e in shown if any(a <= day < b for a, b in active_span(e, child.of_kind("lead")))),
            *(str(e.worker) for e in led),
        ],
        reviews=_reviews(child, day, hides),
        contested=[
            *((str(iso(birth)), _whose(by, hides)) for birth, by in sorted(births_told(child.told).items())),
            *((sex, _whose(by, hides)) for sex, by in sorted(sexes_told(child.told).items())),
        ],
    )


def _others(child: Child, hides: bool) -> list[tuple[Mapping[str, Any], set[str]]]:
    """All names but the one that stands, each with whoever told of it."""
    standing = child.person["names"][0] if child.person else None
    found = [(name, by) for name, by in all_names(child.called) if standing is None or not same_name(name, standing)]
    return [(name, _whose(by, hides)) for name, by in found]


def _whose(by: Iterable[str], hides: bool) -> set[str]:
    """Whose word it is; what a sensitive service told is nobody's."""
    return {(placeless(one) or "not said") if hides else one for one in by if one}


def _reviews(child: Child, day: int, hides: bool) -> list[tuple[str, str | None, bool]]:
    """Of each plan or arrangement that is not over, the review that was named last."""
    named: dict[tuple[str, str, str], Entry] = {}
    for entry in child.entries:
        first = entry.first_day()
        if (
            entry.doubted
            or entry.due is None
            or first is None
            or first > day
            or (hides and entry.kind not in SHOWN_OF_A_SHIELDED_CHILD)
        ):
            continue
        over = not entry.moment and entry.end is not None and entry.end <= day
        key = (entry.kind, entry.organisation, entry.service)
        if not over and (
            key not in named or (entry.start or 0, entry.order) > (named[key].start or 0, named[key].order)
        ):
            named[key] = entry
    return [(entry.service, iso(entry.due), (entry.due or 0) < day) for entry in named.values()]


def reach(entries: Iterable[Entry], said: Sequence[Event], day: int) -> list[Row]:
    """For each involvement its worker, team and duty line, as they were registered last, and when the worker left."""
    facts = [staff_fact(event) for event in said]
    body_of = {int(event.position): event.body for event in said}

    def last(kind: str, *, worker: str | None = None, team: str | None = None) -> StaffFact | None:
        """What was said last of a worker or a team and holds on the day; nothing where none is named."""
        found = [
            f
            for f in facts
            if f.kind == kind
            and (
                (worker is not None and f.worker == worker) or (team is not None and (f.team, f.worker) == (team, None))
            )
            and f.start <= day < f.end
        ]
        return max(found, key=lambda f: f.order, default=None)

    def body(fact: StaffFact | None) -> Any:
        return None if fact is None else body_of[fact.position]

    told = []
    for entry in entries:
        worker, left = last("worker", worker=entry.worker), last("worker_left", worker=entry.worker)
        gone = left is not None and (worker is None or worker.start < left.start)
        by_worker, by_team, duty = (
            body(worker), body(last("team", team=entry.team)), body(last("duty_line", team=entry.team)),
        )  # fmt: skip
        told.append(
            rows.reached(
                entry.service,
                worker=by_worker and by_worker["worker"]["contact"],
                team=by_team and by_team["team"]["contact"],
                duty=duty and (duty["team"]["contact"], duty["hours"]),
                left=iso(left.start) if gone and left is not None else None,
            )
        )
    return told
