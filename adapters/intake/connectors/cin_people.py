"""Whom a child's module of the census is about."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from xml.etree.ElementTree import Element

from adapters.intake.connectors.census import read_day, subject_block, upns_of
from adapters.intake.connectors.cin_xml import MAX_IDENTIFYING, Module, name_of, text_of
from domain.identifiers import UPN

# Sex since 2024, GenderCurrent before; both are met with the other's codes.
_SEX: Final[Mapping[str, str]] = {"1": "M", "2": "F", "0": "U", "9": "U", "M": "M", "F": "F", "U": "U"}


@dataclass(frozen=True, slots=True)
class Subject:
    """The subject of an event, what of it failed its check and was left out, and the UPNs that its own has replaced."""

    block: dict[str, Any]
    set_aside: tuple[tuple[str, str], ...]
    former: tuple[str, ...] = ()


def subject(identifiers: Element | None, organisation: str, system: str) -> Subject:
    """The child of a `ChildIdentifiers`: by the authority's own id, with the UPNs beside it; perhaps by nothing.

    A UPN that fails its check stays: the recorder sets it aside, and it links nothing.
    """
    if identifiers is None:
        return Subject(subject_block(()), ())
    aside: list[tuple[str, str]] = []
    said_of = Module(identifiers)
    found = [(f"agency:{organisation}:{system}", said_of.first("lachildid"))]
    upns = [text for kid in identifiers if name_of(kid) == "upn" and (text := text_of(kid))]
    former = [text_of(kid) for kid in identifiers if name_of(kid) == "formerupn"]
    numbered, replaced = upns_of(upns[0] if upns else None, former)
    found += [*numbered, *((UPN, number) for number in upns[1:])]
    if len(found) > MAX_IDENTIFYING:
        aside.append(("too_large", "subject.identifiers"))
    born = _day(said_of, "personbirthdate", "subject.person.date_of_birth", aside)
    expected = None if born else _day(said_of, "expectedpersonbirthdate", "subject.person.expected_date", aside)
    said = said_of.first("sex") or said_of.first("gendercurrent")
    sex = None if said is None else _SEX.get(said.upper())
    if said is not None and sex is None:
        aside.append(("unknown_code", "subject.person.sex"))
    block = subject_block(found[:MAX_IDENTIFYING], born=born, expected=expected, sex=sex)
    return Subject(block, tuple(aside), tuple(replaced[:MAX_IDENTIFYING]))


def _day(said_of: Module, name: str, field: str, aside: list[tuple[str, str]]) -> date | None:
    text = said_of.first(name)
    day = None if text is None else read_day(text)
    if text is not None and day is None:
        aside.append(("impossible_date", field))
    return day
