"""`icr health`: whether a worker on this host is well."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from adapters.cli.output import DONE, KEPT_OR_FAILED, UNREACHABLE, Data, Json, note, print_json, read_settings, say
from adapters.cli.running import Worker


def health(
    worker: Annotated[Worker, typer.Argument(help="Which of the processes on this host.")],
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Say whether a worker on this host is well: 0 yes, 1 it is in trouble, 3 there is none."""
    from adapters.embedded.lock import trouble_of_servers
    from adapters.process.clock import SystemClock
    from adapters.process.heartbeat import beats

    settings = read_settings(data, log_level="warning")
    found = [
        {"pid": beat.pid, "at": beat.at.isoformat(), "trouble": list(beat.trouble), **beat.said}
        for beat in beats(settings.data_dir, worker, SystemClock())
    ]
    if servers := trouble_of_servers(settings.data_dir):
        for one in found:
            one["trouble"] = [*one["trouble"], servers]
    if worker is Worker.SERVE and found:
        from adapters.api.serving import answers

        for one in found:
            # One that waits for the database has no address yet, and says so itself.
            if "host" in one and not answers(one["host"], one["port"]):
                one["trouble"] = [*one["trouble"], "no_answer"]
    well = bool(found) and not any(one["trouble"] for one in found)
    if as_json:
        print_json({"worker": worker, "healthy": well, "workers": found})
    elif not found:
        note(f"icr: no {worker} worker of this data folder runs on this host")
    else:
        for one in found:
            say(f"{worker} {one['pid']}: {', '.join(one['trouble']) or 'well'}")
            for line in trouble_of_partitions(one.get("partitions", [])):
                say(f"  {line}")
    code = DONE if well else KEPT_OR_FAILED if found else UNREACHABLE
    if code:
        raise typer.Exit(code)


def trouble_of_partitions(partitions: Sequence[dict[str, Any]]) -> list[str]:
    """A line for each partition in trouble."""
    return [
        f"{one['trouble']}: {one['topic']} {one['partition']} at offset {one['offset']}, {one['detail'] or one['reason']}"
        for one in partitions
    ]
