"""Topics of publishers on a real broker: whose an event is, new topics while it runs, many of them, and a file that is wrong."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from adapters.codec import encode_wire
from adapters.commands.quarantine import Quarantine
from adapters.intake.kafka.consumer import Consumer
from adapters.intake.kafka.status import PUBLISHERS_NOT_READ
from adapters.intake.kafka.topics import SHARED_TOPICS, topic_for
from adapters.process.logs import configure_logs
from adapters.service.opened import Service
from domain.errors import IcrError
from tests.builders.nightly import by_night
from tests.builders.process import icr, wait_for
from tests.builders.stream import counted, mark, publish, recorded, service_of
from tests.servers.plugin import Stack

pytestmark = pytest.mark.kafka_real
MIS, OTHER = "northmoor-mis", "other-mis"


def table(name: str, organisations: Sequence[str], sectors: Sequence[str] = ("education",)) -> str:
    """A publisher's table in the file."""
    return (
        f'[[publishers]]\nname = "{name}"\nprincipal = "User:{name}"\n'
        f"sectors = {json.dumps(list(sectors))}\norganisations = {json.dumps(list(organisations))}\n"
    )


def write(file: Path, *tables: str) -> Path:
    """The file of publishers, put in the place of the one before."""
    made = file.with_suffix(".new")
    made.write_text("\n".join(tables))
    return made.replace(file)


@pytest.fixture
def file(real_stack: Stack) -> Path:
    """Two publishers, each of one school."""
    return write(real_stack.data_dir / "publishers.toml", table(MIS, ["urn-900001"]), table(OTHER, ["urn-900002"]))


@pytest.fixture
def service(real_stack: Stack, file: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """The service without shared topics, which looks for new ones more often than it does elsewhere."""
    monkeypatch.setattr("adapters.intake.kafka.subscribing.TOPICS_EVERY", 0.3)
    monkeypatch.setattr("adapters.intake.kafka.reading.METADATA_MS", 500)
    monkeypatch.setattr("adapters.process.watched_file.LOOK_SECONDS", 0.1)
    with service_of(real_stack, publishers_file=file, shared_topics=False) as made:
        yield made


def make(stack: Stack, *publishers: str) -> None:
    """The topics of some publishers."""
    assert stack.real_kafka is not None
    stack.real_kafka.create_topics(
        [topic_for("education", mode, one) for one in publishers for mode in (None, "backfill")], partitions=1
    )


def send(stack: Stack, publisher: str | None, *events: dict[str, Any]) -> None:
    """Put events on a publisher's topic, or on the shared one."""
    publish(
        stack.bootstrap_servers, [(topic_for("education", None, publisher), b"k", encode_wire(one)) for one in events]
    )


@contextmanager
def consuming(service: Service) -> Iterator[Consumer]:
    """A consumer in a thread."""
    done, consumer = threading.Event(), Consumer(service)
    thread = threading.Thread(target=consumer.run, args=(done.is_set,))
    thread.start()
    try:
        yield consumer
    finally:
        done.set()
        thread.join()


def drain(service: Service, enough: Callable[[Consumer], bool] = lambda one: one.caught_up) -> Any:
    """Consume until everything there is is recorded; the counts."""
    consumer, end = Consumer(service), time.monotonic() + 60
    return consumer.run(lambda: enough(consumer) or time.monotonic() > end).counts


def test_an_event_is_its_publishers_or_kept(real_stack: Stack, service: Service) -> None:
    make(real_stack, MIS, OTHER)
    send(real_stack, MIS, mark(1), mark(2, organisation="urn-900002"), mark(3, organisation="urn-900003"))
    send(real_stack, OTHER, mark(2, organisation="urn-900002"))
    counts = drain(service)
    assert (counts.accepted, counts.kept, counts.reasons) == (2, 2, {"wrong_organisation": 2})
    with service.connect() as connection:
        rows = connection.execute("SELECT DISTINCT organisation, sender, sector, key FROM log.aside").fetchall()
    assert rows == [("urn-900001", f"publisher:{MIS}", "education", None)], "it counts as its publisher's own"
    again = Quarantine(service).redrive(None, "wrong_organisation")
    assert (again.accepted, again.kept) == (0, 2)


def test_what_was_kept_is_recorded_once_its_organisation_is_the_publishers(
    real_stack: Stack, service: Service, file: Path
) -> None:
    make(real_stack, MIS)
    send(real_stack, MIS, mark(1, organisation="urn-900003"))
    assert drain(service).kept == 1
    write(file, table(MIS, ["urn-900001", "urn-900003"]))
    assert Quarantine(service).redrive(None, "wrong_organisation").accepted == 1


def test_a_sector_that_is_not_the_topics_is_kept(real_stack: Stack, service: Service) -> None:
    make(real_stack, MIS)
    housed = {**mark(1), "event_type": "TenancyStarted"}
    send(real_stack, MIS)
    publish(real_stack.bootstrap_servers, [(topic_for("education", None, MIS), b"k", json.dumps(housed).encode())])
    assert drain(service).kept == 1


def test_shared_topics_are_read_only_where_they_are_on(
    real_stack: Stack, service: Service, file: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    configure_logs("warning")
    make(real_stack, MIS, "nobodys")
    send(real_stack, None, mark(1))
    send(real_stack, MIS, mark(2))
    assert drain(service).accepted == 1
    with service_of(real_stack, publishers_file=file, shared_topics=True) as sharing:
        assert drain(sharing).accepted == 1
    said = [json.loads(line) for line in capfd.readouterr().err.splitlines() if line.startswith("{")]
    told = [(one["event"], one.get("topic") or one.get("count")) for one in said if one["event"].endswith("_not_read")]
    nobodys = [("topic_not_read", f"icr.education{lane}.v1.nobodys") for lane in (".backfill", "")]
    assert told == [("shared_topics_not_read", len(SHARED_TOPICS)), *nobodys, *nobodys]


def test_a_topic_of_nobody_waits_until_it_is_somebodys(real_stack: Stack, service: Service, file: Path) -> None:
    make(real_stack, MIS, "later")
    send(real_stack, MIS, mark(1))
    send(real_stack, "later", mark(2, organisation="urn-900005"))
    with consuming(service) as consumer:
        wait_for(lambda: consumer.status.counts.accepted == 1)
        write(file, table(MIS, ["urn-900001"]), table("later", ["urn-900005"]))
        wait_for(lambda: consumer.status.counts.accepted == 2, seconds=40)
    assert counted(real_stack)["aside"] == 0


def test_a_new_topic_is_found_while_it_runs(real_stack: Stack, service: Service, file: Path) -> None:
    with consuming(service) as consumer:
        wait_for(lambda: consumer.caught_up)  # there is nothing yet
        make(real_stack, MIS)
        send(real_stack, MIS, mark(1))
        began = time.monotonic()
        wait_for(lambda: consumer.status.counts.accepted == 1, seconds=40)
        assert time.monotonic() - began < 30
        make(real_stack, OTHER)
        send(real_stack, OTHER, mark(2, organisation="urn-900002"))
        wait_for(lambda: consumer.status.counts.accepted == 2, seconds=40)
        # And whoever is taken out is read no more.
        write(file, table(OTHER, ["urn-900002"]))
        wait_for(
            lambda: (
                {one.topic for one in consumer.partitions.recorded}
                == {topic_for("education", m, OTHER) for m in (None, "backfill")}
            ),
            seconds=40,
        )
        send(real_stack, MIS, mark(3))
        send(real_stack, OTHER, mark(4, organisation="urn-900002"))
        wait_for(lambda: consumer.status.counts.accepted == 3, seconds=40)
        assert not consumer.status.wrong
    assert recorded(real_stack) == 3


def test_while_the_file_is_wrong_nothing_is_read(real_stack: Stack, service: Service, file: Path) -> None:
    make(real_stack, MIS)
    with consuming(service) as consumer:
        send(real_stack, MIS, mark(1))
        wait_for(lambda: consumer.status.counts.accepted == 1, seconds=40)
        file.write_text("[[publishers]\nname = 7")
        wait_for(lambda: PUBLISHERS_NOT_READ in consumer.status.wrong, seconds=40)
        send(real_stack, MIS, mark(2))
        time.sleep(1)
        assert consumer.status.counts.read == 1
        write(file, table(MIS, ["urn-900001"]))
        wait_for(lambda: consumer.status.counts.accepted == 2, seconds=40)
        assert not consumer.status.wrong


def test_two_consumers_share_topics_of_one_partition_each(real_stack: Stack, service: Service) -> None:
    make(real_stack, MIS, OTHER)
    with consuming(service) as first, consuming(service) as second:
        wait_for(lambda: len(first.partitions.recorded) == len(second.partitions.recorded) == 2, seconds=40)


def test_on_a_kafka_that_asks_nobody_no_topic_is_anybodys(real_stack: Stack, file: Path) -> None:
    environment = real_stack.environment | {"ICR_PUBLISHERS_FILE": str(file)}
    done = icr("topics", "grant", "--reader", "User:icr", environment=environment)
    assert done.returncode == IcrError.exit_code
    assert "asks nobody what they may do" in done.stderr
    assert real_stack.real_kafka is not None
    assert not any(MIS in topic for topic in real_stack.real_kafka.topics()), "nothing was made"


@pytest.mark.parametrize("many", [100, by_night(1000)])
def test_many_topics_take_little_memory_and_time(real_stack: Stack, file: Path, many: int) -> None:
    """A publisher each, with a topic for live events and one for backfill; an event on each, then one more that is new."""
    names = [f"school-{number}" for number in range(many)]
    write(file, *(table(name, [f"urn-{910000 + number}"]) for number, name in enumerate(names)))
    make(real_stack, *names)
    for number, name in enumerate(names):
        if number % 10 == 0:
            send(real_stack, name, mark(number, organisation=f"urn-{910000 + number}"))
    process = psutil.Process()
    with service_of(real_stack, publishers_file=file, shared_topics=False) as service:
        before, began = process.memory_info().rss, time.monotonic()
        with consuming(service) as consumer:
            wait_for(lambda: consumer.status.counts.accepted == many // 10 and consumer.caught_up, seconds=120)
            ready = time.monotonic() - began
            grown = (process.memory_info().rss - before) / 2**20
            idle = _share_of_a_core(process, 3)
            began = time.monotonic()
            send(real_stack, names[5], mark(99_999, organisation="urn-910005"))
            wait_for(lambda: consumer.status.counts.accepted == many // 10 + 1, seconds=40)
            late = time.monotonic() - began
    print(
        f"{many} publishers: ready in {ready:.1f} s, {grown:.0f} MiB more, idle {idle:.0%} of a core, one event after {late:.2f} s"
    )
    assert ready < 60
    assert grown < 200
    assert late < 10


def _share_of_a_core(process: psutil.Process, seconds: float) -> float:
    began = process.cpu_times()
    time.sleep(seconds)
    ended = process.cpu_times()
    return (ended.user + ended.system - began.user - began.system) / seconds
