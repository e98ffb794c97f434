"""A database of before, in which the same was told again and again, is brought to this version without a change of counts."""

from pathlib import Path

import adapters
from adapters.log.growth import used
from tests.builders.asking import quality
from tests.builders.service import NOW, Bench
from tests.integration.log.test_feedback import SCHOOL, admitted, told

_BEFORE = """
DROP INDEX log.feedback_again; DROP INDEX log.feedback_again_aside; DROP INDEX log.feedback_at; DROP INDEX log.aside_settled;
ALTER TABLE log.aside DROP COLUMN length, DROP COLUMN stored, DROP COLUMN named; DROP TABLE log.counted;
INSERT INTO log.feedback (after, organisation, word, event_type, reason, position, aside, at)
SELECT after, organisation, word, event_type, reason, position, aside, %(at)s FROM log.feedback, generate_series(1, 4)
WHERE word IN ('duplicate', 'conflict');
"""


def test_what_was_told_five_times_stays_told_once_and_counted_five_times(here: Bench) -> None:
    wrong = admitted(2, identifiers={"upn": "A1"})
    for _ in range(2):
        here.record(admitted(1), wrong)
    here.record(admitted(1, enrolment_status="M"))
    held = used(here.connection, SCHOOL)
    for statement in _BEFORE.split(";")[:-1]:
        here.connection.execute(statement, {"at": NOW} if "%(at)s" in statement else None)
    migration = Path(adapters.__file__).parent / "migrations" / "0015_growth.sql"
    with here.connection.transaction():
        here.connection.execute(migration.read_text())
    assert told(here) == [
        ("accepted", "adm-1"), ("kept", "adm-2"), ("duplicate", "adm-1"), ("duplicate", "adm-2"), ("conflict", "adm-1"),
    ]  # fmt: skip
    [line] = quality(here.service)
    assert (line["accepted"], line["kept"], line["duplicate"], line["conflict"]) == (1, 1, 10, 5)
    assert used(here.connection, SCHOOL) == held
    here.record(admitted(1), wrong)
    [line] = quality(here.service)
    assert line["duplicate"] == 12
