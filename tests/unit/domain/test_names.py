"""A name is what is stated of it: one word is a whole name, and nothing is no name."""

import pytest

from domain.names import stated_name, with_whole_names


@pytest.mark.parametrize(
    ("given", "family", "stated"),
    [
        (["Wren", "Mae"], "Ashdown", (["Wren", "Mae"], "Ashdown")),
        (["Suharto"], None, ([], "Suharto")),
        (["Suharto"], " ", ([], "Suharto")),
        ([], "Suharto", ([], "Suharto")),
        (["Maria", "Luisa"], None, ([], "Maria Luisa")),
        (["", " "], "", None),
        ([], None, None),
    ],
)
def test_a_name_from_its_parts(given: list[str], family: str | None, stated: tuple[list[str], str] | None) -> None:
    name = stated_name(given, family, "official")
    assert name == (None if stated is None else {"given": stated[0], "family": stated[1], "use": "official"})


def test_the_names_of_an_event() -> None:
    names = [
        {"given": ["Suharto"], "family": "", "use": None},
        {"given": [], "family": "", "use": None},
        {"given": ["Wren"], "family": "Ash", "use": "former"},
    ]
    body, aside = with_whole_names({"subject": {"person": {"names": names, "sex": "M"}}})
    assert [name["family"] for name in body["subject"]["person"]["names"]] == ["Suharto", "Ash"]
    assert aside == [("missing_field", "subject.person.names[1].family")]
    assert body["subject"]["person"]["sex"] == "M"


def test_what_is_whole_is_left_as_it_is() -> None:
    body = {"subject": {"person": {"names": [{"given": [], "family": "Ash", "use": None}]}}}
    assert with_whole_names(body)[0] is body
    nobody = {"subject": {"person": None}}
    assert with_whole_names(nobody) == (nobody, [])
