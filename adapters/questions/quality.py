"""The data-quality report: of each organisation and event type, what became of all that was sent, by reason.

`read = accepted + duplicate + conflict + kept`: each message counts once, as what it is now. One that was kept and then
released counts as what it was released to; one that was replaced by a re-send or rejected is still one that was kept.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any, Final

import psycopg

from adapters.log.messages import ACCEPTED, OUTCOMES
from adapters.questions.feeds import MISSING_ROWS
from adapters.service.opened import Service
from domain.answers.agencies import QualityFacts
from domain.questions.about import ShowQuality

Connection = psycopg.Connection[Any]

# A batch's numbers are taken out of their compressed form once, not once for each event.
_ACCEPTED: Final = """
SELECT organisation, event_type, count(*),
       round((percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM received_at) - recorded_at / 1e6) / 86400)::numeric, 1)::float8
FROM (
    SELECT b.first + i AS position, b.organisations[n] AS organisation, b.types[n] AS event_type, b.received_at
    FROM log.batch b, LATERAL (SELECT b.senders || ''::bytea AS bytes OFFSET 0) s, generate_series(0, (b.last - b.first)::int) AS i,
         LATERAL (SELECT CASE WHEN s.bytes IS NULL THEN 1 ELSE 1 + get_byte(s.bytes, 2 * i) + 256 * get_byte(s.bytes, 2 * i + 1) END AS n) p
    WHERE %(o)s::text IS NULL OR b.organisations @> ARRAY[%(o)s]
) AS sent LEFT JOIN (
    SELECT position, recorded_at FROM log.fact UNION ALL SELECT position, recorded_at * 1000 FROM log.fact_mark
) AS told USING (position)
WHERE %(o)s::text IS NULL OR organisation = %(o)s
GROUP BY 1, 2
"""
_NOT_ACCEPTED: Final = """
SELECT organisation, event_type, word, reason, false, count(*) FROM log.feedback
WHERE word IN ('duplicate', 'conflict') AND (%(o)s::text IS NULL OR organisation = %(o)s) GROUP BY 1, 2, 3, 4
UNION ALL
SELECT organisation, event_type, 'kept', reason, state IN ('waiting', 'ready'), count(*) FROM log.aside
WHERE kind = 'kept' AND state <> 'released' AND (%(o)s::text IS NULL OR organisation = %(o)s) GROUP BY 1, 2, 4, 5
UNION ALL
SELECT nullif(organisation, ''), nullif(event_type, ''), word, nullif(reason, ''), false, count FROM log.counted
WHERE %(o)s::text IS NULL OR organisation = %(o)s
"""
_SET_ASIDE: Final = """
SELECT s.organisation, split_part(e.topic, ':', 1), s.reason, s.field, count(*)
FROM log.set_aside s JOIN log.event e ON e.notification_id = s.position
WHERE %(o)s::text IS NULL OR s.organisation = %(o)s GROUP BY 1, 2, 3, 4
"""
# Rows that the last snapshot of each part says it has, and that have not come (domain.timeline.snapshots).
_MISSING: Final = """
SELECT provider, service, sum({missing})
FROM (SELECT DISTINCT ON (provider, service, scope) * FROM log.fact WHERE act = 16 AND lists IS NOT NULL
      AND (%(o)s::text IS NULL OR provider = %(o)s) ORDER BY provider, service, scope, recorded_at DESC, tie DESC) r
GROUP BY 1, 2
""".replace("{missing}", MISSING_ROWS)


@dataclass(slots=True)
class _Line:
    """Counts of one organisation and event type, while they are put together."""

    outcomes: Counter[str] = field(default_factory=lambda: Counter(dict.fromkeys(OUTCOMES, 0)))
    waiting: int = 0
    late_days: float | None = None
    missing_rows: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    set_aside: Counter[tuple[str, str]] = field(default_factory=Counter)


def gather_quality(_: Service, connection: Connection, question: ShowQuality) -> list[QualityFacts]:
    """The report, of one organisation or of all, as at the head of the log; by organisation and event type."""
    found: dict[tuple[str | None, str | None], _Line] = defaultdict(_Line)
    asked = {"o": question.organisation}
    for whose, event_type, count, late in connection.execute(_ACCEPTED, asked):
        line = found[whose, event_type]
        line.outcomes[ACCEPTED], line.late_days = count, late
    for whose, event_type, word, reason, waiting, count in connection.execute(_NOT_ACCEPTED, asked):
        line = found[whose, event_type]
        line.outcomes[word] += count
        line.waiting += count if waiting else 0
        if reason is not None:
            line.reasons[reason] += count
    for whose, event_type, reason, path, count in connection.execute(_SET_ASIDE, asked):
        found[whose, event_type].set_aside[reason, path] += count
    for whose, event_type, count in connection.execute(_MISSING, asked):
        if count:
            found[whose, event_type].missing_rows = int(count)
    return [
        QualityFacts(
            *name, line.outcomes, line.waiting, line.late_days, line.missing_rows, line.reasons, line.set_aside
        )
        for name, line in sorted(found.items(), key=lambda one: (one[0][0] or "~", one[0][1] or "~"))
    ]
