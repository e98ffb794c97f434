"""Who came, went and changed school between two terms' censuses, over all terms that the log knows.

Of a school that has rows in one term and none in the next nothing is stated by any row. Where it had few pupils the
next census says so of it; else its table was more likely not handed in, and that is told to whoever imports.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any, Final
from uuid import UUID

from adapters.intake.connectors.school_census_rolls import on_roll_record, roll_report, source_of
from adapters.intake.connectors.school_census_tables import Term
from adapters.log.recorder import Recorder
from adapters.log.snapshots import FEW
from domain.effects import Act

_FIRST_YEAR: Final = 2000  # the names of files tell no earlier one

_KNOWN = (
    "SELECT k FROM unnest(%s::uuid[]) AS wanted (k) WHERE EXISTS (SELECT FROM log.fact f WHERE f.source_key = wanted.k)"
)

# A pupil on two rolls at once moved where one was left and another joined; joining a second is no move. Nor is it one that the
# school became another: of each roll it counts the schools that took over from it (domain.timeline.succession).
_PAIR = """
WITH RECURSIVE link AS MATERIALIZED (
    SELECT school, successor FROM log.successors((SELECT position FROM log.head))
), heir AS (
    SELECT school, successor, ARRAY[school] AS seen FROM link
    UNION ALL
    SELECT h.school, l.successor, h.seen || l.school FROM heir h JOIN link l ON l.school = h.successor WHERE l.school <> ALL(h.seen)
), roll AS (
    SELECT record, source_key, provider FROM log.fact WHERE source_key IN (%(earlier)s, %(later)s) AND act = %(act)s
), now AS (
    SELECT r.record, r.source_key, coalesce(h.successor, r.provider) AS provider FROM roll r
    LEFT JOIN LATERAL (SELECT successor FROM heir WHERE school = r.provider ORDER BY cardinality(seen) DESC LIMIT 1) h ON true
), earlier AS (
    SELECT record, array_agg(DISTINCT provider) AS schools FROM now WHERE source_key = %(earlier)s GROUP BY record
), later AS (
    SELECT record, array_agg(DISTINCT provider) AS schools FROM now WHERE source_key = %(later)s GROUP BY record
)
SELECT count(*) FILTER (WHERE earlier.record IS NULL), count(*) FILTER (WHERE later.record IS NULL),
    count(*) FILTER (WHERE NOT earlier.schools <@ later.schools AND NOT later.schools <@ earlier.schools)
FROM earlier FULL JOIN later USING (record)
"""

# The table of a school that became another by then is missed by nobody.
_EMPTIED = """
SELECT provider, count(DISTINCT record), provider IN (SELECT school FROM log.successors((SELECT position FROM log.head)))
FROM log.fact WHERE source_key = %(earlier)s AND act = %(act)s
    AND provider NOT IN (SELECT provider FROM log.fact WHERE source_key = %(later)s AND act = %(act)s)
GROUP BY provider ORDER BY provider
"""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two terms that follow one another among those known; numbers of pupils."""

    from_term: str
    to_term: str
    admissions: int
    leavers: int
    moves: int

    def as_json(self) -> dict[str, Any]:
        """As contract 4 writes it."""
        return {name.removesuffix("_term"): value for name, value in asdict(self).items()}


def pairs(recorder: Recorder, organisation: str, last_year: int, *, pseudonymous: bool) -> Iterator[Pair]:
    """Each pair of neighbouring terms of an authority's rolls, up to a year, whatever order they came in."""
    for (before, earlier), (after, later) in _neighbours(recorder, organisation, last_year, pseudonymous=pseudonymous):
        told = {"earlier": earlier, "later": later, "act": int(Act.START)}
        row = recorder.connection.execute(_PAIR, told).fetchone()
        assert row is not None
        yield Pair(str(before), str(after), *row)


def empty_rolls(
    recorder: Recorder, organisation: str, last_year: int, *, pseudonymous: bool
) -> tuple[list[dict[str, Any]], int]:
    """FeedReported of each small school that is in one term's census and not in the next; and how many others are not."""
    reports, others = [], 0
    for (_, earlier), (after, later) in _neighbours(recorder, organisation, last_year, pseudonymous=pseudonymous):
        told = {"earlier": earlier, "later": later, "act": int(Act.START)}
        for school, pupils, became_another in recorder.connection.execute(_EMPTIED, told):
            if pupils <= FEW:
                reports.append(roll_report(source_of(organisation, after), school, after.day(), 0))
            elif not became_another:
                others += 1
    return reports, others


def _neighbours(
    recorder: Recorder, organisation: str, last_year: int, *, pseudonymous: bool
) -> list[tuple[tuple[Term, UUID], tuple[Term, UUID]]]:
    keys = {
        UUID(bytes=recorder.hashes.source_record(organisation, on_roll_record(term, pseudonymous=pseudonymous))): term
        for term in (Term(year, season) for year in range(_FIRST_YEAR, last_year + 1) for season in range(3))
    }
    connection = recorder.connection
    known = sorted((keys[key], key) for (key,) in connection.execute(_KNOWN, (list(keys),)))
    return list(pairwise(known))
