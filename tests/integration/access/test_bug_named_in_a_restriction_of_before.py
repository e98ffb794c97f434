"""Whom a restriction named that was lifted since escaped the one that stands, by asking as known before (access.md 2, then and now)."""

from datetime import date

from adapters.questions.door import Door
from domain.questions.about import ShowChild
from tests.builders.service import Bench
from tests.builders.viewers import person, saying_why
from tests.spec import words
from tests.spec.words import Happened, happened

DAY = date(2025, 12, 1)


def said(event_type: str, of: str, on: str, **more: str) -> Happened:
    return happened(
        event_type, "Ada", on=on, agency="la-808", worker={"organisation": "la-808", "staff_id": of}, **more
    )


def test_a_restriction_that_stands_holds_for_what_was_known_before_it(any_emptied_bench: Bench) -> None:
    here = any_emptied_bench
    here.record(
        happened("EarlyHelpStarted", "Ada", on="2025-09-01", worker="W3").wire(0),
        said("AccessRestricted", "W2", "2025-10-01", reason="adoption").wire(1),
    )
    here.projector.project()
    (before,) = here.connection.execute("SELECT position FROM log.head").fetchone() or (0,)
    here.record(
        said("AccessRestrictionLifted", "W2", "2025-10-10").wire(2),
        said("AccessRestricted", "W3", "2025-10-11", reason="adoption").wire(3),
    )
    here.projector.project()
    asked = ShowChild(identifier=":".join(words.identifier("Ada", "nhs")), effective_at=DAY, known_at=str(before))
    assert Door(here.service).answer(asked, saying_why(person(here, "la-808:W2"))) is None
    assert Door(here.service).answer(asked, person(here, "la-808:W3")) is None  # nobody had named them then
