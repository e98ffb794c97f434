"""A child who vanishes from a census is no longer enrolled there: a roll is a snapshot of its school and day."""

import gzip
from datetime import date
from pathlib import Path

import pytest

from adapters.intake.census_pairs import empty_rolls
from adapters.intake.connectors.school_census import SchoolCensus
from adapters.intake.imports import FileCounts, FileImporter
from adapters.log.messages import Message
from tests.builders.asking import asking
from tests.builders.service import Bench
from tests.builders.stream import upn

HEAD = "URN,upn,dob,surname,forename,sex,entrydate,enrolstatus"
LAPSED = "lapsed: absent_from_snapshot"


def row(child: int, school: str = "900001", entered: str = "2020-09-01", status: str = "C") -> str:
    return f"{school},{upn(child)},2014-05-09,Ash,Wren,F,{entered},{status}"


class Authority:
    """An authority that hands in the rolls of its schools."""

    def __init__(self, here: Bench, folder: Path) -> None:
        self._here = here
        self._folder = folder

    def hands_in(self, **terms: list[str]) -> list[FileCounts]:
        """Import rolls by term, as `autumn_2024`, with one command."""
        paths = []
        for term, rows in terms.items():
            paths.append(self._folder / f"{'_'.join(reversed(term.split('_')))}_roll.csv")
            paths[-1].write_text("\n".join([HEAD, *rows]) + "\n")
        return self.imports(paths)

    def imports(self, paths: list[Path]) -> list[FileCounts]:
        read = SchoolCensus(paths, "la-808").read
        counts = FileImporter(self._here.recorder, read, unit="row", batch=500, by_content=True).take(paths)
        reports, _ = empty_rolls(self._here.recorder, "la-808", 2027, pseudonymous=False)
        self._here.recorder.record([Message(report) for report in reports])
        return counts

    def shown(self, child: int, on: str) -> dict[str, str]:
        """By school what is shown of a child on a day."""
        self._here.projector.project()
        with asking(self._here.service) as asked:
            told = asked.timeline(identifier=f"upn:{upn(child)}", effective_at=date.fromisoformat(on))
        assert told is not None
        return {
            entry["provider"]: entry["status"] + (f": {entry['why_status']}" if entry["why_status"] else "")
            for entry in told["entries"]
            if entry["kind"] == "enrolment"
        }


@pytest.fixture
def authority(here: Bench, tmp_path: Path) -> Authority:
    return Authority(here, tmp_path)


def rows_of(count: int, school: str = "900001", first: int = 1) -> list[str]:
    return [row(first + number, school) for number in range(count)]


@pytest.mark.parametrize("backwards", [False, True])
def test_a_leaver_and_a_mover(authority: Authority, backwards: bool) -> None:
    autumn = [row(1), row(2), row(3), row(4, "900002")]
    spring = [row(1), row(3, "900002", "2025-01-06"), row(4, "900002")]
    terms = {"autumn_2024": autumn, "spring_2025": spring}
    authority.hands_in(**(dict(reversed(terms.items())) if backwards else terms))
    for day in ("2025-01-16", "2026-05-30"):
        assert authority.shown(1, day) == {"900001": "open"}
        assert authority.shown(2, day) == {"900001": LAPSED}
        assert authority.shown(3, day) == {"900001": LAPSED, "900002": "open"}
    assert authority.shown(2, "2025-01-15") == {"900001": "open"}


def test_the_only_pupil_of_a_school(authority: Authority) -> None:
    """The school has no row any more: it was a small one, and the next census says that it is empty."""
    authority.hands_in(
        autumn_2024=[row(1), row(2, "900002")], spring_2025=[row(1, "900002", "2025-01-06"), row(2, "900002")]
    )
    assert authority.shown(1, "2026-05-30") == {"900001": LAPSED, "900002": "open"}


def test_a_large_school_whose_table_did_not_come(authority: Authority) -> None:
    authority.hands_in(autumn_2024=[*rows_of(8), row(20, "900002")], spring_2025=[row(20, "900002")])
    assert authority.shown(1, "2026-05-30") == {"900001": "open"}


def test_dual_registration(authority: Authority) -> None:
    both = [row(1, status="M"), row(1, "900002", "2024-09-02", "S")]
    authority.hands_in(autumn_2024=both, spring_2025=both)
    assert authority.shown(1, "2026-05-30") == {"900001": "open", "900002": "open"}


def test_off_roll_by_the_other_table_has_ended(authority: Authority, tmp_path: Path) -> None:
    authority.hands_in(autumn_2024=[row(1), row(2)], spring_2025=[row(1)])
    left = tmp_path / "2025_spring_left.csv"
    left.write_text(f"URN,upn,dob,entrydate,leavingdate\n900001,{upn(2)},2014-05-09,2020-09-01,2024-12-20\n")
    authority.imports([left])
    assert authority.shown(2, "2025-01-16") == {"900001": "ended"}


def test_whoever_comes_back_is_open_again(authority: Authority) -> None:
    authority.hands_in(autumn_2024=[row(1), row(2)], spring_2025=[row(1)], summer_2025=[row(1), row(2)])
    assert authority.shown(2, "2025-02-01") == {
        "900001": "open"
    }  # as known now: the summer's roll has the same entry date
    assert authority.shown(2, "2025-06-01") == {"900001": "open"}


def test_a_pupil_who_comes_after_census_day_is_not_counted(authority: Authority) -> None:
    authority.hands_in(autumn_2024=[row(1), row(2)], spring_2025=[row(1), row(3, entered="2025-02-03")])
    assert authority.shown(2, "2025-03-01") == {"900001": LAPSED}
    assert authority.shown(3, "2025-03-01") == {"900001": "open"}


def test_a_roll_that_is_cut_off_in_a_line(authority: Authority, tmp_path: Path) -> None:
    authority.hands_in(autumn_2024=rows_of(8))
    text = "\n".join([HEAD, *rows_of(7)])
    path = tmp_path / "2025_spring_roll.csv"
    path.write_text(text[:-20])
    [counts] = authority.imports([path])
    assert (counts.accepted, counts.kept) == (6, 1)
    assert authority.shown(8, "2025-03-01") == {"900001": "open"}
    path.write_text(text)
    authority.imports([path])
    assert authority.shown(7, "2025-03-01") == {"900001": "open"}
    assert authority.shown(8, "2025-03-01") == {"900001": LAPSED}


def test_a_packed_roll_that_breaks_off(authority: Authority, tmp_path: Path) -> None:
    authority.hands_in(autumn_2024=rows_of(300))
    packed = gzip.compress("\n".join([HEAD, *rows_of(299)]).encode())
    path = tmp_path / "2025_spring_roll.csv.gz"
    path.write_bytes(packed[:-200])
    [counts] = authority.imports([path])
    assert counts.error is not None
    assert 200 < counts.accepted < 299
    assert authority.shown(300, "2025-03-01") == {"900001": "open"}


def test_a_roll_that_lost_many_waits_for_a_person(authority: Authority) -> None:
    _, spring = authority.hands_in(autumn_2024=rows_of(40), spring_2025=rows_of(20))
    assert (spring.read, spring.accepted, spring.kept) == (20, 20, 0)
    assert (spring.of_file_kept, dict(spring.warnings)) == (1, {"snapshot_too_short": 1})
    assert authority.shown(30, "2025-03-01") == {"900001": "open"}


def test_a_growing_school_in_any_order(authority: Authority) -> None:
    spring, autumn = authority.hands_in(
        spring_2025=[*rows_of(20), *(row(100 + n, entered="2025-01-06") for n in range(40))], autumn_2024=rows_of(21)
    )
    assert (spring.kept, autumn.kept) == (0, 0)
    assert authority.shown(21, "2025-03-01") == {"900001": LAPSED}


def test_a_row_that_cannot_be_read_spares_its_school_alone(authority: Authority) -> None:
    authority.hands_in(autumn_2024=[*rows_of(8), *rows_of(4, "900002", 50)])
    spring = [*rows_of(6), row(7).replace(upn(7), "Z123"), *rows_of(3, "900002", 50)]
    authority.hands_in(spring_2025=spring)
    assert authority.shown(8, "2025-03-01") == {"900001": "open"}
    assert authority.shown(53, "2025-03-01") == {"900002": LAPSED}


def test_again_nothing_is_new(here: Bench, authority: Authority) -> None:
    authority.hands_in(autumn_2024=rows_of(3), spring_2025=rows_of(2))
    before = len(here.events())
    again = authority.hands_in(autumn_2024=rows_of(3), spring_2025=rows_of(2))
    assert [(one.read, one.duplicate, one.events) for one in again] == [(3, 3, 3), (2, 2, 2)]
    assert len(here.events()) == before


def test_a_row_that_was_mended_says_nothing_of_the_rest(authority: Authority, tmp_path: Path) -> None:
    authority.hands_in(autumn_2024=rows_of(40))
    mended = tmp_path / "mended.csv"
    mended.write_text(f"# icr import school-census --term 2024_autumn --organisation la-808\n{HEAD}\n{row(77)}\n")
    [counts] = FileImporter(
        authority._here.recorder,
        SchoolCensus([mended], "la-808", term=None).read,
        unit="row",
        batch=500,
        by_content=True,
    ).take([mended])
    assert counts.error is not None  # its name tells no term
    renamed = tmp_path / "2024_autumn_mended.csv"
    mended.rename(renamed)
    [counts] = authority.imports([renamed])
    assert (counts.read, counts.accepted, counts.events) == (1, 1, 1)


def test_a_child_listed_under_the_number_of_another(authority: Authority) -> None:
    """Its row is kept; so one row of the roll is missing, and nobody is missed from it."""
    authority.hands_in(autumn_2024=[row(1), row(2)])
    other = f"900001,{upn(1)},2011-12-25,Birch,Noor,M,2020-09-01,C"
    [counts] = authority.hands_in(spring_2025=[row(1), other])
    assert (counts.read, counts.accepted, dict(counts.reasons)) == (2, 1, {"number_of_two_children": 1})
    assert authority.shown(2, "2025-02-01") == {"900001": "open"}
