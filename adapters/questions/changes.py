"""What changed for a worker's children since a position: two editions, held against each other on one day.

All children are asked about together, so that the number of statements does not grow with theirs.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from adapters.codec.times import KNOWN_AT_RULE, read_known_at
from adapters.questions.index_line import Held
from adapters.questions.leads import AboutLeads
from domain.answers import plain
from domain.dates import FOREVER, to_day
from domain.errors import Misuse
from domain.events import ChildId
from domain.feeds import Feed, Hearing
from domain.indicators import RULES, Indicator
from domain.indicators.families import as_shown
from domain.indicators.rules import NO_UNIVERSAL_CONTACT
from domain.indicators.waits import Waits
from domain.leads.active import GAP_RULES, left_gaps, passed_on
from domain.reference import KINDS, StaffFact, workers_left
from projections import behind, changes, editions, queries, reference_data
from projections.changes import NOW, THEN, Around, Prompt

_BEGUN: Final = dict.fromkeys((rule for rule in (*GAP_RULES, *RULES) if rule != NO_UNIVERSAL_CONTACT), FOREVER)
_NOTHING: Final[Mapping[str, list[Any]]] = {"records_joined": [], "began": [], "cleared": []}

# Gaps and indicators by rule and day, of each child: two leads may have the same gap since one day.
Prompts = dict[ChildId, dict[tuple[str, int], list[Prompt]]]


@dataclass(frozen=True, slots=True)
class _Both:
    """What was found of both editions: each pair is then, now. `mine` are the worker's children now, `lost` those of before.

    A child that is lost has the entries by which it was the worker's.
    """

    around: tuple[Around, Around]
    prompts: tuple[Prompts, Prompts]
    hearing: tuple[Hearing, Hearing]
    mine: Collection[ChildId]
    lost: Mapping[ChildId, set[int]]


class AboutChanges(AboutLeads):
    """What is new to a worker."""

    def changes(self, *, worker: str, since: str, effective_at: date) -> dict[str, Any]:
        """What changed for a worker's children since a position or an instant, and which are no longer its own.

        Children by id; entries new, changed and taken back, by their first day; prompts come and gone, by rule and day.
        Raises Misuse where `since` cannot be read. What was sent as backfill or snapshot is no news.
        """
        day = to_day(effective_at)
        then = self._edition_since(since)
        both = self._both(worker, then, day)
        everyone = sorted({*both.mine, *both.lost})
        records = [record for child in everyone for record in self._records(child)]
        new, gone = (
            _by_child(held, both.around[NOW])
            for held in changes.changed(self._connection, then, self._edition, records)
        )
        shielded, mended = self._shielded(everyone), self._being_mended(everyone)
        people = queries.people(self._connection, self._number, self._records_of(everyone))
        shown = {
            child: self._kept_of(child, worker, both, entries)
            for child in everyone
            for entries in [(new.get(child, ()), gone.get(child, ()))]
        }
        self._expect_keys(records, [held for child in set(shown) - shielded for part in shown[child] for held in part])
        told = {
            child: {
                **(
                    self._prompts_and_records(child, both, day, shielded, mended[child])
                    if child not in both.lost
                    else _NOTHING
                ),
                "entries": self._shown_entries(child, shown[child][0], day),
                "taken_back": self._shown_entries(child, shown[child][1], day),
            }
            for child in everyone
        }
        return {
            **self._head(effective_at),
            "worker": worker,
            "since": self._outward(then.position),
            "children": [
                {
                    "child": plain.child_id(child), "name": self._person(people[child], day)["name"], "on_caseload": child not in both.lost,
                    "being_mended": mended[child], **told[child],
                }
                for child in everyone
                if any(told[child].values()) or mended[child] is not None
            ],
        }  # fmt: skip

    def _edition_since(self, since: str) -> editions.Edition:
        read = read_known_at(since.strip())
        if read is None:
            raise Misuse(f"since: {KNOWN_AT_RULE}")
        if not isinstance(read, tuple):
            return editions.edition_since(self._connection, read, self._edition.generation)
        of, number = read
        if of is not None and of != self._edition.generation:
            raise Misuse("since: a position of another generation of the log")
        return editions.edition_since(self._connection, number, self._edition.generation)

    def _both(self, worker: str, then: editions.Edition, day: int) -> _Both:
        """What is known of a worker's children at both editions."""
        said, staff = reference_data.reference_and_workers(self._connection, self._edition.position, KINDS)
        self._take_reference(day, said)
        waits = Waits(day, self._reference(day))  # of now for both: a threshold that was set is no news of a child
        waiting = [self._waiting(edition, worker) for edition in (then, self._edition)]
        around = changes.around(
            self._connection, then, self._edition, worker, day, [r for some in waiting for r in some]
        )
        held = [_held_by(worker, one, day) for one in around]
        mine = {*held[NOW], *(around[NOW].child_of[record] for record in waiting[NOW])}
        self._members |= {child: around[NOW].records[child] for child in around[NOW].records}
        were = {around[THEN].child_of[record] for child in mine for record in around[NOW].records[child]}
        lost: dict[ChildId, set[int]] = {}
        for entry in (entry for some in held[THEN].values() for entry in some):
            if (child := around[NOW].child_of[entry.record]) not in mine:
                lost.setdefault(child, set()).add(entry.main)
        found = changes.prompts(
            self._connection, then, self._edition, day, _BEGUN, (NO_UNIVERSAL_CONTACT, waits.latest(NO_UNIVERSAL_CONTACT)), were, mine
        )  # fmt: skip
        told = [fact for fact in staff if fact.position <= then.position], staff
        prompts = tuple(
            _by_rule([*_long_enough(some, waits), *_leads_who_left(children, one, facts, day)])
            for some, children, one, facts in zip(found, (were, mine), around, told, strict=True)
        )
        heard = tuple(self._heard_by(feeds, day) for feeds in changes.feeds(self._connection, then, self._edition))
        return _Both(around, (prompts[THEN], prompts[NOW]), (heard[THEN], heard[NOW]), mine, lost)

    def _heard_by(self, feeds: Sequence[Feed], day: int) -> Hearing:
        return Hearing(feeds, day, self._reference(day).expected_feeds())

    def _waiting(self, edition: editions.Edition, worker: str) -> list[UUID]:
        """The records being mended at an edition of which an event that was not taken in names a worker: what it says is not known yet."""
        return behind.naming(self._connection, edition, worker) if edition.being_mended else []

    def _kept_of(
        self, child: ChildId, worker: str, both: _Both, entries: tuple[Sequence[Held], Sequence[Held]]
    ) -> tuple[Sequence[Held], Sequence[Held]]:
        """Of a child that is no longer the worker's only what took it off the caseload: what else is new is no longer the worker's."""
        mains = both.lost.get(child)
        if mains is None:
            return entries
        new, gone = (
            [one for one in some if one[0].main in mains or one[0].worker == worker or one[0].kind == "lead"]
            for some in entries
        )
        return new, gone

    def _expect_keys(self, records: Collection[UUID], entries: Iterable[Held]) -> None:
        """Fetch the keys of all that is about to be opened."""
        self._cells.expect_all(
            records, ((entry.record, entry.kind) for entry, contact in entries if contact is not None)
        )

    def _shown_entries(self, child: ChildId, held: Sequence[Held], day: int) -> list[dict[str, Any]]:
        seen = self._seen(child)
        return [self._entry(entry, contact, day, seen) for entry, contact in held if seen.may_show(entry.kind)]

    def _prompts_and_records(
        self, child: ChildId, both: _Both, day: int, shielded: Collection[ChildId], mended: str | None
    ) -> dict[str, list[Any]]:
        now, records = both.prompts[NOW].get(child, {}), self._records(child)
        were = {both.around[THEN].child_of[record] for record in records}
        held = [one for was in sorted(were) for one in both.prompts[THEN].get(was, {}).items()]
        before = {name for name, _ in held}
        began = [prompt for name, some in now.items() if name not in before for prompt in some if prompt.news]
        # Two children of before that are one now may both have had it, on the same grounds.
        cleared = {(*name, *prompt.row[5]): prompt for name, some in held if name not in now for prompt in some}
        schools = both.around[NOW].schools[child]

        def told(prompts: Sequence[Prompt], hearing: Hearing) -> list[dict[str, Any]]:
            return [
                {
                    **plain.gap(
                        (child, *one.row[1:]),
                        day,
                        hearing,
                        shielded,
                        schools if one.row[1] == NO_UNIVERSAL_CONTACT else (),
                    ),
                    "being_mended": mended,
                }
                for one in sorted(prompts, key=lambda one: (*one.row[1:3], one.row[5]))
            ]

        return {
            "records_joined": self._joined(child, records, both.around[THEN].records.get(child, [child])),
            "began": told(began, both.hearing[NOW]),
            "cleared": told(list(cleared.values()), both.hearing[THEN]),
        }

    def _joined(self, child: ChildId, records: Collection[UUID], then: Collection[UUID]) -> list[str]:
        """The records that were joined to a child of before; of a shielded child nothing is told of them."""
        if not set(then) - {child} or self._seen(child).shielded:
            return []
        return [plain.record_id(r) for r in sorted(set(records) - set(then))]


def _by_child(held: Iterable[Held], around: Around) -> dict[ChildId, list[Held]]:
    found: dict[ChildId, list[Held]] = {}
    for one in held:
        found.setdefault(around.child_of[one[0].record], []).append(one)
    return found


def _held_by(worker: str, around: Around, day: int) -> dict[ChildId, list[Any]]:
    """What is open of a worker's on a day, by child; a lead that was passed on is not."""
    found: dict[ChildId, list[Any]] = {}
    for child, held in around.entries.items():
        leads = [entry for entry, _ in held if entry.kind == "lead" and entry.why is None and not entry.doubted]
        mine = [
            entry
            for entry, _ in held
            if entry.worker == worker
            and (first := entry.first_day()) is not None
            and first <= day
            and entry.status_at(day)[0] == "open"
            and not passed_on(entry, leads, day)
        ]
        if mine:
            found[child] = mine
    return found


def _long_enough(prompts: Iterable[Prompt], waits: Waits) -> list[Prompt]:
    """Those that have been so for long enough; a silence since the last day on which a school saw the child."""
    found = []
    for prompt in prompts:
        child, rule, since, start, end, positions, organisation = prompt.row
        if rule != NO_UNIVERSAL_CONTACT:
            if waits.over(rule, since):
                found.append(prompt)
            continue
        shown = as_shown(Indicator(rule, since, start, end, tuple(positions), organisation), waits, prompt.seen)
        if shown is not None:
            found.append(
                Prompt((child, rule, shown.since, start, end, positions, organisation), prompt.seen, prompt.news)
            )
    return found


def _leads_who_left(children: Iterable[ChildId], around: Around, staff: Iterable[StaffFact], day: int) -> list[Prompt]:
    """Leads whose worker has left the organisation."""
    left = workers_left(staff, day)
    found: list[Prompt] = []
    for child in children:
        death = around.deaths.get(child)
        if death is None or day < death:
            leads = [
                e for e, _ in around.entries.get(child, ()) if e.kind == "lead" and e.why is None and not e.doubted
            ]
            found += [
                Prompt(
                    (child, gap.rule, gap.since, gap.start, gap.end, list(gap.positions), None),
                    None,
                    gap.positions not in around.no_news,
                )
                for gap in left_gaps(leads, left, day)
            ]
    return found


def _by_rule(prompts: Iterable[Prompt]) -> Prompts:
    """By child, rule and day. A silence goes on while it is moved by a day on which a school saw the child: by its rule alone."""
    found: Prompts = {}
    for prompt in prompts:
        child, rule, since = prompt.row[:3]
        name = (rule, 0 if rule == NO_UNIVERSAL_CONTACT else since)
        found.setdefault(child, {}).setdefault(name, []).append(prompt)
    return found
