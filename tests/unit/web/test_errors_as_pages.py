"""Whatever goes wrong behind a page, a person is told what to do, and nothing of what went wrong."""

from http import HTTPStatus

import psycopg
import pytest
from starlette.requests import Request
from starlette.responses import Response

from adapters.api.problems import Refused
from adapters.web.people import told
from domain.errors import Misuse, Rejected, Unreachable

SECRET = "nhs:9990200017"
ERRORS: list[tuple[Exception, int, str]] = [
    (Refused(HTTPStatus.SERVICE_UNAVAILABLE, SECRET, headers={"Retry-After": "5"}), 503, "not available just now"),
    (Unreachable(SECRET), 503, "not available just now"),
    (psycopg.OperationalError(SECRET), 503, "not available just now"),
    (Misuse(SECRET), 422, "We did not understand that"),
    (Rejected("bad_value", SECRET, SECRET), 422, "We did not understand that"),
]


@pytest.mark.parametrize(("error", "status", "said"), ERRORS, ids=lambda one: type(one).__name__)
def test_an_error_is_a_page(error: Exception, status: int, said: str) -> None:
    def fails(_: Request) -> Response:
        raise error

    answer = told(fails)(Request({"type": "http", "method": "GET", "path": "/", "headers": []}))
    text = bytes(answer.body).decode()
    assert (answer.status_code, said in text) == (status, True)
    assert SECRET not in text
    assert (
        answer.headers.get("retry-after") == (error.headers or {}).get("Retry-After")
        if isinstance(error, Refused)
        else True
    )


def test_what_is_not_foreseen_is_not_hidden() -> None:
    def fails(_: Request) -> Response:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        told(fails)(Request({"type": "http", "method": "GET", "path": "/", "headers": []}))
