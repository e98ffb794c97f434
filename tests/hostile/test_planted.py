"""Numbers and names of a child are planted into every text of every event type, and found nowhere in the clear.

Each message is sent twice, in two forms, and once more changed, so that it is accepted or kept, a duplicate and a conflict.
What cannot be told from a code or a label, as a name alone in the field `service`, is listed in `tools/docs/clear.py`.
"""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner

from adapters.codec import encode_wire
from adapters.log.feedback.writing import request_replay
from adapters.process.logs import configure_logs
from domain.errors import Misuse, Rejected
from schemas.registry import registry
from tests.builders.asking import feedback, kept, quality
from tests.builders.service import NOW, Bench, bench
from tests.builders.texts import changed, places, whole
from tests.builders.wire import NHS, UPN
from tests.servers.plugin import Pool
from tools.docs.clear import WRITTEN, columns, row_of
from tools.docs.sample import AMENDED
from tools.main import app

NAMED = f"Quillonia Zanzibarski {NHS}"
PLANTED = [NHS, UPN, "Quillonia", "Zanzibarski", "01632 960001", "999 000 0018"]
ALONE = ("Quillonia", "Zanzibarski")  # which no form tells from the name of a system
ENVELOPE = ("source", "subject", "others", "event_id", "reference")
FEW = (AMENDED, "AttendanceMarked", "BirthNotified", "EventCorrected", "FeedReported", "WorkerRegistered")
CLEAR = ("code", "staff", "word", "label", "place", "organisation")
TYPES = sorted(registry().published, key=lambda name: name != AMENDED)


def planted(*, everything: bool) -> Iterator[dict[str, Any]]:
    """Each text of each type with a name and a number in it; where it would stand in the clear, numbers alone as well.

    The envelope's, which all types have in common, of a few of them, unless it is to be everything.
    """
    number = 0
    named = whole(AMENDED, 1)
    for name in TYPES:
        for place, kind in places(whole(name, 1)):
            own = place[0] not in ENVELOPE
            if not own and not everything and name not in FEW:
                continue
            for text in (NAMED, NHS, UPN) if kind.form in CLEAR and own else (NAMED,):
                number += 1
                event = whole(name, number)
                if event.get("target") is not None:
                    event |= {"subject": named["subject"], "target": {**event["target"], "event_id": named["event_id"]}}
                yield changed(event, place, text)


def beside() -> Iterator[dict[str, Any] | bytes]:
    """The same in what is no field of the contract, and in what is no event."""
    event = whole(AMENDED, 1)
    for text in (*PLANTED, NAMED, f"urn-{NHS}", f"urn-{UPN}", f"org-{NHS}", f"urn-{NAMED}"):
        yield {**event, text: 1}
        yield {**event, "event_type": text}
        yield {**event, "subject": {**event["subject"], text: {text: text}}}
        yield {**event, "source": {"organisation": text, "system": text}}
        yield {**event, "event_id": text, "source": {**event["source"], "organisation": text}, "school": "1"}
        yield {**event, "mode": text}
        yield {**event, "recorded_at": text}
        for scheme in (f"agency:urn-1:{text}", f"agency:{text}:mis") if text not in ALONE else ():
            yield {**event, "subject": {**event["subject"], "identifiers": [{"scheme": scheme, "value": "7"}]}}
        yield json.dumps({text: text}).encode()
        yield text.encode()
        yield b"<x>" + text.encode()
        yield b"\xc3\x01" + text.encode()


def found_in(text: str | bytes) -> list[str]:
    raw = text.encode() if isinstance(text, str) else text
    return [one for one in PLANTED if one.encode() in raw]


def sent(here: Bench, *, everything: bool) -> int:
    """Everything sent, again in another form, and changed; how many."""
    events = [*planted(everything=everything), *beside()]
    for start in range(0, len(events), 500):
        part = events[start : start + 500]
        outcomes = here.record(*part)
        for form in (_text, _changed):
            outcomes += here.record(*(form(one) for one in part))
        for outcome in outcomes:
            assert found_in(f"{outcome[:5]} {outcome.set_aside}") == []
    return len(events)


def _text(event: dict[str, Any] | bytes) -> dict[str, Any] | bytes:
    """The same event as Avro, or where it cannot be, as it was."""
    if isinstance(event, bytes):
        return event
    try:
        return encode_wire(event)
    except Rejected:
        return event


def _changed(event: dict[str, Any] | bytes) -> dict[str, Any] | bytes:
    return event if isinstance(event, bytes) else {**event, "recorded_at": "2025-11-03T16:21:00Z"}


@pytest.mark.parametrize("everything", [False, pytest.param(True, marks=pytest.mark.nightly)])
def test_what_is_planted_into_every_text_is_found_nowhere(pool: Pool, tmp_path: Path, *, everything: bool) -> None:
    url = pool.cluster("embedded").fresh(empty=False)
    here = bench(url, tmp_path)
    stream = io.StringIO()
    configure_logs("debug", clock=here.clock, stream=stream)
    assert sent(here, everything=everything) > (3000 if everything else 800)
    here.projector.project()
    here.projector.rebuild()
    assert found_in(stream.getvalue()) == []
    listed = kept(here.service, limit=100_000)
    assert len(listed) > 500
    assert found_in(repr(listed)) == []
    assert found_in(repr(quality(here.service))) == []
    told = [one for by in ("la-808", "urn-900001") for one in feedback(here.service, by, limit=100_000)["feedback"]]
    # Its event id is the agency's own, and told to it alone.
    assert found_in(repr([{**one, "event_id": None} for one in told])) == []
    with psycopg.connect(url, autocommit=True) as connection:
        for schema, table in connection.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('log', 'view_a', 'view_b')"
        ).fetchall():
            with connection.cursor() as cursor, cursor.copy(f"COPY {schema}.{table} TO STDOUT") as copy:
                dumped = b"".join(bytes(block) for block in copy)
            assert found_in(dumped) == [], f"{schema}.{table}"
        connection.execute("CHECKPOINT")
        folder = Path(str(connection.execute("SHOW data_directory").fetchone()[0]))  # type: ignore[index]
    for file in folder.rglob("*"):
        if file.is_file():
            assert found_in(file.read_bytes()) == [], file.name
    here.close()


def test_every_text_column_is_listed_with_who_can_write_it(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        there = list(columns(connection))
    assert [one for one in there if row_of(*one) is None] == []
    assert set(WRITTEN) - {row_of(*one) for one in there} == set()


@pytest.mark.parametrize("name", ["Quillonia Zanzibarski", NHS, f"urn-{UPN}", "", "x" * 61, "la-808\n"])
def test_a_replay_is_asked_of_what_has_the_form_of_an_organisation(here: Bench, name: str) -> None:
    with pytest.raises(Misuse) as refused:
        request_replay(here.connection, name, AMENDED, NOW.date(), NOW.date(), NOW)
    assert not name or name not in str(refused.value)


@pytest.mark.parametrize("name", ["Zanzibarski", "Quillonia Zanzibarski", NHS, f"urn-{NHS}"])
def test_the_command_asks_nobody_who_may_not_publish(name: str, tmp_path: Path) -> None:
    options = ["--organisation", name, "--type", AMENDED, "--from", "2025-01-01", "--to", "2025-02-01"]
    result = CliRunner().invoke(app, ["request-replay", *options, "--data", str(tmp_path)])
    assert isinstance(result.exception, Misuse)
    assert name not in result.output + str(result.exception)


@pytest.fixture
def here(emptied_bench: Bench) -> Bench:
    return emptied_bench
