"""The codec: agencies' bytes into events of our newest schemas, and back.

Reading raises `domain.errors.Rejected` and nothing else; no error quotes what was read.
"""

from adapters.codec.avro import Decoded, decode_stored, decode_wire
from adapters.codec.encode import encode_wire
from adapters.codec.framing import (
    NO_IDS,
    confluent_ids,
    decode_json,
    decode_message,
    envelope_of,
    same_content,
    to_json_form,
)

__all__ = [
    "NO_IDS",
    "Decoded",
    "confluent_ids",
    "decode_json",
    "decode_message",
    "decode_stored",
    "decode_wire",
    "encode_wire",
    "envelope_of",
    "same_content",
    "to_json_form",
]
