"""`icr officer list`, `ask`, `export` and `review`, where nobody signs in: whoever runs the machine is answered."""

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from adapters.cli.main import main
from tests.builders.desk import ANNA, BEN, OFFICER, Desk, identifier
from tests.builders.service import bench
from tests.builders.viewers import saying_why

Icr = Callable[..., int]


@pytest.fixture
def desk(any_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    made = bench(any_database_url, tmp_path)
    (tmp_path / "keys").write_text(json.dumps({"kek": (b"k" * 32).hex(), "hash": (b"h" * 32).hex()}))
    (tmp_path / "keys").chmod(0o600)
    monkeypatch.setenv("ICR_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("ICR_DATABASE_URL", any_database_url)
    yield Desk(made)
    made.close()


def test_the_list_says_what_each_asks_and_takes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["officer", "list", "--json"]) == 0
    said = {one["name"]: one for one in json.loads(capsys.readouterr().out)["questions"]}
    assert said["who-saw-a-child"]["takes"]["identifier"]["required"]
    assert main(["officer", "list"]) == 0
    assert "--id - (required)" in capsys.readouterr().out


def test_a_question_is_asked_of_a_child_that_standard_input_names(
    desk: Desk, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.helped("Ada")
    entry = desk.look("Ada", ANNA)
    monkeypatch.setattr("sys.stdin", io.StringIO(identifier("Ada")))
    days = ["--from", "2025-12-01", "--to", "2025-12-31"]
    assert main(["officer", "ask", "who-saw-a-child", "--id", "-", *days, "--json"]) == 0
    answered = json.loads(capsys.readouterr().out)
    assert [row[-1] for row in answered["rows"]] == [entry]
    assert main(["officer", "ask", "looks-without-involvement", *days]) == 0
    assert "Looks with no involvement before or after, 2025-12-01 to 2025-12-31: none" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("asked", "code", "says"),
    [
        (["who-is-it"], 2, "no such question"),
        (["who-saw-a-child"], 1, "cannot be asked without it"),
        (["bulk", "--least", "1"], 1, "from 20 to 10000"),
        (["alerts", "--days", "3"], 1, "does not take it"),
    ],
)
def test_what_cannot_be_asked_is_said(
    asked: list[str], code: int, says: str, desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["officer", "ask", *asked]) == code
    assert says in capsys.readouterr().err


def test_an_answer_is_written_as_a_file(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.helped("Ada")
    entry = desk.look("Ada", saying_why(desk.person(BEN)))
    days = ["--from", "2025-12-01", "--to", "2025-12-31"]
    assert main(["officer", "export", "alerts", *days]) == 0
    assert json.loads(capsys.readouterr().out)["entry"] == entry
    assert main(["officer", "export", "alerts", *days, "--form", "csv"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == 'When,Why it alerts,For,"For, by name",Days it waits,Access'
    assert (
        main(["officer", "export", "share-explained", "--from", "2025-12-01", "--to", "2025-12-31", "--limit", "1"])
        == 0
    )
    desk.days_later(7)
    desk.look("Ada", ANNA)
    capsys.readouterr()
    assert (
        main(["officer", "export", "share-explained", "--from", "2025-12-01", "--to", "2025-12-31", "--limit", "1"])
        == 2
    )
    assert capsys.readouterr().out == "", "half a list would be taken for the whole"
    kinds = desk.here.connection.execute("SELECT kind FROM access.entry WHERE viewer = 'local'").fetchall()
    assert kinds == [("ExportAnswer",)] * 4


def test_a_review_is_written_down_for_an_officer_and_its_note_comes_from_standard_input(
    desk: Desk, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.helped("Ada")
    entry = desk.look("Ada", saying_why(desk.person(BEN)))
    monkeypatch.setattr("sys.stdin", io.StringIO("The aunt rang; it is in the duty log."))
    assert main(["officer", "review", entry, "explained", "--by", OFFICER, "--note", "-"]) == 0
    assert capsys.readouterr().out == f"reviewed: {entry}, explained\n"
    assert desk.rows("alerts") == []
    assert main(["officer", "review", entry, "explained", "--by", BEN]) == 2
    assert main(["officer", "review", entry, "passed_on_as_a_case", "--by", OFFICER]) != 0
    assert "case" in capsys.readouterr().err
