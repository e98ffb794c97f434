"""Which records somebody may be kept from, whatever else lets them see a child (access.md 2): all that are in force."""

from typing import Final, NamedTuple
from uuid import UUID

from domain.kinds import WHO_MAY_SEE
from projections.editions import Connection, Edition, live
from projections.shields import MATES_OF, NOT_TAKEN_IN, SAID_OF, SAID_SINCE


class BarRow(NamedTuple):
    """An exclusion, a restriction or a declared conflict, and a record that it covers.

    `agency`: the organisation concerned, `worker` the one worker of it, None for all of them. `now`: in force as is known now,
    `then` as was known at the edition.
    """

    record: UUID
    kind: str
    agency: str
    worker: str | None
    now: bool
    then: bool


# As a shield does, each covers every record that is, or is said to be, the same child; and it counts from when it is known, now
# or at the edition, whichever is the stricter. What is in the log and not yet in the views can bar, and cannot lift.
_BARRED: Final = (
    f"WITH {SAID_SINCE}, bar AS MATERIALIZED ("
    f"SELECT e.record, e.kind, e.provider, e.worker, e.to_ed IS NULL AS now, {live('e')} AS was FROM entry e WHERE e.kind IN {{kinds}} "
    f"AND (e.ends IS NULL OR e.ends > %(d)s) AND (e.to_ed IS NULL OR {live('e')}) "
    "UNION SELECT f.record, f.kind, f.provider, f.worker, true, false FROM log.fact f WHERE f.kind IN {kinds} AND f.act = 1 "
    f"AND {NOT_TAKEN_IN}), "
    "near AS (SELECT * FROM bar UNION SELECT m.record, b.kind, b.provider, b.worker, b.now, b.was FROM bar b "
    f"CROSS JOIN LATERAL ({MATES_OF.format('b.record')}) AS m) "
    "SELECT * FROM near UNION SELECT s.other, n.kind, n.provider, n.worker, n.now, n.was FROM near n "
    f"CROSS JOIN LATERAL ({SAID_OF.format('n.record')}) AS s (other)"
).replace("{kinds}", str(tuple(sorted(WHO_MAY_SEE))))


def barred(connection: Connection, edition: Edition, today: int) -> list[BarRow]:
    """Everything that keeps anybody from a record today; few children have any."""
    rows = connection.execute(_BARRED, {"e": edition.number, "d": today}, binary=True)
    return [BarRow(*row) for row in rows]
