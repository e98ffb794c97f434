"""Values of the domain as plain JSON, and back by the types that their fields declare.

So that what a page is worked out of can be handed to the code of another time: a field that it does not know it does not take,
and one that it knows and was not given has the value that it declares.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import lru_cache
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin, get_type_hints
from uuid import UUID

Own = Mapping[type, Callable[[Any], Any]]  # types that are written in a way of their own

_TUPLES: Final = (tuple,)
_MANY_OF_ONE: Final = 2  # arguments of a tuple of any length: the type, and an ellipsis


def to_plain(value: Any, own: Own) -> Any:  # noqa: ANN401 - any value of the domain
    """A value as JSON has it: classes by their fields, ids as texts, bytes in hexadecimal. Raises TypeError for another."""
    if type(value) in own:
        return own[type(value)](value)
    if value is None or type(value) in (str, int, bool):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_plain(getattr(value, field.name), own) for field in fields(value)}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {name: to_plain(one, own) for name, one in value._asdict().items()}
    if isinstance(value, Mapping):
        return {name: to_plain(one, own) for name, one in value.items()}
    if isinstance(value, frozenset | set):
        return sorted(to_plain(one, own) for one in value)
    if isinstance(value, list | tuple):
        return [to_plain(one, own) for one in value]
    raise TypeError(f"a {type(value).__name__} has no plain form")


def from_plain(hint: Any, plain: Any, own: Own) -> Any:  # noqa: ANN401 - as the type says
    """The value of a type. Raises what its class raises where a field is missing, ValueError for what is no such value."""
    hint = getattr(hint, "__supertype__", hint)
    if hint in own:
        return own[hint](plain)
    if plain is None:
        return None
    origin, given = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return from_plain(given[0], plain, own)
    if origin in (Union, UnionType):
        return from_plain(next(one for one in given if one is not NoneType), plain, own)
    if isinstance(hint, type):
        return _of_class(hint, plain, own)
    if origin in _TUPLES and not (len(given) == _MANY_OF_ONE and given[1] is Ellipsis):
        return tuple(from_plain(each, one, own) for each, one in zip(given, plain, strict=True))
    if isinstance(plain, list):
        made = (from_plain(given[0], one, own) for one in plain)
        return frozenset(made) if origin is frozenset else tuple(made)
    if isinstance(plain, dict) and given:
        return {name: from_plain(given[1], one, own) for name, one in plain.items()}
    return plain


def _of_class(hint: Any, plain: Any, own: Own) -> Any:  # noqa: ANN401 - as the type says
    if issubclass(hint, Enum):
        return hint(plain)
    if hint is UUID:
        return UUID(plain)
    if hint is bytes:
        return bytes.fromhex(plain)
    if is_dataclass(hint) or hasattr(hint, "_asdict"):
        return hint(
            **{name: from_plain(each, plain[name], own) for name, each in _hints(hint).items() if name in plain}
        )
    return plain


@lru_cache(maxsize=256)
def _hints(of: Callable[..., Any]) -> dict[str, Any]:
    return get_type_hints(of)
