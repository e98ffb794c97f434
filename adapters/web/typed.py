"""What somebody had typed when their time was over: kept by their browser, sealed, until they have signed in again.

It opens for the same person alone, so that nobody who signs in after them on the same computer sees it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import orjson
from fastapi import Request
from starlette.responses import Response

from adapters.web.answering import Cookie
from adapters.web.sealing import MOST, Sealing

_SECONDS: Final = 30 * 60


@dataclass(frozen=True, slots=True)
class Form:
    """A form that was sent: the page where it is typed, and its fields."""

    page: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Typed:
    """Keeps one form. What is too long for a cookie is not kept."""

    cookie: Cookie
    sealing: Sealing

    def keep(self, response: Response, person: str, form: Form) -> None:
        """Have the browser keep a form of a person."""
        kept = self.sealing.seal(orjson.dumps([form.page, dict(form.fields)]), person.encode())
        if len(kept) <= MOST:
            self.cookie.give(response, kept, _SECONDS)

    def kept(self, request: Request, person: str) -> Form | None:
        """The form that this person's browser keeps."""
        kept = self.cookie.of(request)
        opened = None if kept is None else self.sealing.open(kept, person.encode())
        return None if opened is None else Form(*orjson.loads(opened))

    def take(self, response: Response) -> None:
        """Have the browser forget it."""
        self.cookie.take(response)
