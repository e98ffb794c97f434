"""A shield, or the link that brings one, was overlooked until the views had taken it in, unless it stood under the very number asked for.

A record that is being mended may wait for hours.
"""

from datetime import date

import pytest

from tests.builders.asking import asking
from tests.builders.service import Bench
from tests.spec.words import (
    Happened,
    address,
    address_changed,
    happened,
    identifier,
    involvement_started,
    pupil_admitted,
)

BORN = "2015-03-01"
DAY = date(2025, 10, 1)
SHIELD = happened("ShieldApplied", "A", on="2025-09-20", known_by="agency", born=BORN)
# The children's services' own number, with the school's; the health service knows the child by another one still.
TOLD = (
    address_changed("A", on="2025-09-01", address=address("9 Planted Lane"), name="Ada Example", born=BORN),
    pupil_admitted("A", school="900077", on="2025-09-01", known_by="upn", born=BORN),
    involvement_started("A", "mentoring", on="2025-09-01", known_by=["agency", "upn"], born=BORN),
)


@pytest.fixture
def here(any_emptied_bench: Bench) -> Bench:
    return any_emptied_bench


def shielded(here: Bench, number: str) -> bool:
    with asking(here.service) as asked:
        line = asked.child(identifier=":".join(identifier("A", number)), effective_at=DAY)
        listed = asked.families(effective_at=DAY)  # as lists of many look for shields
    assert listed["total"] >= 0
    return bool(line["shielded"])


@pytest.mark.parametrize(
    ("before", "since", "asked"),
    [
        ((), happened("ShieldApplied", "A", on="2025-09-20", known_by=["agency", "nhs"], born=BORN), "nhs"),
        ((), SHIELD, "upn"),
        ((SHIELD,), involvement_started("A", "tutoring", on="2025-09-20", known_by=["agency", "nhs"], born=BORN), "nhs"),
        ((SHIELD,), involvement_started("A", "tutoring", on="2025-09-20", known_by=["nhs", "upn"], born=BORN), "nhs"),
        ((SHIELD,), involvement_started("A", "tutoring", on="2025-09-20", known_by=["upn", "nhs"], born=BORN), "nhs"),
    ],
)  # fmt: skip
def test_holds_as_soon_as_it_is_recorded(
    here: Bench, before: tuple[Happened, ...], since: Happened, asked: str
) -> None:
    here.record(*(one.wire(number) for number, one in enumerate((*TOLD, *before), 1)))
    here.projector.project()
    assert not shielded(here, "nhs")
    here.record(since.wire(99))
    assert shielded(here, asked)
    here.projector.project()
    assert shielded(here, asked)
