"""What agencies' systems write where they have no id of a child: one record of hundreds of children must not come of it."""

from pathlib import Path
from typing import Any

import pytest

from adapters.log.messages import ACCEPTED, KEPT
from domain.identifiers import check_identifier
from tests.builders.service import Bench, bench
from tests.builders.stream import event

SCHEME = "agency:la-808:mosaic"
FILLERS = (
    "UNKNOWN", "unknown", " Unknown ", "UN KNOWN", "[unknown]", "not known", "Not-Known", "NULL", "null", "(null)", "None", "NIL",
    "N/A", "n/a", "n.a.", "NA", "#N/A", "#REF!", "NaN", "undefined", "TEST", "Test", "t e s t", "DUMMY", "TBC", "-", "--", "?", "???",
    ".", "*", "_", "0", "00", "0000000000", "0.0", "0-0", "000-000-0000", "-1", "999", "999999", "9999999999", "111-111", "1111111",
    "xxx", "XXXXXX", "AAA", "123456789", "1234567890", "\uff10\uff10\uff10", "\uff35\uff2e\uff2b\uff2e\uff2f\uff37\uff2e", "\u0660\u0660\u0660",
)  # fmt: skip
NO_FILLERS = (
    "1", "7", "11", "99", "10", "100", "C0", "TEST1", "NA7", "A-0001", "UNKNOWN-7", "12345", "1000000", "112", "NULL7", "nonesuch", "AA1",
)  # fmt: skip


@pytest.fixture
def here(emptied_bench: Bench) -> Bench:
    return emptied_bench


def helped(serial: int, **who: str) -> dict[str, Any]:
    schemes = {"agency": SCHEME, "other": "agency:la-808:carefirst", "nhs": "nhs"}
    identifiers = [{"scheme": schemes[name], "value": value} for name, value in who.items()]
    made = event(
        "EarlyHelpStarted", f"eh-{serial}", "la-808", {"nhs": "9990000018"}, "2025-09-01", team=None, worker=None
    )
    return {**made, "subject": {**made["subject"], "identifiers": identifiers}}


@pytest.mark.parametrize("value", FILLERS)
def test_a_filler_is_no_identifier_of_an_agency(value: str) -> None:
    assert check_identifier(SCHEME, value).reason == "filler_identifier"


@pytest.mark.parametrize("value", NO_FILLERS)
def test_an_id_that_only_looks_a_little_like_one_is_an_id(value: str) -> None:
    assert check_identifier(SCHEME, value).valid


def test_events_under_a_filler_are_kept_and_join_nobody(here: Bench) -> None:
    outcomes = here.record(*(helped(n, agency=value) for n, value in enumerate(FILLERS)))
    assert {(o.outcome, o.reason, o.field) for o in outcomes} == {(KEPT, "filler_identifier", "subject.identifiers[0]")}
    assert here.connection.execute("SELECT count(*) FROM log.subject").fetchone() == (0,)


def test_beside_another_identifier_it_is_set_aside_and_links_nothing(here: Bench) -> None:
    outcomes = here.record(helped(1, agency="UNKNOWN", nhs="9990000018"), helped(2, agency="UNKNOWN", nhs="9990000026"))
    assert [(o.outcome, o.set_aside) for o in outcomes] == [
        (ACCEPTED, (("filler_identifier", "subject.identifiers[0]"),))
    ] * 2
    here.projector.project()
    assert len(here.world().children) == 2
    assert here.connection.execute(f"SELECT count(*) FROM {here.serving()}.edge").fetchone() == (0,)


def test_of_nothing_but_fillers_that_is_the_reason(here: Bench) -> None:
    [kept] = here.record(helped(1, agency="UNKNOWN", other="0"))
    assert (kept.outcome, kept.reason) == (KEPT, "filler_identifier")


def test_the_other_people_have_none_either(here: Bench) -> None:
    other = {"role": "parent", "identifiers": [{"scheme": SCHEME, "value": "0"}], "person": None}
    [told] = here.record({**helped(1, agency="C1"), "others": [other]})
    assert (told.outcome, told.set_aside) == (ACCEPTED, (("filler_identifier", "others.identifiers"),))


def test_the_list_can_be_added_to_and_replaced(database_url: str, tmp_path: Path) -> None:
    more = bench(database_url, tmp_path, more_filler_identifiers=["W99", "Not allocated"])
    values = ("w99", "NOTALLOCATED", "UNKNOWN", "C1")
    assert [o.outcome for o in more.record(*(helped(n, agency=v) for n, v in enumerate(values)))] == [KEPT] * 3 + [
        ACCEPTED
    ]
    more.close()
    other = bench(database_url, tmp_path, filler_identifiers=["nobody"], filler_repeated=0)
    values = ("Nobody", "0", "unknown", "777")
    outcomes = other.record(*(helped(10 + n, agency=v) for n, v in enumerate(values)))
    assert [o.outcome for o in outcomes] == [KEPT, KEPT, ACCEPTED, ACCEPTED]
    other.close()
