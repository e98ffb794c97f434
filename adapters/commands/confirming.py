"""What a person is about to do was shown to them before: the entry of the access log that says so is the id of what they do.

So a form that is sent twice, from another tab, or after its person has signed out does nothing twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg

from adapters.disclosure.reading import read_entry
from adapters.log.keys.data_keys import MasterKeys
from adapters.service.opened import Service
from domain.access.entry import Outcome, parse_entry
from domain.access.viewer import Viewer
from domain.errors import Misuse
from domain.questions.asking import Question, written


def was_shown(
    connection: psycopg.Connection[Any], keys: MasterKeys, viewer: Viewer, entry: str, question: Question[Any]
) -> bool:
    """Whether this viewer, since they last signed in, was shown this very question's answer by an entry (`a-…`)."""
    try:
        stored = read_entry(connection, keys, parse_entry(entry))
    except Misuse:
        return False
    if stored is None or stored.asked is None or viewer.session is None:
        return False
    said = stored.leaf
    by_whom = (said["viewer"], said["session"], said["question"], said["outcome"])
    shown_so = (viewer.name, viewer.session.hex(), type(question).__name__, Outcome.SHOWN.value)
    return by_whom == shown_so and _same(stored.asked, written(question))


@dataclass(frozen=True, slots=True)
class Confirming:
    """Looks that up for who carries out nothing on a child."""

    service: Service

    def was_shown(self, viewer: Viewer, entry: str, question: Question[Any]) -> bool:
        """As the function of this name."""
        with self.service.connect() as connection:
            return was_shown(connection, self.service.keys, viewer, entry, question)


def _same(asked: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether the same was asked; why is said beside it, and the day is added where none was said."""
    added = {"because", *({"effective_at"} - wanted.keys())}
    return {name: said for name, said in asked.items() if name not in added} == wanted
