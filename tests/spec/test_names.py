"""Finding a child by name

A child is found by a family name and the date of birth. A name is compared as people type it: case, accents, spaces,
hyphens and apostrophes count for nothing, and a letter that a keyboard has not is written as its plain one. After that it
must be the same name: a near match finds nobody.
"""

from tests.spec.example import child_found
from tests.spec.words import gp_registered

BORN = "2015-03-01"


def registered(child, name, **more):
    return gp_registered(child, practice="Z90001", on="2015-03-20", born=BORN, name=name, **more)


def test_letters_of_other_keyboards(given, asked):
    """Letters that no English keyboard has"""
    given(registered("A", "Ewa Pawłowska"), registered("B", "Ivo Đorđević"), registered("C", "Jón Þórsson"))
    asked(at="2025-10-01").found("Pawlowska", born=BORN).shows(child_found("A"))
    asked(at="2025-10-01").found("PAWŁOWSKA", born=BORN).shows(child_found("A"))
    asked(at="2025-10-01").found("Dordevic", born=BORN).shows(child_found("B"))
    asked(at="2025-10-01").found("Thorsson", born=BORN).shows(child_found("C"))


def test_typed_with_the_letters(given, asked):
    """The register has the plain letters, and the name is typed in full"""
    given(registered("A", "Ewa Pawlowska"), registered("B", "Ali Yildiz"))
    asked(at="2025-10-01").found("Pawłowska", born=BORN).shows(child_found("A"))
    asked(at="2025-10-01").found("Y\u0131ld\u0131z", born=BORN).shows(child_found("B"))


def test_spaces_and_signs(given, asked):
    """Spaces, hyphens and apostrophes, however they are written"""
    given(
        registered("A", "Ann O\u2019Neill"),
        registered("B", "Bea Smith-Jones"),
        registered("C", "Keoni Ka\u02bbana\u02bcana"),
    )
    asked(at="2025-10-01").found("ONeill", born=BORN).shows(child_found("A"))
    asked(at="2025-10-01").found("o neill", born=BORN).shows(child_found("A"))
    asked(at="2025-10-01").found("smith jones", born=BORN).shows(child_found("B"))
    asked(at="2025-10-01").found("SmithJones", born=BORN).shows(child_found("B"))
    asked(at="2025-10-01").found("Ka'ana'ana", born=BORN).shows(child_found("C"))


def test_one_name(given, asked):
    """A child with one name is found by it"""
    given(registered("A", "Suharto"))
    asked(at="2025-10-01").found("Suharto", born=BORN).shows(child_found("A"))


def test_no_near_match(given, asked):
    """A near match is no match"""
    given(registered("A", "Ewa Pawłowska"))
    asked(at="2025-10-01").found("Pawlovska", born=BORN).shows_nothing()
    asked(at="2025-10-01").found("Pawlowska", born="2015-03-02").shows_nothing()
