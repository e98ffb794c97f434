"""A timeline says how many events about the child are kept in quarantine: of all its identifiers, whenever and why they were kept."""

from datetime import date
from typing import Any

import pytest

from tests.builders.asking import asking
from tests.builders.service import Bench
from tests.spec.words import early_help_started, happened, identifier, pupil_admitted

DAY = date(2026, 6, 30)


@pytest.fixture
def here(any_emptied_bench: Bench) -> Bench:
    return any_emptied_bench


def kept(here: Bench, by: str = "nhs") -> int:
    here.projector.project()
    with asking(here.service) as asked:
        told = asked.timeline(identifier=":".join(identifier("A", by)), effective_at=DAY)
    assert told is not None
    return int(told["kept_aside"])


def known(here: Bench) -> None:
    """A child whom a school and the authority know by numbers of their own, joined by the NHS number."""
    born = {"born": "2016-03-10"}
    here.record(pupil_admitted("A", school="900001", on="2025-09-01", known_by=("upn", "nhs"), **born).wire(1))
    here.record(early_help_started("A", on="2025-09-01", known_by=("agency", "nhs"), **born).wire(2))


def wrong(number: int, **more: Any) -> dict[str, Any]:
    """An event that is kept: its day cannot be."""
    return happened("ReviewDone", "A", on="1850-01-01", review="new_birth", **more).wire(number)


def test_by_whichever_of_its_identifiers_they_are_kept(here: Bench) -> None:
    known(here)
    assert kept(here) == 0
    for number, token in enumerate(("nhs", "upn", "agency"), 10):
        here.record(wrong(number, known_by=(token,)))
        assert kept(here) == number - 9
    assert kept(here, "upn") == kept(here, "agency") == 3


def test_also_what_was_kept_before_anything_was_known_of_the_child(here: Bench) -> None:
    here.record(wrong(10, known_by=("upn",)))
    known(here)
    assert kept(here) == 1


def test_one_that_names_several_of_them_counts_once(here: Bench) -> None:
    known(here)
    here.record(wrong(10, known_by=("nhs", "upn")))
    assert kept(here) == 1


def test_also_of_an_organisation_that_may_not_publish_it(here: Bench) -> None:
    known(here)
    event = happened("ChildProtectionStarted", "A", on="2025-10-01", by="ods-Z90001").wire(10)
    here.record(event)
    assert kept(here) == 1


def test_also_what_is_no_event_of_the_contract(here: Bench) -> None:
    known(here)
    here.record({**wrong(10), "event_type": "NoSuchType"})
    assert kept(here) == 1


def test_of_another_child_nothing(here: Bench) -> None:
    known(here)
    here.record(happened("ReviewDone", "B", on="1850-01-01", review="new_birth").wire(10))
    assert kept(here) == 0
