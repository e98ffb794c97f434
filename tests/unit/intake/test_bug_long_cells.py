"""A table with a long cell was taken for no CSV, though the file was within its bound."""

from pathlib import Path

import pytest

from adapters.intake.connectors import BrokenFile
from adapters.intake.connectors.reference_files import KINDS, ReferenceFile
from adapters.intake.connectors.reference_tables import MAX_BYTES


def test_a_cell_may_be_as_long_as_the_file(tmp_path: Path) -> None:
    path = tmp_path / "areas.csv"
    members = [f"ZE{n % 90 + 10} {n // 90 % 10}{'ABDEF'[n // 900 % 5]}{'GHJLN'[n // 4500]}" for n in range(16_400)]
    path.write_text(f"map,by,area,member\nL,postcode,N,{';'.join(members)}\n")
    [unit] = ReferenceFile(KINDS["areas"], "la-808").read(path)
    assert unit.kept is None
    assert sum(len(area["members"]) for event in unit.events for area in event["areas"]) == len(members)


def test_the_files_bound_stays(tmp_path: Path) -> None:
    path = tmp_path / "areas.csv"
    path.write_text(f"map,by,area,member\nL,postcode,N,{'x' * MAX_BYTES}\n")
    with pytest.raises(BrokenFile, match="more than"):
        list(ReferenceFile(KINDS["areas"], "la-808").read(path))
