"""No address, cookie, header or log line of the pages names a child, or a person who works with one."""

import io
from pathlib import Path

from adapters.process.logs import configure_logs
from tests.builders.service import Bench
from tests.builders.web import ADA, LEAD, NOBODYS, Pages, issuer_settings, pages

PLANTED = ("Ada", "Example", "9990200017", "G808990125001", "D-5501", "Abara")


def _found(text: str, child: str) -> list[str]:
    return [one for one in (*PLANTED, child, child[2:], child[2:10]) if one in text]


def test_a_whole_visit_leaves_no_name_and_no_number(
    told: Bench, issuer: str, module_database_url: str, tmp_path: Path
) -> None:
    lines = io.StringIO()
    with (
        pages(module_database_url, tmp_path, told.clock, [issuer_settings(issuer, tmp_path)]) as made,
        made.browser() as browser,
        made.browser() as other,
    ):
        configure_logs("debug", clock=told.clock, stream=lines)
        browser.sign_in(LEAD.name)
        child = browser.child_of(ADA)
        assert "9990200017" not in browser.post("/child", {"child": child}).text, (
            "that there is a number is shown, not which"
        )
        other.sign_in(NOBODYS.name)
        other.post("/child", {"child": child})
        other.post("/child", {"child": "nhs:9990200017"})
        why = {"reason": "Her aunt rang about Ada Example"}
        assert "Ada" in other.post("/search", why | {"scheme": "nhs", "number": "9990200017"}).text
        assert other.post("/search/open", why | {"child": child}).status_code == 200
        other.post("/search", why | {"family": "Example", "born-day": "14", "born-month": "3", "born-year": "2019"})
        other.post("/accesses", {"scheme": "nhs", "number": "9990200017"})
        browser.get("/child/9990200017")
        browser.get("/nhs:9990200017")
        browser.post("/sign-out-everywhere")
        outside = [
            text
            for answer in (*browser.seen, *other.seen)
            for text in (
                *([] if "9990200017" in str(answer.url) else [str(answer.url)]),
                *(f"{name}: {value}" for name, value in answer.headers.items()),
            )
        ]
    assert len(outside) > 100
    assert _found("\n".join(outside), child) == []
    logged = lines.getvalue()
    assert logged.count("request_answered") > 15
    assert '"request":"child"' in logged
    assert _found(logged, child) == []
    assert LEAD.staff_id not in logged
    assert "dropped" not in logged


def test_the_table_of_sessions_tells_of_no_child(told: Bench, served: Pages) -> None:
    with served.browser() as browser:
        browser.sign_in(LEAD.name)
        child = browser.child_of(ADA)
        browser.post("/child", {"child": child})
    rows = str(told.connection.execute("SELECT * FROM access.session").fetchall())
    assert LEAD.name in rows
    assert _found(rows, child) == []
