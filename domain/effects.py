"""How each event type acts on the timeline, as a row of the effects table (design D6)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum

from domain.codes import CodeList, CodeRule


class Act(IntEnum):
    """What an event does. The number is stored in fact rows and never reused."""

    START = 1
    END = 2
    CONFIRM = 3
    MOMENT = 4
    MARK = 5
    ADDRESS = 6
    DEATH = 7
    DEATH_WITHDRAWN = 8
    NOMINATE = 9
    ACCEPT = 10
    RELATE = 12
    UNRELATE = 13
    CORRECT = 14
    RETRACT = 15
    FEED = 16
    BIRTH = 17
    REFERENCE = 18


# Who may be shown an event, and how long it is kept and with what it is erased: keys are made by retention class, so that
# a name written wrongly would be erased with nothing.
DISCLOSURE_CLASSES = frozenset(
    "adult_services as_target case early_help education feed health housing identity involvement lead police reference "
    "relationship safety sensitive social_care staff whereabouts youth_justice".split()
)
RETENTION_CLASSES = frozenset(
    "attendance case early_help education feed health housing identity involvement police reference safety sensitive "
    "social_care staff youth_justice".split()
)
# What is told of a child and agreed upon: not what is of staff or of nobody, nor what shows no fact of its own. What is sensitive goes by consent.
CLASSES_OF_A_CHILD = DISCLOSURE_CLASSES - {"as_target", "case", "feed", "reference", "sensitive", "staff"}
# Events about no child: what a feed covers, reference data, staff.
ABOUT_NO_CHILD = frozenset({Act.FEED, Act.REFERENCE})
# Events that say nothing of who a child is: those, and marks, which are most of all events.
SAYS_NO_PERSON = ABOUT_NO_CHILD | {Act.MARK}


@dataclass(frozen=True, slots=True)
class Effect:
    """One row of the effects table.

    `kind` is the timeline kind, `service` a fixed word or the name of the field that holds it, `provider` the field
    that names who provides (the source organisation where none), `key` the order in which identifiers are tried,
    `lapses_after` days without confirmation (none: never lapses); `takes_over`: once accepted, whoever held the same role
    and scope no longer does; `onward_field`: the field of an end that says where the child went;
    `due_field`: the day of the next review; `former_field`: a number that the subject's own, of the scheme tried first,
    has replaced; `sessions_field`: how many sessions it lasts;
    `publishers`: patterns of the organisations that publish it by the field's practice, where these are not those of its sector.
    """

    event_type: str
    act: Act
    kind: str
    key: tuple[str, ...]
    disclosure: str
    retention: str
    service: str | None = None
    service_field: str | None = None
    provider_field: str | None = None
    provision: str = "additional"
    reason_field: str | None = None
    lapses_after: int | None = None
    takes_over: bool = False
    onward_field: str | None = None
    due_field: str | None = None
    former_field: str | None = None
    sessions_field: str | None = None
    codes: tuple[CodeRule, ...] = ()
    publishers: tuple[str, ...] = ()


def parse_effect(event_type: str, row: Mapping[str, object], lists: Mapping[str, CodeList]) -> Effect:
    """One row as read from `schemas/effects.toml`; raises ValueError when a class is missing: no class, not recorded.

    `codes` and `fact_codes` name, for a field, its list of `schemas/codes.toml`.
    """
    known = set(Effect.__dataclass_fields__) - {"event_type"} | {"fact_codes"}
    if extra := set(row) - known:
        raise ValueError(f"{event_type}: unknown columns {sorted(extra)}")
    if missing := {"act", "kind", "key", "disclosure", "retention"} - set(row):
        raise ValueError(f"{event_type}: missing columns {sorted(missing)}")

    def text(name: str) -> str | None:
        value = row.get(name)
        return None if value is None else str(value)

    key = row["key"]
    lapses = row.get("lapses_after")
    if not isinstance(key, list) or not (lapses is None or isinstance(lapses, int)):
        raise ValueError(f"{event_type}: key is a list and lapses_after a number of days")
    return Effect(
        event_type,
        Act[str(row["act"]).upper()],
        str(row["kind"]),
        tuple(str(scheme) for scheme in key),
        str(row["disclosure"]),
        str(row["retention"]),
        text("service"),
        text("service_field"),
        text("provider_field"),
        text("provision") or "additional",
        text("reason_field"),
        lapses,
        row.get("takes_over") is True,
        text("onward_field"),
        text("due_field"),
        text("former_field"),
        text("sessions_field"),
        (*_code_rules(event_type, row, "fact_codes", lists), *_code_rules(event_type, row, "codes", lists)),
        tuple(str(pattern) for pattern in _patterns(event_type, row)),
    )


def _patterns(event_type: str, row: Mapping[str, object]) -> list[object]:
    patterns = row.get("publishers", [])
    if not isinstance(patterns, list) or not all(isinstance(pattern, str) for pattern in patterns):
        raise ValueError(f"{event_type}: publishers are patterns of organisation codes")
    return patterns


def _code_rules(
    event_type: str, row: Mapping[str, object], column: str, lists: Mapping[str, CodeList]
) -> Iterator[CodeRule]:
    named = row.get(column, {})
    if not isinstance(named, Mapping) or not all(isinstance(name, str) for name in named.values()):
        raise ValueError(f"{event_type}: {column} names the list of a field")
    for field, name in named.items():
        if name not in lists:
            raise ValueError(f"{event_type}: there is no code list {name}")
        yield CodeRule(str(field), lists[name], column == "fact_codes")
