"""The school census (CSV tables, three a year) as events of the contract.

What each column becomes stands in `docs/school-census.md`. The unit is the row. Each row of pupils on roll is told once
for its term, under a source record named after the term: so the log itself knows who was on roll when.
"""

import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Final

from adapters.intake.connectors import BrokenFile, Converted
from adapters.intake.connectors.census import BACKFILL, SNAPSHOT, Source, note_of, read_day, subject_block, upns_of
from adapters.intake.connectors.one_number import NumbersOfFile
from adapters.intake.connectors.school_census_rolls import SYSTEM, Listed, on_roll_record, source_of
from adapters.intake.connectors.school_census_tables import (
    ROLL_ROW,
    SCHOOL,
    Kind,
    Row,
    Table,
    Term,
    opened_table,
    term_of,
)
from domain.errors import Rejected
from domain.identifiers import UPN
from domain.identity.one_number import NUMBER_OF_TWO
from domain.names import stated_name

UNIT: Final = "row"
# Nobody's code: where a command does not name the authority, for the tables never do.
NOBODY: Final = "la-000"

_JOINED_AT_ONCE: Final = 20_000  # rows of exclusions whose pupils are looked up in one reading of the roll
_SATURDAY: Final = 6
_SUSPENSION: Final = {"FIXD": 2, "SUSP": 2, "LNCH": 1}  # category: sessions of it in a day
_PERMANENT: Final = "PERM"
_SURNAMES: Final = {"official": "surname", "usual": "preferredsurname", "former": "formersurname"}
_SEX: Final = {"M": "M", "F": "F", "U": "U", "MALE": "M", "FEMALE": "F"}
_FORMER: Final = b"formerupn"


@dataclass(frozen=True, slots=True)
class SchoolCensus:
    """How the files of one command are read. `paths` are all of them: exclusions name pupils by rows of another table.

    `pseudonymous`: the numbers are no UPNs and the names no names; the numbers are a scheme of the authority's own.
    `term` is of files whose names tell none.
    """

    paths: Sequence[Path]
    organisation: str = NOBODY
    pseudonymous: bool = False
    term: Term | None = None

    def read(self, path: Path) -> Iterator[Converted]:
        """Every row of a table. Raises OSError, and BrokenFile where it is none, breaks off, or its term is not told."""
        with opened_table(path) as table:
            if table.kind is Kind.NO_DAYS:
                for _ in table.rows:
                    yield Converted((), None, b"", ignored="unknown_event_type")
                return
            term = self._term(path)
            if term is None:
                raise BrokenFile("its name does not tell the term (as 2024_autumn): name it with --term")
            census = _Census(source_of(self.organisation, term), term, table, self.pseudonymous)
            self._look_ahead(path, census)
            if table.kind is Kind.EXCLUSIONS:
                yield from self._exclusions(census, term)
                return
            if table.kind is Kind.ON_ROLL and not table.excerpt:
                yield from _roll(census)
                return
            for row in table.rows:
                yield census.convert(row, census.on_roll if table.kind is Kind.ON_ROLL else census.left)

    def _look_ahead(self, path: Path, census: "_Census") -> None:
        """Who is known by which number in a table that tells former ones, since these may be another's, who is told of below."""
        if _FORMER not in census.table.head.lower() or not path.is_file():
            return
        with suppress(OSError, BrokenFile, EOFError, zlib.error), opened_table(path) as table:
            for row in table.rows:
                _tried(census, row, census.present)

    def _term(self, path: Path) -> Term | None:
        return term_of(path.name) or self.term

    def _exclusions(self, census: "_Census", term: Term) -> Iterator[Converted]:
        """So many rows at a time, with their pupils from the term's rolls: the rolls need not fit into memory."""
        while rows := list(islice(census.table.rows, _JOINED_AT_ONCE)):
            pupils = self._pupils({key for row in rows if (key := _roll_row(row)) is not None}, census, term)
            for row in rows:
                yield census.convert(row, partial(census.excluded, pupils))

    def _pupils(self, wanted: set[tuple[str, str]], census: "_Census", term: Term) -> "dict[tuple[str, str], _Found]":
        """The pupils of rows of the term's rolls, as far as those are among the files; or why a row tells of none."""
        found: dict[tuple[str, str], _Found] = {}
        rolls = 0
        for path in self.paths:
            with ExitStack() as stack:
                try:
                    table = stack.enter_context(opened_table(path))
                    if self._term(path) != term or table.kind not in (Kind.ON_ROLL, Kind.LEFT):
                        continue
                    rolls += 1
                    numbers = NumbersOfFile()  # the second child with a number is told of in no table
                    for row in table.rows:
                        pupil, key = _tried(census, row, numbers), _roll_row(row)
                        if key in wanted:
                            found[key] = pupil
                except (OSError, BrokenFile):
                    continue  # it is said where that file itself is read
        if not rolls:
            raise BrokenFile("it names pupils by rows of its term's roll: import it together with that table")
        return found


def _roll(census: "_Census") -> Iterator[Converted]:
    """The rows of a roll, then for each school how many pupils it lists: whoever is not among them is on its roll no more."""
    listed = Listed(census.term.day())
    try:
        for row in census.table.rows:
            converted = census.convert(row, census.on_roll)
            yield converted
            listed.add(row, kept=converted.kept is not None)
    except (BrokenFile, OSError, EOFError, zlib.error):
        listed.unread += 1  # one more than has come, at least: so nobody is missed from it
        yield from listed.reports(census.source)
        raise
    yield from listed.reports(census.source)


def _roll_row(row: Row) -> tuple[str, str] | None:
    """(column, id) of the roll's row that a row is, or names."""
    return next(((name, cell) for name in ROLL_ROW if (cell := row.get(name))), None)


@dataclass(frozen=True, slots=True)
class _Pupil:
    subject: dict[str, Any]
    set_aside: tuple[tuple[str, str], ...]
    former: tuple[str, ...] = ()


_Found = _Pupil | Rejected
Facts = tuple[list[dict[str, Any]], tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class _Census:
    source: Source
    term: Term
    table: Table
    pseudonymous: bool
    numbers: NumbersOfFile = field(default_factory=NumbersOfFile)
    present: NumbersOfFile = field(default_factory=NumbersOfFile)

    def convert(self, row: Row, facts: "Callable[[Row], Facts]") -> Converted:
        """What a row becomes by one of the methods below."""
        try:
            if row.cells is None:
                raise Rejected("bad_value", None, "as many cells as the table has columns")
            events, aside = facts(row)
        except Rejected as error:
            return Converted((), (error.reason, error.field, error.rule), self._note() + self.table.head + row.line)
        return Converted(tuple(events), None, b"", aside)

    @property
    def scheme(self) -> str:
        """The scheme of numbers that are no UPNs."""
        return f"agency:{self.source.organisation}:{SYSTEM}"

    def _note(self) -> bytes:
        """Whose row it is and of which term, which the table does not say."""
        pseudonymous = ("--pseudonymous",) if self.pseudonymous else ()
        whose = ("--organisation", self.source.organisation) if self.source.organisation != NOBODY else ()
        return note_of("import school-census", "--term", str(self.term), *whose, *pseudonymous)

    def on_roll(self, row: Row) -> Facts:
        """PupilAdmitted, told for this term: a row of the snapshot, if the pupil was there on census day."""
        pupil, school, entered = self.pupil(row), _school(row), _needed_day(row, "entrydate")
        self.numbers.check(pupil.subject)
        own = {
            "school": school,
            "enrolment_status": _upper(row.get("enrolstatus")),
            "year_group": row.get("ncyearactual"),
        }
        record = on_roll_record(self.term, pseudonymous=self.pseudonymous)
        mode = SNAPSHOT if entered <= self.term.day() else BACKFILL
        event = self.source.event("PupilAdmitted", pupil.subject, entered, own, source_record_id=record, mode=mode)
        return [event, *self._replaced(pupil, entered)], pupil.set_aside

    def _replaced(self, pupil: _Pupil, day: date) -> list[dict[str, Any]]:
        if self.pseudonymous:
            return [self.source.migrated(pupil.subject, (self.scheme, former), day) for former in pupil.former]
        return [self.source.replaced(pupil.subject, former, day) for former in pupil.former]

    def left(self, row: Row) -> Facts:
        """PupilRemovedFromRoll, after the PupilAdmitted of its entry date."""
        pupil, school, gone = self.pupil(row), _school(row), _needed_day(row, "leavingdate")
        self.numbers.check(pupil.subject)
        own = {"school": school, "ground": None, "destination": None}
        events = [self.source.event("PupilRemovedFromRoll", pupil.subject, gone, own), *self._replaced(pupil, gone)]
        text = row.get("entrydate")
        entered = None if text is None else read_day(text)
        if entered is None or entered > gone:
            reason = "end_before_start" if entered else "impossible_date" if text else "missing_field"
            return events, (*pupil.set_aside, (reason, "entrydate"))
        admitted = {"school": school, "enrolment_status": None, "year_group": row.get("ncyearleaving")}
        return [self.source.event("PupilAdmitted", pupil.subject, entered, admitted), *events], pupil.set_aside

    def excluded(self, pupils: Mapping[tuple[str, str], _Found], row: Row) -> Facts:
        """SuspensionStarted, or PermanentExclusionDecided."""
        key = _roll_row(row)
        pupil = None if key is None else pupils.get(key)
        if pupil is None:
            raise Rejected("no_identifier", key[0] if key else ROLL_ROW[0], "a row of the term's roll")
        if isinstance(pupil, Rejected):
            raise pupil
        school, started = _school(row), _needed_day(row, "startdate")
        category, reason = _upper(row.get("category")), _upper(row.get("reason1"))
        if category == _PERMANENT:
            own: dict[str, Any] = {"school": school, "reason": reason}
            return [self.source.event("PermanentExclusionDecided", pupil.subject, started, own)], pupil.set_aside
        if category not in _SUSPENSION:
            raise Rejected("unknown_code", "category", "FIXD, SUSP, LNCH or PERM")
        sessions, aside = _sessions(row.get("sessions"))
        until = None if sessions is None else _day_back(started, sessions, _SUSPENSION[category])
        own = {"school": school, "sessions": sessions, "reason": reason}
        event = self.source.event("SuspensionStarted", pupil.subject, started, own, until=until)
        return [event], (*pupil.set_aside, *aside)

    def pupil(self, row: Row) -> _Pupil:
        """Whom a row of a roll is about. A UPN that fails its check stays: the recorder judges it."""
        upn, former_upn = row.get("upn"), row.get("formerupn")
        if upn is None and former_upn is None:
            raise Rejected("no_identifier", "upn", "the pupil's number")
        aside = []
        text, said = row.get("dob"), _upper(row.get("sex", "gender"))
        born = None if text is None else read_day(text)
        if text is not None and born is None:
            aside.append(("impossible_date", "subject.person.date_of_birth"))
        if said is not None and said not in _SEX:
            aside.append(("unknown_code", "subject.person.sex"))
        names = [] if self.pseudonymous else _names(row)
        numbered, former = upns_of(upn, [former_upn])
        if self.pseudonymous:
            present = upn or former_upn
            numbered = [(self.scheme, present)] if present else []
            former = [former_upn] if former_upn and former_upn != present else []
        block = subject_block(numbered, names=names, born=born, sex=_SEX.get(said or ""))
        scheme = self.scheme if self.pseudonymous else UPN
        own = [number for number in former if not self.present.is_of_another(scheme, number, block)]
        aside += [(NUMBER_OF_TWO, _FORMER.decode()) for number in former if number not in own]
        return _Pupil(block, tuple(aside), tuple(own))


def _tried(census: _Census, row: Row, numbers: NumbersOfFile) -> _Found:
    try:
        pupil = census.pupil(row)
        numbers.check(pupil.subject)
    except Rejected as rejected:
        return rejected
    return pupil


def _school(row: Row) -> str:
    school = row.get(*SCHOOL)
    if school is None:
        raise Rejected("missing_field", SCHOOL[0], "the school")
    return school


def _needed_day(row: Row, column: str) -> date:
    text = row.get(column)
    if text is None:
        raise Rejected("missing_field", column, "the day on which it was so")
    day = read_day(text)
    if day is None:
        raise Rejected("impossible_date", column, "a day of the calendar, not before 1900")
    return day


def _upper(text: str | None) -> str | None:
    return None if text is None else text.upper()


def _names(row: Row) -> list[dict[str, Any]]:
    """The legal name first, then the name the pupil goes by and the former one; a forename alone is the legal name."""
    forenames = [row.get("forename") or "", *(row.get("middlenames") or "").split()]
    surnames = {use: row.get(column) for use, column in _SURNAMES.items()}
    has_none = surnames["official"] is None and surnames["usual"] is None
    alone = stated_name(forenames, None, "official") if has_none else None
    said = [stated_name(forenames, family, use) for use, family in surnames.items() if family is not None]
    names = [name for name in (alone, *said) if name is not None]
    return [name for number, name in enumerate(names) if number == 0 or name["family"] != names[0]["family"]]


def _sessions(text: str | None) -> tuple[int | None, tuple[tuple[str, str], ...]]:
    """The number of sessions, which some systems write as `10.0`; more than a school year has is set aside."""
    if text is None:
        return None, ()
    whole = text.removesuffix(".0")
    if not (whole.isascii() and whole.isdigit() and len(whole) <= 3 and int(whole)):
        return None, (("bad_value", "sessions"),)
    # 45 school days a year are the most (Education Act 2002 s.51A).
    return (None, (("too_many_sessions", "sessions"),)) if int(whole) > 90 else (int(whole), ())


def _day_back(first: date, sessions: int, a_day: int) -> date:
    """The earliest first day back: the table has the sessions, two a weekday or one at lunch, and no last day."""
    day, left = first, -(-sessions // a_day)
    while left:
        left -= day.isoweekday() < _SATURDAY
        day += timedelta(days=1)
    while day.isoweekday() >= _SATURDAY:
        day += timedelta(days=1)
    return day
