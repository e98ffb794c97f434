"""The directory of services, and sharing agreements

Both are recorded, so that it can be told later what was so when. No answer rests on them yet.
"""

from tests.spec.example import entry, line, reached
from tests.spec.reference_words import service_listed, sharing_agreement_made
from tests.spec.words import address, address_changed, happened, involvement_started


def test_service_listed(given, asked):
    """A service of the directory works with nobody until it says so, and is not who works with the child

    The entry of an involvement of that name is reached by what its own organisation registered.
    """
    given(
        address_changed("A", on="2025-09-01", address=address("1 Example Row")),
        service_listed("play therapy", on="2025-09-01", contact="01632 960200", areas=["ZE9"]),
        involvement_started("A", "play therapy", on="2025-10-01", worker="W1"),
    )
    asked(at="2025-09-30").index("A").shows(line(involvements=""))
    asked(at="2025-10-01").index("A").shows(line(involvements="play therapy"))
    asked(at="2025-10-01").reach("A").shows(reached("play therapy", worker=None, team=None, duty_line=None))


def test_sharing_agreement(given, asked):
    """An agreement to share hides nothing and shows nothing

    Neither what is outside of it, nor of a shielded child what is within it.
    """
    given(
        involvement_started("A", "play therapy", on="2025-10-01", worker="W1"),
        happened("WasNotBrought", "A", on="2025-10-02", service="paediatrics"),
        happened("WasNotBrought", "B", on="2025-10-02", service="paediatrics"),
        happened("ShieldApplied", "B", on="2025-10-03"),
        sharing_agreement_made("early help", on="2025-09-01", parties=["la-808", "ods-*"], classes=["health"]),
    )
    for known_after in (4, 5):
        asked(at="2025-10-10", known_after=known_after).timeline("A").shows(
            entry("involvement play therapy", "2025-10-01..", "open", worker="la-808:W1"),
            entry("was_not_brought paediatrics", "2025-10-02..", "moment", provider="ods-Z9H"),
        )
        asked(at="2025-10-10", known_after=known_after).timeline("B").shows(
            entry("shield", "2025-10-03..", "open"),
        )
