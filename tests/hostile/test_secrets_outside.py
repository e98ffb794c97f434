"""Where secrets and children's numbers could leave a process: command lines, core dumps, another process that looks into it."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
import typer

from adapters.embedded.processes import free_port
from tests.builders.process import ROOT, icr, started, wait_for
from tools.docs.reference import example, walk
from tools.main import app

PAGES: Final = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "docker-compose.yml",
    *sorted((ROOT / "docs").rglob("*.md")),
]
BY_HAND: Final = [page for page in PAGES if "Made by" not in page.read_text(encoding="utf-8")[:200]]
HELPS: Final = {" ".join(path): example(command) or "" for path, command in walk(typer.main.get_command(app), ("icr",))}
TOLD: Final = re.compile(
    r"""--id[ =](?!-|SCHEME)\S      # an identifier of a child
    | --family[ =](?!NAME)\S | --dob[ =](?!D)\S   # a name, a date of birth
    | identifiers\ check\ \w+\ (?!-)\S             # numbers to be checked
    | ://[^\s/:@$]+:(?!\$\{)[^\s/@]+@              # a password in an address
    | ^\s*(?:export\ )?\w*PASSWORD=\S+\ +\w        # a password before a command
    | --password[ =]\S | PGPASSWORD=""",
    re.VERBOSE | re.MULTILINE,
)  # fmt: skip


@pytest.mark.parametrize(
    "line",
    [
        "icr child show --id nhs:9990000018", "icr child find --family Example --dob 2019-03-14", "icr identifiers check nhs 9990000018",
        "pg_dump postgresql://icr:sesame@db/icr", "POSTGRES_PASSWORD=sesame docker compose up", "psql --password=sesame",
        "export PGPASSWORD=sesame",
    ],
)  # fmt: skip
def test_what_tells_a_secret_is_seen(line: str) -> None:
    assert TOLD.search(line)


@pytest.mark.parametrize("page", BY_HAND, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_page_has_a_secret_or_a_childs_number_typed_into_a_command_line(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh.*?\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    code = "\n".join([*blocks, *re.findall(r"`([^`\n]+)`", text)]) if page.suffix == ".md" else text
    assert TOLD.findall(code) == []


@pytest.mark.parametrize("command", HELPS)
def test_no_help_has_one_in_its_example(command: str) -> None:
    assert TOLD.findall(HELPS[command]) == []


def test_what_the_demo_says_to_type_has_none() -> None:
    assert TOLD.findall((ROOT / "tools" / "commands" / "demo.py").read_text()) == []


def test_a_command_leaves_no_core_dump_and_cannot_be_looked_into() -> None:
    """Asked within the process: what forbids it is set before the first key is read."""
    script = (
        "from tools.main import main\nfrom adapters.process.memory import may_be_dumped\nfrom adapters.log.keys import key_file\n"
        "assert may_be_dumped()\nbefore = key_file.load\n"
        "def load(path):\n    print(may_be_dumped())\n    return before(path)\n"
        "key_file.load = load\nmain(['keys', 'check', '--data', '/nowhere'])\nprint(may_be_dumped())"
    )
    command = ["bash", "-c", 'ulimit -S -c unlimited 2>/dev/null; exec "$0" -c "$1"', sys.executable, script]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["False", "False"]


def _running() -> dict[int, list[str]]:
    """The command lines of all processes."""
    found = {}
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            try:
                found[int(place.name)] = (place / "cmdline").read_bytes().decode(errors="replace").split("\0")
            except OSError:
                continue
    return found


@pytest.mark.timeout(120)
def test_no_process_of_ours_has_a_secret_in_its_command_line_or_leaves_a_core_dump(tmp_path: Path) -> None:
    """All workers beside embedded servers, and a question about a child while they run."""
    data = tmp_path / "data"
    environment = {"ICR_DATA_DIR": str(data), "ICR_HTTP_PORT": str(free_port()), "PATH": "/usr/bin:/bin"}
    with started("up", environment=environment, log=tmp_path / "log") as up:
        for worker in ("consume", "project", "serve", "tell", "seal"):
            wait_for(lambda worker=worker: icr("health", worker, environment=environment).returncode == 0)  # type: ignore[misc]
        asked = icr("child", "show", "--id", "-", environment=environment, stdin="nhs:9990000018\n")
        assert asked.returncode == 1, asked.stderr
        ours = {pid: words for pid, words in _running().items() if any(str(tmp_path) in word for word in words)}
        ours[up.pid] = _running()[up.pid]
        secrets = [
            *json.loads((data / "keys").read_text()).values(),
            json.loads((data / "signing-key").read_text())["seed"],
            (data / "postgres" / "password").read_text().strip(),
        ]
        limits = {pid: (Path("/proc") / str(pid) / "limits").read_text() for pid in ours}
        up.terminate()
        up.wait(60)
    assert len(ours) >= 7  # five workers, what starts them, and the supervisor
    assert not [words for words in ours.values() if any(secret in word for word in words for secret in secrets)]
    assert all(re.search(r"^Max core file size\s+0\s+0\s", text, re.MULTILINE) for text in limits.values())
