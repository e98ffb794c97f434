"""The pages of security name tests that there are, and every requirement once."""

import re

import pytest

from tests.builders.process import ROOT

TESTS = ROOT / "tests"
PAGES = ("security.md", "asvs.md")
# Of each section of OWASP ASVS 5.0.0 how many requirements its levels 1 and 2 have, where the page is to have all.
SECTIONS = {
    "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "8.1": 2, "8.2": 3, "9.1": 3, "9.2": 4, "10.1": 2, "10.2": 2, "10.3": 4, "16.2": 5,
    "16.3": 4, "16.4": 3, "16.5": 3,
}  # fmt: skip


def written(page: str) -> str:
    """A page of the documents."""
    return (ROOT / "docs" / page).read_text(encoding="utf-8")


def defined() -> set[str]:
    """The name of every test."""
    files = (path.read_text(encoding="utf-8") for path in TESTS.rglob("test_*.py"))
    return {name for text in files for name in re.findall(r"def (test_\w+)\(", text)}


@pytest.mark.parametrize("page", PAGES)
def test_every_test_that_is_named_is_there(page: str) -> None:
    named = set(re.findall(r"`(test_\w+)`", written(page)))
    assert len(named) > 20
    assert named - defined() == set()


@pytest.mark.parametrize("page", PAGES)
def test_every_file_of_tests_that_is_named_is_there(page: str) -> None:
    named = set(re.findall(r"`((?:[\w-]+/)*test_\w+\.py)`", written(page)))
    there = {str(path.relative_to(ROOT)) for path in TESTS.rglob("test_*.py")}
    missing = [one for one in named if not any(f"/{path}".endswith(f"/{one}") for path in there)]
    assert missing == []


def requirements() -> list[str]:
    """The numbers in the first column of the page of ASVS, those of a range too."""
    found = []
    for cell in re.findall(r"^\| ([0-9., to]+) \|", written("asvs.md"), re.MULTILINE):
        for part in cell.split(", "):
            first, _, last = part.partition(" to ")
            section, number = first.rpartition(".")[::2]
            until = int((last or first).rpartition(".")[2])
            found += [f"{section}.{n}" for n in range(int(number), until + 1)]
    return found


def test_every_requirement_has_one_line() -> None:
    found = requirements()
    assert len(found) == len(set(found)) > 200
    for section, number in SECTIONS.items():
        assert {one for one in found if one.rpartition(".")[0] == section} >= {
            f"{section}.{n + 1}" for n in range(number)
        }


def test_a_test_that_is_not_there_would_be_missed() -> None:
    assert "test_nothing_of_the_kind_that_anybody_wrote" not in defined()
    assert "test_no_entry_no_answer" in defined()
