"""Whether something withheld is there or not: every answer is the same, byte for byte (access.md 2)."""

from dataclasses import replace
from uuid import UUID

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.access.redact import Sight, redacted
from domain.access.rules import Extent
from domain.access.sharing import Sharing
from domain.agreements import Agreement, Shared
from domain.answers.children import ChildInIndex, ChildOverTime, KnownChild, Person, timeline
from domain.answers.entries import AsAt, Held, ShownContacts
from domain.answers.lines import index_line
from domain.dates import FOREVER
from domain.events import ChildId, RecordId
from domain.timeline.entries import Entry

DAY = 20_000
CHILD = UUID(int=1)
AT = AsAt(
    DAY, lambda position: f"1:{position}", lambda position: f"e-{position:016x}", lambda code: code, lambda entry: entry
)
DISCLOSURE = {
    "early_help": "early_help", "was_not_brought": "health", "gp_registration": "health", "enrolment": "education",
    "lead": "lead", "community_support": "sensitive", "consent": "sensitive", "child_protection": "social_care",
}  # fmt: skip
CONTACT: ShownContacts = {"worker": {"name": "Someone", "contact": "01632 960000"}, "team": None}


@st.composite
def entries(draw: st.DrawFn, number: int) -> Entry:
    """An entry of any kind, told by any organisation."""
    kind = draw(st.sampled_from([*sorted(DISCLOSURE), *["lead"] * 4]))
    start = draw(st.integers(DAY - 400, DAY))
    end = draw(st.sampled_from([None, None, start + 100, start + 500]))
    lead = kind == "lead"  # of one role and scope, so that one takes over from another
    return Entry(
        kind, RecordId(UUID(int=10 + number % 3)), "lead_practitioner" if lead else draw(st.sampled_from(["a service", "another"])), "900001",
        draw(st.sampled_from(["la-808", "ods-Z9H", "urn-900001"])), None, start, end, None, None,
        start if lead else None, draw(st.sampled_from([None, "la-808:W1", "ods-Z9H:W2"])), None, None,
        "child" if lead else draw(st.sampled_from(["contact", "existence"])), "additional", None, None, (), (number,), number, (number, b""),
        moment=kind == "was_not_brought", takes_over=lead, due=draw(st.sampled_from([None, DAY + 10])),
    )  # fmt: skip


AGREEMENTS = st.lists(
    st.builds(
        Agreement,
        st.sampled_from([("ods-*",), ("ods-*", "la-808"), ("urn-*", "la-*")]),
        st.sampled_from([frozenset[str](), frozenset({"health"}), frozenset({"education", "social_care"})]),
        st.sampled_from([Shared.EXISTENCE, Shared.CONTENT]),
        st.integers(DAY - 300, DAY),
        st.sampled_from([FOREVER, DAY - 1, DAY + 1]),
    ),
    max_size=3,
)


def line(held: list[Entry], everything: list[Entry]) -> ChildInIndex:
    known = KnownChild(ChildId(CHILD), [UUID(int=n) for n in (10, 11, 12)], (), Person(birth=DAY - 3000), False, None)
    return ChildInIndex(known, None, [Held(one, CONTACT) for one in held], everything)


@settings(max_examples=10 * settings().max_examples)
@given(
    st.lists(st.integers(0, 40), unique=True, max_size=8).flatmap(lambda ns: st.tuples(*map(entries, ns))), AGREEMENTS
)
def test_what_is_withheld_leaves_no_trace(drawn: tuple[Entry, ...], agreements: list[Agreement]) -> None:
    everything = list(drawn)
    sharing = Sharing("la-808", DAY, False, agreements, DISCLOSURE)
    consents = [one for one in everything if one.kind == "consent" and one.status_at(DAY)[0] == "open"]
    sight = Sight(Extent.PAGE, sharing, consents)
    sensitive = [one for one in everything if one.kind == "community_support" and one.end is None]
    left = [one for one in everything if sharing.of(one, consents, sensitive)[0] is not Shared.NOTHING]
    # The consents themselves are looked for beside the facts, so that they may be taken out as well.
    with_it, without = line(everything, everything), line(left, left)
    shown = [index_line(redacted(facts, sight)[0], AT) for facts in (with_it, without)]
    assert orjson.dumps(shown[0]) == orjson.dumps(shown[1])
    over_time = [ChildOverTime(facts.known, facts.held, (), kept) for facts, kept in ((with_it, 3), (without, 0))]
    timelines = [timeline(redacted(facts, sight)[0], AT) for facts in over_time]
    assert orjson.dumps(timelines[0]) == orjson.dumps(timelines[1])


@given(st.integers(0, 40).flatmap(entries), AGREEMENTS)
def test_of_what_only_exists_nobody_is_named(entry: Entry, agreements: list[Agreement]) -> None:
    sharing = Sharing("la-808", DAY, False, agreements, DISCLOSURE)
    shared, _ = sharing.of(entry, [], [])
    if shared is Shared.EXISTENCE:
        facts = ChildOverTime(line([], []).known, [Held(replace(entry, worker="ods-Z9H:W2"), CONTACT)], (), 0)
        [shown] = timeline(redacted(facts, Sight(Extent.PAGE, sharing))[0], AT)["entries"]
        assert (shown["worker"], shown["contact"], shown["role"], shown["reason"]) == (None, None, None, None)
