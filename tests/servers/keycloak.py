"""A real Keycloak without a container engine: its distribution from Maven Central on the machine's JDK, with the realm of `keycloak/`."""

import fcntl
import json
import shutil
import signal
import subprocess
import tarfile
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Final

from adapters.embedded.processes import ending_with_parent, free_port
from tests.builders.process import ROOT
from tools.kafka_broker import cache

VERSION: Final = "26.7.3"
REALM: Final = ROOT / "keycloak" / "northmoor-realm.json"
PASSWORD: Final = "to-try-things-out"
_START_SECONDS: Final = 300.0  # it builds itself first: half a minute, where nothing else runs


class NoKeycloak(Exception):
    """No Keycloak is to be had here; the text says why."""


class Keycloak:
    """One Keycloak with our realm, whose client may send people back to one address alone."""

    source = f"Keycloak {VERSION} from Maven Central"

    def __init__(self, redirect: str) -> None:
        """Raises NoKeycloak."""
        missing = [tool for tool in ("java", "mvn") if shutil.which(tool) is None]
        if missing:
            raise NoKeycloak(f"no {' and no '.join(missing)} on this machine")
        archive = _archive()
        self.folder = Path(tempfile.mkdtemp(prefix="icr-keycloak-"))
        with tarfile.open(archive) as packed:
            packed.extractall(self.folder, filter="data")
        self._home = self.folder / f"keycloak-{VERSION}"
        realm: dict[str, Any] = json.loads(REALM.read_text())
        realm["clients"][0]["redirectUris"] = [redirect]
        (self._home / "data" / "import").mkdir(parents=True)
        (self._home / "data" / "import" / REALM.name).write_text(json.dumps(realm))
        self.port, self._management = free_port(), free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The issuer's name for itself."""
        return f"http://127.0.0.1:{self.port}/realms/northmoor"

    def start(self) -> None:
        """Start it and wait until it answers; it builds itself first. Raises RuntimeError, with its last words."""
        log = self.folder / "keycloak.log"
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [
                    self._home / "bin" / "kc.sh", "start-dev", "--import-realm", "--http-host=127.0.0.1", f"--http-port={self.port}",
                    f"--http-management-port={self._management}", "--cache=local",
                ],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
                env={"PATH": "/usr/bin:/bin", "HOME": str(self.folder), "JAVA_OPTS_APPEND": "-Xmx512m -XX:TieredStopAtLevel=1"},
                preexec_fn=ending_with_parent(signal.SIGKILL),  # noqa: PLW1509
            )  # fmt: skip
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        end = time.monotonic() + _START_SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            try:
                opener.open(f"{self.url}/.well-known/openid-configuration", timeout=5).close()
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
            else:
                return
        raise RuntimeError(f"Keycloak did not start\n{log.read_text()[-2000:]}")

    def stop(self) -> None:
        """End it and remove what it kept."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)


def _archive() -> Path:
    """The distribution, fetched once. Raises NoKeycloak."""
    folder = cache().parent / "icr-test-keycloak"
    folder.mkdir(exist_ok=True)
    archive = folder / f"keycloak-quarkus-dist-{VERSION}.tar.gz"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not archive.exists():
            fresh = Path(tempfile.mkdtemp(dir=folder))
            artifact = f"org.keycloak:keycloak-quarkus-dist:{VERSION}:tar.gz"
            fetch = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"
            command = ["mvn", "-B", "-ntp", "-q", fetch, f"-Dartifact={artifact}", f"-DoutputDirectory={fresh}"]
            try:
                if subprocess.run(command, cwd=fresh, check=False, capture_output=True).returncode != 0:
                    raise NoKeycloak("Maven could not fetch Keycloak")
                (fresh / archive.name).rename(archive)
            finally:
                shutil.rmtree(fresh, ignore_errors=True)
    return archive
