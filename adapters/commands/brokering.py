"""Requests for contact and their answers, written into the log as events of this service's own (decision 64)."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from adapters.log.messages import ACCEPTED, DUPLICATE, Message, Outcome
from adapters.process.clock import today
from adapters.service.opened import Service
from domain.access.viewer import Viewer
from domain.brokering import event_of
from domain.checks import ITSELF
from domain.errors import Rejected
from schemas.registry import WRITTEN_HERE

SYSTEM: Final = "icr"


@dataclass(frozen=True, slots=True)
class Brokering:
    """Writes them, each once: `entry` is that of the access log which showed what would be said, and makes the event's id."""

    service: Service

    def ask(self, viewer: Viewer, entry: str, child: str, purpose: str, reach: str | None, answer_by: date) -> Outcome:
        """A professional asks to be put in touch with whoever else works with a child (`c-…`). Raises Rejected."""
        said = {"child": child, "purpose": purpose, "answer_by": answer_by.isoformat()}
        return self._record("ContactRequested", viewer, entry, reach, said)

    def answer(self, viewer: Viewer, entry: str, request: str, outcome: str) -> Outcome:
        """The index team says what came of a request (`a-…`). Raises Rejected."""
        return self._record(
            "ContactRequestAnswered", viewer, entry, None, {"request": event_of(request), "outcome": outcome}
        )

    def _record(
        self, event_type: str, viewer: Viewer, entry: str, contact: str | None, said: dict[str, Any]
    ) -> Outcome:
        organisation, _, staff = viewer.name.partition(":")
        event = {
            "event_type": event_type,
            "event_id": event_of(entry),
            "source": {"organisation": ITSELF, "system": SYSTEM, "source_record_id": None, "source_version": None},
            "mode": "live",
            "recorded_at": self.service.clock.now().isoformat(),
            "effective": {"from": today(self.service.clock).isoformat(), "to": None},
            "worker": {"organisation": organisation, "staff_id": staff, "name": None, "contact": contact},
            **said,
        }
        recorder = self.service.recorder()
        try:
            if (position := recorder.position_of(ITSELF, event_of(entry))) is not None:
                return Outcome(DUPLICATE, event_id=event_of(entry), position=position)
            (outcome,) = recorder.record([Message(event, WRITTEN_HERE)])
        finally:
            recorder.close()
        if outcome.outcome not in (ACCEPTED, DUPLICATE):
            raise Rejected(outcome.reason or outcome.outcome, outcome.field, outcome.rule)
        return outcome
