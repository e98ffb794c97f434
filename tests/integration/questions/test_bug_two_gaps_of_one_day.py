"""Two leads of a child that had the same gap since one day were told as one, whichever the database gave last."""

from pathlib import Path

from tests.builders.service import bench
from tests.integration.questions.test_lead_views import TOLD, W1, WORKER, about_nobody, ask, take
from tests.spec.words import lead_accepted


def test_each_of_two_leads_whose_worker_left_on_one_day_is_told(any_database_url: str, tmp_path: Path) -> None:
    here = bench(any_database_url, tmp_path)
    take(here, [*TOLD, lead_accepted("A", worker="W1", on="2025-09-03", scope="family")], 1)
    before = ask(here, "caseload", worker=W1)["position"]
    here.record(about_nobody("WorkerLeft", 1, "2025-11-20", worker=WORKER, reason="left"))
    here.projector.project()
    [child] = ask(here, "changes", worker=W1, since=before)["children"]
    assert [(g["rule"], g["since"]) for g in child["began"]] == [("lead_worker_left", "2025-11-20")] * 2
    assert len({tuple(g["events"]) for g in child["began"]}) == 2
    here.close()
