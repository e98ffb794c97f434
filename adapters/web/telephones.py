"""Telephone numbers within a text that an agency wrote, as links that a telephone rings."""

import re
from typing import Final

from markupsafe import Markup, escape

# A number of the United Kingdom as people write it: from 0 or +44, in groups, with brackets or hyphens.
_NUMBER: Final = re.compile(r"(?<![\w+.-])(?:\+44|0)(?:[ ()-]*\d){8,12}(?![\w-])", re.ASCII)
_LEAST, _MOST = 9, 10  # digits after the country's own (Ofcom, National Telephone Numbering Plan, B1.2)


def ring(text: str) -> Markup:
    """A line with its telephone numbers as links. It is shown as it was written; what is no number stays text."""
    made, end = Markup(""), 0
    for found in _NUMBER.finditer(text):
        number = called(found[0])
        if number is not None:
            made += escape(text[end : found.start()]) + Markup(
                '<a class="govuk-link app-ring" href="tel:{}">{}</a>'
            ).format(number, found[0])
            end = found.end()
    return made + escape(text[end:])


def called(written: str) -> str | None:
    """A number as it is rung from anywhere (RFC 3966): `+44` and its digits; None for what is too long or too short."""
    digits = re.sub(r"\D", "", written.replace("(0)", ""))
    own = digits.removeprefix("44") if written.startswith("+") else digits[1:]
    return f"+44{own}" if _LEAST <= len(own) <= _MOST else None
