"""`icr demo`: everything from publishing to the views, twice on one folder, and never among real data."""

import json
import os
import re
import signal
import urllib.request
from pathlib import Path
from typing import Any

import httpx2
import pytest

from domain.answers.notice import VERSION
from tests.builders.process import icr, started, wait_for
from tests.builders.web import Browser
from tests.integration.conftest import Demonstrated
from tools.demo import issuer
from tools.demo.agencies import CHILD, PLAN
from tools.demo.people import OFFICERS, ON_CALL, PEOPLE, DemoPerson

pytestmark = [pytest.mark.slow]


@pytest.fixture(scope="module")
def folder(demonstrated: Demonstrated, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return demonstrated.copy(tmp_path_factory.mktemp("demo") / "data")


@pytest.fixture
def environment() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if not key.startswith("ICR_")}


def left(folder: Path, environment: dict[str, str]) -> list[Any]:
    """What the log and the views of a folder say."""
    asked = (("child", "timeline", "--id", CHILD), ("families", "list"), ("quarantine", "list"), ("feeds",))
    answers = [icr(*words, "--json", "--data", str(folder), environment=environment) for words in asked]
    assert [one.returncode for one in answers] == [0] * len(asked), answers
    return [json.loads(one.stdout) for one in answers]


def test_the_whole_way(demonstrated: Demonstrated) -> None:
    first = demonstrated.said
    for counts in (first["kafka"], first["imported"]):
        assert counts["read"] == counts["accepted"] + counts["duplicate"] + counts["conflict"] + counts["kept"]
    assert first["kafka"]["read"] == first["published"]
    assert first["kafka"]["accepted"] > 5000
    assert (first["kafka"]["conflict"], first["kafka"]["kept"]) == (1, 2)
    assert first["kafka"]["duplicate"] > 1
    assert first["kafka"]["reasons"] == {"bad_check_digit": 1, "waits_for": 1}
    assert first["imported"] == {"read": 3, "accepted": 2, "duplicate": 0, "conflict": 0, "kept": 1}
    kinds = {entry["kind"] for entry in first["timeline"]["entries"]}
    assert kinds >= {"enrolment", "gp_registration", "involvement", "early_help", "lead", "attendance"}
    assert first["timeline"]["alive"] is True
    assert first["families"]["families"]
    assert (first["api"], first["people"]) == (None, [])


def test_what_it_left_can_be_asked(folder: Path, environment: dict[str, str]) -> None:
    timeline, families, quarantine, _ = left(folder, environment)
    assert timeline["entries"]
    assert families["families"]
    assert len(quarantine["aside"]) == 4
    shown = icr("child", "show", "--id", "nhs:9990200025", "--json", "--data", str(folder), environment=environment)
    assert shown.returncode == 0, shown.stderr


@pytest.mark.nightly
def test_again_it_doubles_nothing_and_serves_until_it_is_told_to_end(
    folder: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    before, log = left(folder, environment), tmp_path / "log"
    with started("demo", "--data", str(folder), environment=environment, log=log) as process:
        wait_for(lambda: ON_CALL[-1].name in log.read_text() or process.poll() is not None, seconds=400, pause=0.2)
        assert process.poll() is None, log.read_text()[-2000:]
        found = re.search(r"API (http://\S+)", log.read_text())
        assert found is not None
        for path in ("/v1/health", "/docs", "/openapi.json"):
            with urllib.request.urlopen(found[1] + path) as answer:  # noqa: S310
                assert answer.status == 200
        for person in PEOPLE:
            _signs_in_and_opens_a_child(found[1], person)
        for officer in OFFICERS:
            _signs_in_and_begins_at(found[1], officer, "/questions")
        for one, path in zip(ON_CALL, ("/contact-requests", "/families-to-check"), strict=True):
            _signs_in_and_begins_at(found[1], one, path)
        sealed = icr("seal", "--once", "--json", "--data", str(folder), environment=environment)
        assert sealed.returncode == 0, sealed.stderr  # beside the worker, which is at it already
        assert list((folder / "checkpoints").iterdir())
        well = icr("health", "seal", "--data", str(folder), environment=environment)
        assert well.returncode == 0, well.stdout + well.stderr
        process.send_signal(signal.SIGINT)
        assert process.wait(40) == 0, log.read_text()[-2000:]
    assert not (folder / "servers/state.json").exists()
    assert left(folder, environment) == before


def _signs_in_and_opens_a_child(address: str, person: DemoPerson) -> None:
    """Each whom the demonstration names has a child, and can open it."""
    browser = Browser(address)
    listed = _signed_in(browser, person)
    assert (listed.status_code, "As at 19 December 2025" in listed.text) == (200, True), person
    child = re.search(r'name="child" value="(c-[0-9a-f]{32})"', listed.text)
    assert child is not None, f"{person.name} has no child"
    assert "Why you can see this" in browser.post("/child", {"child": child[1]}).text, person
    browser.client.close()


def _signs_in_and_begins_at(address: str, person: DemoPerson, path: str) -> None:
    browser = Browser(address)
    began = _signed_in(browser, person)
    assert (began.url.path, began.status_code) == (path, 200), person
    browser.client.close()


def _signed_in(browser: Browser, person: DemoPerson) -> httpx2.Response:
    """Where somebody begins, who has read the notice for staff the first time."""
    first = browser.sign_in(person.name, issuer.NAME)
    return browser.post("/staff-notice", {"version": str(VERSION)}) if first.url.path == "/staff-notice" else first


def test_its_issuer_stands_alone_and_on_this_machine(environment: dict[str, str], tmp_path: Path) -> None:
    other = [{"name": "a", "title": "A", "url": "https://a.example", "client_id": "icr", "organisations": ["la-808"]}]
    beside = {"ICR_ISSUERS": json.dumps(other), "ICR_PUBLIC_URL": "https://icr.example"}
    for changed in (beside, {"ICR_HTTP_HOST": "0.0.0.0"}):  # noqa: S104
        done = icr("demo", "--data", str(tmp_path), environment=environment | changed)
        assert (done.returncode, "beside no other issuer" in done.stderr) == (2, True)


def test_it_keeps_away_from_other_data(environment: dict[str, str], tmp_path: Path) -> None:
    outside = icr("demo", "--no-serve", environment={**environment, "ICR_DATABASE_URL": "postgresql://db/icr"})
    assert outside.returncode == 2
    fixture = Path(__file__).parents[2] / "fixtures/nems/gp.xml"
    assert icr("import", "nems", str(fixture), "--data", str(tmp_path), environment=environment).returncode == 0
    done = icr("demo", "--no-serve", "--data", str(tmp_path), environment=environment)
    assert done.returncode == 2
    assert "other events" in done.stderr


def test_its_children_are_not_the_simulators() -> None:
    """The people written by hand have numbers that the simulated area does not give out."""
    from tools.demo.agencies import MESSAGES
    from tools.simulator import simulate

    folder = Path(__file__).parents[3] / "tools/demo" / MESSAGES
    by_hand = {
        n for path in folder.rglob("*.*") for n in re.findall(r"999 ?020 ?\d{4}|[A-Z]808990\d{6}", path.read_text())
    }
    assert len(by_hand) > 3
    simulated = {
        identifier["value"]
        for event in simulate(PLAN)
        if event["event_type"] != "AttendanceMarked" and "subject" in event
        for identifier in event["subject"]["identifiers"]
    }
    assert not {number.replace(" ", "") for number in by_hand} & simulated
