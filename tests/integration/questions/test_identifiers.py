"""How each number of a child stands: in use, replaced by another, or inactive."""

from datetime import date

import pytest

from tests.builders.asking import asking
from tests.builders.service import Bench
from tests.builders.stream import event, upn
from tests.integration.log.test_feedback import SCHOOL

ON = date(2025, 12, 1)
PRACTICE = "ods-Z90001"


@pytest.fixture
def here(any_emptied_bench: Bench) -> Bench:
    return any_emptied_bench


def standing(here: Bench, identifier: str) -> list[tuple[str, str]]:
    here.projector.project()
    with asking(here.service) as asked:
        told = asked.timeline(identifier=identifier, effective_at=ON)
    assert told is not None
    return sorted((one["scheme"], one["status"]) for one in told["identifiers"])


def test_a_replaced_upn_is_superseded(here: Bench) -> None:
    here.record(
        event("UpnReplaced", "r-1", SCHOOL, {"upn": upn(2)}, "2025-09-01", former=upn(1), reason="former_temporary")
    )
    assert standing(here, f"upn:{upn(2)}") == [("upn", "live"), ("upn", "superseded")]


def test_an_nhs_number_is_inactive_until_that_is_taken_back(here: Bench) -> None:
    number = "9990000107"
    here.record(event("NhsNumberInactive", "i-1", PRACTICE, {"nhs": number}, "2025-09-01"))
    assert standing(here, f"nhs:{number}") == [("nhs", "inactive")]
    target = {"event_id": "i-1", "source_record_id": None, "reason": "entered_in_error"}
    here.record(event("EventRetracted", "x-1", PRACTICE, {"nhs": number}, "2025-09-01", target=target))
    assert standing(here, f"nhs:{number}") == [("nhs", "live")]
