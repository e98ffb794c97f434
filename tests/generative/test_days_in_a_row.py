"""School days in a row, as schools send them: mostly day by day, some late, put right, or taken back; across holidays and schools.

Few of these days make ten in a row, and the views look again only where they may. The reference looks at all of them.
"""

import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.log.messages import Message
from projections.view_sets import checksums
from tests.builders.service import Bench
from tests.generative.agreement import of_reference, of_views
from tests.generative.histories import told
from tests.generative.test_views_agree import small

__all__ = ["small"]

AWAY, THERE, NEITHER = "OO", "//", "XX"
STEPS = (1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 3, 3, 3, 3, 75)  # to the next school day: a week's end, or a long holiday
WHEN = (0, 0, 0, 0, 0, 0, 0, 0, 300, 1200)  # minutes late, so that other days came before
BEFORE = 30  # days at school that keep absence from being severe, for which everything would be looked at again
LAST_DAY = 240  # after it comes the day on which it is asked


@st.composite
def registers(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Marks of two children, one of whom may be on two rolls, in the order in which they are sent."""
    sent: list[tuple[int, dict[str, Any]]] = []

    def add(day: int, minute: int, event_type: str, child: int, urn: str, **own: Any) -> str:
        event = told(len(sent), event_type, f"urn-{urn}", child, "upn", day, minute, **own)
        sent.append((minute, event))
        return str(event["event_id"])

    def marked(day: int, late: int, child: int, school: str, codes: str) -> str:
        return add(day, day * 10 + late, "AttendanceMarked", child, school, school=school, am=codes[0], pm=codes[1])

    for child in (0, 1):
        schools = draw(st.sampled_from([("900001",), ("900001",), ("900001", "900001", "900001", "900002")]))
        for day in range(BEFORE):
            marked(day, 0, child, "900001", THERE)
        day = BEFORE
        for _ in range(draw(st.integers(1, 3))):
            away = draw(st.integers(0, 3)) > 0
            for _ in range(draw(st.integers(8, 12)) if away else draw(st.integers(1, 3))):
                if day > LAST_DAY:
                    break
                school, late = draw(st.sampled_from(schools)), draw(st.sampled_from(WHEN))
                strange = draw(st.integers(0, 89))
                codes = {0: THERE, 1: NEITHER, 2: "/O", 3: "XO", 6: THERE, 7: THERE, 8: THERE}.get(
                    strange, AWAY if away else THERE
                )
                event_id = marked(day, late, child, school, codes)
                if strange == 4:
                    marked(day, late + draw(st.sampled_from([5, 200, 1500])), child, school, THERE if away else AWAY)
                elif strange in (6, 7, 8):
                    marked(day, late + 5, child, school, AWAY)
                elif strange == 5:
                    target = {"event_id": event_id, "source_record_id": None, "reason": "entered_in_error"}
                    add(day, day * 10 + late + 210, "EventRetracted", child, school, target=target)
                day += draw(st.sampled_from(STEPS))
    if draw(st.integers(0, 5)) == 0:
        add(30, 900, "DeathNotified", 0, "900001", status=None)
    return [event for _, event in sorted(sent, key=lambda pair: pair[0])]


@settings(max_examples=max(10, settings().max_examples // 4))
@given(history=registers(), rnd=st.randoms(use_true_random=False))
def test_days_in_a_row_agree_with_the_reference(
    small: Bench, history: list[dict[str, Any]], rnd: random.Random
) -> None:
    small.empty()
    messages = [Message(event) for event in history]
    size = 2 * BEFORE
    while messages:
        small.counts(small.recorder.record(messages[:size]))
        messages = messages[size:]
        size = rnd.choice([1, 1, 2, 5])
        small.projector.step()
    small.projector.project()
    for number, last in small.connection.execute(
        "SELECT number, last FROM log.edition ORDER BY number DESC LIMIT 3"
    ).fetchall():
        expected, found = of_reference(small.world(last)), of_views(small.connection, small.serving(), number)
        assert expected["rectangles"] == found["rectangles"], f"edition {number}"
    before = checksums(small.connection, small.serving())
    view, _ = small.rebuilder.rebuild()
    assert checksums(small.connection, view) == before
