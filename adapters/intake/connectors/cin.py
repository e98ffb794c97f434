"""The children in need census (XML, yearly, by local authority) as events of the contract.

What each element becomes stands in `docs/cin.md`. The unit is the *dated element*: each is one event, or is kept with
its reason; dates of birth travel with every event of the child. What was found, said or decided is not published.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from io import BufferedIOBase
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import Element

from adapters.codec.times import civil_day, read_of_file
from adapters.intake.connectors import BrokenFile, Converted
from adapters.intake.connectors.census import Source, opened_file, read_day
from adapters.intake.connectors.cin_people import Subject, subject
from adapters.intake.connectors.cin_warnings import Dated, warnings
from adapters.intake.connectors.cin_xml import (
    IDENTIFIERS,
    Header,
    Module,
    children,
    excerpt,
    identifying,
    name_of,
    numbered,
    text_of,
)
from adapters.intake.connectors.one_number import NumbersOfFile
from domain.dates import add_months, from_day, to_day
from domain.errors import Rejected
from domain.identifiers import UPN
from domain.identity.one_number import NUMBER_OF_TWO

UNIT: Final = "dated element"
SYSTEM: Final = "cin"

_RETRACTED: Final = "EventRetracted"
_LONGEST: Final = 100  # of a child's number in a source record's id
_LATEST: Final = timedelta(days=366)  # after the census was written or refers to: no fact can be told so early

Own = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Fact:
    """What a dated element becomes. `own` gives the type's fields from the module it stands in.

    `begins` is the element of that module with the day its interval began, and `kind` tells apart intervals of one
    kind of timeline entry: together they are the reference by which an end finds its start. `record` stands for `kind` in
    the source record of the end, where another kind of entry has the same: what is taken back of one is not the other's.
    """

    event_type: str
    own: Callable[[Module], Own]
    begins: str | None = None
    kind: str = ""
    record: str = ""


def _nothing(_: Module) -> Own:
    return {}


def _fixed(name: str, value: str) -> Callable[[Module], Own]:
    return lambda _: {name: value}


def _referral(details: Module) -> Own:
    code = details.first("referralsource")
    return {"service": "children's social care", "source_code": None if code is None else code.upper()}


def _closure(details: Module) -> Own:
    reason = details.first("reasonforclosure")
    if reason is None:
        raise Rejected("missing_field", "ReasonForClosure", "a closure has its reason, RC1 to RC9")
    return {"reason": reason.upper()}


def _reason_unknown(_: Module) -> Own:
    return {"reason": None}


_ASSESSED: Final = "assessmentactualstartdate"
_PLANNED: Final = "cinplanstartdate"
_PROTECTED: Final = "cppstartdate"
_ENQUIRED: Final = "s47actualstartdate"

FACTS: Final[Mapping[str, Fact]] = {
    "cinreferraldate": Fact("ReferralReceived", _referral),
    "cinclosuredate": Fact("CaseClosed", _closure),
    "dateofinitialcpc": Fact("InitialConferenceHeld", _nothing),
    _ASSESSED: Fact("AssessmentStarted", _fixed("assessment", "single"), _ASSESSED, "single"),
    "assessmentauthorisationdate": Fact("AssessmentCompleted", _fixed("assessment", "single"), _ASSESSED, "single"),
    _ENQUIRED: Fact("AssessmentStarted", _fixed("assessment", "section_47"), _ENQUIRED, "section_47"),
    _PLANNED: Fact("ChildInNeedStarted", _nothing, _PLANNED, "plan"),
    "cinplanenddate": Fact("ChildInNeedEnded", _reason_unknown, _PLANNED, "plan"),
    _PROTECTED: Fact("ChildProtectionStarted", _nothing, _PROTECTED, "plan", "protection"),
    "cppenddate": Fact("ChildProtectionEnded", _reason_unknown, _PROTECTED, "plan", "protection"),
    "cppreviewdate": Fact("ReviewHeld", _fixed("plan", "child_protection")),
    "persondeathdate": Fact("DeathNotified", _fixed("status", "informal")),
}

# Start: the end of it that may be told. An enquiry (section 47) has none in the census.
_ENDS: Final[Mapping[str, str]] = {
    fact.begins: name for name, fact in FACTS.items() if fact.begins is not None and fact.begins != name
}

# What the census has all of. Of deaths it has only those of children in need.
_COVERED: Final = tuple(sorted({fact.event_type for fact in FACTS.values()} - {"DeathNotified"}))

# Dated, and yet no fact: why each is kept.
_NO_FACTS: Final[Mapping[str, str]] = {
    "initialcpctarget": "a day by which something is due is no event",
    "assessmentinternalreviewdate": "a day set for looking at an assessment again is no event",
}

# The person's own dates are part of every event's subject.
_OF_THE_PERSON: Final = frozenset({"personbirthdate", "expectedpersonbirthdate"})

_NEEDED: Final = frozenset(
    {"lachildid", "upn", "formerupn", "sex", "gendercurrent", "referralsource", "reasonforclosure"}
) | _OF_THE_PERSON | FACTS.keys()  # fmt: skip


def read_cin(path: Path, organisation: str | None = None) -> Iterator[Converted]:
    """Every dated element of a census, in order; `organisation` is whose it is where the header does not say.

    Raises OSError where the file cannot be opened, BrokenFile where it is no such census or breaks off.
    """
    with opened_file(path) as stream:
        yield from read_stream(stream, organisation)


def read_stream(stream: BufferedIOBase, organisation: str | None) -> Iterator[Converted]:
    """The same of an open file, or of what was stored of a kept element. Raises BrokenFile."""
    census, header = None, Header()
    for child in children(stream, header):
        census = census or _census(header, organisation)
        yield from census.of(child)
    # Nobody may be in it: it must be a census all the same. One that broke off does not come here, and covers nothing.
    yield from (census or _census(header, organisation)).covered()


def _census(header: Header, organisation: str | None) -> "_Census":
    collection = header.get("collection")
    if collection is not None and collection.upper() != "CIN":
        raise BrokenFile("it is another collection than the children in need census (Header: Collection)")
    code = header.get("lea")
    if code is not None and code.isascii() and code.isdigit() and len(code) == 3:
        organisation = f"la-{code}"
    if organisation is None:
        raise BrokenFile("its header names no local authority of three digits (LEA): name it with --organisation")
    header.values["lea"] = organisation.removeprefix("la-")  # so that what is stored of a kept element says whose it is
    refers = read_day(header.get("referencedate") or "")
    written = read_of_file(header.get("datetime")) or _midnight(refers) or _midnight(_march(header.get("year")))
    if written is None:
        raise BrokenFile("its header does not say when it was written (DateTime, ReferenceDate or Year)")
    latest = max(civil_day(written), refers or date.min)
    through = refers or _march(header.get("year"))
    return _Census(header, Source(organisation, SYSTEM, written), latest + _LATEST, through)


def _march(year: str | None) -> date | None:
    """The last day a census refers to: 31 March of its year."""
    return read_day(f"{year}-03-31")


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else read_of_file(day.isoformat())


@dataclass(frozen=True, slots=True)
class _Census:
    header: Header
    source: Source
    latest: date
    through: date | None
    alike: Counter[bytes] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)
    numbers: NumbersOfFile = field(default_factory=NumbersOfFile)

    def covered(self) -> Iterator[Converted]:
        """FeedReported of each event type: all of it that there was in the census's year, if the header says which."""
        if self.through is None or self.header.excerpt:
            return
        first = from_day(add_months(to_day(self.through), -12) + 1)
        for event_type in _COVERED:
            report = self.source.report(event_type, first, self.through, self.told[event_type])
            yield Converted((report,), None, b"", of_the_file=True)

    def of(self, child: Element) -> Iterator[Converted]:
        """What one child's dated elements become."""
        identifiers = next((kid for kid in child if name_of(kid) == IDENTIFIERS), None)
        who = self._of_its_own(subject(identifiers, self.source.organisation, SYSTEM))
        known_by = None if identifiers is None else identifying(identifiers, _NEEDED)
        found = list(_dated(child))
        another = self._another(who)
        for dated, warned in zip(found, warnings(child, found), strict=True):
            try:
                if another is not None:
                    raise another
                yield self._convert(dated, who, warned)
            except Rejected as error:
                raw = excerpt(self.header, known_by, dated.module, (dated.place, dated.leaf), _NEEDED)
                if not who.block["identifiers"]:
                    raw = self._apart(raw)
                yield Converted((), (error.reason, error.field, error.rule), raw)

        day = min((one.day for one in found if one.day is not None), default=None)
        if day is not None and another is None:
            for former in who.former:
                event = self.source.replaced(who.block, former, min(day, civil_day(self.source.written)))
                yield Converted((event,), None, b"", of_the_file=True)

    def _of_its_own(self, who: Subject) -> Subject:
        """A child without the former numbers by which the census has told of another child."""
        own = tuple(number for number in who.former if not self.numbers.is_of_another(UPN, number, who.block))
        if own == who.former:
            return who
        return replace(who, former=own, set_aside=(*who.set_aside, (NUMBER_OF_TWO, "formerupn")))

    def _another(self, who: Subject) -> Rejected | None:
        """Why this is not the child who has the number in this census; None where it may be."""
        try:
            self.numbers.check(who.block)
        except Rejected as rejected:
            return rejected
        return None

    def _apart(self, raw: bytes) -> bytes:
        """What is stored of an element of nobody known, who may be another than one of whom the same is told."""
        same = hashlib.blake2b(raw, digest_size=16).digest()
        self.alike[same] += 1
        return raw if self.alike[same] == 1 else numbered(raw, self.alike[same])

    def _convert(self, dated: Dated, who: Subject, warned: tuple[str, ...]) -> Converted:
        fact = FACTS.get(dated.name)
        if fact is None:
            rule = _NO_FACTS.get(dated.name, "not an element of the census that is taken in")
            raise Rejected("unknown_event_type", dated.label, rule)
        if dated.day is None:
            raise Rejected("impossible_date", dated.label, "a day of the calendar as YYYY-MM-DD, not before 1900")
        if dated.day > self.latest:
            raise Rejected("impossible_date", dated.label, "not beyond a year from the census")
        if not who.block["identifiers"]:
            raise Rejected("no_identifier", "ChildIdentifiers", "an LAchildID, or a UPN")
        reference = _reference(fact, dated.module)
        record = _record(fact, dated, who) if fact.begins != dated.name else None
        event = self.source.event(
            fact.event_type, who.block, dated.day, fact.own(dated.module),
            reference=reference, source_record_id=record, may_change=record is not None,
        )  # fmt: skip
        self.told[fact.event_type] += 1
        back = self._reopened(fact, dated, who)
        start = None if record is None else self._start(fact, dated, who, reference)
        return Converted((event,), None, b"", who.set_aside, warned, takes_back=back, begun_by=start)

    def _start(self, fact: Fact, dated: Dated, who: Subject, reference: str | None) -> str | None:
        """The id of the event that an interval's start is, by which the log knows whether a later census told of it."""
        begun = _begun(fact, dated.module)
        if begun is None or fact.begins is None:
            return None
        start = FACTS[fact.begins]
        event = self.source.event(start.event_type, who.block, begun, start.own(dated.module), reference=reference)
        event_id: str = event["event_id"]
        return event_id

    def _reopened(self, fact: Fact, dated: Dated, who: Subject) -> tuple[dict[str, Any], ...]:
        """A start without an end takes back the end that an earlier census may have told."""
        end = _ENDS.get(dated.name)
        record = _record(fact, dated, who)
        if end is None or record is None or dated.module.first(end) is not None:
            return ()
        target = {"event_id": None, "source_record_id": record, "reason": "entered_in_error"}
        day = civil_day(self.source.written)
        return (self.source.event(_RETRACTED, who.block, day, {}, target=target, may_change=True),)


def _begun(fact: Fact, module: Module) -> date | None:
    return None if fact.begins is None else read_day(module.first(fact.begins) or "")


def _reference(fact: Fact, module: Module) -> str | None:
    """By what an end finds its start: the day the interval began. None where that cannot be read."""
    begun = _begun(fact, module)
    return None if begun is None else f"{SYSTEM}:{fact.kind}:{begun.isoformat()}"


def _record(fact: Fact, dated: Dated, who: Subject) -> str | None:
    """The source record under which the end of an interval is told, whatever day it is; None where that is not clear."""
    begun = _begun(fact, dated.module)
    number = next((i["value"] for i in who.block["identifiers"]), None)
    if begun is None or number is None:
        return None
    return f"{number[:_LONGEST]}/{SYSTEM}:{fact.record or fact.kind}:{begun.isoformat()}/end"


def _dated(element: Element) -> Iterator[Dated]:
    """Everything in a child that has a date, in document order."""
    module: Module | None = None
    for place, kid in enumerate(element):
        if len(kid):
            yield from _dated(kid)
        elif _is_dated(kid):
            module = module or Module(element)
            yield Dated(module, place, kid, read_day(text_of(kid)))


def _is_dated(leaf: Element) -> bool:
    name, text = name_of(leaf), text_of(leaf)
    if not text or name in _OF_THE_PERSON:
        return False
    return name in FACTS or name in _NO_FACTS or name.endswith("date") or read_day(text) is not None
