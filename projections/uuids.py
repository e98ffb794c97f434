"""Lists of ids as parameters of queries: packed at once, where the driver would look at each by itself and at its type first."""

import struct
from collections.abc import Iterable
from typing import Final
from uuid import UUID

import psycopg
from psycopg.adapt import Dumper
from psycopg.pq import Format

_UUID: Final = 2950
_UUID_ARRAY: Final = 2951
# Of an array in the binary form: dimensions, whether any is null, the type of its elements, how many, from which number on.
_HEAD: Final = struct.Struct("!iiIii")
_NONE: Final = struct.pack("!iiI", 0, 0, _UUID)
_SIZE: Final = struct.pack("!i", 16)


class Uuids(tuple[UUID, ...]):
    """Ids, none of them missing, for a parameter of type uuid[]."""

    __slots__ = ()


def uuids(ids: Iterable[UUID]) -> Uuids:
    """Ids as a parameter."""
    return Uuids(ids)


class _Packed(Dumper):
    format = Format.BINARY
    oid = _UUID_ARRAY

    def dump(self, obj: Uuids) -> bytes:
        """The array in the server's binary form."""
        if not obj:
            return _NONE
        packed = (one.int.to_bytes(16, "big") for one in obj)
        return _HEAD.pack(1, 0, _UUID, len(obj), 1) + _SIZE + _SIZE.join(packed)


psycopg.adapters.register_dumper(Uuids, _Packed)
