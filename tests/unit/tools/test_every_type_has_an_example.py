"""Each event type of the contract is used in an example that stands on a page: what it shows is written down and tested."""

import re
from collections.abc import Mapping

from schemas.registry import registry
from tools.docs import examples
from tools.docs.__main__ import ROOT

_GIVEN = re.compile(r"^\| [^|]+ \| `(\w+)` \|", re.MULTILINE)


def given_in(pages: Mapping[str, str]) -> set[str]:
    """The event types that are given in the tables of some pages; a type that a text only names is not among them."""
    return {event_type for text in pages.values() for event_type in _GIVEN.findall(text)}


def test_every_event_type_has_an_example() -> None:
    assert set(registry().published) <= given_in(examples.pages(ROOT))


def test_no_example_is_of_a_type_that_is_not_there() -> None:
    assert given_in(examples.pages(ROOT)) <= set(registry().newest)


def test_a_type_that_is_only_named_is_not_given() -> None:
    page = "| # | event | of | on |\n|---|---|---|---|\n| 1 | `PupilAdmitted` | A | 2025-09-01 |\n\n`LeftEngland` | silences\n"
    assert given_in({"rules/one.md": page}) == {"PupilAdmitted"}
