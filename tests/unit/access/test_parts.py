"""An answer in parts: each of one record or one child, and the same answer when they are put together again."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.access.parts import ERASED, NOBODY, cut, joined

ADA, BOB = f"c-{1:032x}", f"c-{2:032x}"
SCHOOL, HEALTH = f"r-{1:032x}", f"r-{3:032x}"


def entry(record: str, kind: str) -> dict[str, Any]:
    return {"kind": kind, "record": record}


CASELOAD: dict[str, Any] = {
    "worker": "la-808:W1",
    "children": [
        {
            "child": ADA,
            "name": "Ada",
            "entries": [entry(SCHOOL, "enrolment"), entry(HEALTH, "contact"), entry(SCHOOL, "lead")],
        },
        {"child": BOB, "name": "Bob", "entries": [], "gaps": [{"child": BOB, "rule": "no_lead"}]},
    ],
}


def test_each_part_is_of_one_record_or_of_one_child_as_a_whole() -> None:
    whose = [(part.child.int, part.record and part.record.int) for part in cut(CASELOAD)]
    assert whose == [(0, None), (1, None), (1, 1), (1, 3), (2, None)]


def test_the_frame_says_nothing_of_any_child() -> None:
    frame = cut(CASELOAD)[0]
    assert frame.child == NOBODY
    assert frame.content == {"worker": "la-808:W1", "children": [{"$part": 1}, {"$part": 4}]}


def test_what_is_told_of_a_record_is_one_part_wherever_it_stands() -> None:
    assert [said["kind"] for said in cut(CASELOAD)[2].content] == ["enrolment", "lead"]


def test_an_answer_about_one_child_is_that_childs() -> None:
    parts = cut({"child": ADA, "entries": [entry(SCHOOL, "enrolment")]})
    assert [part.content for part in parts] == [
        {"$part": 1},
        {"child": ADA, "entries": [{"$part": 2, "$item": 0}]},
        [entry(SCHOOL, "enrolment")],
    ]


@pytest.mark.parametrize(("place", "left"), [(1, [ERASED, "Bob"]), (4, ["Ada", ERASED])])
def test_an_erased_child_leaves_the_others(place: int, left: list[Any]) -> None:
    contents = [ERASED if at == place else part.content for at, part in enumerate(cut(CASELOAD))]
    children = joined(contents)["children"]
    assert [child if child == ERASED else child["name"] for child in children] == left


def test_an_erased_record_leaves_what_others_told_of_the_child() -> None:
    contents = [ERASED if at == 2 else part.content for at, part in enumerate(cut(CASELOAD))]
    assert joined(contents)["children"][0]["entries"] == [ERASED, entry(HEALTH, "contact"), ERASED]


_ids = st.integers(0, 3)
_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda within: (
        st.lists(within, max_size=4)
        | st.dictionaries(st.text(st.characters(categories=["Ll"]), max_size=3), within, max_size=3)
        | st.builds(lambda n, value: {"child": f"c-{n:032x}", "said": value}, _ids, within)
        | st.builds(lambda n, value: {"record": f"r-{n:032x}", "said": value}, _ids, within)
    ),
    max_leaves=20,
)


@given(st.dictionaries(st.text(max_size=3), _values, max_size=4))
def test_put_together_again_it_is_the_same(answer: dict[str, Any]) -> None:
    assert joined([part.content for part in cut(answer)]) == answer
