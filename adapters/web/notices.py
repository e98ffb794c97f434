"""Pages that say what the service is and does with what it is told; anybody may read them. They are templates alone."""

from collections.abc import Callable
from typing import Final

from fastapi import Request
from starlette.responses import Response

from adapters.web.answering import page
from adapters.web.reaching import Reaching
from adapters.web.rendering import render

NOTICES: Final = ("/privacy", "/cookies", "/accessibility")


def notice(path: str, reaching: Reaching) -> Callable[[Request], Response]:
    """The handler of one of them."""

    def shown(_: Request) -> Response:
        return page(render(path.removeprefix("/"), contact=reaching.contact()))

    shown.__name__ = path.removeprefix("/")  # as logs call it
    return shown
