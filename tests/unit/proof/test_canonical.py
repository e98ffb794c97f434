"""The one form of a value: equal values, equal bytes; what has none is refused."""

from typing import Any

import pytest

from domain.proof.canonical import canonical


def test_keys_are_sorted_and_nothing_is_added() -> None:
    value = {"b": [1, None, True, "é\u2028\n"], "a": {"z": "", "Z": (1, 2)}, "\U0001f600": 0, "\uffff": 0}
    expected = '{"a":{"Z":[1,2],"z":""},"b":[1,null,true,"é\u2028\\n"],"\uffff":0,"\U0001f600":0}'
    assert canonical(value) == expected.encode()
    assert canonical(dict(reversed(value.items()))) == expected.encode()


@pytest.mark.parametrize("value", [1.0, [0.1], {"a": {"b": float("nan")}}, {1: 2}, "\ud800", ({None: 1},)])
def test_what_has_not_one_form_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r"float|key|surrogate"):
        canonical(value)


def test_what_json_does_not_know_is_refused() -> None:
    with pytest.raises(TypeError):
        canonical({"a": {1, 2}})
