"""Which feeds are heard: every feed with its last report, and how many organisations in reach do not publish (design D7)."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from adapters.process.clock import today
from adapters.questions.reading import Reading
from adapters.service.opened import Service
from domain.dates import to_day
from domain.effects import Act
from domain.feeds import Expected, Feed, Relying
from domain.questions.about import ListFeeds
from projections import editions

if TYPE_CHECKING:
    from domain.answers.agencies import FeedFacts, FeedStatus

HEARD: Final = "heard"
PARTIAL: Final = "partial"
SCHOOL: Final = "urn-"  # what a school's code begins with
# What several organisations of a kind are called; one that is not registered goes by its code.
_MANY: Final = {
    "school": "schools",
    "general_practice": "practices",
    "nhs_trust": "trusts",
    "local_authority": "authorities",
    "early_years": "early years settings",
}
_MANY_BY_CODE: Final = {SCHOOL: _MANY["school"], "la-": _MANY["local_authority"]}
_MANY_OTHERS: Final = "organisations"

Heard = Mapping[tuple[str, str], bool]  # of each organisation and event type
# The last report of each feed, by what the agency wrote down last; an authority's report of one school's roll is the
# school's (domain.timeline.snapshots.feed_of).
_LAST_REPORTS: Final = """
SELECT DISTINCT ON (f.feed, f.service) f.feed, f.service, f.until, f.day, b.received_at,
       count(*) OVER (PARTITION BY f.feed, f.service)
FROM (
    SELECT *, CASE WHEN lists = 'enrolment' AND provider LIKE 'la-%%' AND scope ~ '^[0-9]{6}$' THEN 'urn-' || scope ELSE provider END AS feed
    FROM log.fact WHERE act = %s AND position <= %s) f
JOIN LATERAL (SELECT received_at FROM log.batch WHERE last >= f.position ORDER BY last LIMIT 1) b ON true
ORDER BY f.feed, f.service, f.recorded_at DESC, f.tie DESC
"""
# Rows that a snapshot, the row r, says it has, and that have not come (domain.timeline.snapshots); what is withheld has come.
MISSING_ROWS: Final = """greatest(0, r.listed - (SELECT count(*) FROM (
    SELECT f.record, f.provider, f.service, f.worker, f.team FROM log.fact f
    WHERE f.organisation = r.provider AND f.kind = r.lists AND f.seen BETWEEN r.day AND r.until
      AND (r.scope IS NULL OR r.scope IN (f.provider, f.service) OR f.team = r.provider || ':' || r.scope)
    UNION
    SELECT e.originator_id, w.provider, w.service, w.worker, w.team FROM log.withheld w JOIN log.event e ON e.notification_id = w.position
    WHERE w.organisation = r.provider AND w.kind = r.lists AND w.seen BETWEEN r.day AND r.until
      AND (r.scope IS NULL OR r.scope IN (w.provider, w.service) OR w.team = r.provider || ':' || r.scope)) came))"""
# Feeds of which the last snapshot of some part has not come whole, and the day before it (domain.timeline.snapshots.cut_off).
_CUT_OFF: Final = """
SELECT feed, service, min(day) - 1 FROM (
    SELECT DISTINCT ON (feed, service, scope) * FROM (
        SELECT *, CASE WHEN lists = 'enrolment' AND provider LIKE 'la-%%' AND scope ~ '^[0-9]{6}$' THEN 'urn-' || scope ELSE provider END AS feed
        FROM log.fact WHERE act = %(a)s AND position <= %(p)s AND lists IS NOT NULL) s
    ORDER BY feed, service, scope, recorded_at DESC, tie DESC) r
WHERE {missing} > 0 AND NOT EXISTS (
    SELECT FROM log.fact o WHERE o.act = %(a)s AND o.position <= %(p)s AND o.lists IS NULL AND o.service = r.service
        AND o.provider = r.feed AND o.recorded_at > r.recorded_at)
GROUP BY feed, service
""".replace("{missing}", MISSING_ROWS)


def heard_feeds(feeds: Iterable[Feed], expected: Expected, day: int) -> dict[tuple[str, str], bool]:
    """Every feed that is expected or ever spoke, and whether it is heard on a day; one that was cut off is not."""
    found = dict.fromkeys(expected.allowances, False)
    return found | {(feed.organisation, feed.event_type): expected.is_heard(feed, day) for feed in feeds}


def in_being(heard: Heard, expected: Expected) -> Heard:
    """Those but for the feeds of organisations that are no more and said all that they had to say."""
    return {name: is_heard for name, is_heard in heard.items() if not (is_heard and name[0] in expected.closed)}


def coverage(
    rule: Relying, heard: Heard, called: Callable[[str], str], within: Collection[str] | None, silent: str | None
) -> str:
    """`heard`, or how many of the organisations in reach do not publish what a rule relies on.

    `called` says what several of an organisation's kind are called; `within` are the schools in reach, None: all;
    `silent` is what is not heard of all, in reach or not.
    """
    relied_on = (*rule.feeds, *rule.feeds_of_one)
    reach: dict[str, dict[str, bool]] = {}
    for (organisation, event_type), is_heard in heard.items():
        out_of_reach = within is not None and organisation.startswith(SCHOOL) and organisation not in within
        if event_type in relied_on and not out_of_reach:
            of_kind = reach.setdefault(called(organisation), {})
            of_kind[organisation] = of_kind.get(organisation, True) and is_heard
    told = [
        f"{list(of_kind.values()).count(False)} of {len(of_kind)} {kind} in reach do not publish"
        for kind, of_kind in sorted(reach.items())
        if not all(of_kind.values())
    ]
    spoken = {event_type for _, event_type in heard}
    told += [f"nobody publishes {event_type}" for event_type in dict.fromkeys(relied_on) if event_type not in spoken]
    return "; ".join(told) or (HEARD if silent is None else f"out of reach {silent} is not heard")


def many_of(organisations: Mapping[str, Mapping[str, Any]]) -> Callable[[str], str]:
    """What several of an organisation's kind are called, by its code; `organisations` are those that are registered."""

    def called(code: str) -> str:
        if code in organisations:
            return _MANY.get(organisations[code]["organisation_kind"] or "", _MANY_OTHERS)
        return next((words for begin, words in _MANY_BY_CODE.items() if code.startswith(begin)), _MANY_OTHERS)

    return called


def gather_feeds(service: Service, connection: editions.Connection, question: ListFeeds) -> "list[FeedFacts]":
    """Every feed that is expected or ever spoke, as known at the head of the log, and whether it is heard on a day."""
    from domain.answers.agencies import FeedFacts

    day = to_day(question.effective_at or today(service.clock))
    row = connection.execute("SELECT generation, position FROM log.head").fetchone()
    generation, head = row or (1, 0)
    reports = connection.execute(_LAST_REPORTS, (int(Act.FEED), head)).fetchall()
    reference = Reading(service, connection, editions.Edition(0, head, generation)).reference(day)
    expected = reference.expected_feeds()
    partial = {
        (organisation, event_type): through
        for organisation, event_type, through in connection.execute(_CUT_OFF, {"a": int(Act.FEED), "p": head})
    }
    last = {
        (organisation, event_type): (min(through, partial.get((organisation, event_type), through)), *rest)
        for organisation, event_type, through, *rest in reports
    }
    heard = heard_feeds([Feed(*name, told[0]) for name, told in last.items()], expected, day)
    return [
        FeedFacts(
            *name,
            PARTIAL if name in partial else _status(name, expected, heard, spoke=name in last),
            name in expected.allowances,
            *last.get(name, ()),
        )
        for name in sorted(heard)
    ]


def _status(name: tuple[str, str], expected: Expected, heard: Heard, *, spoke: bool) -> "FeedStatus":
    if not heard[name]:
        return "silent" if spoke else "never"
    return "closed" if name[0] in expected.closed else "heard"
