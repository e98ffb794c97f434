"""A stranger's first hour: the demonstration, every command with the example of its `--help`, and the pages written by hand.

Commands are found by walking the program, so one that is added is tried too. An example speaks of the demonstration's
data. What stands in it for something that differs from run to run is put in by `STANDS_FOR`; a file that it names comes
from `FILES`, or lies under its name in `tests/fixtures/examples`. A page brings its files itself: blocks with a name.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest
import typer

from adapters.embedded.lock import servers
from adapters.embedded.processes import free_port
from adapters.log.pauses import UNREADABLE_RECORD, Pause, write_pause
from adapters.process.clock import SystemClock
from adapters.process.settings import load_settings
from domain.leads.commands import DECISIONS
from tests.builders.process import ROOT, wait_for
from tests.builders.stream import event, mark, upn
from tests.builders.warm_command import warm_command
from tests.integration.conftest import DEMONSTRATION, Demonstrated
from tools.docs.reference import example, walk
from tools.main import app

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

FIXTURES: Final = ROOT / "tests" / "fixtures"
BY_NAME: Final = FIXTURES / "examples"
COMMANDS: Final = dict(walk(typer.main.get_command(app), ("icr",)))
# Of a command that lasts: the workers that are well once it is ready.
LASTS: Final[Mapping[str, tuple[str, ...]]] = {
    "icr consume": ("consume",),
    "icr project": ("project",),
    "icr serve": ("serve",),
    "icr up": ("consume", "project", "serve", "seal"),
}
# Of a command that asks about another: what runs meanwhile.
BESIDE: Final = {"icr health": "icr consume"}
# Commands whose examples follow one another, on one child: each is typed once, after those before it.
IN_TURN: Final = tuple(f"icr decide {name}" for name in DECISIONS)
# Commands whose examples need what is not here, typed by tests of their own.
ELSEWHERE: Final[Mapping[str, str]] = {
    "icr access rotate": "test_cli_access.py, where something was logged and no worker seals",
    "icr client token": "test_publish_signed_in.py",
    "icr officer review": "test_cli_officer.py",
    "icr topics list": "test_topics_granted.py",
    "icr topics grant": "test_topics_granted.py",
    "icr erase propose": "test_cli_erase.py, where somebody has the role",
    "icr erase confirm": "the same",
    "icr retention propose": "the same",
    "icr retention propose-month": "the same",
    "icr retention give-up": "the same",
}
# Files in which something is kept in quarantine, by its reason: done, and ends with 1.
KEEPS: Final = {"icr import cin": "unknown_event_type"}
# What the page to start with begins with, and what was done here before: the clone, its setting up, the demonstration.
DONE_BEFORE: Final = ("git clone ", "./dev ")
# Pages that are typed on the demonstration's data, beside `icr up`; the page to start with has a service of its own.
PAGES: Final = (
    "for-agencies.md", "feedback.md", "measures.md", "for-professionals.md", "for-operators.md", "reference-data.md",
)  # fmt: skip
# Of these pages: lines that are not typed here, by how they begin, for want of what; and sections that another test types.
NOT_HERE: Final[Mapping[str, str]] = {
    "docker compose ": "a container engine",
    "kafka-topics.sh ": "a Kafka of one's own, with its tools",
    "kafka-acls.sh ": "a Kafka that has users, with its tools",
    "ICR_CLIENT_ID=": "a service where systems sign in (test_publish_signed_in.py types it)",
    "python3 sign_in.py": "the same",
    "icr topics ": "a Kafka that has users (test_topics_granted.py types it)",
    "ICR_PUBLISHER=": "the same",
    "icr retention give-up ": "a month that two officers have given up (test_cli_erase.py types it)",
    "icr tell": "lasts, and `icr up` runs it already: the page for operators asks whether it is well",
}
TYPED_ELSEWHERE: Final = (
    "Back up",
    "Restore",
    "Recover to a point in time",
)  # test_snippets_for_operators.py, test_recover_to_a_point_in_time.py


@dataclass(frozen=True, slots=True)
class Desk:
    """Where the stranger sits: a data folder with the demonstration's data, and a folder to work in."""

    data: Path
    work: Path
    environment: Mapping[str, str]
    known: dict[str, Any] = field(default_factory=dict)

    def run(self, line: str, seconds: float = 240) -> subprocess.CompletedProcess[str]:
        """Type a line into a shell."""
        return subprocess.run(
            ["bash", "-o", "pipefail", "-c", line], cwd=self.work, env=dict(self.environment), check=False,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds,
        )  # fmt: skip

    def answer(self, line: str) -> Any:
        """The one document that a line prints; asked once."""
        if line not in self.known:
            done = self.run(line)
            assert done.returncode == 0, done.stderr
            self.known[line] = json.loads(done.stdout)
        return self.known[line]


def _events(path: Path) -> None:
    who = {"upn": upn(4711)}
    admitted = event("PupilAdmitted", "first-1", "urn-900001", who, "2025-09-01", school="900001")
    path.write_text("".join(json.dumps(one) + "\n" for one in (admitted, mark(1, 4711))), encoding="utf-8")


def _paused(desk: Desk) -> str:
    """A partition that is paused at a record that cannot be read; each time at another."""
    desk.known["paused"] = desk.known.get("paused", 0) + 1
    with servers(load_settings(desk.data), broker=False) as found, psycopg.connect(found.database_url) as connection:
        name = f"kafka:example:icr.housing.v1:0:{desk.known['paused']}"
        values = (name, "icr.housing.v1", 0, 7, 8, None, UNREADABLE_RECORD, "the checksum of the batch is wrong", None)
        write_pause(connection, Pause(*values, SystemClock().now()))  # type: ignore[arg-type]
    return "icr.housing.v1 0"


FILES: Final[Mapping[str, Callable[[Path], object] | Path]] = {
    "events.jsonl": _events,
    "BirthNotification.xml": FIXTURES / "nems/birth.xml",
    "ChangeOfGP.xml": FIXTURES / "nems/gp.xml",
    "CIN_Census_2024.xml": FIXTURES / "cin/census.xml",
    "2024_autumn_pupilonroll.csv": FIXTURES / "school-census/2024_autumn_pupilonroll.csv",
}


def _case(desk: Desk, kind: str, said: str, *more: str) -> str:
    """A case that is open, each time another."""
    desk.known["cases"] = desk.known.get("cases", 0) + 1
    line = f"printf '%s\\n' {said} 'Number {desk.known['cases']}.' | icr case open {kind} --by la-808:P1 {' '.join(more)} --json"
    return str(desk.answer(line)["case"])


def _asking(desk: Desk) -> str:
    """A case that asks a member of staff."""
    case = _case(desk, "misuse", "", "--concerned la-808:W2041")
    desk.answer(f"echo 'Why did you look?' | icr case note {case} asked --by la-808:P1 --json")
    return case


STANDS_FOR: Final[Mapping[str, Callable[[Desk], str]]] = {
    r"\bf-[0-9a-f]{8,}\b": lambda desk: desk.answer("icr families list --json")["families"][0]["family"],
    r"\ba-[0-9a-f]{32}\b": lambda desk: desk.answer("icr accesses --json")["accesses"][0]["entry"],
    r"\bk-0f[0-9a-f]{30}\b": _asking,
    r"\bk-5a[0-9a-f]{30}\b": lambda desk: _case(desk, "subject_access", "nhs:9990200017", "--child --asked-by child"),
    r"\b[0-9a-f]{4}…": lambda desk: desk.answer("icr quarantine list --json")["aside"][0]["id"],
    r"icr\.housing\.v1 0\b": _paused,
    r"/var/lib/icr\b": lambda desk: str(desk.data),
    r"/tmp/area\b": lambda desk: str(desk.work / "area"),
    r"/tmp/access\.jsonl\b": lambda desk: str(desk.work / "access.jsonl"),
    r"(?<![.\d])1:\d+\b": lambda desk: desk.answer("icr families list --json")["position"],
    r"(?<=--events )\d{4,}": lambda _: "2000",
    r"(?<=http://127\.0\.0\.1:)8008\b": lambda desk: desk.environment["ICR_HTTP_PORT"],
}


def _environment(folder: Path) -> dict[str, str]:
    outside = {name: value for name, value in os.environ.items() if not name.startswith("ICR_")}
    return outside | {
        "PYTHONPATH": str(ROOT),  # for what a command starts in its turn
        "PATH": f"{folder / 'bin'}:{outside['PATH']}",
        "HOME": str(folder),
        "ICR_DATA_DIR": str(folder / "data"),
        "ICR_HTTP_PORT": str(free_port()),
    }


@pytest.fixture(scope="module")
def desk(demonstrated: Demonstrated, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The demonstration was run; its servers are held, so that each command joins them and does not start its own."""
    folder = tmp_path_factory.mktemp("stranger")
    for name in ("bin", "work"):
        (folder / name).mkdir(mode=0o711)
    (folder / ".curlrc").write_text("fail\n", encoding="utf-8")  # an answer that is an error is one to the shell
    for name, made in FILES.items():
        shutil.copy(made, folder / "work" / name) if isinstance(made, Path) else made(folder / "work" / name)
    if BY_NAME.is_dir():
        shutil.copytree(BY_NAME, folder / "work", dirs_exist_ok=True)
    desk = Desk(demonstrated.copy(folder / "data"), folder / "work", _environment(folder))
    with warm_command(folder / "bin" / "icr"), servers(load_settings(folder / "data"), broker=True):
        yield desk


@contextmanager
def lasting(desk: Desk, command: str, line: str) -> Iterator[subprocess.Popen[bytes]]:
    """A command that lasts, ready; interrupted at the end as by Ctrl-C, and then it must end with 0."""
    log = desk.work / f"{command}.log"
    with (
        log.open("wb") as output,
        subprocess.Popen(
            ["bash", "-c", line], cwd=desk.work, env=dict(desk.environment), stdin=subprocess.DEVNULL,
            stdout=output, stderr=output, start_new_session=True,
        ) as process,
    ):  # fmt: skip
        try:
            for worker in LASTS[command]:
                wait_for(lambda worker=worker: _well(desk, worker, process, log), seconds=90, pause=0.3)  # type: ignore[misc]
            yield process
            os.killpg(process.pid, signal.SIGINT)
            assert process.wait(60) == 0, log.read_text()[-2000:]
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def _well(desk: Desk, worker: str, process: subprocess.Popen[bytes], log: Path) -> bool:
    assert process.poll() is None, log.read_text()[-2000:]
    return desk.run(f"icr health {worker}").returncode == 0


def _as_typed(desk: Desk, line: str) -> str:
    for stands, puts in STANDS_FOR.items():
        if re.search(stands, line):
            found = puts(desk)
            line = re.sub(stands, lambda _, found=found: found, line)  # type: ignore[misc]
    return line


# Whole measurements, each of half a minute: on a push `tests/bench` asks for less of the same.
MEASURES: Final = tuple(
    f"icr bench {name}" for name in ("ingest", "rebuild", "ask", "access", "officers", "page", "start")
)
EXAMPLES: Final = [
    pytest.param(command, marks=pytest.mark.nightly) if command in MEASURES else command
    for command in (" ".join(path) for path in COMMANDS)
    if command not in ELSEWHERE
]


@pytest.mark.parametrize("command", EXAMPLES)
def test_the_example_of_its_help_works(command: str, desk: Desk) -> None:
    line = example(COMMANDS[tuple(command.split())])
    assert line, f"{command} --help shows no example"
    if command == "icr demo":
        assert line == DEMONSTRATION  # it was run first, and the other examples ask about what it left
        return
    line = _as_typed(desk, line)
    if command in LASTS:
        with lasting(desk, command, line):
            pass
        return
    if command in IN_TURN:
        for earlier in IN_TURN[: IN_TURN.index(command) + 1]:
            if earlier not in desk.known:
                desk.known[earlier] = desk.run(example(COMMANDS[tuple(earlier.split())]) or "")
        done = desk.known[command]
    elif command in BESIDE:
        with lasting(desk, BESIDE[command], BESIDE[command]):
            done = desk.run(line)
    else:
        done = desk.run(line, seconds=550)
    assert done.returncode == (1 if command in KEEPS else 0), f"{line}\n{done.stdout[-1000:]}\n{done.stderr[-2000:]}"
    assert KEEPS.get(command, "") in done.stdout
    assert (done.stdout + done.stderr).strip(), f"{line} said nothing"


@pytest.mark.parametrize("command", [" ".join(path) for path in COMMANDS])
def test_its_help_ends_with_the_example(command: str) -> None:
    from typer.testing import CliRunner

    shown = CliRunner().invoke(app, [*command.split()[1:], "--help"])
    assert shown.exit_code == 0
    line = example(COMMANDS[tuple(command.split())])
    assert f"Example: {line}" in " ".join(shown.output.split())


def test_nothing_is_left_running(desk: Desk) -> None:
    """Of all that the examples started, nothing answers any more once they were told to end."""
    end = time.monotonic() + 20
    for worker in ("consume", "project", "serve"):
        while desk.run(f"icr health {worker}").returncode != 3:
            assert time.monotonic() < end, worker


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block of a page: its language, what else stands on its first line, and the text."""

    language: str
    name: str
    text: str


def blocks(page: Path, but: tuple[str, ...] = ()) -> list[Block]:
    """The blocks of a page, but for those of some sections."""
    sections = re.split(r"^(?=## )", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    text = "".join(one for one in sections if one.partition("\n")[0].removeprefix("## ") not in but)
    found = re.findall(r"^```(\w*) ?(\S*)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return [Block(*one) for one in found]


def test_the_page_to_start_with_works_as_it_stands(desk: Desk) -> None:
    """Line by line; only the clone and its setting up are what has been done already. Output is looked for what it shows."""
    told: list[str] = []
    with ExitStack() as lasts:
        for block in blocks(ROOT / "docs" / "start.md"):
            if block.language == "json":
                (desk.work / block.name).write_text(block.text, encoding="utf-8")
            elif block.language == "text":
                assert missing(block.text, told[-1]) == []
            elif block.name:  # a command that lasts, in a terminal of its own
                *exports, command = block.text.splitlines()
                other, _ = typed(desk, exports)
                lasts.enter_context(lasting(other, command, command))
            else:
                lines = [line for line in block.text.splitlines() if not line.startswith(DONE_BEFORE)]
                desk, said = typed(desk, lines)
                told.append(said)
    assert "enrolment" not in told[-2]


def missing(shown: str, said: str) -> list[str]:
    """The lines that a page shows as output and that were not said."""
    said = " ".join(said.split())
    return [line for line in shown.splitlines() if line not in said]


def typed(desk: Desk, lines: list[str]) -> tuple[Desk, str]:
    """Type lines into a terminal, none of which may fail; the desk with what they exported, and what they said."""
    left = desk.work / "environment"
    done = desk.run("\n".join(["set -e", *lines, f"env -0 >{left}"]))
    assert done.returncode == 0, f"{lines}\n{done.stdout}\n{done.stderr}"
    exported = dict(one.split("=", 1) for one in left.read_text().split("\0") if one)
    return replace(desk, environment=exported), done.stdout


@pytest.fixture(scope="module")
def service(desk: Desk) -> Iterator[None]:
    """A service on the demonstration's data; for the last tests of the module, since examples start their own."""
    with lasting(desk, "icr up", "icr up"):
        yield


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.usefixtures("service")
def test_a_page_can_be_typed_as_it_stands(page: str, desk: Desk) -> None:
    desk = replace(desk, work=desk.work / page)
    desk.work.mkdir()
    shown = blocks(ROOT / "docs" / page, but=TYPED_ELSEWHERE)
    for block in shown:
        if block.name:
            (desk.work / block.name).write_text(block.text, encoding="utf-8")
    said = ""
    for block in shown:
        lines = [_as_typed(desk, one) for one in block.text.splitlines() if not one.startswith(tuple(NOT_HERE))]
        if block.language == "sh" and lines:
            desk, said = typed(desk, lines)
            assert said.strip(), f"{lines} said nothing"
        elif block.language == "text":
            assert missing(block.text, said) == []


def test_what_is_not_typed_stands_on_the_pages() -> None:
    text = "".join(
        f"\n{block.text}" for page in PAGES for block in blocks(ROOT / "docs" / page) if block.language == "sh"
    )
    assert [line for line in NOT_HERE if f"\n{line}" not in text] == []


@pytest.mark.parametrize("page", PAGES)
def test_a_file_that_a_page_shows_is_used_on_it(page: str) -> None:
    shown = blocks(ROOT / "docs" / page)
    lines = "".join(block.text for block in shown if block.language == "sh").split()
    files = [block.name for block in shown if block.name or block.language == "csv"]
    assert [name for name in files if name not in lines] == []
