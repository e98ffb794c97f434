"""What child and family think of a lead: it stands in the events of the lead, sealed with them, and in no view."""

from collections.abc import Iterable
from functools import lru_cache

from adapters.questions.reading import LEAD, Reading
from domain.leads.family import FAMILY_VIEW, family_view, said_of_family
from domain.timeline.entries import Entry
from projections import queries


def expect_family_views(read: Reading, entries: Iterable[Entry]) -> None:
    """Open the events of those of some entries that are leads, all at once; each once in a read.

    They are sealed under the key of the lead's contacts, which is fetched with these.
    """
    positions = {one for entry in entries if entry.kind == LEAD for one in entry.positions}
    if missing := positions - read.said_of_families.keys():
        from adapters.codec import decode_stored  # loads what only events need

        read.said_of_families |= dict.fromkeys(missing)
        for position, record, topic, state in queries.stored(read.connection, missing):
            if topic in _that_say_it() and (stored := read.cells.event(record, LEAD, state)) is not None:
                read.said_of_families[position] = said_of_family(position, decode_stored(stored).body)


def family_view_of(read: Reading, entry: Entry) -> str | None:
    """What they think of a lead; None of any other entry, and where nobody has said."""
    if entry.kind != LEAD:
        return None
    expect_family_views(read, [entry])
    return family_view(read.said_of_families[one] for one in entry.positions)


@lru_cache(maxsize=1)
def _that_say_it() -> frozenset[str]:
    """The topics of the types of events that have a place for it."""
    from schemas.registry import registry

    types = registry().newest.items()
    return frozenset(f"{name}:0" for name, one in types if any(rule.field == FAMILY_VIEW for rule in one.effect.codes))
