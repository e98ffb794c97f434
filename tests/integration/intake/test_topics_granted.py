"""`icr topics` on a Kafka with users and rights: each publisher writes to its own topics alone, and is told on its own alone."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from kafka import KafkaConsumer, TopicPartition
from kafka.admin import ACLOperation, ResourceType
from kafka.errors import GroupAuthorizationFailedError

from adapters.log.keys.key_file import load_or_create
from tests.builders.process import icr
from tests.builders.stream import mark
from tests.servers.plugin import NONE_TO_BE_HAD, Pool
from tests.servers.secured_kafka import ADMIN, USERS, Authority, Place, SecuredBroker, allow
from tools.docs.reference import example, walk
from tools.kafka_broker import NoKafka
from tools.main import app

pytestmark = [pytest.mark.kafka_real, pytest.mark.slow]
COMMANDS = dict(walk(typer.main.get_command(app), ("icr",)))
PUBLISHERS = """
reader = "User:consumer"

[[publishers]]
name = "northmoor-mis"
principal = "User:agency"
sectors = ["education"]
organisations = ["urn-900001"]

[[publishers]]
name = "northmoor-homes"
principal = "User:housing"
sectors = ["housing"]
organisations = ["la-808"]
"""
MIS, MIS_FEEDBACK = "icr.education.v1.northmoor-mis", "icr.feedback.v1.northmoor-mis"


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecuredBroker]:
    try:
        made = SecuredBroker(Authority(tmp_path_factory.mktemp("authority")))
    except NoKafka as error:
        pytest.skip(NONE_TO_BE_HAD + str(error))
    try:
        made.start()
        allow(made, "consumer", [ACLOperation.READ], ResourceType.GROUP, "icr")
        yield made
    finally:
        made.stop()


@pytest.fixture
def place(broker: SecuredBroker, pool: Pool, tmp_path: Path) -> Iterator[Place]:
    """Where the topics of two publishers are granted."""
    cluster = pool.cluster("embedded")
    url = cluster.fresh()
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    load_or_create(folder / "keys")
    (folder / "publishers.toml").write_text(PUBLISHERS)
    made = Place(folder, url, broker, broker.authority)
    assert topics(made, "grant")[0] == 0
    yield made
    cluster.drop(url)


def of(place: Place, user: str) -> dict[str, str]:
    """Variables of a user, where no shared topics are on."""
    return place.of(user) | {"ICR_SHARED_TOPICS": "false", "ICR_PUBLISHERS_FILE": str(place.folder / "publishers.toml")}


def topics(place: Place, *arguments: str, user: str = ADMIN) -> tuple[int, Any]:
    """Exit code of `icr topics`, and what it says of each publisher."""
    done = icr("topics", *arguments, "--json", environment=of(place, user))
    assert done.stdout, done.stderr
    return done.returncode, {one["name"]: one for one in json.loads(done.stdout)["publishers"]}


def send(place: Place, user: str, publisher: str, *events: dict[str, Any]) -> Any:
    """What `icr publish` says, of events as they are."""
    file = place.folder / f"{user}.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in events))
    return icr("publish", str(file), "--to", "kafka", "--publisher", publisher, environment=of(place, user))


def test_what_is_missing_is_shown_and_made_once(place: Place) -> None:
    code, found = topics(place, "list")
    assert (code, sorted(found)) == (0, ["northmoor-homes", "northmoor-mis"])
    assert found["northmoor-mis"]["topics"] == [MIS, "icr.education.backfill.v1.northmoor-mis", MIS_FEEDBACK]
    more = PUBLISHERS + PUBLISHERS.partition("\n\n")[2].partition("\n\n")[0].replace("northmoor-mis", "new").replace(
        "User:agency", "User:new"
    )
    (place.folder / "publishers.toml").write_text(more)
    for line in ("list", "grant --dry-run"):
        code, found = topics(place, *line.split())
        new = found["new"]
        assert len(new["missing_topics"]) == 3
        assert new["missing_rights"] == new["rights"]
        assert {right["operation"] for right in new["rights"] if right["principal"] == "User:new"} == {
            "WRITE",
            "DESCRIBE",
            "READ",
        }
        assert code == (1 if line == "list" else 0)
    assert topics(place, "grant", "new")[0] == 0
    assert topics(place, "list")[0] == 0


def test_each_publishes_what_is_its_own_and_is_told_of_it(place: Place) -> None:
    sent = send(place, "agency", "northmoor-mis", mark(1), mark(2, organisation="urn-900002"))
    assert sent.returncode == 0, sent.stderr
    done = icr("consume", "--until-end", "--json", environment=of(place, "consumer"))
    counts = json.loads(done.stdout)
    assert (counts["accepted"], counts["reasons"]) == (1, {"wrong_organisation": 1}), done.stderr
    told = icr("tell", "--until-end", environment=of(place, "consumer"))
    assert told.returncode == 0, told.stderr
    assert [(one["organisation"], one["outcome"]) for one in read(place, "agency", MIS_FEEDBACK)] == [
        ("urn-900001", "accepted"), ("urn-900001", "kept"),
    ]  # fmt: skip
    with pytest.raises(GroupAuthorizationFailedError):
        read(place, "housing", MIS_FEEDBACK)
    # Out of the group too; of that the library says nothing, and gives nothing.
    assert read(place, "housing", MIS_FEEDBACK, group=None) == []


def test_nobody_writes_to_anothers_topics_nor_to_shared_ones(place: Place) -> None:
    for user in ("housing", "nobody"):
        sent = send(place, user, "northmoor-mis", mark(3))
        assert sent.returncode == 3
        assert MIS in sent.stderr
    shared = icr("publish", str(place.folder / "housing.jsonl"), "--to", "kafka", environment=of(place, "agency"))
    assert (shared.returncode, "icr topics grant" in shared.stderr) == (3, True)


def test_whoever_may_write_there_too_is_named(place: Place) -> None:
    allow(place.broker, "nobody", [ACLOperation.WRITE], ResourceType.TOPIC, "icr.education.")
    try:
        for line in ("grant", "list"):
            code, found = topics(place, line)
            assert code == 1
            assert {(one["principal"], one["pattern"]) for one in found["northmoor-mis"]["others"]} == {
                ("User:nobody", "icr.education.*")
            }
            assert found["northmoor-homes"]["others"] == []
    finally:
        _forbid(place.broker)


def test_a_user_who_may_not_grant_is_told_so(place: Place) -> None:
    done = icr("topics", "grant", environment=of(place, "agency"))
    assert done.returncode == 3
    assert "our user may not do this" in done.stderr


@pytest.mark.parametrize("command", ["icr topics list", "icr topics grant"])
def test_the_example_of_its_help_works(place: Place, command: str) -> None:
    line = example(COMMANDS[tuple(command.split())])
    assert line is not None
    done = icr(*line.split()[1:], environment=of(place, ADMIN))
    assert (done.returncode, bool(done.stdout)) == (0, True), done.stderr


@pytest.mark.parametrize(
    ("arguments", "changed", "said"),
    [
        (["grant", "nobody-here"], {}, "no publishers of the file"),
        (["grant"], {"ICR_PUBLISHERS_FILE": ""}, "ICR_PUBLISHERS_FILE is not set"),
        (["grant"], {"ICR_KAFKA_BOOTSTRAP_SERVERS": "", "ICR_KAFKA_SECURITY_PROTOCOL": ""}, "a real Kafka"),
        (["grant", "--reader", "consumer"], {}, "principal"),
    ],
)
def test_wrong_use_is_told(place: Place, arguments: list[str], changed: dict[str, str], said: str) -> None:
    done = icr("topics", *arguments, environment=of(place, ADMIN) | changed)
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr


def read(place: Place, user: str, topic: str, group: str | None = "icr-feedback-northmoor-mis") -> list[Any]:
    """All that a user reads on a topic, in the group of its publisher or in none."""
    consumer = KafkaConsumer(
        bootstrap_servers=place.broker.bootstrap_servers, group_id=group, auto_offset_reset="earliest",
        enable_auto_commit=False, security_protocol="SASL_SSL", ssl_cafile=str(place.authority.file),
        sasl_mechanism="SCRAM-SHA-512", sasl_plain_username=user, sasl_plain_password=USERS[user],
    )  # fmt: skip
    try:
        partition = TopicPartition(topic, 0)
        consumer.assign([partition])
        consumer.seek_to_beginning(partition)
        found = consumer.poll(5000)
        return [json.loads(one.value) for records in found.values() for one in records]
    finally:
        consumer.close()


def _forbid(broker: SecuredBroker) -> None:
    from kafka.admin import ACLFilter, ACLPermissionType, ResourcePatternFilter
    from kafka.admin import ACLResourcePatternType as PatternType

    admin = broker.admin()
    pattern = ResourcePatternFilter(ResourceType.TOPIC, "icr.education.", PatternType.PREFIXED)
    admin.delete_acls([ACLFilter("User:nobody", "*", ACLOperation.WRITE, ACLPermissionType.ALLOW, pattern)])
    admin.close()
