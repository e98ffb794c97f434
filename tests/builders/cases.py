"""Officers who have opened cases, and what is done in them, as the pages and commands do it."""

from datetime import timedelta
from typing import Any

from adapters.commands.casework import Casework
from adapters.questions.door import Door
from domain.access.viewer import Role, Viewer
from domain.answers.answered import Answered
from domain.cases.work import Opening
from domain.questions.about import ReplayEntry, ShowCase
from tests.builders.service import Bench
from tests.builders.viewers import granted, person

WHY = "The family asked who has seen the record."


def officer(here: Bench, name: str, role: Role = Role.PRIVACY_OFFICER) -> Viewer:
    """Somebody who is an officer."""
    granted(here, name, role)
    return person(here, name)


def office_of(by: Viewer) -> str:
    """The office that an officer holds."""
    return next(role.value for role in (Role.PRIVACY_OFFICER, Role.DATA_PROTECTION_OFFICER) if role in by.roles)


def opened(here: Bench, by: Viewer, kind: str = "check", **said: Any) -> str:
    """A case that an officer has opened: its reference."""
    here.clock.advance(timedelta(seconds=1))
    return Casework(here.service, by).open(office_of(by), Opening(kind, said.pop("text", WHY), **said))


def done(here: Bench, by: Viewer, case: str, step: str, item: str | None = None, text: str | None = WHY) -> None:
    """Something is done in a case, a second later."""
    here.clock.advance(timedelta(seconds=1))
    Casework(here.service, by).step(case, step, item, text)


def closed(here: Bench, by: Viewer, case: str, outcome: str, text: str = WHY, unheard: str | None = None) -> None:
    """A case is closed, a second later."""
    here.clock.advance(timedelta(seconds=1))
    Casework(here.service, by).close(case, outcome, text, unheard)


def shown(here: Bench, by: Viewer, case: str) -> Any:
    """A case as somebody is shown it; None: it is not theirs, or there is none."""
    here.clock.advance(timedelta(seconds=1))
    found = Door(here.service).ask(ShowCase(case=case), by)
    return found.content if isinstance(found, Answered) else None


def replays(here: Bench, by: Viewer, entry: str, case: str | None) -> bool:
    """Whether somebody is shown an access, in a case."""
    here.clock.advance(timedelta(seconds=1))
    return isinstance(Door(here.service).ask(ReplayEntry(entry=entry, case=case), by), Answered)
