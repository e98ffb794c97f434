"""A name is what is stated of it: one word is a whole name, and nothing is no name."""

import pytest

from domain.names import fold_name, stated_name, with_whole_names


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


@pytest.mark.parametrize(
    ("registered", "typed"),
    [
        ("Pawłowska", "Pawlowska"), ("Łuczak", "LUCZAK"), ("Øster", "oster"), ("Đorđević", "Dordevic"), ("Y\u0131ld\u0131z", "YILDIZ"),
        ("İnan", "Inan"), ("Þórsdóttir", "Thorsdottir"), ("Guðmundsson", "Gudmundsson"), ("Ærø", "Aero"), ("Groß", "GROSS"),
        ("Cœur", "Coeur"), ("Əliyev", "Eliyev"), ("Ŋoŋa", "Nona"), ("Ħaż", "haz"), ("Ǿsby", "Osby"), ("ŉdou", "n dou"),
        ("Ka\u02bbana\u02bcana", "Ka'ana'ana"), ("Ka\ua78cana", "kaana"), ("O\u2019Neill", "O Neill"), ("Smith\u2010Jones", "smith jones"),
        ("Nguyễn", "Nguyen"), ("Müller", "muller"), ("Mu\u0308ller", "Müller"), ("Ɗanjuma", "Danjuma"), ("Ǽbo", "aebo"),
    ],
)  # fmt: skip
def test_a_name_is_compared_as_it_is_typed(registered: str, typed: str) -> None:
    assert fold_name(registered) == fold_name(typed)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Pawłowska", "Pawlovska"), ("Møller", "Moeller"), ("\u0418\u0432\u0430\u043d", "Ivan"), ("王", "李")],
)
def test_other_names_stay_others(one: str, other: str) -> None:
    assert "" != fold_name(one) != fold_name(other)
