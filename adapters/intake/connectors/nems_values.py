"""FHIR data types of event messages as values of the contract: dates, names, addresses, NHS numbers, ODS codes.

Sources: FHIR STU3 data types; NHS Data Dictionary (NHS NUMBER, POSTCODE OF USUAL ADDRESS and its pseudo postcodes).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from xml.etree.ElementTree import Element

from adapters.codec.times import FILE_FORM, LAST_YEAR, stated_day
from adapters.intake.connectors.nems_xml import extension_code, extensions, kids, value, values
from domain.identifiers import NHS, Checked, check_identifier
from domain.names import stated_name

_ODS = re.compile(r"[A-Z0-9]{3,12}")
_UPRN = re.compile(r"[0-9]{1,12}")
_PSEUDO_ABROAD = re.compile(r"ZZ99[0-9][A-Z]Z")

NO_FIXED_ABODE: Final = "ZZ993VZ"
_IN_ENGLAND_OR_UNKNOWN: Final = frozenset({"ZZ993CZ", "ZZ993WZ", NO_FIXED_ABODE})

_SEX: Final = {"male": "M", "female": "F", "other": "U", "unknown": "U"}
_NAME_USE: Final = {"official": "official", "usual": "usual", "old": "former", "maiden": "maiden"}
_RESIDENCE: Final = {"home": "home", "temp": "temporary"}


@dataclass(frozen=True, slots=True)
class Day:
    """What a FHIR date says: its civil date in London, or why it says none (`reason` of the closed list)."""

    day: date | None
    reason: str | None = None


def read_day(text: str | None) -> Day:
    """The civil date of a FHIR date, dateTime or instant; a month or a year alone is no day."""
    if text is None:
        return Day(None)
    if len(text) < len("2000-01-01") and FILE_FORM.fullmatch(text):
        return Day(None, "missing_field")
    day = stated_day(text)
    return Day(None, "impossible_date") if day is None else Day(day)


def is_open_end(text: str | None) -> bool:
    """Whether a period's end is a system's way to say that it has none (9999-12-31)."""
    return text is None or (bool(FILE_FORM.fullmatch(text)) and int(text[:4]) > LAST_YEAR)


def is_current(element: Element, at: date | None = None) -> bool:
    """Whether a name, address or identifier is in use: not `old`, begun by `at`, and its period has no end, or one after it."""
    if value(element, "use") == "old" or (at is not None and begins_after(element, at)):
        return False
    text = value(element, "period", "end")
    end = None if is_open_end(text) else read_day(text).day
    return is_open_end(text) or (at is not None and end is not None and end > at)


def begins_after(element: Element, at: date) -> bool:
    """Whether the period of a name, address or episode begins later than a day."""
    begun = read_day(value(element, "period", "start")).day
    return begun is not None and begun > at


def nhs_numbers(patient: Element | None) -> list[tuple[Checked, str | None]]:
    """The NHS numbers a Patient carries now, each once, with the tracing status it is given."""
    found: dict[str, tuple[Checked, str | None]] = {}
    for identifier in kids(patient, "identifier"):
        system = (value(identifier, "system") or "").rstrip("/").lower()
        number = value(identifier, "value")
        if number is not None and system.endswith("/nhs-number") and is_current(identifier):
            checked = check_identifier(NHS, number)
            found.setdefault(checked.normalised or number, (checked, extension_code(identifier, "verificationstatus")))
    return list(found.values())


def old_nhs_numbers(patient: Element | None) -> list[tuple[str, date | None]]:
    """The NHS numbers that a Patient carried once and no longer does, each with the day on which it was given up."""
    found: dict[str, date | None] = {}
    for identifier in kids(patient, "identifier"):
        system = (value(identifier, "system") or "").rstrip("/").lower()
        checked = check_identifier(NHS, value(identifier, "value") or "")
        if system.endswith("/nhs-number") and checked.normalised is not None and not is_current(identifier):
            found.setdefault(checked.normalised, read_day(value(identifier, "period", "end")).day)
    return list(found.items())


def ods_code(text: str | None) -> str | None:
    """An ODS code, or None where the text cannot be one."""
    code = (text or "").upper()
    return code if _ODS.fullmatch(code) else None


def names(people: Iterable[Element], at: date | None = None) -> list[dict[str, Any]]:
    """HumanNames as the contract has them, those in use at a day first; one that begins later is not a name yet."""
    found: list[dict[str, Any]] = []
    for name in sorted(people, key=lambda n: (not is_current(n, at), value(n, "use") != "official")):
        if value(name, "use") in ("temp", "anonymous") or (at is not None and begins_after(name, at)):
            continue
        given, family = values(name, "given"), value(name, "family")
        if family is None and not given:
            family = value(name, "text")
        stated = stated_name(given, family, _NAME_USE.get(value(name, "use") or ""))
        if stated is not None:
            found.append(stated)
    return found


def person(patient: Element, at: date) -> dict[str, Any] | None:
    """What a Patient resource says of a person as at a day; None where it says nothing."""
    home = current_address(patient, at)
    where = None if home is None else address(home)
    birth = read_day(value(patient, "birthDate")).day
    found = {
        "names": names(kids(patient, "name"), at),
        "date_of_birth": None if birth is None else birth.isoformat(),
        "expected_date": None,
        "sex": _SEX.get(value(patient, "gender") or ""),
        "postcode": None if where is None else where["postcode"],
        "uprn": None if where is None else where["uprn"],
    }
    return found if any(found.values()) else None


def current_address(patient: Element, at: date) -> Element | None:
    """Where a Patient lives at a day: `home` before no stated use before `temp`, then the one begun last."""
    rank = {"home": 0, None: 1, "temp": 2}
    found = [a for a in kids(patient, "address") if value(a, "use") in rank and is_current(a, at)]
    begun = sorted(found, key=lambda a: value(a, "period", "start") or "", reverse=True)
    return min(begun, key=lambda a: rank[value(a, "use")], default=None)


def address(found: Element) -> dict[str, Any]:
    """An Address as the tagged choice of SI 2007/2182; a pseudo postcode (ZZ99...) is no place."""
    lines = [*values(found, "line"), *values(found, "city"), *values(found, "district")]
    postcode = value(found, "postalCode")
    compact = (postcode or "").replace(" ", "").upper()
    built: dict[str, Any] = {
        "status": "current",
        "lines": lines or values(found, "text"),
        "postcode": postcode,
        "uprn": _uprn(found),
        "residence": _RESIDENCE.get(value(found, "use") or ""),
        "return": None,
    }
    if not compact.startswith("ZZ99"):
        return built
    built |= {"status": "none_known", "postcode": None, "uprn": None, "residence": None}
    if compact == NO_FIXED_ABODE:
        built["residence"] = "no_fixed_abode"
    elif _PSEUDO_ABROAD.fullmatch(compact) and compact not in _IN_ENGLAND_OR_UNKNOWN:
        built |= {"status": "left_england", "return": "unknown"}
    return built


def is_somewhere(built: dict[str, Any]) -> bool:
    """Whether an address says anything at all."""
    return bool(built["lines"] or built["postcode"] or built["uprn"] or built["status"] != "current")


def _uprn(found: Element) -> str | None:
    for key in extensions(found, "addresskey"):
        text = value(key, "valueString") or value(key, "valueIdentifier", "value")
        nested = [value(inner, "valueString") for inner in kids(key, "extension")]
        for candidate in (text, *nested):
            if candidate and _UPRN.fullmatch(candidate) and (extension_code(key, "type") or "UPRN").upper() == "UPRN":
                return candidate
    return None
