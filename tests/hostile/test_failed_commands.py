"""Commands that cannot be carried out: each ends with its code, says why, and has made nothing, no folder and no key file."""

from pathlib import Path
from typing import Final

import pytest

from tools.main import main

NHS: Final = "nhs:9990000018"
ABSENT: Final = "/nowhere/at-all"

# What is typed; each ends with 1, 2 or 3.
COMMANDS: Final = [
    "child find",
    "child find --family Example",
    "child find --dob 2019-03-14",
    "child find --family Example --dob 2019-13-14",
    "child find --family Example --dob 14.3.2019",
    f"child find --id {NHS} --family Example --dob 2019-03-14",
    "child find --search Example",
    "child find --id nhs:9990000019",
    "child find --id nhs",
    "child find --id nonsense:1",
    f"child show --id {NHS} --record r-1",
    "child show",
    f"child show --id {NHS} --effective-at 2025-02-30",
    f"child show --id {NHS} --known-at yesterday",
    f"child timeline --id {NHS} --known-at 2026-01-01",
    "families list --lost 11",
    "families list --known-at x",
    "leads caseload --worker W1",
    "leads changes --worker la-808:W1 --since yesterday",
    "leads gaps --effective-at x",
    "measures no_such_measure",
    "quarantine list --reason nonsense",
    "quarantine list --state nonsense",
    "quarantine list --limit 0",
    "quarantine show nonsense",
    "quarantine redrive nonsense",
    "quarantine redrive --reason nonsense",
    "quarantine reject nonsense --note x",
    "feedback --organisation urn-900001 --limit 0",
    "feedback --organisation urn-900001 --since nonsense",
    "request-replay --organisation urn-900001 --type Nothing --from 2025-09-01 --to 2025-10-01",
    "request-replay --organisation urn-900001 --type PupilAdmitted --from 2025-09-01 --to 2025-08-01",
    f"import nems {ABSENT}.xml",
    f"import cin {ABSENT}.xml {ABSENT}.gz",
    "import cin --organisation nonsense x.xml",
    f"import school-census {ABSENT}.csv --organisation la-808",
    f"publish {ABSENT}.jsonl --to kafka",
    f"publish {ABSENT}.jsonl --to kafka --validate-only",
    f"publish {ABSENT}.jsonl --to nowhere",
    f"load areas {ABSENT}.csv --organisation la-808 --from 2026-09-01",
    "verify-log --head x",
    "verify-log --since 9 --until 3",
    "keys check",
    "keys",
    "health nothing",
    "health consume",
    "no-such-command",
    "project --no-such-option",
]


@pytest.fixture
def nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder that is not there."""
    monkeypatch.setenv("ICR_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.mark.parametrize("line", COMMANDS)
def test_a_wrong_command_makes_nothing(line: str, nothing: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(line.split()) in (1, 2, 3)
    assert not nothing.exists()
    assert capfd.readouterr().err.strip()


@pytest.mark.parametrize("line", COMMANDS)
def test_nor_does_it_with_a_database_that_does_not_answer(
    line: str, nothing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ICR_DATABASE_URL", "postgresql://icr@127.0.0.1:1/icr")
    assert main(line.split()) in (1, 2, 3)
    assert not nothing.exists()


@pytest.mark.parametrize(
    "variable", ["ICR_HTTP_PORT=x", "ICR_NO_SUCH=1", "ICR_BATCH_SIZE=0", 'ICR_CONFLUENT_SCHEMA_IDS={"7": "ff"}']
)
def test_a_wrong_setting_makes_nothing(variable: str, nothing: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(*variable.split("=", 1))
    for line in ("project --until-end", "families list", "verify-log", "consume"):
        assert main(line.split()) == 2
    assert not nothing.exists()


def test_a_key_file_where_none_can_be_made_makes_nothing(nothing: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ICR_KEK_FILE", "/dev/null")
    for line in ("project --until-end", "families list", "keys new", "keys check"):
        assert main(line.split()) == 2
    assert not nothing.exists()
