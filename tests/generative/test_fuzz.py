"""Everything that can be wrong with a message or a file: nothing crashes, counts balance, nothing that was sent is quoted.

Good events of every type in all three forms, and good files of every connector, are broken at random and given to the
real recorder on a real database. A run is a few seconds; `ICR_TEST_FUZZ_SECONDS=600` makes each test go on so long, and
`ICR_TEST_SEED` begins elsewhere. A failure names the seed of its round.
"""

import io
import itertools
import json
import os
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest
from starlette.testclient import TestClient

from adapters.api.app import create_app
from adapters.api.media import AVRO, JSON, JSON_LINES
from adapters.codec import encode_wire
from adapters.intake.connectors.cin import read_cin
from adapters.intake.connectors.nems import MAX_BYTES, read_nems
from adapters.intake.connectors.school_census import SchoolCensus
from adapters.intake.imports import FileCounts, FileImporter, Importer
from adapters.log.messages import OUTCOMES, Message, Outcome
from adapters.log.prepare import Preparer
from adapters.process.logs import configure_logs
from domain.effects import SAYS_NO_PERSON
from domain.reasons import REASONS
from schemas.registry import registry
from tests.builders.broken import bytes_of, csv_of, json_of, xml_of
from tests.builders.service import Bench, bench
from tests.generative.agreement import of_reference, of_views
from tools.docs.sample import sample

SECONDS: Final = float(os.environ.get("ICR_TEST_FUZZ_SECONDS", "0"))
SEED: Final = int(os.environ["ICR_TEST_SEED"])
ROUNDS: Final = 12  # of a quick run
BATCH: Final = 120
FIXTURES: Final = Path(__file__).parents[1] / "fixtures"
FAMILY, GIVEN, POSTCODE, UPRN, STREET = "Zanzibarski", "Quillonia", "ZE9 7QX", "990011223344", "77 Xylophone Mews"
IDS: Final = {number: schema.fingerprint.hex() for number, schema in enumerate(registry().by_fingerprint.values(), 1)}
NUMBER_OF: Final = {fingerprint: number for number, fingerprint in IDS.items()}

pytestmark = [pytest.mark.timeout(600 + 4 * SECONDS)]


def rounds() -> Iterator[Random]:
    """The randomness of each round: a few, or for as long as was asked."""
    end = time.monotonic() + SECONDS
    for number in itertools.count():
        if number >= ROUNDS and time.monotonic() >= end:
            return
        yield Random(SEED * 1_000_000 + number)


def good(event_type: str) -> dict[str, Any]:
    """An event of a type with everything in it that must not be seen again."""
    event = sample(event_type)
    if registry().newest[event_type].effect.act not in SAYS_NO_PERSON:
        event["subject"]["person"] = {
            "names": [{"given": [GIVEN], "family": FAMILY}],
            "date_of_birth": "2015-05-06",
            "sex": "F",
            "postcode": POSTCODE,
            "uprn": UPRN,
        }
        event.setdefault("others", [{"role": "parent", "identifiers": [{"scheme": "agency:la-808:records", "value": STREET}]}])  # fmt: skip
    return event


EVENTS: Final = [good(event_type) for event_type in registry().published]
WIRES: Final = [encode_wire(event) for event in EVENTS]
PLANTED: Final = (FAMILY, GIVEN, POSTCODE, UPRN, STREET, *{
    one["value"] for event in EVENTS if "subject" in event for one in event["subject"]["identifiers"] if len(one["value"]) > 5
})  # fmt: skip


def framed(wire: bytes) -> bytes:
    """The same event in Confluent framing."""
    return b"\0" + NUMBER_OF[wire[2:10].hex()].to_bytes(4, "big") + wire[10:]


def message(random: Random) -> bytes:
    """One message in any form: mostly broken, now and then whole."""
    which = random.randrange(len(EVENTS))
    event, wire = EVENTS[which], WIRES[which]
    form = random.randrange(4)
    if random.random() < 0.15:
        return (wire, framed(wire), json.dumps(event).encode(), wire)[form]
    if form < 2:
        return json_of(random, event, EVENTS)
    return bytes_of(random, framed(wire) if form == 2 else wire, WIRES)


def nothing_told(text: str) -> None:
    """Nothing of what was sent stands in a text."""
    assert [planted for planted in PLANTED if planted in text] == []


def looked_at(outcomes: list[Outcome]) -> Counter[str]:
    """What must hold of any outcomes; how many of each."""
    for outcome in outcomes:
        assert outcome.outcome in OUTCOMES
        assert (outcome.reason in REASONS) if outcome.outcome == "kept" else (outcome.reason in (None, *REASONS))
        assert all(reason in REASONS for reason, _ in outcome.set_aside)
        nothing_told(f"{outcome.reason} {outcome.field} {outcome.rule} {outcome.event_type} {outcome.set_aside}")
    return Counter(outcome.outcome for outcome in outcomes)


@pytest.fixture
def here(any_database_url: str, tmp_path: Path) -> Iterator[Bench]:
    found = bench(any_database_url, tmp_path)
    found.service.settings.confluent_schema_ids.update(IDS)
    found.recorder.close()
    found.recorder = found.service.recorder()
    yield found
    found.close()


@pytest.fixture
def log(here: Bench) -> Iterator[io.StringIO]:
    """All that is logged; nothing that was sent may stand in it."""
    stream = io.StringIO()
    configure_logs("debug", clock=here.clock, stream=stream)
    yield stream
    nothing_told(stream.getvalue())


def rows(here: Bench, table: str) -> int:
    row = here.connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # type: ignore[arg-type]
    assert row is not None
    return int(row[0])


def test_each_message_has_one_outcome(here: Bench, log: io.StringIO) -> None:
    total: Counter[str] = Counter()
    for random in rounds():
        batch = [message(random) for _ in range(BATCH)]
        seen = [Message(one, random.choice((None, None, "education", "shared"))) for one in batch]
        outcomes = here.recorder.record(seen)
        assert len(outcomes) == len(batch)
        total += looked_at(outcomes)
        here.projector.project()
    released = rows(here, "log.aside WHERE state = 'released'")  # kept until what they wait for came
    assert total["accepted"] <= rows(here, "log.event") <= total["accepted"] + released
    assert rows(here, "log.aside WHERE kind <> 'withheld'") <= total["kept"] + total["conflict"]
    assert rows(here, "log.event") == rows(here, "log.inbox") == len(here.events())
    assert set(total) == set(OUTCOMES), "each of them was met"


def test_of_whatever_was_accepted_views_and_reference_make_the_same(here: Bench) -> None:
    for random in itertools.islice(rounds(), ROUNDS // 3):
        here.recorder.record([Message(message(random)) for _ in range(3 * BATCH)])
        here.projector.project()
    view = here.serving()
    row = here.connection.execute(f"SELECT edition FROM {view}.state").fetchone()  # type: ignore[arg-type]
    assert row is not None
    fast, plain = of_views(here.connection, view, row[0]), of_reference(here.world())
    assert {name: fast[name] ^ plain[name] for name in plain if fast[name] != plain[name]} == {}


def test_the_same_message_alone_or_among_others(here: Bench) -> None:
    """What is refused is refused by itself, and spoils nothing beside it."""
    preparer: Preparer = here.recorder._preparer
    now = int(here.clock.now().timestamp() * 1_000_000)
    for random in rounds():
        batch = [message(random) for _ in range(BATCH)]
        alone = [preparer.prepare(Message(one), now).rejected for one in batch]
        together = here.recorder.record([Message(one) for one in batch])
        for rejected, outcome in zip(alone, together, strict=True):
            if rejected is not None:
                assert outcome.outcome in ("kept", "duplicate")  # a duplicate of what was kept
                assert outcome.reason in (None, rejected.reason)


def test_over_http_it_is_recorded_or_refused(here: Bench, log: io.StringIO) -> None:
    with TestClient(create_app(here.service), raise_server_exceptions=False, base_url="http://localhost") as client:
        for random in rounds():
            for _ in range(BATCH // 4):
                media = random.choice((JSON, JSON_LINES, AVRO, "text/plain"))
                body = message(random)
                if random.random() < 0.3:
                    body = (
                        b"[" + body + b"," + message(random) + b"]" if media == JSON else body + b"\n" + message(random)
                    )
                answer = client.post("/v1/events", content=body, headers={"Content-Type": media})
                said = answer.json()
                if answer.status_code in (200, 202):
                    assert said["read"] == sum(said[name] for name in OUTCOMES) == len(said["outcomes"])
                    told = [{**one, "event_id": None} for one in said["outcomes"]]  # only for whoever sent it
                    nothing_told(json.dumps(told, ensure_ascii=False))
                else:
                    assert answer.status_code in (400, 413, 415), answer.text
                    assert answer.headers["content-type"] == "application/problem+json"
                    nothing_told(answer.text)


Files = list[FileCounts]


def by_nems(here: Bench, paths: list[Path]) -> Files:
    return Importer(here.recorder, read_nems, unit="message", most_bytes=MAX_BYTES, batch=500, kind="nems").take(paths)


def by_cin(here: Bench, paths: list[Path]) -> Files:
    return FileImporter(here.recorder, read_cin, unit="element", batch=500, by_content=True, kind="cin").take(paths)


def by_school_census(here: Bench, paths: list[Path]) -> Files:
    read = SchoolCensus(paths, "la-808").read
    return FileImporter(here.recorder, read, unit="row", batch=500, by_content=True, kind="school-census").take(paths)


@pytest.mark.parametrize(
    ("folder", "pattern", "breaks", "takes"),
    [
        ("nems", "*.xml", xml_of, by_nems),
        ("cin", "*.xml", xml_of, by_cin),
        ("school-census", "*.csv", csv_of, by_school_census),
    ],
    ids=["nems", "cin", "school-census"],
)
def test_broken_files_are_read_or_said(
    folder: str,
    pattern: str,
    breaks: Callable[[Random, bytes, list[bytes]], bytes],
    takes: Callable[[Bench, list[Path]], Files],
    here: Bench,
    tmp_path: Path,
) -> None:
    stream = io.StringIO()
    configure_logs("debug", clock=here.clock, stream=stream)
    sources = sorted((FIXTURES / folder).glob(pattern))
    contents = [path.read_bytes() for path in sources]
    sent = tmp_path / "sent"
    for random in rounds():
        sent.mkdir(exist_ok=True)
        paths = []
        for source, content in zip(sources, contents, strict=True):
            path = sent / source.name
            path.write_bytes(breaks(random, content, contents) if random.random() < 0.9 else content)
            paths.append(path)
        before = rows(here, "log.event")
        files = takes(here, paths)
        here.projector.project()
        assert [Path(file.file).name for file in files] == [path.name for path in paths]
        for file in files:
            assert file.read == file.accepted + file.duplicate + file.conflict + file.kept
            assert file.kept + file.conflict >= sum(file.reasons.values())
            assert {*file.reasons, *file.set_aside_reasons} <= set(REASONS)
            lines = Path(file.file).read_bytes().strip().splitlines()[1:]
            rows_there = [line for line in lines if line.strip(b', "\t')]  # a table may have none
            assert file.read or file.ignored or file.error or not rows_there, "it came to nothing, and nothing was said"
            said = json.dumps({**file.as_json(), "file": ""})
            assert not re.search(r"\d{7}", said), said
        assert rows(here, "log.event") >= before
    assert not re.search(r'"[^"]*\d{10}[^"]*"', re.sub(r'"at":"[^"]*"', "", stream.getvalue()))
