"""Given records of which some fail, alone or beside others, when they are halved, then the rest passes and few are left out."""

from collections.abc import Collection
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from projections.mending import Cause, guilty

RECORDS = [UUID(int=n) for n in range(1, 41)]
CAUSE = Cause("22003", "60_indicators")


class Tries:
    """Fails where a bad record is among those tried, or all of a bad group; counts what each try costs."""

    def __init__(self, bad: Collection[UUID], groups: Collection[Collection[UUID]] = ()) -> None:
        self.bad = set(bad)
        self.groups = [set(group) for group in groups]
        self.cost = 0

    def __call__(self, some: Collection[UUID]) -> Cause | None:
        self.cost += len(some)
        kept = set(some)
        return CAUSE if kept & self.bad or any(group <= kept for group in self.groups) else None


@given(
    bad=st.sets(st.sampled_from(RECORDS), max_size=6),
    groups=st.lists(st.sets(st.sampled_from(RECORDS), min_size=2, max_size=3), max_size=3),
)
def test_the_rest_passes_and_nobody_is_left_out_without_need(bad: set[UUID], groups: list[set[UUID]]) -> None:
    tries = Tries(bad, groups)
    if tries(RECORDS) is None:
        return
    found = guilty(RECORDS, CAUSE, tries)
    rest = [record for record in RECORDS if record not in found]
    assert tries(rest) is None
    assert bad <= found.keys()
    for record in found:
        assert tries([*rest, record]) is not None, "it could have been taken in"


def test_one_of_a_thousand_costs_about_three_tries_of_all() -> None:
    records = [UUID(int=n) for n in range(1, 1025)]
    tries = Tries([records[700]])
    assert guilty(records, CAUSE, tries) == {records[700]: CAUSE}
    assert tries.cost <= 3.1 * len(records)


def test_every_record_of_a_thousand_costs_little_more_than_each_by_itself() -> None:
    records = [UUID(int=n) for n in range(1, 1025)]
    tries = Tries(records)
    assert guilty(records, CAUSE, tries).keys() == set(records)
    assert tries.cost <= 12 * len(records)
