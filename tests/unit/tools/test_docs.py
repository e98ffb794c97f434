"""The pages: what is made is fresh, links lead somewhere, and what they show as a command or an event is so."""

import json
import re
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer

from adapters.log.connections import connect
from adapters.log.keys.data_keys import MasterKeys
from adapters.log.messages import Message
from adapters.process.clock import FixedClock
from adapters.process.settings import Settings
from adapters.service.opened import Service
from domain.reasons import REASONS
from schemas.registry import WRITTEN_HERE, registry
from tests.spec.contents import PAGES
from tools.docs import links, model
from tools.docs.__main__ import ROOT, differing, made
from tools.docs.reference import inner
from tools.main import app

_BLOCK = re.compile(r"^ *```(\w*)[^\n`]*\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`(?:\.venv/bin/)?(icr [a-z][^`]*)`")


def blocks(language: str) -> Iterator[tuple[str, str]]:
    """Fenced blocks of a language: page and text."""
    for page in links.pages_of(ROOT):
        for found, text in _BLOCK.findall(page.read_text(encoding="utf-8")):
            if found == language:
                yield str(page.relative_to(ROOT)), text


def commands() -> Iterator[tuple[str, str]]:
    """Every `icr` command that a page shows, whole in a block, or by its name in a sentence."""
    for page, text in blocks("sh"):
        for line in text.splitlines():
            command = line.rpartition("| ")[2] if "| icr" in line else line
            command = re.sub(r"^([A-Z_]+=\S* )+", "", command.strip()).removeprefix(".venv/bin/")
            if command.startswith("icr "):
                yield page, command
    for page in links.pages_of(ROOT):
        for command in _CODE.findall(page.read_text(encoding="utf-8")):
            if not set("…[.") & set(command):
                yield str(page.relative_to(ROOT)), command if "--" in command else f"{command} --help"


def events() -> list[tuple[str, dict[str, Any]]]:
    """Every event that a page shows, but those that are made from the schemas."""
    found = []
    for page, text in blocks("json"):
        if page.startswith("docs/events/"):
            continue
        try:
            document = json.loads(text)
        except ValueError:
            continue  # a shape, not a document
        if isinstance(document, dict) and "event_type" in document:
            found.append((page, document))
    return found


def test_made_pages_are_fresh(any_database_url: str) -> None:
    assert differing(ROOT, made(ROOT, any_database_url)) == [], "run ./dev docs"


def test_every_link_leads_somewhere() -> None:
    assert links.broken(ROOT) == []


def test_every_example_stands_on_a_page() -> None:
    modules = {path.stem for path in (ROOT / "tests" / "spec").glob("test_*.py")}
    shown = [module for page in PAGES for module in page.modules]
    assert len(shown) == len(set(shown))
    assert {module for module in modules if not module.startswith("test_bug_")} == set(shown)


def test_every_table_and_column_is_explained(any_database_url: str) -> None:
    with connect(any_database_url) as connection:
        assert model.without_comment(connection) == []


@cache
def program() -> Any:
    """The program's commands, put together once."""
    return typer.main.get_command(app)


def refused(command: str) -> str | None:
    """Why a command line would be refused; None when it would be run."""
    words = shlex.split(command, comments=True)[1:]
    found: Any = program()
    while parts := inner(found):
        if words in ([], ["--help"]):
            return None  # a group by its name
        if words[0] not in parts:
            return "no such command"
        found = parts[words.pop(0)]
    try:
        found.make_context(found.name, words)
    except typer.Exit:
        return None  # --help
    except typer.BadParameter.__mro__[2] as error:
        return str(error) or type(error).__name__
    return None


@pytest.mark.parametrize(
    "command", ["icr families list --lost two", "icr no such", "icr child show --no", "icr leads caseload"]
)
def test_a_wrong_command_is_found(command: str) -> None:
    assert refused(command) is not None


@pytest.mark.parametrize(("page", "command"), sorted(set(commands())))
def test_commands_are_as_shown(page: str, command: str) -> None:
    if "NAME" in command or "ID" in command.split() or "FAMILY" in command:
        pytest.skip("stands for a command")
    assert refused(command) is None, page


@pytest.mark.parametrize(("page", "event"), events(), ids=lambda value: value if isinstance(value, str) else None)
def test_events_are_recorded_as_shown(page: str, event: dict[str, Any], any_database_url: str) -> None:
    keys = MasterKeys(b"k" * 32, b"h" * 32)
    clock = FixedClock(datetime(2026, 10, 1, tzinfo=UTC))
    recorder = Service(Settings(), any_database_url, None, None, False, keys, clock).recorder()
    earlier = [shown for where, shown in events() if where == page and shown["event_id"] != event["event_id"]]
    recorder.record([Message(shown) for shown in earlier])
    [outcome] = recorder.record([Message(event)])
    recorder.close()
    assert (outcome.outcome, outcome.reason, outcome.set_aside) == ("accepted", None, ())


def _message(event: dict[str, Any]) -> Message:
    """An event as an agency sends it, or as the service writes it itself."""
    sector = registry().newest[event["event_type"]].sector
    return Message(event, WRITTEN_HERE if sector == WRITTEN_HERE else None)


def test_every_type_has_an_example_which_is_accepted(any_database_url: str) -> None:
    shown = [json.loads(text) for page, text in blocks("json") if page.startswith("docs/events/")]
    assert {event["event_type"] for event in shown} == set(registry().types)
    keys = MasterKeys(b"k" * 32, b"h" * 32)
    clock = FixedClock(datetime(2026, 10, 1, tzinfo=UTC))
    recorder = Service(Settings(), any_database_url, None, None, False, keys, clock).recorder()
    outcomes = recorder.record([_message(event) for event in shown])
    recorder.close()
    assert [(o.event_type, o.outcome, o.reason, o.set_aside) for o in outcomes] == [
        (event["event_type"], "accepted", None, ()) for event in shown
    ]


def test_reasons_that_pages_name_are_there() -> None:
    text = (ROOT / "docs" / "reasons.md").read_text(encoding="utf-8")
    assert all(f"`{code}`" in text for code in REASONS)


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "here.md").write_text("# Here\n\n## The `code` way\n\n## The `code` way\n")
    (tmp_path / "README.md").write_text(
        "[a](docs/here.md#the-code-way) [b](docs/here.md#the-code-way-1) [c](docs/gone.md) [d](docs/here.md#away) [e](#no)\n"
        "`[f](nowhere.md)`\n"
    )
    assert links.broken(tmp_path) == [
        "README.md: docs/gone.md is not there",
        "README.md: docs/here.md#away has no such heading",
        "README.md: #no has no such heading",
    ]


def test_a_page_that_nothing_makes_any_more_is_found(tmp_path: Path) -> None:
    rules = tmp_path / "docs" / "rules"
    rules.mkdir(parents=True)
    (rules / "old.md").write_text("x")
    (tmp_path / "docs" / "events.md").write_text("edited by hand")
    assert differing(tmp_path, {"events.md": "made", "reasons.md": "made"}) == [
        "events.md",
        "reasons.md",
        "rules/old.md",
    ]
