"""The codec: agencies' bytes into events of our newest schemas, and back.

Reading raises `domain.errors.Rejected` and nothing else; no error quotes what was read. What is named here is loaded when
it is asked for: who only reads the log needs nothing of JSON.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from adapters.codec.avro import Decoded, decode_stored, decode_wire
    from adapters.codec.encode import encode_wire
    from adapters.codec.framing import decode_json, decode_message, envelope_of, same_content, to_json_form
    from adapters.codec.schema_ids import NO_IDS, confluent_ids

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
_OF_FRAMING: Final = ("decode_json", "decode_message", "envelope_of", "same_content", "to_json_form")
_PLACES: Final = {
    **dict.fromkeys(("Decoded", "decode_stored", "decode_wire"), "avro"),
    "encode_wire": "encode",
    **dict.fromkeys(_OF_FRAMING, "framing"),
    **dict.fromkeys(("NO_IDS", "confluent_ids"), "schema_ids"),
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever is asked for
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
    globals()[name] = found
    return found
