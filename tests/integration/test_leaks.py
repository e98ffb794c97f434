"""Planted identifiers and names are found nowhere: not in logs, errors, outcomes or listings, nor in the database's files."""

import io
import json
from pathlib import Path
from typing import Any

import psycopg
import pytest

from adapters.process.logs import configure_logs
from tests.builders.service import bench
from tests.generative.histories import nhs_number, told, upn
from tests.servers.plugin import Pool
from tools.main import app

CHILD = 70_001
FAMILY, GIVEN, STREET, POSTCODE, UPRN, PARENT = (
    "Zanzibarski",
    "Quillonia",
    "77 Xylophone Mews",
    "ZE9 7QX",
    "990011223344",
    "MUM-55512",
)
PLANTED = [
    nhs_number(CHILD),
    upn(CHILD),
    f"C{CHILD}",
    FAMILY,
    GIVEN,
    STREET,
    POSTCODE,
    UPRN,
    PARENT,
    "1987-06-05",
    "REF-SECRET-9",
]


def _planted() -> list[dict[str, Any] | bytes]:
    person = {
        "names": [{"given": [GIVEN], "family": FAMILY, "use": None}], "date_of_birth": "2015-05-06", "expected_date": None, "sex": "F",
        "postcode": POSTCODE, "uprn": UPRN,
    }  # fmt: skip
    address = {
        "status": "current",
        "lines": [STREET],
        "postcode": POSTCODE,
        "uprn": UPRN,
        "residence": "home",
        "return": None,
    }
    admitted = told(
        1, "PupilAdmitted", "urn-900001", CHILD, "upn", 0, 1, school="900001", enrolment_status="C", year_group=None
    )
    moved = told(2, "AddressChanged", "ods-Z90001", CHILD, "nhs", 0, 1, address=address)
    helped = told(3, "EarlyHelpStarted", "la-808", CHILD, "agency", 0, 1, team=None, worker=None)
    parent: dict[str, Any] = {"role": "parent", "identifiers": [{"scheme": "agency:la-808:mosaic", "value": PARENT}]}
    parent["person"] = {**person, "date_of_birth": "1987-06-05"}
    related = {
        **told(4, "RelationshipStated", "la-808", CHILD, "agency", 0, 1, relation="parent", family="REF-SECRET-9"),
        "others": [parent],
    }
    events = [
        {**e, "subject": {**e["subject"], "person": person}, "reference": "REF-SECRET-9"}
        for e in (admitted, moved, helped, related)
    ]
    misspelt = [{"scheme": "upn", "value": upn(CHILD)[:-1] + "!"}]
    wrong = {
        **events[0],
        "event_id": "w1",
        "subject": {"identifiers": misspelt, "person": person, "nhs_number_status": None},
    }
    late = {**events[0], "event_id": "w2", "effective": {"from": "2031-01-01", "to": None}}
    conflict = {**events[0], "school": "900002"}
    garbage = json.dumps(events[0]).encode()[:-7]
    return [
        *events,
        wrong,
        late,
        conflict,
        garbage,
        b"\xc3\x01" + json.dumps(PLANTED).encode(),
        b"<x>" + FAMILY.encode(),
    ]


def _found(text: str | bytes) -> list[str]:
    raw = text.encode() if isinstance(text, str) else text
    return [planted for planted in PLANTED if planted.encode() in raw]


@pytest.mark.parametrize("one", range(10))
def test_outcomes_and_errors_quote_nothing(one: int, any_database_url: str, tmp_path: Path) -> None:
    here = bench(any_database_url, tmp_path)
    event = _planted()[one]
    (outcome,) = here.record(event)
    assert _found(f"{outcome.reason} {outcome.field} {outcome.rule} {outcome.set_aside}") == []
    here.close()


def test_the_database_files_hold_none_of_them(pool: Pool, tmp_path: Path) -> None:
    cluster = pool.cluster("embedded")
    url = cluster.fresh(empty=False)
    here = bench(url, tmp_path)
    counts = here.counts(here.record(*_planted()))
    assert (counts.accepted, counts.conflict) == (4, 1)
    here.projector.project()
    here.projector.rebuild()
    with psycopg.connect(url, autocommit=True) as connection:
        tables = connection.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('log', 'view_a', 'view_b')"
        )
        for schema, table in tables.fetchall():
            with connection.cursor() as cursor, cursor.copy(f"COPY {schema}.{table} TO STDOUT") as copy:
                dumped = b"".join(bytes(block) for block in copy)
            assert _found(dumped) == [], f"{schema}.{table}"
        connection.execute("CHECKPOINT")
        folder = Path(str(connection.execute("SHOW data_directory").fetchone()[0]))  # type: ignore[index]
    looked = clear = 0
    for file in folder.rglob("*"):
        if file.is_file() and file.stat().st_size:
            looked += 1
            content = file.read_bytes()
            clear += b"urn-900001" in content
            assert _found(content) == [], file.name
    assert looked > 100
    assert clear, "a code that stands in the clear must be seen, or nothing was looked at"
    here.close()


def test_logs_hold_none_of_them(any_database_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    stream = io.StringIO()
    here = bench(any_database_url, tmp_path)
    configure_logs("debug", clock=here.clock, stream=stream)
    with caplog.at_level("DEBUG"):
        here.record(*_planted())
        here.projector.project()
        here.recorder.redrive()
    assert _found(stream.getvalue() + caplog.text) == []
    here.close()


def test_the_command_line_echoes_no_number(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from typer.testing import CliRunner

    runner = CliRunner()
    for arguments in (
        ["child", "show", "--id", f"nhs:{nhs_number(CHILD)[:-1]}x", "--data", str(tmp_path)],
        ["identifiers", "check", "nhs"],
    ):
        result = runner.invoke(app, arguments)
        assert _found(result.output + str(result.exception or "")) == []
    assert _found(capsys.readouterr().err) == []
