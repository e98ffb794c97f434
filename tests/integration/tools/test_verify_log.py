"""`icr verify-log`: what it answers, how it ends, in parts, against a head noted elsewhere, and of what was erased."""

import hashlib
import json
import subprocess
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.log.chain import EVENT_COLUMNS, KEYED, PLAIN
from adapters.log.copy_rows import HEADER
from adapters.log.event_store import LogRecorder
from adapters.log.keys import key_file
from tests.builders.process import icr
from tests.builders.service import KEYS, Bench, bench
from tests.builders.stream import event, mark, upn
from tests.integration.log.test_feedback import admitted
from tools.verify_log import Noted, Report, verify


@pytest.fixture
def here(any_database_url: str, tmp_path: Path) -> Iterator[Bench]:
    made = bench(any_database_url, tmp_path)
    yield made
    made.close()


@pytest.fixture
def each(database_url: str, tmp_path: Path) -> Iterator[Bench]:
    """On each back end."""
    made = bench(database_url, tmp_path)
    yield made
    made.close()


def recorded(here: Bench, *batches: int) -> None:
    """Batches of some marks each."""
    serial = 0
    for count in batches:
        here.record(*[mark(serial + n, 1 + n % 4) for n in range(count)])
        serial += count


def read(here: Bench, **options: Any) -> Report:
    return verify(here.connection, KEYS, **options)


def run(here: Bench, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    if not (folder / "keys").exists():
        (folder / "keys").write_text(json.dumps({"kek": (b"k" * 32).hex(), "hash": (b"h" * 32).hex()}))
        (folder / "keys").chmod(0o600)
    environment = {"ICR_DATA_DIR": str(folder), "ICR_DATABASE_URL": here.service.database_url}
    return icr("verify-log", *arguments, environment=environment)


def test_the_command_says_that_the_log_holds_and_names_its_head(each: Bench, tmp_path: Path) -> None:
    recorded(each, 3, 4)
    done = run(each, "--events", "--json", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert (answer["holds"], answer["batches"], answer["events"], answer["facts"]) == (True, 2, 7, 7)
    again = run(each, "--events", "--head", answer["head"], folder=tmp_path)
    assert again.returncode == 0
    assert "the log holds" in again.stdout
    assert answer["head"] in again.stderr


def test_the_command_names_the_first_broken_batch_and_nothing_that_an_event_says(here: Bench, tmp_path: Path) -> None:
    recorded(here, 3, 4, 5)
    here.connection.execute("UPDATE log.event SET shard = 300 WHERE notification_id = 5")
    here.connection.execute("UPDATE log.fact_mark SET day = day - 1 WHERE position = 9")
    done = run(here, "--events", folder=tmp_path)
    assert done.returncode == 1
    assert "first broken batch: 4 to 7 (batch_changed); 1 batches after it" in done.stdout
    assert "fact_differs 1" in done.stdout
    assert "(day): 9" in done.stdout
    assert upn(1) not in done.stdout
    answer = json.loads(run(here, "--events", "--json", folder=tmp_path).stdout)
    assert answer["first_broken_batch"] == {"from": 4, "to": 7, "why": ["batch_changed"], "batches_after": 1}
    assert {one["kind"]: one.get("positions") for one in answer["differences"]} == {
        "batch_changed": [[4, 7]], "fact_differs": [[9, 9]],
    }  # fmt: skip


@pytest.mark.parametrize(
    "arguments",
    [
        ["--head", "7"], ["--head", "x:y"], ["--head", "7:abcd"], ["--head", f"-1:{'0' * 64}"], ["--since", "0"],
        ["--since", "9", "--until", "3"], ["--until", "-1"], ["--events", "more"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_before_anything_is_made(arguments: list[str], tmp_path: Path) -> None:
    environment = {"ICR_DATA_DIR": str(tmp_path / "data")}
    assert icr("verify-log", *arguments, environment=environment).returncode == 2
    assert not (tmp_path / "data").exists()


def test_without_its_database_it_ends_with_3(tmp_path: Path) -> None:
    key_file.new(tmp_path / "keys")
    environment = {"ICR_DATA_DIR": str(tmp_path), "ICR_DATABASE_URL": "postgresql://icr@127.0.0.1:1/icr"}
    assert icr("verify-log", "--events", environment=environment).returncode == 3


def test_an_empty_log_holds(here: Bench) -> None:
    for events in (True, False):
        report = read(here, events=events)
        assert report.holds
        assert report.as_json()["head"] == "0:"
    assert read(here, noted=Noted(0, b"")).holds


def test_bug_a_changed_row_did_not_break_the_chain(here: Bench) -> None:
    """The batches still followed on each other, and that was all that was looked at."""
    recorded(here, 5)
    here.connection.execute("UPDATE log.event SET topic = topic || '0' WHERE notification_id = 2")
    assert read(here, events=False).holds
    assert "batch_changed" in read(here).found


# The end of the log


@pytest.mark.parametrize("last", [7, 3, 0])
def test_an_end_that_was_taken_off_is_named_against_a_head_noted_elsewhere(here: Bench, last: int) -> None:
    """Nothing in what is left can tell: every batch of it holds."""
    recorded(here, 3, 4, 5)
    position, digest = read(here).head
    tables = "fact fact_mark inbox source_record set_aside".split()
    for table, column in [*((name, "position") for name in tables), ("event", "notification_id"), ("batch", "last")]:
        here.connection.execute(f"DELETE FROM log.{table} WHERE {column} > {last}")
    here.connection.execute(
        "UPDATE log.head SET position = %(p)s, hash = coalesce((SELECT hash FROM log.batch WHERE last = %(p)s), '')",
        {"p": last},
    )
    assert read(here).holds
    for events in (True, False):
        assert "noted_head_differs" in read(here, noted=Noted(position, digest), events=events).found


def test_a_noted_head_of_before_still_stands_when_the_log_has_grown(here: Bench) -> None:
    recorded(here, 3)
    noted = Noted(*read(here).head)
    here.record(admitted(1))
    assert read(here, noted=noted).holds
    assert "noted_head_differs" in read(here, noted=Noted(2, noted.hash)).found
    assert "noted_head_differs" in read(here, noted=Noted(3, bytes(32))).found


# In parts


def test_parts_find_what_lies_in_them(here: Bench) -> None:
    recorded(here, 3, 4, 5)
    here.connection.execute("UPDATE log.fact_mark SET day = day - 1 WHERE position IN (2, 9)")
    here.connection.execute("DELETE FROM log.inbox WHERE position = 6")
    found = [
        {kind: one.ranges for kind, one in read(here, since=since, until=until).found.items()}
        for since, until in ((1, 3), (4, 7), (8, 12), (10, None))
    ]
    assert found == [
        {"fact_differs": [[2, 2]]},
        {"inbox_differs": [[6, 6]], "inbox_missing": [[6, 6]]},
        {"fact_differs": [[9, 9]]},
        {"fact_differs": [[9, 9]]},  # it lies in the batch of which the part begins in the middle
    ]


def test_a_part_may_begin_and_end_anywhere(here: Bench) -> None:
    recorded(here, 3, 4, 5)
    for since in range(1, 14):
        for until in (*range(since, 13), None, 99):
            assert read(here, since=since, until=until).found == {}


# Erasure


def test_what_was_erased_is_named_as_erased(here: Bench) -> None:
    here.record(admitted(1), *[mark(n, 1) for n in range(3)], *[mark(10 + n, 2) for n in range(3)])
    here.connection.execute(
        "DELETE FROM log.data_key WHERE record = (SELECT originator_id FROM log.event WHERE notification_id = 2)"
    )
    report = read(here)
    assert report.holds
    assert report.erased.count > 0
    assert [2, 4] in report.erased.ranges or report.erased.ranges[0][1] >= 4
    assert report.as_json()["erased"]["events"] == report.erased.count


def test_an_erased_record_that_has_new_events_has_a_new_key_and_its_old_ones_are_erased(here: Bench) -> None:
    recorded(here, 4)
    here.connection.execute("DELETE FROM log.data_key")
    here.recorder.close()
    here.recorder = here.service.recorder()
    here.record(*[mark(20 + n, 1 + n % 4) for n in range(4)])
    report = read(here)
    assert (report.holds, report.erased.ranges) == (True, [[1, 4]])


def test_an_event_that_names_somebody_who_was_erased_still_holds(here: Bench) -> None:
    sibling = {"identifiers": [{"scheme": "upn", "value": upn(9)}], "person": None, "role": "sibling"}
    naming = event(
        "PupilAdmitted", "n-1", "urn-900001", {"upn": upn(8)}, "2025-09-01", school="900001", others=[sibling]
    )
    assert {o.outcome for o in here.record(naming, mark(1, 9))} == {"accepted"}
    erase = "WITH gone AS (DELETE FROM log.data_key WHERE record = (SELECT originator_id FROM log.event WHERE notification_id = 2)) "
    find = "DELETE FROM log.subject WHERE record = (SELECT originator_id FROM log.event WHERE notification_id = 2)"
    with here.connection.transaction(force_rollback=True):
        here.connection.execute(find)
        assert "subject_missing" in read(here).found  # its keys are there: it was not erased
    here.connection.execute(erase + find)
    report = read(here)
    assert (report.found, report.erased.ranges, report.erased_named) == ({}, [[2, 2]], 1)


def test_names_that_were_erased_are_counted_and_their_facts_still_compared(here: Bench) -> None:
    names = [{"given": ["Ada"], "family": "Example", "use": None}]
    unsaid = dict.fromkeys(("expected_date", "sex", "postcode", "uprn"))
    person = {"names": names, "date_of_birth": "2015-03-01", **unsaid}
    here.record(
        event("PupilAdmitted", "p-1", "urn-900001", {"upn": upn(3)}, "2025-09-01", school="900001", person=person)
    )
    here.connection.execute("DELETE FROM log.data_key WHERE class = 'identity'")
    report = read(here)
    assert (report.found, report.erased.count) == ({}, 0)
    assert report.erased_cells > 0
    here.connection.execute("UPDATE log.fact SET person = NULL")
    assert read(here).found["fact_differs"].columns == {"person": 1}


def test_an_erased_event_that_was_changed_is_no_erased_one(here: Bench) -> None:
    recorded(here, 4)
    here.connection.execute("DELETE FROM log.data_key")
    here.connection.execute("UPDATE log.event SET state = state || '\\x00' WHERE notification_id = 2")
    assert set(read(here).found) == {"batch_changed", "event_closed"}


# The formula


def test_a_log_of_before_holds_by_the_formula_it_was_hashed_by(here: Bench) -> None:
    """SHA-256 of the hash before and of the rows as they were copied, as the server still gives them."""
    recorded(here, 3, 4)
    previous = b""
    for first, last in ((1, 3), (4, 7)):
        copied = (
            f"COPY (SELECT {', '.join(EVENT_COLUMNS)} FROM log.event WHERE notification_id BETWEEN {first} AND {last} "
        )
        with here.connection.cursor().copy(f"{copied} ORDER BY notification_id) TO STDOUT (FORMAT BINARY)") as copy:
            body = b"".join(copy)
        assert body.startswith(HEADER)
        digest = hashlib.sha256(previous + body).digest()
        here.connection.execute(
            "UPDATE log.batch SET previous = %s, hash = %s, formula = %s WHERE last = %s",
            (previous, digest, PLAIN, last),
        )
        previous = digest
    here.connection.execute("UPDATE log.head SET hash = %s", (previous,))
    here.record(admitted(1))
    report = read(here)
    assert report.found == {}
    assert (report.batches, report.batches_plain) == (3, 2)
    formulas = here.connection.execute("SELECT formula FROM log.batch ORDER BY last").fetchall()
    assert formulas == [(PLAIN,), (PLAIN,), (KEYED,)]


def test_what_the_library_appends_is_hashed_by_the_same_function(here: Bench) -> None:
    from uuid import UUID

    from eventsourcing.persistence import StoredEvent

    recorded(here, 2)
    LogRecorder(here.service.connect, KEYS).insert_events([StoredEvent(UUID(int=7), 1, "Nothing:0", b"state")])
    report = read(here)
    assert not {"batch_changed", "batch_not_linked", "head_differs"} & report.found.keys()


def test_other_keys_make_another_chain(here: Bench) -> None:
    from adapters.log.keys.data_keys import MasterKeys

    recorded(here, 3)
    assert "batch_changed" in verify(here.connection, MasterKeys(b"k" * 32, b"o" * 32)).found


# Bounds


def test_reading_holds_little_at_a_time(here: Bench) -> None:
    """Pages are cut by bytes: forty events of a quarter of a megabyte are ten megabytes, and a page has two of them."""
    long = {"school": "900001", "person": None}
    for start in range(0, 40, 10):
        here.record(*[_large(start + n, long) for n in range(10)])
    tracemalloc.start()
    report = read(here)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (report.found, report.events) == ({}, 40)
    assert most < 64 * 2**20


def _large(number: int, own: dict[str, Any]) -> dict[str, Any]:
    others = [
        {
            "identifiers": [{"scheme": "agency:urn-900001:mis", "value": f"p{number}-{n}"}],
            "person": None,
            "role": "r" * 9000,
        }
        for n in range(20)
    ]
    made = event("PupilAdmitted", f"large-{number}", "urn-900001", {"upn": upn(number)}, "2025-09-01", **own)
    return {**made, "others": others}


def test_nothing_is_written(here: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded(here, 3)
    here.record(admitted(1), b"no event")
    with here.connection.transaction():
        here.connection.execute("SET TRANSACTION READ ONLY")
        assert read(here).holds
