"""What a question on the command line loads before it is answered: half a second of the processor is all it may take.

Held by what is loaded and not by a clock, which says something else on every machine; `icr bench start` measures it.
"""

import json
import os
import subprocess
import sys
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.log.keys.key_file import load_or_create
from adapters.log.messages import Message
from adapters.process.clock import FixedClock
from adapters.process.settings import Settings
from adapters.service.opened import Service
from tests.builders.example_family import ADA_NHS, example_family

# Each is a good part of a tenth of a second or more, and no question needs it.
HEAVY = {
    "adapters.api", "adapters.codec.encode", "adapters.codec.json_form", "adapters.commands", "adapters.intake",
    "adapters.log.pool", "adapters.log.recorder", "adapters.migrations.migrate", "adapters.publishing", "alembic", "avro",
    "confluent_kafka", "eventsourcing", "fastapi", "fastavro", "hypothesis", "kafka", "psycopg_pool", "pydantic", "sqlalchemy",
    "starlette", "structlog", "tools.bench", "tools.simulator", "uvicorn",
}  # fmt: skip
# What decodes events, what prints tables, and what is of other questions.
NOT_FOR_GAPS = {
    "adapters.codec.avro", "adapters.log.fact_rows", "adapters.log.reader", "adapters.questions.changes", "domain.access.shielded",
    "domain.identity.links", "domain.indicators.finding", "domain.leads.gaps", "domain.timeline.child", "domain.timeline.pairing",
    "projections.engine",
    "adapters.questions.measures", "domain.answers.agencies", "domain.answers.keeping", "domain.measures", "rich",
    "schemas.registry", "schemas.shape",
}  # fmt: skip

_SCRIPT = """
import json, sys
from tools.main import main
code = main(sys.argv[1:])
sys.stdout.flush()
print(json.dumps([code, sorted(sys.modules)]), file=sys.stderr)
"""


@pytest.fixture
def folder(tmp_path: Path, any_database_url: str) -> Path:
    """The data folder of a service whose log is empty."""
    load_or_create(tmp_path / "keys")
    return tmp_path


def loaded_by(folder: Path, url: str, *command: str, typed: str = "") -> tuple[str, set[str]]:
    """What a command wrote, and the modules that it loaded; it ends with 0."""
    environment = {**os.environ, "ICR_DATABASE_URL": url, "ICR_DATA_DIR": str(folder)}
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, *command],
        check=True, capture_output=True, text=True, input=typed, env=environment, cwd=Path(__file__).parents[3],
    )  # fmt: skip
    code, modules = json.loads(done.stderr.splitlines()[-1])
    assert code == 0
    return done.stdout, set(modules)


def among(modules: set[str], unwanted: Collection[str]) -> list[str]:
    return sorted(modules & set(unwanted))


def test_gaps_of_an_empty_database_load_little(folder: Path, any_database_url: str) -> None:
    """No fingerprint is worked out either: nothing of the event contract is loaded, nor what works them out."""
    said, modules = loaded_by(folder, any_database_url, "leads", "gaps", "--json")
    assert json.loads(said)["gaps"] == []
    assert among(modules, HEAVY | NOT_FOR_GAPS) == []


@pytest.mark.parametrize(
    "command", ["leads caseload --worker la-808:W1", "leads changes --worker la-808:W1 --since 1:0", "families list",
                "measures", "quality", "feeds", "mending list"],
)  # fmt: skip
def test_a_question_of_an_empty_database_loads_little(folder: Path, any_database_url: str, command: str) -> None:
    """Not so those of feedback and of the quarantine, which read what agencies sent, in whatever form."""
    _, modules = loaded_by(folder, any_database_url, *command.split(), "--json")
    assert among(modules, HEAVY) == []


def test_a_child_is_shown_without_working_out_a_fingerprint(folder: Path, any_database_url: str) -> None:
    """Here the event contract is read, for it says under which key the contacts of a kind of entry are sealed."""
    settings = Settings(data_dir=folder, database_url=any_database_url)
    clock = FixedClock(datetime(2026, 10, 1, 12, tzinfo=UTC))
    recorder = Service(
        settings, any_database_url, None, None, False, load_or_create(settings.kek_file), clock
    ).recorder()
    recorder.record([Message(event) for event in example_family()])
    recorder.close()
    said, modules = loaded_by(
        folder, any_database_url, "child", "show", "--id", "-", "--effective-at", "2026-10-01", typed=f"nhs:{ADA_NHS}"
    )
    assert "Ada Example" in said
    assert "schemas.registry" in modules
    assert among(modules, HEAVY) == []
