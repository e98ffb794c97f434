"""The drill: a child of whom everything is held is erased, and then looked for, as who has the disk and the key file would.

Looked for in whatever opens, in the files of the database with their indexes and write-ahead log, and in a backup from before that is
restored. What an intruder could still know is what the page for officers says: events that nobody can open, at their places.
"""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from adapters.commands.erasing import Erasing
from adapters.commands.erasures import Erasures
from adapters.commands.granting import grant, read_worker
from adapters.disclosure.disclosing import entry_key_context
from adapters.disclosure.keys import open_part
from adapters.embedded.binaries import packaged_binaries
from adapters.log.erased_list import check_erased
from adapters.log.keys.data_keys import Erased, key_context, open_sealed
from adapters.log.keys.hashes import Hashes
from adapters.log.quarantine_rows import open_kept_event
from adapters.questions.door import Door
from domain.access.viewer import LOCAL_OPERATOR, Because, Opening, Role
from domain.dates import to_day
from domain.erasure import EXEMPTIONS
from domain.errors import Misuse
from domain.questions.about import FindChildren, ListAccesses, ShowCaseload, ShowChild, ShowTimeline
from tests.builders.service import KEYS, Bench, bench
from tests.generative.histories import nhs_number, told, upn
from tests.servers.plugin import Pool
from tools.verify_log import verify

CHILD, OTHER = 70_101, 70_102
FAMILY, GIVEN, STREET, POSTCODE, UPRN, BORN = (
    "Quizzlewick",
    "Thessaly",
    "9 Vermilion Wharf",
    "ZE8 4QX",
    "990011225566",
    "2013-11-27",
)
REASON, REFERENCE = "her aunt Thessaly Quizzlewick rang about the wharf", "REF-DRILL-7"
PLANTED = [nhs_number(CHILD), upn(CHILD), FAMILY, GIVEN, STREET, POSTCODE, UPRN, BORN, "aunt", REFERENCE]
PAT, SAM = "la-808:P1", "la-808:P2"
DAY = date(2026, 5, 4)
CELLS = {"birth_day": 0, "person": 1, "address": 2, "contact": 3, "sex": 4}


def person(family: str, given: str, born: str) -> dict[str, Any]:
    name = {"given": [given], "family": family, "use": None}
    return {
        "names": [name],
        "date_of_birth": born,
        "expected_date": None,
        "sex": "F",
        "postcode": POSTCODE,
        "uprn": UPRN,
    }


def about(event: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    return {**event, "subject": {**event["subject"], "person": said}, "reference": REFERENCE}


def planted() -> list[dict[str, Any] | bytes]:
    """Everything that may be held: facts, an address, a worker, what is kept for its form, for its time, and in conflict."""
    address = {
        "status": "current",
        "lines": [STREET],
        "postcode": POSTCODE,
        "uprn": UPRN,
        "residence": "home",
        "return": None,
    }
    said = person(FAMILY, GIVEN, BORN)
    admitted = about(
        told(
            1, "PupilAdmitted", "urn-900001", CHILD, "upn", 0, 1, school="900001", enrolment_status="C", year_group=None
        ),
        said,
    )
    moved = about(told(2, "AddressChanged", "ods-Z90001", CHILD, "nhs", 0, 1, address=address), said)
    worker = {"organisation": "la-808", "staff_id": "W1", "name": "Ann Worker", "contact": "01632 960001"}
    helped = about(told(3, "EarlyHelpStarted", "la-808", CHILD, "nhs", 0, 1, team=None, worker=worker), said)
    both = {**admitted, "event_id": "both", "subject": {**admitted["subject"], "identifiers": [
        {"scheme": "upn", "value": upn(CHILD)}, {"scheme": "nhs", "value": nhs_number(CHILD)}]}}  # fmt: skip
    late = {**moved, "event_id": "late", "effective": {"from": "2031-01-01", "to": None}}
    conflict = {**admitted, "school": "900002"}
    torn = f"<{FAMILY} {nhs_number(CHILD)[:3]} {nhs_number(CHILD)[3:6]} {nhs_number(CHILD)[6:]}".encode()
    return [admitted, moved, helped, both, late, conflict, torn]


@pytest.fixture
def here(pool: Pool, tmp_path: Path) -> Iterator[Bench]:
    url = pool.cluster("embedded").fresh()
    with psycopg.connect(url, autocommit=True) as connection:
        # What the page for operators asks for: a segment of the log that is no longer needed goes, and is not used again.
        connection.execute("ALTER SYSTEM SET wal_recycle = off")
        connection.execute("SELECT pg_reload_conf()")
        made = bench(url, tmp_path)
        yield made
        made.close()
        connection.execute("ALTER SYSTEM RESET wal_recycle")
        connection.execute("SELECT pg_reload_conf()")


def lived(here: Bench) -> None:
    """Both children are published, and the first is looked for, found, opened and refused."""
    for officer in (PAT, SAM):
        grant(here.service, read_worker(officer), Role.PRIVACY_OFFICER)
    worker = {"organisation": "la-808", "staff_id": "W1", "name": "Ann Worker", "contact": "01632 960001"}
    beside = about(
        told(9, "EarlyHelpStarted", "la-808", OTHER, "nhs", 0, 1, team=None, worker=worker),
        person("Staying", "Rowan", "2012-02-03"),
    )
    beside["subject"]["person"] |= {"postcode": None, "uprn": None}
    counts = here.counts(here.record(*planted(), {**beside, "reference": None}))
    assert (counts.accepted, counts.conflict, counts.kept) == (5, 1, 2)
    here.projector.project()
    here.rebuilder.rebuild()  # so that both sets of views hold something
    door = Door(here.service)
    why = replace(LOCAL_OPERATOR, because=Because(Opening.CLAIM, REASON))
    number = f"nhs:{nhs_number(CHILD)}"
    for question in (
        FindChildren(identifier=number), FindChildren(family=FAMILY, born=date.fromisoformat(BORN)), ShowChild(identifier=number, effective_at=DAY),
        ShowTimeline(identifier=f"upn:{upn(CHILD)}", effective_at=DAY), ShowCaseload(worker="la-808:W1", effective_at=DAY),
        ListAccesses(identifier=number), FindChildren(family=FAMILY, born=date(2001, 1, 1)),
    ):  # fmt: skip
        door.ask(question, why)


def erase(here: Bench) -> Any:
    deciding = Erasures(here.service)
    proposal = deciding.propose(PAT, deciding.records_of(f"nhs:{nhs_number(CHILD)}"), "objection", list(EXEMPTIONS))
    deciding.confirm(SAM, proposal.erasure)
    return Erasing(here.service).run(proposal.erasure)


def what_opens(connection: psycopg.Connection[Any]) -> bytes:
    """All that the key file opens in a database, end to end."""
    opened: list[bytes] = []
    keys = {
        (record, name, period): KEYS.unwrap(wrapped, key_context(record.bytes, name, period))
        for record, name, period, wrapped in connection.execute(
            "SELECT record, class, period, wrapped FROM log.data_key"
        )
    }
    by_record: dict[UUID, list[bytes]] = {}
    for (record, _, _), key in keys.items():
        by_record.setdefault(record, []).append(key)

    def tries(record: UUID, sealed: bytes | None, context: bytes) -> None:
        for key in by_record.get(record, ()):
            with suppress(Erased, ValueError):
                opened.append(open_sealed(key, sealed or b"", context))

    for record, state in connection.execute("SELECT originator_id, state FROM log.event"):
        tries(record, state, record.bytes)
    cells = [("log.fact", CELLS)] + [
        (f"{view}.{table}", {c: CELLS[c] for c in columns})
        for view in ("view_a", "view_b")
        for table, columns in (
            ("person", ("person", "birth_day", "sex")),
            ("address", ("address",)),
            ("entry", ("contact",)),
        )
    ]
    for table, columns in cells:
        for column, which in columns.items():
            for record, cell in connection.execute(f"SELECT record, {column} FROM {table} WHERE {column} IS NOT NULL"):  # type: ignore[arg-type]
                tries(record, cell, record.bytes + bytes([which]))
    for record, digest, sealed in connection.execute(
        "SELECT record, digest, sealed FROM access.content WHERE sealed <> ''"
    ):
        # As a replay reads it: content is made small before it is sealed.
        opened += filter(None, (open_part(key, record, digest, sealed) for key in by_record.get(record, ())))
    for aside, wrapped, sealed in connection.execute("SELECT id, wrapped, sealed FROM log.aside"):
        with suppress(Erased, ValueError):
            opened.append(open_kept_event(KEYS, aside, wrapped, sealed))
    for entry, wrapped, sealed in connection.execute("SELECT id, wrapped, sealed FROM access.entry"):
        with suppress(Erased, ValueError):
            opened.append(open_sealed(KEYS.unwrap(wrapped, entry_key_context(entry)), sealed, entry.bytes))
    return b"\n".join(opened)


def found(content: bytes) -> list[str]:
    spaced = content.replace(b" ", b"")
    return [one for one in PLANTED if one.encode() in content or one.replace(" ", "").encode() in spaced]


def traces(here: Bench) -> dict[str, bytes]:
    """Bytes of which none may be left in a file: keys, what finds the child, what is kept of it, what was asked by."""
    records = tuple(
        row[0]
        for row in here.connection.execute(
            "SELECT DISTINCT originator_id FROM log.event WHERE topic LIKE 'PupilAdmitted%'"
        )
    )
    hashes, born = Hashes(KEYS), to_day(date.fromisoformat(BORN))
    made = {
        "nhs": hashes.identifier("nhs", nhs_number(CHILD)), "upn": hashes.identifier("upn", upn(CHILD)), "birth": hashes.birth(born),
        "name": hashes.named(FAMILY, born), "property": hashes.property(UPRN), "reference": hashes.reference("la-808", REFERENCE),
    }  # fmt: skip
    for name, query in {
        "key": "SELECT wrapped FROM log.data_key WHERE record = ANY(%s) OR class = 'access_child' AND record = ANY(%s)",
        "cell": "SELECT person FROM log.fact WHERE record = ANY(%s) AND person IS NOT NULL OR record = ANY(%s) AND false",
        "kept": "SELECT wrapped FROM log.aside WHERE %s::uuid[] IS NOT NULL AND %s::uuid[] IS NOT NULL",
        "asked": "SELECT wrapped FROM access.entry WHERE %s::uuid[] IS NOT NULL AND kind <> 'ShowCaseload' AND %s::uuid[] IS NOT NULL",
    }.items():
        rows = here.connection.execute(query, (list(records), list(records))).fetchall()
        assert rows, name
        made |= {f"{name} {number}": bytes(row[0]) for number, row in enumerate(rows)}
    return made


def files(connection: psycopg.Connection[Any]) -> Iterator[Path]:
    """Those of this database, with its indexes, and the write-ahead log."""
    row = connection.execute(
        "SELECT current_setting('data_directory'), oid FROM pg_database WHERE datname = current_database()"
    ).fetchone()
    assert row is not None
    for folder in (Path(row[0]) / "base" / str(row[1]), Path(row[0]) / "pg_wal"):
        yield from (file for file in folder.rglob("*") if file.is_file())


def left_in_files(connection: psycopg.Connection[Any], traces: dict[str, bytes]) -> set[str]:
    left: set[str] = set()
    for file in files(connection):
        content = file.read_bytes()
        left |= {name for name, trace in traces.items() if trace in content}
        left |= {text for text in PLANTED if text.encode() in content}
    return left


@pytest.mark.not_replayed("what was shown is erased")
def test_nothing_of_an_erased_child_is_left_in_what_opens_nor_in_any_file(here: Bench) -> None:
    lived(here)
    before = traces(here)
    assert set(PLANTED) <= set(found(what_opens(here.connection)))
    here.connection.execute("CHECKPOINT")
    assert {"nhs", "birth", "name", "key 0", "kept 0", "asked 0"} <= left_in_files(here.connection, before)
    done = erase(here)
    assert (done.kept, done.left) == (3, ())
    opens = what_opens(here.connection)
    assert found(opens) == []
    assert b"Rowan" in opens
    here.connection.execute("SELECT pg_switch_wal()")
    for _ in range(2):
        here.connection.execute("CHECKPOINT")
    assert left_in_files(here.connection, before) == set()
    assert verify(here.connection, KEYS).found == {}


@pytest.mark.not_replayed("what was shown is erased")
def test_a_backup_from_before_is_opened_by_nobody_until_it_is_erased_again(here: Bench, tmp_path: Path) -> None:
    lived(here)
    url = here.service.database_url
    dump = tmp_path / "icr.dump"
    typed("pg_dump", "--format=custom", f"--file={dump}", url)
    erase(here)
    restored = make_conninfo(url, dbname="drill_restored")
    here.connection.execute("DROP DATABASE IF EXISTS drill_restored")
    here.connection.execute("CREATE DATABASE drill_restored TEMPLATE template0")
    try:
        typed("pg_restore", f"--dbname={restored}", "--no-owner", "--no-privileges", "--exit-on-error", str(dump))
        listed = here.service.settings.erased_file
        with pytest.raises(Misuse, match="icr erase reapply"):
            check_erased(restored, listed)
        again = Erasing(replace(here.service, database_url=restored)).reapply()
        assert [done.kept for done in again] == [3]
        check_erased(restored, listed)
        with psycopg.connect(restored) as connection:
            opens = what_opens(connection)
            assert found(opens) == []
            assert b"Rowan" in opens
            assert verify(connection, KEYS).found == {}
        assert Erasing(replace(here.service, database_url=restored)).reapply() == []
    finally:
        here.connection.execute("DROP DATABASE IF EXISTS drill_restored WITH (FORCE)")


def typed(*arguments: str) -> None:
    tool = packaged_binaries() / arguments[0]
    done = subprocess.run([str(tool), *arguments[1:]], check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert shutil.which(str(tool))
