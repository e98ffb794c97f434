"""What can be said of JSON text before anything is made of it: its encoding, how deep it nests, how many keys it has.

Everything here takes time in proportion to the text, and no memory but copies of it.
"""

import re
from itertools import accumulate
from typing import Final

from adapters.codec.limits import MAX_DEPTH, MAX_KEYS
from domain.errors import Rejected

BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
MARK_RULE: Final = "the text begins with a byte order mark (EF BB BF): send UTF-8 without it"
_WIDE_RULE: Final = "the text is {name}: send UTF-8"

# Longer beginnings first: the mark of UTF-16 begins the mark of UTF-32. Without a mark, JSON is known by its first
# character, which is ASCII, and the NUL bytes around it (RFC 4627, 3).
_MARKS: Final = (
    (b"\xff\xfe\0\0", "UTF-32"),
    (b"\0\0\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
_WIDE: Final = (
    (re.compile(rb"[\[{\"\s]\0\0\0"), "UTF-32"),
    (re.compile(rb"\0\0\0[\[{\"\s]"), "UTF-32"),
    (re.compile(rb"[\[{\"\s]\0"), "UTF-16"),
    (re.compile(rb"\0[\[{\"\s]\0"), "UTF-16"),
    (re.compile(rb"\0[\[{\"]\Z"), "UTF-16"),
)

# A text is always matched, whether it ends or not, so that no other attempt is made to begin one within it.
_TEXT: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_NO_BRACKET: Final = bytes(set(range(256)) - set(b"[]{}"))
_STEPS: Final = tuple({"[": 1, "{": 1, "]": -1, "}": -1}.get(chr(code), 0) for code in range(256))


def wrong_encoding(data: bytes) -> str | None:
    """Why text is not UTF-8 as it is to be sent, seen from its first bytes: a mark, UTF-16 or UTF-32; None if it may be."""
    if data.startswith(BYTE_ORDER_MARK):
        return MARK_RULE
    name = wide_encoding(data)
    return None if name is None else _WIDE_RULE.format(name=name)


def wide_encoding(data: bytes) -> str | None:
    """The name of the encoding, where the first bytes are those of JSON in UTF-16 or UTF-32, with a mark or without."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return name
    if b"\0" in data[:4]:
        for pattern, name in _WIDE:
            if pattern.match(data):
                return name
    return None


def check_shape(data: bytes) -> None:
    """Raise Rejected where text of JSON nests deeper (`undecodable`) or has more keys (`too_large`) than a message may."""
    # What stands within texts counts too at first: where even that is little enough, nothing more need be looked at.
    if data.count(b"{") + data.count(b"[") <= MAX_DEPTH and data.count(b":") <= MAX_KEYS:
        return
    bare = _TEXT.sub(b"", data)
    if bare.count(b":") > MAX_KEYS:
        raise Rejected("too_large", None, f"a message has at most {MAX_KEYS} keys")
    brackets = bare.translate(None, _NO_BRACKET)
    if max(accumulate(map(_STEPS.__getitem__, brackets)), default=0) > MAX_DEPTH:
        raise Rejected("undecodable", None, f"a message nests at most {MAX_DEPTH} deep")
