"""What the names of topics say."""

import pytest

from adapters.intake.kafka.topics import SHARED_TOPICS, TopicName, is_backfill, topic_for, topic_name, topics_of
from adapters.process.publishers import Publisher

MIS = Publisher(
    name="northmoor-mis", principal="User:mis", sectors=("education", "early_years"), organisations=("urn-900001",)
)


def test_a_publisher_has_two_topics_under_each_of_its_sectors() -> None:
    assert topics_of(MIS) == (
        "icr.education.v1.northmoor-mis",
        "icr.education.backfill.v1.northmoor-mis",
        "icr.early_years.v1.northmoor-mis",
        "icr.early_years.backfill.v1.northmoor-mis",
    )


def test_a_name_is_read_as_it_was_written() -> None:
    for sector in ("education", "early_years"):
        for mode in (None, "snapshot"):
            for publisher in (None, "northmoor-mis"):
                topic = topic_for(sector, mode, publisher)
                assert topic_name(topic) == TopicName(sector, mode is not None, publisher)
                assert is_backfill(topic) == (mode is not None)
    assert all(topic_name(topic) is not None for topic in SHARED_TOPICS)


@pytest.mark.parametrize(
    "topic",
    [
        "icr.feedback.v1.northmoor-mis", "icr.feedback.urn-900001.v1", "icr.schools.v1.x", "icr.education.v2.x", "icr.education.v1.",
        "icr.education.v1.X", "icr.education.v1.a.b", "xicr.education.v1.a", "icr.education.v1.a\n", "icrXeducation.v1", "",
    ],
)  # fmt: skip
def test_others_are_none_that_agencies_publish_on(topic: str) -> None:
    assert topic_name(topic) is None
    assert not is_backfill(topic)
