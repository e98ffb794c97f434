"""What is thrown at every text of every event type, and what must come of it: accepted, set aside, or kept with its reason.

Whatever was accepted is projected: no index, no view and no page stumbles over a text that came in.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from adapters.log.messages import ACCEPTED, DUPLICATE, KEPT, Outcome
from domain.texts import CHECKED_ELSEWHERE, TextClass
from schemas.registry import registry
from schemas.texts import texts
from tests.builders.service import Bench
from tests.builders.texts import CODED, WIDEST, Place, changed, name_of, places, whole
from tests.builders.wire import NHS, UPN
from tests.generative.agreement import of_reference, of_views
from tools.docs.sample import AMENDED, sample

TYPES = sorted(registry().published, key=lambda name: name != AMENDED)  # what is amended comes first


@pytest.fixture
def here(emptied_bench: Bench) -> Bench:
    return emptied_bench


def amending(event: dict[str, Any], named: dict[str, Any]) -> dict[str, Any]:
    """An amendment of `named`, which is of the same child; any other event as it is."""
    if event.get("target") is None:
        return event
    return {**event, "subject": named["subject"], "target": {**event["target"], "event_id": named["event_id"]}}


def projected(here: Bench) -> None:
    """Both ways of making the views get through, and to the head of the log."""
    here.projector.project()
    here.projector.rebuild()
    head, reached = here.connection.execute(
        f"SELECT position, (SELECT position FROM {here.serving()}.state) FROM log.head"
    ).fetchone() or (None, None)
    assert head == reached


def test_the_longest_of_every_text_of_every_type_is_accepted_and_projected(here: Bench) -> None:
    named = whole(AMENDED, 1, most=True)
    events = [amending(whole(name, 1, most=True), named) for name in TYPES]
    outcomes = here.record(*events)
    assert [(e["event_type"], o.outcome, o.field, o.set_aside) for e, o in zip(events, outcomes, strict=True)] == [
        (e["event_type"], ACCEPTED, None, ()) for e in events
    ]
    projected(here)


def beyond(kind: TextClass) -> Sequence[str]:
    """One letter too many, and as many as the codec takes."""
    letter = kind.name[0] if kind.form in CODED else WIDEST
    return letter * (kind.longest + 1), "long" * 2500, WIDEST * 2500, "long" * 3000


def spoilt(value: int) -> Iterator[tuple[dict[str, Any], Place, TextClass]]:
    """Each event type with each of its texts spoilt in turn, every one of another child."""
    number = 100 + 10_000 * value
    for name in TYPES:
        for place, kind in places(whole(name, 1)):
            number += 1
            event = amending(whole(name, number), whole(AMENDED, 1))
            yield changed(event, place, beyond(kind)[value]), place, kind


def is_said(outcome: Outcome, place: Place, kind: TextClass) -> bool:
    """Whether a text that is too long is told of by its name, wherever it stands."""
    fields, reasons = {name_of(place)}, {"too_long"}
    if kind.form in CHECKED_ELSEWHERE:  # an identifier is named whole, and its scheme or list may not know it
        fields |= {name_of(place[:-1]), "others.identifiers"}
        reasons |= {"unknown_scheme", "unknown_code", "bad_form", "wrong_organisation"}
    if place == ("source", "organisation"):
        reasons |= {"wrong_organisation"}
    if outcome.outcome == KEPT:
        return outcome.field in fields and outcome.reason in reasons
    return any(reason in reasons and field in fields for reason, field in outcome.set_aside)


# On a push each of the two PostgreSQL has the one that the other has not.
ON_A_PUSH = {("embedded", 0), ("system", 3)}
TOO_LONG = [
    pytest.param(
        server,
        value,
        marks=[
            *([] if (server, value) in ON_A_PUSH else [pytest.mark.nightly]),
            *([pytest.mark.pg_system] if server == "system" else []),
        ],
    )
    for server in ("embedded", "system")
    for value in range(4)
]


@pytest.mark.parametrize(("emptied_bench", "value"), TOO_LONG, indirect=["emptied_bench"])
def test_what_is_too_long_is_named_wherever_it_stands_and_stops_nothing(here: Bench, value: int) -> None:
    here.record(whole(AMENDED, 1))
    tried = list(spoilt(value))
    assert len(tried) > 3000
    wrong = []
    for start in range(0, len(tried), 500):
        part = tried[start : start + 500]
        for (event, place, kind), outcome in zip(part, here.record(*(e for e, _, _ in part)), strict=True):
            # With marks nobody else is looked for, so that nobody reads who they are said to be.
            unread = (
                event["event_type"] == "AttendanceMarked"
                and place[:1] == ("others",)
                and place[-1] in ("scheme", "value")
            )
            if not unread and not is_said(outcome, place, kind):
                wrong.append((event["event_type"], name_of(place), outcome[:4], outcome.set_aside))
    assert wrong == []
    here.projector.project()


FEW = (
    "PupilAdmitted",
    "InvolvementStarted",
    "InvolvementEnded",
    "AddressChanged",
    "BirthNotified",
    "RelationshipStated",
)


def test_what_is_set_aside_says_nothing_in_the_views_and_in_the_reference(here: Bench) -> None:
    tried = [one for one in spoilt(0) if one[0]["event_type"] in FEW]
    outcomes = here.record(*(event for event, _, _ in tried))
    assert {o.outcome for o in outcomes} == {ACCEPTED, KEPT}
    projected(here)
    edition = here.connection.execute(f"SELECT edition FROM {here.serving()}.state").fetchone()
    assert edition is not None
    assert of_views(here.connection, here.serving(), edition[0]) == of_reference(here.world())


@pytest.mark.parametrize(
    ("place", "value", "left"),
    [
        (("worker", "staff_id"), "W" * 61, {"worker": None}),
        (("worker", "name"), "n" * 201, {"worker.name": None, "worker.staff_id": "W1"}),
        (("team", "code"), f"T-{NHS}", {"team": None}),
        (("subject", "person", "names", 0, "given", 0), "g" * 201, {"subject.person.names.0.given": []}),
        (("subject", "person", "names", 0, "family"), "f" * 201, {"subject.person.names": []}),
        (("subject", "person", "postcode"), "p" * 101, {"subject.person.postcode": None, "subject.person.sex": "F"}),
        (("others", 0, "role"), "r" * 101, {"others": []}),
    ],
)
def test_only_what_is_set_aside_is_gone(here: Bench, place: Place, value: str, left: dict[str, Any]) -> None:
    [told] = here.record(changed(whole("InvolvementStarted", 1), place, value))
    assert (told.outcome, [field for _, field in told.set_aside]) == (ACCEPTED, [name_of(place)])
    [event] = here.events()
    for path, expected in left.items():
        found: Any = event.body
        for step in path.split("."):
            found = found[int(step)] if isinstance(found, list) else found[step]
        assert found == expected


@pytest.mark.parametrize(
    ("event_type", "place"),
    [
        ("LeadNominated", ("worker", "staff_id")),
        ("WorkerRegistered", ("worker", "staff_id")),
        ("PupilAdmitted", ("school",)),
        ("InvolvementStarted", ("service",)),
        ("InvolvementStarted", ("reference",)),
        ("InvolvementStarted", ("source", "source_record_id")),
        ("LeadNominated", ("role",)),
    ],
)
def test_without_what_the_fact_is_made_of_the_event_is_kept(here: Bench, event_type: str, place: Place) -> None:
    [told] = here.record(changed(whole(event_type, 1), place, "x" * 201))
    assert (told.outcome, told.reason, told.field) == (KEPT, "too_long", name_of(place))


def test_a_reason_that_is_on_no_list_is_not_stored_in_the_clear(here: Bench) -> None:
    [told] = here.record(changed(whole("InvolvementEnded", 1), ("reason",), "Zanzibarski"))
    assert (told.outcome, told.set_aside) == (ACCEPTED, (("unknown_code", "reason"),))
    assert here.connection.execute("SELECT reason FROM log.fact").fetchall() == [(None,)]


# A text, and the classes of texts where it may stand; elsewhere it is kept or set aside as `bad_value`.
NOT_IN_THE_CLEAR = {"id", "event_id", "short", "name", "note"}
NOWHERE: set[str] = set()
LABELS = NOT_IN_THE_CLEAR | {"label", "place"}
# An entry of the access log stands in events of this service's own alone.
EVERYWHERE = set(texts().classes) - {"identifier", "mark", "entry"}
HOSTILE: dict[str, tuple[str, set[str]]] = {
    "an NHS number": (NHS, NOT_IN_THE_CLEAR),
    "an NHS number with blanks": ("999 000 0018", NOT_IN_THE_CLEAR),
    "an NHS number with hyphens": ("999-000-0018", NOT_IN_THE_CLEAR),
    "an NHS number after a word": (f"nhs:{NHS}", NOT_IN_THE_CLEAR),
    "a UPN": (UPN, NOT_IN_THE_CLEAR),
    "a UPN in small letters": (UPN.lower(), NOT_IN_THE_CLEAR),
    "a UPN after a word": (f"upn-{UPN}", NOT_IN_THE_CLEAR),
    "a telephone number": ("01632 960001", NOT_IN_THE_CLEAR),
    "a mobile number": ("07700-900123", NOT_IN_THE_CLEAR),
    "an international number": ("447700900123", NOT_IN_THE_CLEAR),
    "an address for mail": ("ada@example.org", NOT_IN_THE_CLEAR),
    "a name and a date of birth": ("Quillonia Zanzibarski 2015-05-06", NOT_IN_THE_CLEAR),
    "Arabic digits": ("٩٩٩٠٠٠٠٠١٨", NOT_IN_THE_CLEAR),
    "wide digits": ("\uff19\uff19\uff19\uff10\uff10\uff10\uff10", NOT_IN_THE_CLEAR),
    "words": ("health visiting", LABELS),
    "letters of another script": ("здоровье", LABELS),
    "a code": ("CODE-1", EVERYWHERE),
    "a code with nine digits": ("900-000-001", EVERYWHERE - {"label", "word"}),
    "a line break": ("one\ntwo", {"note"}),
    "a tab": ("one\ttwo", {"note"}),
    "a bell": ("one\x07two", NOWHERE),
    "a delete": ("one\x7ftwo", NOWHERE),
    "a C1 control": ("one\x85two", NOWHERE),
    "a separator of ours": ("one\x1ftwo", NOWHERE),
    "right to left": ("one\u202etwo", NOWHERE),
    "an isolate": ("one\u2066two", NOWHERE),
    "a mark of direction": ("one\u200ftwo", NOWHERE),
    "a zero-width space": ("one\u200btwo", NOWHERE),
    "a byte order mark": ("\ufeffone", NOWHERE),
    "a soft hyphen": ("one\u00adtwo", NOWHERE),
    "a joiner": ("one\u200dtwo", LABELS),
    "an unseen letter": ("one\u3164two", NOWHERE),
    "a variation": ("one\ufe0ftwo", NOWHERE),
    "a tag": ("one\U000e0041two", NOWHERE),
    "a blank that does not break": ("one\u00a0two", NOWHERE),
    "a line separator": ("one\u2028two", NOWHERE),
    "a private letter": ("one\ue000two", NOWHERE),
    "no character": ("one\uffffetwo", NOWHERE),
    "decomposed": ("Zoe\u0308", NOWHERE),
    "composed": ("Zoë", LABELS),
    "blanks": ("   ", NOWHERE),
    "a separator of sealed cells": ("one|two", LABELS),
    "quotes and braces": ("{\"x\": '1'}", LABELS),
    "a pattern": ("la-*", LABELS),
    "a path": ("../../x", LABELS),
}


def fields_by_class() -> dict[str, tuple[str, Place]]:
    """For each class a place where such a text stands."""
    found: dict[str, tuple[str, Place]] = {}
    for name in TYPES:
        lists = {rule.field for rule in registry().newest[name].effect.codes}
        for place, kind in places(whole(name, 1)):
            if place[0] not in lists and place[:1] != ("source",) and place[-1] not in ("feed", "status", "residence"):
                found.setdefault(kind.name, (name, place))
    return found


@pytest.mark.parametrize("what", HOSTILE)
def test_a_text_stands_only_where_its_class_lets_it(here: Bench, what: str) -> None:
    text, allowed = HOSTILE[what]
    tried = {name: at for name, at in fields_by_class().items() if name in EVERYWHERE}
    assert tried.keys() == EVERYWHERE - {"event_id"} | ({"event_id"} & tried.keys())
    events = [changed(whole(of, 10 + n), place, text) for n, (of, place) in enumerate(tried.values())]
    found = {}
    for (name, (_, place)), outcome in zip(tried.items(), here.record(*events), strict=True):
        said = {(outcome.reason, outcome.field), *outcome.set_aside}
        found[name] = not said & {("bad_value", name_of(place))}
        assert outcome.outcome in (ACCEPTED, KEPT)
    assert {name for name, fine in found.items() if fine} == allowed & tried.keys()
    here.projector.project()


@pytest.mark.parametrize("text", ["one\0two", "\ud800", "\udfff and more"])
def test_what_no_store_can_hold_is_kept_with_its_field(here: Bench, text: str) -> None:
    event = whole("InvolvementStarted", 1)
    outcomes = here.record(changed(event, ("worker", "name"), text), whole("InvolvementStarted", 2))
    assert [(o.outcome, o.reason, o.field) for o in outcomes] == [
        (KEPT, "bad_value", "worker.name"),
        (ACCEPTED, None, None),
    ]


@pytest.mark.parametrize("text", ["\ud800", "\udc00\ud800", "e\udfff"])
def test_half_a_surrogate_in_any_text_stops_nothing(here: Bench, text: str) -> None:
    event = whole("InvolvementStarted", 1)
    events = [changed(event, place, text) for place, _ in places(event)]
    outcomes = here.record(*events, {**event, text: 1}, {**event, "event_type": text}, whole("InvolvementStarted", 2))
    assert [o.outcome for o in outcomes] == [KEPT] * (len(events) + 2) + [ACCEPTED]
    assert {o.reason for o in outcomes[:-1]} <= {"bad_value", "unknown_field", "unknown_event_type"}
    assert {o.outcome for o in here.record(*events)} == {DUPLICATE}


@pytest.mark.parametrize(("people", "outcome"), [(60, ACCEPTED), (61, KEPT), (300, KEPT)])
def test_so_many_people_that_their_cell_would_outgrow_an_index_are_kept(here: Bench, people: int, outcome: str) -> None:
    event = sample("RelationshipStated")
    others = [
        {"role": "parent", "identifiers": [{"scheme": "agency:la-808:records", "value": f"P{n}"}]}
        for n in range(people)
    ]
    [found] = here.record({**event, "others": others})
    assert (found.outcome, found.field) == (outcome, None if outcome == ACCEPTED else "others")
    projected(here)
