"""What a child was looked for by, as a keyed hash: who looks for the same again and again is found, and nothing is read."""

from collections.abc import Mapping
from typing import Any

from adapters.log.keys.data_keys import MasterKeys
from domain.identifiers import parse_identifier
from domain.names import fold_name


class Probes:
    """Makes the hashes; each is 16 bytes that only this deployment's key can make."""

    def __init__(self, keys: MasterKeys) -> None:
        self._hash = keys.hasher("probe")

    def of(self, asked: Mapping[str, Any]) -> bytes | None:
        """Of the number, or the family name and date of birth, that a question asks by; None where it asks by neither."""
        identifier, family = asked.get("identifier"), asked.get("family")
        if isinstance(identifier, str):
            checked = parse_identifier(identifier)
            return self._hash(f"{checked.scheme}\0{checked.normalised or identifier}".encode("utf-8", "surrogatepass"))
        if isinstance(family, str) and "born" in asked:
            return self._hash(f"{fold_name(family)}\0{asked['born']}".encode("utf-8", "surrogatepass"))
        return None
