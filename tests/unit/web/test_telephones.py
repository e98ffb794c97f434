"""Telephone numbers in what agencies write can be rung; what is no number stays as it is."""

import pytest

from adapters.web.telephones import called, ring


@pytest.mark.parametrize(
    ("written", "rung"),
    [
        ("01632 960001", "+441632960001"),
        ("(01632) 960001", "+441632960001"),
        ("020 7946 0000", "+442079460000"),
        ("07700 900123", "+447700900123"),
        ("+44 1632 960001", "+441632960001"),
        ("+44 (0)1632 960001", "+441632960001"),
        ("0800-1111-00", "+44800111100"),
        ("01632 96", None),
        ("01632 960001 123", None),
    ],
)
def test_how_a_number_is_rung(written: str, rung: str | None) -> None:
    assert called(written) == rung


def test_a_number_within_a_text_is_a_link_and_the_rest_is_not() -> None:
    said = ring("Duty line 01632 960001 (Monday to Friday 09:00 to 17:00), <b>or</b> 01632 960002")
    assert said.count("<a ") == 2
    assert 'href="tel:+441632960002">01632 960002</a>' in said
    assert "09:00 to 17:00" in said
    assert "&lt;b&gt;" in said


@pytest.mark.parametrize(
    "text", ["since 2025-12-19", "W0123456789012", "C01632960001", "t.abara@example.org", "0", "0" * 10_000, "0 " * 5_000, "(0" * 5_000]
)  # fmt: skip
def test_what_is_no_number_is_no_link(text: str) -> None:
    assert "<a " not in ring(text)
