"""How large a message and its parts may be, the same for Avro and JSON; they may be raised later, never lowered.

What is in the log was accepted under these limits and is decoded by the same code for ever.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

MAX_MESSAGE: Final = 256 * 1024  # bytes
MAX_TEXT: Final = 10_000  # bytes of UTF-8 in one text field
MAX_ENTRIES: Final = 1_000  # entries of all arrays of a message together
MAX_DEPTH: Final = 100  # objects and lists of JSON within each other; the contract has fewer than ten
MAX_KEYS: Final = 20_000  # keys of all objects of a message in JSON together; a thousand entries have half as many
MAX_VARINT: Final = 10  # bytes; a 64-bit number needs no more

# Dates that a calendar can show: 0001-01-01 to 9999-12-31, in days since 1970-01-01.
FIRST_DAY: Final = -719_162
LAST_DAY: Final = 2_932_896
MICROSECONDS_A_DAY: Final = 86_400_000_000
FIRST_INSTANT: Final = FIRST_DAY * MICROSECONDS_A_DAY
LAST_INSTANT: Final = (LAST_DAY + 1) * MICROSECONDS_A_DAY - 1

# Characters, by record (none for the event itself) and field; elsewhere only MAX_TEXT counts.
LONGEST: Final[Mapping[tuple[str, str], int]] = MappingProxyType(
    {
        ("", "event_id"): 100,
        ("", "reference"): 200,
        ("Source", "organisation"): 100,
        ("Source", "system"): 100,
        ("Source", "source_record_id"): 200,
        ("Source", "source_version"): 100,
        ("Target", "event_id"): 100,
        ("Target", "source_record_id"): 200,
    }
)

# Fields that hold codes, not persons: the same few texts come again and again, so they are decoded once and shared.
CODES: Final = frozenset(
    {
        "code",
        "feed",
        "organisation",
        "practice",
        "provision",
        "relation",
        "role",
        "scheme",
        "school",
        "scope",
        "service",
        "status",
        "system",
        "use",
    }
)


@dataclass(frozen=True, slots=True)
class TextRule:
    """What holds for a text field: most characters, whether it may be empty, whether it holds a code."""

    longest: int
    filled: bool
    code: bool


def text_rule(record: str, field: str, required: bool) -> TextRule:
    """The rule of a field; `record` is the record's name without namespace, empty for the event itself.

    The required texts of the event itself may not be empty, nor may the publisher: without them it says nothing.
    An empty text further down (an identifier's, another person's) spoils only its own part and is judged later.
    """
    filled = required and (not record or (record, field) == ("Source", "organisation"))
    return TextRule(LONGEST.get((record, field), MAX_TEXT), filled, field in CODES)
