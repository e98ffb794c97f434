"""A child with one name, sent as a given name beside an empty family name, had no name and was found by the empty one."""

from datetime import date

from tests.builders.asking import asking
from tests.builders.service import Bench
from tests.builders.stream import event, upn


def test_the_one_name_is_the_name(here: Bench) -> None:
    names = [{"given": ["Suharto"], "family": ""}, {"given": [], "family": ""}]
    person = {"names": names, "date_of_birth": "2014-05-09", "sex": "M"}
    told = event("PupilAdmitted", "e1", "urn-900001", {"upn": upn(1)}, "2021-09-01", school="900001", person=person)
    [outcome] = here.record(told)
    assert (outcome.outcome, list(outcome.set_aside)) == (
        "accepted",
        [("missing_field", "subject.person.names[1].family")],
    )
    here.projector.project()
    with asking(here.service) as asked:
        found = asked.child(identifier=f"upn:{upn(1)}", effective_at=date(2026, 5, 30))
        by_name = asked.find(family="suharto", born=date(2014, 5, 9), effective_at=date(2026, 5, 30))
        by_nothing = asked.find(family="", born=date(2014, 5, 9), effective_at=date(2026, 5, 30))
    assert "Suharto" in str(found)
    assert (len(by_name["children"]), by_nothing["children"]) == (1, [])
