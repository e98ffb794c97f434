"""Who each child is and where it lives, as its records said it last; cells stay sealed, opening them is the caller's (design D3, D4)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal
from uuid import UUID

from domain.dates import FOREVER
from domain.effects import Act
from domain.events import ChildId
from domain.kinds import TOLD_IN_CONFIDENCE
from projections.editions import Connection, Edition, at_edition, live
from projections.pipelined import Query, Steps
from projections.uuids import uuids

AddressStatus = Literal["current", "last_known", "none_known", "left_england"]


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed cell: whose record's key, and the bytes."""

    record: UUID
    cell: bytes


@dataclass(frozen=True, slots=True)
class AddressRow:
    """An address of a child from a day; `until` the day of the next one, `status` and `residence` as they stand on the day asked about."""

    record: UUID
    day: int
    until: int
    status: AddressStatus
    residence: str | None
    cell: bytes


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Who a child is: cells of the record that said it last; `death` the day of a death that stands.

    `called`: what each organisation has ever stated of its names.
    """

    person: Sealed | None
    birth: Sealed | None
    death: int | None
    sex: Sealed | None = None
    called: tuple[tuple[str, Sealed], ...] = ()


@Query
def addresses(
    connection: Connection, edition: int, by_child: dict[ChildId, list[UUID]], day: int
) -> Steps[dict[ChildId, AddressRow]]:
    """The address of each child that holds on a day (domain.timeline.child.Child.address_at); those without one are left out."""
    owner = {record: child for child, records in by_child.items() for record in records}
    rows = connection.execute(
        "SELECT a.record, a.day, a.status, a.residence, a.address, a.recorded_at, a.tie, a.placed, a.until "
        f"FROM unnest(%(r)b::uuid[]) AS r JOIN address a ON a.record = r AND {live('a')}",
        {"r": uuids(owner), "e": edition},
        binary=True,
    )
    yield
    told: dict[ChildId, dict[int, Any]] = {child: {} for child in by_child}
    for row in rows:
        mine = told[owner[row[0]]]
        if row[1] not in mine or (row[7], *row[5:7]) > (mine[row[1]][7], *mine[row[1]][5:7]):
            mine[row[1]] = row
    return {child: found for child, mine in told.items() if (found := _address_at(mine, day)) is not None}


def _address_at(by_day: Mapping[int, Any], day: int) -> AddressRow | None:
    """Of the rows of a child, one a day, that which holds."""
    past = [by_day[first] for first in sorted(by_day) if first <= day]
    if not past:
        return None
    lasting = [row for row in past if row[7] and day < row[8] and past[-1][2] != "left_england"]
    record, first, status, residence, cell, _, _, placed, until = (lasting or past)[-1]
    following = min((later for later in by_day if later > first), default=FOREVER)
    if placed and until <= day:
        return AddressRow(record, first, following, "last_known", residence, cell)
    return AddressRow(record, first, until if placed else following, status, residence, cell)


_WHOLE: Final = "sex, sex_at, sex_tie, called, called_by"
_NOT_WHOLE: Final = "NULL, NULL, NULL, NULL, NULL"


@Query
def people(
    connection: Connection, edition: int, by_child: Mapping[ChildId, Sequence[UUID]], *, whole: bool = False
) -> Steps[dict[ChildId, PersonRow]]:
    """Who each child is, as stated last among its records, and a death that stands; `whole`: with sex and all names ever told."""
    owner = {record: child for child, records in by_child.items() for record in records}
    rows = connection.execute(
        "SELECT record, person, person_at, person_tie, birth_day, birth IS NOT NULL, birth_at, birth_tie, vital_act, vital_day, vital_at, vital_tie, "
        f"{_WHOLE if whole else _NOT_WHOLE}, age_from IS NOT NULL "
        f"FROM unnest(%(r)b::uuid[]) AS r JOIN person p ON p.record = r AND {live('p')}",
        {"r": uuids(owner), "e": edition},
        binary=True,
    )
    yield
    told: dict[ChildId, list[Any]] = {child: [] for child in by_child}
    for row in rows:
        told[owner[row[0]]].append(row)
    found: dict[ChildId, PersonRow] = {}
    for child, mine in told.items():
        named = max((r for r in mine if r[1] is not None), key=lambda r: (r[2], r[3]), default=None)
        born = max(
            (r for r in mine if r[4] is not None),
            key=lambda r: (r[5], r[17], r[6] or 0, r[7] or b""),
            default=None,
        )
        sexed = max((r for r in mine if r[12] is not None), key=lambda r: (r[13], r[14]), default=None)
        found[child] = PersonRow(
            Sealed(named[0], named[1]) if named else None,
            Sealed(born[0], born[4]) if born else None,
            death_of(r[8:12] for r in mine),
            Sealed(sexed[0], sexed[12]) if sexed else None,
            tuple((by, Sealed(r[0], cell)) for r in mine for by, cell in zip(r[16] or (), r[15] or (), strict=True)),
        )
    return found


_STATED: Final = at_edition("""
SELECT f.record, f.organisation, CASE WHEN row_number() OVER (PARTITION BY f.record, f.organisation, f.birth ORDER BY f.position) = 1
    THEN f.birth_day END, f.sex
FROM log.fact f WHERE f.record = ANY(%(r)b) AND f.position <= %(p)s AND f.act NOT IN (14, 15) AND (f.birth IS NOT NULL OR f.sex IS NOT NULL)
    AND NOT f.kind = ANY(%(k)s)
    AND NOT EXISTS (SELECT FROM log.fact r WHERE r.act = 15 AND r.target_key = f.key AND r.position <= %(p)s)
    AND NOT EXISTS (SELECT FROM log.fact r WHERE r.act = 15 AND r.target_key IS NULL AND r.target_source = f.source_key
        AND r.record = f.record AND f.recorded_at <= r.recorded_at AND r.position <= %(p)s)
    AND NOT EXISTS (SELECT FROM doubt d WHERE d.record = f.record AND d.other = ANY(f.linked) AND live(d))
""")


@Query
def stated(
    connection: Connection, edition: Edition, records: Collection[UUID]
) -> Steps[list[tuple[UUID, str, bytes | None, bytes | None]]]:
    """Of some records who told what of date of birth and sex, by events that stand and are surely about the child: sealed cells.

    Each date of birth once for each organisation. What a sensitive service told is left out.
    """
    asked = {"r": list(records), "p": edition.position, "e": edition.number, "k": sorted(TOLD_IN_CONFIDENCE)}
    rows = connection.execute(_STATED, asked, binary=True)
    yield
    return rows.fetchall()


def death_of(vital: Iterable[Sequence[Any]]) -> int | None:
    """The day of a death that stands, from what was told last of each record: act, day, instant, what decides within it."""
    last = max((row for row in vital if row[0] is not None), key=lambda row: (row[2], row[0], row[3]), default=None)
    return last[1] if last is not None and last[0] == Act.DEATH else None


def named(connection: Connection, edition: int, digests: Collection[UUID], limit: int) -> list[UUID]:
    """Records of whom a family name with a date of birth was ever stated; `digests`: what it may be found by."""
    rows = connection.execute(
        f"SELECT p.record FROM person p WHERE p.named && %(d)s::uuid[] AND {live('p')} ORDER BY p.record LIMIT %(n)s",
        {"d": uuids(digests), "e": edition, "n": limit},
    )
    return [row[0] for row in rows]
