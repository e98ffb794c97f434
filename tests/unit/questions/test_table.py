"""The table of questions: each is answered, asked and documented once, and every field of every answer says what it discloses."""

import dataclasses
from typing import Any, get_type_hints

import pytest
import typer

from adapters.cli import asking
from adapters.questions import way, ways
from adapters.questions.table import OF_PAGES, QUESTIONS, Row, typed
from domain.answers.answered import AsOf
from domain.answers.fields import Discloses, said_of, types_within
from domain.leads.commands import DECISIONS
from domain.questions import about
from domain.questions.asking import AsKnown, Question, answer_of, fields_of
from tests.builders.process import ROOT
from tools.main import app

QUESTION_TYPES = {
    one
    for one in vars(about).values()
    if isinstance(one, type)
    and issubclass(one, Question)
    and one.__module__ == about.__name__
    and one is not about.OneChild
}


def test_each_question_has_one_row_one_answer_and_one_way_to_be_printed() -> None:
    asked = [row.question for row in QUESTIONS]
    assert len(set(asked)) == len(asked)
    assert set(ways.WAYS) == QUESTION_TYPES
    assert set(asked) == QUESTION_TYPES - OF_PAGES == set(asking._SHOWN)
    assert len({row.path for row in QUESTIONS if row.path}) == sum(row.path is not None for row in QUESTIONS)
    assert len({row.command for row in QUESTIONS}) == len(QUESTIONS)


def test_what_gathers_and_what_shapes_is_there_for_each() -> None:
    ways.load_all()
    with pytest.raises(AttributeError):
        way.OfTheLog("feeds.gather_feeds", "agencies.fed").load()


@pytest.mark.parametrize("row", QUESTIONS, ids=lambda row: row.name)
def test_each_is_a_command_with_its_example(row: Row) -> None:
    command = typer.main.get_command(app)
    for word in row.command:
        command = command.get_command(typer.Context(command), word)  # type: ignore[attr-defined]
    assert command.epilog is not None
    assert command.epilog.removeprefix("Example: ").split(" --json")[0] == row.typed_example


@pytest.mark.parametrize("question", sorted(QUESTION_TYPES, key=str), ids=lambda question: question.__name__)
def test_each_field_of_an_answer_says_what_it_discloses(question: type[Question[Any]]) -> None:
    silent = [
        f"{part.__name__}.{name}"
        for part in types_within(answer_of(question))
        for name, hint in get_type_hints(part, include_extras=True).items()
        if not list(types_within(hint)) and said_of(hint)[1] is None
    ]
    assert silent == []


def test_what_an_answer_is_as_of_is_no_part_of_its_content() -> None:
    for row in QUESTIONS:
        if issubclass(row.question, AsKnown):
            assert not set(get_type_hints(AsOf)) & set(get_type_hints(answer_of(row.question))), row.name


@pytest.mark.parametrize("row", QUESTIONS, ids=lambda row: row.name)
def test_a_question_is_a_frozen_value_of_named_fields(row: Row) -> None:
    made = row.question.__dataclass_params__  # type: ignore[attr-defined]
    assert made.frozen
    assert {name for name, _ in fields_of(row.question)} == {one.name for one in dataclasses.fields(row.question)}
    assert set(row.example) <= {name for name, _ in fields_of(row.question)}


def test_what_finds_a_child_is_typed_into_no_command() -> None:
    line = typed(("child", "show"), about.ShowChild, {"identifier": "nhs:9990200017", "effective_at": "2025-12-19"})
    assert line == "echo nhs:9990200017 | icr child show --id - --effective-at 2025-12-19"


def test_where_people_live_and_how_to_reach_workers_are_classes_of_their_own() -> None:
    found = {
        f"{part.__name__}.{name}": said_of(hint)[1]
        for part in types_within(answer_of(about.ShowChild))
        for name, hint in get_type_hints(part, include_extras=True).items()
    }
    assert found["ShownAddress.postcode"] is Discloses.WHEREABOUTS
    assert found["ShownEntry.provider"] is Discloses.WHEREABOUTS
    assert found["ShownContact.contact"] is Discloses.CONTACT
    assert found["IndexLine.shielded"] is Discloses.SAFETY
    assert found["ShownIdentifier.scheme"] is Discloses.IDENTIFIER


def test_the_page_of_the_api_names_every_route() -> None:
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    missing = [row.path for row in QUESTIONS if row.path is not None and f"/v1/{row.path}" not in page]
    assert missing == []
    assert [name for name in DECISIONS if f"`{name}`" not in page] == []
