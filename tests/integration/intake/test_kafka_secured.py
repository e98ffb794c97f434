"""Kafka over TLS with users and their rights: each way to log in, and each refusal in words that say what to do."""

import base64
import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest
from kafka.admin import ACLOperation, ResourceType

from adapters.codec import encode_wire
from adapters.intake.kafka.producer import KafkaProducer
from adapters.intake.kafka.topics import cluster_name
from adapters.log.keys.key_file import load_or_create
from adapters.process.clock import SystemClock
from adapters.process.kafka_security import security_of
from adapters.process.settings import load_settings
from domain.errors import Misuse
from tests.builders.nightly import by_night
from tests.builders.process import ABSENT_KAFKA, UNCHANGED, Shortened, icr, started, wait_for
from tests.builders.stream import mark
from tests.servers.plugin import NONE_TO_BE_HAD, Pool
from tests.servers.secured_kafka import ADMIN, USERS, Authority, Place, SecuredBroker, allow
from tools.kafka_broker import NoKafka

pytestmark = [pytest.mark.kafka_real, pytest.mark.slow]
EDUCATION = "icr.education.v1"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def broker(authority: Authority) -> Iterator[SecuredBroker]:
    try:
        made = SecuredBroker(authority)
    except NoKafka as error:
        pytest.skip(NONE_TO_BE_HAD + str(error))
    try:
        made.start()
        allow(made, "consumer", [ACLOperation.READ], ResourceType.TOPIC, "icr.")
        allow(made, "consumer", [ACLOperation.READ], ResourceType.GROUP, "icr")
        allow(made, "agency", [ACLOperation.WRITE], ResourceType.TOPIC, EDUCATION)
        # Of every topic, or it would depend on which refusal comes first: of a topic, or of the group.
        allow(made, "nobody", [ACLOperation.DESCRIBE], ResourceType.TOPIC, "icr.")
        yield made
    finally:
        made.stop()


@pytest.fixture
def place(broker: SecuredBroker, authority: Authority, pool: Pool, tmp_path: Path) -> Iterator[Place]:
    cluster = pool.cluster("embedded")
    url = cluster.fresh()
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    load_or_create(folder / "keys")
    made = Place(folder, url, broker, authority)
    yield made
    cluster.drop(url)


def events(place: Place, first: int, count: int) -> str:
    file = place.folder / f"{first}.jsonl"
    file.write_text("".join(json.dumps(mark(n)) + "\n" for n in range(first, first + count)))
    return str(file)


def test_users_with_rights_publish_record_and_are_told(place: Place) -> None:
    made = icr("migrate", environment=place.of(ADMIN))
    assert made.returncode == 0, made.stderr
    sent = icr("publish", events(place, 0, 20), "--to", "kafka", environment=place.of("agency"))
    assert sent.returncode == 0, sent.stderr
    done = icr("consume", "--until-end", "--json", environment=place.of("consumer"))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["accepted"] == 20
    told = icr("tell", "--until-end", environment=place.of("consumer"))
    assert told.returncode == 0, told.stderr


@pytest.mark.parametrize("worker", ["consume", "tell"])
def test_bug_a_worker_that_lasts_waited_for_a_kafka_with_users_for_ever(
    place: Place, worker: str, tmp_path: Path
) -> None:
    """Before it began it asked, without logging in, whether the broker is there."""
    assert icr("migrate", environment=place.of(ADMIN)).returncode == 0
    environment = place.of("consumer")
    with started(worker, environment=environment, log=tmp_path / "log", shortened=ABSENT_KAFKA):
        wait_for(lambda: icr("health", worker, environment=environment).returncode == 0, pause=0.3)


def test_a_certificate_stands_for_its_user(place: Place) -> None:
    assert icr("migrate", environment=place.of(ADMIN)).returncode == 0
    sent = icr("publish", events(place, 100, 5), "--to", "kafka", environment=place.by_certificate("agency"))
    assert sent.returncode == 0, sent.stderr
    done = icr("consume", "--until-end", "--json", environment=place.by_certificate("consumer"))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["accepted"] >= 5


def token_of(user: str) -> str:
    """A token that nobody has signed, which the tests' broker takes."""
    now = int(SystemClock().now().timestamp())
    parts = ({"alg": "none"}, {"sub": user, "iat": now, "exp": now + 600})
    return ".".join(base64.urlsafe_b64encode(json.dumps(one).encode()).decode().rstrip("=") for one in parts) + "."


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-512", "OAUTHBEARER"])
def test_both_libraries_log_in_by_each_mechanism(place: Place, mechanism: str, monkeypatch: pytest.MonkeyPatch) -> None:
    variables = place.of("consumer", mechanism=mechanism)
    variables["ICR_KAFKA_TOKEN_FILE"] = str(place.secret("token", token_of("consumer")))
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    security = security_of(load_settings())
    assert cluster_name(place.broker.bootstrap_servers, None, security) == place.broker.cluster
    KafkaProducer(place.broker.bootstrap_servers, embedded=False, security=security)  # which asks for its topics


def test_a_user_without_a_right_is_told_which(place: Place) -> None:
    assert icr("migrate", environment=place.of(ADMIN)).returncode == 0
    for user, right in (("consumer", "WRITE"), ("nobody", "WRITE")):
        sent = icr("publish", events(place, 200, 1), "--to", "kafka", environment=place.of(user))
        assert sent.returncode == 3
        assert EDUCATION in sent.stderr
        assert right in sent.stderr, sent.stderr
    begun = time.monotonic()
    done = icr("consume", "--until-end", environment=place.of("nobody"))
    assert time.monotonic() - begun < 60
    assert done.returncode == 3
    assert "the group icr: it needs the right READ" in done.stderr


def test_bug_the_topic_was_not_named_where_the_refusal_came_at_the_end(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert icr("migrate", environment=place.of(ADMIN)).returncode == 0
    producer = KafkaProducer(place.broker.bootstrap_servers, embedded=False, security=_security(place.of("consumer")))
    monkeypatch.setattr(producer, "_serve", lambda *_: None)  # so that no report is taken before the end
    producer.send(EDUCATION, b"k", encode_wire(mark(200)), lambda _: None)
    producer.flush()
    assert producer.failed == f"our user has no right to WRITE to {EDUCATION}"


def test_a_topic_without_the_right_to_read_is_paused_and_the_others_go_on(place: Place) -> None:
    assert icr("migrate", environment=place.of(ADMIN)).returncode == 0
    # Whoever may describe a topic is let into it by the library, and refused when it fetches.
    for kind, name in ((ResourceType.GROUP, "icr"), (ResourceType.TOPIC, "icr.housing")):
        allow(place.broker, "housing", [ACLOperation.READ], kind, name)
    allow(place.broker, "housing", [ACLOperation.DESCRIBE], ResourceType.TOPIC, "icr.")
    producer = KafkaProducer(place.broker.bootstrap_servers, embedded=False, security=_security(place.of(ADMIN)))
    for topic in (EDUCATION, "icr.housing.v1"):
        producer.send(topic, b"k", encode_wire(mark(300)), lambda _: None)
    producer.flush()
    done = icr("consume", "--until-end", "--json", environment=place.of("housing", ICR_KAFKA_GROUP="icr-other"))
    assert done.returncode == 1, done.stderr
    told = json.loads(done.stdout)
    assert told["reasons"] == {"wrong_organisation": 1}
    assert {one["topic"] for one in told["partitions"]} >= {EDUCATION}
    assert "our user has no right to READ the topic" in done.stderr


# A Kafka that lets nobody in is asked for some time, for kafka-python does not say why it gives up; why is asked as long as it takes.
LETS_NOBODY_IN: Final = {**ABSENT_KAFKA, "adapters.process.kafka_security._EXPLAIN_SECONDS": 10.0}
ASKED = pytest.mark.parametrize("shortened", [LETS_NOBODY_IN, by_night(UNCHANGED)], ids=["soon", "as-it-is"])


@ASKED
def test_a_wrong_password_is_named(place: Place, shortened: Shortened) -> None:
    wrong = place.of("consumer", password="not-the-secret")
    done = icr("consume", "--until-end", environment=wrong, shortened=shortened)
    assert done.returncode == 3
    assert "does not accept our user name, password" in done.stderr
    assert "secret" not in done.stderr


@ASKED
def test_a_certificate_that_nobody_vouches_for_is_named(place: Place, shortened: Shortened, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = place.of("agency", ICR_KAFKA_CA_FILE=str(Authority(tmp_path / "other").file))
    done = icr("publish", events(place, 400, 1), "--to", "kafka", environment=other, shortened=shortened)
    assert done.returncode == 3
    assert "vouches" in done.stderr


def _security(variables: Mapping[str, str]):  # type: ignore[no-untyped-def]
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        return security_of(load_settings())


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"ICR_KAFKA_SASL_MECHANISM": ""}, "says which"),
        (
            {"ICR_KAFKA_SECURITY_PROTOCOL": "SASL_PLAINTEXT", "ICR_KAFKA_SASL_MECHANISM": "PLAIN"},
            "needs kafka_security",
        ),
        ({"ICR_KAFKA_USERNAME": ""}, "needs kafka_username"),
        ({"ICR_KAFKA_PASSWORD_FILE": "/nowhere"}, "cannot be read"),
        ({"ICR_KAFKA_CA_FILE": "/nowhere"}, "cannot be read"),
        ({"ICR_KAFKA_CERTIFICATE_FILE": "/nowhere"}, "go together"),
        ({"ICR_KAFKA_SASL_MECHANISM": "OAUTHBEARER"}, "needs kafka_token_file"),
    ],
)
def test_settings_that_do_not_fit_together_are_refused(place: Place, given: Mapping[str, str], words: str) -> None:
    with pytest.raises(Misuse, match=words):
        _security(place.of("consumer") | dict(given))


def test_a_secret_that_others_may_read_is_refused_and_none_is_shown(place: Place) -> None:
    security = _security(place.of("consumer"))
    assert USERS["consumer"] not in repr(security)
    file = place.secret("open", "shown to all", mode=0o644)
    with pytest.raises(Misuse, match="chmod 600"):
        _security(place.of("consumer", ICR_KAFKA_PASSWORD_FILE=str(file)))
