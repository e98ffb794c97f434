"""What somebody typed outlasts their time and their signing in again, on every form: the table of routes is gone through."""

import dataclasses
import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from fastapi.routing import APIRoute

from adapters.web import index_team
from adapters.web.app import create_app
from adapters.web.claims import Person, Vouched
from adapters.web.sealing import Sealing
from adapters.web.sessions import Session, Sessions
from adapters.web.typed import Form as Kept
from adapters.web.typed import Typed
from domain.access.viewer import Role
from tests.builders.html import ill_formed
from tests.builders.service import KEYS, Bench
from tests.builders.viewers import granted
from tests.builders.web import ADA, LEAD, NOBODYS, OFFICER, Browser, Pages
from tests.integration.web.conftest import NOW
from tests.integration.web.test_refusals import NEVER
from tools.demo.people import DemoPerson

ENTRY = "a-0123456789abcdef0123456789abcdef"
QUESTION = "/questions/overrides"
# Markup, what turns a text around, and what a spreadsheet would work out; as long as anybody may type.
HOSTILE = "<b>A neighbour</b> rang\N{RIGHT-TO-LEFT OVERRIDE} & =HYPERLINK(1) 'said' \"so\" "
LONG = (HOSTILE * 200)[:10_000]


@dataclass(frozen=True)
class Form:
    """A form into which something is typed: where it is sent, the page on which it is typed, its field, what else it holds, and whose it is.

    A child of the lead professional's stands where `child` is ADA.
    """

    path: str
    page: str
    field: str
    more: Mapping[str, str] = dataclasses.field(default_factory=dict)
    who: DemoPerson = OFFICER


_NOMINATE = {"child": ADA, "decision": "nominate", "worker": "other"}
TYPED = {
    "/search": Form("/search", "/search", "reason"),
    "/search/open": Form("/search/open", "/search", "reason", {"child": NEVER}),
    "/override": Form("/override", "/override", "reason", {"child": NEVER}),
    "/decide/look": Form("/decide/look", "/decide/look", "other", _NOMINATE, LEAD),
    "/decide/do": Form("/decide/do", "/decide/do", "other", _NOMINATE, LEAD),
    "/contact-requests/ask": Form("/contact-requests/ask", "/contact-requests/ask", "reach", {"child": ADA}, LEAD),
    "/contact-requests/do": Form("/contact-requests/do", "/contact-requests/do", "reach", {"child": ADA}, LEAD),
    index_team.LISTED: Form(index_team.LISTED, index_team.LISTED, "reason"),
    "/questions/{name}": Form(QUESTION, QUESTION, "viewer"),
    "/accesses": Form("/accesses", "/accesses", "viewer"),
    "/accesses/{entry}/why-not": Form(f"/accesses/{ENTRY}/why-not", f"/accesses/{ENTRY}/why-not", "reason"),
    "/reach": Form("/reach", "/reach", "reason"),
    "/accesses/{entry}/review": Form(f"/accesses/{ENTRY}/review", f"/accesses/{ENTRY}/review", "note"),
    "/access-log/check": Form("/access-log/check", "/access-log", "leaf"),
    "/cases/new": Form("/cases/new", "/cases/new", "text"),
    "/erasures": Form("/erasures", "/erasures", "case"),
    "/erasures/month": Form("/erasures/month", "/erasures", "month"),
    "/erasures/confirm": Form("/erasures/confirm", "/erasures", "erasure"),
}
# Forms that are buttons and choices alone.
BUTTONS = {
    "/sign-out", "/sign-out-everywhere", "/staff-notice", "/child", "/decide", "/contact-requests", "/contact-requests/answer",
    "/contact-requests/answered", index_team.KEPT, index_team.REDRIVE, "/access-log/export", "/accesses/{entry}", "/records-due",
}  # fmt: skip
# Forms of a case that there is: what is typed into them is looked at with cases (test_cases.py).
OF_A_CASE = {"/cases/{case}/{act}", "/cases/{case}/record", "/hearings/{case}"}
FORMS = pytest.mark.parametrize("form", TYPED.values(), ids=TYPED)


@pytest.fixture(scope="module")
def told(told: Bench) -> Bench:
    """The same, where somebody has every role that has a form."""
    for role in (Role.PRIVACY_OFFICER, Role.SHIELD_OVERRIDE, Role.INDEX_TEAM):
        granted(told, OFFICER.name, role)
    return told


@pytest.fixture
def officer(served: Pages) -> Iterator[Browser]:
    """The officer's browser, signed in."""
    with served.browser() as made:
        made.sign_in(OFFICER.name)
        yield made


def shown(answer: httpx2.Response) -> str:
    """The texts that stand in a page's fields, and beside them."""
    assert ill_formed(answer.text) == []
    assert "<b>" not in answer.text
    return as_shown(html.unescape(answer.text))


def as_shown(text: str) -> str:
    """A text as a page has it: in one line, and what would turn it around as what it is not."""
    return " ".join(text.split()).replace("\N{RIGHT-TO-LEFT OVERRIDE}", "\N{REPLACEMENT CHARACTER}")


def routes_of(router: Any) -> Iterator[APIRoute]:
    """Every route of an application, those of the routers within it too."""
    for one in router.routes:
        if isinstance(one, APIRoute):
            yield one
        elif hasattr(one, "original_router"):
            yield from routes_of(one.original_router)


def test_of_every_form_it_is_known_whether_something_is_typed_into_it(served: Pages) -> None:
    forms = {
        one.path
        for one in routes_of(create_app(served.service))
        if "POST" in one.methods and not one.path.startswith(("/v1/", "/oauth/"))
    }
    assert forms == TYPED.keys() | BUTTONS | OF_A_CASE, (
        "say here of a new form where it is typed, and keep it (`typed=` of its route)"
    )


def filled(browser: Browser, form: Form, text: str) -> dict[str, str]:
    """The fields of a form with a text typed into it."""
    more = {name: browser.child_of(ADA) if value == ADA else value for name, value in form.more.items()}
    return more | {form.field: text}


@FORMS
def test_what_was_typed_is_there_after_signing_in_again(
    form: Form, browser: Browser, served: Pages, told: Bench
) -> None:
    browser.sign_in(form.who.name)
    fields = filled(browser, form, LONG)
    served.clock.advance(timedelta(minutes=21))
    assert browser.post(form.path, fields).url.path == "/timed-out"
    assert "neighbour" not in str(told.connection.execute("SELECT * FROM access.session").fetchall())
    assert "neighbour" not in str([(one.url, one.headers) for one in browser.seen])
    served.clock.set(NOW)  # the issuer's clock stands still
    with served.browser() as other:
        assert "neighbour" not in other.sign_in(NOBODYS.name).text, "nobody else's"
    back = browser.sign_in(form.who.name)
    assert back.url.path == form.page
    assert as_shown(LONG) in shown(back)
    assert "neighbour" not in browser.get(form.page).text, "once"


def test_what_nobody_comes_back_for_is_forgotten_after_half_an_hour(served: Pages, told: Bench) -> None:
    typed = Typed(told.service.connect, Sealing(KEYS, "typed"), served.clock)
    sessions = Sessions(told.service.connect, served.clock, timedelta(minutes=20), timedelta(hours=10))
    found = sessions.find(sessions.begin(Vouched(Person("la-808", "W77")), "northmoor"))
    assert isinstance(found, Session)
    typed.keep(found.id, "la-808:W77", Kept("/search", {"reason": "a first one"}))
    served.clock.advance(timedelta(minutes=29, seconds=59))
    assert typed.page("la-808:W77") == "/search"
    served.clock.advance(timedelta(seconds=1))
    assert (typed.page("la-808:W77"), typed.take("la-808:W77", "/search")) == (None, {})
    typed.forget()
    assert (
        told.connection.execute(
            "SELECT FROM access.session WHERE id = %s AND typed IS NOT NULL", (found.id,)
        ).fetchone()
        is None
    )


@FORMS
def test_what_is_sent_after_signing_out_is_shown_once_more_and_kept_nowhere(
    form: Form, browser: Browser, told: Bench
) -> None:
    browser.sign_in(form.who.name)
    fields = filled(browser, form, LONG)
    browser.post("/sign-out")
    answer = browser.post(form.path, fields)
    assert (answer.status_code, "What you typed was not sent" in answer.text) == (403, True)
    assert as_shown(LONG) in shown(answer)
    assert fields.get("child", "no child") not in answer.text
    (kept,) = told.connection.execute("SELECT count(*) FROM access.session WHERE typed IS NOT NULL").fetchone() or (1,)
    assert kept == 0
    assert browser.post(form.path, {form.field: "  "}).url.path == "/sign-in"


def test_two_forms_of_two_pages_are_both_kept(officer: Browser, served: Pages) -> None:
    with served.browser() as phone:
        phone.sign_in(OFFICER.name)
        served.clock.advance(timedelta(minutes=21))
        officer.post("/search", {"reason": "typed at the desk"})
        served.clock.advance(timedelta(seconds=1))
        phone.post("/accesses", {"viewer": "typed on the telephone"})
    served.clock.set(NOW)
    assert "typed on the telephone" in officer.sign_in(OFFICER.name).text, "the last one first"
    assert "typed at the desk" in officer.get("/search").text


def test_buttons_pressed_late_or_twice_do_nothing_twice(browser: Browser, served: Pages, told: Bench) -> None:
    browser.sign_in(LEAD.name)

    def read() -> int:
        (count,) = told.connection.execute(
            "SELECT count(*) FROM access.entry WHERE viewer = %s AND kind = 'ReadNotice'", (LEAD.name,)
        ).fetchone() or (0,)
        return int(count)

    before = read()
    for _ in range(2):
        assert browser.post("/staff-notice", {"version": "1"}).url.path == "/my-children"
    assert read() == before
    for _ in range(2):
        assert browser.post("/sign-out").url.path == "/signed-out"
    for path in sorted(BUTTONS - {"/sign-out"}):
        assert browser.post(path, {"child": NEVER}).url.path == "/sign-in", path
    served.clock.advance(timedelta(minutes=21))
    assert browser.post("/child", {"child": NEVER}).url.path == "/sign-in"


def test_a_form_as_large_as_is_read_is_kept_and_a_larger_one_is_said_to_be(officer: Browser, served: Pages) -> None:
    served.clock.advance(timedelta(minutes=21))
    assert officer.post("/search", {"reason": "x" * 65_000}).url.path == "/timed-out"
    assert officer.post("/search", {"reason": "x" * 70_000}).status_code == 413
    served.clock.set(NOW)
    assert "x" * 65_000 in officer.sign_in(OFFICER.name).text
    assert re.search(r"id=\"reason", officer.get("/search").text)
