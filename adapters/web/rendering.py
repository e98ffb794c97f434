"""Pages as text: each is a function of its template and of what is shown, so that it can be rendered again as it was.

Nothing here knows the time, the session or the address that was asked. There is no script; the style sheet is named by its
content. An entry of the access log names templates, words and files by their hash (`adapters.disclosure.context`).
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, PackageLoader, PrefixLoader, select_autoescape
from markupsafe import Markup

from adapters.web import accesses, case_words, decisions, kinds, lanes, protecting, requests, words
from adapters.web.telephones import ring
from domain.access.viewer import Viewer
from domain.answers.answered import Receipt
from domain.words import spaced

MEDIA_TYPES: Final = {"app.css": "text/css", "icon.svg": "image/svg+xml"}
_FILTERS: Final = (
    words.what_and_when, words.whose_and_when, words.gap, words.gap_of, words.review, words.name_of, words.lead_lines, words.sentence,
    words.what_and_who, words.named, spaced,
)  # fmt: skip
_SHOWN: Final = 16  # digits of a file's hash in its address
# Roles that read the access log. What each may see is the door's to decide: the menu offers no more than that.
OFFICERS: Final = frozenset({"privacy_officer", "data_protection_officer", "auditor"})
_INDEX_TEAM: Final = (
    ("/contact-requests", "Contact requests"),
    ("/quarantine", "Quarantine"),
    ("/protections", "Shields and exclusions"),
)
_OFFICERS: Final = (
    ("/questions", "Questions"),
    ("/accesses", "Who saw what"),
    ("/cases", "Cases"),
    ("/access-log", "State of the log"),
)
# Who decide on erasures (domain.erasure).
_ERASERS: Final = frozenset({"privacy_officer", "index_team"})
_ERASURES: Final = (("/erasures", "Erase a record"),)
# Who see how much is due: who decide on it, and who checks.
_SEE_DUE: Final = _ERASERS | {"data_protection_officer"}
_DUE: Final = (("/records-due", "Records due"),)
_DUTY: Final = (("/families-to-check", "Families to check on"),)
_PRACTITIONERS: Final = (
    ("/my-children", "My children"),
    ("/my-families", "My families"),
    ("/changes", "What changed"),
    ("/search", "Search"),
    ("/contact-requests", "Contact requests"),
)


@dataclass(frozen=True, slots=True)
class Reader:
    """Who a page is for, as it says so at its foot: a person who has signed in, and the roles that they hold beside their work.

    `called`: the name under which their organisation registered them.
    """

    name: str
    roles: frozenset[str] = frozenset()
    called: str | None = None

    @property
    def is_officer(self) -> bool:
        """Whether they read the access log."""
        return not self.roles.isdisjoint(OFFICERS)

    @property
    def menu(self) -> Sequence[tuple[str, str]]:
        """Where they can go: address and words; where they begin comes first."""
        more = (
            (self.is_officer, _OFFICERS),
            ("index_team" in self.roles, _INDEX_TEAM),
            (not self.roles.isdisjoint(_SEE_DUE), _DUE),
            (not self.roles.isdisjoint(_ERASERS), _ERASURES),
            ("duty" in self.roles, _DUTY),
        )
        first = [one for so, some in more if so for one in some]
        return (*dict.fromkeys((*first, *_PRACTITIONERS)), ("/sign-out", "Sign out"))


def reader(viewer: Viewer) -> Reader:
    """Whom a page is for."""
    return Reader(viewer.name, frozenset(role.value for role in viewer.roles), viewer.called)


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to ask about what cannot be seen."""

    telephone: str | None
    reply: str


def render(
    template: str,
    *,
    reader: Reader | None = None,
    content: Mapping[str, Any] | None = None,
    day: str | None = None,
    receipts: Sequence[Receipt] = (),
    **more: object,
) -> str:
    """One page: its `content` as at a `day`, for a `reader`, with what tells that it was logged."""
    found = _environment().get_template(f"pages/{template}.html")
    return found.render(reader=reader, day=day, receipts=receipts, **(content or {}), **more)


@lru_cache(maxsize=1)
def static_files() -> dict[str, tuple[bytes, str]]:
    """The files that pages refer to: by the name in their address, content and media type."""
    found = {}
    for name, media in MEDIA_TYPES.items():
        content = (files("adapters.web") / "static" / name).read_bytes()
        stem, _, ending = name.rpartition(".")
        found[f"{stem}-{hashlib.sha256(content).hexdigest()[:_SHOWN]}.{ending}"] = (content, media)
    return found


@lru_cache(maxsize=1)
def _environment() -> Environment:
    made = Environment(
        loader=PrefixLoader(
            {
                "pages": PackageLoader("adapters.web"),
                "govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja"),
            }
        ),
        autoescape=select_autoescape(default=True),
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    addresses = {name.partition("-")[0]: f"/static/{name}" for name in static_files()}
    made.globals |= {
        "static": addresses,
        "words": words,
        "kinds": kinds,
        "accesses": accesses,
        "cases": case_words,
        "deciding": decisions,
        "brokering": requests,
        "protecting": protecting,
        "lanes": lanes,
    }
    made.filters |= {one.__name__: one for one in _FILTERS}
    made.filters["in_form"] = lambda group: (group.id, group.title)
    made.tests["changed"] = words.changed
    made.filters["as_written"] = lambda text: Markup("\n").join(words.plain(line) for line in text.splitlines())
    made.filters["ring"] = lambda text: ring(words.plain(text))
    return made


def _finalize(value: object) -> object:
    """What stands in a page: an agency's text as plain text, nothing for what is not there."""
    if value is None:
        return ""
    return words.plain(value) if isinstance(value, str) and not isinstance(value, Markup) else value
