"""The closed list of reason codes, the same in the command line, the API, feedback and quarantine (contract 1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Reason:
    """What a reason code means: a sentence for a person, and the rule's source where there is one."""

    code: str
    sentence: str
    source: str | None = None


_TABLE = (
    Reason("bad_check_digit", "The NHS number fails its modulus 11 check.", "NHS Data Dictionary, NHS NUMBER"),
    Reason("bad_check_letter", "The UPN's check letter does not fit its digits.", "DfE, UPN guide"),
    Reason("bad_form", "The identifier does not have the form of its scheme.", "DfE, UPN guide; NHS Data Dictionary"),
    Reason("unknown_scheme", "The identifier's scheme is not one this service knows."),
    Reason("no_identifier", "No identifier of the child passed its check."),
    Reason("unknown_schema", "The schema's fingerprint is not in the registry."),
    Reason("undecodable", "The bytes could not be decoded by the schema they name."),
    Reason("too_large", "The message or one of its parts is larger than allowed."),
    Reason("empty", "The record has no value: a tombstone, which says nothing."),
    Reason("unreadable_record", "What stands at this place of a Kafka topic is no record that can be read."),
    Reason("too_long", "A text is longer, or a list of people larger, than its field takes."),
    Reason(
        "filler_identifier",
        "The identifier is a filler, as UNKNOWN, 0 or ten equal digits, which systems give to many children.",
    ),
    Reason("wrong_organisation", "The organisation may not publish this event here."),
    Reason("impossible_date", "A date cannot be true."),
    Reason(
        "from_the_future",
        "The event says that it was recorded at a time that has not come; it is taken in when it has.",
    ),
    Reason("unknown_code", "A code is not in its list for that date."),
    Reason("unknown_event_type", "The event type is not in the contract."),
    Reason("missing_field", "A field the event needs is absent or empty."),
    Reason("unknown_field", "A field is not in the schema, or appears twice."),
    Reason("bad_value", "A field's value is of the wrong type or form."),
    Reason("waits_for", "The event names one that has not come yet."),
    Reason(
        "number_of_two_children",
        "A file or an organisation gives one number to two children; the first stands, and what is told of the second is kept.",
    ),
    Reason("conflict", "Another event with this id was accepted before, with other content; the first stands."),
    Reason(
        "key_differs", "The subject carries none of the identifiers of the event it names, nor one that replaced them."
    ),
    Reason(
        "not_correctable",
        "The named event is of a kind that cannot be corrected or taken back: it is superseded, or told anew.",
    ),
    Reason("already_so", "What the command asks for is so already."),
    Reason("not_so", "What the command would change is not so."),
    Reason("end_before_start", "An end lies before its start."),
    Reason(
        "before_birth",
        "A date lies before the child's birth, or, where it may be of an unborn child, more than 40 weeks before.",
    ),
    Reason(
        "sealed_identity",
        "The event names a child who has a new identity; it waits for the index team, and nobody else is told.",
        "Adoption and Children Act 2002, s.57",
    ),
    Reason("snapshot_too_short", "The snapshot has lost more of its rows than is believed without a person's word."),
    Reason("too_many_sessions", "More sessions are reported than the period has."),
)

REASONS: Mapping[str, Reason] = MappingProxyType({reason.code: reason for reason in _TABLE})
