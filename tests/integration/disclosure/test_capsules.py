"""A page of an older release is worked out again by the code of that release: its capsule, in a process of its own."""

import dataclasses
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from adapters.disclosure import capsules, context
from adapters.disclosure.keys import canonical_content
from adapters.questions import replaying
from adapters.questions.reading import reading_at
from adapters.questions.refolding import makings_of
from domain.access.parts import cut
from domain.access.rules import BY_ID
from domain.access.viewer import LOCAL_OPERATOR
from domain.answers import children, lines
from domain.capsule import written
from domain.dates import to_day
from domain.errors import Misuse
from domain.questions.about import ShowChild, ShowTimeline
from tests.builders import capsules as fixed
from tests.builders.service import Bench, bench
from tests.integration.disclosure.test_disclosing import ask, identifier, record, replay
from tests.spec.words import gp_registered, happened, lead_accepted, pupil_admitted

DAY = date(2025, 12, 1)
PAGE = ShowChild(identifier=identifier("Ada"), effective_at=DAY)
TIMELINE = ShowTimeline(identifier=identifier("Ada"), effective_at=DAY, retracted=True)
OLDER = "0" * 64


@pytest.fixture
def here(any_database_url: str, tmp_path: Path) -> Iterator[Bench]:
    made = bench(any_database_url, tmp_path)
    record(
        made,
        happened("EarlyHelpStarted", "Ada", on="2025-09-01", worker="W1", name="Ada Example", born="2015-03-01"),
        lead_accepted("Ada", worker="W1", on="2025-09-02"),
        pupil_admitted("Ada", school="900001", on="2019-09-02"),
        gp_registered("Ada", practice="Z90001", on="2015-04-01"),
    )
    made.projector.project()
    yield made
    made.close()


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that holds this program's capsule, and is looked into."""
    folder = tmp_path / "capsules"
    capsules.release(folder)
    for name in ("run", "is_installed"):
        asked = getattr(capsules, name)
        monkeypatch.setattr(capsules, name, lambda *given, _asked=asked: _asked(*given, folder=folder))
    return folder


@pytest.fixture
def another_release(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From here on this program is of another release, whose pages say one thing more."""

    def begin() -> None:
        made = json.loads(context.context()[1]) | {"capsule": OLDER}
        monkeypatch.setattr(replaying, "context", lambda: (bytes(32), json.dumps(made).encode()))
        for module, name in ((lines, "index_line"), (children, "timeline")):
            shape = getattr(module, name)
            monkeypatch.setattr(module, name, lambda of, at, _shape=shape: {**_shape(of, at), "new": "in this release"})

    return begin


BOTH = pytest.mark.parametrize("question", [PAGE, TIMELINE], ids=["page", "timeline"])


@BOTH
def test_a_capsule_makes_of_a_case_what_this_program_shows(here: Bench, question: Any, installed: Path) -> None:
    shown = ask(here, question, LOCAL_OPERATOR).content
    with here.service.connect() as connection, reading_at(here.service, connection, None) as read:
        found = makings_of(read, question, to_day(DAY), BY_ID["operator"])
    assert found is not None
    page = capsules.run(capsules.own_capsule(), written(found[0]))
    contents = [part.content for part in cut(shown)]
    assert [canonical_content(one) for one in page["contents"]] == [canonical_content(one) for one in contents]
    assert page["withheld"] == []


@BOTH
@pytest.mark.not_replayed("it goes on as another release")
def test_what_an_older_release_showed_is_derived_by_its_capsule(
    here: Bench, question: Any, installed: Path, another_release: Callable[[], None]
) -> None:
    entry = ask(here, question, LOCAL_OPERATOR).receipt.entry
    assert replay(here, entry)["derived"] == "derived_same"
    another_release()
    again = replay(here, entry)
    assert (again["proved"], again["derived"], again["because"]) == ("proved_same", "derived_same", None)


@pytest.mark.not_replayed("it goes on as another release")
def test_without_its_capsule_it_is_proved_and_not_derived(
    here: Bench, installed: Path, another_release: Callable[[], None]
) -> None:
    entry = ask(here, PAGE, LOCAL_OPERATOR).receipt.entry
    (installed / "released.json").write_text("{}")
    another_release()
    again = replay(here, entry)
    assert (again["proved"], again["derived"], again["because"]) == ("proved_same", "not_derived", "code_not_installed")


@pytest.mark.not_replayed("it goes on as another release")
def test_beside_a_replay_stands_what_the_new_code_makes_of_it(
    here: Bench, installed: Path, another_release: Callable[[], None]
) -> None:
    entry = ask(here, PAGE, LOCAL_OPERATOR).receipt.entry
    another_release()
    again = replay(here, entry, today=True)
    assert again["derived"] == "derived_same"
    assert again["today"]["content"]["new"] == "in this release"
    assert {one["why"] for one in again["today"]["differences"]} == {"code"}


@pytest.mark.parametrize("capsule", capsules.released(), ids=lambda name: name[:12])
@pytest.mark.parametrize("name", fixed.PAGES)
def test_every_released_capsule_makes_of_a_fixed_case_what_it_always_made(capsule: str, name: str) -> None:
    assert capsules.run(capsule, fixed.makings(name)) == fixed.page(name, capsule)


def test_the_same_code_makes_the_same_capsule_of_a_bounded_size() -> None:
    made = capsules.made_capsule()
    assert made == capsules.made_capsule()
    assert len(made) < 400_000
    assert zipfile.ZipFile(io.BytesIO(made)).testzip() is None


def test_a_capsule_that_is_not_as_it_was_released_is_not_run(installed: Path) -> None:
    (file,) = installed.glob("*.zip")
    file.write_bytes(file.read_bytes() + b"\0")
    with pytest.raises(Misuse, match="not as it was released"):
        capsules.run(capsules.own_capsule(), b"{}")


@pytest.mark.parametrize(
    "does",
    [
        "import socket; socket.socket()",
        "import subprocess; subprocess.run(['true'])",
        "import os; os.fork()",
        "import os; os.system('true')",
        "open('/tmp/written', 'w')",
        "import os; os.open('/tmp/written', os.O_CREAT | os.O_WRONLY)",
        "bytes(2 << 30)",
        "import psycopg",
        "import adapters",
    ],
)
def test_a_capsule_reaches_nothing_and_nobody(tmp_path: Path, does: str) -> None:
    """Whatever it might do, in a folder in which it is said to be ours."""
    name = "f" * 64
    with zipfile.ZipFile(tmp_path / f"{name}.zip", "w") as archive:
        archive.writestr("domain/__init__.py", "")
        archive.writestr("domain/capsule.py", f"def page_of(makings, tables):\n    {does}\n    return b'{{}}'\n")
    (tmp_path / "released.json").write_text(
        json.dumps({name: sha256((tmp_path / f"{name}.zip").read_bytes()).hexdigest()})
    )
    with pytest.raises(capsules.CapsuleFailed, match="gave no page"):
        capsules.run(name, b"{}", folder=tmp_path)
    assert not Path("/tmp/written").exists()


def test_a_case_of_another_form_gives_no_page(installed: Path) -> None:
    with pytest.raises(capsules.CapsuleFailed):
        capsules.run(capsules.own_capsule(), b'{"form":0}')


def test_a_field_that_a_capsule_does_not_know_it_does_not_take(here: Bench, installed: Path) -> None:
    """So makings of a later time may say more."""
    with here.service.connect() as connection, reading_at(here.service, connection, None) as read:
        found = makings_of(read, PAGE, to_day(DAY), BY_ID["operator"])
    assert found is not None
    makings = written(found[0])
    assert dataclasses.is_dataclass(found[0])
    more = json.dumps({**json.loads(makings), "of_a_later_time": [1]}).encode()
    assert capsules.run(capsules.own_capsule(), more) == capsules.run(capsules.own_capsule(), makings)
