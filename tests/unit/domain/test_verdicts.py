"""What a replay found is said in the same words to whoever reads it."""

from collections.abc import Mapping
from typing import Any, get_args

import pytest

from domain.answers.accesses import Because, Derived, Proved
from domain.answers.compared import Difference
from domain.answers.verdicts import BECAUSE, DERIVED, DIFFERENCES, PROVED, verdict


@pytest.mark.parametrize(
    ("words", "codes"), [(PROVED, Proved), (DERIVED, Derived), (BECAUSE, Because), (DIFFERENCES, Difference)]
)
def test_each_verdict_has_its_sentence(words: Mapping[str, str], codes: Any) -> None:
    assert set(words) == set(get_args(codes))


@pytest.mark.parametrize(
    ("proved", "derived", "because", "said"),
    [
        ("proved_same", "derived_same", None, ["Proved:", "the same comes out"]),
        ("not_proved", "derived_same", None, ["Somebody has changed it"]),
        ("erased_since", "not_derived", "not_known_now", ["a key was destroyed", "Nothing is known by that any more"]),
        ("proved_same", "differs", "restricted_since", ["something else comes out", "is shielded by now"]),
    ],
)
def test_a_verdict_is_said_in_sentences(
    proved: Proved, derived: Derived, because: Because | None, said: list[str]
) -> None:
    told = " ".join(verdict(proved, derived, because))
    assert all(one in told for one in said)


def test_where_it_begins_to_differ_is_counted_as_people_count() -> None:
    assert verdict("proved_same", "differs", "unknown", 0)[-1] == "The first part that differs is number 1."
