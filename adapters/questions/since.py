"""What has become of the records of an old answer since: what was corrected, and what is another child's today."""

from typing import Final

from adapters.disclosure.reading import Stored
from adapters.questions.reading import Reading
from domain.access.parts import NOBODY
from domain.answers.compared import Since
from domain.answers.ids import record_id
from domain.effects import Act

_CORRECTED: Final = "SELECT DISTINCT record FROM log.fact WHERE record = ANY(%s) AND position > %s AND act = ANY(%s)"
_AMENDS: Final = [int(Act.CORRECT), int(Act.RETRACT)]


def since_of(read: Reading, stored: Stored, *, policy: bool, code: bool, other_day: bool) -> Since:
    """What is known at a read's edition of the time since an entry; whether policy, code and day are others is told."""
    owners = sorted({one for name in stored.names for one in name if one not in (None, NOBODY)})
    position = int(stored.leaf["position"].rpartition(":")[2])
    corrected = read.connection.execute(_CORRECTED, (owners, position, _AMENDS)).fetchall()
    parted = frozenset(
        record
        for child, record in stored.names
        if record is not None
        and record != child
        and (now := read.child(None, record_id(record))) is not None
        and now != read.child(None, record_id(child))
    )
    return Since(frozenset(row[0] for row in corrected), parted, policy, code, other_day)
