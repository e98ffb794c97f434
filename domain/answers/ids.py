"""How children and records are named in answers; nothing that is shown derives from an identifier."""

from uuid import UUID

from domain.errors import Misuse


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
