"""Avro in: single-object encoding (`C3 01`, fingerprint, body), by the generated readers."""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from adapters.codec.generate import HEADER, compile_narrow_reader, compile_reader
from adapters.codec.limits import MAX_MESSAGE
from adapters.codec.marks import MARK_FIELDS
from domain.errors import Rejected
from schemas.registry import Schema, registry

SINGLE_OBJECT: Final = b"\xc3\x01"


@dataclass(slots=True)
class Decoded:
    """One event as it was read.

    `schema` is the newest schema of its type and `body` the event resolved to it: dates as days and instants as
    microseconds since 1970-01-01, enums as text. `stored` is what the log keeps: `C3 01`, the writer's fingerprint and
    its body, with attendance codes replaced by their category. Texts may be shared between events; nothing else is. `set_aside` are fields
    that could not be read and without which the fact stands, each with its reason.
    """

    schema: Schema
    body: dict[str, Any]
    stored: bytes
    set_aside: tuple[tuple[str, str], ...] = ()


Read = Callable[[bytes], Decoded]


class _Readers(dict[bytes, Read]):
    """Header of a message -> its reader, compiled when first met."""

    def __missing__(self, header: bytes) -> Read:
        contract = registry()
        schema = contract.by_fingerprint.get(header[2:]) if header[:2] == SINGLE_OBJECT else None
        if schema is None:
            if header[:2] != SINGLE_OBJECT or len(header) < HEADER:
                raise Rejected("undecodable", None, "a message begins with C3 01 and a fingerprint of eight bytes")
            raise Rejected("unknown_schema", None, "the fingerprint is of a schema in the registry")
        read = self[header] = compile_reader(schema, contract.newest[schema.event_type], Decoded)
        return read


_readers = _Readers()


def decode_wire(data: bytes) -> Decoded:
    """Reads a message in Avro's single-object encoding.

    Raises Rejected: `too_large`, `undecodable`, `unknown_schema`, `unknown_code`, `impossible_date`, `bad_value`,
    `missing_field`.
    """
    if len(data) > MAX_MESSAGE:
        raise Rejected("too_large", None, f"a message has at most {MAX_MESSAGE} bytes")
    try:
        return _readers[data[:HEADER]](data)
    except Rejected as error:
        rejected = error.with_traceback(None)
        rejected.__context__ = None
    except (IndexError, struct.error):
        rejected = Rejected("undecodable", None, "the message ends before its record does")
    except UnicodeDecodeError:
        rejected = Rejected("undecodable", None, "a text is not UTF-8")
    # Raised out here, so that neither its context nor the frames of its traceback hold what was read.
    raise rejected


# What is read of marks, and in which order.
_OF_MARKS: Final = ("event_id", "source.organisation", "recorded_at", "effective.from", "school", *MARK_FIELDS)


class _MarkReaders(dict[bytes, Callable[[bytes], tuple[Any, ...]]]):
    """Header of stored marks -> what reads them alone."""

    def __missing__(self, header: bytes) -> Callable[[bytes], tuple[Any, ...]]:
        contract = registry()
        schema = contract.by_fingerprint[header[2:]]
        read = self[header] = compile_narrow_reader(schema, contract.newest[schema.event_type], _OF_MARKS)
        return read


# By the header of stored attendance marks what reads of them: event id, organisation, when recorded, day, school, morning,
# afternoon. Asked without a call between: a child has thousands of them.
mark_readers: Final = _MarkReaders()


def decode_stored(stored: bytes) -> Decoded:
    """Reads what the log kept, of any version, for ever."""
    return decode_wire(stored)
