"""Identifiers: parse, normalise, explain."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.identifiers import check_identifier, choose_key, parse_identifier
from domain.reasons import REASONS
from tests.builders.numbers import nhs_check_digit
from tests.builders.stream import upn


@pytest.mark.parametrize("written", ["9990200017", "999 020 0017", "999-020-0017", " 9990200017 "])
def test_an_nhs_number_may_be_written_in_groups(written: str) -> None:
    checked = check_identifier("nhs", written)
    assert (checked.valid, checked.normalised, checked.warnings) == (True, "9990200017", ("test_range",))


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("9990200018", "bad_check_digit"),
        ("9999999999", "filler_identifier"),
        ("0000000000", "filler_identifier"),
        ("999020001", "bad_form"),
        ("99902000177", "bad_form"),
        ("999020001X", "bad_form"),
        ("", "bad_form"),
        ("٩٩٩٠٢٠٠٠١٧", "bad_form"),
    ],
)
def test_why_an_nhs_number_is_not_valid(value: str, reason: str) -> None:
    checked = check_identifier("nhs", value)
    assert (checked.valid, checked.normalised, checked.reason) == (False, None, reason)


def test_a_stem_without_a_check_digit_has_none() -> None:
    stems = [f"{n:09}" for n in range(400_000_000, 400_000_200)]
    none = [stem for stem in stems if nhs_check_digit(stem) is None]
    assert none
    for stem in none:
        assert not any(check_identifier("nhs", f"{stem}{digit}").valid for digit in range(10))


def test_ranges_are_warnings_only() -> None:
    assert check_identifier("nhs", "4505577104").warnings == ()
    assert check_identifier("nhs", "1234567881").warnings == ("unissued_range",)


def test_a_upn_is_valid_by_form_and_check_letter() -> None:
    good = upn(1)
    assert check_identifier("upn", good).valid
    assert check_identifier("upn", good.lower()).normalised == good
    wrong = ("A" if good[0] != "A" else "B") + good[1:]
    assert check_identifier("upn", wrong).reason == "bad_check_letter"


@pytest.mark.parametrize(
    "value", ["", "A12345678901", "I808200015012", "A80820001501I", "A8082000150123", "180820001501A"]
)
def test_a_upn_of_another_form(value: str) -> None:
    assert check_identifier("upn", value).reason == "bad_form"


@pytest.mark.parametrize(
    ("scheme", "value", "reason"),
    [
        ("agency:la-808:mosaic", "77", None),
        ("agency:la-808:mosaic", " 77 ", None),
        ("agency:la-808:mosaic", "", "bad_form"),
        ("agency:la-808:mosaic", "xy" * 31, "too_long"),
        ("agency:la-808:mosaic", "7\n7", "bad_form"),
        ("agency:la-808", "77", "unknown_scheme"),
        ("agency::mosaic", "77", "unknown_scheme"),
        ("passport", "77", "unknown_scheme"),
    ],
)
def test_an_agencys_own_identifier(scheme: str, value: str, reason: str | None) -> None:
    checked = check_identifier(scheme, value)
    assert (checked.valid, checked.reason) == (reason is None, reason)


def test_as_a_person_types_it() -> None:
    typed = parse_identifier("agency:la-808:mosaic:A:7")
    assert (typed.scheme, typed.normalised) == ("agency:la-808:mosaic", "A:7")
    assert parse_identifier(" nhs:999 020 0017").normalised == "9990200017"
    assert not parse_identifier("9990200017").valid


def test_the_key_is_the_first_valid_one_in_the_schemas_order() -> None:
    found = [
        check_identifier("agency:la-808:mosaic", "7"),
        check_identifier("nhs", "9990200018"),
        check_identifier("upn", upn(1)),
    ]
    assert choose_key(found, ("nhs", "upn", "agency")) is found[2]
    assert choose_key(found, ("nhs", "agency", "upn")) is found[0]
    assert choose_key(found[1:2], ("nhs", "upn", "agency")) is None


@given(st.sampled_from(["nhs", "upn", "agency:la-808:x", "other", ""]), st.text(max_size=80))
def test_any_text_is_answered_with_a_known_reason(scheme: str, value: str) -> None:
    checked = check_identifier(scheme, value)
    assert checked.valid == (checked.normalised is not None) == (checked.reason is None)
    assert checked.reason is None or checked.reason in REASONS


@given(st.text(max_size=80))
def test_what_is_valid_stays_so_in_its_normal_form(value: str) -> None:
    for scheme in ("nhs", "upn", "agency:la-808:x"):
        checked = check_identifier(scheme, value)
        if checked.normalised is not None:
            assert check_identifier(scheme, checked.normalised).normalised == checked.normalised
