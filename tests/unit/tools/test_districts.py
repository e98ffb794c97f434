"""An area of several districts: played one after another, published as one."""

from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tools.simulator import Ledger, Plan, simulate
from tools.simulator.district import districts
from tools.simulator.feeds import Feeds
from tools.simulator.run import Transmission, played

SPRING = Plan("Northmoor", 100, date(2026, 1, 5), date(2026, 4, 6), 5, reordered=0, resent=0, late=0)
PARTS = districts(SPRING, 30)


@pytest.fixture(scope="module")
def spring() -> list[dict]:
    return list(simulate(SPRING, district=30))


def test_an_area_is_cut_into_as_few_districts_of_equal_size_as_are_small_enough():
    more = replace(SPRING, children=101)
    assert [part.plan(SPRING).children for part in PARTS] == [25, 25, 25, 25]
    assert [part.plan(more).children for part in districts(more, 30)] == [26, 26, 26, 23]
    assert len(districts(replace(SPRING, children=1))) == 1


def test_equal_plans_give_equal_events(spring):
    assert spring == list(simulate(SPRING, district=30))


def test_it_comes_in_order_of_publication_as_one_area(spring):
    """The history of every district before the first day of any."""
    moments = [event["recorded_at"] for event in spring]
    days = [event for event in spring if event["event_type"] != "FeedReported"]
    modes = [event["mode"] for event in days]
    assert modes == sorted(modes)  # backfill, then live
    live = [moment for moment, event in zip(moments, spring, strict=True) if event["mode"] == "live"]
    assert live == sorted(live)


def test_no_two_districts_give_out_the_same_number(spring):
    feeds = Feeds(SPRING, PARTS)
    numbers = [
        {
            (identifier["scheme"], identifier["value"])
            for one in played(SPRING, part, feeds)
            if "subject" in one.event
            for person in (one.event["subject"], *one.event["others"])
            for identifier in person["identifiers"]
        }
        for part in PARTS
    ]
    assert all(len(some) > 50 for some in numbers)
    assert len(set().union(*numbers)) == sum(len(some) for some in numbers)
    ids = [(event["source"]["organisation"], event["event_id"]) for event in spring]
    assert len(set(ids)) == len(ids)


def test_schools_practices_and_workers_are_of_one_district_and_the_authority_of_all(spring):
    feeds = Feeds(SPRING, PARTS)
    publishers = [{one.event["source"]["organisation"] for one in played(SPRING, part, feeds)} for part in PARTS]
    shared = set.intersection(*publishers)
    assert "la-808" in shared
    assert not [one for one in shared if one.startswith(("urn-", "ods-Z90"))]
    own = [some - shared for some in publishers]
    assert len(set().union(*own)) == sum(len(some) for some in own)
    workers = [event["worker"]["staff_id"] for event in spring if event["event_type"] == "WorkerRegistered"]
    assert len(set(workers)) == len(workers)


def test_each_feed_reports_once_a_week_on_all_districts(spring):
    reports = [event for event in spring if event["event_type"] == "FeedReported"]
    told = Counter((event["source"]["organisation"], event["feed"], event["covers"]["to"]) for event in reports)
    assert set(told.values()) == {1}
    moves = [event for event in reports if event["feed"] == "AddressChanged"]
    published = sum(event["event_type"] == "AddressChanged" for event in spring)
    assert 0 < sum(event["count"] for event in moves) <= published
    after = moves[-1]["recorded_at"]
    unreported = sum(event["event_type"] == "AddressChanged" and event["recorded_at"] > after for event in spring)
    assert sum(event["count"] for event in moves) == published - unreported


def test_families_set_by_hand_live_in_one_district():
    feeds = Feeds(SPRING, PARTS)
    first, *others = ([one.event for one in played(SPRING, part, feeds)] for part in PARTS)
    assert any(str(event["reference"]).startswith("EH-CASE") for event in first if "reference" in event)
    assert not any("CASE" in str(event.get("reference")) for events in others for event in events)


def test_a_malformed_event_of_any_district_has_an_id_of_its_own():
    plan = replace(SPRING, malformed=0.2)
    feeds = Feeds(plan, PARTS)
    broken = [
        (one.event["source"]["organisation"], one.event["event_id"])
        for part in PARTS
        for one in played(plan, part, feeds)
        if one.sending is Transmission.MALFORMED
    ]
    assert len(set(broken)) == len(broken) > 100


def test_the_ledger_hears_of_all_districts(tmp_path: Path):
    ledger = Ledger(tmp_path)
    events = list(simulate(SPRING, ledger, district=30))
    assert ledger.closed
    assert ledger.sent["read"] == len(events)
    assert len([list(clans) for clans in ledger.districts()]) == len(PARTS)


def test_it_says_how_many_districts_have_been_played():
    told: list[tuple[int, int]] = []
    next(iter(simulate(SPRING, district=30, playing=lambda number, of: told.append((number, of)))))
    assert told == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]
