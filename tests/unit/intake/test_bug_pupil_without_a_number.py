"""A row of the roll that tells no pupil's number ended the whole command, where an exclusion named it."""

from pathlib import Path

from adapters.intake.connectors.school_census import SchoolCensus

ROLL = """pupilonrolltableid,URN,dob,surname,forename,upn,sex,entrydate,enrolstatus
r1,900001,2014-05-09,Ashdown,Wren,Z808900100001,F,2021-09-01,C
r2,900001,2014-06-09,Birch,Kit,,M,2021-09-01,C
"""
EXCLUSIONS = """pupilonrolltableid,URN,startdate,sessions,reason1,category
r1,900001,2024-09-20,2,PP,SUSP
r2,900001,2024-09-20,2,PP,SUSP
r3,900001,2024-09-20,2,PP,SUSP
"""


def test_what_names_a_row_without_a_number_is_kept_alone(tmp_path: Path) -> None:
    roll, exclusions = tmp_path / "2024_autumn_roll.csv", tmp_path / "2024_autumn_exclusions.csv"
    roll.write_text(ROLL)
    exclusions.write_text(EXCLUSIONS)
    first, *others = SchoolCensus([exclusions, roll], "la-808").read(exclusions)
    assert [event["event_type"] for event in first.events] == ["SuspensionStarted"]
    assert [unit.kept and unit.kept[:2] for unit in others] == [
        ("no_identifier", "upn"),
        ("no_identifier", "pupilonrolltableid"),
    ]
