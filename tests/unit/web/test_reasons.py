"""Reasons, numbers and addresses: what is typed before something that is not one's own is looked at."""

from dataclasses import replace

import pytest

from adapters.api.problems import Refused
from adapters.web.handles import Handles
from adapters.web.numbers import number_wrong, read_number
from adapters.web.reasons import read_reason
from adapters.web.sealing import MOST, Sealing
from domain.access.viewer import Because, Opening, Role, Viewer
from tests.builders.service import KEYS

CHILD = "c-" + "1" * 32
ANNA = Viewer("la-808:W1", Role.PRACTITIONER, "la-808", b"s" * 32)


@pytest.mark.parametrize(
    ("typed", "reason", "wrong"),
    [
        ("Her aunt rang\r\nthis morning", "Her aunt rang this morning", None),
        ("", "", "Say why you look"),
        (" \n ", "", "Say why you look"),
        ("because", "because", "Say more of why you look: a few words at least"),
        (
            "her \N{RIGHT-TO-LEFT OVERRIDE}aunt rang",
            "her \N{RIGHT-TO-LEFT OVERRIDE}aunt rang",
            "The reason must be of letters, digits and signs alone",
        ),
        ("x" * 10_000, "x" * 10_000, "The reason must be 300 letters or fewer. You have typed 10000"),
    ],
    ids=["two lines", "none", "blanks", "a word", "turned around", "ten thousand letters"],
)
def test_a_reason(typed: str, reason: str, wrong: str | None) -> None:
    assert read_reason(typed) == (reason, wrong)


@pytest.mark.parametrize(
    ("scheme", "number", "read"),
    [
        ("nhs", "999 020 0017", "nhs:9990200017"),
        ("upn", "G808990125001", "upn:G808990125001"),
        ("agency", "la-808:mosaic:77", "agency:la-808:mosaic:77"),
        ("agency", "agency:la-808:mosaic:77", "agency:la-808:mosaic:77"),
    ],
)
def test_a_number(scheme: str, number: str, read: str) -> None:
    said = {"scheme": scheme, "number": number}
    assert (read_number(said), number_wrong(said)) == (read, {})


@pytest.mark.parametrize(
    ("scheme", "number"),
    [
        ("nhs", "9990200018"),
        ("upn", "9990200017"),
        ("", "9990200017"),
        ("nhs", "<b>"),
        ("agency", "x" * 10_000),
        ("sql", "1"),
    ],
)
def test_what_is_no_number_is_said_without_it(scheme: str, number: str) -> None:
    [said] = number_wrong({"scheme": scheme, "number": number}).values()
    assert number not in said


def test_an_address_is_of_one_session_and_has_the_reason_within() -> None:
    handles = Handles(Sealing(KEYS, "page-handle"))
    reason = "\N{GRINNING FACE}" * 300
    address = handles.address(CHILD, ANNA, reason)
    handle = address.removeprefix("/child/")
    assert len(handle) <= MOST
    assert handles.opened(handle, ANNA) == (CHILD, replace(ANNA, because=Because(Opening.CLAIM, reason)))
    assert handles.opened(handle, replace(ANNA, session=b"t" * 32)) is None
    assert handles.opened(handles.address(CHILD, ANNA).removeprefix("/child/"), ANNA) == (CHILD, ANNA)


@pytest.mark.parametrize("child", ["", "c-1", "r-" + "1" * 32, "nhs:9990200017"])
def test_an_address_is_of_a_child_of_a_list(child: str) -> None:
    with pytest.raises(Refused):
        Handles(Sealing(KEYS, "page-handle")).address(child, ANNA)
