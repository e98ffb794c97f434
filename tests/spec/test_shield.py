"""Shields

While a child is shielded its whereabouts are not shown: no address, no school, no practice, nothing that tells where it
may be met. Who it is, who leads and who works with it stays. A shield counts from when it is known, and over every
record that is, or is said to be, the same child; what was known then is looked at as strictly as what is known now. Who
lives with a shielded child is shown as it is.
"""

from tests.spec.example import entry, line, one_child
from tests.spec.words import (
    address,
    address_changed,
    event_corrected,
    event_retracted,
    gp_registered,
    happened,
    involvement_started,
    pupil_admitted,
)

BORN = "2015-03-01"


def test_whereabouts_are_not_shown(given, asked):
    """Whereabouts are not shown; who works with the child is"""
    given(
        address_changed("A", on="2025-09-01", address=address("1 Example Row")),
        pupil_admitted("A", school="900001", on="2025-09-01", known_by="nhs"),
        gp_registered("A", practice="Z90001", on="2025-09-01"),
        happened("YouthJusticeStarted", "A", on="2025-09-10", worker="W1"),
        happened("ShieldApplied", "A", on="2025-10-01"),
    )
    asked(at="2025-10-02").index("A").shows(line(address=None, school="", gp="", involvements="youth justice"))
    asked(at="2025-10-02").timeline("A").shows(
        entry("youth_justice", "2025-09-10..", "open", worker="la-808:W1"), entry("shield", "2025-10-01..", "open")
    )


def test_who_tells_of_a_place_is_not_named(given, asked):
    """A school or a practice that works with the child is not named; an authority is"""
    given(
        happened(
            "InvolvementStarted", "A", on="2025-09-01", by="urn-900001", service="mentoring", provision="additional"
        ),
        happened("EarlyHelpStarted", "A", on="2025-09-01", worker="W1"),
        happened("SupportStarted", "A", on="2025-09-01", by="ods-Z9H"),
        happened("ShieldApplied", "A", on="2025-10-01"),
    )
    asked(at="2025-10-02").timeline("A").shows(
        entry("involvement mentoring", "2025-09-01..", "open", provider=None, worker=None),
        entry("early_help", "2025-09-01..", "open", provider="la-808", worker="la-808:W1"),
        entry("shield", "2025-10-01..", "open"),
    )


def test_as_known_before_the_shield(given, asked):
    """What was known before the shield is not shown either"""
    given(
        pupil_admitted("A", school="900001", on="2025-09-01", known_by="nhs"),
        happened("ShieldApplied", "A", on="2025-10-01"),
    )
    asked(at="2025-09-15", known_after=1).timeline("A").shows_nothing()


def test_lifted(given, asked):
    """A shield that was lifted hides nothing any more, except as known while it held"""
    given(
        pupil_admitted("A", school="900001", on="2025-09-01", known_by="nhs"),
        happened("ShieldApplied", "A", on="2025-10-01"),
        happened("ShieldLifted", "A", on="2026-01-10"),
    )
    asked(at="2026-02-01").timeline("A").shows(
        entry("enrolment 900001", "2025-09-01..", "open"), entry("shield", "2025-10-01..2026-01-10", "ended")
    )
    asked(at="2026-02-01", known_after=2).timeline("A").shows(entry("shield", "2025-10-01..", "open"))


def test_review_keeps_it(given, asked):
    """A review alone says that there is a shield"""
    given(
        pupil_admitted("A", school="900001", on="2025-09-01", known_by="nhs"),
        happened("ShieldReviewed", "A", on="2026-01-10"),
    )
    asked(at="2026-02-01").timeline("A").shows(
        entry("shield", "..", "unknown: confirmed_without_start", confirmed="2026-01-10")
    )


def test_applied_in_error(given, asked):
    """A shield that was entered in error and retracted hides nothing"""
    given(
        pupil_admitted("A", school="900001", on="2025-09-01", known_by="nhs"),
        happened("ShieldApplied", "A", on="2025-10-01"),
        event_retracted("A", 2, recorded="2025-10-02"),
    )
    asked(at="2025-11-01").timeline("A").shows(entry("enrolment 900001", "2025-09-01..", "open"))


def test_lift_taken_back(given, asked):
    """A lift that was entered in error and retracted lifts nothing"""
    given(
        pupil_admitted("A", school="900001", on="2025-09-01", known_by="nhs"),
        happened("ShieldApplied", "A", on="2025-10-01"),
        happened("ShieldLifted", "A", on="2025-11-01"),
        event_retracted("A", 3, recorded="2025-11-02"),
    )
    asked(at="2025-12-01").timeline("A").shows(entry("shield", "2025-10-01..", "open"))


def test_only_who_applied_it_can_lift_it(given, asked):
    """Another organisation's lift lifts nothing"""
    given(
        pupil_admitted("A", school="900001", on="2025-09-01", known_by="nhs"),
        happened("ShieldApplied", "A", on="2025-10-01"),
        happened("ShieldLifted", "A", on="2025-11-01", by="org-example"),
    )
    asked(at="2025-12-01").timeline("A").shows(
        entry("shield", "2025-10-01..", "open"), entry("shield", "..2025-11-01", "unknown: end_without_start")
    )


def test_one_of_two_is_lifted(given, asked):
    """Of two shields each is lifted by itself"""
    given(
        pupil_admitted("A", school="900001", on="2025-09-01", known_by="nhs"),
        happened("ShieldApplied", "A", on="2025-10-01", reference="S1"),
        happened("ShieldApplied", "A", on="2025-10-15", reference="S2"),
        happened("ShieldLifted", "A", on="2025-11-01", reference="S2"),
    )
    asked(at="2025-12-01").timeline("A").shows(
        entry("shield", "2025-10-01..", "open"), entry("shield", "2025-10-15..2025-11-01", "ended")
    )


def test_reopened(given, asked):
    """A shield whose end was corrected away holds"""
    given(
        pupil_admitted("A", school="900001", on="2025-09-01", known_by="nhs"),
        happened("ShieldApplied", "A", on="2025-10-01", until="2025-10-20"),
        event_corrected("A", 2, recorded="2025-10-25", reopens=True),
    )
    asked(at="2025-12-01", known_after=2).timeline("A").shows(entry("shield", "2025-10-01..2025-10-20", "ended"))
    asked(at="2025-12-01").timeline("A").shows(entry("shield", "2025-10-01..", "open"))


def test_over_disputed_links(given, asked):
    """A shield covers a record that is only said to be the same child

    The school sends an NHS number with another date of birth: nothing is joined, and nothing of the school is shown.
    """
    given(
        gp_registered("A", practice="Z90001", on="2015-03-20", born=BORN),
        happened("ShieldApplied", "A", on="2025-09-15"),
        pupil_admitted("A", school="900001", on="2025-09-01", known_by=["upn", "nhs"], born="2016-01-09"),
    )
    asked(at="2025-10-01").timeline("A.upn").shows_nothing()
    asked(at="2025-10-01").timeline("A.nhs").shows(entry("shield", "2025-09-15..", "open"))


def test_over_disputed_links_with_another_number(given, asked):
    """It covers one that is said to be the same child by another number than the shield stands under

    The shield stands under the children's services' own number. A second NHS number comes beside the school's, with another
    date of birth, so that it is disputed.
    """
    given(
        happened("ShieldApplied", "A", on="2025-09-15", known_by="agency", born=BORN),
        happened("ChildInNeedStarted", "A", on="2025-09-15", known_by=["agency", "upn"], born=BORN),
        pupil_admitted("A", school="900001", on="2025-09-01", known_by="upn", born=BORN),
        gp_registered("A", practice="Z90001", on="2025-09-01", known_by="nhs2", born="2016-01-09"),
        involvement_started("A", "mentoring", on="2025-09-20", known_by=["nhs2", "upn"], born="2016-01-09"),
    )
    asked(at="2025-10-01").children().shows(
        one_child("A.agency, A.upn", disputed="yes"), one_child("A.nhs2", disputed="yes")
    )
    asked(at="2025-10-01").index("A.nhs2").shows(line(gp=""))


AT_HOME = address("1 Example Row", uprn="100000000001")
ELSEWHERE = address("2 Other Street", postcode="ZE8 1AA", uprn="100000000002")


def of_a_sister(home):
    """A brother who is shielded, and a sister at a home, at school and with a practice."""
    return [
        address_changed("A", on="2025-09-01", address=AT_HOME),
        happened("ShieldApplied", "A", on="2025-09-15"),
        address_changed("B", on="2025-09-01", address=home),
        pupil_admitted("B", school="900001", on="2025-09-01", known_by="nhs"),
        happened("YouthJusticeStarted", "B", on="2025-09-10", worker="W1"),
    ]


def test_a_sister_at_the_same_home(given, asked):
    """Of a sister, or whoever else lives where a shielded child does, no whereabouts are shown either

    Her home is his, and whoever waits at her school can follow her there.
    """
    given(of_a_sister(AT_HOME))
    asked(at="2025-10-01").index("B").shows(line(address=None, school="", involvements="youth justice"))
    asked(at="2025-10-01").timeline("B").shows(entry("youth_justice", "2025-09-10..", "open", worker="la-808:W1"))


def test_a_sister_elsewhere(given, asked):
    """One who lives elsewhere is shown as she is"""
    given(of_a_sister(ELSEWHERE))
    asked(at="2025-10-01").index("B").shows(line(address="2 Other Street", school="900001"))


def test_one_home_told_in_two_ways(given, asked):
    """It is one home where one sender leaves out its number"""
    given(of_a_sister(address("1 example row", postcode="ZE91AA")))
    asked(at="2025-10-01").index("B").shows(line(address=None, school=""))


def test_at_a_refuge(given, asked):
    """Of all who live at a refuge with a shielded child no whereabouts are shown"""
    refuge = address("Safe House", postcode="ZE7 1AA", residence="refuge")
    given(of_a_sister(refuge), address_changed("A", on="2025-10-05", address=refuge, recorded="2027-01-04"))
    asked(at="2025-10-01").index("B").shows(line(address=None, school=""))
    asked(at="2025-10-06").index("B").shows(line(address=None, school=""))


def test_no_fixed_abode_is_no_home(given, asked):
    """Who has no fixed abode lives with nobody"""
    nowhere = address("No fixed abode", postcode="ZZ99 3VZ")
    given(of_a_sister(nowhere), address_changed("A", on="2025-09-20", address=nowhere))
    asked(at="2025-10-01").index("B").shows(line(school="900001"))


def test_a_sister_who_moved_away(given, asked):
    """One who moves away is shown as she is from that day, and as of the days before she is not

    As known before she moved she is not shown either, on any day: what is known now says where he still lives.
    """
    given(
        of_a_sister(AT_HOME),
        address_changed("B", on="2025-11-01", address=ELSEWHERE, recorded="2027-01-04"),
    )
    asked(at="2025-11-01").index("B").shows(line(address="2 Other Street", school="900001"))
    asked(at="2025-10-31").index("B").shows(line(address=None, school=""))
    asked(at="2025-11-01", known_after=5).index("B").shows(line(address=None, school=""))


def test_a_sister_whose_brother_joins_her(given, asked):
    """From the day on which it is known that he joined her she is shown no more, as of the days before neither"""
    given(of_a_sister(ELSEWHERE), address_changed("A", on="2025-11-01", address=ELSEWHERE, recorded="2027-01-04"))
    asked(at="2025-10-01").index("B").shows(line(address=None, school=""))
    asked(at="2025-10-01", known_after=5).index("B").shows(line(address=None, school=""))


def test_a_shield_that_was_lifted_hides_no_sister(given, asked):
    """When his shield is lifted she is shown again"""
    given(of_a_sister(AT_HOME), happened("ShieldLifted", "A", on="2026-01-10"))
    asked(at="2026-02-01").index("B").shows(line(address="1 Example Row", school="900001"))
