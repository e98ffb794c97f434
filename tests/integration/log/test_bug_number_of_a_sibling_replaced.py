"""A school said that a pupil's number replaced one that it gives to another, and the two became one child."""

from typing import Any

import pytest

from tests.builders.asking import kept
from tests.builders.service import Bench
from tests.integration.log.test_link_pending import SCHOOL, admitted, is_one
from tests.spec.words import Happened, happened, identifier

BORN = "2015-03-01"


def replaced(new: str, former: str, **more: Any) -> Happened:
    """That the UPN of one child took the place of that of another."""
    return happened(
        "UpnReplaced", new, on="2025-10-06", by=SCHOOL, former=identifier(former, "upn")[1], known_by="upn", **more
    )


def outcomes(here: Bench, number: int, *told: Happened) -> list[tuple[str, str | None]]:
    found = here.record(*(one.wire(number + at) for at, one in enumerate(told)))
    here.projector.project()
    return [(one.outcome, one.reason) for one in found]


FAY = admitted("upn", "A", born=BORN, sex="F", name="Fay Twin")
KEPT, ACCEPTED = ("kept", "number_of_two_children"), ("accepted", None)


@pytest.mark.parametrize(
    "other",
    [
        admitted("upn", "B", born=BORN, sex="M", name="Guy Twin"),
        admitted("upn", "B", born=BORN, sex="F", name="Gil Twin"),
        admitted("upn", "B", born="2012-01-09", sex="male", name="Fay Twin"),
    ],
    ids=["forename and sex", "twins", "date of birth and sex"],
)
@pytest.mark.parametrize("at_once", [True, False])
def test_bug_of_two_children_whom_it_tells_apart(here: Bench, other: Happened, at_once: bool) -> None:
    if at_once:
        assert outcomes(here, 1, FAY, other, replaced("B", "A")) == [ACCEPTED, ACCEPTED, KEPT]
    else:
        assert outcomes(here, 1, FAY, other) == [ACCEPTED] * 2
        assert outcomes(here, 3, replaced("B", "A")) == [KEPT]
    assert not is_one(here, "A.upn", "B.upn")
    assert len(kept(here.service)) == 1


def test_of_one_child_it_is_taken_in(here: Bench) -> None:
    again = admitted("upn", "B", born=BORN, sex="F", name="Fay Twin")
    assert outcomes(here, 1, FAY, again, replaced("B", "A")) == [ACCEPTED] * 3
    assert is_one(here, "A.upn", "B.upn")


def test_a_person_may_send_it_on(here: Bench) -> None:
    other = admitted("upn", "B", born=BORN, sex="M", name="Guy Twin")
    assert outcomes(here, 1, FAY, other, replaced("B", "A")) == [ACCEPTED, ACCEPTED, KEPT]
    (waiting,) = here.connection.execute("SELECT id FROM log.aside WHERE state = 'waiting'").fetchone() or (None,)
    assert waiting is not None
    assert [one.outcome for one in here.recorder.redrive([waiting])] == ["accepted"]
