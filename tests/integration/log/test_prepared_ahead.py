"""The next batch is prepared while the server stores the present one, which changes nothing of what becomes of either."""

import contextlib
from collections.abc import Iterator

import psycopg
import pytest

from adapters.log.connections import connect
from adapters.log.copy_rows import HEADER, TRAILER, int4, row
from adapters.log.copying import copying
from adapters.log.messages import ACCEPTED, CONFLICT, DUPLICATE, KEPT, Message
from adapters.log.prepare import Item, Preparer
from adapters.log.prepared_ahead import AT_ONCE
from tests.builders.service import Bench
from tests.integration.log.test_feedback import admitted, retracted

COPY = "COPY pg_temp.number FROM STDIN (FORMAT BINARY)"
LOCK = 7


def messages(*numbers: int) -> list[Message]:
    return [Message(admitted(number, child=number % 90)) for number in numbers]


def words(outcomes: list[object]) -> list[object]:
    return [one.outcome for one in outcomes]  # type: ignore[attr-defined]


def numbers(*values: int) -> bytes:
    return HEADER + b"".join(row(int4(value)) for value in values) + TRAILER


@pytest.fixture
def number_table(database_url: str) -> Iterator[psycopg.Connection[object]]:
    with connect(database_url) as connection:
        connection.execute("CREATE TABLE pg_temp.number (n int PRIMARY KEY)")
        yield connection


def test_something_else_is_done_while_the_server_stores(
    number_table: psycopg.Connection[object], database_url: str
) -> None:
    """The server cannot go on before the third call has let it: were there none, it would wait until its timeout."""
    number_table.execute(
        f"CREATE FUNCTION pg_temp.waits() RETURNS trigger LANGUAGE plpgsql AS "
        f"'BEGIN PERFORM pg_advisory_xact_lock({LOCK}); RETURN NEW; END'"
    )
    number_table.execute(
        "CREATE TRIGGER waits BEFORE INSERT ON pg_temp.number FOR EACH ROW EXECUTE FUNCTION pg_temp.waits()"
    )
    number_table.execute("SET statement_timeout = '20s'")
    calls = []
    with connect(database_url) as holder:
        holder.execute("SELECT pg_advisory_lock(%s)", (LOCK,))

        def meanwhile() -> bool:
            calls.append(1)
            if len(calls) == 3:
                holder.execute("SELECT pg_advisory_unlock(%s)", (LOCK,))
            return len(calls) < 3

        with copying(number_table, COPY, meanwhile) as copy:
            copy.write(numbers(1, 2))
    assert len(calls) == 3
    assert number_table.execute("SELECT array_agg(n) FROM pg_temp.number").fetchone() == ([1, 2],)


def test_what_the_server_refuses_is_raised_and_the_connection_goes_on(
    number_table: psycopg.Connection[object],
) -> None:
    with pytest.raises(psycopg.errors.UniqueViolation), copying(number_table, COPY, lambda: True) as copy:
        copy.write(numbers(1, 1))
    with contextlib.suppress(RuntimeError), copying(number_table, COPY, lambda: True) as copy:
        copy.write(numbers(1))
        raise RuntimeError
    assert number_table.execute("SELECT count(*) FROM pg_temp.number").fetchone() == (0,)


def test_batches_that_are_announced_come_in_like_others(here: Bench) -> None:
    first, second = messages(*range(1, 9)), messages(*range(5, 5 + 3 * AT_ONCE))
    assert words(here.recorder.record(first, upcoming=second)) == [ACCEPTED] * 8
    assert words(here.recorder.record(second)) == [DUPLICATE] * 4 + [ACCEPTED] * (3 * AT_ONCE - 4)


def test_what_an_announced_event_amends_comes_in_before_it(here: Bench) -> None:
    first, second = messages(1), [Message(retracted(2, 1))]
    assert words(here.recorder.record(first, upcoming=second) + here.recorder.record(second)) == [ACCEPTED] * 2


def test_what_was_announced_and_does_not_come_is_forgotten(here: Bench) -> None:
    first, second, third = messages(1), messages(2), messages(3)
    here.recorder.record(first, upcoming=second)
    assert words(here.recorder.record(third)) == [ACCEPTED]
    assert words(here.recorder.record(second)) == [ACCEPTED]


def test_a_batch_that_came_in_before_is_found_with_another_announced(here: Bench) -> None:
    """By another recorder, so that the copy fails and what is there is looked for."""
    first, second = messages(1, 2, 3), messages(4)
    here.recorder.record(first)
    changed = [*first[:2], Message(admitted(3, child=4))]
    with here.service.connect():
        other = here.service.recorder()
        assert words(other.record(changed, upcoming=second)) == [DUPLICATE, DUPLICATE, CONFLICT]
        assert words(other.record(second)) == [ACCEPTED]
        other.close()


def test_what_breaks_while_it_is_prepared_ahead_stops_only_itself(here: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare = Preparer.prepare

    def breaking(self: Preparer, message: Message, now: int) -> Item:
        if message.kept is None and "adm-5" in str(message.data):
            raise LookupError
        return prepare(self, message, now)

    monkeypatch.setattr(Preparer, "prepare", breaking)
    first, second = messages(1, 2, 3), messages(4, 5, 6)
    assert words(here.recorder.record(first, upcoming=second)) == [ACCEPTED] * 3
    assert words(here.recorder.record(second)) == [ACCEPTED, KEPT, ACCEPTED]
