"""Of a file that breaks off nothing was recorded that stood in its last piece, and the line was not named."""

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from adapters.intake.connectors import BrokenFile, Converted
from adapters.intake.connectors.cin import read_cin
from adapters.intake.connectors.nems import read_nems
from adapters.intake.connectors.school_census import SchoolCensus
from tests.builders.cin import census, child
from tests.builders.units import units_of

FIXTURES = Path(__file__).parents[2] / "fixtures"
REFERRED = "<CINreferralDate>2024-01-10</CINreferralDate>"


def read(units: Iterator[Converted]) -> tuple[int, str]:
    """How many units came, and what was said then."""
    count = 0
    try:
        for _ in units_of(units):
            count += 1
    except BrokenFile as broken:
        return count, str(broken)
    return count, ""


def whole(children: int) -> str:
    lines = [child(REFERRED, number=f"P{number}") + "\n" for number in range(children)]
    return census(lines)


@pytest.mark.parametrize(
    ("breaks", "said"),
    [
        (lambda text: text.replace("P3<", "AT&T<"), "not well-formed XML at line 4"),
        (lambda text: text[: text.index("P3<")], "not well-formed XML at line 4"),
        (lambda text: text.replace("P3<", "P3\x01<"), "not well-formed XML at line 4"),
        (lambda text: text.replace("P3</LAchildID>", "P3</LAchild>"), "not well-formed XML at line 4"),
        (lambda text: text.replace("P3<", "P\xa33<").encode("latin-1"), "it says to be UTF-8, and is not, at line 4"),
    ],
)
def test_children_in_need(tmp_path: Path, breaks: Callable[[str], str | bytes], said: str) -> None:
    broken = breaks(whole(6))
    path = tmp_path / "census.xml"
    path.write_bytes(broken if isinstance(broken, bytes) else broken.encode())
    assert read(read_cin(path)) == (3, f"{said}: what stands before it was read")


def test_of_a_thousand_children_all_before_the_break(tmp_path: Path) -> None:
    path = tmp_path / "census.xml"
    path.write_text(whole(2_000).replace("P1000<", "AT&T<"))
    assert read(read_cin(path))[0] == 1_000


def test_bounds_break_a_file_off_as_well(tmp_path: Path) -> None:
    path = tmp_path / "census.xml"
    path.write_text(whole(6).replace("P3<", f"{'x' * 1_100_000}<"))
    assert read(read_cin(path))[0] == 3


def test_a_census_in_its_own_encoding_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "census.xml"
    for encoding in ("iso-8859-1", "utf-16"):
        text = f'<?xml version="1.0" encoding="{encoding}"?>{whole(3)}'.replace("P1<", "P\xa31<")
        path.write_bytes(text.encode(encoding))
        assert read(read_cin(path)) == (3, "")


def test_a_packed_census(tmp_path: Path) -> None:
    packed = gzip.compress(whole(200).encode())
    path = tmp_path / "census.xml.gz"
    path.write_bytes(packed[: len(packed) * 3 // 4])
    count, said = read(read_cin(path))
    assert said == "the file is packed (gzip), and breaks off or is damaged"
    assert count > 50


def test_a_packed_roll(tmp_path: Path) -> None:
    rows = [f"900001,Z8089{number:09},2021-09-01" for number in range(2_000)]
    packed = gzip.compress("\n".join(["URN,upn,entrydate", *rows]).encode())
    path = tmp_path / "2024_autumn_roll.csv.gz"
    path.write_bytes(packed[: len(packed) * 3 // 4])
    count, said = read(SchoolCensus([path], "la-808").read(path))
    assert said == "the file is packed (gzip), and breaks off or is damaged"
    assert count > 500


def bundles(count: int) -> str:
    message = (FIXTURES / "nems/contact-new.xml").read_text()
    message = message[message.index("<Bundle") :]
    inside = "".join(f"<entry><resource>{message}</resource></entry>\n" for _ in range(count))
    return f'<Bundle xmlns="http://hl7.org/fhir"><type value="collection"/>\n{inside}</Bundle>'


def test_messages_in_one_file() -> None:
    text = bundles(3)
    broken = text[: text.rindex("<Patient>")]
    units = list(read_nems(broken.encode()))
    assert [len(unit.events) for unit in units[:2]] == [len(units[0].events)] * 2 != [0, 0]
    line = broken.count("\n") + 1
    assert [unit.kept for unit in units[2:]] == [("undecodable", None, f"not well-formed XML at line {line}")]


def test_a_message_alone_is_kept_with_its_line() -> None:
    text = (FIXTURES / "nems/gp.xml").read_text()
    cut = text[: text.index("<birthDate")]
    unit = next(iter(read_nems(cut.encode())))
    assert unit.kept == ("undecodable", None, f"not well-formed XML at line {cut.count(chr(10)) + 1}")
    latin = text.replace('<family value="', '<family value="\xdc').encode("latin-1")
    assert next(iter(read_nems(latin))).kept[2].startswith("it says to be UTF-8, and is not, at line ")  # type: ignore[index]
