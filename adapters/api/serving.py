"""The HTTP server's process: listens, says where, and ends in order."""

import gc
import http.client
import os
import resource
import socket
import threading
from collections.abc import Callable
from functools import partial
from typing import Final, cast

import anyio
import uvicorn
from fastapi import FastAPI

from adapters.api.connections import Connection, Limits
from adapters.api.work_queues import WorkQueues
from adapters.process.clock import Clock
from adapters.process.heartbeat import Heartbeat
from adapters.process.settings import Settings
from domain.errors import Misuse

HEALTH: Final = "/v1/health"
_PATIENCE: Final = 5.0
_BACKLOG: Final = 2048  # uvicorn's own

# What happens when it is told to end: work goes on, then its queries are cancelled, then nobody is waited for.
_FINISH_SECONDS: Final = 4.0
_GIVE_UP_SECONDS: Final = 7
_LAST_SECONDS: Final = 9.0
_FILES: Final = 256  # open files besides connections


class Server(uvicorn.Server):
    """uvicorn's server: it says that it goes on, and ends within ten seconds whatever its clients and the database do."""

    def __init__(self, config: uvicorn.Config, queues: WorkQueues, heart: Heartbeat, stop: Callable[[], bool]) -> None:
        super().__init__(config)
        self._queues = queues
        self._heart = heart
        self._stop = stop

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second, between requests: the loop goes on. The file is written elsewhere, for a disk may not answer."""
        self._heart.go_on()
        if self._stop():  # asked before this server listened to signals itself
            self.should_exit = True
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Refuse what waits, let what is at work end, and then cancel its queries: a publish is recorded, or not at all."""
        if threading.current_thread() is threading.main_thread():
            last = threading.Timer(_LAST_SECONDS, os._exit, (1,))  # a thread that cannot be ended holds nobody up
            last.daemon = True
            last.start()
        self._queues.close()
        async with anyio.create_task_group() as group:
            group.start_soon(self._cancel_late)
            await super().shutdown(sockets)
            group.cancel_scope.cancel()

    async def _cancel_late(self) -> None:
        await anyio.sleep(_FINISH_SECONDS)
        while True:
            await anyio.to_thread.run_sync(self._queues.queries.cancel)
            await anyio.sleep(0.5)


def serve_app(
    app: FastAPI,
    settings: Settings,
    clock: Clock,
    stop: Callable[[], bool],
    announce: Callable[[str], None] = lambda _: None,
    heart: Heartbeat | None = None,
) -> None:
    """Answer over HTTP until SIGTERM or SIGINT, with an application of `create_app`.

    `heart` says how that goes; it is one of its own where none is given. Raises Misuse when the address cannot be had.
    """
    listening = listen(settings.http_host, settings.http_port)
    port = listening.getsockname()[1]
    # No access log: a URL holds no identifier of a child, and nobody has to rely on that.
    config = uvicorn.Config(
        app,
        http=cast("type[Connection]", partial(Connection, limits=Limits.of(settings))),  # only ever called
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # whoever comes may write them
        timeout_keep_alive=int(settings.http_idle_seconds) + 1,
        timeout_graceful_shutdown=_GIVE_UP_SECONDS,
    )
    _make_room(settings.http_connections)
    _spare_the_collector()
    heart = heart or Heartbeat(settings.data_dir, "serve", clock)
    server = Server(config, app.state.queues, heart, stop)
    heart.beat((), now=True, host=settings.http_host, port=port)
    announce(f"API on {address(settings.http_host, port)}, documentation on {address(settings.http_host, port)}/docs")
    try:
        server.run(sockets=[listening])
    finally:
        heart.end()
        listening.close()


def _make_room(connections: int) -> None:
    """As many open files as connections need, where we may have them."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + _FILES
    if soft < wanted and soft != resource.RLIM_INFINITY:
        resource.setrlimit(
            resource.RLIMIT_NOFILE, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard)
        )


def _spare_the_collector() -> None:
    """Look for cycles seldom: a body of a hundred thousand empty lists would have all memory looked through for each few."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


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
