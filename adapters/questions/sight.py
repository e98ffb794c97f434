"""Gathers what a viewer may see of what was gathered: agreements between organisations, and a child's consents."""

from typing import Any, Final

from adapters.questions.reading import Reading
from domain.access.redact import Sight
from domain.access.rules import Rule
from domain.answers.children import ChildInIndex, ChildOverTime
from domain.kinds import SENSITIVE_SERVICES
from domain.timeline.entries import Entry
from projections import queries

_CONSENTS: Final = "record = ANY(%(r)s) AND kind = 'consent'"


def sight_of(read: Reading, facts: Any, rule: Rule, day: int) -> Sight:  # noqa: ANN401 - whatever was gathered
    """What the viewer of a read may see of facts, by the rule that decided."""
    assert rule.shows is not None
    return Sight(rule.shows, read.sharing, _consents(read, facts, day), read.service.settings.show_every_number)


def _consents(read: Reading, facts: Any, day: int) -> list[Entry]:  # noqa: ANN401 - as above
    """The consents of the one child that facts are of, where a sensitive service works with it.

    Given as known at the head, and not withdrawn as known at the edition: one that was given since counts.
    """
    if not isinstance(facts, ChildInIndex | ChildOverTime):
        return []
    if not any(one.entry.kind in SENSITIVE_SERVICES for one in facts.held):
        return []
    head = read.at_head()
    now, then = (
        [entry for entry, _ in queries.entries(read.connection, at.number, _CONSENTS, r=list(facts.known.records))]
        for at in (head, read)
    )
    was_open = {entry.main: _is_open(entry, day) for entry in then}
    return [entry for entry in now if _is_open(entry, head.today) and was_open.get(entry.main, True)]


def _is_open(entry: Entry, day: int) -> bool:
    return not entry.doubted and entry.status_at(day)[0] == "open"
