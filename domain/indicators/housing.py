"""Out of touch with a settled home (domain.md F: D13)."""

from collections.abc import Sequence

from domain.dates import FOREVER, add_months
from domain.indicators.rules import HOMELESS_OR_MOBILE, Indicator
from domain.places import place_of
from domain.spans import intersect, subtract, union
from domain.timeline.child import Child, not_silenced, open_spans
from domain.timeline.entries import END_WITHOUT_START, Entry

MOBILE_ADDRESSES = 3
MOBILE_MONTHS = 12
NO_FIXED_ABODE = "no_fixed_abode"
EVICTED = "evicted"

Ground = tuple[int, int, tuple[int, ...]]  # days from, to, and the positions of what makes it so


def _mobile(child: Child) -> list[Ground]:
    """Three different addresses within twelve months, from the third on, as long as the earliest of them is within."""
    moves: list[tuple[int, object, int]] = []
    for address in child.addresses:
        where = place_of(address.address)
        if where is not None and (not moves or moves[-1][1] != where):
            moves.append((address.start, where, address.position))
    found: list[Ground] = []
    for here in range(len(moves)):
        enough = [i for i in range(here + 1) if len({where for _, where, _ in moves[i : here + 1]}) >= MOBILE_ADDRESSES]
        if enough:
            first = enough[-1]
            until = add_months(moves[first][0], MOBILE_MONTHS)
            found.append((moves[here][0], until, tuple(position for _, _, position in moves[first : here + 1])))
    return [ground for ground in found if ground[0] < ground[1]]


def _homes(child: Child) -> list[int]:
    """The days from which a home was told: a current address that is one, or a tenancy."""
    told = [
        a.start
        for a in child.addresses
        if a.address["status"] == "current"
        and not a.placed
        and a.address["residence"] != NO_FIXED_ABODE
        and place_of(a.address) is not None
    ]
    return [*told, *(e.start for e in child.of_kind("tenancy") if e.start is not None)]


def _without_a_home(child: Child, placed: Sequence[Entry]) -> list[Ground]:
    """Applied as homeless, evicted, or placed no more, until a home is told; the first two for twelve months at most.

    An eviction counts also where nobody told that the tenancy began.
    """
    applied = [(e.start, e.positions) for e in child.of_kind("homeless_application") if e.start is not None]
    evicted = [
        (e.end, e.positions)
        for e in child.entries
        if e.kind == "tenancy"
        and e.reason == EVICTED
        and e.end is not None
        and e.why in (None, END_WITHOUT_START)
        and not e.doubted
    ]
    lost = [(day, add_months(day, MOBILE_MONTHS), said) for day, said in (*applied, *evicted)]
    lost += [(e.open_until(), FOREVER, e.positions) for e in placed]
    homes = _homes(child)
    return [(day, min([until, *(home for home in homes if home >= day)]), said) for day, until, said in lost]


def homeless_or_mobile(child: Child) -> list[Indicator]:
    """Without a settled home (Housing Act 1996 part 7, s.213AA).

    Placed in temporary accommodation, or no longer and at no home since; applied as homeless, or evicted; at no known address,
    or at a third one within twelve months. While a placement lasts it rests on the word of whoever placed.
    """
    placed = [e for e in child.of_kind("temporary_accommodation") if e.start is not None]
    grounds: list[Ground] = [
        *((e.start, e.open_until(), e.positions) for e in placed if e.start is not None),
        *(
            (a.start, until, (a.position,))
            for a, until in child.address_spans()
            if a.address["status"] == "none_known" or a.address["residence"] == NO_FIXED_ABODE
        ),
        *_without_a_home(child, placed),
        *_mobile(child),
    ]
    grounds = [ground for ground in grounds if ground[0] < ground[1]]
    found: list[Indicator] = []
    for start, end in not_silenced(child, union((a, b) for a, b, _ in grounds)):
        positions = tuple(sorted({p for a, b, held in grounds if a < end and b > start for p in held}))
        whole = ((start, end),)
        for a, b in intersect(whole, open_spans(placed)):
            placing = [e.organisation for e in placed if e.start is not None and e.start < b and e.open_until() > a]
            found.append(Indicator(HOMELESS_OR_MOBILE, start, a, b, positions, max(placing)))
        found.extend(
            Indicator(HOMELESS_OR_MOBILE, start, a, b, positions) for a, b in subtract(whole, open_spans(placed))
        )
    return found
