"""What a file looks like, by its beginning: so that a file of another kind is named, and nothing of it is kept in quarantine.

Sources: DfE, *Children looked-after return (SSDA903)*, *SEN2 person level census*, *Common transfer file*, *School
census* and *Children in need census*, each as its technical specification has it; Ofsted, *Annex A* (the child-level
data of an inspection of local authority children's services). A class list has no specification: it is known by names
beside a class.
"""

import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from adapters.intake.connectors import BrokenFile
from adapters.intake.connectors.census import opened_file
from adapters.intake.connectors.encodings import wide_text
from adapters.intake.connectors.school_census_tables import kind_of

CIN: Final = "cin"
NEMS: Final = "nems"
SCHOOL_CENSUS: Final = "school-census"

_LOOKED_AT: Final = 64 * 1024
_MOST_SHEETS: Final = 1024 * 1024  # bytes of the part of a workbook that names its sheets
_ROOT: Final = re.compile(r"<(?:[A-Za-z0-9_.-]+:)?([A-Za-z0-9_.-]+)")
_COLLECTION: Final = re.compile(r"<(?:[A-Za-z0-9_.-]+:)?Collection>\s*([^<]{1,40}?)\s*<", re.IGNORECASE)
_BEFORE_ROOT: Final = re.compile(r"\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*)*", re.DOTALL)
_ANNEX_A_SHEET: Final = re.compile(rb'<sheet [^>]*name="(?:List|Annex A)[ _]?\d', re.IGNORECASE)
_ZIP: Final = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class Looks:
    """What a file looks like: in words, and the kind of `icr import` that reads it, None where none does yet."""

    words: str
    kind: str | None = None

    def said(self) -> str:
        """Why it was not read."""
        then = f"read it with `icr import {self.kind}`" if self.kind else "such a file is not read yet"
        return f"it looks like {self.words}: {then}"


_BY_COLLECTION: Final = {
    "cin": Looks("a children in need census", CIN),
    "cla": Looks("a return of looked-after children (SSDA903)"),
    "ssda903": Looks("a return of looked-after children (SSDA903)"),
    "sen2": Looks("a census of special educational needs (SEN2)"),
    "schoolcensus": Looks("a school census in XML"),
    "school": Looks("a school census in XML"),
    "eyc": Looks("an early years census"),
    "ap": Looks("an alternative provision census"),
    "swf": Looks("a school workforce census"),
}
_BY_ROOT: Final = {
    "bundle": Looks("NHS event messages", NEMS),
    "ctfile": Looks("a common transfer file (CTF)"),
    "ssda903": _BY_COLLECTION["ssda903"],
    "sen2": _BY_COLLECTION["sen2"],
}

# Columns of the tables of a return, besides the child's number, of which any one tells it.
_OF_903: Final = frozenset(
    """decom rne ls place_provider reason_place_change home_post pl_post mother mc_dob duc review_code sdq_score
    sdq_reason in_touch activ accom date_int date_match mis_start mis_end prev_perm la_perm date_perm date_placed
    date_placed_ceased""".split()
)
_OF_SEN2: Final = re.compile(
    r"sen2|(?:personal|persons?|requests?|assessment|namedplan|activeplans?|plandetail)tableid"
)
_NAMED: Final = (
    {"forename", "surname"}, {"first name", "last name"}, {"first name", "surname"}, {"legal forename", "legal surname"},
    {"legal first name", "legal last name"}, {"preferred forename", "preferred surname"}, {"given name", "family name"},
    {"name"}, {"pupil name"}, {"student name"}, {"full name"}, {"student"}, {"pupil"},
)  # fmt: skip
_CLASSES: Final = frozenset(
    """class|class name|form|form group|tutor group|tutor|reg|reg group|registration group|registration|year group|nc year
    |year|teaching group|set|house""".replace("\n", "")
    .replace("    ", "")
    .split("|")
)


def looks_like(path: Path) -> Looks | None:
    """What a file looks like; None where it cannot be said, or is no plain file. Raises OSError."""
    if not path.is_file():
        return None  # what is read once only, as a pipe, is left to whoever reads it
    try:
        with opened_file(path) as stream:
            start = stream.read1(_LOOKED_AT)
    except BrokenFile:
        return None
    if start.startswith(_ZIP):
        return _workbook(path)
    text = _text(start)
    if text.lstrip()[:1] == "<":
        return _xml(text)
    if text.lstrip()[:1] in ("{", "["):
        return _json(text)
    return _table(text)


def check(path: Path, kind: str) -> None:
    """Raise BrokenFile where a file looks like one of another kind than the one that is about to read it."""
    looks = looks_like(path)
    if looks is not None and looks.kind != kind:
        raise BrokenFile(looks.said())


def _text(start: bytes) -> str:
    wide = wide_text(start)
    if wide is None:
        return start.decode("utf-8-sig", "replace")
    marked = start.startswith((b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff"))
    ending = "" if marked else "-BE" if start.startswith(b"\0") else "-LE"
    return start.decode(wide + ending, "replace")


def _xml(text: str) -> Looks | None:
    before = _BEFORE_ROOT.match(text)
    root = _ROOT.match(text, before.end() if before else 0)
    if root is None:
        return None
    name = root[1].lower()
    if name == "message":
        collection = _COLLECTION.search(text)
        told = "" if collection is None else re.sub(r"[^a-z0-9]", "", collection[1].lower())
        return _BY_COLLECTION.get(told)
    return _BY_ROOT.get(name)


def _json(text: str) -> Looks | None:
    if '"resourceType"' in text:
        return Looks("FHIR in JSON")
    return Looks("events in JSON, which `icr publish` sends") if '"event_type"' in text else None


def _table(text: str) -> Looks | None:
    lines = (line for line in text.splitlines() if line.strip() and not line.startswith("# icr "))
    head = next(lines, "")
    separator = max(",;\t|", key=head.count)
    columns = frozenset(cell.strip().strip('"').strip().lower() for cell in head.split(separator))
    return next((looks for known, looks in _TABLES if known(columns)), None)


def _annex_a(columns: frozenset[str]) -> bool:
    return bool({"child unique id", "child's unique id", "child id (annex a)"} & columns)


def _class_list(columns: frozenset[str]) -> bool:
    return any(names <= columns for names in _NAMED) and not columns.isdisjoint(_CLASSES)


_TABLES: Final[tuple[tuple[Callable[[frozenset[str]], bool], Looks], ...]] = (
    (lambda columns: kind_of(columns) is not None, Looks("a table of the school census", SCHOOL_CENSUS)),
    (lambda columns: "child" in columns and not columns.isdisjoint(_OF_903), _BY_COLLECTION["ssda903"]),
    (lambda columns: any(_OF_SEN2.search(column) for column in columns), _BY_COLLECTION["sen2"]),
    (_annex_a, Looks("a list of an inspection's Annex A")),
    (_class_list, Looks("a class list")),
)


def _workbook(path: Path) -> Looks:
    sheets = b""
    try:
        with zipfile.ZipFile(path) as book, book.open("xl/workbook.xml") as part:
            sheets = part.read(_MOST_SHEETS)
    except (zipfile.BadZipFile, KeyError, OSError, EOFError, NotImplementedError, RuntimeError, ValueError):
        return Looks("a packed file (zip)")
    if _ANNEX_A_SHEET.search(sheets):
        return Looks("an inspection's Annex A, an Excel workbook")
    return Looks("an Excel workbook")


__all__ = ["CIN", "NEMS", "SCHOOL_CENSUS", "Looks", "check", "looks_like"]
