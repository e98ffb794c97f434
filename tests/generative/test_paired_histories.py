"""Two histories, one without what a viewer may not know of: every answer, order, count and refusal is the same, byte for byte.

Whatever is taken out has an event of a child whom nobody asks about in its place, so that positions stay.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid5

import orjson
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from adapters.log.messages import Message
from adapters.questions.door import Door
from domain.answers.answered import Answered
from domain.errors import IcrError
from domain.identifiers import parse_identifier
from domain.questions import about
from tests.builders.service import Bench, bench
from tests.builders.viewers import person, saying_why
from tests.generative.histories import CHILDREN, START, _identifiers, events, histories, told

NOBODY_ASKS: Final = 77
SECRET: Final = frozenset({"SupportStarted", "SupportEnded", "ConsentGiven", "ConsentWithdrawn"})
SCHEMES: Final = ("nhs", "upn", "agency")


@pytest.fixture
def here(database_url: str, tmp_path: Path) -> Iterator[Bench]:
    made = bench(database_url, tmp_path, claims_a_day=1000)
    made.connection.execute("SET synchronous_commit = off")
    yield made
    made.close()


@st.composite
def pairs(draw: st.DrawFn) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """A history with sensitive services that nobody has consented to show, and the same without them."""
    # Under each number something is known: whether two numbers are one child's rests on whether anything is, whoever told it.
    history = [
        told(9000 + child, "WasNotBrought", "ods-Z90001", child, "nhs", 0, 0, service="paediatrics")
        for child in range(CHILDREN)
    ]
    history += draw(histories(12))
    for _ in range(draw(st.integers(1, 4))):
        history.insert(draw(st.integers(0, len(history))), draw(events(len(history) + 1000, [], "SupportStarted")))
    numbered = [{**event, "event_id": f"{event['event_id']}-{n}"} for n, event in enumerate(history)]
    with_them, without, secret = [], [], set()
    for event in numbered:
        of_one = event["event_type"] in SECRET or (event.get("target") or {}).get("event_id") in secret
        if not of_one:
            with_them.append(event)
            without.append(event)
            continue
        secret.add(event["event_id"])
        said = {**event, "source": {**event["source"], "source_record_id": None}}
        said |= {"worker": None} if "worker" in event else {}  # it is not the viewer's own work
        # It says nothing of who the child is: under which numbers a child is one is no matter of the service.
        said |= {"mode": "live", "subject": {**event["subject"], "identifiers": _nhs(event), "person": None}}
        instead = {**said, "subject": {**said["subject"], "identifiers": _identifiers(NOBODY_ASKS, ("nhs",))}}
        # With consent it would be shown.
        with_them.append(instead if event["event_type"] == "ConsentGiven" else said)
        without.append(instead)
    return with_them, without


def _nhs(event: dict[str, Any]) -> list[dict[str, str]]:
    said = event["subject"]["identifiers"]
    child = next(n for n in range(CHILDREN) if any(one in said for one in _identifiers(n, SCHEMES)))
    return _identifiers(child, ("nhs",))


def every_answer(here: Bench, history: list[dict[str, Any]]) -> list[bytes]:
    """What a worker of children's services is answered, whatever they ask."""
    here.empty()
    known = [one for child in (*range(CHILDREN), NOBODY_ASKS) for one in _identifiers(child, SCHEMES)]
    for one in known:  # the same ids in both, so that their order is
        checked = parse_identifier(f"{one['scheme']}:{one['value']}")
        digest = here.recorder.hashes.identifier(checked.scheme, str(checked.normalised))
        row = (UUID(bytes=digest), uuid5(UUID(int=0), one["value"]), checked.scheme)
        here.connection.execute("INSERT INTO log.subject (hash, record, scheme) VALUES (%s, %s, %s)", row)
    here.recorder.record([Message(event) for event in history])
    here.projector.project()
    day = START.replace(month=11)
    asked: list[Any] = [
        kind(worker="la-808:W1", effective_at=day)
        for kind in (about.ShowCaseload, about.ShowMyFamilies, about.ShowHandover)
    ]
    asked.append(about.ShowChanges(worker="la-808:W1", since="1", effective_at=day))
    asked += [
        kind(identifier=f"{one['scheme']}:{one['value']}", effective_at=day)
        for one in known
        if one not in _identifiers(NOBODY_ASKS, SCHEMES)
        for kind in (about.ShowChild, about.ShowTimeline, about.FindChildren)
    ]
    worker = person(here, "la-808:W1")
    door = Door(here.service)
    answers = []
    for question in asked:
        for viewer in (worker, saying_why(worker)):
            try:
                found = door.ask(question, viewer)
            except IcrError as error:
                answers.append(str(error).encode())
                continue
            answers.append(
                orjson.dumps(found.as_json())
                if isinstance(found, Answered)
                else orjson.dumps(replace(found, entry="")),
            )
    return answers


@settings(
    max_examples=max(4, settings().max_examples // 5), phases=[Phase.generate]
)  # a shrunk one takes minutes to find
@given(pair=pairs())
def test_what_may_not_be_known_changes_no_answer(
    here: Bench, pair: tuple[list[dict[str, Any]], list[dict[str, Any]]]
) -> None:
    with_it, without = (every_answer(here, history) for history in pair)
    differing = [(one, other) for one, other in zip(with_it, without, strict=True) if one != other]
    assert not differing, differing[0]
