"""The rules an event must pass before it is recorded, and the fields that are set aside (contract 2).

A field that contradicts another is set aside and the fact stands without it; an event is kept in quarantine only when its own
fact cannot be read or trusted.
"""

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

from domain import codes
from domain.dates import EARLIEST, FOREVER
from domain.effects import ABOUT_NO_CHILD, Act, Effect
from domain.errors import Rejected
from domain.identifiers import holds_a_number
from domain.kinds import BETWEEN_PEOPLE, ONLY_OF_THE_BORN, WHO_MAY_SEE
from domain.texts import unlisted

MAX_EVENT_ID = 100
AHEAD_SECONDS = 300
FUTURE_DAYS = 366
REFERENCE_DAYS = 3 * 366
MOST_WAITED = 10 * 366
MOST_COUNTED = 1_000_000_000
# Who is told apart by all of them stands in one cell, which an index takes in: 33 bytes a person of at most 2,704.
MOST_PEOPLE = 60
# Of these a number below nought says nothing.
_COUNTED = ("sessions", "hours", "funded_hours")
# Shorter silences are worked out by nobody (domain.indicators.support).
LEAST_WAITED = {"no_universal_contact": 20}
# A referral may not precede the date of birth by more than 40 weeks (children in need census, domain.md B1).
PREGNANCY_DAYS = 280
MICROSECONDS_A_DAY = 86_400_000_000
EARLIEST_RECORDED = EARLIEST * MICROSECONDS_A_DAY

# What was written down so long before it began was not written down then: a clock's fault, or milliseconds taken for microseconds.
MOST_BEFORE_DAYS = 10 * 366

FROM_THE_FUTURE = "from_the_future"
# The organisation of what this service writes itself.
ITSELF = "org-icr"

SetAside = tuple[str, str]

_TELL_ANEW = "of amendments only a correction is taken back: send a new event"
_SAY_ANEW = "what is about no child is put right by saying it anew, recorded later"
# (what an amendment does, what the event it names did) -> why it would change nothing
_NOT_AMENDABLE = {
    (Act.CORRECT, Act.MARK): "a mark is superseded by a later mark, or retracted",
    (Act.CORRECT, Act.CORRECT): _TELL_ANEW,
    (Act.CORRECT, Act.RETRACT): _TELL_ANEW,
    (Act.RETRACT, Act.RETRACT): _TELL_ANEW,
    **{(act, named): _SAY_ANEW for act in (Act.CORRECT, Act.RETRACT) for named in ABOUT_NO_CHILD},
}
_MARK = Act.MARK
_NEVER_AHEAD = (Act.MARK, Act.BIRTH, Act.DEATH)


# A code is shown and stored in the clear, and stands in other identifiers: nothing else may pass for one.
_ORGANISATION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}", re.ASCII)
ORGANISATION_RULE = "a code of at most 60 letters, digits, dots, hyphens and underscores, and no number of a person"


@lru_cache(maxsize=65536)
def organisation_allowed(organisation: str, patterns: tuple[str, ...]) -> bool:
    """Whether an organisation may publish in a sector: its code has the form of one and fits one of the sector's patterns."""
    return is_organisation(organisation) and any(fnmatchcase(organisation, pattern) for pattern in patterns)


def is_organisation(code: str) -> bool:
    """Whether a text has the form of an organisation's code, and nobody's number stands in it."""
    return _ORGANISATION.fullmatch(code) is not None and not holds_a_number(code)


def check_envelope(
    body: Mapping[str, Any], patterns: tuple[str, ...], now: int, ahead: int = AHEAD_SECONDS * 1_000_000
) -> None:
    """Raise Rejected when the envelope cannot be trusted; `now` and `ahead` in microseconds, `now` since 1970.

    Of two statements the one recorded later holds: what was recorded in the future would stand above all later truths.
    """
    if not 0 < len(body["event_id"]) <= MAX_EVENT_ID:
        raise Rejected("too_long" if body["event_id"] else "missing_field", "event_id", "1 to 100 characters")
    organisation = body["source"]["organisation"]
    if not organisation_allowed(organisation, patterns):
        rule = "an organisation of the sector it publishes in" if is_organisation(organisation) else ORGANISATION_RULE
        raise Rejected("wrong_organisation", "source.organisation", rule)
    if body["recorded_at"] <= EARLIEST_RECORDED:
        raise Rejected("impossible_date", "recorded_at", "not before 1900")
    began = body["effective"]["from"] if "effective" in body else body["complete_through"]
    believed = began <= now // MICROSECONDS_A_DAY + REFERENCE_DAYS  # else the fact's own day is what is wrong
    if believed and body["recorded_at"] < (began - MOST_BEFORE_DAYS) * MICROSECONDS_A_DAY:
        raise Rejected(
            "impossible_date", "recorded_at", "not ten years before what it tells of: is it in microseconds?"
        )
    if body["recorded_at"] > now + ahead:
        raise Rejected(FROM_THE_FUTURE, "recorded_at", "not ahead of the time at which it is received")


def check_fact(effect: Effect, body: Mapping[str, Any], now: int) -> list[SetAside]:
    """Raise Rejected when the event's own fact cannot be read; return the fields that are set aside."""
    if effect.act is Act.FEED:
        return _check_feed(body, now)
    if effect.act is Act.REFERENCE:
        return _check_reference(effect, body, now)
    aside: list[SetAside] = []
    _check_days(effect, body, now, aside)
    if effect.act is _MARK:  # most of all events, and nothing of what follows is about them
        return aside
    _check_codes(effect, body, aside)
    if body.get("provision") is not None and body["provision"] not in codes.PROVISION:
        raise Rejected("unknown_code", "provision", "universal or additional")
    _check_address(body, aside)
    aside.extend(("bad_value", name) for name in _COUNTED if (body.get(name) or 0) < 0)
    if effect.act in (Act.CORRECT, Act.RETRACT):
        _check_target(body)
    if effect.act is Act.CORRECT:
        _check_changes(body["changes"], now, aside)
    if effect.kind in BETWEEN_PEOPLE and len(body["others"]) > MOST_PEOPLE:
        raise Rejected("too_long", "others", f"at most {MOST_PEOPLE} people")
    if effect.kind == "relationship" and not body["others"] and body["family"] is None:
        raise Rejected("missing_field", "others", "a relationship names the other person or a family")
    if effect.kind in WHO_MAY_SEE:
        _check_who_may_see(effect, body)
    if effect.kind == "parental_responsibility" and not body["others"] and body["reference"] is None:
        raise Rejected(
            "missing_field", "others", "parental responsibility names the person whose it is, or has a reference"
        )
    return aside


def _check_who_may_see(effect: Effect, body: Mapping[str, Any]) -> None:
    """A worker is of the organisation that is named; an interest of their own is declared by the worker's own."""
    if body["worker"] is not None and body["worker"]["organisation"] != body["agency"]:
        raise Rejected("wrong_organisation", "worker.organisation", "the organisation that agency names")
    if effect.kind == "conflict_declared" and body["agency"] != body["source"]["organisation"]:
        raise Rejected("wrong_organisation", "agency", "the organisation that publishes")


def _check_codes(effect: Effect, body: Mapping[str, Any], aside: list[SetAside]) -> None:
    day = body["effective"]["from"]
    for rule in effect.codes:
        if rule.of_the_fact and not rule.list.allows(body.get(rule.field), day):
            raise Rejected("unknown_code", rule.field, "a code of its list")
    aside.extend(("unknown_code", name) for name in unlisted(effect, body))


def _check_reference(effect: Effect, body: Mapping[str, Any], now: int) -> list[SetAside]:
    """Reference data may be announced well ahead; of staff an organisation speaks only for its own."""
    start, end = body["effective"]["from"], body["effective"]["to"]
    if not EARLIEST <= start <= now // MICROSECONDS_A_DAY + REFERENCE_DAYS:
        raise Rejected("impossible_date", "effective.from", "not before 1900 and not beyond three years from now")
    for name in ("worker", "team"):
        named = body.get(name)
        if named is not None and body["source"]["organisation"] not in (ITSELF, named["organisation"]):
            raise Rejected("wrong_organisation", f"{name}.organisation", "the organisation that publishes")
    if effect.kind == "threshold":
        _check_number(body, "value", LEAST_WAITED.get(body["rule"], 0), MOST_WAITED)
    if effect.kind == "expected_feed" and body["allowance_days"] is not None:
        _check_number(body, "allowance_days", 0, MOST_WAITED)
    if effect.kind == "school_terms" and any(term["to"] < term["from"] for term in body["terms"]):
        raise Rejected("impossible_date", "terms", "a term does not end before it begins")
    if end is not None and end < start:  # set aside, it would hold for ever
        raise Rejected("impossible_date", "effective.to", "not before effective.from")
    aside: list[SetAside] = []
    _check_codes(effect, body, aside)
    return aside


def _check_days(effect: Effect, body: Mapping[str, Any], now: int, aside: list[SetAside]) -> None:
    today = now // MICROSECONDS_A_DAY
    start, end = body["effective"]["from"], body["effective"]["to"]
    latest = today + (1 if effect.act in _NEVER_AHEAD else FUTURE_DAYS)
    if not EARLIEST <= start <= latest:
        raise Rejected("impossible_date", "effective.from", "not before 1900 and not beyond a year from now")
    if end is not None and end < start:
        aside.append(("end_before_start", "effective.to"))
    birth = body["subject"]["person"] and body["subject"]["person"]["date_of_birth"]
    if birth is not None and usable_birth(effect, body) is None:
        aside.append(
            ("before_birth" if EARLIEST <= birth <= today else "impossible_date", "subject.person.date_of_birth")
        )


def _check_address(body: Mapping[str, Any], aside: list[SetAside]) -> None:
    address = body.get("address")
    if address is None:
        return
    if address["status"] not in codes.ADDRESS_STATUS:
        raise Rejected("unknown_code", "address.status", "current, last_known, none_known or left_england")
    if address["residence"] is not None and address["residence"] not in codes.RESIDENCE:
        aside.append(("unknown_code", "address.residence"))


def _check_target(body: Mapping[str, Any]) -> None:
    target = body["target"]
    if target is None or not (target["event_id"] or target["source_record_id"]):
        raise Rejected("missing_field", "target", "names an event id or a source record")
    if target["reason"] not in codes.TARGET_REASON:
        raise Rejected("unknown_code", "target.reason", "a reason of the contract")


def not_amendable(act: Act, named: Act) -> str | None:
    """Why an amendment of an event that did `named` would change nothing; None where it would change something."""
    return _NOT_AMENDABLE.get((act, named))


def _check_changes(changes: Mapping[str, Any], now: int, aside: list[SetAside]) -> None:
    """What a correction says is its own fact: the same bounds as of the event that it corrects."""
    start, end = changes["effective_from"], changes["effective_to"]
    if start is not None and not EARLIEST <= start <= now // MICROSECONDS_A_DAY + FUTURE_DAYS:
        raise Rejected("impossible_date", "changes.effective_from", "not before 1900 and not beyond a year from now")
    if end is not None and not EARLIEST <= end < FOREVER:
        raise Rejected("impossible_date", "changes.effective_to", "a date that can be, or reopen for no end")
    if end is not None and changes["reopen"]:
        aside.append(("bad_value", "changes.effective_to"))


def _check_feed(body: Mapping[str, Any], now: int) -> list[SetAside]:
    today = now // MICROSECONDS_A_DAY
    if not EARLIEST <= body["complete_through"] <= today + 1:
        raise Rejected("impossible_date", "complete_through", "not before 1900 and not in the future")
    _check_number(body, "count", 0, MOST_COUNTED)
    covers = body["covers"]
    return [("end_before_start", "covers.to")] if covers["to"] < covers["from"] else []


def _check_number(body: Mapping[str, Any], field: str, least: int, most: int) -> None:
    if not least <= body[field] <= most:
        raise Rejected("bad_value", field, f"from {least} to {most}")


def usable_birth(effect: Effect, body: Mapping[str, Any]) -> int | None:
    """The date of birth an event states, unless its own fact or recording lies before it (then it is set aside).

    What may be so of an unborn child may be so for the 40 weeks before birth.
    """
    person = body["subject"]["person"]
    if person is None or person["date_of_birth"] is None:
        return None
    birth: int = person["date_of_birth"]
    before = 0 if effect.kind in ONLY_OF_THE_BORN else PREGNANCY_DAYS
    recorded_day = body["recorded_at"] // MICROSECONDS_A_DAY
    if birth < EARLIEST or birth > recorded_day + 1 or birth > body["effective"]["from"] + before:
        return None
    return birth


def usable_end(body: Mapping[str, Any]) -> int | None:
    """The end an event states, unless it lies before its start (then it is set aside) or for ever ahead, as 9999-12-31."""
    effective = body["effective"]
    end: int | None = effective["to"]
    return None if end is not None and (end < effective["from"] or end >= FOREVER) else end
