"""The HTTP server's process: listens, says where, and ends in order."""

import http.client
import socket
from collections.abc import Callable
from typing import Any, Final

import uvicorn

from adapters.clock import Clock
from adapters.heartbeat import Heartbeat
from adapters.settings import Settings
from domain.errors import Misuse

HEALTH: Final = "/v1/health"
_GRACE_SECONDS: Final = 3  # for requests at hand, when it is told to end
_PATIENCE: Final = 5.0
_BACKLOG: Final = 2048  # uvicorn's own


def serve_app(
    app: Any,  # noqa: ANN401 - any ASGI application
    settings: Settings,
    clock: Clock,
    stop: Callable[[], bool],
    announce: Callable[[str], None] = lambda _: None,
    heart: Heartbeat | None = None,
) -> None:
    """Answer over HTTP until SIGTERM or SIGINT. Raises Misuse when the address cannot be had.

    `heart` says how that goes; it is one of its own where none is given.
    """
    listening = listen(settings.http_host, settings.http_port)
    port = listening.getsockname()[1]
    # No access log: a URL holds no identifier of a child, and nobody has to rely on that.
    config = uvicorn.Config(
        app, log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=_GRACE_SECONDS
    )
    heart = heart or Heartbeat(settings.data_dir, "serve", clock)
    server = _Server(config, heart, stop)
    heart.beat((), now=True, host=settings.http_host, port=port)
    announce(f"API on {address(settings.http_host, port)}, documentation on {address(settings.http_host, port)}/docs")
    try:
        server.run(sockets=[listening])
    finally:
        heart.end()
        listening.close()


class _Server(uvicorn.Server):
    """A server whose own loop says that it goes on; the file is written elsewhere, for a disk may not answer."""

    def __init__(self, config: uvicorn.Config, heart: Heartbeat, stop: Callable[[], bool]) -> None:
        super().__init__(config)
        self._heart = heart
        self._stop = stop

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second, between requests."""
        self._heart.go_on()
        if self._stop():  # asked before this server listened to signals itself
            self.should_exit = True
        return await super().on_tick(counter)


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens on the address, or Misuse. So port 0 is known, a taken one said plainly, and nobody refused.

    Who comes before the server answers waits. The protocol is named since asyncio sets TCP_NODELAY only where it is.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
        made.listen(_BACKLOG)
    except OSError as error:
        made.close()
        raise Misuse(
            f"cannot listen on {host} port {port}: {error.strerror} (see ICR_HTTP_HOST, ICR_HTTP_PORT)"
        ) from None
    return made


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether nobody listens there."""
    try:
        listen(host, port).close()
    except Misuse:
        return False
    return True


def address(host: str, port: int) -> str:
    """The URL at which a server that listens there is reached from this host."""
    reached = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    return f"http://[{reached}]:{port}" if ":" in reached else f"http://{reached}:{port}"


def answers(host: str, port: int) -> bool:
    """Whether a server answers there that it is well."""
    reached = address(host, port).removeprefix("http://").rsplit(":", 1)[0]
    connection = http.client.HTTPConnection(reached, port, timeout=_PATIENCE)
    try:
        connection.request("GET", HEALTH)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
