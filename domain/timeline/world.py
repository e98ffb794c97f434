"""The whole reference state from a history: which records are one child, and each child as the rules see it (design D12)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from domain.effects import ABOUT_NO_CHILD, Act
from domain.events import ChildId, Event, Position, RecordId
from domain.feeds import Feed
from domain.identity.links import Links, children_of, doubted, evidence, one_holder, resolve
from domain.identity.sealed import withhold
from domain.reference import Reference, reference_at, staff_fact, workers_left
from domain.timeline.child import Child, build_child
from domain.timeline.marks import Marked, by_record, marked
from domain.timeline.snapshots import Snapshot, cut_off, feed_of, reported
from domain.timeline.succession import successors


@dataclass(frozen=True, slots=True)
class World:
    """Everything known up to a position."""

    children: Mapping[ChildId, Child]
    links: Links
    feeds: tuple[Feed, ...]
    doubted: frozenset[int]
    said: tuple[Event, ...] = ()
    holder: Mapping[RecordId, RecordId] = field(default_factory=dict)

    def reference(self, day: int) -> Reference:
        """The reference data that stands on a day."""
        return reference_at(self.said, day)

    def left(self, day: int) -> Mapping[str, int]:
        """The workers who have left by a day, and when."""
        return workers_left(map(staff_fact, self.said), day)

    def child_of(self, record: RecordId) -> Child | None:
        """The child that a record belongs to."""
        return self.children.get(self.links.child.get(record, ChildId(record)))


def build_world(
    events: Iterable[Event],
    scheme_of: Mapping[RecordId, str],
    known_at: Position | None = None,
    kind_of: Mapping[str, str] | None = None,
    marks: Iterable[Marked] = (),
) -> World:
    """The reference state as known at a position (all of it where None); `kind_of` as of `domain.timeline.snapshots`.

    Marks come as events or, of a history that is known already, as `marks`.
    """
    known = [event for event in events if known_at is None or event.position <= known_at]
    told_of_all = [event for event in known if event.act is not Act.MARK]
    history, sealed = withhold(told_of_all, scheme_of)
    shown = by_record([*marks, *(marked(event) for event in known if event.act is Act.MARK)])
    for record in sealed.keys() & shown.keys():
        shown[record] = [one for one in shown[record] if one.position < sealed[record].position]
    edges, sides = evidence(history, scheme_of, sealed)
    links = resolve(edges, sides)
    holder = one_holder(edges, links)
    said = tuple(event for event in history if event.act is Act.REFERENCE)
    schools = successors(said)
    told = [event for event in history if event.act not in ABOUT_NO_CHILD]
    records = {event.record for event in told} | {record for record, own in shown.items() if own}
    grouped = children_of(sorted({*records, *links.child}), links)
    # Each child from its own events: to look through all of them for each takes the square of how many are tied together.
    own: dict[RecordId, list[Event]] = defaultdict(list)
    for event in told:
        own[event.record].append(event)
    # A row of a snapshot that is withheld has come all the same.
    reports, unsure = reported(told_of_all, kind_of or {}), doubted(history, links)
    whole = [one for _, one, came in reports if came]
    children = {
        child: build_child(
            child,
            members,
            sorted((event for record in members for event in own[record]), key=attrgetter("position")),
            scheme_of,
            whole,
            unsure,
            sealed,
            [one for r in members for one in shown.get(r, ())],
            holder,
            schools,
        )
        for child, members in grouped.items()
    }
    return World(children, links, tuple(feeds(history, reports)), unsure, said, holder)


def feeds(history: Sequence[Event], reports: Sequence[tuple[Event, Snapshot, bool]] = ()) -> list[Feed]:
    """For each organisation and event type, how far its feed said last that it was complete.

    Of which a snapshot has not come whole (`reports`), no further than to the day before: it is partial.
    """
    closing = {event.position for event, _, _ in reports}
    cut = cut_off(reports, [e for e in history if e.act is Act.FEED and e.position not in closing])
    last: dict[tuple[str, str], tuple[tuple[int, bytes], int]] = {}
    for event in history:
        if event.act is Act.FEED:
            said = (event.order, int(event.body["complete_through"]))
            name = feed_of(event)
            last[name] = max(last.get(name, said), said)
    return [Feed(*name, min(day, cut.get(name, day))) for name, (_, day) in sorted(last.items())]
