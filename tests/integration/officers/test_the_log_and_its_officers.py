"""Officers' questions about the log and about officers, who may ask which, and what each asking leaves in the log."""

from datetime import timedelta
from importlib.resources import files

import orjson
import pytest

from domain.errors import Misuse, Rejected
from domain.questions.about import AskOfficers
from tests.builders.desk import ANNA, AUDITOR, BEN, CARA, CHECKER, NOON, OFFICER, TODAY, Desk, identifier
from tests.builders.viewers import saying_why


def test_the_share_of_looks_that_an_involvement_explains_by_week(desk: Desk) -> None:
    desk.helped("Ada")
    desk.now(NOON - timedelta(days=7))
    desk.look("Ada", ANNA)
    desk.now(NOON)
    for _ in range(3):
        desk.look("Ada", ANNA)
    desk.look("Ada", saying_why(desk.person(BEN)))
    desk.look("Ada", saying_why(desk.person(CARA)))
    rows = desk.rows("share-explained")
    assert [(row["week"], row["looks"], row["explained"], row["share"]) for row in rows] == [
        ("2025-12-15", 4, 3, "75.0"),
        ("2025-12-08", 1, 1, "100.0"),
    ]
    assert [row["looks"] for row in desk.rows("share-explained", by=CHECKER)] == [5, 1]


# Of two entries the leaves, and one between them whose entry is not there.
_GONE_BETWEEN = (
    "INSERT INTO access.leaf SELECT row_number() OVER (ORDER BY at) * 2 - 2, id, sha256('\\x00'::bytea || bytes) FROM access.entry "
    "UNION ALL SELECT 1, gen_random_uuid(), sha256('gone')"
)


def test_a_whole_log_is_complete(desk: Desk) -> None:
    desk.helped("Ada")
    desk.look("Ada", ANNA)
    found = {row["check"]: (row["found"], row["amiss"]) for row in desk.rows("log-complete")}
    assert found["entries"] == (1, False)
    assert [check for check, (_, amiss) in found.items() if amiss] == []


@pytest.mark.not_replayed("it changes the log by hand")
@pytest.mark.parametrize(
    ("statement", "check"),
    [
        ("UPDATE access.entry SET rule = 'lead' WHERE opening = 'claim'", "not_as_their_leaf_says"),
        ("UPDATE access.entry SET viewer = 'la-808:W9' WHERE opening = 'claim'", "not_as_their_leaf_says"),
        ("DELETE FROM access.pending WHERE at = (SELECT min(at) FROM access.pending)", "without_leaf_and_not_waiting"),
        (
            "INSERT INTO access.leaf SELECT 7, id, sha256('\\x00'::bytea || bytes) FROM access.entry LIMIT 1",
            "leaves_missing",
        ),
        ("INSERT INTO access.leaf SELECT 0, id, sha256('other') FROM access.entry LIMIT 1", "leaf_of_other_bytes"),
        (_GONE_BETWEEN, "entries_missing"),
    ],
)
def test_what_was_changed_by_hand_is_counted(statement: str, check: str, desk: Desk) -> None:
    desk.helped("Ada")
    desk.look("Ada", ANNA)
    desk.look("Ada", saying_why(desk.person(BEN)))
    desk.here.connection.execute(statement)  # type: ignore[arg-type]
    found = {row["check"] for row in desk.rows("log-complete") if row["amiss"]}
    assert found == {check}


def test_of_entries_of_before_the_migration_says_what_their_leaves_say(desk: Desk) -> None:
    desk.helped("Ada")
    desk.look("Ada", ANNA)
    desk.look("Ada", saying_why(desk.person(BEN)))
    desk.list_own(ANNA)
    columns = "SELECT id, child, rule, opening, acting_for FROM access.entry ORDER BY at"
    written = desk.here.connection.execute(columns).fetchall()
    script = (files("adapters.migrations") / "0032_officers.sql").read_text()
    fill = script[script.index("UPDATE access.entry") : script.index("-- Of a whole year")]
    desk.here.connection.execute("UPDATE access.entry SET child = NULL, rule = NULL, opening = NULL")
    desk.here.connection.execute(fill)  # type: ignore[arg-type]
    assert desk.here.connection.execute(columns).fetchall() == written
    assert [row["check"] for row in desk.rows("log-complete") if row["amiss"]] == []


def test_what_officers_looked_at_is_read_by_the_auditor_and_not_by_them(desk: Desk) -> None:
    desk.helped("Ada")
    desk.look("Ada", ANNA)
    desk.rows("alerts")
    desk.rows("alerts", by=CHECKER)
    found = desk.rows("what-officers-looked-at", by=AUDITOR)
    assert [(row["viewer"], row["kind"]) for row in found] == [(CHECKER, "AskOfficers"), (OFFICER, "AskOfficers")]
    assert desk.answer("what-officers-looked-at") is None, "not by the privacy officer"
    assert desk.rows("what-officers-looked-at", by=CHECKER)
    theirs = [row["viewer"] for row in desk.rows("what-officers-looked-at", by=AUDITOR, viewer=CHECKER)]
    assert set(theirs) == {CHECKER}, "the data protection officer's too"


def test_who_may_ask_which(desk: Desk) -> None:
    """Privacy officers of their own organisation alone, the data protection officer all, the auditor counts and officers."""
    asked = {
        name: [desk.answer(name, by=who, organisation=organisation) is not None for who, organisation in (
            (OFFICER, "la-808"), (OFFICER, None), (OFFICER, "ods-Z9H"), (CHECKER, None), (CHECKER, "ods-Z9H"), (AUDITOR, None), (ANNA, "la-808"),
        )]
        for name in ("alerts", "share-explained", "what-officers-looked-at")
    }  # fmt: skip
    assert asked == {
        "alerts": [True, False, False, True, True, False, False],
        "share-explained": [True, False, False, True, True, True, False],
        "what-officers-looked-at": [False, False, False, True, True, True, False],
    }


def test_each_question_is_an_entry_also_where_it_is_refused(desk: Desk) -> None:
    desk.helped("Ada")
    desk.rows("who-saw-a-child", identifier=identifier("Ada"))
    desk.answer("alerts", by=ANNA)
    rows = desk.here.connection.execute("SELECT viewer, kind, outcome, bytes FROM access.entry ORDER BY at").fetchall()
    assert [row[:3] for row in rows] == [(OFFICER, "AskOfficers", "shown"), (ANNA, "AskOfficers", "refused")]
    assert orjson.loads(rows[0][3])["rules"] == ["own_organisations_questions"]
    assert identifier("Ada")[4:] not in str(rows)


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        ({"name": "who-saw-a-child"}, "identifier"),
        ({"name": "what-a-person-viewed"}, "viewer"),
        ({"name": "alerts", "least": 5}, "least"),
        ({"name": "bulk", "least": 1}, "least"),
        ({"name": "claims-without-involvement", "days": 367}, "days"),
        ({"name": "alerts", "first": TODAY - timedelta(days=400)}, "last"),
        ({"name": "sample-to-review", "first": TODAY}, "first"),
    ],
)
def test_what_a_question_does_not_take_is_said_by_its_field(asked: dict[str, object], wrong: str, desk: Desk) -> None:
    with pytest.raises(Rejected) as rejected:
        desk.ask(AskOfficers(**asked), desk.person(CHECKER))  # type: ignore[arg-type]
    assert rejected.value.field == wrong


def test_a_question_that_there_is_not(desk: Desk) -> None:
    with pytest.raises(Misuse):
        desk.ask(AskOfficers(name="who-is-it"), desk.person(CHECKER))


def test_rows_that_are_not_shown_are_counted(desk: Desk) -> None:
    desk.helped("Ada")
    for _ in range(3):
        desk.look("Ada", saying_why(desk.person(BEN)))
    answered = desk.answer("alerts", limit=2)
    assert (len(answered["rows"]), answered["total"]) == (2, 3)
