"""The pages over a real database, an issuer in a process of its own, and a browser that keeps cookies and follows links."""

import json
import queue
import re
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import httpx2

from adapters.api import serving
from adapters.disclosure.checkpoints import publish, sign
from adapters.disclosure.sealing import seal
from adapters.disclosure.second_place import SecondPlace
from adapters.disclosure.signing_key import first_key
from adapters.process.clock import FixedClock
from adapters.process.issuers import read_issuers
from adapters.process.settings import Settings
from adapters.questions.door import Door
from adapters.questions.notice import version_read
from adapters.service.opened import Service
from adapters.web.app import create_app
from domain.access.viewer import Channel, Role, Viewer
from domain.answers.notice import VERSION
from domain.questions.about import ReadNotice
from tests.builders.service import KEYS, Bench
from tools.demo import issuer as demo
from tools.demo.people import DemoPerson

# What a browser of tests trusts: it speaks with this machine alone, and to read the usual certificates takes longer than a page.
_NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

ADA, OTIS = "Ada Example", "Otis Pike"
LEAD = DemoPerson("la-808", "W2041", "leads for Ada")
NOBODYS = DemoPerson("la-808", "W9999", "has no children")
LEAVER = DemoPerson("la-808", "W9998", "leaves")
OFFICER = DemoPerson(
    "la-808", "P1", "privacy officer, where a test grants it; always signs in strongly", acr=demo.STRONG
)
AS_ASKED = DemoPerson("la-808", "P2", "signs in strongly where that is asked")
LAZY = DemoPerson("la-808", "P3", "does not sign in strongly, whatever is asked", acr=demo.WEAK)
SECOND = DemoPerson("la-808", "P4", "a second privacy officer, where a test grants it", acr=demo.STRONG)
STRANGER = DemoPerson("la-999", "W2041", "of an organisation that this issuer may not speak for")
INDEX_TEAM = DemoPerson("la-808", "I1", "of the index team, where a test grants it")
NEWCOMER = DemoPerson("la-808", "W9997", "has not read the notice for staff")
PEOPLE = (LEAD, NOBODYS, LEAVER, OFFICER, AS_ASKED, LAZY, SECOND, INDEX_TEAM, STRANGER, NEWCOMER)


def demo_messages(here: Bench) -> None:
    """Record and project what the demonstration's agencies send by hand: of Ada Example and Otis Pike."""
    events: list[dict[str, Any]] = []
    for folder in sorted((files("tools.demo") / "messages").iterdir(), key=lambda one: one.name):
        for file in sorted(folder.iterdir(), key=lambda one: one.name):
            if file.name.endswith(".json"):
                events += json.loads(file.read_text())
    here.record(*events)
    here.projector.project()


def hidden_fields(page: str, action: str) -> dict[str, str]:
    """What a form of a page, that goes to an address, sends without anything typed."""
    form = page.partition(f'action="{action}"')[2].partition("</form>")[0]
    return dict(re.findall(r'<input type="hidden" name="([a-z_-]+)" value="([^"]*)">', form))


def issuer_settings(address: str, folder: Path, **changed: Any) -> dict[str, Any]:
    """The issuer of `PEOPLE` as an operator sets it: it speaks for la-808 alone."""
    said = demo.settings_of(address, (LEAD,), folder) | {
        "name": "northmoor",
        "title": "Northmoor Council",
        "demo": False,
    }
    return said | changed


@dataclass
class Browser:
    """One browser: what it has been shown is kept, with addresses and headers."""

    address: str
    client: httpx2.Client = field(default_factory=lambda: httpx2.Client(trust_env=False, timeout=30, verify=_NOBODY))
    seen: list[httpx2.Response] = field(default_factory=list)

    def get(self, path: str, **headers: str) -> httpx2.Response:
        """A page, by a link or an address that is typed; redirections are followed."""
        return self._follow(self.client.build_request("GET", self._url(path), headers=headers))

    def post(self, path: str, form: dict[str, str] | None = None, **headers: str) -> httpx2.Response:
        """A form of one of the pages, sent."""
        own = {"Origin": self.address, "Sec-Fetch-Site": "same-origin", **headers}
        return self._follow(self.client.build_request("POST", self._url(path), data=form or {}, headers=own))

    def once(self, method: str, path: str, **headers: str) -> httpx2.Response:
        """One request, not followed."""
        answer = self.client.send(self.client.build_request(method, self._url(path), headers=headers))
        self.seen.append(answer)
        return answer

    def sign_in(self, name: str, issuer: str = "northmoor") -> httpx2.Response:
        """The whole way: to the issuer, a person picked there, and back."""
        return self.get(self.answer_of_issuer(name, issuer))

    def answer_of_issuer(self, name: str, issuer: str = "northmoor") -> str:
        """The address at which the issuer sends the browser back, not gone to yet."""
        asked = self.once("GET", f"/sign-in/{issuer}")
        assert asked.status_code == 303, asked.text
        picked = self.client.post(asked.headers["location"], data={"sub": name})
        assert picked.status_code == 302, picked.text
        return str(picked.headers["location"])

    def sign_in_strongly(self, name: str) -> httpx2.Response:
        """The way to the issuer and back from the page that asks for it, a person picked there."""
        asked = self.once("GET", "/sign-in-strongly/begin")
        assert asked.status_code == 303, asked.text
        picked = self.client.post(asked.headers["location"], data={"sub": name})
        return self.get(str(picked.headers["location"]))

    def child_of(self, name: str) -> str:
        """The id of a child of the list of children."""
        listed = self.get("/my-children").text
        found = re.search(rf'name="child" value="(c-[0-9a-f]{{32}})">{name}<', listed)
        assert found is not None, f"{name} is not on the list"
        return found[1]

    def open_child(self, name: str) -> httpx2.Response:
        """A child of the list of children, by its name."""
        return self.post("/child", {"child": self.child_of(name)})

    @property
    def signed_in(self) -> bool:
        """Whether it gets to the list of children."""
        return self.get("/my-children").url.path == "/my-children"

    def _url(self, path: str) -> str:
        return path if path.startswith("http") else self.address + path

    def _follow(self, request: httpx2.Request) -> httpx2.Response:
        answer = self.client.send(request)
        self.seen.append(answer)
        for _ in range(5):
            if answer.next_request is None:
                return answer
            answer = self.client.send(answer.next_request)
            self.seen.append(answer)
        raise AssertionError("redirected for ever")


@dataclass(frozen=True, slots=True)
class Pages:
    """A server of the pages, and its service."""

    address: str
    service: Service
    clock: FixedClock

    @contextmanager
    def browser(self) -> Iterator[Browser]:
        """A new browser."""
        made = Browser(self.address)
        yield made
        made.client.close()


@contextmanager
def pages(
    url: str,
    folder: Path,
    clock: FixedClock,
    issuers: Sequence[dict[str, Any]],
    *,
    port: int | None = None,
    **changed: Any,
) -> Iterator[Pages]:
    """The server over a migrated database, by these issuers, on a free port or a given one; it must end in time."""
    port = port or demo.free_port()
    address = f"http://127.0.0.1:{port}"
    settings = Settings(
        data_dir=folder,
        database_url=url,
        http_port=port,
        public_url=address,
        issuers=read_issuers(list(issuers)),
        **{"person_rate": 100, "person_burst": 10_000, **changed},  # tests open pages faster than anybody reads them
    )
    service = Service(settings, url, None, None, False, KEYS, clock)
    have_read_the_notice(service, *(one for one in PEOPLE if one is not NEWCOMER))
    said: queue.Queue[str] = queue.Queue()
    ended = threading.Event()
    server = threading.Thread(
        target=serving.serve_app, args=(create_app(service), settings, service.clock, ended.is_set, said.put)
    )
    server.start()
    try:
        said.get(timeout=30)
        yield Pages(address, service, clock)
    finally:
        ended.set()
        server.join(timeout=15)
    assert not server.is_alive()


def have_read_the_notice(service: Service, *people: DemoPerson) -> None:
    """Have people say that they have read the notice for staff, who have not yet."""
    door = Door(service)
    for one in people:
        with service.connect() as connection:
            if version_read(connection, service.keys, one.name) == VERSION:
                continue
        viewer = Viewer(one.name, Role.PRACTITIONER, one.organisation, channel=Channel.PAGES, people_sign_in=True)
        assert door.answer(ReadNotice(version=VERSION), viewer) is not None


def published(served: Pages, here: Bench) -> None:
    """Everything sealed, and a checkpoint published."""
    key = first_key(here.connection, served.service.settings.signing_key_file)
    place = SecondPlace(served.service.settings.checkpoints)
    while seal(here.connection):
        pass
    sign(here.connection, key, place, served.clock.now())
    publish(here.connection, key, place, served.clock.now())
