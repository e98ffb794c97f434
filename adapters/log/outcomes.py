"""What is said of an item: its outcome, by what became of it."""

from adapters.log.messages import ACCEPTED, CONFLICT, Outcome
from adapters.log.prepare import Item


def accepted(item: Item) -> Outcome:
    """Of an item that got its position just now."""
    return Outcome(
        ACCEPTED, None, None, None, item.schema.event_type, item.body["event_id"], item.position, tuple(item.set_aside)
    )


def outcome_of(item: Item, outcome: str) -> Outcome:
    """Of any item; reason, field and rule stand in what is kept."""
    event_type = None if item.schema is None else item.schema.event_type
    event_id = item.body.get("event_id")
    if outcome == ACCEPTED:
        return Outcome(ACCEPTED, None, None, None, event_type, event_id, item.position or None, tuple(item.set_aside))
    said = item.rejected
    if said is None or outcome == CONFLICT:
        return Outcome(outcome, None, None, None, event_type, event_id)
    return Outcome(outcome, said.reason, said.field, said.rule, event_type, event_id)
