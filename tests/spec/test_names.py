"""Finding a child by name

A child is found by a family name and the date of birth. A name is compared as people type it: case, accents, spaces,
hyphens and apostrophes count for nothing, and a letter that a keyboard has not is written as its plain one. After that it
must be the same name: a near match finds nobody.
"""

from tests.spec.example import child_found, line
from tests.spec.words import early_help_started, event_retracted, gp_registered, happened, pupil_admitted

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


def test_all_names(given, asked):
    """All names are shown and searched, each with whose it is

    The name recorded last stands; a former one, and what another agency calls the child, stand beside it.
    """
    given(
        registered("A", "Ada Example"),
        pupil_admitted("A", school="900001", on="2019-09-02", born=BORN, name="Ada Sample", known_by=["upn", "nhs"]),
        registered("A", "Ada Other", former="Ada Elder", recorded="2024-01-08"),
    )
    asked(at="2025-10-01").index("A").shows(
        line(
            name="Ada Other",
            other_names="Ada Elder (ods-Z90001); Ada Example (ods-Z90001); Ada Sample (urn-900001)",
        )
    )
    asked(at="2025-10-01", known_after=1).index("A").shows(line(name="Ada Example", other_names=""))
    for family in ("Example", "Sample", "Other", "Elder"):
        asked(at="2025-10-01").found(family, born=BORN).shows(child_found("A"))


def test_a_name_told_by_several(given, asked):
    """A name that several agencies tell is one name"""
    given(
        registered("A", "Ada Example"),
        pupil_admitted("A", school="900001", on="2019-09-02", born=BORN, name="Ada Example", known_by=["upn", "nhs"]),
        early_help_started("A", on="2025-09-01", born=BORN, name="Ada Sample"),
    )
    asked(at="2025-10-01").index("A").shows(line(name="Ada Sample", other_names="Ada Example (ods-Z90001, urn-900001)"))


def test_a_name_taken_back(given, asked):
    """A name that was told in error goes with its event"""
    given(
        registered("A", "Ada Example"),
        early_help_started("A", on="2025-09-01", born=BORN, name="Ada Sample"),
        event_retracted("A", 2, recorded="2025-09-08"),
    )
    asked(at="2025-10-01").index("A").shows(line(name="Ada Example", other_names=""))
    asked(at="2025-10-01").found("Sample", born=BORN).shows_nothing()


def test_shielded(given, asked):
    """Of a shielded child nothing says which school or practice a name is from"""
    given(
        registered("A", "Ada Example"),
        early_help_started("A", on="2025-09-01", born=BORN, name="Ada Sample"),
        early_help_started("A", on="2025-09-02", born=BORN, name="Ada Other"),
        happened("ShieldApplied", "A", on="2025-09-08", source_record="S1"),
    )
    asked(at="2025-10-01").index("A").shows(
        line(name="Ada Other", other_names="Ada Example (not said); Ada Sample (la-808)")
    )


def test_no_name(given, asked):
    """A child without a name still has its sex and its date of birth

    So does one whose name another agency tells, without its sex.
    """
    given(
        happened("ChildInNeedStarted", "A", on="2025-09-01", born=BORN, sex="F", name="", known_by="agency"),
        registered("B", "Bea Sample", sex="F"),
        early_help_started("B", on="2025-09-08", born=BORN, name="Bea Sample"),
    )
    asked(at="2025-10-01").index("A").shows(line(name=None, sex="F", born=BORN, alive="yes"))
    asked(at="2025-10-01").index("B").shows(line(name="Bea Sample", sex="F", born=BORN))
