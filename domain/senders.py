"""Who sent a message, where that is known, and what it may publish: a system that signed in, or the publisher of a topic.

An organisation's code stands in the message itself, and anybody can write it there. So whoever is known to have sent it is bound
to organisations, sectors and event types by configuration (access.md 6), and what goes beyond is kept `wrong_organisation`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from domain.errors import Rejected

WRONG: Final = "wrong_organisation"
FEED_REPORTED: Final = "FeedReported"
# Whoever may publish some types corrects them, takes them back, and says how far its feed of them is complete.
_BESIDE: Final = frozenset({"EventCorrected", "EventRetracted", FEED_REPORTED})


@dataclass(frozen=True, slots=True)
class Sender:
    """What one sender may publish. `name` stands with what is kept of it; no `sectors`: all, no `event_types`: all of those.

    A sender that is not configured any more has no organisations, and so may publish nothing.
    """

    name: str
    organisations: frozenset[str]
    sectors: frozenset[str] = frozenset()
    event_types: frozenset[str] = frozenset()

    def check(self, body: Mapping[str, Any], event_type: str, sector: str | None) -> None:
        """Raise Rejected unless it may publish an event; `sector` None: of a type that any sector has."""
        if body["source"]["organisation"] not in self.organisations:
            raise Rejected(WRONG, "source.organisation", "an organisation for which its sender may publish")
        if sector is not None and self.sectors and sector not in self.sectors:
            raise Rejected(WRONG, "event_type", "of a sector in which its sender may publish")
        if not self.event_types:
            return
        if event_type not in self.event_types | _BESIDE:
            raise Rejected(WRONG, "event_type", "a type that its sender may publish")
        if event_type == FEED_REPORTED and body["feed"] not in self.event_types:
            raise Rejected(WRONG, "feed", "a type that its sender may publish")

    def answers_for(self, organisation: str | None) -> str | None:
        """Whose a message is that was rejected, and says that it is of `organisation`; None: nobody's.

        What somebody writes in another's name counts as its own where it is of one organisation, and never as the other's.
        """
        if organisation is None or organisation in self.organisations:
            return organisation
        return next(iter(self.organisations)) if len(self.organisations) == 1 else None
