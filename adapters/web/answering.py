"""How the pages answer: with which headers, cookies and errors; and which requests they take."""

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qsl

from fastapi import Request
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Scope

from adapters.api.guard import as_problem
from adapters.api.plain import media_type, read_body
from adapters.api.problems import Refused
from adapters.process.settings import Settings
from adapters.web.rendering import Reader, render

STAFF_NOTICE: Final = "/staff-notice"
STRONGLY: Final = "/sign-in-strongly"  # where somebody is told that they must, and begins
_FORM: Final = "application/x-www-form-urlencoded"
# Far more than a page's fields take, so that what is too long is said beside its field, and the rest stays typed.
_MOST_FORM: Final = 64 * 1024  # bytes
_MOST_FIELDS: Final = 16

# No script, no style but ours, no frame, no form to elsewhere. A form's referrer is ours alone; with `no-referrer` browsers send
# `Origin: null`, which says nothing.
HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

_AGAIN: Final = "Wait a moment, then try again."
# What a person is told, by status; for any other the last.
_ERRORS: Final[Mapping[int, tuple[str, Sequence[str]]]] = {
    400: ("We did not understand that", ["Go back, and try again from the page before."]),
    403: ("That did not come from one of our pages", ["Open the page again from your list of children."]),
    404: ("Page not found", ["If you typed the address, check that it is right."]),
    413: ("That is too long", ["Nothing was done. Go back, and write less."]),
    421: ("The service is not called by this name", ["Use the address that your organisation gave you."]),
    429: ("You have opened too many pages", ["For safety there is a limit. " + _AGAIN]),
    503: ("The service is not available just now", ["Nothing was shown. " + _AGAIN]),
    500: ("Something went wrong", ["It is our fault, and nothing was shown. " + _AGAIN]),
}
_HOME: Final = ("/my-children", "My children")


class SignInStrongly(Exception):
    """What is asked for needs a strong sign-in, a short time ago: whoever asks is sent to sign in so, and comes back."""


def page(text: str, status: HTTPStatus = HTTPStatus.OK, headers: Mapping[str, str] | None = None) -> Response:
    """A page as a response."""
    return Response(text, status, {**HEADERS, **(headers or {})}, "text/html")


def go_to(path: str) -> Response:
    """Send the browser on, by GET."""
    return Response(status_code=HTTPStatus.SEE_OTHER, headers={**HEADERS, "Location": path})


def message(
    title: str,
    sentences: Sequence[str],
    status: HTTPStatus = HTTPStatus.OK,
    link: tuple[str, str] | None = None,
    reader: Reader | None = None,
) -> Response:
    """A page that says something, and where to go from there."""
    return page(render("message", reader=reader, title=title, sentences=sentences, link=link), status)


def look_again(reader: Reader, link: tuple[str, str]) -> Response:
    """What is said of a form that confirms something else than its person was shown since they signed in."""
    sentences = [
        "Nothing was done. What you sent is not what you were shown since you signed in: it may be of another time, or of another tab.",
        "Look once more at what will happen, and send it from there.",
    ]
    return message("Look again first", sentences, HTTPStatus.CONFLICT, link, reader)


def schedule_wrong(reader: Reader, link: tuple[str, str]) -> Response:
    """What is said where the retention schedule cannot be read: its file is no matter of who reads the page."""
    sentences = [
        "Nothing was proposed.",
        "Tell whoever operates the service. The command icr retention due says what is wrong with it.",
    ]
    return message("The retention schedule cannot be read", sentences, HTTPStatus.SERVICE_UNAVAILABLE, link, reader)


def error_page(status: int, headers: Mapping[str, str] | None = None) -> Response:
    """What a person is told of an error: no more than what to do."""
    title, sentences = _ERRORS.get(status, _ERRORS[500] if status >= 500 else _ERRORS[400])
    return page(render("message", title=title, sentences=sentences, link=_HOME), HTTPStatus(status), headers)


def refuse(scope: Scope, status: HTTPStatus, detail: str | None, headers: Mapping[str, str] | None) -> Response:
    """How whoever is not answered is told so: a person by a page, a program by a problem."""
    program = scope["path"].startswith("/v1/") or "text/html" not in Headers(scope=scope).get("accept", "")
    return (
        as_problem(scope, status, detail, None if headers is None else dict(headers))
        if program
        else error_page(status, headers)
    )


def check_own_page(request: Request) -> None:
    """Raise Refused unless a form was sent from one of our pages; browsers say so, and the guard has seen that it is true."""
    if request.headers.get("sec-fetch-site") != "same-origin" and request.headers.get("origin") is None:
        raise Refused(HTTPStatus.FORBIDDEN, "a form is sent from one of our own pages")


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a form, each once. Raises Refused where it is none, or not of one of our pages."""
    check_own_page(request)
    nothing = request.headers.get("content-length") == "0"  # as of a form that is a button alone
    body = b"" if nothing else await read_body(request, _MOST_FORM)
    if body and media_type(request) != _FORM:
        raise Refused(HTTPStatus.BAD_REQUEST, "a form is sent as one")
    try:
        fields = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(body),
            max_num_fields=_MOST_FIELDS,
            errors="strict",
        )
    except ValueError:
        raise Refused(HTTPStatus.BAD_REQUEST, "a form is sent as one") from None
    if len(dict(fields)) < len(fields):
        raise Refused(HTTPStatus.BAD_REQUEST, "each field of a form is sent once")
    return dict(fields)


class Cookie:
    """A cookie for our pages alone: no script reads it, no other site's form sends it, no other host sets it."""

    def __init__(self, settings: Settings, name: str) -> None:
        self._secure = (settings.public_url or "").startswith("https://")
        self._name = (
            f"__Host-{name}" if self._secure else name
        )  # without TLS, on this machine alone, browsers refuse that

    def of(self, request: Request) -> str | None:
        """What the browser kept, if it looks like something we gave it."""
        kept = request.cookies.get(self._name)
        return kept if kept and re.fullmatch(r"[A-Za-z0-9_-]{20,3800}", kept) else None

    def give(self, response: Response, value: str, seconds: int | None = None) -> None:
        """Have the browser keep a value, until it is closed or for so long."""
        response.set_cookie(self._name, value, seconds, path="/", secure=self._secure, httponly=True, samesite="lax")

    def take(self, response: Response) -> None:
        """Have the browser forget it."""
        response.delete_cookie(self._name, path="/", secure=self._secure, httponly=True, samesite="lax")
