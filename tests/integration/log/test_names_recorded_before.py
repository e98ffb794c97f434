"""Names that were recorded when a letter with a stroke was compared as itself: they are found as before, and the log holds."""

from datetime import date

from adapters.log.keys.hashes import Hashes
from domain.dates import to_day
from domain.names import fold_name_before
from tests.builders.asking import asking
from tests.builders.service import KEYS, Bench
from tests.builders.stream import event, upn
from tools.verify_log import verify

BORN = date(2014, 5, 9)


def found(here: Bench, family: str) -> int:
    with asking(here.service) as asked:
        return len(asked.find(family=family, born=BORN, effective_at=date(2026, 5, 30))["children"])


def test_they_are_found_by_the_spelling_that_was_recorded(here: Bench) -> None:
    person = {"names": [{"given": ["Ewa"], "family": "Pawłowska"}], "date_of_birth": BORN.isoformat()}
    here.record(
        event("PupilAdmitted", "e1", "urn-900001", {"upn": upn(1)}, "2021-09-01", school="900001", person=person)
    )
    then = Hashes(KEYS, fold_name_before).named("Pawłowska", to_day(BORN))
    here.connection.execute("UPDATE log.fact SET named = ARRAY[encode(%s, 'hex')::uuid]", [then])
    here.projector.project()
    assert (found(here, "pawłowska"), found(here, "Pawlowska")) == (1, 0)
    assert verify(here.connection, KEYS).holds
    other = Hashes(KEYS).named("Sample", to_day(BORN))
    here.connection.execute("UPDATE log.fact SET named = ARRAY[encode(%s, 'hex')::uuid]", [other])
    assert not verify(here.connection, KEYS).holds
