"""What answers look like, for the OpenAPI document only: answers themselves are passed on as they are given.

A test holds these against real answers. Fields may be added to answers at any time.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

Day = Annotated[str, Field(json_schema_extra={"format": "date"})]
Position = Annotated[str, Field(pattern=r"^\d+:\d+$", description="Where it stands in the log; opaque, ordered")]
RecordId = Annotated[str, Field(pattern=r"^r-[0-9a-f]{32}$")]
ChildId = Annotated[str, Field(pattern=r"^c-[0-9a-f]{32}$")]
EventId = Annotated[str, Field(pattern=r"^e-\d+$")]
BeingMended = Annotated[
    Day | None,
    Field(description="Since when part of this child's record could not be brought up to date; null: it is up to date"),
]
NumberBeingMended = Annotated[
    int, Field(description="Records, of anybody, that could not be brought up to date: what a list counts may be older")
]
Status = Literal["open", "ended", "lapsed", "unknown", "moment", "retracted", "disputed"]


class ShownIdentifier(BaseModel):
    """That the child is known by an identifier of a scheme; its value is not shown."""

    scheme: str
    status: Literal["live", "disputed", "superseded", "inactive"]
    record: RecordId


class ShownName(BaseModel):
    """A name as an agency states it."""

    given: list[str]
    family: str | None
    use: str | None


class ShownContact(BaseModel):
    """Name and contact of a worker or team."""

    name: str | None
    contact: str | None


class ShownContacts(BaseModel):
    """Whom to get in touch with."""

    worker: ShownContact | None
    team: ShownContact | None


class ShownAddress(BaseModel):
    """Where the child lives: the tagged choice of the contract, from a day until the next address."""

    status: Literal["current", "last_known", "none_known", "left_england"]
    lines: list[str]
    postcode: str | None
    uprn: str | None
    residence: str | None
    from_: Annotated[Day, Field(alias="from")]
    to: Day | None


class ShownHours(BaseModel):
    """When a duty line is answered."""

    days: str
    from_: Annotated[str, Field(alias="from")]
    to: str


class ShownDutyLine(BaseModel):
    """How to reach a team whoever is on duty."""

    contact: str | None
    hours: list[ShownHours]


class ShownEntry(BaseModel):
    """One interval or moment, or the attendance of a week; dates are half-open."""

    kind: str
    service: str
    agency: Annotated[str | None, Field(description="null: not shown of a shielded child")]
    provider: str | None
    team: str | None
    worker: str | None
    contact: ShownContacts | None
    from_: Annotated[Day | None, Field(alias="from")]
    to: Day | None
    status: Status
    why_status: str | None
    last_confirmed: Day | None
    role: str | None
    provision: str
    reason: str | None
    record: RecordId | None
    events: list[EventId]
    known_from: Position | None
    accepted: Annotated[Day | None, Field(description="Of a lead: when it was accepted")] = None
    scope: Annotated[str | None, Field(description="Of a lead: child or family")] = None
    agency_name: Annotated[str | None, Field(description="Its name, where it is registered")] = None
    duty_line: Annotated[ShownDutyLine | None, Field(description="The team's duty line, in the index")] = None
    registered: Annotated[
        ShownContacts | None, Field(description="Worker and team as their organisation registered them, in the index")
    ] = None
    worker_left: Annotated[Day | None, Field(description="In the index: the day on which the worker left")] = None
    covered_by: Annotated[
        "list[ShownEntry] | None",
        Field(description="Of a lead, in the index: who covers for it, in which scope, since when"),
    ] = None
    sessions: Annotated[dict[str, int] | None, Field(description="Of attendance: sessions by category")] = None


class AsOf(BaseModel):
    """As known at which position and edition, as at which day."""

    position: Position
    edition: int
    effective_at: Day
    records_being_mended: NumberBeingMended


class ShownReview(BaseModel):
    """A review that is due."""

    kind: str
    service: str
    agency: str | None
    due: Day
    overdue: bool


class IndexLine(BaseModel):
    """One child in the index."""

    child: ChildId
    records: list[RecordId]
    identifiers: list[ShownIdentifier]
    name: ShownName | None
    other_names: list[ShownName]
    date_of_birth: Day | None
    expected_date: Day | None
    sex: str | None
    alive: Annotated[bool | None, Field(description="null: unborn, or not known")]
    address: ShownAddress | None
    shielded: Annotated[bool, Field(description="Whereabouts are not shown")]
    being_mended: BeingMended
    school: list[ShownEntry]
    gp: list[ShownEntry]
    involvements: list[ShownEntry]
    assessments: list[ShownEntry]
    team: Annotated[list[ShownEntry], Field(description="Members of the team around the child")]
    lead: list[ShownEntry]
    reviews_due: Annotated[list[ShownReview], Field(description="The next review of each plan or arrangement")]


class FoundChildren(AsOf):
    """At most ten children; `refine` where more would fit."""

    children: list[IndexLine]
    refine: bool


class ShownChild(AsOf, IndexLine):
    """One child's line of the index."""


class Timeline(AsOf):
    """One child's timeline."""

    child: ChildId
    records: list[RecordId]
    alive: bool | None
    identifiers: list[ShownIdentifier]
    entries: list[ShownEntry]
    kept_aside: int
    shielded: Annotated[bool, Field(description="Whereabouts are not shown")]
    being_mended: BeingMended


class Gap(BaseModel):
    """A gap of lead: `days` are counted from `since`. `not_known` where its feed was not heard."""

    child: ChildId
    rule: str
    since: Day
    days: int
    status: Literal["true", "not_known"]
    events: list[EventId]
    feed: str
    clears_when: str
    being_mended: BeingMended


class CaseloadChild(BaseModel):
    """One child of a caseload."""

    child: ChildId
    name: ShownName | None
    date_of_birth: Day | None
    being_mended: BeingMended
    lead: list[ShownEntry]
    entries: list[ShownEntry]
    gaps: list[Gap]


class WorkerCaseload(AsOf):
    """The children a worker works with or leads for."""

    worker: str
    children: list[CaseloadChild]


class ChangedChild(BaseModel):
    """What is new of one child since; of one that left the caseload, what took it off."""

    child: ChildId
    name: ShownName | None
    on_caseload: Annotated[bool, Field(description="Whether the worker still works with or leads for this child")]
    being_mended: BeingMended
    records_joined: list[RecordId]
    entries: list[ShownEntry]
    taken_back: list[ShownEntry]
    began: list[Gap]
    cleared: list[Gap]


class WorkerChanges(AsOf):
    """What changed for a worker's children since a position; backfill and snapshots are no news."""

    worker: str
    since: Position
    children: list[ChangedChild]


class HandedOverChild(BaseModel):
    """What a worker would hand over of one child."""

    child: ChildId
    name: ShownName | None
    date_of_birth: Day | None
    being_mended: BeingMended
    led_by_worker: bool
    lead: list[ShownEntry]
    taking_over: Annotated[list[ShownEntry], Field(description="Who was asked to take over and has not accepted")]
    involvements: list[ShownEntry]
    team: list[ShownEntry]
    reviews_due: list[ShownReview]
    gaps: list[Gap]


class WorkerHandover(AsOf):
    """What a worker would hand over."""

    worker: str
    children: list[HandedOverChild]


class ListedGaps(AsOf):
    """Gaps of lead, longest first."""

    gaps: list[Gap]


class ShownIndicator(BaseModel):
    """Why a family may be out of touch: a prompt to check. `not_known` where its feed was not heard."""

    id: str
    child: ChildId
    since: Day
    days: int
    status: Literal["true", "not_known"]
    events: list[EventId]
    feed: str
    clears_when: str
    being_mended: BeingMended
    caution: str


class ListedFamily(BaseModel):
    """A family and the domains it is out of touch with."""

    family: str
    area: str | None
    children: int
    lost: list[str]
    since: Day
    indicators: list[ShownIndicator]


Coverage = Annotated[
    dict[str, str],
    Field(description="By indicator: `heard`, or how many organisations in reach do not publish what it relies on"),
]


class ListedFamilies(BaseModel):
    """Families by the number of domains out of touch, then by days."""

    as_at: Day
    position: Position
    edition: int
    records_being_mended: NumberBeingMended
    families: list[ListedFamily]
    feeds: Coverage


class ShownFamily(ListedFamily):
    """One family with its children."""

    as_at: Day
    position: Position
    edition: int
    records_being_mended: NumberBeingMended
    members: list[IndexLine]
    feeds: Coverage


class FamilyChild(BaseModel):
    """A child of one of the worker's families."""

    child: ChildId
    name: ShownName | None
    date_of_birth: Day | None
    mine: Annotated[bool, Field(description="Whether the worker works with or leads for this child")]
    being_mended: BeingMended
    lead: list[ShownEntry]
    involvements: int


class WorkerFamily(BaseModel):
    """One of the worker's families, and what it has lost touch with."""

    family: str
    children: list[FamilyChild]
    lost: list[str]
    since: Day | None
    indicators: list[ShownIndicator]
    gaps: list[Gap]


class WorkerFamilies(AsOf):
    """A caseload by family."""

    worker: str
    families: list[WorkerFamily]
