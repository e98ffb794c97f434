"""A London midnight in UTC was taken for the day before, and text behind a date was swallowed without a word.

Every connector reads a day in one way: London's day of an instant, and nothing of what has other text behind it.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.intake.connectors import Converted
from adapters.intake.connectors.cin import read_cin
from adapters.intake.connectors.nems import read_nems
from adapters.intake.connectors.reference_files import KINDS, ReferenceFile
from adapters.intake.connectors.school_census import SchoolCensus
from tests.builders.cin import census, child

FIXTURES = Path(__file__).parents[2] / "fixtures"
Found = tuple[str | None, str | None]  # the event's day and the child's day of birth

APRIL = "2015-04-01"
SAME_DAY = ("2015-04-01", "2015-03-31T23:00:00Z", "2015-03-31T23:00:00.000+00:00", "2015-04-01T00:00:00+01:00")
ANOTHER = ("2015-04-01 approx", "2015-04-01 - 2024-07-20", "2015-04-01Tgarbage", "2015-04-01 see note", "2015-W14-3")


def found(units: list[Converted]) -> Found:
    """Day and birth of the first unit, None for what was kept or set aside, which has its reason."""
    unit = units[0]
    if unit.kept is not None:
        assert unit.kept[0] == "impossible_date"
        return None, None
    event: dict[str, Any] = unit.events[-1]
    person = event.get("subject", {}).get("person") or {}
    born = person.get("date_of_birth")
    if born is None and "subject" in event:
        assert [reason for reason, field in unit.set_aside if "irth" in field] == ["impossible_date"]
    return event["effective"]["from"], born


def by_cin(folder: Path, day: str, born: str) -> Found:
    text = census([child(f"<CINreferralDate>{day}</CINreferralDate>")]).replace("2015-03-27", born)
    (folder / "census.xml").write_text(text)
    return found(list(read_cin(folder / "census.xml")))


def by_school_census(folder: Path, day: str, born: str) -> Found:
    path = folder / "2024_autumn_roll.csv"
    path.write_text(f"URN,upn,dob,entrydate\n900001,Z808900100001,{born},{day}\n")
    return found(list(SchoolCensus([path], "la-808").read(path)))


def by_leavers(folder: Path, day: str, born: str) -> Found:
    path = folder / "2024_autumn_left.csv"
    path.write_text(f"URN,upn,dob,leavingdate,entrydate\n900001,Z808900100001,{born},{day},2015-01-05\n")
    return found(list(SchoolCensus([path], "la-808").read(path)))


def by_reference(folder: Path, day: str, born: str) -> Found:
    path = folder / "thresholds.csv"
    path.write_text(f"rule,value,from\nno_gp,20,{day}\n")
    written = datetime(2016, 1, 1, tzinfo=UTC)
    return found(list(ReferenceFile(KINDS["thresholds"], "la-808", written=written).read(path)))[0], born


def by_nems(_: Path, day: str, born: str) -> Found:
    text = (FIXTURES / "nems/contact-new.xml").read_text()
    started = text[text.index("<start value=") :].split('"')[1]
    birth = text[text.index("<birthDate value=") :].split('"')[1]
    text = text.replace(f'<start value="{started}"', f'<start value="{day}"')
    before, patient, rest = text.partition("<Patient>")
    text = before.replace(birth, born) + patient + rest.replace(birth, born)
    unit = next(iter(read_nems(text.encode())))
    event = unit.events[0]
    asides = {field: reason for reason, field in unit.set_aside}
    begun = None if "EpisodeOfCare.period.start" in asides else event["effective"]["from"]
    return begun, event["subject"]["person"]["date_of_birth"]


READERS = [by_cin, by_school_census, by_leavers, by_reference, by_nems]


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("day", SAME_DAY)
def test_the_day_is_londons(tmp_path: Path, read: Callable[[Path, str, str], Found], day: str) -> None:
    assert read(tmp_path, day, "2014-01-01")[0] == APRIL


@pytest.mark.parametrize("read", [by_cin, by_school_census, by_leavers, by_nems])
@pytest.mark.parametrize("day", SAME_DAY)
def test_the_day_of_birth_is_londons(tmp_path: Path, read: Callable[[Path, str, str], Found], day: str) -> None:
    assert read(tmp_path, "2015-06-01", day)[1] == APRIL


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("day", ANOTHER)
def test_text_behind_a_day_spoils_it(tmp_path: Path, read: Callable[[Path, str, str], Found], day: str) -> None:
    assert read(tmp_path, day, "2014-01-01")[0] is None
    if read is not by_reference:
        assert read(tmp_path, "2015-06-01", day)[1] is None


def test_a_calendar(tmp_path: Path) -> None:
    path = tmp_path / "calendar.csv"
    path.write_text("calendar,term,from,to\nNorthmoor,Autumn,02/09/2026 - 24/10/2026,2026-10-24 see note\n")
    units = list(ReferenceFile(KINDS["calendar"], "la-808").read(path))
    assert [unit.kept and unit.kept[:2] for unit in units] == [("impossible_date", "from")]
