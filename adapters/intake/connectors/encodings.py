"""How a file's text is encoded, where it is not UTF-8: said by name, so that whoever saved it can save it again."""

import re
from typing import Final

from adapters.codec.plain_json import wide_encoding

_DECLARED: Final = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_LOOKED_AT: Final = 64
_UTF_8: Final = frozenset({b"utf-8", b"utf8", b"us-ascii", b"ascii"})


def wide_text(start: bytes) -> str | None:
    """UTF-16 or UTF-32, where a file begins with text in either, with a mark or without; else None."""
    marked = wide_encoding(start)
    if marked is not None:
        return marked
    head = start[:_LOOKED_AT]
    head = head[: len(head) // 4 * 4]
    if not head or b"\0" not in head:
        return None
    for width, name in ((4, "UTF-32"), (2, "UTF-16")):
        for place in (0, width - 1):  # the one byte of each character that is not nought
            others = [head[at::width] for at in range(width) if at != place]
            if all(not part.strip(b"\0") for part in others) and b"\0" not in head[place::width]:
                return name
    return None


def not_utf_8(start: bytes) -> str:
    """What to say of a file of text that is not UTF-8, by its first bytes."""
    wide = wide_text(start)
    return f"the file is {wide or 'not in UTF-8'}: save it as CSV UTF-8"


def is_wrong_in_xml(start: bytes, part: bytes) -> bool:
    """Whether a part of an XML file that says to be UTF-8 is not. `start` is the file's beginning, where it says so."""
    declared = _DECLARED.search(start[:400])
    if declared is not None and declared[1].lower() not in _UTF_8:
        return False
    if wide_text(start) is not None:
        return False
    try:
        # The part may begin and end within a character.
        part.lstrip(bytes(range(0x80, 0xC0))).decode()
    except UnicodeDecodeError as error:
        return error.reason != "unexpected end of data"
    return False
