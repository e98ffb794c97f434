"""What feedback looks like, for the OpenAPI document only. Fields may be added at any time."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from adapters.api.shapes import Day
from adapters.questions.feedback import CURSOR

Cursor = Annotated[str, Field(pattern=CURSOR, description="Opaque; grows")]
Instant = Annotated[str, Field(json_schema_extra={"format": "date-time"})]


class SetAsideField(BaseModel):
    """A field of an accepted event that failed its check: it links or says nothing."""

    reason: str
    field: str


class EventFeedback(BaseModel):
    """What became of one event, or later of one that was kept."""

    cursor: Cursor
    kind: Literal["event"]
    outcome: Literal["accepted", "duplicate", "conflict", "kept", "released", "replaced", "rejected"]
    event_id: Annotated[str | None, Field(description="null: it could not be read, or is erased")]
    event_type: str | None
    reason: Annotated[str | None, Field(description="One of `/v1/reasons`")]
    field: str | None
    rule: str | None
    set_aside: list[SetAsideField]
    at: Instant


class ReplayRequested(BaseModel):
    """Publish your events of this type whose effective date lies in `[from, to)` again, under their event ids."""

    cursor: Cursor
    kind: Literal["replay_requested"]
    event_type: str
    from_: Annotated[Day, Field(alias="from")]
    to: Day
    at: Instant


class FeedbackPage(BaseModel):
    """Feedback in order; `next` is the cursor to ask with again, `more` whether there is more at once."""

    organisation: str
    feedback: list[Annotated[EventFeedback | ReplayRequested, Field(discriminator="kind")]]
    next: Cursor
    more: bool
