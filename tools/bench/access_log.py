"""What `icr bench access` measures of the log itself: bytes, sealing, the check of an export, and replay.

The export is checked by what checks it elsewhere; every replayed page must be proved, and come out the same again.
"""

import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any, Final

import tools
from adapters.disclosure.checkpoints import publish, sign
from adapters.disclosure.export import write_export
from adapters.disclosure.sealing import seal
from adapters.disclosure.second_place import SecondPlace
from adapters.disclosure.signing_key import SigningKey, first_key
from adapters.log.connections import Work
from adapters.questions.replaying import gather_replay
from adapters.service.opened import Service
from domain.access.entry import entry_id
from domain.errors import IcrError
from domain.questions.about import ReplayEntry
from tools.bench.access_export import hashing_seconds, write_made

COPIES: Final = 20_000  # entries that are sealed to say how fast that is, besides those that were made
MADE: Final = 50_000  # entries of the export whose check is measured
REPLAYED: Final = 100
_CHECK: Final = Path(tools.__file__).parent / "verify_log" / "access_log.py"
# By table, its months together, what stands in its indexes apart.
_BYTES: Final = """
SELECT regexp_replace(c.relname, '_(rest|[0-9]{4}_[0-9]{2})$', ''), sum(pg_table_size(c.oid))::bigint, sum(pg_indexes_size(c.oid))::bigint
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND (n.nspname = 'access' OR (n.nspname, c.relname) = ('log', 'data_key')) GROUP BY 1
"""
_COPY: Final = """
WITH looks AS (SELECT row_number() OVER () - 1 AS n, count(*) OVER () AS of, e.* FROM access.entry e
    WHERE outcome = 'shown' AND child IS NOT NULL),
made AS (INSERT INTO access.entry (id, at, viewer, organisation, kind, outcome, child, rule, bytes, wrapped, sealed)
    SELECT gen_random_uuid(), e.at + m * interval '1 microsecond', e.viewer, e.organisation, e.kind, e.outcome, e.child, e.rule,
        e.bytes, e.wrapped, e.sealed
    FROM generate_series(1, %s) AS m JOIN looks e ON e.n = m %% e.of RETURNING id, at)
INSERT INTO access.pending (entry, at) SELECT id, at FROM made
"""


def stored(service: Service) -> Counter[str]:
    """Bytes of the access log in the database, by table and its indexes; its keys with it."""
    with service.connect() as connection:
        rows = connection.execute(_BYTES).fetchall()
    found: Counter[str] = Counter()
    for table, own, indexes in rows:
        found[table] += own
        found[f"{table}, indexes"] += indexes
    return found


def kept(service: Service, folder: Path) -> dict[str, Any]:
    """How fast what was made is sealed, checked and replayed. Raises IcrError where it does not hold."""
    place = SecondPlace(folder / "second")
    with service.connect() as connection:
        key = first_key(connection, folder / "signing-key", "icr.example/access")
    with service.connect(Work.SEAL) as connection:
        while seal(connection):
            pass
        sign(connection, key, place, service.clock.now())
        publish(connection, key, place, service.clock.now())
    return {
        **_checked(service, key, place.latest() or ""),
        "replay_milliseconds": _replayed(service),
        "sealed_per_second": _sealed(service),
    }


def _checked(service: Service, key: SigningKey, note: str) -> dict[str, Any]:
    """By the file that checks elsewhere, in a process of its own; what it takes to start is not counted.

    What was measured must hold. How fast a check is, is measured over a longer export, and beside nothing but its hashes.
    """
    folder = service.settings.data_dir
    export, kept_note, made = folder / "export", folder / "checkpoint", folder / "made"
    kept_note.write_text(note)
    with service.connect(Work.EXPORT) as connection:
        write_export(connection, service.keys, export)
    arguments = "--key", str(key.verifier), "--checkpoint", str(kept_note)
    checked = _hold(_run(str(export), *arguments))
    kept_note.write_text(write_made(made, key, MADE))
    started, run = _run("--help"), _run(str(made), *arguments)
    leaves, seconds, processor = _hold(run), run[0] - started[0], run[1] - started[1]
    return {
        "checked": checked,
        "checked_per_second": round(leaves / max(0.001, seconds)),
        "checked_per_second_of_one_core": round(leaves / max(0.001, processor)),
        "check_to_its_hashes": round(processor / hashing_seconds(made), 1),
    }


def _hold(run: tuple[float, float, int, str]) -> int:
    """How many leaves a check has read. Raises IcrError where the log does not hold."""
    _, _, code, said = run
    if code:
        raise IcrError(f"the access log that was measured does not hold: {said}")
    return int(said.split()[0])


def _run(*arguments: str) -> tuple[float, float, int, str]:
    """Seconds and processor time of the check with its processes, its exit code, and what it said."""
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-I", str(_CHECK), *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        said = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return time.perf_counter() - began, used.ru_utime + used.ru_stime, process.returncode, said


def _replayed(service: Service) -> dict[str, float]:
    """Of pages that were shown, each proved and derived again."""
    took = []
    with service.connect() as connection:
        rows = connection.execute(
            "SELECT id FROM access.entry WHERE outcome = 'shown' ORDER BY id LIMIT %s", (REPLAYED,)
        ).fetchall()
        for (entry,) in rows:
            began = time.perf_counter()
            past = gather_replay(service, connection, ReplayEntry(entry=entry_id(entry)))
            took.append(1000 * (time.perf_counter() - began))
            if past is None or not past.holds or past.derived != "derived_same":
                raise IcrError("a page that was measured is not replayed as it was shown")
    took.sort()
    return {"p50": round(took[len(took) // 2], 2), "p99": round(took[int(0.99 * len(took))], 2), "replayed": len(took)}


def _sealed(service: Service) -> int:
    """Entries a second, of copies that wait; after all else, for they are no entries of a chain."""
    with service.connect(Work.REBUILD) as connection:
        connection.execute(_COPY, (COPIES,))
        connection.execute("ANALYZE access.pending")
    with service.connect(Work.SEAL) as connection:
        began = time.perf_counter()
        done = 0
        while taken := seal(connection):
            done += taken
        return round(done / (time.perf_counter() - began))
