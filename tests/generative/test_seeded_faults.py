"""Faults seeded into the views' SQL are each caught by the comparison with the reference: so the comparison can fail."""

import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from domain.timeline.world import build_world
from projections.engine import Projector
from projections.taking_in import statements
from projections.view_sets import VIEW_SETS
from tests.builders.service import KIND_OF, Bench, bench
from tests.generative.agreement import of_reference, of_views, tallies_of_reference, tallies_of_views
from tests.generative.histories import early, histories, late, relabelled

# On a push as many as show every fault; by night more, among which one that is new may be seen.
HISTORIES, FIRST = (150 if settings().max_examples > 50 else 60), 12
EDITION = 400
# The views are compared at these editions and at the last. Few histories show most faults, and the first difference ends it.
LOOKS = (2, 5, 10)

# file, what it says, what it is made to say
FAULTS = {
    "temporary accommodation is no address": ("40_people", "AND l.address_status = 'current'", "AND false"),
    "a placement is open for ever": ("40_people", "coalesce(n.ends, least(", "coalesce(NULL, least("),
    "a suspension knows no sessions": (
        "60_indicators",
        "WHEN x.sessions IS NOT NULL AND x.until = 2000000",
        "WHEN false",
    ),
    "never registered from birth": ("60_indicators", "ELSE v.since + 42 END", "ELSE v.since END"),
    "never registered before anybody knew": (
        "60_indicators",
        "greatest(k.day, log.months_after(s.age_from, -60))",
        "log.months_after(s.age_from, -60)",
    ),
    "refused though registered": ("60_indicators", "AND t.days @> o.starts GROUP BY", "GROUP BY"),
    "no refusal": ("60_indicators", "o.kind = 'gp_registration_refused'", "false"),
    "a feed's report that comes late counts": (
        "17_feeds",
        "WHERE o.to_ed IS NULL) said",
        "WHERE false) said",
    ),
    "a feed's first report of an edition counts": (
        "17_feeds",
        "f.recorded_at DESC, f.tie DESC, f.until DESC",
        "f.recorded_at, f.tie, f.until",
    ),
    "a feed's earlier reports stand as well": (
        "17_feeds",
        "SET to_ed = %(e)s FROM new n WHERE",
        "SET to_ed = %(e)s FROM new n WHERE false AND",
    ),
    "retractions ignored": ("22_facts", "WHERE c.retracted IS NOT TRUE", "WHERE true"),
    "first correction wins": (
        "22_facts",
        "array_agg(a.day ORDER BY a.recorded_at DESC, a.tie DESC)",
        "array_agg(a.day ORDER BY a.recorded_at, a.tie)",
    ),
    "corrected end lost": (
        "22_facts",
        "WHEN c.until = -1 THEN NULL ELSE c.until END",
        "WHEN c.until = -1 THEN NULL ELSE f.until END",
    ),
    "first start of a reference wins": (
        "30_entries",
        "(array_agg(day ORDER BY recorded_at DESC, tie DESC) FILTER (WHERE act IN (1, 9, 12)))[1]",
        "(array_agg(day ORDER BY recorded_at, tie) FILTER (WHERE act IN (1, 9, 12)))[1]",
    ),
    "one enrolment under two references is two": (
        "30_entries",
        "first_value(reference) OVER (PARTITION BY record",
        "first_value(reference) OVER (PARTITION BY reference",
    ),
    "an enrolment told without a reference is another": (
        "30_entries",
        "THEN NULL ELSE first_value",
        "THEN reference ELSE first_value",
    ),
    "the first correction of an enrolment wins": (
        "30_entries",
        "f.day, c.recorded_at DESC, c.tie DESC",
        "f.day, c.recorded_at, c.tie",
    ),
    "a correction moves one telling alone": ("30_entries", "f.day = c.told AND s.day <> c.day", "false"),
    "end before start kept": ("30_entries", "CASE WHEN d.ends < d.starts THEN NULL ELSE d.ends END", "d.ends"),
    "ambiguous ends close": (
        "30_entries",
        "WHEN NOT one_hand AND ends_in > 0 THEN 'ambiguous_end'",
        "WHEN false THEN 'ambiguous_end'",
    ),
    "ends and starts of a day swapped": (
        "30_entries",
        "CASE WHEN is_end = something_open THEN 0 ELSE 1 END",
        "CASE WHEN is_end = something_open THEN 1 ELSE 0 END",
    ),
    "confirmations lost": (
        "30_entries",
        "SET confirmed = greatest(e.confirmed, g.confirmed), accepted",
        "SET accepted",
    ),
    "latest acceptance counts": (
        "30_entries",
        "min(day) FILTER (WHERE act = 10) AS accepted,\n        log.array_join",
        "max(day) FILTER (WHERE act = 10) AS accepted,\n        log.array_join",
    ),
    "closed entries stay": (
        "30_entries",
        "AND NOT EXISTS (SELECT FROM stage_entry n WHERE n.main = o.main AND n.sig = o.sig)",
        "AND false",
    ),
    "a grown person is a child": ("50_children", "log.months_after(g.age_to, 27)", "2000000"),
    "a number that was replaced is in use": (
        "25_evidence",
        "CASE WHEN o.other = l.former THEN 2 ELSE 1 END",
        "1",
    ),
    "a snapshot's row confirms nothing": ("30_entries", "CASE WHEN one_hand THEN last_seen ELSE seen END", "NULL"),
    "a snapshot's row with a reference confirms nothing": (
        "30_entries",
        "max(CASE WHEN act = 3 THEN day ELSE seen END)",
        "max(day) FILTER (WHERE act = 3)",
    ),
    "severe absence is looked for by its end alone": (
        "50_children",
        ">= c.least - 2 * greatest(0, c.latest - c.day + 1)",
        ">= c.possible",
    ),
    "marks of one edition are looked at by their last day": (
        "50_children",
        "l.day > max(a.before) AS appended",
        "true AS appended",
    ),
    "ten days in one edition are overlooked": ("50_children", "HAVING sum(a.ran) >= 10 OR", "HAVING"),
    "just ten days between days at school are overlooked": (
        "50_children",
        "a.day < coalesce(b.upper, 2000000)) >= 10",
        "a.day < coalesce(b.upper, 2000000)) >= 11",
    ),
    "days in a row never end": (
        "50_children",
        "max(a.seen_before) > coalesce(max(a.seen_before) FILTER (WHERE NOT a.away_before), -1)",
        "false",
    ),
    "a day that was marked before counts as new": (
        "10_attendance",
        "bool_and(t.once AND t.day > coalesce(a.latest, -1)) AS new",
        "bool_and(t.once) AS new",
    ),
    "marks superseded by arrival": ("50_children", "max(step) & 15\nFROM step", "min(step) & 15\nFROM step"),
    "retracted marks stay": ("50_children", "HAVING sum(sign(s)) > 0", "HAVING true"),
    "nine days are enough": ("60_indicators", "('ten_days_absent', 10)", "('ten_days_absent', 9)"),
    "not required counts": ("60_indicators", "FROM stage_mark WHERE category <> 7", "FROM stage_mark WHERE true"),
    "home education is no education": (
        "60_indicators",
        "SELECT * FROM stage_own WHERE kind IN ('enrolment', 'elective_home_education', 'not_in_school_register', 'alternative_provision')",
        "SELECT * FROM stage_own WHERE kind IN ('enrolment', 'alternative_provision')",
    ),
    "death silences nothing": (
        "50_children",
        "ELSE int4multirange(int4range(least(v.death, z.day), 2000000)) END",
        "ELSE '{}'::int4multirange END",
    ),
    "leaving England silences nothing": (
        "50_children",
        "WHERE status = 'left_england'",
        "WHERE status = 'nowhere'",
    ),
    "embarkation flags": (
        "50_children",
        "AND o.reason IN ('death', 'embarkation')",
        "AND o.reason IN ('death')",
    ),
    "no fixed abode ignored": (
        "60_indicators",
        "OR residence = 'no_fixed_abode'",
        "",
    ),
    "whoever applied as homeless has a home": ("60_indicators", "WHERE kind = 'homeless_application'", "WHERE false"),
    "any end of a tenancy is an eviction": ("60_indicators", "AND e.reason = 'evicted'", ""),
    "an eviction counts of a tenancy that was told alone": (
        "60_indicators",
        "(e.why IS NULL OR e.why = 'end_without_start')",
        "e.why IS NULL",
    ),
    "the end of a placement is a home": (
        "60_indicators",
        "SELECT child, open_until, 2000000, positions FROM placed",
        "SELECT child, 0, 0, positions FROM placed",
    ),
    "no fixed abode is a home": ("60_indicators", "AND residence IS DISTINCT FROM 'no_fixed_abode'\n", "\n"),
    "a tenancy is no home": (
        "60_indicators",
        "SELECT child, starts FROM stage_own WHERE kind = 'tenancy'",
        "SELECT child, starts FROM stage_own WHERE false",
    ),
    "a home told before helps": ("60_indicators", "WHERE h >= l.day", ""),
    "a placement that is over is relied on": (
        "60_indicators",
        "SELECT o, NULL FROM unnest",
        "SELECT o, 'la-808' FROM unnest",
    ),
    "a destination is nothing": ("60_indicators", "AND t.until = lower(g) AND NOT t.onward", "AND t.until = lower(g)"),
    "the excluding school's roll counts": ("60_indicators", "AND e.provider <> x.provider", ""),
    "two practices are many": (
        "60_indicators",
        "WHERE nth = 3\n), counted",
        "WHERE nth = 2\n), counted",
    ),
    "emergencies with a practice count": (
        "60_indicators",
        "greatest(e.last, lower(g.days)), least(log.months_after(e.first, 6), upper(g.days))",
        "e.last, log.months_after(e.first, 6)",
    ),
    "a contact does not clear a missed review": (
        "60_indicators",
        "least(s.age_from, (SELECT min(q.starts)",
        "coalesce(s.age_from, (SELECT min(q.starts)",
    ),
    "one missed appointment is enough": (
        "60_indicators",
        "CASE a.kind WHEN 'ed_attendance' THEN 2 ELSE 1 END",
        "CASE a.kind WHEN 'ed_attendance' THEN 2 ELSE 0 END",
    ),
    "an interview clears nothing": (
        "60_indicators",
        "q.reason = 'accepted' AND q.starts >= e.last",
        "q.reason = 'never' AND q.starts >= e.last",
    ),
    "nineteen sessions are enough": (
        "60_indicators",
        "possible >= 20 AND absent * 2 >= possible",
        "possible >= 18 AND absent * 2 >= possible",
    ),
    "a leaver is in contact no more": (
        "60_indicators",
        "SELECT child, until, positions FROM met WHERE until < 2000000",
        "SELECT child, until, positions FROM met WHERE false",
    ),
    "a baby known to an agency alone is looked for": (
        "60_indicators",
        "AND coalesce(n.numbered, false)\n",
        "\n",
    ),
    "an exclusion that is upheld is over": ("60_indicators", "AND reason IS DISTINCT FROM 'upheld'", ""),
    "an exclusion goes on when a school admits": (
        "60_indicators",
        "e.kind = 'enrolment' AND e.starts > x.starts",
        "false",
    ),
    "an admission before it ends an exclusion": (
        "60_indicators",
        "e.kind = 'enrolment' AND e.starts > x.starts",
        "e.kind = 'enrolment'",
    ),
    "every exclusion is a suspension": (
        "60_indicators",
        "WHEN x.kind = 'permanent_exclusion' THEN 'permanent '",
        "WHEN false THEN 'permanent '",
    ),
    "a patient has two practices": (
        "60_indicators",
        "AND n.starts > r.starts AND n.provider <> r.provider",
        "AND false",
    ),
    "a registration that is told again ends itself": ("60_indicators", "AND n.provider <> r.provider", ""),
    "emergencies of who never had a practice do not count": (
        "60_indicators",
        "UNION ALL SELECT c.child, int4range(0, coalesce(min(w.starts), 2000000))",
        "UNION ALL SELECT c.child, int4range(0, coalesce(min(w.starts), 1))",
    ),
    "a baby is due nothing": ("60_indicators", "WHERE c.facts AND a.begins > 0", "WHERE false"),
    "an early contact is a review": (
        "60_indicators",
        "WHERE a.eldest + v.opens > d.day",
        "WHERE a.eldest + v.due > d.day",
    ),
    "a review is overdue at once": ("60_indicators", "min(a.youngest + v.due + 1)", "min(a.youngest + v.opens + 1)"),
    "below school age lasts for ever": (
        "60_indicators",
        "overdue AS starts, least(following, begins) AS until",
        "overdue AS starts, following AS until",
    ),
    "at school age silence begins anew": (
        "60_indicators",
        "CASE WHEN overdue < begins THEN day ELSE greatest(day, begins) END, greatest(day, begins), least",
        "greatest(day, begins), greatest(day, begins), least",
    ),
    "a contact too early for school age counts": (
        "60_indicators",
        "ELSE greatest(day, begins) END, greatest(day, begins), least",
        "ELSE day END, greatest(day, begins), least",
    ),
    "nobody takes over": ("70_gaps", "AND t.takes_over", "AND false"),
    "any case closed is a step": ("70_gaps", "AND o.reason = 'RC9'", ""),
    "any lead will do for child protection": (
        "70_gaps",
        "CASE p.kind WHEN 'child_protection' THEN d.days ELSE c.days END",
        "c.days",
    ),
    "one service is several": (
        "70_gaps",
        "ON b.child = a.child AND b.main > a.main AND NOT (a.plan AND b.plan)",
        "ON b.child = a.child AND NOT (a.plan AND b.plan)",
    ),
    "what one worker does is several services": ("70_gaps", "AND (a.worker = b.worker) IS NOT TRUE", ""),
    "what one team does is several services": ("70_gaps", "AND (a.team = b.team) IS NOT TRUE", ""),
    "a social worker and the plan are two services": ("70_gaps", "(a.plan AND b.work OR a.work AND b.plan)", "false"),
    "a plan is the social work of any authority": ("70_gaps", "a.organisation = b.organisation AND (a.plan", "(a.plan"),
    "every plan is a service": (
        "70_gaps",
        "b.main > a.main AND NOT (a.plan AND b.plan)",
        "b.main > a.main",
    ),
    "review day lost": (
        "30_entries",
        "coalesce(d.end_onward, false), m.due",
        "coalesce(d.end_onward, false), NULL::int",
    ),
    "lead by nomination": (
        "70_gaps",
        "FROM stage_own WHERE kind = 'lead' AND accepted IS NOT NULL",
        "FROM stage_own WHERE kind = 'lead'",
    ),
    "own involvement never ends": (
        "70_gaps",
        "range_agg(int4range(o.starts, o.open_until)) AS days, log.array_join(o.positions)",
        "range_agg(int4range(o.starts, 2000000)) AS days, log.array_join(o.positions)",
    ),
    "an end that was told rests on confirmations": (
        "70_gaps",
        "CASE WHEN o.open_until < o.until THEN o.organisation END",
        "o.organisation",
    ),
    "a lapse rests on nobody": (
        "70_gaps",
        "CASE WHEN o.open_until < o.until THEN o.organisation END",
        "NULL",
    ),
    "first date of birth counts": (
        "40_people",
        "(array_agg(age_from ORDER BY recorded_at DESC, tie DESC)",
        "(array_agg(age_from ORDER BY recorded_at, tie)",
    ),
    "withdrawal loses": (
        "40_people",
        "(array_agg(act ORDER BY recorded_at DESC, act DESC, tie DESC)",
        "(array_agg(act ORDER BY recorded_at DESC, act, tie DESC)",
    ),
    "first address of a day counts": (
        "40_people",
        "ORDER BY s.record, s.day, l.recorded_at DESC, l.tie DESC",
        "ORDER BY s.record, s.day, l.recorded_at, l.tie",
    ),
    "a former number is another's": (
        "30_entries",
        "SET record = h.holder FROM",
        "SET record = f.record FROM",
    ),
    "an entry stands on another record than its event": (
        "30_entries",
        "UPDATE stage_entry n SET record = f.record FROM held",
        "UPDATE stage_entry n SET record = n.record FROM held",
    ),
    "a school that became another is another": ("30_entries", "SET provider = h.heir,", "SET provider = f.provider,"),
    "what two systems told by reference is two enrolments": (
        "30_entries",
        "heir, reference = NULL,",
        "heir, reference = f.reference,",
    ),
    "an end for the change is an end": ("30_entries", "THEN 3 ELSE f.act END", "THEN f.act ELSE f.act END"),
    "whoever left long before has not left": (
        "30_entries",
        "abs(f.day - h.closed) <= 92",
        "abs(f.day - h.closed) <= 93",
    ),
    "what is disputed is sure": ("27_doubt", "SET doubted = true", "SET doubted = false"),
    "what is disputed ends what is sure": ("30_entries", "PARTITION BY record, doubted,", "PARTITION BY record,"),
    "what is disputed says who a child is": ("40_people", "WHERE NOT s.doubted AND (l.person", "WHERE (l.person"),
    "what is disputed says where a child lives": (
        "40_people",
        "WHERE NOT s.doubted AND l.act IN (6, 17)",
        "WHERE l.act IN (6, 17)",
    ),
    "what is disputed raises an indicator": ("50_children", "AND NOT e.doubted\nWHERE (c.facts", "\nWHERE (c.facts"),
    "records are linked by any date of birth": (
        "25_evidence",
        "WHERE alone OR organisation = first\n    ORDER BY record, alone DESC,",
        "ORDER BY record,",
    ),
    "the old identity goes on": ("30_entries", "AND (n.ends IS NULL OR n.ends > z.day)", "AND false"),
    "the old identity is looked for": (
        "50_children",
        "CASE WHEN least(v.death, z.day) IS NULL",
        "CASE WHEN v.death IS NULL",
    ),
}


@settings(
    max_examples=HISTORIES,
    phases=[Phase.generate],
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
@given(history=histories(every_scene=True), rnd=st.randoms(use_true_random=False))
def _collect(into: list[list[dict[str, Any]]], history: list[dict[str, Any]], rnd: random.Random) -> None:
    rnd.shuffle(history)
    into.append([relabelled(event, len(into)) for event in history])


@dataclass(frozen=True, slots=True)
class Log:
    """One log of many histories about different children, and what the reference says of it at some editions."""

    here: Bench
    expected: dict[int, dict[str, set[Any]]]


pytestmark = [pytest.mark.hypothesis]  # of the generated ones, which the night has more of


class Different(Exception):
    """The views and the reference differ."""


@pytest.fixture(scope="module")
def log(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Log]:
    folder = tmp_path_factory.mktemp("seeded")
    here = bench(module_database_url, folder, edition_size=EDITION, snapshot_loss_share=1.0, upkeep=True)
    here.connection.execute("SET synchronous_commit = off")
    collected: list[list[dict[str, Any]]] = []
    _collect(collected)
    first, then = (list(itertools.chain(*part)) for part in (collected[:FIRST], collected[FIRST:]))
    # What comes editions later comes soon all the same: a fault that it shows is seen before the rest is projected.
    everything = [*early(900, 0), *first, *late(900, 100), *then]
    for at in range(0, len(everything), 60):
        here.record(*everything[at : at + 60])
    here.projector.project()
    editions = here.connection.execute("SELECT number, last FROM log.edition ORDER BY number").fetchall()
    looked = [(number, last) for number, last in editions if number in LOOKS or number == editions[-1][0]]
    events, schemes = here.events(), here.schemes()
    worlds = {number: build_world(events, schemes, last, KIND_OF) for number, last in looked}
    yield Log(
        here,
        {number: {**of_reference(one), "tallies": tallies_of_reference(one)} for number, one in worlds.items()},
    )
    here.close()


def _differs(log: Log, sql: Callable[[str], Sequence[str]]) -> bool:
    """Whether the views rebuilt by some statements differ from the reference, or cannot even be made. Ends where it is seen."""
    here = log.here
    view = next(one for one in VIEW_SETS if one != here.serving())

    def look(edition: int, _: int) -> None:
        if edition in log.expected:
            found = {**of_views(here.connection, view, edition), "tallies": tallies_of_views(here.connection, view)}
            if found != log.expected[edition]:
                raise Different

    projector = Projector(here.service.connect, here.clock.now, EDITION, sql)
    try:
        projector.rebuild(look)
    except (Different, psycopg.Error):
        return True
    finally:
        projector.close()
    return False


def test_without_a_fault_nothing_is_found(log: Log) -> None:
    assert len(log.expected) == len(LOOKS) + 1
    assert not _differs(log, statements)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_the_sql_is_caught(fault: str, log: Log) -> None:
    file, good, bad = FAULTS[fault]
    assert any(good in statement for statement in statements(file)), "the statement has changed: seed the fault anew"

    def faulty(name: str) -> tuple[str, ...]:
        return tuple(s.replace(good, bad) for s in statements(name)) if name == file else statements(name)

    assert _differs(log, faulty), "no generated history reaches it: tell of it in a scene (CONTRIBUTING, Add a rule)"
