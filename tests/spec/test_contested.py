"""Agencies that do not agree who a child is

The date of birth and the sex that were recorded last stand. Where others were told, by another agency or by the same one, and were
not taken back, the line says that they are contested: every one of them, with the agencies that tell it. It may be a slip, and it
may be another child's: nobody can say but the agencies.
"""

from tests.spec.example import line
from tests.spec.words import event_retracted, gp_registered, happened, pupil_admitted, referral_received

BORN, OTHER = "2015-03-01", "2015-03-10"


def registered(child="A", practice="Z90001", on="2015-03-20", **more):
    return gp_registered(child, practice=practice, on=on, **more)


def test_two_agencies(given, asked):
    """Two agencies tell two dates of birth; as known before, one of them did"""
    given(registered(born=BORN), referral_received("A", "youth work", on="2025-05-01", born=OTHER))
    asked(at="2025-11-01").index("A").shows(line(born=OTHER, contested="2015-03-01 (ods-Z90001); 2015-03-10 (la-808)"))
    asked(at="2025-11-01", known_after=1).index("A").shows(line(born=BORN, contested=""))


def test_one_agency(given, asked):
    """One agency tells it twice, in two ways: the last stands, and the first is still its word until it takes it back"""
    given(registered(born=BORN), registered(on="2024-01-08", born=OTHER))
    asked(at="2025-11-01").index("A").shows(
        line(born=OTHER, contested="2015-03-01 (ods-Z90001); 2015-03-10 (ods-Z90001)")
    )
    given(event_retracted("A", 1, recorded="2025-11-03", by="ods-Z90001"))
    asked(at="2025-11-03").index("A").shows(line(born=OTHER, contested=""))


def test_sex(given, asked):
    """The same of the sex; that it is not known, or written in another way, contests nothing"""
    given(
        registered(sex="F", born=BORN),
        referral_received("A", "youth work", on="2025-05-01", sex="M"),
        registered("B", sex="F", born=BORN),
        referral_received("B", "youth work", on="2025-05-01", sex="U"),
        happened("EarlyHelpStarted", "B", on="2025-06-02", by="la-358", sex="Female"),
    )
    asked(at="2025-11-01").index("A").shows(line(sex="M", contested="F (ods-Z90001); M (la-808)"))
    asked(at="2025-11-01").index("B").shows(line(contested=""))


def test_all_who_agree(given, asked):
    """Who agrees is named beside whom; of one word of all nothing is said"""
    given(
        registered(born=BORN),
        happened("EarlyHelpStarted", "A", on="2025-01-06", born=BORN),
        registered(practice="Z90002", on="2025-02-03", born=OTHER),
        registered("B", born=BORN),
        happened("EarlyHelpStarted", "B", on="2025-01-06", born=BORN),
    )
    asked(at="2025-11-01").index("A").shows(line(contested="2015-03-01 (la-808, ods-Z90001); 2015-03-10 (ods-Z90002)"))
    asked(at="2025-11-01").index("B").shows(line(contested=""))


def test_under_several_numbers(given, asked):
    """What was told under any number of the child counts"""
    given(
        pupil_admitted("A", school="900001", on="2019-09-02", known_by=["upn", "nhs"], born=BORN, sex="F"),
        registered(on="2020-01-06", born=BORN, sex="M"),
    )
    asked(at="2025-11-01").index("A.upn").shows(line(sex="M", contested="F (urn-900001); M (ods-Z90001)"))


def test_disputed(given, asked):
    """Not what was told by an event of which it is disputed whom it is about"""
    given(
        registered(born=BORN),
        pupil_admitted("A", school="900001", on="2019-09-02", known_by="upn", born=OTHER),
        happened("EarlyHelpStarted", "A", on="2025-01-06", known_by=["nhs", "upn"], born=BORN, sex="M"),
        registered(on="2025-02-03", sex="F"),
    )
    asked(at="2025-11-01").index("A.nhs").shows(line(born=BORN, contested=""))


def test_shielded(given, asked):
    """Of a shielded child no school and no practice is named"""
    given(
        registered(born=BORN),
        referral_received("A", "youth work", on="2025-05-01", born=OTHER),
        happened("ShieldApplied", "A", on="2025-05-02"),
    )
    asked(at="2025-11-01").index("A").shows(line(born=OTHER, contested="2015-03-01 (not said); 2015-03-10 (la-808)"))


def test_in_confidence(given, asked):
    """Nothing that a sensitive service tells, which is not named beside a name either"""
    given(
        registered(born=BORN, sex="F"),
        happened("SupportStarted", "A", on="2025-05-01", by="org-example", born=OTHER, sex="M", name="Addie Example"),
        registered(on="2025-06-02", name="Ada Example"),
    )
    asked(at="2025-11-01").index("A").shows(line(born=BORN, contested="", other_names="Addie Example ()"))
