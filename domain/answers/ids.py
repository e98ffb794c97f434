"""How children, records and places are named in answers; nothing that is shown derives from an identifier."""

from typing import Final
from uuid import UUID

from domain.errors import Misuse

CURSOR_FORM: Final = r"^[0-9]{1,9}:[0-9]{1,18}\.[0-9]{1,18}$"  # of feedback: the place that an answer ends at


def child_id(child: UUID) -> str:
    """A child's id as it is shown."""
    return f"c-{child.hex}"


def record_id(record: UUID) -> str:
    """A record's id as it is shown."""
    return f"r-{record.hex}"


def parse_id(text: str) -> UUID:
    """The id of a child or record; raises Misuse."""
    prefix, _, digits = text.partition("-")
    if prefix not in ("c", "r") or len(digits) != 32:
        raise Misuse("record: r- or c- and 32 hexadecimal digits")
    try:
        return UUID(hex=digits)
    except ValueError:
        raise Misuse("record: r- or c- and 32 hexadecimal digits") from None
