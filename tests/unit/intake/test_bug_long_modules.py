"""Of one child with a long module a census took time and room by the square of its length."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adapters.intake.connectors import Converted
from adapters.intake.connectors.cin import read_cin
from adapters.intake.connectors.cin_xml import MAX_IDENTIFYING
from tests.builders.cin import IN_NEED, PROTECTION, census, child, plan
from tests.builders.units import units_of

MANY = 9_000


def days(number: int) -> str:
    return f"{1950 + number // 336}-{number // 28 % 12 + 1:02}-{number % 28 + 1:02}"


def starts(number: int) -> str:
    return f"<CINPlanDates>{''.join(f'<CINPlanStartDate>{days(n)}</CINPlanStartDate>' for n in range(number))}</CINPlanDates>"


def plans(number: int) -> str:
    return "".join(plan((IN_NEED, PROTECTION)[n % 2], days(n), days(n + 1)) for n in range(number // 2))


def unknown(number: int) -> str:
    dated = "".join(f"<CPPreviewDate>{days(n)}</CPPreviewDate><XDate>{days(n)}</XDate>" for n in range(number // 2))
    return f"<Reviews>{dated}</Reviews>"


Read = Callable[[str], list[Converted]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def reader(details: str) -> list[Converted]:
        path = tmp_path / "census.xml"
        path.write_text(census([child(details)]))
        return list(units_of(read_cin(path)))

    return reader


def calls(read: Read, details: str) -> int:
    """How many functions are called, and generators resumed, until a census is read."""
    count = 0

    def see(_frame: object, event: str, _: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(see)
    try:
        read(details)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("details", [starts, plans, unknown])
def test_work_grows_with_the_length(read: Read, details: Callable[[int], str]) -> None:
    read(details(100))  # what is remembered of days and names is not counted
    assert calls(read, details(1600)) < 2.5 * calls(read, details(800))  # by the square it would be four times


def test_what_is_kept_is_short(read: Read) -> None:
    kept = [unit.raw for unit in read(unknown(MANY)) if unit.kept]
    assert len(kept) == MANY // 2
    assert max(map(len, kept)) < 1_000


def test_a_child_of_more_numbers_than_can_be(tmp_path: Path) -> None:
    path = tmp_path / "census.xml"
    former = "".join(f"<FormerUPN>Z80890010{n:04}</FormerUPN>" for n in range(5_000))
    told = child("<CINreferralDate>2024-01-10</CINreferralDate>", "<XDate>2024-01-11</XDate>" * 2)
    path.write_text(census([told]).replace("</LAchildID>", f"</LAchildID>{former}"))
    event, *kept = units_of(read_cin(path))
    assert len(event.events[0]["subject"]["identifiers"]) == MAX_IDENTIFYING
    assert event.set_aside == (("too_large", "subject.identifiers"),)
    assert max(len(unit.raw) for unit in kept) < 3_000
