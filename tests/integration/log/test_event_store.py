"""The library's own base test cases, run against our recorder; and the record as its aggregate."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from eventsourcing.application import AggregateNotFoundError, Repository
from eventsourcing.persistence import ApplicationRecorder
from eventsourcing.tests.persistence import ApplicationRecorderTestCase, NonInterleavingNotificationIDsBaseCase

from adapters.log.connections import connect
from adapters.log.event_store import LogRecorder, event_store
from adapters.log.reader import LogReader
from domain.timeline.child_record import project
from domain.timeline.pairing import entries
from tests.builders.service import KEYS, Bench, bench
from tests.generative.histories import _identifiers, _instant

CASES = [
    (ApplicationRecorderTestCase, "test_insert_select"),
    (ApplicationRecorderTestCase, "test_concurrent_no_conflicts"),
    (NonInterleavingNotificationIDsBaseCase, "test"),
]
AT_NIGHT = [pytest.mark.pg_system, pytest.mark.nightly]
ON_15_TOO = {"test_insert_select": [pytest.mark.pg_system]}  # the others, with their many threads, last long


@pytest.mark.parametrize(
    ("database_url", "case", "name"),
    [
        *(("embedded", *case) for case in CASES),
        *(pytest.param("system", *case, marks=ON_15_TOO.get(case[1], AT_NIGHT)) for case in CASES),
    ],
    indirect=["database_url"],
)
def test_library_case(case: Any, name: str, database_url: str) -> None:
    class Ours(case):  # type: ignore[misc]
        originator_id_type = UUID

        def create_recorder(self) -> ApplicationRecorder:
            return LogRecorder(lambda: connect(database_url), KEYS)

        def new_originator_id(self) -> UUID:
            from uuid import uuid4

            return uuid4()

        def runTest(self) -> None:  # noqa: N802 - unittest's own name
            getattr(self, name)()

    Ours("runTest").debug()


@pytest.fixture
def here(any_database_url: str, tmp_path: Path) -> Iterator[Bench]:
    made = bench(any_database_url, tmp_path)
    yield made
    made.close()


def _involvement(event_id: str, event_type: str, day: str, **own: Any) -> dict[str, Any]:
    return {
        "event_type": event_type, "event_id": event_id,
        "source": {"organisation": "la-808", "system": "s", "source_record_id": None, "source_version": None}, "mode": "live",
        "recorded_at": _instant(1), "subject": {"identifiers": _identifiers(0, ("agency",)), "person": None, "nhs_number_status": None}, "others": [],
        "effective": {"from": day, "to": None}, "reference": None, "target": None, "basis": "public_task", "service": "social work", **own,
    }  # fmt: skip


def test_a_record_is_rebuilt_by_the_library_and_its_fold_is_the_reference_timeline(here: Bench) -> None:
    here.record(
        _involvement(
            "1", "InvolvementStarted", "2025-09-01", provision="additional", team=None, worker=None, role=None
        ),
        _involvement("2", "InvolvementEnded", "2025-10-01", reason="completed"),
    )
    events = here.events()
    repository: Repository[UUID] = Repository(
        event_store(LogRecorder(here.service.connect, KEYS), LogReader(here.connection, KEYS))
    )
    record = repository.get(events[0].record, projector_func=project)
    assert record.timeline() == entries(events)
    assert record.version == 2
    as_it_was = repository.get(events[0].record, version=1, projector_func=project)
    assert [entry.end for entry in as_it_was.timeline()] == [None]


def test_an_unknown_record_is_not_found(here: Bench) -> None:
    repository: Repository[UUID] = Repository(
        event_store(LogRecorder(here.service.connect, KEYS), LogReader(here.connection, KEYS))
    )
    with pytest.raises(AggregateNotFoundError):
        repository.get(UUID(int=1), projector_func=project)
