"""The schema ids of Confluent framing, as configured: which of our schemas each means."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from domain.errors import Misuse

NO_IDS: Final[Mapping[int, bytes]] = MappingProxyType({})


def confluent_ids(configured: Mapping[int, str]) -> Mapping[int, bytes]:
    """Schema ids of a Confluent-compatible registry -> fingerprints, from what is configured.

    A schema is named by its fingerprint in hexadecimal, or by its file below `schemas/`. Raises Misuse where it is none
    of ours.
    """
    if not configured:
        return NO_IDS
    from schemas.registry import registry

    known: dict[str, bytes] = {}
    for fingerprint, schema in registry().by_fingerprint.items():
        known[fingerprint.hex()] = known[schema.file] = known[f"schemas/{schema.file}"] = fingerprint
    ids: dict[int, bytes] = {}
    for number, text in configured.items():
        found = known.get(text) or known.get(text.lower())
        if found is None or not 0 <= number < 2**32:
            raise Misuse(f"the schema id {number} needs a fingerprint or a file that `icr schemas list` shows")
        ids[number] = found
    return MappingProxyType(ids)
