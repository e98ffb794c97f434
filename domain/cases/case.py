"""A case, told by its events: what was said when it was opened, what was done since, and what came of it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from domain.cases.kinds import ANSWER_MONTHS, EXTENDED_MONTHS, KINDS, TELL_WITHIN, CaseKind
from domain.dates import LONDON, add_months, from_day, london_day
from domain.events import Event, worker_key

OPENED, NOTED, CLOSED = "access_case_opened", "access_case_noted", "access_case_closed"
REFERENCE_FORM = r"^k-[0-9a-f]{32}$"


@dataclass(frozen=True, slots=True)
class Step:
    """Something that was done in a case: when (UTC), by whom (ORGANISATION:STAFF), with what and in which words."""

    at: datetime
    by: str
    step: str
    item: str | None
    text: str | None


@dataclass(frozen=True, slots=True)
class Closing:
    """What came of a case, and why; `unheard`: why nobody waited for the answer of whom it is about."""

    at: datetime
    by: str
    outcome: str
    text: str
    unheard: str | None


@dataclass(frozen=True, slots=True)
class Case:
    """A case. `child`: an identifier, SCHEME:VALUE; `concerned`: a member of staff, ORGANISATION:STAFF.

    `aware_at`: when the officer became aware of a breach.
    """

    reference: str
    organisation: str
    office: str
    kind: str
    opened_at: datetime
    opened_by: str
    text: str
    accesses: tuple[str, ...] = ()
    child: str | None = None
    concerned: str | None = None
    asked_by: str | None = None
    aware_at: datetime | None = None
    steps: tuple[Step, ...] = ()
    closing: Closing | None = None

    @property
    def of_kind(self) -> CaseKind:
        """The row of the table of kinds."""
        return KINDS[self.kind]

    @property
    def is_open(self) -> bool:
        """Whether nothing has come of it yet."""
        return self.closing is None

    def done(self, step: str) -> list[Step]:
        """What was done of one kind, in order."""
        return [one for one in self.steps if one.step == step]

    @property
    def asks_somebody(self) -> bool:
        """Whether the member of staff whom it is about has been asked, and so may know of it."""
        return self.concerned is not None and bool(self.done("asked"))


def told_by(events: Iterable[Event]) -> Case | None:
    """The case that its events tell, in the order of the log; None where its opening is not there, as of an erased one."""
    case: Case | None = None
    for event in events:
        said = event.body
        if event.effect.kind == OPENED and case is None:
            case = _opened(event)
        elif case is not None and event.effect.kind == NOTED:
            case = replace(case, steps=(*case.steps, _step(event)))
        elif case is not None and event.effect.kind == CLOSED and case.closing is None:
            closing = Closing(_at(event), _by(event), said["outcome"], said["text"], said["unheard"])
            case = replace(case, closing=closing)
    return case


def names(case: Case, entry: str, shown: Collection[UUID], its_child: Collection[UUID]) -> bool:
    """Whether a case is about an access: it names the entry, or the child is among those whom the access was about.

    `its_child`: the case's child under every id that it has been shown by.
    """
    return entry in case.accesses or not set(its_child).isdisjoint(shown)


def due_at(case: Case) -> datetime | None:
    """When a case's time is over: of a breach 72 hours after it was known, of a request the end of the last day. None: it has none.

    Sources: UK GDPR Articles 33(1) and 12(3).
    """
    if case.of_kind.breach and case.aware_at is not None:
        return case.aware_at + TELL_WITHIN
    if not case.of_kind.request:
        return None
    months = EXTENDED_MONTHS if case.done("extended") else ANSWER_MONTHS
    last = from_day(add_months(london_day(int(case.opened_at.timestamp() * 1_000_000)), months))
    return datetime(last.year, last.month, last.day, 23, 59, 59, tzinfo=LONDON).astimezone(UTC)


def decided(case: Case) -> Mapping[str, Step]:
    """Of each proposal what was decided last: whether it is given or left out."""
    return {one.item: one for one in case.steps if one.step in ("given", "left_out") and one.item is not None}


def disputed(case: Case) -> Mapping[str, datetime]:
    """The facts that are marked as disputed, by event, and since when; none once the case is closed."""
    marks: dict[str, datetime] = {}
    for one in case.steps if case.is_open else ():
        if one.item is not None and one.step == "disputed":
            marks.setdefault(one.item, one.at)
        elif one.item is not None and one.step == "undisputed":
            marks.pop(one.item, None)
    return marks


def _opened(event: Event) -> Case:
    said: Mapping[str, Any] = event.body
    aware = said["aware_at"]
    return Case(
        said["case"],
        said["organisation"],
        said["office"],
        said["case_kind"],
        _at(event),
        _by(event),
        said["text"],
        tuple(said["accesses"]),
        said["child"],
        said["concerned"],
        said["asked_by"],
        None if aware is None else _instant(aware),
    )


def _step(event: Event) -> Step:
    said = event.body
    return Step(_at(event), _by(event), said["step"], said["item"], said["text"])


def _at(event: Event) -> datetime:
    return _instant(event.recorded_at)


def _by(event: Event) -> str:
    return worker_key(event.body["worker"]) or ""


def _instant(microseconds: int) -> datetime:
    return datetime.fromtimestamp(microseconds / 1_000_000, UTC)
