"""`icr demo`: the whole way, from several agencies publishing to the three views, on this machine alone."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from adapters.cli.output import Data, Json, note, print_json, print_table, progress, read_settings, say

if TYPE_CHECKING:
    from adapters.process.settings import Settings
    from adapters.service.opened import Service
    from tools.demo.people import DemoPerson
    from tools.demo.run import Result, Running

MOST_FAMILIES: Final = 8


def demo(
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve API and pages at the end.")] = True,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Show the whole way: several agencies publish over Kafka, everything is recorded once, three views fill.

    All children are invented. The servers are embedded and the data stays in the folder: a second run publishes the
    same events again, and doubles nothing. Serves until Ctrl-C, unless --no-serve.
    """
    from adapters.cli.running import Stop, wait_for_one
    from adapters.service.opened import open_service
    from tools.demo.run import check_place, mark_place, run, running

    settings = read_settings(data, log_level="warning")
    check_place(settings)
    stop = Stop(at_once=True, several=True)
    note(f"starting PostgreSQL and a Kafka broker in {settings.data_dir}")
    with open_service(settings, broker=True) as service:
        mark_place(service)
        _grant(service)
        with ExitStack() as keep, running(service) as processes:
            with _steps() as tell:
                result = run(service, processes, tell)
            address, people = _serve(processes, settings, keep) if serve else (None, ())
            answers = _ask(service)
            if as_json:
                print_json({**_counts(result), **answers, "api": address, "people": [one.name for one in people]})
            else:
                _show(result, answers)
                _say_where(address, str(settings.data_dir))
                _say_who(address, people)
            sys.stdout.flush()
            if serve:
                stop.gently()
                wait_for_one(processes.workers, stop)


def _grant(service: "Service") -> None:
    """Grant officers, index team and duty their roles, once."""
    from adapters.commands.granting import grant, read_worker, roles
    from tools.demo.people import OFFICERS, ON_CALL

    held = {(one.worker, one.role) for one in roles(service)}
    for one in (*OFFICERS, *ON_CALL):
        if one.role is not None and (one.name, one.role) not in held:
            grant(service, read_worker(one.name), one.role, areas=one.areas)


def _serve(processes: "Running", settings: "Settings", keep: ExitStack) -> tuple[str, "Sequence[DemoPerson]"]:
    """Start the server, on another port when its own is taken, and who signs people in; its address, and whom to try."""
    from adapters.api.serving import address, is_free
    from adapters.cli.running import Worker
    from tools.demo import issuer
    from tools.demo.agencies import AS_AT
    from tools.demo.people import INDEX_TEAM, OFFICERS, ON_CALL, PEOPLE

    port, folder = settings.http_port, settings.data_dir
    taken = port if port and is_free(port) else issuer.free_port()
    environment, people = {"ICR_HTTP_PORT": str(taken)}, (*PEOPLE, *OFFICERS, *ON_CALL) if issuer.is_installed() else ()
    if people:
        vouches = keep.enter_context(issuer.issuer(people))
        environment |= {
            "ICR_ISSUERS": json.dumps([issuer.settings_of(vouches, people, folder)]),
            "ICR_PUBLIC_URL": f"http://{issuer.HOST}:{taken}",
            "ICR_DEMO_DAY": AS_AT.isoformat(),
            "ICR_INDEX_TEAM": INDEX_TEAM,
        }
    else:
        note("nobody can sign in: that needs the extra demo (pip install 'icr[demo]')")
    # Without it no entry of the access log gets its leaf, and serving stops after some hours.
    processes.start_worker(Worker.SEAL)
    said = processes.start_worker(Worker.SERVE, environment).said
    return address(said["host"], said["port"]), people


def _ask(service: "Service") -> dict[str, Any]:
    """The same questions that the command line and the API ask."""
    from adapters.questions.door import Door
    from domain.access.viewer import LOCAL_OPERATOR
    from domain.questions import about
    from domain.questions.asking import Question
    from tools.demo.agencies import AS_AT, CHILD, WORKER

    asked: dict[str, Question[Any]] = {
        "timeline": about.ShowTimeline(identifier=CHILD, effective_at=AS_AT),
        "caseload": about.ShowCaseload(worker=WORKER, effective_at=AS_AT),
        "families": about.ListFamilies(effective_at=AS_AT),
    }
    door = Door(service)
    found = {name: door.answer(question, LOCAL_OPERATOR) for name, question in asked.items()}
    return {name: None if one is None else one.as_json() for name, one in found.items()}


def _counts(result: "Result") -> dict[str, Any]:
    from tools.demo.run import COUNTS

    return {
        "published": result.published,
        "kafka": {name: result.kafka.get(name) for name in (*COUNTS, "set_aside", "reasons", "set_aside_reasons")},
        "imported": result.imported,
        "position": result.position,
        "seconds": round(result.seconds, 1),
    }


def _show(result: "Result", answers: dict[str, Any]) -> None:
    from adapters.cli.rendering import show_caseload, show_families
    from adapters.cli.rendering_child import show_timeline
    from tools.demo.run import COUNTS

    rows = [
        ("events over Kafka", *(result.kafka.get(name, 0) for name in COUNTS)),
        ("messages by NEMS", *(result.imported.get(name, 0) for name in COUNTS)),
    ]
    print_table(f"What became of what the agencies sent, after {result.seconds:.0f} s", ("", *COUNTS), rows)
    reasons = {**result.kafka.get("reasons", {})}
    if reasons:
        say("kept in quarantine or told apart: " + ", ".join(f"{reason} {count}" for reason, count in reasons.items()))
    say("")
    if answers["timeline"]:
        show_timeline(answers["timeline"])
    show_caseload(answers["caseload"])
    families = answers["families"]
    shown = families["families"][:MOST_FAMILIES]
    show_families({**families, "families": shown})
    left = len(families["families"]) - len(shown)
    if left:
        say(f"and {left} more: icr families list")


def _say_where(address: str | None, folder: str) -> None:
    from tools.demo.agencies import AS_AT, CHILD

    say("\nAsk on, for example:")
    say(f"  echo {CHILD} | icr child timeline --id - --effective-at {AS_AT} --data {folder}")
    say(f"  icr families list --effective-at {AS_AT} --data {folder}")
    say(f"  icr quarantine list --data {folder}")
    if address is not None:
        say(f"API {address}   documentation {address}/docs   (Ctrl-C ends it)")


def _say_who(address: str | None, people: "Sequence[DemoPerson]") -> None:
    if not people:
        return
    say(f"\nSign in at {address} in a browser, as one of:")
    for one in people:
        say(f"  {one.name:<28} {one.says}")


@contextmanager
def _steps() -> "Iterator[Callable[[str, int, int | None], None]]":
    """Progress as bars on a terminal, else a line when a step is done."""
    if sys.stderr.isatty():
        with progress() as bars:
            tasks: dict[str, Any] = {}

            def tell(step: str, done: int, total: int | None) -> None:
                if step not in tasks:
                    tasks[step] = bars.add_task(step, total=total)
                bars.update(tasks[step], completed=done, total=total)

            yield tell
        return
    last: dict[str, tuple[int, int | None]] = {}

    def remember(step: str, done: int, total: int | None) -> None:
        last[step] = (done, total)

    yield remember
    for step, (done, _) in last.items():
        note(f"{step} {done}")
