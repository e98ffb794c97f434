"""The share of looks that is explained was of the demonstration's day, a year before anybody had looked, and so always empty."""

import re
from datetime import date

from starlette.requests import Request

from adapters.questions.door import Door
from adapters.questions.staff import Staff
from adapters.web.asking import Asking
from adapters.web.questions import QuestionPages
from adapters.web.reaching import Reaching
from adapters.web.sealing import Sealing
from adapters.web.typed import Typed
from domain.access.viewer import Role
from domain.questions.about import ShowChild
from tests.builders.service import Bench
from tests.builders.viewers import granted, person, saying_why
from tests.builders.web import OFFICER


def test_it_is_of_the_days_on_which_people_looked(told: Bench) -> None:
    granted(told, OFFICER.name, Role.PRIVACY_OFFICER)
    Door(told.service).ask(ShowChild(identifier="nhs:9990200017"), saying_why(person(told, "la-808:X1")))
    service = told.service
    reaching = Reaching(Staff(service, service.connect), service.settings, service.clock)
    asking = Asking(Door(service), reaching, date(2024, 12, 19))
    typed = Typed(service.connect, Sealing(service.keys, "typed"), service.clock)
    shown = QuestionPages(asking, typed, service.clock).all(Request({"type": "http"}), person(told, OFFICER.name))
    assert re.search(r"of \d+ in the week from 15 December 2025", bytes(shown.body).decode())
