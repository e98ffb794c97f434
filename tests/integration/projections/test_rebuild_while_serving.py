"""A rebuild while events arrive and reads go on: no read fails or goes back, and nothing changes but the set that is read."""

import threading
from datetime import date
from pathlib import Path

import pytest

from adapters.log.messages import Message
from projections.view_sets import checksums
from tests.builders.asking import asking
from tests.builders.service import bench
from tools.simulator import Plan, simulate

PLAN = Plan("northmoor", 40, date(2025, 9, 1), date(2025, 11, 1), 11)


def _events() -> list[Message]:
    from adapters.codec import encode_wire

    return [Message(encode_wire(event)) for event in simulate(PLAN)]


@pytest.mark.parametrize(
    "database_url",
    ["embedded", pytest.param("system", marks=[pytest.mark.pg_system, pytest.mark.nightly])],
    indirect=True,
)
def test_reads_and_events_go_on_while_the_views_are_rebuilt(database_url: str, tmp_path: Path) -> None:
    here = bench(database_url, tmp_path, edition_size=100)
    messages = _events()
    half = len(messages) // 2
    for at in range(0, half, 200):
        here.recorder.record(messages[at : min(at + 200, half)])
    here.projector.project()
    editions: list[int] = []
    failures: list[BaseException] = []
    done = threading.Event()

    def read() -> None:
        try:
            while not done.is_set():
                with asking(here.service) as asked:
                    editions.append(asked.gaps(effective_at=date(2025, 10, 15))["edition"])
                    asked.families(effective_at=date(2025, 10, 15))
        except Exception as error:  # noqa: BLE001 - the test looks at what came
            failures.append(error)

    def publish() -> None:
        recorder, projector = here.service.recorder(), here.service.projector()
        try:
            for at in range(half, len(messages), 200):
                recorder.record(messages[at : at + 200])
                projector.project()
        except Exception as error:  # noqa: BLE001 - the test looks at what came
            failures.append(error)
        finally:
            recorder.close()
            projector.close()

    threads = [threading.Thread(target=read), threading.Thread(target=publish)]
    for thread in threads:
        thread.start()
    before = here.serving()
    view, _ = here.projector.rebuild()
    threads[1].join()
    done.set()
    threads[0].join()
    here.projector.project()
    assert not failures
    assert view != before
    assert here.serving() == view
    assert editions == sorted(editions)
    assert len(editions) > 1
    sums = checksums(here.connection, view)
    again, _ = here.projector.rebuild()
    assert checksums(here.connection, again) == sums
    here.close()
