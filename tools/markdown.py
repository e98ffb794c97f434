"""The few parts of Markdown that the pages are made of."""

import re
from collections.abc import Iterable, Sequence


def made_by(source: str) -> str:
    """The first line of a page that is made, for whoever would edit it."""
    return f"<!-- Made by `./dev docs` from {source}: change that, not this page. -->\n"


def within(page: str, source: str, made: Sequence[str]) -> str:
    """A page that is written by hand, with the part anew that is made: what stands between two lines that say so.

    Raises ValueError where they are missing.
    """
    begins, ends = f"<!-- Made by `./dev docs` from {source}, down to where it says so. -->", "<!-- Down to here. -->"
    before, rest = page.split(begins)
    _, after = rest.split(ends)
    return "\n".join([f"{before}{begins}", "", *made, "", f"{ends}{after}"])


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table; bars and line breaks in cells are taken care of."""
    lines = [_row(head), "|" + "---|" * len(head)]
    lines += [_row(row) for row in rows]
    return lines


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _cell(text: str) -> str:
    """Outside code a `<` would begin a tag and be swallowed."""
    plain = text if "`" in text else text.replace("<", "&lt;")
    return plain.replace("|", "\\|").replace("\n", " ")


def anchor(title: str) -> str:
    """The anchor that a heading gets: lower case, without punctuation, hyphens for spaces."""
    plain = re.sub(r"[^\w\- ]", "", title.replace("`", "").lower())
    return plain.strip().replace(" ", "-")
