"""What the measurements' tests share: the Kafka that they find, and a place for what they must not leave."""

from pathlib import Path

import pytest

from tests.servers.kafka import RealKafka


@pytest.fixture(params=["embedded", pytest.param("real", marks=pytest.mark.kafka_real)])
def kafka_named(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> RealKafka | None:
    """A real broker that the settings name, or none to be had at all."""
    if request.param == "real":
        real: RealKafka = request.getfixturevalue("real_kafka")
        monkeypatch.setenv("ICR_KAFKA_BOOTSTRAP_SERVERS", real.bootstrap_servers)
        return real
    monkeypatch.delenv("ICR_KAFKA_BOOTSTRAP_SERVERS", raising=False)
    monkeypatch.setattr("shutil.which", lambda _: None)
    return None


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where everything temporary goes, here and in processes started; empty again afterwards, or something was left."""
    place = tmp_path / "scratch"
    place.mkdir()
    for folder in (place, *list(place.parents)[:2]):
        folder.chmod(0o711)  # the server's account must get through
    monkeypatch.setattr("tempfile.tempdir", str(place))
    monkeypatch.setenv("TMPDIR", str(place))
    return place
