"""No answer of any kind tells where a shielded child is: planted places are looked for in all that can be asked."""

import json
from datetime import date
from typing import Any

import pytest

from tests.builders.asking import asking
from tests.builders.service import Bench
from tests.spec.words import (
    Happened,
    absent,
    address,
    address_changed,
    gp_registered,
    happened,
    identifier,
    lead_accepted,
    relationship_stated,
    school_days,
)

HOME = address("9 Planted Lane", postcode="ZE9 9ZZ", uprn="100000000099")
PLACES = ("9 Planted Lane", "ZE9", "100000000099", "900077", "Z90077", "Planted Nursery", "Planted Hub", "org-refuge")
REFUGES_OWN = {"scheme": "agency:org-refuge:cases", "value": "R77"}
DAY = date(2025, 10, 1)

TOLD = [
    address_changed("A", on="2025-09-01", address=HOME, name="Ada Example", born="2015-03-01"),
    address_changed("B", on="2025-09-01", address=HOME, name="Bea Example", born="2017-03-01"),
    relationship_stated("A", "family", on="2025-09-01", family="F1"),
    relationship_stated("B", "family", on="2025-09-01", family="F1"),
    gp_registered("A", practice="Z90077", on="2025-09-01"),
    absent("A", "900077", school_days("2025-09-08", 10), known_by="nhs"),
    happened("EarlyYearsPlaceStarted", "A", on="2025-09-01", setting="Planted Nursery"),
    happened("InvolvementStarted", "A", on="2025-09-01", by="urn-900077", service="mentoring", provision="additional",
             worker={"organisation": "urn-900077", "staff_id": "S1", "name": None, "contact": "Planted Hub"}),
    happened("EarlyHelpStarted", "A", on="2025-09-01", worker="W1",
             team={"organisation": "la-808", "code": "north", "name": "Planted Hub", "contact": "Planted Hub"}),
    lead_accepted("A", worker="W1", on="2025-09-01"),
]  # fmt: skip
# A refuge's own number, joined to the child by the other number that the refuge knows it by.
BY_THE_REFUGE = happened("InvolvementStarted", "A", on="2025-09-01", by="org-refuge", service="support", provision="additional",
                         born="2015-03-01")  # fmt: skip


def of_the_refuge(number: int, **changes: Any) -> dict[str, Any]:
    """What the refuge sends, under its own number too."""
    event = BY_THE_REFUGE.wire(number) | changes
    return event | {"subject": event["subject"] | {"identifiers": [REFUGES_OWN, *event["subject"]["identifiers"]]}}


@pytest.fixture
def here(any_emptied_bench: Bench) -> Bench:
    made = any_emptied_bench
    numbered = enumerate((one for told in TOLD for one in ([told] if isinstance(told, Happened) else told)), 1)
    wired = [one.wire(number) for number, one in numbered]
    outcomes = made.record(*wired, of_the_refuge(len(wired) + 1))
    assert made.counts(outcomes).kept == 0
    made.projector.project()
    return made


def everything(here: Bench) -> dict[str, Any]:
    """The answer to every question that can be asked and names the child."""
    who = ":".join(identifier("A", "nhs"))
    with asking(here.service) as asked:
        families = asked.families(effective_at=DAY)
        return {
            "find": asked.find(family="Example", born=date(2015, 3, 1), effective_at=DAY),
            "child": asked.child(identifier=who, effective_at=DAY),
            "timeline": asked.timeline(identifier=who, retracted=True, effective_at=DAY),
            "caseload": asked.caseload(worker="la-808:W1", effective_at=DAY),
            "school's caseload": asked.caseload(worker="urn-900077:S1", effective_at=DAY),
            "my families": asked.my_families(worker="la-808:W1", effective_at=DAY),
            "changes": asked.changes(worker="la-808:W1", since="1:0", effective_at=DAY),
            "handover": asked.handover(worker="la-808:W1", effective_at=DAY),
            "gaps": asked.gaps(effective_at=DAY),
            "gaps of an area": asked.gaps(area="ZE9", effective_at=DAY)["gaps"],
            "families": families,
            "families of an area": asked.families(area="ZE9", effective_at=DAY)["families"],
            "family": [asked.family(family=f["family"], effective_at=DAY) for f in families["families"]],
        }


def told(answer: object) -> list[str]:
    """The planted places that an answer names."""
    text = json.dumps(answer, default=str)
    return [place for place in PLACES if place in text]


def test_without_a_shield_they_are_there(here: Bench) -> None:
    answers = everything(here)
    assert set(told(answers)) == set(PLACES)
    assert answers["families of an area"]


def test_found_by_no_number_of_another_agency(here: Bench) -> None:
    number = f"{REFUGES_OWN['scheme']}:{REFUGES_OWN['value']}"
    with asking(here.service) as asked:
        assert len(asked.find(identifier=number, effective_at=DAY)["children"]) == 1
        told = asked.timeline(identifier=":".join(identifier("A", "nhs")), effective_at=DAY)
        assert told is not None
        assert len(told["records"]) == 2
    here.record(happened("ShieldApplied", "A", on="2025-09-20").wire(99))
    # Kept events of the refuge's number are not counted either.
    here.record(of_the_refuge(101, provision="no such"))
    for _ in ("views are behind", "views are at the head"):
        with asking(here.service) as asked:
            unknown = asked.find(identifier=f"{REFUGES_OWN['scheme']}:R78", effective_at=DAY)
            assert asked.find(identifier=number, effective_at=DAY) == unknown
            assert asked.child(identifier=number, effective_at=DAY) is None
            assert asked.timeline(identifier=number, effective_at=DAY) is None
            told = asked.timeline(identifier=":".join(identifier("A", "nhs")), effective_at=DAY)
            assert told is not None
            assert [one["scheme"] for one in told["identifiers"]] == ["nhs"]
            assert len(told["records"]) == 1
            assert {entry["record"] for entry in told["entries"]} == {None}
            assert told["kept_aside"] == 0
            assert told["entries"]
        here.projector.project()


def test_no_answer_tells_where_a_shielded_child_is(here: Bench) -> None:
    here.record(happened("ShieldApplied", "A", on="2025-09-20").wire(99))  # not in the views yet
    for views_are_behind in (True, False):
        answers = everything(here)
        found = {name: told(answer) for name, answer in answers.items() if name != "school's caseload"}
        assert found == {name: [] for name in found}, views_are_behind
        # Whoever asks names the worker; the answer says no more of it than the question did.
        assert answers["school's caseload"]["children"][0]["entries"][0]["agency"] is None
        assert answers["families of an area"] == []
        assert [family["area"] for family in answers["families"]["families"]] == [None]
        here.projector.project()
