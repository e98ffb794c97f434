"""Which part of a list is answered with. The rest is asked for by a cursor, of the list as it was at its first part.

A cursor names the position that the list was made at, how many of it were answered, and a digest of what was asked: the same
question as of the same position has the same list, whatever came since.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, TypeVar

from adapters.questions.reading import Reading
from domain.answers.pages import Page
from domain.errors import Rejected
from domain.questions.asking import AList, AsKnown

T = TypeVar("T")
_CURSOR: Final = re.compile(r"([0-9]{1,9}:[0-9]{1,18})\.([0-9]{1,9})\.([0-9a-f]{8})")
_RULE: Final = "a cursor as an answer to the same question gave it"


def page_of(read: Reading, question: AList[Any], whole: Sequence[T]) -> Page[T]:
    """The part of a list that a question asks for. Raises Rejected for a cursor that is not of this list."""
    start = _start(question)
    if start > len(whole):
        raise Rejected("bad_value", "cursor", _RULE)
    end = start + question.limit
    following = f"{read.position(read.edition.position)}.{end}.{_digest(question)}" if end < len(whole) else None
    return Page(whole[start:end], len(whole), following)


def known_at_of(question: AsKnown[Any]) -> str | None:
    """As known when a question asks: for the rest of a list, at the position it was made at. Raises Rejected."""
    if isinstance(question, AList) and question.cursor is not None:
        return _parts(question.cursor)[0]
    return question.known_at


def _start(question: AList[Any]) -> int:
    if question.cursor is None:
        return 0
    _, start, digest = _parts(question.cursor)
    if digest != _digest(question):
        raise Rejected("bad_value", "cursor", _RULE)
    return start


def _parts(cursor: str) -> tuple[str, int, str]:
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise Rejected("bad_value", "cursor", _RULE)
    return found[1], int(found[2]), found[3]


def _digest(question: AList[Any]) -> str:
    """Of what was asked, but for how much of it and as known when, which the cursor says itself."""
    return hashlib.sha256(repr(replace(question, limit=1, cursor=None, known_at=None)).encode()).hexdigest()[:8]
