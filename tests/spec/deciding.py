"""Commands of an example: how they are put to whoever decides, and what is shown of them."""

from collections.abc import Callable

from domain.dates import parse_day
from domain.errors import Rejected
from domain.leads.commands import Command
from tests.spec.example import Asks, Question, Row
from tests.spec.words import COUNCIL


def command(asks: Asks, at: str) -> Command:
    """A command of an example; its workers are the council's."""
    worker = {"organisation": COUNCIL, "staff_id": asks.worker, "name": None, "contact": None}
    return Command(worker, parse_day(at), **dict(asks.said))


def told(question: Question, asks: Asks, decide: Callable[[Command], str]) -> Row:
    """What becomes of a command: `decide` gives the type of the event, or raises Rejected."""
    try:
        return {"command": str(asks), "becomes": decide(command(asks, question.at)), "because": ""}
    except Rejected as refused:
        return {"command": str(asks), "becomes": f"{refused.reason} in {refused.field}", "because": refused.rule}
