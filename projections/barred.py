"""What keeps somebody from a child's record, whatever else lets them see it (access.md 2): statements that others are composed on.

As a shield does, each exclusion, restriction and declared conflict covers every record that is, or is said to be, the same child; and
it counts from when it is known, now or at the edition, whichever is the stricter. What is in the log and not yet in the views can
bar, and cannot lift. `e` is the edition, `d` today.
"""

from typing import Final

from domain.kinds import RESTRICTED, WHO_MAY_SEE
from projections.editions import at_edition, live
from projections.shields import MATES_OF, NOT_TAKEN_IN, SAID_OF, SAID_SINCE

# Both statements say of each child the kind, the organisation concerned (`agency`) and the one `worker` of it, NULL for all of them;
# whether it is in force as is known `now`, and whether it was as known at the edition (`was`).
_KINDS: Final = str(tuple(sorted(WHO_MAY_SEE)))
_IN_FORCE: Final = f"e.kind IN {_KINDS} AND (e.ends IS NULL OR e.ends > %(d)s) AND (e.to_ed IS NULL OR {live('e')})"
_WHEN: Final = f"e.to_ed IS NULL AS now, {live('e')} AS was"
_TOLD_SINCE: Final = f"f.kind IN {_KINDS} AND f.act = 1 AND {NOT_TAKEN_IN}"

# Of some records `records`, each with its child of `children`: found from them, however much is in force on others.
OF_THESE: Final = (
    f"WITH {SAID_SINCE}, seed (record, child) AS (SELECT * FROM unnest(%(records)s::uuid[], %(children)s::uuid[])), "
    "said (record, child) AS (SELECT * FROM seed "
    f"UNION SELECT s.other, d.child FROM seed d CROSS JOIN LATERAL ({SAID_OF.format('d.record')}) AS s (other)), "
    "near (record, child) AS (SELECT * FROM said "
    f"UNION SELECT m.record, s.child FROM said s CROSS JOIN LATERAL ({MATES_OF.format('s.record')}) AS m) "
    f"SELECT n.child, e.kind, e.provider AS agency, e.worker, {_WHEN} FROM near n JOIN entry e ON e.record = n.record AND {_IN_FORCE} "
    f"UNION SELECT n.child, f.kind, f.provider, f.worker, true, false FROM near n JOIN log.fact f ON f.record = n.record AND {_TOLD_SINCE}"
)

# Of all children, as far as it can keep the people `names` of the `organisations` away: for lists that are longer than that.
OF_PEOPLE: Final = at_edition(
    f"WITH {SAID_SINCE}, bar AS MATERIALIZED (SELECT e.record, e.kind, e.provider, e.worker, {_WHEN} FROM entry e WHERE {_IN_FORCE} "
    f"UNION SELECT f.record, f.kind, f.provider, f.worker, true, false FROM log.fact f WHERE {_TOLD_SINCE}), "
    f"can AS (SELECT * FROM bar WHERE kind = '{RESTRICTED}' OR worker = ANY(%(names)s::text[]) "
    "OR (worker IS NULL AND provider = ANY(%(organisations)s::text[]))), "
    "near AS (SELECT * FROM can UNION SELECT m.record, b.kind, b.provider, b.worker, b.now, b.was FROM can b "
    f"CROSS JOIN LATERAL ({MATES_OF.format('b.record')}) AS m), "
    "covered AS (SELECT * FROM near UNION SELECT s.other, n.kind, n.provider, n.worker, n.now, n.was FROM near n "
    f"CROSS JOIN LATERAL ({SAID_OF.format('n.record')}) AS s (other)) "
    "SELECT coalesce((SELECT m.child FROM membership m WHERE m.record = c.record AND live(m)), c.record) AS child, "
    "c.kind, c.provider AS agency, c.worker, c.now, c.was FROM covered c"
)
