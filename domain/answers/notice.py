"""What staff are told of the log of their accesses, before the first page (access.md 7; UK GDPR Article 13).

A text that says something else is a new version: everybody is asked to read it again. What somebody read stays in the log, with
their entry.
"""

from collections.abc import Mapping
from typing import Annotated, Final

from typing_extensions import TypedDict

from domain.answers.fields import Discloses, Written

VERSION: Final = 1
# Each heading, and its paragraphs, with an empty line between them.
_TEXT: Final[Mapping[str, str]] = {
    "What is logged": """
        Each time you open, list or search for something, an entry is written before you see it: your staff number and
        organisation, the time, how you signed in, what you asked for, why you could see it, and the reason that you typed. It
        holds what you were shown. That nothing was found, or was refused, is logged in the same way.

        The log cannot be changed afterwards, by you or by us.""",
    "Why": """
        Families must be able to learn who saw what about a child, and misuse must be found. Your organisation and the council
        need the log for their legal duties of accountability and security: UK GDPR Articles 5(1)(f), 5(2), 6(1)(e) and 32.

        It is not used to measure your work, or to compare you with colleagues.""",
    "Who reads it": """
        The privacy officer of your organisation, the data protection officer, and an auditor, who sees no content. What they
        read is logged too, and others read that. Somebody who asks for a child's record can be told who saw it.""",
    "How long it is kept": """
        Entries are kept for as long as the authority has set for the log of accesses. Nobody takes out a single one. That you
        were signed in is kept for 30 days after your time is over.""",
    "Your rights": """
        You can read your own entries at any time, under What I looked at, at the foot of each page. You can ask for a copy, and
        for what is wrong to be put right. You can object. Before a case about your accesses is closed, you are heard.

        Ask the data protection officer of your organisation. If you are not content with the answer, complain to the
        Information Commissioner: ico.org.uk/make-a-complaint.""",
}


class NoticeSection(TypedDict):
    """A part of the notice."""

    heading: Annotated[str, Discloses.NOTHING]
    paragraphs: Annotated[list[str], Discloses.NOTHING]


class Notice(TypedDict):
    """The notice for staff."""

    version: Annotated[int, Written("A later one is to be read again"), Discloses.NOTHING]
    sections: list[NoticeSection]


def notice_now() -> Notice:
    """The notice as it is now."""
    sections: list[NoticeSection] = [
        {"heading": heading, "paragraphs": [" ".join(one.split()) for one in text.split("\n\n")]}
        for heading, text in _TEXT.items()
    ]
    return {"version": VERSION, "sections": sections}


def notice(of: Notice) -> Notice:
    """The notice, as it was gathered."""
    return of
