"""Logs as JSON lines on standard error, in which nothing about a child can stand.

What may be logged is a list of field names, each with the shape its values must have. Anything else is dropped and
counted in the line itself, so that a leak needs two mistakes and a missing field shows. Exceptions are logged by type,
place and our own reason code: the text of a database driver's exception quotes the row that it refused.
"""

import logging
import re
import sys
import threading
from collections.abc import Callable, MutableMapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, TextIO

import orjson

from adapters.process.clock import Clock, SystemClock
from domain.errors import Rejected

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger, WrappedLogger

NUMBER: Final = "number"
CODE: Final = "code"
POSITION: Final = "position"
INSTANT: Final = "instant"
RECORD: Final = "record"

# Field name -> the shape of its values. Names of people, identifiers and file names are not among them on purpose.
FIELDS: Final[dict[str, str]] = {
    "accepted": NUMBER,
    "attempt": NUMBER,
    "backend": CODE,
    "batch": NUMBER,
    "client": CODE,
    "command": CODE,
    "component": CODE,
    "conflict": NUMBER,
    "count": NUMBER,
    "current": NUMBER,
    "duplicate": NUMBER,
    "edition": NUMBER,
    "end_offset": NUMBER,
    "error": CODE,
    "error_at": CODE,
    "event_type": CODE,
    "exit_code": NUMBER,
    "facts": NUMBER,
    "feed": CODE,
    "files": NUMBER,
    "first_offset": NUMBER,
    "generation": NUMBER,
    "group": CODE,
    "incarnation": CODE,
    "issuer": CODE,
    "kept": NUMBER,
    "lag": NUMBER,
    "last_offset": NUMBER,
    "library": CODE,
    "migration": CODE,
    "mode": CODE,
    "ms": NUMBER,
    "offset": NUMBER,
    "organisation": CODE,
    "partition": NUMBER,
    "pid": NUMBER,
    "port": NUMBER,
    "position": POSITION,
    "read": NUMBER,
    "reason": CODE,
    "record": RECORD,
    "records": NUMBER,
    "reference": CODE,
    "request": CODE,
    "rows": NUMBER,
    "schema": CODE,
    "seconds": NUMBER,
    "sector": CODE,
    "server": CODE,
    "service": CODE,
    "share": NUMBER,
    "since": INSTANT,
    "state": CODE,
    "status": NUMBER,
    "topic": CODE,
    "total": NUMBER,
    "unreadable": NUMBER,
    "until": INSTANT,
    "version": CODE,
    "view": CODE,
    "waiting": NUMBER,
    "where": CODE,
}

_EVENT = re.compile(r"[a-z][a-z_]{2,59}")
_CODE = re.compile(r"[A-Za-z0-9_.:/+-]{1,80}")
_POSITION = re.compile(r"\d{1,9}:\d{1,18}|\d{1,18}")
_RECORD = re.compile(r"r-[0-9a-f]{32}")  # random, and of nobody's making but ours
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d))?")
# No code of ours holds nine digits in a row or eight and a date; NHS numbers, UPNs, UPRNs and telephone numbers do.
_TELLING = re.compile(r"\d{9}")
_GROUPED = re.compile(r"\d{3}[-. ]\d{3}[-. ]\d{4}")

_LEVELS: Final = {"debug": 10, "info": 20, "warning": 30, "error": 40}
_lock = threading.Lock()
_write_lock = threading.Lock()
_dropped_total = 0
_waiting: list[Callable[[], None]] = []  # how structlog is to be set up, until the first who logs loads it


def configure_logs(level: str = "info", *, clock: Clock | None = None, stream: TextIO | None = None) -> None:
    """Send our logs and those of libraries to standard error (or `stream`), as JSON lines.

    Uncaught exceptions go the same way. May be called again; the last call holds.
    """
    moment = clock or SystemClock()

    def stamp(_logger: "WrappedLogger", _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        return {"at": moment.now().isoformat(timespec="milliseconds"), **line}

    def set_up() -> None:
        import structlog

        structlog.configure(
            processors=[structlog.processors.add_log_level, only_allowed, stamp, _render],
            wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
            logger_factory=lambda *_: _Output(stream),
            cache_logger_on_first_use=False,
        )

    # Most commands log nothing, and structlog loads rich, which is a tenth of what they may take to start.
    _waiting[:] = [set_up]
    if "structlog" in sys.modules:
        _set_up()
    root = logging.getLogger()
    for handler in [h for h in root.handlers if isinstance(h, _LibraryHandler)]:
        root.removeHandler(handler)
    root.addHandler(_LibraryHandler())
    root.setLevel(max(_LEVELS[level], logging.WARNING))
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread


def _set_up() -> None:
    with _lock:
        while _waiting:
            _waiting.pop()()


def get_logger(component: str) -> "FilteringBoundLogger":
    """A logger whose lines carry `component`. Events are constants: `log.info("batch_recorded", accepted=12)`."""
    import structlog

    _set_up()
    logger: FilteringBoundLogger = structlog.get_logger(component=component)
    return logger


def dropped_total() -> int:
    """How many fields, events and lines have been dropped since the process began: not allowed, or not to be written."""
    return _dropped_total


def only_allowed(_logger: "WrappedLogger", _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The line with only what may be logged, and `dropped`, the number of things left out, when there are any."""
    event = line.pop("event", None)
    level = line.pop("level", None)
    failure = _exception(line.pop("exc_info", None))
    kept: dict[str, Any] = {}
    dropped = 0
    if isinstance(event, str) and _EVENT.fullmatch(event):
        kept["event"] = event
    else:
        kept["event"] = "unnamed_event"
        dropped += 1
    if level is not None:
        kept["level"] = level
    for name, value in {**line, **failure}.items():
        if value is None:
            continue
        if name in FIELDS and _fits(FIELDS[name], value):
            kept[name] = value
        else:
            dropped += 1
    if dropped:
        kept["dropped"] = dropped
        _count(dropped)
    return kept


def _fits(shape: str, value: object) -> bool:
    if shape == NUMBER:
        return isinstance(value, bool | int | float)
    text = value if isinstance(value, str) else str(value) if isinstance(value, int) and shape == POSITION else None
    if text is None:
        return False
    if shape == POSITION:
        return _POSITION.fullmatch(text) is not None
    if shape == INSTANT:
        return _INSTANT.fullmatch(text) is not None
    if shape == RECORD:
        return _RECORD.fullmatch(text) is not None
    return _CODE.fullmatch(text) is not None and not _TELLING.search(text) and not _GROUPED.search(text)


def _count(dropped: int) -> None:
    global _dropped_total  # noqa: PLW0603 - a counter of the process
    with _lock:
        _dropped_total += dropped


def _exception(given: object) -> dict[str, Any]:
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    return describe(error) if isinstance(error, BaseException) else {}


def describe(error: BaseException) -> dict[str, str]:
    """What may be said of an exception: its type, where it was raised, and our reason code if it is ours."""
    said = {"error": type(error).__name__}
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is not None:
        said["error_at"] = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
    if isinstance(error, Rejected):
        said["reason"] = error.reason
    return said


def _render(_logger: "WrappedLogger", _method: str, line: MutableMapping[str, Any]) -> str:
    return orjson.dumps(line).decode()


class _Output:
    """Where lines go: a stream, or whatever standard error is at the time. One that cannot be written stops nothing."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream

    def msg(self, line: str) -> None:
        """Write a line, whole, and flush it."""
        try:
            output = self._stream or sys.stderr
            with _write_lock:
                output.write(line + "\n")
                output.flush()
        except (OSError, ValueError):  # a full disk, a closed pipe, a closed file
            _count(1)

    debug = info = warning = error = msg


class _LibraryHandler(logging.Handler):
    """Lines of libraries, of which only who and where is passed on: their text may quote data."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        level = "error" if record.levelno >= logging.ERROR else "warning"
        logger = get_logger("library")
        said = describe(error) if error else {"error_at": f"{record.filename}:{record.lineno}"}
        getattr(logger, level)("library_message", library=record.name, **said)


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    get_logger("process").error("uncaught_exception", exc_info=error.with_traceback(trace))


def _uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None and not issubclass(args.exc_type, SystemExit):
        _uncaught(args.exc_type, args.exc_value, args.exc_traceback)
