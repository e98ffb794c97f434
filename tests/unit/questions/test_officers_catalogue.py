"""The officers' questions as their tables say them: a table that contradicts its statement is refused when it is read."""

import re

import pytest

from adapters.questions.officers import catalogue as module
from adapters.questions.officers.catalogue import WrongQuestion, catalogue, given, question_named, statement_of
from domain.answers.officers import Answers, answered, as_csv, as_json_lines
from domain.errors import Misuse

TABLE = """
title = "A title"
group = "People"
asks = "What it asks."
row = "One access"
tells = "accesses"
period = { usual = 30, most = 366 }
takes = { least = { usual = 3, most = 10, says = "So many" } }
columns = { entry = { title = "Access", holds = "entry" } }
"""
SQL = "SELECT a.id AS entry FROM accesses a WHERE 1 >= %(least)s"


def read(table: str = TABLE, sql: str = SQL) -> None:
    module._read("a-question", table, sql)


def test_the_questions_are_all_well() -> None:
    assert len(catalogue()) >= 20
    for question in catalogue().values():
        assert question.asks.endswith(".")
    read()


@pytest.mark.parametrize(
    ("change", "by", "says"),
    [
        ("title = ", "titel = ", "title"),
        ('tells = "accesses"', 'tells = "everything"', "everything"),
        ('group = "People"', 'group = "Others"', "group"),
        ("usual = 30", "usual = 400", "days"),
        ("least = {", "most_of_all = {", "takes what there is not"),
        ("most = 10,", "most = 2,", "bounds"),
        ('holds = "entry"', 'holds = "anything"', "hold"),
        ("row =", 'extra = "x"\nrow =', "unknown keys"),
    ],
)
def test_a_table_that_is_wrong_is_refused(change: str, by: str, says: str) -> None:
    assert change in TABLE
    with pytest.raises(WrongQuestion, match=says):
        read(TABLE.replace(change, by))


@pytest.mark.parametrize("table", ["entry", "looks_of_day", "person_day", "looked_at"])
def test_a_statement_that_reads_past_its_bound_is_refused(table: str) -> None:
    with pytest.raises(WrongQuestion, match="past their bound"):
        read(sql=f"{SQL} AND EXISTS (SELECT FROM access.{table})")


def test_a_parameter_that_is_taken_is_used() -> None:
    with pytest.raises(WrongQuestion, match="does not use it"):
        read(sql="SELECT a.id AS entry FROM accesses a")


_READ = r"FROM access\.(?:entry|looks_of_day|person_day|looked_at)\b"
_BOUNDED = rf"{_READ} e\s+WHERE [^()]*e\.organisation = %\(organisation\)s"


def test_a_statement_is_bounded_wherever_it_reads() -> None:
    """Entries, and each table of the summary of looks."""
    for question in catalogue().values():
        statement = " ".join(statement_of(question, "e.organisation = %(organisation)s").split())
        statement = re.sub(r"%\((?!organisation)\w+\)s", "it", statement)
        bounded = len(re.findall(_BOUNDED, statement))
        assert bounded == (0 if question.whole_log else len(re.findall(_READ, statement))), question.name
        assert question.whole_log or bounded, question.name


def test_what_is_given_is_defined_before_it_is_read() -> None:
    assert given()["unrelated"][1] == ("ever", "accesses", "looks", "waiting", "pairs", "involved", "explained")


def test_there_is_no_other_question() -> None:
    with pytest.raises(Misuse):
        question_named("who-is-it")


ANSWER = answered(
    Answers(
        "a-question", "A title", "One", None, "2025-12-01", "2025-12-19",
        [("who", "Who", "viewer"), ("times", "Times", "count"), ("again", "Again", "yes_no")],
        [['=HYPERLINK("http://example.org")', -5, True], ["\N{ZERO WIDTH SPACE} @SUM(A1)", 2, None], ['Anna "W1", B', 3, False]],
        3,
    )
)  # fmt: skip
ANSWER["names"] = {'Anna "W1", B': "=Anna"}


def test_in_a_csv_nothing_is_a_formula_and_numbers_stay_numbers() -> None:
    assert as_csv(ANSWER).splitlines() == [
        'Who,"Who, by name",Times,Again',
        '"\'=HYPERLINK(""http://example.org"")",,-5,yes',
        "'\N{ZERO WIDTH SPACE} @SUM(A1),,2,",
        '"Anna ""W1"", B",\'=Anna,3,no',
    ]


def test_in_json_lines_everything_stays_as_it_is() -> None:
    first = as_json_lines(ANSWER).splitlines()[0]
    assert first == '{"who": "=HYPERLINK(\\"http://example.org\\")", "who_name": null, "times": -5, "again": true}'
