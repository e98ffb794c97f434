"""What a run of the tests leaves behind when it is killed is removed by a later one; of a run that goes on, nothing is."""

import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers.folder import PREFIX, RunFolder, clear

ROOT = Path(__file__).parents[2]
_MAKES = "from tests.servers.folder import RunFolder; from pathlib import Path; import sys; "
RUN = _MAKES + "folder = RunFolder.make(Path(sys.argv[1])); print(folder.path, flush=True); sys.stdin.read()"
WORKER = _MAKES + "folder = RunFolder.join(Path(sys.argv[1])); print(folder.path, flush=True); sys.stdin.read()"


@contextmanager
def process(program: str, path: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """A process that holds a folder; killed at the end."""
    with subprocess.Popen(
        [sys.executable, "-c", program, str(path)], cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holds:
        assert holds.stdout is not None
        yield holds, Path(holds.stdout.readline().strip())
        holds.send_signal(signal.SIGKILL)


def test_the_folder_of_a_run_that_was_killed_is_removed_and_that_of_one_that_goes_on_stays(tmp_path: Path) -> None:
    with process(RUN, tmp_path) as (_, goes_on):
        (goes_on / "server").mkdir()
        with process(RUN, tmp_path) as (_, killed):
            (killed / "server").mkdir()
        clear(tmp_path)
        assert list(tmp_path.iterdir()) == [goes_on]
        assert (goes_on / "server").is_dir()
    clear(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_stays_while_a_worker_of_its_run_is_there(tmp_path: Path) -> None:
    with process(RUN, tmp_path) as (run, folder), process(WORKER, folder):
        run.kill()
        run.wait()
        clear(tmp_path)
        assert list(tmp_path.iterdir()) == [folder]


def test_a_folder_that_is_only_being_made_stays(tmp_path: Path) -> None:
    (tmp_path / f"{PREFIX}new").mkdir()
    clear(tmp_path)
    assert list(tmp_path.iterdir()) == [tmp_path / f"{PREFIX}new"]


def test_a_run_in_order_leaves_nothing(tmp_path: Path) -> None:
    folder = RunFolder.make(tmp_path)
    (folder.path / "server").mkdir()
    folder.remove()
    assert list(tmp_path.iterdir()) == []


def test_all_that_is_temporary_is_made_in_it() -> None:
    assert any(PREFIX in part for part in Path(tempfile.gettempdir()).parts)
