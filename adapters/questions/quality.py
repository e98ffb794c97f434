"""The data-quality report: of each organisation and event type, what became of all that was sent, by reason.

`read = accepted + duplicate + conflict + kept`: each message counts once, as what it is now. One that was kept and then
released counts as what it was released to; one that was replaced by a re-send or rejected is still one that was kept.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import psycopg

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
SELECT provider, service, sum(greatest(0, listed - (SELECT count(*) FROM log.fact f
    WHERE f.organisation = r.provider AND f.kind = r.lists AND f.seen BETWEEN r.day AND r.until
      AND (r.scope IS NULL OR r.scope IN (f.provider, f.service) OR f.team = r.provider || ':' || r.scope))))
FROM (SELECT DISTINCT ON (provider, service, scope) * FROM log.fact WHERE act = 16 AND lists IS NOT NULL
      AND (%(o)s::text IS NULL OR provider = %(o)s) ORDER BY provider, service, scope, recorded_at DESC, tie DESC) r
GROUP BY 1, 2
"""


@dataclass(slots=True)
class Quality:
    """What became of the messages of one organisation and event type; either is None where it could not be read.

    `waiting` are those of the kept that nobody has settled; `late_days` the median time from the agency's writing it
    down to our taking it in; `missing_rows` rows of the last snapshot that have not come, without which it counts for nothing.
    """

    organisation: str | None
    event_type: str | None
    accepted: int = 0
    duplicate: int = 0
    conflict: int = 0
    kept: int = 0
    waiting: int = 0
    late_days: float | None = None
    missing_rows: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    set_aside: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def read(self) -> int:
        """All messages."""
        return self.accepted + self.duplicate + self.conflict + self.kept

    def as_json(self) -> dict[str, Any]:
        """As the command line gives it."""
        return {
            "organisation": self.organisation,
            "event_type": self.event_type,
            "read": self.read,
            "accepted": self.accepted,
            "duplicate": self.duplicate,
            "conflict": self.conflict,
            "kept": self.kept,
            "waiting": self.waiting,
            "reasons": dict(sorted(self.reasons.items())),
            "set_aside": [
                {"reason": reason, "field": path, "count": count} for (reason, path), count in sorted(self.set_aside.items())
            ],
            "late_days": self.late_days,
            "missing_rows": self.missing_rows,
        }  # fmt: skip


def quality(connection: Connection, organisation: str | None = None) -> list[Quality]:
    """The report, of one organisation or of all, as at the head of the log; by organisation and event type."""
    found: dict[tuple[str | None, str | None], Quality] = {}

    def of(whose: str | None, event_type: str | None) -> Quality:
        return found.setdefault((whose, event_type), Quality(whose, event_type))

    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        asked = {"o": organisation}
        for whose, event_type, count, late in connection.execute(_ACCEPTED, asked):
            line = of(whose, event_type)
            line.accepted, line.late_days = count, late
        for whose, event_type, word, reason, waiting, count in connection.execute(_NOT_ACCEPTED, asked):
            line = of(whose, event_type)
            setattr(line, word, getattr(line, word) + count)
            line.waiting += count if waiting else 0
            if reason is not None:
                line.reasons[reason] += count
        for whose, event_type, reason, path, count in connection.execute(_SET_ASIDE, asked):
            of(whose, event_type).set_aside[reason, path] += count
        for whose, event_type, count in connection.execute(_MISSING, asked):
            if count:
                of(whose, event_type).missing_rows = int(count)
    return sorted(found.values(), key=lambda line: (line.organisation or "~", line.event_type or "~"))


def reasons_of(line: Quality) -> Iterator[str]:
    """The line's reasons for a person, most frequent first."""
    yield from (f"{reason} {count}" for reason, count in line.reasons.most_common())
    if line.missing_rows:
        yield f"missing rows of a snapshot {line.missing_rows}"
    yield from (f"set aside: {path} {reason} {count}" for (reason, path), count in line.set_aside.most_common())
