"""`icr seal`, `icr access key` and `export`, `icr verify-log EXPORT`: from a first access to a check by somebody else."""

import json
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from adapters.disclosure.signing_key import SigningKey, load
from adapters.process.clock import SystemClock
from tests.builders.accesses import AccessLog
from tests.builders.process import icr, started, wait_for
from tests.builders.service import bench


@dataclass
class Here:
    """A log, a data folder with its key file, and the commands there."""

    log: AccessLog
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        return {"ICR_DATA_DIR": str(self.folder), "ICR_DATABASE_URL": self.log.bench.service.database_url}

    def icr(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return icr(*arguments, environment=self.environment)

    @property
    def key(self) -> SigningKey:
        return load(self.folder / "signing-key")

    @property
    def checkpoint(self) -> Path:
        return self.folder / "checkpoints" / "checkpoint"

    def health(self) -> tuple[int, dict[str, object]]:
        done = self.icr("health", "seal", "--json")
        return done.returncode, json.loads(done.stdout)["workers"][0] if done.returncode != 3 else {}


@pytest.fixture
def here(any_database_url: str, tmp_path: Path) -> Iterator[Here]:
    made = bench(any_database_url, tmp_path)
    made.clock.set(SystemClock().now())  # the commands' own: entries of a month that is over would be stated
    log = AccessLog(made, tmp_path)
    (tmp_path / "keys").write_text(json.dumps({"kek": (b"k" * 32).hex(), "hash": (b"h" * 32).hex()}))
    (tmp_path / "keys").chmod(0o600)
    yield Here(log, tmp_path)
    made.close()


def test_from_an_access_to_a_check_by_somebody_else(here: Here, tmp_path: Path) -> None:
    here.log.access(5)
    sealed = here.icr("seal", "--once", "--json")
    assert json.loads(sealed.stdout) == {"sealed": 5, "leaves": 5, "published": 1}, sealed.stderr
    assert "sealed 0 entries: 5 leaves; published 0 checkpoints" in here.icr("seal", "--checkpoint").stdout
    kept = tmp_path / "kept"
    kept.write_text(here.checkpoint.read_text())
    here.log.access(2)
    key = here.icr("access", "key").stdout.strip()
    assert key == str(here.key.verifier)
    export = tmp_path / "export.jsonl"
    written = here.icr("access", "export", str(export), "--json")
    assert (json.loads(written.stdout)["entry"], export.stat().st_mode & 0o777) == (8, 0o600)
    assert b"ExportLog" in export.read_bytes(), "that it was taken stands in it"
    well = here.icr("verify-log", str(export), "--key", key, "--checkpoint", str(kept))
    assert (well.returncode, well.stdout.splitlines()[-1]) == (0, "the access log holds")
    here.log.bench.connection.execute("UPDATE access.entry SET viewer = 'la-808:W99'")
    again = tmp_path / "again.jsonl"
    here.icr("access", "export", str(again))
    found = here.icr("verify-log", str(again), "--key", key, "--checkpoint", str(kept), "--json")
    document = json.loads(found.stdout)
    assert (found.returncode, document["holds"], document["leaves"]) == (1, False, 5)
    assert 1 <= len(document["not_closed"]) <= 2  # the two processes of the log go on
    assert [(one["kind"], one["count"]) for one in document["differences"]] == [("column_differs", 8)]


def test_the_roles_of_the_database_are_looked_at(here: Here) -> None:
    well = here.icr("access", "rights")
    assert (well.returncode, well.stdout.count("is there and is taken on")) == (0, 3), well.stderr
    here.log.bench.connection.execute("GRANT DELETE ON access.entry TO icr_sealer")
    found = here.icr("access", "rights", "--json")
    states = {one["role"]: one["state"] for one in json.loads(found.stdout)["roles"]}
    assert (found.returncode, states["icr_sealer"], states["icr_reader"]) == (1, "too_many_rights", "well")


def test_used_wrongly_each_says_how(here: Here, tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.write_text("mine")
    here.log.access(1)
    here.icr("seal", "--once")
    key, kept = str(here.key.verifier), str(here.checkpoint)
    for arguments, said in (
        (("access", "export", str(there)), "there is one of this name"),
        (("access", "export", str(tmp_path / "none" / "x")), "FILE cannot be written"),
        (("access", "key", "--name", "other.example"), "the log has another name"),
        (("verify-log", str(there)), "give both"),
        (("verify-log", "--key", key), "for an EXPORT"),
        (("verify-log", str(there), "--key", key, "--checkpoint", kept, "--events"), "read alone"),
        (("verify-log", str(there), "--key", key, "--checkpoint", kept), "no export"),
        (("verify-log", str(there), "--key", "x+y", "--checkpoint", kept), "name+id+key"),
        (("verify-log", str(there), "--key", key, "--checkpoint", str(there)), "checkpoint_of_another_log"),
        (("verify-log", str(tmp_path / "none"), "--key", key, "--checkpoint", kept), "cannot be read"),
    ):
        done = here.icr(*arguments)
        assert (done.returncode, done.stdout) == (2, ""), (arguments, done.stdout, done.stderr)
        assert said in done.stderr, (arguments, done.stderr)
    assert there.read_text() == "mine"


def test_a_key_is_made_once_and_never_for_a_log_that_is_sealed(here: Here) -> None:
    path = here.folder / "signing-key"
    path.unlink()
    made = here.icr("access", "key", "--name", "children.example/access", "--json")
    document = json.loads(made.stdout)
    assert (document["made"], path.stat().st_mode & 0o777) == (True, 0o600), made.stderr
    assert document["verifier_key"].startswith("children.example/access+")
    assert json.loads(here.icr("access", "key", "--json").stdout) == {**document, "made": False}
    assert json.loads(path.read_text())["seed"] not in made.stdout + made.stderr
    here.log.access(1)
    here.icr("seal", "--once")
    path.unlink()
    for command in (("access", "key"), ("seal", "--once"), ("seal",)):
        refused = here.icr(*command)
        assert refused.returncode == 2, refused.stdout
        assert "put the one that the access log is sealed with there" in refused.stderr
    assert not path.exists()


def test_the_worker_seals_says_how_it_is_and_another_waits(here: Here, tmp_path: Path) -> None:
    with started("seal", environment=here.environment, log=tmp_path / "one") as first:
        wait_for(lambda: here.health()[0] == 0)
        here.log.access(3)
        wait_for(lambda: here.log.one("SELECT count(*) FROM access.leaf") == 3)
        with started("seal", environment=here.environment, log=tmp_path / "two") as second:
            wait_for(lambda: len(json.loads(here.icr("health", "seal", "--json").stdout)["workers"]) == 2)
            first.kill()
            first.wait()
            here.log.access(2)
            wait_for(lambda: here.log.one("SELECT count(*) FROM access.leaf") == 5)
            assert here.health()[0] == 0
            second.send_signal(signal.SIGTERM)
            assert second.wait(20) == 0
    assert here.health()[0] == 3
    assert here.log.one("SELECT count(*) FROM access.leaf WHERE index < 5") == 5


def test_what_cannot_be_published_is_said_and_sealing_goes_on(here: Here, tmp_path: Path) -> None:
    (here.folder / "checkpoints").write_text("a file where the folder should be")
    here.log.access(2)
    once = here.icr("seal", "--once")
    assert once.returncode == 1
    assert "the second place of checkpoints cannot be read or written (second_place_fails)" in once.stderr
    with started("seal", environment=here.environment, log=tmp_path / "log"):
        here.log.access(2)
        wait_for(lambda: here.log.one("SELECT count(*) FROM access.leaf") == 4)
        wait_for(lambda: "second_place_fails" in str(here.health()[1].get("trouble")))
        (here.folder / "checkpoints").unlink()
        wait_for(lambda: here.log.one("SELECT count(*) FROM access.checkpoint WHERE published_at IS NULL") == 0)
        wait_for(lambda: here.health()[0] in (0, 1) and here.checkpoint.exists())


def test_the_signing_key_is_exchanged_and_the_log_goes_on(here: Here) -> None:
    here.log.access(3)
    assert here.icr("seal", "--once").returncode == 0
    refused = here.icr("access", "rotate")
    assert (refused.returncode, "nothing was logged since" in refused.stderr) == (2, True)
    old = here.key.verifier
    here.log.access(2)
    done = json.loads(here.icr("access", "rotate", "--json").stdout)
    assert (done["old_verifier_key"], done["verifier_key"]) == (str(old), str(here.key.verifier))
    assert here.key.verifier != old
    here.log.access(2)
    sealed = here.icr("seal", "--once", "--json")
    assert json.loads(sealed.stdout) == {"sealed": 2, "leaves": 7, "published": 1}, sealed.stderr
