"""docker-compose.yml and Dockerfile without an engine: valid, nothing undefined, and each command of ours runs."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from adapters.embedded.binaries import locale, major, packaged_binaries
from adapters.embedded.postgres import PostgresServer
from adapters.embedded.processes import free_port
from adapters.process.issuers import check_issuers, read_issuers
from adapters.process.settings import SETTINGS
from tests.builders.nightly import ON_THE_REAL_ONES
from tests.builders.process import icr
from tests.servers.kafka import RealKafka
from tests.servers.keycloak import REALM, VERSION
from tests.servers.plugin import Stack

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
LASTING = {name: service for name, service in OURS.items() if "healthcheck" in service}
KEYCLOAK_FILE = "docker-compose.keycloak.yml"
DOCKERFILE = (ROOT / "Dockerfile").read_text()
BIN = Path(sys.executable).parent


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=60)


def test_the_file_is_valid_by_the_compose_schema() -> None:
    checked = run(BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml")
    assert checked.returncode == 0, checked.stdout


def test_the_file_with_keycloak_is_valid_and_fits_its_realm() -> None:
    """Its issuer is one that the settings take, and its realm sends people back to where they are then at home."""
    checked = run(BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", KEYCLOAK_FILE)
    assert checked.returncode == 0, checked.stdout
    services = yaml.safe_load((ROOT / KEYCLOAK_FILE).read_text())["services"]
    serve, keycloak = services["serve"], services["keycloak"]
    assert services.keys() - SERVICES.keys() == {"keycloak"}
    assert set(serve["environment"]) <= {f"ICR_{name.upper()}" for name in SETTINGS}
    (issuer,) = issuers = read_issuers(json.loads(serve["environment"]["ICR_ISSUERS"]))
    check_issuers(issuers, serve["environment"]["ICR_PUBLIC_URL"])
    assert keycloak["image"].endswith(f":{VERSION}")
    realm = json.loads(REALM.read_text())
    (client,) = realm["clients"]
    assert client["redirectUris"] == [f"{serve['environment']['ICR_PUBLIC_URL']}/signed-in/{issuer.name}"]
    assert client["clientId"] == issuer.client_id
    assert issuer.url == f"http://localhost:8080/realms/{realm['realm']}"
    assert "--hostname=http://localhost:8080" in keycloak["command"]
    assert (ROOT / keycloak["volumes"][0].split(":")[0]).is_dir()


def test_the_dockerfile_is_clean() -> None:
    checked = run(BIN / "hadolint", "Dockerfile")
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("name", SERVICES)
def test_every_reference_of_a_service_is_defined(name: str) -> None:
    service = SERVICES[name]
    for needed, condition in service.get("depends_on", {}).items():
        assert needed in SERVICES
        if condition["condition"] == "service_healthy":
            assert "healthcheck" in SERVICES[needed]
        if condition["condition"] == "service_completed_successfully":
            assert "healthcheck" not in SERVICES[needed]
    for volume in service.get("volumes", []):
        source = volume.split(":")[0]
        assert source in COMPOSE["volumes"] or (ROOT / source).exists()
    assert set(service["networks"]) <= set(COMPOSE["networks"])
    if "build" in service:
        assert (ROOT / service["build"]["context"] / service["build"]["dockerfile"]).is_file()


def test_nothing_is_defined_that_nobody_uses() -> None:
    used = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}
    assert used == set(COMPOSE["volumes"])
    assert {network for service in SERVICES.values() for network in service["networks"]} == set(COMPOSE["networks"])


def test_services_reach_each_other_by_names_that_are_services() -> None:
    for service in OURS.values():
        environment = service["environment"]
        assert environment["ICR_KAFKA_BOOTSTRAP_SERVERS"].split(":")[0] in SERVICES
        assert environment["ICR_DATABASE_URL"].split("@")[1].split(":")[0] in SERVICES


def test_variables_of_ours_are_settings() -> None:
    known = {f"ICR_{name.upper()}" for name in SETTINGS}
    for service in OURS.values():
        assert set(service["environment"]) <= known
    assert set(re.findall(r"\bICR_[A-Z_]+", DOCKERFILE)) <= known


def test_no_service_runs_as_root_or_holds_a_password() -> None:
    assert re.search(r"^USER 10001$", DOCKERFILE, re.MULTILINE)
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if "PASSWORD" in name or "DATABASE_URL" in name:
                assert "${POSTGRES_PASSWORD:?" in value


def test_what_the_dockerfile_copies_is_there_and_not_ignored() -> None:
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE):
        for source in line.split()[:-1]:
            assert (ROOT / source).exists(), source
            assert source in kept


def test_everything_but_ours_is_a_published_image_of_a_fixed_version() -> None:
    for name, service in SERVICES.items():
        assert name in OURS or re.fullmatch(r"[\w./-]+:\d[\w.-]*", service["image"])


def local(command: list[str]) -> list[str]:
    """A command of the image as it is run here: the entry point is `icr`."""
    assert 'ENTRYPOINT ["icr"]' in DOCKERFILE
    words = command if command[0] == "icr" else ["icr", *command]
    found = shutil.which("icr", path=str(BIN))
    assert found is not None
    return [found, *words[1:]]


def check_of(service: dict[str, Any]) -> list[str]:
    kind, *words = service["healthcheck"]["test"]
    assert kind == "CMD"
    return local(words)


@contextmanager
def running(command: list[str], environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()


def health(service: dict[str, Any], environment: dict[str, str]) -> int:
    return subprocess.run(check_of(service), env=environment, check=False, capture_output=True, timeout=30).returncode


@ON_THE_REAL_ONES
def test_the_one_shot_commands_do_their_work_and_end(stack: Stack) -> None:
    for name in OURS.keys() - LASTING.keys():
        done = subprocess.run(
            local(OURS[name]["command"]), env=stack.environment, check=False, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr


@ON_THE_REAL_ONES
@pytest.mark.parametrize("name", LASTING)
def test_a_service_becomes_healthy_and_ends_when_told(stack: Stack, tmp_path: Path, name: str) -> None:
    service = LASTING[name]
    environment = {**stack.environment, "ICR_HTTP_PORT": str(free_port())}
    assert health(service, environment) != 0, "healthy before it was started"
    asked = check_of(service)[1:]
    with running(local(service["command"]), environment, tmp_path / "log") as process:
        end = time.monotonic() + 60
        # Asked quickly until it is well, and then as the engine asks.
        while icr(*asked, environment=environment).returncode and time.monotonic() < end and process.poll() is None:
            time.sleep(0.2)
        said = (tmp_path / "log").read_text()[-2000:]
        assert (health(service, environment), process.poll()) == (0, None), said
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0, (tmp_path / "log").read_text()[-2000:]
    assert health(service, environment) != 0, "healthy after it ended"


@pytest.mark.kafka_real
def test_the_brokers_health_check_tells_a_running_broker_from_none(real_kafka: RealKafka) -> None:
    kind, *words = SERVICES["kafka"]["healthcheck"]["test"]
    host, port = real_kafka.bootstrap_servers.split(":")
    assert kind == "CMD"
    for at, healthy in ((port, True), (str(free_port()), False)):
        command = [word.replace("localhost/9092", f"{host}/{at}") for word in words]
        assert (subprocess.run(command, check=False, capture_output=True, timeout=30).returncode == 0) == healthy


def test_the_databases_command_and_health_check_work_with_the_server_of_that_version(tmp_path: Path) -> None:
    service = SERVICES["postgres"]
    program, *words = service["command"]
    options = dict(word.split("=", 1) for word in words if word != "-c")
    assert (program, service["image"]) == ("postgres", f"postgres:{major(packaged_binaries())}")
    assert service["environment"]["POSTGRES_INITDB_ARGS"].split()[1:] == list(locale(packaged_binaries()))
    server = PostgresServer(tmp_path / "postgres", durable=False, options=options)
    server.start()
    try:
        kind, tool, *arguments = service["healthcheck"]["test"]
        assert kind == "CMD"
        for port, healthy in ((server.port, True), (free_port(), False)):
            command = [packaged_binaries() / tool, *arguments]
            environment = {"PGHOST": "127.0.0.1", "PGPORT": str(port)}
            assert (subprocess.run(command, env=environment, check=False, timeout=30).returncode == 0) == healthy
    finally:
        server.stop()


def test_an_installed_icr_is_the_one_that_is_tested() -> None:
    assert os.access(BIN / "icr", os.X_OK)
