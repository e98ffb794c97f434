"""A database of before had no feed heard from its migration to its rebuild, so that every indicator was *not known*."""

from datetime import date
from pathlib import Path

import adapters
from domain.questions.about import ListFamilies
from projections import editions, reference_data
from tests.builders.asking import answer
from tests.builders.service import bench
from tests.spec.words import feed_reported, pupil_admitted, pupil_removed_from_roll

MIGRATION = Path(adapters.__file__).parent / "migrations" / "0019_feeds.sql"
DAY = date(2025, 11, 5)
# As it was before this migration.
BEFORE = """
DROP TABLE {view}.feed;
DROP FUNCTION {view}.feed_of(log.fact);
DROP INDEX {view}.entry_record_kind_idx;
DROP INDEX {view}.entry_record_idx;
CREATE INDEX entry_record_idx ON {view}.entry (record);
"""


def test_what_stands_now_is_heard_before_a_rebuild(any_database_url: str, tmp_path: Path) -> None:
    here = bench(any_database_url, tmp_path)
    told = (
        pupil_admitted("A", school="900001", on="2019-09-02", born="2015-03-01"),
        pupil_removed_from_roll("A", school="900001", on="2025-10-06"),
        feed_reported("urn-900001", "PupilAdmitted", through="2025-10-20", recorded="2025-10-20"),
        feed_reported("urn-900001", "PupilAdmitted", through="2025-11-04", recorded="2025-11-04"),
    )
    here.record(*(one.wire(number) for number, one in enumerate(told, 1)))
    here.projector.project()
    expected = answer(here.service, ListFamilies(effective_at=DAY))
    assert [one["status"] for one in expected["families"][0]["indicators"] if one["id"] == "no_school"] == ["true"]
    for view in ("view_a", "view_b"):
        here.connection.execute(BEFORE.replace("{view}", view))  # type: ignore[arg-type]
        here.connection.execute(MIGRATION.read_text().replace("{view}", view))  # type: ignore[arg-type]
    assert answer(here.service, ListFamilies(effective_at=DAY)) == expected
    with here.connection.transaction():
        edition = editions.edition_at(here.connection)
        assert [feed.organisation for feed in reference_data.feeds(here.connection, edition.number)] == ["urn-900001"]
    here.projector.rebuild()
    assert {**answer(here.service, ListFamilies(effective_at=DAY)), "edition": 0} == {**expected, "edition": 0}
    here.close()
