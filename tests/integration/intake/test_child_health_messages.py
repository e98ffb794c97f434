"""Vaccinations and screening on the timeline: updated, deleted and late, as professional contacts are."""

from datetime import date
from itertools import permutations
from pathlib import Path

import pytest

from adapters.intake.connectors.nems import MAX_BYTES, read_nems
from adapters.intake.imports import Importer
from tests.builders.asking import asking
from tests.builders.service import Bench

FIXTURES = Path(__file__).parents[2] / "fixtures" / "nems"


def shown(here: Bench, *paths: Path) -> list[tuple[str, str, str]]:
    for path in paths:  # each with a command of its own
        importer = Importer(here.recorder, read_nems, unit="message", most_bytes=MAX_BYTES, batch=10)
        [counts] = importer.take([path])
        assert counts.kept == 0, counts
    here.projector.project()
    with asking(here.service) as asked:
        told = asked.timeline(identifier="nhs:9990101019", effective_at=date(2026, 5, 30))
    assert told is not None
    return [(entry["kind"], entry["service"], entry["from"]) for entry in told["entries"]]


def test_kinds_of_contacts(here: Bench) -> None:
    assert shown(here, *(FIXTURES / f"{name}.xml" for name in ("vaccination", "screening", "examination"))) == [
        ("contact_took_place", "newborn hearing screening", "2026-03-05"),
        ("contact_took_place", "newborn physical examination", "2026-03-05"),
        ("contact_took_place", "vaccination", "2026-04-27"),
    ]


@pytest.mark.parametrize("order", list(permutations(range(2))))
def test_the_message_that_was_written_last_holds(here: Bench, tmp_path: Path, order: tuple[int, ...]) -> None:
    given = FIXTURES / "vaccination.xml"
    not_given = tmp_path / "update.xml"
    text = (FIXTURES / "vaccination-not-given.xml").read_text()
    not_given.write_text(text.replace('<code value="new"/>', '<code value="update"/>'))
    messages = (given, not_given)
    assert shown(here, *(messages[number] for number in order)) == [("contact_missed", "vaccination", "2026-04-27")]


def test_a_deleted_record_shows_nothing(here: Bench) -> None:
    names = ("vaccination", "vaccination-delete", "screening", "screening-delete")
    assert shown(here, *(FIXTURES / f"{name}.xml" for name in names)) == []


def test_a_screening_told_again_is_one(here: Bench, tmp_path: Path) -> None:
    later = tmp_path / "again.xml"
    text = (FIXTURES / "screening.xml").read_text().replace("2026-05-01T15:00:00+01:00", "2026-05-03T15:00:00+01:00")
    later.write_text(text.replace("2026-03-05T23:30", "2026-03-06T09:30"))
    assert shown(here, FIXTURES / "screening.xml", later) == [
        ("contact_took_place", "newborn hearing screening", "2026-03-06")
    ]
