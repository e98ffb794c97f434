"""What somebody had typed when they could not go on: kept with their session, sealed, until they have signed in again.

It opens for the same person alone, so that nobody who signs in after them on the same computer sees it. Only who has, or had, a
session leaves anything, and no more than one form each.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import orjson
import psycopg

from adapters.process.clock import Clock
from adapters.web.sealing import Sealing

Connection = psycopg.Connection[Any]
KEPT: Final = timedelta(minutes=30)
_OURS: Final = frozenset({"child", "cursor", "version"})  # fields that nobody types

_KEEP: Final = (
    "UPDATE access.session SET typed_at = %(now)s, typed_page = %(page)s, typed = %(typed)s "
    "WHERE id = %(session)s AND viewer = %(viewer)s AND ended_at IS NULL"
)
_NEWEST: Final = (
    "SELECT typed_page, typed FROM access.session WHERE viewer = %(viewer)s AND typed IS NOT NULL AND typed_at > %(since)s "
    "AND typed_page = coalesce(%(page)s, typed_page) ORDER BY typed_at DESC LIMIT 1"
)
_CLEAR: Final = (
    "UPDATE access.session SET typed_at = NULL, typed_page = NULL, typed = NULL WHERE typed IS NOT NULL AND "
)


@dataclass(frozen=True, slots=True)
class Form:
    """A form that was sent: the page where it is typed, and its fields."""

    page: str
    fields: Mapping[str, str]

    def said(self) -> Mapping[str, str]:
        """What somebody typed of it, without what the page put there."""
        return {name: text for name, text in self.fields.items() if text.strip() and name not in _OURS}


@dataclass(frozen=True, slots=True)
class Typed:
    """Keeps the last form of each session for half an hour."""

    connect: Callable[[], AbstractContextManager[Connection]]
    sealing: Sealing
    clock: Clock

    def keep(self, session: bytes, person: str, form: Form) -> None:
        """Keep a form of a person with their session, which has timed out or goes on."""
        sealed = self.sealing.sealed(orjson.dumps(dict(form.fields)), f"{person} {form.page}".encode())
        values = {"now": self.clock.now(), "page": form.page, "typed": sealed, "session": session, "viewer": person}
        self.forget()
        with self.connect() as connection:
            connection.execute(_KEEP, values)

    def page(self, person: str) -> str | None:
        """The page on which the newest kept form of a person is typed."""
        with self.connect() as connection:
            row = connection.execute(_NEWEST, self._asked(person)).fetchone()
        return None if row is None else row[0]

    def take(self, person: str, page: str) -> Mapping[str, str]:
        """The fields that were kept of a page's form, which are then forgotten; none where nothing was kept."""
        asked = self._asked(person, page)
        with self.connect() as connection:
            row = connection.execute(_NEWEST, asked).fetchone()
            if row is None:
                return {}
            connection.execute(_CLEAR + "viewer = %(viewer)s AND typed_page = %(page)s", asked)
        opened = self.sealing.opened(row[1], f"{person} {page}".encode())
        return {} if opened is None else orjson.loads(opened)

    def forget(self) -> None:
        """Forget what nobody has come back for in time."""
        with self.connect() as connection:
            connection.execute(_CLEAR + "typed_at <= %(since)s", {"since": self.clock.now() - KEPT})

    def _asked(self, person: str, page: str | None = None) -> dict[str, object]:
        return {"viewer": person, "page": page, "since": self.clock.now() - KEPT}
