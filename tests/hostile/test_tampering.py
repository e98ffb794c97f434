"""The log, edited by somebody who may do everything in the database and has not the key file.

Each row says what is edited and which differences `icr verify-log --events` must name; the edit is taken back afterwards.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import psycopg
import pytest
from hypothesis import given, settings

from adapters.log.chain import PLAIN, Batch, Link
from adapters.log.copy_rows import HEADER, TRAILER
from schemas.registry import registry
from tests.builders.service import KEYS, Bench, bench
from tests.builders.stream import event, mark, upn
from tests.generative.histories import histories
from tests.generative.test_views_agree import small
from tools.docs.sample import sample
from tools.verify_log import Report, verify

__all__ = ["small"]


@pytest.fixture(scope="module")
def log(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """Every type of event, marks, corrections by event and by source record, a conflict and kept messages."""
    made = bench(module_database_url, tmp_path_factory.mktemp("log"))
    # All samples are of one child, whose identity is sealed by the last: nothing follows but the mark of it below.
    made.record(
        *[sample(event_type) for event_type in sorted(registry().published, key=lambda name: name == "IdentitySealed")]
    )
    made.record(*[mark(serial, 1 + serial % 3) for serial in range(30)])
    admitted = event("PupilAdmitted", "a-1", "urn-900001", {"upn": upn(7)}, "2025-09-01", school="900001")
    admitted["source"]["source_record_id"] = "row-1"
    gone = {"school": "900001", "ground": None, "destination": None}
    left = event("PupilRemovedFromRoll", "a-2", "urn-900001", {"upn": upn(7)}, "2025-10-01", **gone)
    by_row = {"event_id": None, "source_record_id": "row-1", "reason": "entered_in_error"}
    taken_back = event("EventRetracted", "a-3", "urn-900001", {"upn": upn(7)}, "2025-10-02", target=by_row)
    assert {o.reason for o in made.record(admitted, left, taken_back)} == {None}
    made.record({**admitted, "school": "900002"}, b"no event at all", {**admitted, "event_id": "a-4", "basis": None})
    made.projector.project()
    yield made
    made.close()


def read(log: Bench, **options: Any) -> Report:
    return verify(log.connection, KEYS, **options)


def kinds(report: Report) -> dict[str, int]:
    return {kind: found.count for kind, found in report.found.items()}


def test_an_untouched_log_holds(log: Bench) -> None:
    report = read(log)
    assert kinds(report) == {}
    assert report.events == report.head[0] > 80
    assert report.facts == report.events
    assert report.batches == 3
    assert report.erased.count == report.batches_plain == 0
    types = log.connection.execute("SELECT count(DISTINCT split_part(topic, ':', 1)) FROM log.event").fetchone()
    assert types is not None
    assert types[0] == len(registry().published)
    assert log.connection.execute("SELECT count(*) FROM log.aside").fetchone() != (0,)
    assert log.connection.execute("SELECT count(*) FROM log.source_record").fetchone() != (0,)


def test_bug_an_event_that_waits_was_named(small: Bench) -> None:
    """What waits for another event is kept with the digest of the event, and was said to differ from it."""
    named = {"event_id": "not-come", "source_record_id": None, "reason": "entered_in_error"}
    waits = event("EventRetracted", "a-9", "urn-900001", {"upn": upn(7)}, "2025-10-02", target=named)
    small.empty()
    assert [o.reason for o in small.record(waits)] == ["waits_for"]
    assert kinds(read(small)) == {}
    small.connection.execute("UPDATE log.aside SET digest = gen_random_uuid() WHERE reason = 'waits_for'")
    assert kinds(read(small)) == {"aside_differs": 1}


@given(told=histories(most=30, every_scene=True))
@settings(max_examples=max(2, settings().max_examples // 100))
def test_whatever_is_recorded_holds(small: Bench, told: list[dict[str, Any]]) -> None:
    small.empty()
    for start in range(0, len(told), 7):
        small.record(*told[start : start + 7])
    report = read(small)
    assert kinds(report) == {}
    assert report.events == report.head[0] > 0


@dataclass(frozen=True, slots=True)
class Edit:
    """What is edited, and what must be named; of facts also in which columns."""

    sql: str
    named: set[str]
    columns: tuple[str, ...] = ()


# Positions: the middle of the log and its end. `a` and `b` are two records, `{last}` the last batch's last position.
EDITS: Final[dict[str, Edit]] = {
    # Events
    "a state changed": Edit(
        "UPDATE log.event SET state = set_byte(state, 40, (get_byte(state, 40) + 1) % 256) WHERE notification_id = 5",
        {"batch_changed", "event_closed"},
    ),
    "a nonce changed": Edit(
        "UPDATE log.event SET state = set_byte(state, 0, (get_byte(state, 0) + 1) % 256) WHERE notification_id = 5",
        {"batch_changed", "event_closed"},
    ),
    "a state emptied": Edit(
        "UPDATE log.event SET state = '' WHERE notification_id = 5", {"batch_changed", "event_closed"}
    ),
    "a state of another event of the same record": Edit(
        "UPDATE log.event e SET state = o.state FROM log.event o WHERE e.notification_id = {left} AND o.notification_id = {admitted}",
        {"batch_changed", "fact_differs"},
    ),
    "a topic changed": Edit(
        "UPDATE log.event SET topic = 'PupilLeft:0' WHERE notification_id = {admitted}", {"batch_changed"}
    ),
    "a topic that is none": Edit(
        "UPDATE log.event SET topic = 'Nothing:x' WHERE notification_id = {admitted}",
        {"batch_changed", "event_closed"},
    ),
    **{
        f"a topic that no event has: {topic[:20]!r}": Edit(
            f"UPDATE log.event SET topic = '{topic}' WHERE notification_id = {{admitted}}",
            {"batch_changed", "event_closed"},
        )
        for topic in ("", ":", "PupilAdmitted", "PupilAdmitted:", "PupilAdmitted:99999", "PupilAdmitted:-1", "é:٣", "x" * 9999)
    },
    "two events of one position": Edit(
        "DROP INDEX log.event_notification_id; UPDATE log.event SET notification_id = 6 WHERE notification_id = 5",
        {"event_twice", "event_missing", "batch_changed"},
    ),
    "a record exchanged": Edit(
        "UPDATE log.event SET originator_id = gen_random_uuid() WHERE notification_id = 5",
        {"batch_changed", "event_closed"},
    ),
    "a version changed": Edit(
        "UPDATE log.event SET originator_version = 99999 WHERE notification_id = 5", {"batch_changed"}
    ),
    "a shard changed": Edit(
        "UPDATE log.event SET shard = (shard + 1) % 256 WHERE notification_id = 5", {"batch_changed"}
    ),
    "two events swapped": Edit(
        "UPDATE log.event SET notification_id = -1 WHERE notification_id = 5; UPDATE log.event SET notification_id = 5 "
        "WHERE notification_id = 6; UPDATE log.event SET notification_id = 6 WHERE notification_id = -1",
        {"batch_changed", "fact_differs", "inbox_differs"},
    ),
    "an event deleted": Edit(
        "DELETE FROM log.event WHERE notification_id = 5", {"event_missing", "batch_changed", "fact_extra"}
    ),
    "an event deleted with all that is said of it": Edit(
        "DELETE FROM log.event WHERE notification_id = 5; DELETE FROM log.fact WHERE position = 5; "
        "DELETE FROM log.inbox WHERE position = 5; DELETE FROM log.source_record WHERE position = 5",
        {"event_missing", "batch_changed", "inbox_missing"},
    ),
    "the first event deleted": Edit("DELETE FROM log.event WHERE notification_id = 1", {"event_missing"}),
    "the last event deleted": Edit("DELETE FROM log.event WHERE notification_id = {head}", {"event_missing"}),
    "an event put in after the head": Edit(
        "INSERT INTO log.event SELECT originator_id, {head} + 1, topic, state, {head} + 1, shard FROM log.event WHERE notification_id = 5",
        {"event_outside_batches"},
    ),
    "an event put in before the first": Edit(
        "INSERT INTO log.event SELECT originator_id, 0, topic, state, 0, shard FROM log.event WHERE notification_id = 5",
        {"event_outside_batches"},
    ),
    # Batches and head
    "the time of a batch changed": Edit(
        "UPDATE log.batch SET received_at = received_at - interval '1 microsecond' WHERE first = 1", {"batch_changed"}
    ),
    **{
        f"the time of a batch: {when}": Edit(
            f"UPDATE log.batch SET received_at = '{when}' WHERE first = 1", {"batch_changed"}
        )
        for when in ("infinity", "-infinity", "4713-01-01 BC", "294276-12-31")
    },
    **{
        f"senders that are none: {value}": Edit(f"UPDATE log.batch SET {value} WHERE first = 1", {"batch_changed"})
        for value in (
            "organisations = NULL", "types = NULL", "senders = NULL", "organisations = '{{}}'", "types = '{{NULL}}'",
            "organisations = '{{{{a,b}},{{c,d}}}}'", "senders = ''", "senders = '\\x00'", "previous = '\\x00'",
        )
    },
    "whose events a batch has": Edit(
        "UPDATE log.batch SET organisations = array_replace(organisations, 'la-808', 'la-809') WHERE first = 1",
        {"batch_changed", "senders_differ"},
    ),
    "which of them each event is of": Edit(
        "UPDATE log.batch SET senders = set_byte(senders, 0, get_byte(senders, 0) + 1) WHERE first = 1",
        {"batch_changed", "senders_differ"},
    ),
    "types of a batch joined to one": Edit(
        "UPDATE log.batch SET types = ARRAY[array_to_string(types, E'\\x1f')] WHERE first = 1",
        {"batch_changed", "senders_differ"},
    ),
    "the previous hash of a batch": Edit(
        "UPDATE log.batch SET previous = decode(repeat('00', 32), 'hex') WHERE last = {head}",
        {"batch_not_linked", "batch_changed"},
    ),
    "the hash of a batch": Edit(
        "UPDATE log.batch SET hash = decode(repeat('00', 32), 'hex') WHERE first = 1",
        {"batch_changed", "batch_not_linked"},
    ),
    "a batch deleted": Edit("DELETE FROM log.batch WHERE first = 1", {"batch_missing", "batch_not_linked"}),
    "all batches deleted": Edit("DELETE FROM log.batch", {"event_outside_batches", "head_differs"}),
    "a batch that begins earlier": Edit(
        "UPDATE log.batch SET first = first - 1 WHERE last = {head}", {"batch_overlaps", "batch_changed"}
    ),
    "a batch hashed anew by the older formula, which needs no key": Edit("-- see `unkeyed`", {"batch_formula"}),
    "a formula that is none": Edit(
        "UPDATE log.batch SET formula = 9 WHERE last = {head}", {"batch_formula"}
    ),
    "the head moved back": Edit(
        "UPDATE log.head SET (position, hash) = (SELECT last, hash FROM log.batch WHERE first = 1)",
        {"head_differs", "event_outside_batches", "fact_extra", "inbox_extra"},
    ),
    "the hash of the head": Edit("UPDATE log.head SET hash = decode(repeat('00', 32), 'hex')", {"head_differs"}),
    "the head moved on": Edit(
        "UPDATE log.head SET position = position + 1", {"head_differs", "inbox_missing"}
    ),
    "the hash of an edition": Edit("UPDATE log.edition SET log_hash = '\\x00'", {"edition_differs"}),
    "an edition that ends earlier": Edit(
        "UPDATE log.edition SET last = last - 1 WHERE number = (SELECT max(number) FROM log.edition)",
        {"edition_differs"},
    ),
    # Facts, from which all answers are made
    "the day of a fact": Edit(
        "UPDATE log.fact SET day = day + 1 WHERE position = {admitted}", {"fact_differs"}, ("day",)
    ),
    "the kind of a fact": Edit(
        "UPDATE log.fact SET kind = 'shield' WHERE position = {admitted}", {"fact_differs"}, ("kind",)
    ),
    "the record of a fact": Edit(
        "UPDATE log.fact SET record = (SELECT record FROM log.fact WHERE position = 5) WHERE position = {admitted}",
        {"fact_differs", "source_record_differs"},
        ("record",),
    ),
    "the worker of a fact": Edit(
        "UPDATE log.fact SET worker = 'la-808:W9999' WHERE position = {admitted}", {"fact_differs"}, ("worker",)
    ),
    "a birth": Edit(
        "UPDATE log.fact SET birth = gen_random_uuid() WHERE position = {named}", {"fact_differs"}, ("birth",)
    ),
    "names of another record": Edit(
        "UPDATE log.fact f SET person = (SELECT person FROM log.fact o WHERE o.person IS NOT NULL AND o.record <> f.record LIMIT 1) "
        "WHERE position = {named}",
        {"fact_differs"},
        ("person",),
    ),
    "names taken away": Edit(
        "UPDATE log.fact SET person = NULL WHERE position = {named}", {"fact_differs"}, ("person",)
    ),
    "a link put in": Edit(
        "UPDATE log.fact SET linked = ARRAY[(SELECT record FROM log.fact WHERE position = 5)] WHERE position = {admitted}",
        {"fact_differs"},
        ("linked",),
    ),
    "what is retracted": Edit(
        "UPDATE log.fact SET target_source = NULL, target_key = (SELECT key FROM log.fact WHERE position = {left}) "
        "WHERE position = {retraction}",
        {"fact_differs"},
        ("target_key", "target_source"),
    ),
    "a fact deleted": Edit(
        "DELETE FROM log.fact WHERE position = {left}", {"fact_missing"}
    ),
    "a fact twice": Edit(
        "INSERT INTO log.fact SELECT * FROM log.fact WHERE position = {left}", {"fact_extra"}
    ),
    "a fact without an event": Edit(
        "INSERT INTO log.fact SELECT (jsonb_populate_record(f, '{{\"position\": 99999}}')).* FROM log.fact f WHERE position = {left}",
        {"fact_extra"},
    ),
    "a fact before the first event": Edit(
        "INSERT INTO log.fact SELECT (jsonb_populate_record(f, '{{\"position\": -3}}')).* FROM log.fact f WHERE position = {left}",
        {"fact_extra"},
    ),
    "a fact of a mark": Edit(
        "INSERT INTO log.fact SELECT (jsonb_populate_record(f, jsonb_build_object('position', {mark}))).* FROM log.fact f WHERE position = {left}",
        {"fact_extra"},
    ),
    "a mark": Edit(
        "UPDATE log.fact_mark SET am = 3 - am WHERE position = {mark}", {"fact_differs"}, ("am",)
    ),
    "the day of a mark": Edit(
        "UPDATE log.fact_mark SET day = day + 1 WHERE position = {mark}", {"fact_differs"}, ("day",)
    ),
    "a mark deleted": Edit("DELETE FROM log.fact_mark WHERE position = {mark}", {"fact_missing"}),
    "a mark twice": Edit(
        "INSERT INTO log.fact_mark SELECT * FROM log.fact_mark WHERE position = {mark}", {"fact_extra"}
    ),
    # Who is who
    "an identifier that leads to another record": Edit(
        "UPDATE log.subject SET record = gen_random_uuid() WHERE record = {record}", {"subject_differs"}
    ),
    "two identifiers exchanged": Edit(
        "UPDATE log.subject SET record = '00000000-0000-0000-0000-000000000000' WHERE record = {record}; "
        "UPDATE log.subject SET record = {record} WHERE record = {other}; "
        "UPDATE log.subject SET record = {other} WHERE record = '00000000-0000-0000-0000-000000000000'",
        {"subject_differs"},
    ),
    "the scheme of an identifier": Edit(
        "UPDATE log.subject SET scheme = 'nhs' WHERE record = {record}", {"subject_missing"}
    ),
    **{
        f"a link that is none: {value}": Edit(
            f"UPDATE log.fact SET linked = {value} WHERE position = {{admitted}}", {"fact_differs"}, ("linked",)
        )
        for value in ("ARRAY[NULL]::uuid[]", "'{{}}'", "ARRAY[ARRAY[gen_random_uuid()]]")
    },
    "an identifier deleted": Edit("DELETE FROM log.subject WHERE record = {record}", {"subject_missing"}),
    # Inbox, source records, fields set aside
    "the content of an event in the inbox": Edit(
        "UPDATE log.inbox SET digest = gen_random_uuid() WHERE position = {mark}", {"inbox_differs"}
    ),
    "the key of an event in the inbox": Edit(
        "UPDATE log.inbox SET key = gen_random_uuid() WHERE position = {mark}", {"inbox_differs"}
    ),
    "the position of an event in the inbox": Edit(
        "UPDATE log.inbox SET position = position - 1 WHERE position = {mark}",
        {"inbox_differs", "inbox_extra", "inbox_missing"},
    ),
    "an event taken out of the inbox": Edit(
        "DELETE FROM log.inbox WHERE position = {mark}", {"inbox_differs", "inbox_missing"}
    ),
    "an event in the inbox that never came": Edit(
        "INSERT INTO log.inbox VALUES (gen_random_uuid(), gen_random_uuid(), {head} + 1)", {"inbox_extra"}
    ),
    "two keys of one event": Edit(
        "INSERT INTO log.inbox VALUES (gen_random_uuid(), gen_random_uuid(), 5)", {"inbox_extra"}
    ),
    "a source record that leads elsewhere": Edit(
        "UPDATE log.source_record SET record = {other} WHERE position = {admitted}", {"source_record_differs"}
    ),
    "a source record deleted": Edit(
        "DELETE FROM log.source_record WHERE position = {admitted}", {"source_record_differs"}
    ),
    "a source record put in": Edit(
        "INSERT INTO log.source_record VALUES (gen_random_uuid(), 5, {other})", {"source_record_differs"}
    ),
    "a field set aside of another organisation": Edit(
        "INSERT INTO log.set_aside VALUES ({admitted}, 'bad_form', 'others', 'urn-900009')", {"set_aside_differs"}
    ),
    "a field set aside of no event": Edit(
        "INSERT INTO log.set_aside VALUES (99999, 'bad_form', 'others', 'urn-900001')", {"set_aside_differs"}
    ),
    # Keys and what is aside
    "a data key changed": Edit(
        "UPDATE log.data_key SET wrapped = set_byte(wrapped, 20, (get_byte(wrapped, 20) + 1) % 256) WHERE record = {record}",
        {"data_key_closed"},
    ),
    "two data keys exchanged": Edit(
        "UPDATE log.data_key k SET wrapped = o.wrapped FROM log.data_key o WHERE k.record = {record} AND o.record = {other} "
        "AND o.class = k.class AND o.period = k.period",
        {"data_key_closed"},
    ),
    "a data key cut short": Edit("UPDATE log.data_key SET wrapped = '\\x01' WHERE record = {record}", {"data_key_closed"}),
    "a kept message changed": Edit(
        "UPDATE log.aside SET sealed = set_byte(sealed, 30, (get_byte(sealed, 30) + 1) % 256) WHERE kind = 'kept' AND organisation IS NULL",
        {"aside_closed"},
    ),
    "a kept message under another id": Edit(
        "UPDATE log.aside SET id = gen_random_uuid() WHERE kind = 'conflict'", {"aside_closed"}
    ),
    "the content of a conflict exchanged": Edit(
        "UPDATE log.aside a SET sealed = o.sealed, wrapped = o.wrapped FROM log.aside o WHERE a.kind = 'conflict' AND o.kind = 'kept'",
        {"aside_closed"},
    ),
    "the organisation of a kept message": Edit(
        "UPDATE log.aside SET organisation = 'urn-900009' WHERE organisation = 'urn-900001' AND kind = 'conflict'",
        {"aside_differs"},
    ),
    "the digest of a kept message": Edit(
        "UPDATE log.aside SET digest = gen_random_uuid() WHERE kind = 'kept' AND organisation IS NULL", {"aside_differs"}
    ),
}  # fmt: skip


def places(log: Bench) -> dict[str, Any]:
    """Positions and records that the edits name."""
    one = log.connection.execute

    def only(query: str) -> Any:
        row = one(query).fetchone()  # type: ignore[arg-type]
        assert row is not None, query
        return row[0]

    head = only("SELECT position FROM log.head")
    # The last batch with events is that of the admission by a row, its end, and the retraction of the row.
    own, other = (only(f"SELECT record FROM log.fact WHERE position = {p}") for p in (head - 2, 5))
    return {
        "head": head, "admitted": head - 2, "left": head - 1, "retraction": head, "record": f"'{own}'", "other": f"'{other}'",
        "mark": only("SELECT max(position) - 5 FROM log.fact_mark WHERE am IN (1, 2)"),
        "named": only("SELECT max(position) FROM log.fact WHERE person IS NOT NULL AND birth IS NOT NULL"),
    }  # fmt: skip


def unkeyed(connection: psycopg.Connection[Any], position: int) -> None:
    """Hash the last batch anew without a key, as whoever knows the program could."""
    columns = "last, first, previous, 0, organisations, types, senders"
    row = connection.execute(f"SELECT {columns} FROM log.batch WHERE last = %s", (position,)).fetchone()
    assert row is not None
    batch = Batch(*row)
    link = Link(KEYS, batch, PLAIN)
    link.take(HEADER + TRAILER)
    new = link.digest()
    connection.execute("UPDATE log.batch SET hash = %s, formula = 1 WHERE last = %s", (new, position))
    connection.execute("UPDATE log.head SET hash = %s", (new,))


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_is_named(name: str, log: Bench) -> None:
    edit, where = EDITS[name], places(log)
    with log.connection.transaction(force_rollback=True):
        if edit.sql.startswith("--"):
            unkeyed(log.connection, where["head"])
        else:
            log.connection.execute(edit.sql.format(**where))  # type: ignore[arg-type]
        report = read(log)
    found = kinds(report)
    assert edit.named <= set(found)
    if edit.columns:
        assert set(report.found["fact_differs"].columns) == set(edit.columns)
    assert read(log).holds
