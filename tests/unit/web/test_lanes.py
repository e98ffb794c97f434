"""A child's timeline as lanes: where bars stand, and the same days in words."""

from typing import Any

from adapters.web.lanes import WIDE, Bar, lanes
from tests.builders.html import ill_formed
from tests.unit.web.test_rendering import ENTRY, line, shown

HELP = ENTRY | {"kind": "early_help", "service": "early help", "role": None, "scope": None}


def drawn(*entries: dict[str, Any], on: str = "2025-12-19") -> Any:
    return lanes({"entries": list(entries)}, on)


def test_a_service_is_a_lane_and_each_of_its_times_a_bar() -> None:
    ended = HELP | {"from": "2024-12-20", "to": "2025-03-20", "status": "ended"}
    found = drawn(ended, HELP | {"from": "2025-09-20"})
    [lane] = found.lanes
    first, second = lane.bars
    assert (first.at, first.goes_on) == (0, False)
    assert (second.at + second.wide, second.goes_on) == (WIDE, True)
    assert lane.days == ["20 December 2024 to 20 March 2025", "since 20 September 2025"]
    assert (found.first, found.last, [year for _, year in found.years]) == (
        "20 December 2024",
        "19 December 2025",
        ["2025"],
    )


def test_what_was_short_is_still_seen_and_within_the_lane() -> None:
    found = drawn(HELP | {"from": "2015-01-01"}, ENTRY | {"from": "2025-12-18", "to": "2025-12-19", "status": "ended"})
    lead = next(lane for lane in found.lanes if lane.about == "leads")
    assert lead.bars == [Bar(WIDE - 8, 8, goes_on=False)]


def test_what_has_not_begun_or_has_no_length_is_no_bar() -> None:
    moment = HELP | {"kind": "referral", "status": "moment", "from": "2025-10-01", "to": None}
    later = HELP | {"from": "2026-01-01"}
    no_day = HELP | {"from": None}
    assert drawn(moment, later, no_day, HELP | {"from": "2025-10-01", "to": "2025-10-01"}) is None


def test_leads_come_first_whatever_began_before() -> None:
    found = drawn(HELP | {"from": "2015-01-01"}, ENTRY)
    assert [lane.about for lane in found.lanes] == ["leads", "care"]


def test_a_page_has_the_lanes_as_a_table_without_a_style_of_its_own() -> None:
    page = shown("child", child=line(), timeline={"entries": [HELP], "kept_aside": None, "shielded": False}, because="")
    assert ill_formed(page) == []
    assert ("<rect" in page, "since 3 October 2025" in page, "style=" in page) == (True, True, False)
