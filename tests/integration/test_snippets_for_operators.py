"""What the page for operators says to type: a dump is taken and restored as it stands there, and gives the same answers."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from adapters.embedded.binaries import packaged_binaries
from tests.builders.example_family import ADA_NHS, example_family
from tests.builders.process import ROOT, icr
from tests.servers.plugin import Stack

PAGE = ROOT / "docs" / "for-operators.md"
DAY = ["--effective-at", "2026-10-01"]
# What the reader writes out by hand: the connection string of the database that the dump goes into.
WRITTEN_OUT = "'postgresql://icr@db.example/icr_restored'"
A_KNOWN_CHILD = "9990000018"


def blocks_of(section: str) -> list[str]:
    """The blocks of commands of one section of the page."""
    text = PAGE.read_text(encoding="utf-8")
    part = text[text.index(f"## {section}\n") :].split("\n## ")[0]
    return re.findall(r"```sh\n(.*?)```", part, re.DOTALL)


def typed_in(section: str) -> str:
    """All of them, one after the other."""
    return "\n".join(blocks_of(section))


def command_folder(folder: Path) -> Path:
    """A folder in which a terminal finds `icr`."""
    made = folder / "bin"
    made.mkdir()
    command = made / "icr"
    command.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m tools.main "$@"\n')
    command.chmod(0o755)
    return made


@pytest.fixture
def terminal(embedded_stack: Stack, tmp_path: Path) -> Iterator[dict[str, str]]:
    """Variables of a terminal in which `icr` and PostgreSQL's tools are found; the restored database goes at the end.

    The password stands in a file, as the page says, and not in the address, which the tools have in their command lines.
    """
    path = f"{command_folder(tmp_path)}:{packaged_binaries()}:{os.environ['PATH']}"
    passwords = tmp_path / "pgpass"
    known = conninfo_to_dict(embedded_stack.database_url)
    passwords.touch(mode=0o600)
    passwords.write_text(f"{known['host']}:{known['port']}:*:{known['user']}:{known['password']}\n")
    yield {
        **embedded_stack.environment,
        "PATH": path,
        "PGPASSFILE": str(passwords),
        "ICR_DATABASE_URL": without_password(embedded_stack.database_url),
    }
    with psycopg.connect(embedded_stack.database_url, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS icr_restored WITH (FORCE)")


def without_password(url: str) -> str:
    """The same address, whose password is found elsewhere."""
    return make_conninfo(**{name: value for name, value in conninfo_to_dict(url).items() if name != "password"})


def run(commands: str, terminal: dict[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands], cwd=folder, env=terminal, check=False,
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done


def timeline(environment: dict[str, str], *more: str) -> Any:
    done = icr("child", "timeline", "--id", f"nhs:{ADA_NHS}", *DAY, "--json", *more, environment=environment)
    return (done.returncode, json.loads(done.stdout) if done.stdout else done.stderr)


def of_any_log(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer without the ids of its events, which name places in one generation of the log: a restore begins another."""
    return {**answer, "entries": [{**entry, "events": len(entry["events"])} for entry in answer["entries"]]}


def test_a_dump_is_restored_and_gives_the_same_answers(
    embedded_stack: Stack, terminal: dict[str, str], tmp_path: Path
) -> None:
    events = tmp_path / "events.jsonl"
    events.write_text("".join(json.dumps(event) + "\n" for event in example_family()), encoding="utf-8")
    published = icr("publish", str(events), "--to", "kafka", "--json", environment=embedded_stack.environment)
    assert published.returncode == 0, published.stderr
    code, before = timeline(embedded_stack.environment)
    assert code == 0
    assert before["entries"]

    restored = make_conninfo(embedded_stack.database_url, dbname="icr_restored")
    run(typed_in("Back up"), terminal, tmp_path)
    assert WRITTEN_OUT in typed_in("Restore")
    assert A_KNOWN_CHILD in typed_in("Restore")
    typed = (
        typed_in("Restore")
        .replace(WRITTEN_OUT, shlex.quote(without_password(restored)))
        .replace(A_KNOWN_CHILD, ADA_NHS)
    )
    said = run(typed, terminal, tmp_path).stdout
    assert "Ada" in said
    assert "the log holds" in said

    code, after = timeline({**embedded_stack.environment, "ICR_DATABASE_URL": restored})
    assert code == 0
    positions = re.compile(r'"1:(\d+)"')
    assert of_any_log(json.loads(positions.sub(r'"2:\1"', json.dumps(before)))) == of_any_log(after)
    code, said = timeline(
        {**embedded_stack.environment, "ICR_DATABASE_URL": restored}, "--known-at", before["position"]
    )
    assert code == 2, said
