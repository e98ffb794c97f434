"""The truth beside a simulated area: the families set by hand, the shape of the file, the counts, the noise."""

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from domain.errors import Misuse
from tools.simulator import Ledger, Plan, parse_noise, simulate, write_area
from tools.simulator.cases import CASES, by_hand
from tools.simulator.truth.ages import school_age
from tools.simulator.truth.written import truth
from tools.simulator.world import World

YEAR = Plan("Northmoor", 40, date(2025, 9, 1), date(2026, 9, 1), seed=3, marks=False)
END = YEAR.end
WANTED = (("child_in_need_without_lead", 5), ("child_protection_without_lead", 0))


def lines_of(plan: Plan, folder: Path) -> list[dict]:
    folder.mkdir(exist_ok=True)
    ledger = Ledger(folder)
    for _ in simulate(plan, ledger):
        pass
    return list(truth(plan, ledger))


def before_end(days: int) -> str:
    return (END - timedelta(days=days)).isoformat()


class Cases:
    """The lines of the families set by hand, by case."""

    def __init__(self, plan: Plan, lines: list[dict]) -> None:
        world = World(plan)
        self._numbers = {case.name: [child.nhs for child in case.family.children] for case in by_hand(world)}
        self._lines = lines

    def children(self, name: str) -> list[dict]:
        """The children whom a case begins with, eldest first."""
        return [self.of(nhs) for nhs in self._numbers[name]]

    def of(self, nhs: str) -> dict:
        found = [
            line
            for line in self._lines
            if line["type"] == "child" and {"scheme": "nhs", "value": nhs} in line["identifiers"]
        ]
        assert len(found) == 1
        return found[0]

    def lines(self, kind: str) -> list[dict]:
        return [line for line in self._lines if line["type"] == kind]

    def families(self, child: dict) -> list[dict]:
        return [line for line in self._lines if line["type"] == "family" and child["identifiers"] in line["children"]]


@pytest.fixture(scope="module", params=[3, 4])
def cases(request, tmp_path_factory) -> Cases:
    plan = replace(YEAR, seed=request.param, thresholds=WANTED, **parse_noise("none"))
    return Cases(plan, lines_of(plan, tmp_path_factory.mktemp("rows")))


def signs(child: dict) -> dict[str, str]:
    return {one["id"]: one["since"] for one in child["indicators"] if one["status"] == "true"}


def gaps(child: dict) -> dict[str, str]:
    return {gap["rule"]: gap["since"] for gap in child["gaps"]}


# ---- families set by hand


def test_a_family_out_of_touch_with_everything(cases: Cases) -> None:
    (child,) = cases.children("lost_to_all")
    (family,) = cases.families(child)
    assert family["lost"] == ["education", "housing", "primary health", "support"]
    assert signs(child)["no_school"] == before_end(140)
    assert signs(child)["no_gp"] == before_end(130)
    assert signs(child)["homeless_or_mobile"] == before_end(150)
    assert signs(child)["dropped_out"] == before_end(100)
    assert family["since"] == before_end(150)


def test_an_excluded_child_whom_no_school_admits(cases: Cases) -> None:
    (child,) = cases.children("excluded")
    assert signs(child)["no_school"] == signs(child)["lost_leaver"] == before_end(80)


def test_three_homes_in_a_year_are_of_all_who_moved(cases: Cases) -> None:
    assert [signs(child) for child in cases.children("three_homes")] == [{"homeless_or_mobile": before_end(50)}] * 2


def test_a_death_withdrawn_leaves_what_was_missing_before(cases: Cases) -> None:
    (child,) = cases.children("not_dead")
    assert signs(child)["no_school"] == before_end(200)


def test_nobody_asks_after_the_dead_or_those_abroad(cases: Cases) -> None:
    assert [signs(child) for child in (*cases.children("dead"), *cases.children("still_abroad"))] == [{}] * 3


def test_back_from_abroad_a_school_is_missed_from_that_day(cases: Cases) -> None:
    (child,) = cases.children("abroad_and_back")
    assert signs(child)["no_school"] == before_end(100)


def test_twins_are_two_children_of_one_family(cases: Cases) -> None:
    one, other = cases.children("twins")
    assert (set(signs(one)), signs(other)) == ({"no_school", "lost_leaver"}, {})
    (family,) = cases.families(one)
    assert other["identifiers"] in family["children"]
    assert len(family["children"]) == 2


def test_children_of_two_homes_are_in_two_families_and_their_half_sibling_in_one(cases: Cases) -> None:
    elder, younger = cases.children("two_homes")
    first, second = sorted(cases.families(elder), key=lambda family: len(family["children"]))
    assert first["children"] == sorted([elder["identifiers"], younger["identifiers"]], key=str)
    assert len(second["children"]) == 3
    assert second["lost"] == ["primary health"]
    (baby,) = (child for child in second["children"] if child not in first["children"])
    assert sum(line["type"] == "family" and baby in line["children"] for line in cases._lines) == 1


def test_an_adopted_child_is_not_known_to_be_the_same(cases: Cases) -> None:
    old, sibling = cases.children("adopted")
    assert "no_school" in signs(old)
    assert signs(sibling) == {}


def test_leads_that_are_contested_deserted_never_accepted_or_missing(cases: Cases) -> None:
    names = ("contested", "deserted", "never_accepted", "without_lead")
    contested, deserted, waiting, without = (cases.children(name)[0] for name in names)
    assert gaps(contested)["contested_lead"] == before_end(120)
    assert len(contested["lead"]) == 2
    assert gaps(deserted) == {"lead_involvement_ended": before_end(70)}
    assert gaps(waiting) == {
        "early_help_without_lead": before_end(90),
        "nomination_not_accepted": before_end(80),
    }
    assert gaps(without) == {"early_help_without_lead": before_end(40)}


# What is true of the only child of a case, and since how many days; all else is left out.
SIGNS_OF_CASES = [
    ("suspended", {"excluded_without_provision": 20}),
    ("provided", {}),
    ("provided_no_more", {"excluded_without_provision": 20}),
    ("reinstated", {}),
    ("home_taught", {}),
    ("home_taught_no_more", {"no_school": 60}),
    ("emergencies_instead", {"no_gp": 120, "gp_unsettled": 120, "emergency_without_gp": 40}),
    ("unseen_baby", {"under_five_unseen": 150}),
    ("seen_at_last", {}),
    ("not_brought", {"not_brought": 60}),
    ("brought_at_last", {}),
    ("missing_twice", {"missing_without_interview": 40}),
    ("not_interviewed", {"missing_without_interview": 45}),
    ("interviewed", {}),
    ("temporary_upn", {}),
    ("duplicate_upn", {"no_school": 40, "lost_leaver": 40}),
    ("nhs_superseded", {"no_gp": 130, "gp_unsettled": 130, "emergency_without_gp": 40}),
]


@pytest.mark.parametrize(("name", "true"), SIGNS_OF_CASES, ids=[name for name, _ in SIGNS_OF_CASES])
def test_what_is_true_of_a_case(name: str, true: dict[str, int], cases: Cases) -> None:
    (child,) = cases.children(name)
    assert signs(child) == {sign: before_end(days) for sign, days in true.items()}


GAPS_OF_CASES = [
    ("stepped_down", {"step_down_without_lead": 30}),
    ("stepped_down_led", {}),
    ("stepped_up", {"step_up_without_lead": 30}),
    ("worker_gone", {"lead_worker_left": 50}),
    ("handed_over", {}),
    ("declined", {"early_help_without_lead": 90}),
    ("two_services", {"services_without_lead": 70}),
    ("in_need", {"child_in_need_without_lead": 60}),
    ("protected", {"child_protection_without_lead": 60}),
    ("protected_no_more", {}),
]


@pytest.mark.parametrize(("name", "wrong"), GAPS_OF_CASES, ids=[name for name, _ in GAPS_OF_CASES])
def test_what_is_wrong_with_the_lead_of_a_case(name: str, wrong: dict[str, int], cases: Cases) -> None:
    (child,) = cases.children(name)
    assert gaps(child) == {rule: before_end(days) for rule, days in wrong.items()}


def test_nothing_is_said_of_plans_without_a_lead_until_the_authority_wants_one(tmp_path: Path) -> None:
    plan = replace(YEAR, **parse_noise("none"))
    cases = Cases(plan, lines_of(plan, tmp_path))
    assert [gaps(cases.children(name)[0]) for name in ("in_need", "protected")] == [{}, {}]


def share(measure: str, *, counted: bool, days: int | None = None) -> dict:
    return {"id": measure, "counted": counted, "numerator": int(counted), "denominator": 1, "days": days}


WAITED, IN_TIME = "referral_to_first_service", "initial_health_assessment"
OVERDUE, LONG, NO_LEAD = f"{IN_TIME}_overdue", "looked_after_health_assessment", share("with_lead", counted=False)
SHARES_OF_CASES = [
    ("served", [share(WAITED, counted=True, days=21), NO_LEAD]),
    ("waiting", [share(WAITED, counted=False, days=60)]),
    ("waiting_no_more", []),
    ("assessed_twice", [share("repeated_assessments", counted=again) for again in (False, True)]),
    ("in_care", [share(IN_TIME, counted=True), share(OVERDUE, counted=False), NO_LEAD]),
    ("in_care_unassessed", [share(IN_TIME, counted=False), share(OVERDUE, counted=True, days=72), NO_LEAD]),
    ("home_from_care", [share(IN_TIME, counted=False)]),
    ("long_in_care", [share(LONG, counted=True), NO_LEAD]),
    ("unseen_baby", [share("childrens_centre", counted=False)]),
    ("seen_by_nobody", [share("childrens_centre", counted=True)]),
]


@pytest.mark.parametrize(("name", "shares"), SHARES_OF_CASES, ids=[name for name, _ in SHARES_OF_CASES])
def test_what_a_case_adds_to_the_measures(name: str, shares: list[dict], cases: Cases) -> None:
    (child,) = cases.children(name)
    assert child["measures"] == shares


@pytest.mark.parametrize(
    ("name", "scheme"), [("temporary_upn", "upn"), ("duplicate_upn", "upn"), ("nhs_superseded", "nhs")]
)
def test_a_child_whose_number_was_replaced_is_one_child_over_both(name: str, scheme: str, cases: Cases) -> None:
    (child,) = cases.children(name)
    assert [one["scheme"] for one in child["identifiers"]].count(scheme) == 2


def test_a_number_whose_replacement_nobody_told_is_another_child(tmp_path: Path) -> None:
    plan = replace(YEAR, **parse_noise("none"), silent_feeds=(("ods-Z9PDS", "NhsNumberSuperseded"),))
    cases = Cases(plan, lines_of(plan, tmp_path))
    (child,) = cases.children("nhs_superseded")
    assert signs(child) == {"no_gp": before_end(130), "gp_unsettled": before_end(130)}
    assert len([line for line in cases.lines("child") if line["life"] == child["life"]]) == 2


def test_a_child_who_was_awaited_is_one_with_the_booking_and_an_unborn_one_is_missed_by_nobody(cases: Cases) -> None:
    schemes = [{one["scheme"] for one in line["identifiers"]} for line in cases.lines("child")]
    assert {"agency:ods-Z9HOS:maternity", "nhs"} in schemes
    (unborn,) = (
        line
        for line in cases.lines("child")
        if [one["scheme"] for one in line["identifiers"]] == ["agency:ods-Z9HOS:maternity"]
    )
    assert (unborn["indicators"], unborn["measures"]) == ([], [])


@pytest.fixture(scope="module")
def marked(tmp_path_factory) -> Cases:
    plan = replace(YEAR, start=date(2025, 7, 3), end=date(2026, 7, 3), marks=True, **parse_noise("none"))
    return Cases(plan, lines_of(plan, tmp_path_factory.mktemp("marks")))


def test_away_for_months_without_leave_and_seen_by_nobody(marked: Cases) -> None:
    (child,) = marked.children("long_away")
    found = signs(child)
    assert set(found) == {"ten_days_absent", "twenty_days_absent", "no_universal_contact"}
    assert found["ten_days_absent"] == found["twenty_days_absent"]
    assert "2026-02-20" < found["no_universal_contact"] < found["ten_days_absent"] < "2026-03-10"


def test_away_since_the_autumn(marked: Cases) -> None:
    (child,) = marked.children("away_all_year")
    found = signs(child)
    assert set(found) == {"ten_days_absent", "twenty_days_absent", "severe_absence", "no_universal_contact"}
    assert "2025-09-20" < found["ten_days_absent"] < "2025-10-05" < found["severe_absence"] < "2025-12-01"


def test_absent_for_half_of_the_school_year(marked: Cases) -> None:
    (child,) = marked.children("severely_absent")
    assert set(signs(child)) == {"severe_absence"}
    assert "2026-03-15" < signs(child)["severe_absence"] < "2026-05-15"


def test_a_small_child_who_was_met_since_its_last_review_could_take_place(marked: Cases) -> None:
    (child,) = marked.children("seen_by_nobody")
    assert signs(child) == {}


def test_who_took_over_leads_and_nobody_else(cases: Cases) -> None:
    (child,) = cases.children("handed_over")
    (lead,) = child["lead"]
    assert lead["worker"].startswith("org-harbour-mentors:")
    assert lead["since"] == before_end(50)


def test_a_caseload_is_who_works_with_a_child_or_leads_it(cases: Cases) -> None:
    (child,) = cases.children("worker_gone")
    workers = {line["worker"] for line in cases.lines("caseload") if child["identifiers"] in line["children"]}
    assert {worker.partition(":")[0] for worker in workers} == {"la-808", "org-harbour-mentors"}


def test_every_case_has_a_row_in_the_documentation() -> None:
    page = (Path(__file__).parents[3] / "docs/simulator.md").read_text(encoding="utf-8")
    assert all(f"| `{name}` |" in page for name, _, _ in CASES)


# ---- the file


def test_the_truth_is_written_beside_the_events(tmp_path: Path) -> None:
    plan = replace(YEAR, duplicated=0.05, malformed=0.02)
    counts = write_area(plan, tmp_path / "area")
    header, *lines = map(json.loads, (tmp_path / "area/truth.jsonl").read_text(encoding="utf-8").splitlines())
    expected = header["expected"]
    assert header["as_of"] == "2026-09-01"
    assert expected["read"] == sum(counts.values())
    assert expected["read"] == expected["accepted"] + expected["duplicate"] + expected["kept"]
    assert expected["duplicate"] > 0 < expected["kept"]
    assert {line["type"] for line in lines} == {"child", "family", "caseload", "measure"}


def test_equal_plans_have_equal_truths(tmp_path: Path) -> None:
    assert lines_of(YEAR, tmp_path / "one") == lines_of(YEAR, tmp_path / "two")


def test_what_is_not_told_is_not_known(tmp_path: Path) -> None:
    """A practice falls silent: whoever joins it, or another, may be registered for all that is known."""
    silent = replace(YEAR, silent_feeds=(("ods-Z90001", "GpRegistered"),), silent_from=date(2026, 3, 2))
    found = [
        one["status"]
        for line in lines_of(silent, tmp_path)
        if line["type"] == "child"
        for one in line["indicators"]
        if one["id"] == "no_gp"
    ]
    assert found
    assert set(found) == {"not_known"}


def test_the_truth_of_an_earlier_day_knows_only_what_was_published_before_it(tmp_path: Path) -> None:
    """What happens, and what is published, does not depend on the day of which the truth is asked."""
    calm = replace(YEAR, **parse_noise("none"))
    day = date(2026, 3, 11)
    asked = replace(calm, as_of=day)
    assert list(simulate(calm)) == list(simulate(asked))
    header, *lines = lines_of(asked, tmp_path)
    assert header["as_of"] == "2026-03-11"
    assert header["expected"]["read"] == len(list(simulate(calm)))
    cases = Cases(asked, [header, *lines])
    assert signs(cases.children("home_taught_no_more")[0]) == {}  # it ended in July
    assert signs(cases.children("lost_to_all")[0]) == {}
    (gone,) = cases.children("still_abroad")
    assert "no_school" not in signs(gone)
    assert signs(cases.children("severely_absent")[0]) == {}
    early = [one["since"] for line in lines if line["type"] == "child" for one in line["indicators"]]
    assert early
    assert max(early) < "2026-03-11"


def test_what_was_late_on_that_day_was_not_known_by_then(tmp_path: Path) -> None:
    late = replace(YEAR, cases=False, as_of=date(2026, 3, 11), **parse_noise("none,late=1"))
    ledger = Ledger(tmp_path)
    told = [event for event in simulate(late, ledger) if "subject" in event and event["mode"] == "live"]
    assert any(event["effective"]["from"] < date(2026, 3, 11) <= event["recorded_at"].date() for event in told)
    written = [
        row["written"]
        for extended_families in ledger.districts()
        for extended_family in extended_families
        for row in extended_family
        if "written" in row
    ]
    assert "2026-03-01" < max(written) < "2026-03-11"


# ---- noise


def test_noise_is_named_by_kind() -> None:
    assert parse_noise("late=0.5")["late"] == 0.5
    assert parse_noise("late=0.5")["corrected"] == parse_noise("")["corrected"] > 0
    assert set(parse_noise("none").values()) == {0.0}
    assert {kind for kind, share in parse_noise("none,missing=0.1").items() if share} == {"missing"}


@pytest.mark.parametrize("text", ["loud=0.1", "late", "late=much"])
def test_noise_that_is_not_one_is_refused(text: str) -> None:
    with pytest.raises(Misuse):
        parse_noise(text)


@pytest.mark.parametrize(
    ("born", "begins", "ends"),
    [
        (date(2020, 3, 31), date(2025, 3, 31), date(2036, 6, 27)),
        (date(2020, 4, 1), date(2025, 8, 31), date(2036, 6, 27)),
        (date(2020, 9, 1), date(2025, 12, 31), date(2037, 6, 26)),
        (date(2020, 8, 31), date(2025, 8, 31), date(2036, 6, 27)),
    ],
)
def test_school_age_by_the_act(born: date, begins: date, ends: date) -> None:
    assert school_age(born.toordinal()) == (begins.toordinal(), ends.toordinal())
