"""Out of touch with a settled home (domain.md F: D13)."""

from domain.dates import add_months
from domain.indicators.rules import HOMELESS_OR_MOBILE, Indicator
from domain.places import place_of
from domain.spans import union
from domain.timeline.child import Child, not_silenced

MOBILE_ADDRESSES = 3
MOBILE_MONTHS = 12

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


def homeless_or_mobile(child: Child) -> list[Indicator]:
    """In temporary accommodation, at no known address, or at a third address within twelve months (Housing Act 1996 s.213AA)."""
    placed = child.of_kind("temporary_accommodation")
    grounds: list[Ground] = [
        *((e.start, e.open_until(), e.positions) for e in placed if e.start is not None),
        *(
            (a.start, until, (a.position,))
            for a, until in child.address_spans()
            if a.address["status"] == "none_known" or a.address["residence"] == "no_fixed_abode"
        ),
        *_mobile(child),
    ]
    found: list[Indicator] = []
    for start, end in not_silenced(child, union((a, b) for a, b, _ in grounds)):
        positions = {p for a, b, held in grounds if a < end and b > start for p in held}
        placing = [e.organisation for e in placed if e.start is not None and e.start < end and e.open_until() > start]
        found.append(
            Indicator(HOMELESS_OR_MOBILE, start, start, end, tuple(sorted(positions)), max(placing, default=None))
        )
    return found
