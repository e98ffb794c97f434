"""What keeps people from children, found in SQL from the children's side and from the people's: both agree with the plain reading."""

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest

from adapters.questions import barring
from adapters.questions.barring import Barred, barred
from adapters.questions.reading import Reading, reading_at
from domain.access.bars import bars, people_of
from domain.access.rules import Bar
from domain.access.viewer import Channel, Grant, Role, Viewer
from domain.events import ChildId
from domain.kinds import CONFLICT, EXCLUDED, RESTRICTED
from tests.builders.service import Bench
from tests.builders.viewers import looking_for
from tests.spec.words import Happened, gp_registered, happened, identifier, pupil_admitted

CHILDREN = "ABCDEFGH"
AGENCIES = ("la-808", "ods-Z9H", "org-hospice")
STAFF = ("W1", "W2")
KINDS = {
    "AccessExcluded": (EXCLUDED, "AccessExclusionLifted"),
    "AccessRestricted": (RESTRICTED, "AccessRestrictionLifted"),
    "ConflictDeclared": (CONFLICT, "ConflictEnded"),
}


@dataclass(frozen=True)
class Told:
    """Something that was told of a child, under one of its numbers."""

    event: str
    child: str
    agency: str
    worker: str | None
    known_by: str

    @property
    def kind(self) -> str:
        return KINDS[self.event][0]

    def begins(self) -> Happened:
        more: dict[str, Any] = {"relation": "relative"} if self.kind == CONFLICT else {"reason": "court_order"}
        return self._happened(self.event, "2025-10-01", **more)

    def ends(self) -> Happened:
        return self._happened(KINDS[self.event][1], "2025-11-01")

    def _happened(self, event: str, on: str, **more: Any) -> Happened:
        who = (
            None
            if self.worker is None
            else dict(zip(("organisation", "staff_id"), self.worker.split(":"), strict=True))
        )
        by = self.agency if self.kind == CONFLICT else "la-808"
        return happened(event, self.child, on=on, by=by, agency=self.agency, worker=who, known_by=self.known_by, **more)


def drawn(chance: random.Random) -> Told:
    event, agency = chance.choice([*KINDS]), chance.choice(AGENCIES)
    one_worker = event == "ConflictDeclared" or chance.random() < 0.5
    worker = f"{agency}:{chance.choice(STAFF)}" if one_worker else None
    return Told(event, chance.choice(CHILDREN), agency, worker, chance.choice(["nhs", "upn"]))


def alone(one: Told, told: list[Told]) -> bool:
    """Whether its end can only be its own: of two of one agency under one number an end lifts neither (`ambiguous_end`)."""
    own = (one.event, one.child, one.agency, one.known_by)
    return sum(own == (other.event, other.child, other.agency, other.known_by) for other in told) == 1


def people() -> Iterator[Viewer]:
    for agency in AGENCIES:
        for name in STAFF:
            one = Viewer(f"{agency}:{name}", Role.PRACTITIONER, agency, None, Channel.PAGES, people_sign_in=True)
            yield one
            yield replace(one, granted=(Grant(Role.INDEX_TEAM),))
            yield looking_for(one, "org-hospice:W9")


def record(here: Bench, *events: Happened, project: bool = True) -> None:
    (start,) = here.connection.execute("SELECT position FROM log.head").fetchone() or (0,)
    here.record(*(event.wire(start + n) for n, event in enumerate(events)))
    if project:
        here.projector.project()


@contextmanager
def reading(here: Bench, viewer: Viewer, known_at: int | None = None) -> Iterator[Reading]:
    asked = None if known_at is None else str(known_at)
    with here.service.connect() as connection, reading_at(here.service, connection, asked, viewer=viewer) as read:
        yield read


def expected(told: list[Told], late: list[Told], viewer: Viewer) -> dict[str, Barred]:
    """By the plain reading: whoever is kept away by any bar sees the child in no list, but the index team what is kept to others.

    What the views do not have yet can bar and cannot open: a restriction that names somebody helps them once the views have it.
    """

    def kept_by(those: list[Told], name: str) -> frozenset[Bar]:
        return bars([one for one in those if one.child == name], people_of(viewer))

    found = {name: kept_by(told, name) | kept_by([*told, *late], name) for name in CHILDREN}
    let = {Bar.RESTRICTED} if Role.INDEX_TEAM in viewer.roles else set()
    return {name: Barred(some, kept=bool(some - let)) for name, some in found.items() if some}


def children(read: Reading) -> dict[ChildId, str]:
    found = {read.child(":".join(identifier(name, "nhs")), None): name for name in CHILDREN}
    return {child: name for child, name in found.items() if child is not None}


@pytest.mark.parametrize("many", [1_000, 0], ids=["from the children", "from the people"])
def test_what_is_found_is_what_the_plain_reading_says(
    any_emptied_bench: Bench, many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, chance = any_emptied_bench, random.Random(int(os.environ["ICR_TEST_SEED"]))
    monkeypatch.setattr(barring, "MANY", many)
    both = [happened("EarlyHelpStarted", name, on="2025-09-01", known_by=("nhs", "upn")) for name in CHILDREN]
    told = list(dict.fromkeys(drawn(chance) for _ in range(18)))
    lifted = chance.sample([one for one in told if alone(one, told)], 3)
    record(here, *both, *(one.begins() for one in told), *(one.ends() for one in lifted))
    late = [one for one in (drawn(chance) for _ in range(3)) if one not in told]
    record(here, *(one.begins() for one in late), project=False)  # it bars at once, before the views have it
    in_force = [one for one in told if one not in lifted]
    for viewer in people():
        with reading(here, viewer) as read:
            names = children(read)
            found = {names[child]: what for child, what in barred(read, list(names)).items()}
            assert found == expected(in_force, late, viewer), viewer
            assert read.kept_from(names) == {
                child for child, name in names.items() if found.get(name) and found[name].kept
            }
            assert all(
                read.bars(child) == (found[name].bars if name in found else frozenset())
                for child, name in names.items()
            )


@pytest.mark.parametrize("many", [1_000, 0], ids=["from the children", "from the people"])
def test_what_was_lifted_since_and_what_came_since_both_bar_a_look_back(
    emptied_bench: Bench, many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the edition or at the head, whichever is the stricter; near miss: before it was known, and after it was lifted."""
    monkeypatch.setattr(barring, "MANY", many)
    here, viewer = emptied_bench, next(people())
    one = Told("AccessExcluded", "A", "la-808", "la-808:W1", "nhs")
    record(here, happened("EarlyHelpStarted", "A", on="2025-09-01"))
    before = here.connection.execute("SELECT position FROM log.head").fetchone()[0]  # type: ignore[index]
    record(here, one.begins())
    told = here.connection.execute("SELECT position FROM log.head").fetchone()[0]  # type: ignore[index]
    for known_at, kept in ((None, True), (told, True), (before, True)):
        with reading(here, viewer, known_at) as read:
            assert bool(read.kept_from(children(read))) is kept
    record(here, one.ends())
    for known_at, kept in ((None, False), (told, True), (before, False)):
        with reading(here, viewer, known_at) as read:
            assert bool(read.kept_from(children(read))) is kept


@pytest.mark.parametrize("told_of", "AB")
@pytest.mark.parametrize("many", [1_000, 0], ids=["from the children", "from the people"])
def test_it_covers_whoever_is_said_to_be_the_same_child_though_it_is_disputed(
    emptied_bench: Bench, told_of: str, many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(barring, "MANY", many)
    here, viewer = emptied_bench, next(people())
    record(
        here,
        gp_registered("A", practice="Z90001", on="2015-03-20", born="2015-03-01", known_by=["upn", "nhs"]),
        gp_registered("B", practice="Z90002", on="2016-02-01", born="2016-01-09"),
        pupil_admitted("B", school="900002", on="2025-09-01", born="2016-01-09", known_by=["A.upn", "nhs"]),
        gp_registered("C", practice="Z90002", on="2016-02-01", born="2016-01-09"),
        Told("AccessExcluded", told_of, "la-808", "la-808:W1", "nhs").begins(),
    )
    with reading(here, viewer) as read:
        names = children(read)
        assert len(names) == 3  # A and B stay two children
        assert {names[child] for child in read.kept_from(names)} == {"A", "B"}
