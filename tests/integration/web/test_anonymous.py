"""Whoever has not signed in fills nothing and stops nobody, however often they try; nor does a second place that is shut."""

import secrets
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from adapters.disclosure.checkpoints import SealTrouble, publish, sign
from adapters.disclosure.sealing import seal
from adapters.disclosure.second_place import SecondPlace
from adapters.disclosure.signing_key import first_key
from tests.builders.nightly import by_night
from tests.builders.service import Bench
from tests.builders.web import ADA, LEAD, Pages, issuer_settings, pages
from tests.integration.web.test_refusals import NEVER

TABLES = (
    "access.session",
    "access.assertion",
    "access.entry",
    "access.pending",
    "access.content",
    "log.aside",
    "log.data_key",
)
# As many as are let through at once: it is not the bound on addresses that is looked at here.
MANY = {"http_rate": 1e6, "http_burst": 1e6}


@pytest.fixture
def open_wide(told: Bench, issuer: str, module_database_url: str, tmp_path: Path) -> Iterator[Pages]:
    """Pages that let any number of requests come from one address."""
    settings = issuer_settings(issuer, tmp_path)
    with pages(module_database_url, tmp_path, told.clock, [settings], **MANY) as made:
        yield made


def attempts(address: str, number: int) -> Iterator[httpx2.Request]:
    """Requests of somebody who has not signed in: no session, one that is made up, answers of no issuer, tokens of nobody."""
    own = {"Origin": address, "Sec-Fetch-Site": "same-origin"}
    for n in range(number):
        made_up = secrets.token_urlsafe(32)
        yield (
            httpx2.Request("GET", f"{address}/my-children"),
            httpx2.Request("GET", f"{address}/child/{made_up}", headers={"Cookie": f"icr-session={made_up}"}),
            httpx2.Request("POST", f"{address}/child", data={"child": NEVER}, headers=own),
            httpx2.Request("POST", f"{address}/search", data={"reason": "x" * 300}, headers=own | {"Cookie": f"icr-session={made_up}"}),
            httpx2.Request("GET", f"{address}/signed-in/northmoor?code={made_up}&state={made_up}"),
            httpx2.Request("GET", f"{address}/signed-in/northmoor?code=c&state=s", headers={"Cookie": f"icr-sign-in={made_up}"}),
            httpx2.Request("POST", f"{address}/v1/children/show", json={}, headers={"Authorization": f"Bearer {made_up}.{made_up}"}),
            httpx2.Request("POST", f"{address}/accesses/a-{'0' * 32}", data={"reason": made_up}, headers=own),
        )[n % 8]  # fmt: skip


def rows(told: Bench) -> dict[str, int]:
    """How many rows each table has in which something could be left."""
    found = {}
    for table in TABLES:
        (found[table],) = told.connection.execute(f"SELECT count(*) FROM {table}").fetchone() or (0,)
    return found


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("number", [160, by_night(20_000)])
def test_any_number_of_attempts_without_a_session_leave_no_row_and_a_page_opens_meanwhile(
    number: int, open_wide: Pages, told: Bench
) -> None:
    with open_wide.browser() as lead, httpx2.Client(trust_env=False, timeout=30) as prober:
        lead.sign_in(LEAD.name)
        before, answers = rows(told), Counter[int]()
        for n, attempt in enumerate(attempts(open_wide.address, number)):
            answers[prober.send(attempt).status_code] += 1
            if n % (number // 4) == 0:
                assert ADA in lead.open_child(ADA).text
        assert set(answers) <= {303, 403}, answers
        looks = 4 * 4  # of each look the list, the timeline, the line and the siblings
        after = rows(told)
        assert after.pop("access.entry") - before.pop("access.entry") == looks
        assert after.pop("access.pending") - before.pop("access.pending") == looks
        assert after.pop("access.content") - before.pop("access.content") < looks
        assert after == before | {"log.data_key": after["log.data_key"]}


def test_with_the_second_place_shut_pages_open_until_the_limit(open_wide: Pages, told: Bench) -> None:
    settings = open_wide.service.settings
    key = first_key(told.connection, settings.signing_key_file)
    shut = SecondPlace(settings.checkpoints)
    settings.checkpoints.parent.mkdir(parents=True, exist_ok=True)
    settings.checkpoints.write_text("")  # a file stands where the folder was
    with open_wide.browser() as lead:
        lead.sign_in(LEAD.name)
        assert ADA in lead.open_child(ADA).text
        seal(told.connection)
        sign(told.connection, key, shut, open_wide.clock.now())
        with pytest.raises(SealTrouble, match="second_place_fails"):
            publish(told.connection, key, shut, open_wide.clock.now())
        assert ADA in lead.open_child(ADA).text
