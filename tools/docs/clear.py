"""What stands in the clear: every text column of the log and of the views, and who can write what into it.

The table is compared with the live catalogue by a test, so that no column comes to be that nobody has thought of.
"""

from collections.abc import Iterator
from typing import Any, Final

import psycopg

from tools.markdown import table

_OURS: Final = "this program"
_AGENCY: Final = "the agency"
_OPERATOR: Final = "whoever runs the service"

_ORGANISATION: Final = (
    _AGENCY,
    "its code, which fits a pattern of `topic_organisations` and holds no number of a person",
)
_FEED: Final = (_AGENCY, "a label: of what a snapshot is a part")

# Column, or table and column where it differs -> who writes it, and what may stand there.
WRITTEN: Final[dict[str, tuple[str, str]]] = {
    "address_status": (_AGENCY, "one of four words, else the event is kept"),
    "class": (_OURS, "a retention class"),
    "cursor": (_OURS, "a cursor"),
    "event_type": (_OURS, "an event type of the contract"),
    "field": (_OURS, "a path of the contract; of a name that is not in it `?` stands"),
    "heir": (_AGENCY, "a code of at most nine digits"),
    "kind": (_OURS, "a kind of the effects table"),
    "lists": (_OURS, "a kind of the effects table"),
    "organisation": _ORGANISATION,
    "organisations": _ORGANISATION,
    "provider": (_AGENCY, "a code of at most nine digits, a label (settings, centres, providers), or record ids"),
    "provision": (_AGENCY, "universal or additional, else the event is kept"),
    "reason": (_AGENCY, "a code of its list; what is not on the list is set aside and not stored here"),
    "residence": (_AGENCY, "one of six words; any other is set aside and not stored here"),
    "role": (_AGENCY, "a label, of a lead a code of its list"),
    "rule": (_OURS, "the id of a rule"),
    "school": (_AGENCY, "a code of at most nine digits"),
    "scope": (_AGENCY, "a code of its list"),
    "service": (_AGENCY, "a label of at most 60 characters and six digits, fewer than five of them in a row"),
    "status": (_AGENCY, "one of four words, else the event is kept"),
    "team": (_AGENCY, "its code and the team's, of at most 60 letters and digits, and no number of a person"),
    "types": (_OURS, "an event type of the contract"),
    "view": (_OURS, "the name of a set of views"),
    "why": (_OURS, "why an entry has the status it has"),
    "word": (_OURS, "what became of a message"),
    "worker": (_AGENCY, "its code and the staff id, of at most 60 letters and digits, and no number of a person"),
    "log.aside.kind": (_OURS, "kept, conflict or withheld"),
    "log.aside.note": (_OPERATOR, "why it was rejected, in a person's own words"),
    "log.aside.reason": (_OURS, "a reason code"),
    "log.aside.rule": (_OURS, "a rule of this program, in a sentence"),
    "log.aside.sector": (_OURS, "a sector"),
    "log.aside.sender": (_OPERATOR, "the id of a client or the name of a publisher, as their file has it"),
    "log.aside.state": (_OURS, "a state"),
    "log.counted.reason": (_OURS, "a reason code"),
    "log.erased.erasure": (_OURS, "the id of an erasure, which this service made"),
    "log.event.topic": (_OURS, "an event type of the contract and a school year"),
    "log.fact.scope": _FEED,
    "log.feedback.reason": (_OURS, "a reason code"),
    "log.feedback.rule": (_OURS, "a rule of this program, in a sentence"),
    "log.feedback_reader.name": (_OURS, "a cluster, and an organisation's code as its topic has it"),
    "called_by": _ORGANISATION,
    "cause": (_OURS, "an SQLSTATE, or the kind of an error"),
    "part": (_OURS, "the name of a file of the views"),
    "log.paused_partition.detail": (_OURS, "what could not be read, in words of this program"),
    "log.paused_partition.name": (_OPERATOR, "a cluster and a topic"),
    "log.paused_partition.note": (_OPERATOR, "why it was skipped, in a person's own words"),
    "log.paused_partition.reason": (_OURS, "why it is paused"),
    "log.paused_partition.skipped_by": (_OPERATOR, "the account of whoever skipped it"),
    "log.paused_partition.topic": (_OPERATOR, "a topic"),
    "log.topic.name": (_OPERATOR, "a cluster and a topic"),
    "log.set_aside.reason": (_OURS, "a reason code"),
    "log.subject.scheme": (
        _AGENCY,
        "`nhs`, `upn` or `agency:`, its code and its system's name, with no number of a person",
    ),
    "log.tracking.name": (_OPERATOR, "a cluster and a topic"),
    "snapshot.scope": _FEED,
}

_TEXTS: Final = """
SELECT n.nspname, c.relname, a.attname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid
WHERE n.nspname IN ('log', 'view_a', 'view_b') AND c.relkind IN ('r', 'p', 'v', 'm') AND a.attnum > 0 AND NOT a.attisdropped
  AND a.atttypid IN ('text'::regtype, 'text[]'::regtype, 'varchar'::regtype, 'bpchar'::regtype, 'name'::regtype, 'json'::regtype, 'jsonb'::regtype)
ORDER BY n.nspname, c.relname, a.attnum
"""


def columns(connection: psycopg.Connection[Any]) -> Iterator[tuple[str, str, str]]:
    """Schema, table and name of every text column there is."""
    yield from connection.execute(_TEXTS)


def row_of(schema: str, name: str, column: str) -> str | None:
    """The row of `WRITTEN` that speaks of a column; None where there is none."""
    shown = f"log.{name}" if schema == "log" else name
    for key in (f"{shown}.{column}", column):
        if key in WRITTEN:
            return key
    return None


def section(connection: psycopg.Connection[Any]) -> list[str]:
    """The part of the page of the data model that says what stands in the clear."""
    places: dict[str, list[str]] = {}
    for schema, name, column in columns(connection):
        key = row_of(schema, name, column)
        if key is not None and schema != "view_b" and not name.startswith("stage_"):
            places.setdefault(key, []).append(f"log.{name}" if schema == "log" else name)
    rows = [
        (f"`{key.rpartition('.')[2]}`", ", ".join(f"`{one}`" for one in found), *WRITTEN[key])
        for key, found in sorted(places.items(), key=lambda pair: (pair[0].rpartition(".")[2], pair[0]))
    ]
    return [
        "## In the clear",
        "",
        "Every text that is not sealed, and who can write what into it. The classes of texts stand in `schemas/texts.toml`.",
        "A name that looks like a code or a label cannot be told from one; a number of a person can, and is refused.",
        "",
        *table(("column", "in", "written by", "what may stand there"), rows),
        "",
    ]
