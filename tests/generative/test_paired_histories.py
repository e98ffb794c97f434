"""Two histories, one without what a viewer may not know of: every answer, order, count and refusal is the same, byte for byte.

Whatever is taken out has an event of a child whom nobody asks about in its place, so that positions stay.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid5

import orjson
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from adapters.log.messages import Message
from adapters.questions.door import Door
from domain.access.viewer import Grant, Role, Viewer
from domain.answers.answered import Answered
from domain.errors import IcrError
from domain.identifiers import parse_identifier
from domain.questions import about
from domain.questions.asking import AList, Question
from schemas.registry import registry
from tests.builders.service import Bench, bench
from tests.builders.viewers import person, saying_why
from tests.generative.histories import (
    ADDRESSES,
    BIRTHS,
    CHILDREN,
    START,
    WORKERS,
    _identifiers,
    events,
    histories,
    told,
)

NOBODY_ASKS: Final = 77
WORKER: Final = "la-808:W1"
ASKED_OF: Final = 4  # of so many questions one is asked of a pair: all of them take longer than another pair
AREAS: Final = ("ZE9", "North", "South")
SECRET: Final = frozenset({"SupportStarted", "SupportEnded", "ConsentGiven", "ConsentWithdrawn"})
# What is agreed upon among others than the viewer's organisation. What says who a child is, and where it lives, is shown whatever is agreed.
AGREED_UPON: Final = {
    "health": ("GpRegistered", "GpRegistrationEnded", "GpRegistrationRefused", "WasNotBrought"),
    "education": ("PupilAdmitted", "PupilRemovedFromRoll", "SuspensionStarted"),
    "social_care": ("ReferralReceived", "ChildInNeedStarted", "AssessmentStarted"),
    "early_help": ("EarlyHelpStarted", "EarlyHelpEnded"),
    "youth_justice": ("YouthJusticeStarted",),
}
SAYS_WHO: Final = frozenset({"UpnAssigned", "UpnReplaced", "NhsNumberSuperseded", "NhsNumberInactive"})
OTHERS: Final = ["ods-*", "urn-*", "la-358"]
SCHEMES: Final = ("nhs", "upn", "agency")


@pytest.fixture
def here(database_url: str, tmp_path: Path) -> Iterator[Bench]:
    made = bench(database_url, tmp_path, claims_a_day=1000)
    made.connection.execute("SET synchronous_commit = off")
    yield made
    made.close()


@st.composite
def pairs(draw: st.DrawFn) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """A history with what may not be shown, and the same without: sensitive services without consent, and a class kept by an agreement."""
    kept = draw(st.sampled_from(sorted(AGREED_UPON)))
    history = known_of_all()
    beneath = len(history)
    history += draw(histories(12))
    for _ in range(draw(st.integers(1, 4))):
        for event_type in ("SupportStarted", draw(st.sampled_from(AGREED_UPON[kept]))):
            history.insert(draw(st.integers(beneath, len(history))), draw(events(len(history) + 1000, [], event_type)))
    numbered = [{**event, "event_id": f"{event['event_id']}-{n}"} for n, event in enumerate(history)]
    with_them, without, secret = numbered[:beneath], numbered[:beneath], set()
    for event in numbered[beneath:]:
        of_one = _secret(event, kept) or (event.get("target") or {}).get("event_id") in secret
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
    agreed = _agreement(kept)
    return [*with_them, agreed], [*without, agreed]


def known_of_all() -> list[dict[str, Any]]:
    """Of each child, in both histories, a home and the viewer's own work, so that it is in the viewer's lists.

    Under each number something is known: whether two numbers are one child's rests on whether anything is, whoever told it.
    """
    return [
        one
        for child in range(CHILDREN)
        for one in (
            told(9000 + child, "WasNotBrought", "ods-Z90001", child, "nhs", 0, 0, service="paediatrics"),
            told(9100 + child, "AddressChanged", "ods-Z90001", child, "nhs", 0, 0, address=ADDRESSES[0]),
            told(9200 + child, "EarlyHelpStarted", "la-808", child, "nhs", 0, 0, worker=WORKERS[0], team=None),
        )
    ]


def _secret(event: dict[str, Any], kept: str) -> bool:
    """Whether an event tells of a sensitive service, or what another organisation than the viewer's keeps by the agreement."""
    if event["event_type"] in SECRET:
        return True
    told = registry().newest[event["event_type"]].effect.disclosure
    others = event["source"]["organisation"] != WORKER.partition(":")[0] and event["event_type"] not in SAYS_WHO
    return told == kept and others


def _agreement(kept: str) -> dict[str, Any]:
    """What organisations other than the viewer's keep to themselves of a class."""
    return {
        "event_type": "SharingAgreementMade", "event_id": "agreed", "mode": "live", "recorded_at": "2026-01-01T00:00:00+00:00",
        "source": {"organisation": "la-808", "system": "s", "source_record_id": None, "source_version": None},
        "effective": {"from": "2025-01-01", "to": None}, "name": "agreed", "parties": OTHERS, "classes": [kept], "purposes": [], "shares": "content",
    }  # fmt: skip


def _nhs(event: dict[str, Any]) -> list[dict[str, str]]:
    said = event["subject"]["identifiers"]
    child = next(n for n in range(CHILDREN) if any(one in said for one in _identifiers(n, SCHEMES)))
    return _identifiers(child, ("nhs",))


def answers(here: Bench, history: list[dict[str, Any]], first: int) -> list[bytes]:
    """What is answered, to each so many of all questions, from the `first` on."""
    here.empty()
    known = [one for child in (*range(CHILDREN), NOBODY_ASKS) for one in _identifiers(child, SCHEMES)]
    for one in known:  # the same ids in both, so that their order is
        checked = parse_identifier(f"{one['scheme']}:{one['value']}")
        digest = here.recorder.hashes.identifier(checked.scheme, str(checked.normalised))
        row = (UUID(bytes=digest), uuid5(UUID(int=0), one["value"]), checked.scheme)
        here.connection.execute("INSERT INTO log.subject (hash, record, scheme) VALUES (%s, %s, %s)", row)
    here.recorder.record([Message(event) for event in history])
    here.projector.project()
    door = Door(here.service)
    some = islice(asked(here), first, None, ASKED_OF)
    return [said for question, viewer in some for said in every_part(door, question, viewer)]


def asked(here: Bench) -> Iterator[tuple[Question[Any], Viewer]]:
    """What is asked, and by whom: by who works with children, on duty, as a manager; by who publishes, of their own events."""
    day = START.replace(month=11)
    worker = person(here, WORKER)
    for child in about_a_child(day):
        for viewer in (worker, saying_why(worker)):
            yield child, viewer
    managing = replace(worker, granted=(Grant(Role.TEAM_MANAGER, teams=("la-808:T1",)),))
    for kind in (about.ShowCaseload, about.ShowMyFamilies, about.ShowHandover):
        for limit in (1, 200):
            yield kind(worker=WORKER, effective_at=day, limit=limit), worker
        yield kind(worker="la-808:W2", effective_at=day), managing
    for since in ("1", "5", "99999"):
        yield about.ShowChanges(worker=WORKER, since=since, effective_at=day, limit=1), worker
    on_duty = replace(worker, granted=(Grant(Role.DUTY, areas=AREAS),))
    for area in AREAS:
        for limit in (1, 200):
            yield about.ListGaps(area=area, effective_at=day, limit=limit), on_duty
            yield about.ListFamilies(area=area, effective_at=day, limit=limit), on_duty
        yield about.ListFamilies(area=area, lost=1, effective_at=day), on_duty
    index_team = saying_why(replace(worker, granted=(Grant(Role.INDEX_TEAM),)))
    yield about.ShowMeasures(effective_at=day), index_team
    for organisation in ("la-808", "la-358", "urn-900001", "urn-900002"):
        yield (
            about.ReadFeedback(organisation=organisation),
            Viewer("system", Role.FEED, organisation, people_sign_in=True),
        )
    # What cannot be asked, or has no answer.
    yield about.ShowCaseload(worker=WORKER, effective_at=day, cursor="1:1.1.00000000"), worker
    yield about.ShowChild(identifier="nhs:9990000018", effective_at=day), saying_why(worker)
    yield about.ShowFamily(family="f-00000000000000000000", effective_at=day), worker


def about_a_child(day: date) -> Iterator[Question[Any]]:
    """Questions about one child, by each number that it has, and searches by name."""
    for one in (one for child in range(CHILDREN) for one in _identifiers(child, SCHEMES)):
        identifier = f"{one['scheme']}:{one['value']}"
        yield about.ShowChild(identifier=identifier, effective_at=day)
        yield about.ShowChild(identifier=identifier, effective_at=day, known_at="5")
        yield about.ShowTimeline(identifier=identifier, effective_at=day, retracted=True)
        yield about.FindChildren(identifier=identifier, effective_at=day)
    for child in range(CHILDREN):
        yield about.FindChildren(family=f"Example{child}", born=date.fromisoformat(BIRTHS[child]), effective_at=day)


def every_part(door: Door, question: Question[Any], viewer: Viewer) -> Iterator[bytes]:
    """An answer, of a list every part of it in turn, or what is said where there is none."""
    while True:
        try:
            found = door.ask(question, viewer)
        except IcrError as error:
            yield str(error).encode()
            return
        if not isinstance(found, Answered):
            yield orjson.dumps(replace(found, entry=""))
            return
        yield orjson.dumps(found.as_json())
        following = found.content.get("next") if isinstance(question, AList) else None
        if following is None:
            return
        question = replace(question, cursor=following)


@settings(
    max_examples=max(4, settings().max_examples // 5), phases=[Phase.generate]
)  # a shrunk one takes minutes to find
@given(pair=pairs(), first=st.integers(0, ASKED_OF - 1))
def test_what_may_not_be_known_changes_no_answer(
    here: Bench, pair: tuple[list[dict[str, Any]], list[dict[str, Any]]], first: int
) -> None:
    with_it, without = (answers(here, history, first) for history in pair)
    differing = [(one, other) for one, other in zip(with_it, without, strict=True) if one != other]
    assert not differing, differing[0]
