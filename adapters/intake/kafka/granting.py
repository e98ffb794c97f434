"""A publisher's topics and who may do what with them: made on a cluster, and held against what it has.

Rights are made before the topic, so that it never stands open. Nothing is taken from anybody: who else may write to a topic that
should be one publisher's alone is named, for a person to see to.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ResourcePattern,
    ResourcePatternFilter,
    ResourceType,
)
from kafka.admin import ACLResourcePatternType as PatternType
from kafka.errors import SecurityDisabledError

from adapters.intake.kafka.topics import feedback_topic_of, make_topics, topics_of
from adapters.process.publishers import PRINCIPAL, Publisher, Publishers
from domain.errors import IcrError, Misuse

_OPEN: Final = "this Kafka asks nobody what they may do (it has no authorizer): there a topic is nobody's own, and nothing was made"
# What gives a right away besides its own name.
_ALL: Final = frozenset({ACLOperation.ALL, ACLOperation.ANY})


class Right(NamedTuple):
    """That a principal may do something with a topic or a group."""

    principal: str
    operation: str
    kind: str
    name: str


class Other(NamedTuple):
    """Somebody else who may do with a topic what one alone should."""

    principal: str
    operation: str
    topic: str
    pattern: str  # the right's own: a topic, the beginning of a name and `*`, or `*`


@dataclass(frozen=True, slots=True)
class Granted:
    """A publisher's topics and rights: what was missing, which was made where that was asked for, and who else may."""

    publisher: Publisher
    topics: tuple[str, ...]
    missing_topics: tuple[str, ...]
    rights: tuple[Right, ...]
    missing_rights: tuple[Right, ...]
    others: tuple[Other, ...]


def group_of(publisher: Publisher) -> str:
    """The consumer group in which a publisher reads its feedback."""
    return f"icr-feedback-{publisher.name}"


def rights_of(publisher: Publisher, reader: str) -> tuple[Right, ...]:
    """All the rights that there should be to a publisher's topics."""
    own, told = publisher.principal, feedback_topic_of(publisher)
    return (
        *(Right(own, one, "TOPIC", topic) for topic in topics_of(publisher) for one in ("WRITE", "DESCRIBE")),
        *(Right(reader, one, "TOPIC", topic) for topic in topics_of(publisher) for one in ("READ", "DESCRIBE")),
        *(Right(own, one, "TOPIC", told) for one in ("READ", "DESCRIBE")),
        *(Right(reader, one, "TOPIC", told) for one in ("WRITE", "DESCRIBE")),
        Right(own, "READ", "GROUP", group_of(publisher)),
    )


def chosen(publishers: Publishers, names: Sequence[str], reader: str | None) -> tuple[list[Publisher], str]:
    """The publishers of some names, or all, and who reads. Raises Misuse."""
    if unknown := sum(name not in publishers.by_name for name in names):
        raise Misuse(f"{unknown} of these are no publishers of the file (publishers_file)")
    who = reader or publishers.reader
    if who is None:
        raise Misuse('who reads the topics? a line `reader = "User:icr"` in the file of publishers, or --reader')
    if not re.fullmatch(PRINCIPAL, who):
        raise Misuse("--reader is a principal of Kafka, as User:icr")
    return [publishers.by_name[name] for name in names or publishers.by_name], who


def look(admin: Any, publishers: Iterable[Publisher], reader: str) -> list[Granted]:  # noqa: ANN401
    """How a cluster has publishers' topics and rights. Raises IcrError where it asks nobody what they may do."""
    there, acls = set(admin.list_topics()), _allowed(admin)
    known = {_right_of(acl) for acl in acls if acl.resource_pattern.pattern_type is PatternType.LITERAL}
    found = []
    for publisher in publishers:
        topics, rights = (*topics_of(publisher), feedback_topic_of(publisher)), rights_of(publisher, reader)
        missing = tuple(topic for topic in topics if topic not in there)
        without = tuple(right for right in rights if right not in known)
        others = tuple(sorted(set(_others(publisher, reader, acls))))
        found.append(Granted(publisher, topics, missing, rights, without, others))
    return found


def grant(admin: Any, found: Sequence[Granted], partitions: int, replication: int) -> None:  # noqa: ANN401
    """Make what is missing. Raises KafkaError, and IcrError where a right could not be made."""
    rights = [right for one in found for right in one.missing_rights]
    if rights:
        made = admin.create_acls([_acl(right) for right in rights])
        if made["failed"]:
            raise IcrError(f"{len(made['failed'])} rights could not be made: {made['failed'][0].__name__}")
    make_topics(admin, [topic for one in found for topic in one.missing_topics], partitions, replication)


def _allowed(admin: Any) -> list[ACL]:  # noqa: ANN401
    anything = ResourcePatternFilter(ResourceType.ANY, None, PatternType.ANY)
    try:
        acls, _ = admin.describe_acls(ACLFilter(None, None, ACLOperation.ANY, ACLPermissionType.ALLOW, anything))
    except SecurityDisabledError:
        raise IcrError(_OPEN) from None
    return list(acls)


def _others(publisher: Publisher, reader: str, acls: Sequence[ACL]) -> Iterable[Other]:
    """Who else may write to its topics, or read what it is told."""
    alone = dict.fromkeys(topics_of(publisher), (publisher.principal, ACLOperation.WRITE))
    alone[feedback_topic_of(publisher)] = publisher.principal, ACLOperation.READ
    for acl in acls:
        if acl.resource_pattern.resource_type is not ResourceType.TOPIC:
            continue
        covers, pattern = _covering(acl)
        for topic, (owner, operation) in alone.items():
            may = acl.operation is operation or acl.operation in _ALL
            ours = operation is ACLOperation.READ and acl.principal == reader and acl.operation is ACLOperation.READ
            if may and not ours and acl.principal != owner and covers(topic):
                yield Other(acl.principal, acl.operation.name, topic, pattern)


def _covering(acl: ACL) -> tuple[Callable[[str], bool], str]:
    """Which topics a right is of, and how that is written."""
    name = str(acl.resource_pattern.resource_name)
    if acl.resource_pattern.pattern_type is PatternType.PREFIXED:
        return lambda topic: topic.startswith(name), f"{name}*"
    return lambda topic: name in ("*", topic), name


def _right_of(acl: ACL) -> Right:
    pattern = acl.resource_pattern
    return Right(acl.principal, acl.operation.name, pattern.resource_type.name, pattern.resource_name)


def _acl(right: Right) -> ACL:
    pattern = ResourcePattern(ResourceType[right.kind], right.name, PatternType.LITERAL)
    return ACL(right.principal, "*", ACLOperation[right.operation], ACLPermissionType.ALLOW, pattern)
