"""Parts of answers as a page says them: names before codes, and days as people write them."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from adapters.web.days import TypedDay
from domain.dates import LONDON
from domain.words import spaced

Part = Mapping[str, Any]

NOT_KNOWN: Final = "Not known"
_WORDS: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")  # where a word begins in the name of an event type
_IN_MONTHS: Final = 24  # months of age below which they are counted
_NOT_SHOWN: Final = "Not shown"
# What stands in `why_status` is said in a sentence of its own only where a reader must not conclude too much.
_STATUS: Final = {
    "open": "Open",
    "ended": "Ended",
    "lapsed": "Lapsed",
    "unknown": "Not known",
    "moment": "",
    "disputed": "Disputed",
}


def plain(value: str) -> str:
    """Some agency's text as one line: what would turn the text around, or move it, is shown as what it is not."""
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in " ".join(value.split())
    )


def day(text: str | None) -> str:
    """A civil date as it is written in a letter: 19 December 2025."""
    if text is None:
        return NOT_KNOWN
    return written(date.fromisoformat(text))


def month(text: str) -> str:
    """A month as it is written in a letter: June 2026."""
    return written(date.fromisoformat(f"{text}-01")).partition(" ")[2]


def sentence(code: object) -> str:
    """A code as words that begin a line."""
    said = spaced(code)
    return said[:1].upper() + said[1:]


def name_of(part: Part | None) -> str:
    """A person's name."""
    given = [] if part is None else [*(part.get("given") or ()), part.get("family")]
    return " ".join(filter(None, given)) or "Name not known"


def by_name(children: Sequence[Part]) -> list[Part]:
    """Children as a list of people is ordered: by family name, then given names, then age."""

    def order(child: Part) -> tuple[str, str, str, str]:
        name = child["name"] or {}
        given = " ".join(name.get("given") or ())
        return (name.get("family") or "").casefold(), given.casefold(), child.get("date_of_birth") or "", child["child"]

    return sorted(children, key=order)


def born(child: Part) -> str:
    """Date of birth, or the expected one."""
    if child.get("date_of_birth"):
        return day(child["date_of_birth"])
    return f"Expected {day(child['expected_date'])}" if child.get("expected_date") else NOT_KNOWN


def contested(child: Part) -> list[str]:
    """The dates of birth and the sexes that agencies tell, where they do not agree, each with whose word it is."""
    told = [(f"Born {day(one['date_of_birth'])}", one["told_by"]) for one in child.get("dates_of_birth_told", ())]
    told += [(f"Sex {one['sex']}", one["told_by"]) for one in child.get("sexes_told", ())]
    return [
        f"{value}: {', '.join(coded(by['agency_name'], by['agency']) for by in told_by)}" for value, told_by in told
    ]


def coded(name: str | None, code: str | None) -> str:
    """A name, and its code after it."""
    if code is None:
        return name or _NOT_SHOWN
    return f"{name} ({code})" if name else code


def named(code: str, names: Mapping[str, str]) -> str:
    """An organisation or a person by the name that an answer gives them, and the code after it."""
    return coded(names.get(code), code)


def whose(entry: Part) -> str:
    """The school, practice or agency of an entry."""
    agency, provider = entry["agency"], entry["provider"]
    if provider is None:
        return coded(entry.get("agency_name"), agency)
    own = agency is not None and provider in (agency, agency.partition("-")[2])
    return coded(entry.get("agency_name") if own else None, provider)


def who(entry: Part) -> list[str]:
    """The worker and the team of an entry, by name and code within its agency, and whether the worker has left."""
    found = []
    within = f"{entry['agency']}:"
    for role in ("worker", "team"):
        code = entry.get(role)
        names = _said(entry, role, "name")
        if code or names:
            left = f", left on {day(entry['worker_left'])}" if role == "worker" and entry.get("worker_left") else ""
            found.append(coded(names[0] if names else None, code and code.removeprefix(within)) + left)
    return found


def reach(entry: Part) -> list[str]:
    """How to reach worker and team: as the event says, as they are registered, and by the team's duty line."""
    told = [one for role in ("worker", "team") for one in _said(entry, role, "contact")]
    line = entry.get("duty_line")
    if line and line["contact"]:
        hours = "; ".join(f"{one['days']} {one['from']} to {one['to']}" for one in line["hours"])
        told.append(f"Duty line {line['contact']}" + (f" ({hours})" if hours else ""))
    return list(dict.fromkeys(told))


def days(entry: Part) -> str:
    """From which day to which; of a moment its day."""
    begins, ends = entry["from"], entry["to"]
    if entry["status"] == "moment":
        return day(begins or ends)
    if begins is None:
        return f"until {day(ends)}" if ends else "on a day not known"
    return f"{day(begins)} to {day(ends)}" if ends else f"since {day(begins)}"


def status(entry: Part) -> str:
    """An entry's status, why, and when it was last confirmed."""
    said = _STATUS.get(entry["status"], sentence(entry["status"]))
    why = f" ({spaced(entry['why_status'])})" if entry["why_status"] else ""
    confirmed = f", last confirmed {day(entry['last_confirmed'])}" if entry["last_confirmed"] else ""
    return said + why + confirmed


def note(entry: Part) -> str:
    """What is to be said of an entry beside its days: that it is open or has ended they say themselves."""
    plainly = entry["status"] in ("open", "ended") and not (entry["why_status"] or entry["last_confirmed"])
    since = entry.get("disputed_since")
    disputed = f"The person disputes this since {day(since)}, and whoever told it has been asked" if since else ""
    return ". ".join(filter(None, ("" if plainly else status(entry), disputed)))


def what(entry: Part) -> str:
    """What an entry tells of."""
    said = [one for one in (entry["kind"], entry["service"], entry.get("role"), entry.get("scope")) if one]
    if entry.get("sessions"):
        sessions = ", ".join(f"{count} {spaced(category)}" for category, count in entry["sessions"].items())
        return f"{sentence(entry['kind'])}: {sessions}"
    first, *rest = list(dict.fromkeys(spaced(one) for one in said))
    return sentence(first) + (f": {', '.join(rest)}" if rest else "")


def feed(text: str) -> str:
    """What a feed is of, as words: `la-808 LeadAccepted` is lead accepted, of la-808."""
    *whose, told = text.split(" ")
    return ", of ".join([_WORDS.sub(" ", told).lower(), *whose])


def gap(one: Part) -> str:
    """A gap of lead, since when, and whether it is sure."""
    unsure = "" if one["status"] == "true" else f" (not known: {feed(one['feed'])} was not heard)"
    return f"{sentence(one['rule'])} since {day(one['since'])}{unsure}"


def rule_not_shown(one: Part) -> str:
    """A rule that is shown of nobody, and what it rests on."""
    *others, last = map(spaced, one["classes"])
    return f"{sentence(one['rule'])}: it rests on {' and '.join(filter(None, (', '.join(others), last)))}"


def review(one: Part) -> str:
    """A review that is due, of what, and whether it is overdue."""
    of = spaced(one["service"])
    said = sentence(one["kind"]) + ("" if spaced(one["kind"]) == of else f" ({of})")
    return f"{said}, due {day(one['due'])}{', overdue' if one['overdue'] else ''}"


def address(part: Part | None) -> str:
    """Where a child lives."""
    if part is None:
        return NOT_KNOWN
    since = f"since {day(part['from'])}"
    if part["status"] == "none_known":
        return f"No known address {since}"
    if part["status"] == "left_england":
        return f"Left England, {since}"
    where = ", ".join(filter(None, [*(part.get("lines") or ()), part.get("postcode")])) or "Not stated"
    return f"{where} ({spaced(part['status'])}, {since})"


def _said(entry: Part, role: str, field: str) -> list[str]:
    """What the event and the register say of a worker or team."""
    said = ((entry.get(source) or {}).get(role) or {} for source in ("contact", "registered"))
    return [one[field] for one in said if one.get(field)]


# What child and family know and think of who leads: chosen where it is said, shown with the lead.
FAMILY_VIEWS: Final[Mapping[str, str]] = {
    "told_and_agreed": "They were told who is to lead, and agree",
    "told_and_not_agreed": "They were told, and do not agree",
    "not_told": "They have not been told yet",
}


def family_view(lead: Part) -> list[str]:
    """What child and family think of a lead, where somebody has said."""
    code = lead.get("family_view")
    return [FAMILY_VIEWS.get(code, sentence(code))] if code else []


# What the templates make of one part of an answer: a line.


def what_and_when(entry: Part) -> str:
    """What an entry tells of, and since when."""
    return f"{what(entry)}, {days(entry)}"


def whose_and_when(entry: Part) -> str:
    """A school or practice with its days."""
    return f"{whose(entry)}, {days(entry)}"


def seat(entry: Part) -> str:
    """What somebody leads as, and whom it is for."""
    return sentence(", ".join(spaced(one) for one in (entry["role"] or entry["service"], entry.get("scope")) if one))


def service(entry: Part) -> str:
    """A service that works with a child."""
    return sentence(", ".join(dict.fromkeys(spaced(one) for one in (entry["service"], entry.get("role")) if one)))


def age(born: str | None, on: str) -> str | None:
    """Whole years on a day, or months of who is not yet two; None where no birth is known by then."""
    if born is None or born > on:
        return None
    birth, day_of = date.fromisoformat(born), date.fromisoformat(on)
    months = (day_of.year - birth.year) * 12 + day_of.month - birth.month - (day_of.day < birth.day)
    if months < _IN_MONTHS:
        return "1 month" if months == 1 else f"{months} months"
    return str(months // 12)


def leads_before(timeline: Part) -> list[Part]:
    """Who led and who covered, the newest first, of those that are over."""
    return [
        one
        for one in reversed(timeline["entries"])
        if one["kind"] in ("lead", "lead_cover") and one["status"] not in ("open", "lapsed")
    ]


def lead_lines(entry: Part) -> list[str]:
    """Who leads, as what, since when, how to reach them, and who covers meanwhile: a line each."""
    told = [", ".join([*(who(entry) or [NOT_KNOWN]), seat(entry).lower(), days(entry)]), *reach(entry)]
    told += [f"Child and family: {said[:1].lower()}{said[1:]}" for said in family_view(entry)]
    for one in entry.get("covered_by") or ():
        told += [f"covered by {', '.join(who(one)) or NOT_KNOWN} since {day(one['from'])}", *reach(one)]
    return told


def prompt(one: Part) -> str:
    """Why a family may be out of touch, of whom it is, since when, and whether it is sure."""
    return (
        f"{name_of(one['name'])}: {gap({**one, 'rule': one['id']})}"
        if one.get("name")
        else gap({**one, "rule": one["id"]})
    )


def changed(one: Part) -> bool:
    """Whether there is anything to tell of a child of a list of changes."""
    told = ("entries", "taken_back", "began", "cleared", "records_joined", "records_parted")
    return not one["on_caseload"] or any(one[key] for key in told)


def what_and_who(entry: Part) -> str:
    """What an entry tells of, whose it is, and when."""
    return ". ".join(filter(None, (", ".join([what(entry), days(entry), whose(entry), *who(entry)]), note(entry))))


# The days of the form that shows something as of another day, by the names of its fields.
DAYS: Final = {"on": "As it stood on", "known": "As we knew it on", "since": "Since the end of"}


def wrong_days(days: Sequence[TypedDay]) -> list[dict[str, str]]:
    """What is wrong with days that were typed, as the component takes it: with where to mend it."""
    return [{"text": typed.wrong, "href": f"#{typed.name}-day"} for typed in days if typed.wrong]


def written(civil: date) -> str:
    """A day as it is written in a letter."""
    return f"{civil.day} {civil:%B %Y}"


def moment(instant: str) -> str:
    """An instant in London: 19 December 2025 at 10:00:03."""
    there = datetime.fromisoformat(instant).astimezone(LONDON)
    return f"{written(there.date())} at {there:%H:%M:%S}"


def family_of(children: Sequence[Part]) -> str:
    """A family by the names of its children."""
    names = [name_of(child["name"]) for child in by_name(children)]
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def gap_of(one: Part) -> str:
    """A gap of lead with the child that it is about."""
    return f"{name_of(one['name'])}: {gap(one)}"


def mending(part: Part) -> str:
    """That part of a record could not be brought up to date."""
    return f"Part of this record could not be brought up to date since {day(part['being_mended'])}. Ask the agencies."


def born_and_aged(child: Part, on: str) -> str:
    """When a child was born, and its age on a day, of who is alive then."""
    if not child["date_of_birth"]:
        return born(child) if child.get("expected_date") else "Date of birth not known"
    years = age(child["date_of_birth"], on) if child["alive"] else None
    return f"Born {born(child)}" + (f", aged {years}" if years else "")


def wrong_fields(wrong: Mapping[str, str]) -> list[dict[str, str]]:
    """What is wrong with a form, as the component takes it: with where to mend it. Of a day it is its first field."""
    return [
        {"text": text, "href": f"#{name}-day" if name in ("first", "last", "born", "week", "aware") else f"#{name}"}
        for name, text in wrong.items()
    ]


def grouped(entry: str) -> str:
    """An entry as it is read out: in groups of four."""
    kind, _, digits = entry.partition("-")
    return f"{kind}-{' '.join(digits[at : at + 4] for at in range(0, len(digits), 4))}"
