"""Censuses of children in need, made of what a test tells of one child or of several; and `icr import` of files."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.builders.process import icr
from tests.servers.plugin import Stack

IN_NEED = ("CINPlanDates", "CINPlanStartDate", "CINPlanEndDate")
PROTECTION = ("ChildProtectionPlans", "CPPstartDate", "CPPendDate")


def plan(kind: tuple[str, str, str], start: str, end: str | None = None) -> str:
    """A module of a plan."""
    module, starts, ends = kind
    until = "" if end is None else f"<{ends}>{end}</{ends}>"
    return f"<{module}><{starts}>{start}</{starts}>{until}</{module}>"


def child(*details: str, number: str = "B1") -> str:
    """A child of an authority's own number."""
    who = f"<ChildIdentifiers><LAchildID>{number}</LAchildID><PersonBirthDate>2015-03-27</PersonBirthDate></ChildIdentifiers>"
    return f"<Child>{who}<CINdetails>{''.join(details)}</CINdetails></Child>"


def census(children: Iterable[str], written: str | None = "2024-05-23T10:00:00", refers: str = "2024-03-31") -> str:
    """A census of 808, written down when its header says, if it does."""
    at = "" if written is None else f"<DateTime>{written}</DateTime>"
    head = f"<Collection>CIN</Collection><Year>{refers[:4]}</Year><ReferenceDate>{refers}</ReferenceDate><LEA>808</LEA>{at}"
    return f"<Message><Header>{head}</Header><Children>{''.join(children)}</Children></Message>"


def imported(stack: Stack, kind: str, *arguments: Path | str) -> tuple[int, list[dict[str, Any]]]:
    """Exit code and counts of each file, which add up."""
    done = icr("import", kind, *map(str, arguments), "--json", environment=stack.environment)
    files: list[dict[str, Any]] = json.loads(done.stdout)["files"]
    for file in files:
        assert file["read"] == file["accepted"] + file["duplicate"] + file["conflict"] + file["kept"]
        assert file["kept"] + file["conflict"] == sum(file["reasons"].values())
    return done.returncode, files


class Office:
    """An authority that hands in one census after the other."""

    def __init__(self, stack: Stack, folder: Path) -> None:
        self._stack = stack
        self._folder = folder

    def hands_in(self, *censuses: str) -> list[dict[str, Any]]:
        """Import censuses with one command; their counts."""
        paths = []
        for number, text in enumerate(censuses):
            paths.append(self._folder / f"census{number}.xml")
            paths[-1].write_text(text, encoding="utf-8")
        return imported(self._stack, "cin", *paths)[1]

    def shown(self, number: str = "B1") -> list[tuple[str, str, str | None]]:
        """(kind, from, to) of a child's entries."""
        done = icr(
            "child", "timeline", "--id", f"agency:la-808:cin:{number}", "--json", environment=self._stack.environment
        )
        assert done.returncode == 0, done.stderr
        return sorted((e["kind"], e["from"], e["to"]) for e in json.loads(done.stdout)["entries"])
