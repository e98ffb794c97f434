"""Messages that nobody can read, beside good ones: never in the place of one, so that nothing is lost by them."""

from datetime import date
from random import Random

from tools.simulator.agencies import Event
from tools.simulator.plan import Plan

LONG_AGO = date(1066, 10, 14)


class Malformed:
    """Makes a malformed event for a share of events, evenly, so that a small area has some too."""

    def __init__(self, plan: Plan, mark: str = "") -> None:
        self._share = plan.malformed
        self._rng = Random(f"{plan.seed}/malformed")
        self._due = self._rng.random()
        self._mark, self._count = mark, 0

    def beside(self, event: Event) -> Event | None:
        """A malformed copy of an event, under an id of its own; mostly none."""
        self._due += self._share
        if self._due < 1 or "subject" not in event:
            return None
        self._due -= 1
        self._count += 1
        # No row of the system: a correction that names the row means the good message.
        source = {**event["source"], "source_record_id": None, "source_version": None}
        broken = {**event, "event_id": f"broken-{self._mark}{self._count}", "source": source}
        subject = event["subject"]
        wrong = [one for one in subject["identifiers"] if one["scheme"] in ("nhs", "upn")]
        if wrong and self._rng.random() < 0.5:
            bad = [{"scheme": one["scheme"], "value": _with_wrong_check(one["value"])} for one in wrong]
            broken["subject"] = {**subject, "identifiers": bad}
        elif self._rng.random() < 0.5:
            broken["subject"] = {**subject, "identifiers": []}
        else:
            broken["effective"] = {"from": LONG_AGO, "to": None}
        return broken


def _with_wrong_check(value: str) -> str:
    """A number whose check digit or letter is not the right one."""
    if value[0].isalpha():
        return ("B" if value[0] == "A" else "A") + value[1:]
    return value[:-1] + str((int(value[-1]) + 1) % 10)
