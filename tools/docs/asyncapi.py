"""The topics as an AsyncAPI 3.0 document, made from the registry: which messages stand on which topic, in which form.

Payloads are references to the schema files themselves, so nothing is said twice (AsyncAPI 3.0.0, Multi Format Schema).
"""

import json
from typing import Any, Final

from adapters.api.shapes import shapes_of
from adapters.intake.kafka.topics import BACKFILL_TOPICS, PUBLISHER_PARTITIONS, TOPICS
from adapters.process.settings import TOPIC_ORGANISATIONS
from domain.answers.agencies import EventFeedback, ReplayRequested
from schemas.registry import SHARED, Schema, registry

PAGE: Final = "asyncapi.json"
_AVRO: Final = "application/vnd.apache.avro+json;version=1.12.0"


def pages() -> dict[str, str]:
    """The document by its path below `docs/`."""
    return {PAGE: json.dumps(document(), indent=1, ensure_ascii=False) + "\n"}


def document() -> dict[str, Any]:
    """The AsyncAPI document: every topic, every version of every event type."""
    schemas = sorted(registry().by_fingerprint.values(), key=lambda s: (s.event_type, s.version))
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Integrated child record: events",
            "version": registry().digest[:12],
            "description": (
                "Topics that agencies publish to. Each publisher has two under the name of each of its sectors, written by it alone: "
                "events of mode backfill and snapshot have their own, which is read when there is time. The same names without a "
                "publisher are shared, and are read only where an operator has said so. A publisher is told on a topic of its own "
                "what became of its events: docs/feedback.md. Each message is one event in Avro's single-object encoding "
                "(C3 01, the schema's CRC-64-AVRO fingerprint, the body), keyed so that one child's events keep their order. "
                "What becomes of an event: docs/schemas.md, docs/events.md."
            ),
        },
        "defaultContentType": "avro/binary",
        "channels": {
            **{topic: _channel(sector, topic, schemas, "live") for sector, topic in TOPICS.items()},
            **{
                topic: _channel(sector, topic, schemas, "backfill or snapshot")
                for sector, topic in BACKFILL_TOPICS.items()
            },
            "feedback": _FEEDBACK,
            "feedback_by_organisation": _FEEDBACK_BY_ORGANISATION,
        },
        "operations": {
            **{f"receive_{sector}": _receive(topic) for sector, topic in TOPICS.items()},
            **{f"receive_{sector}_backfill": _receive(topic) for sector, topic in BACKFILL_TOPICS.items()},
            "tell": {
                "action": "send",
                "summary": "What became of a publisher's events, at least once and in order, where the topic is there.",
                "channel": {"$ref": "#/channels/feedback"},
            },
            "tell_an_organisation": {
                "action": "send",
                "summary": "What became of an organisation's events, the same, where that topic is there.",
                "channel": {"$ref": "#/channels/feedback_by_organisation"},
            },
        },
        "components": {
            "messages": {
                **{_name(schema): _message(schema) for schema in schemas},
                **{shape.__name__: _told(shape) for shape in (EventFeedback, ReplayRequested)},
            }
        },
    }


_PUBLISHER: Final = {"publisher": {"description": "The name of the publisher, for example northmoor-mis"}}
_TOLD: Final = {
    shape.__name__: {"$ref": f"#/components/messages/{shape.__name__}"} for shape in (EventFeedback, ReplayRequested)
}
_FEEDBACK: Final[dict[str, Any]] = {
    "address": "icr.feedback.v1.{publisher}",
    "description": "Of all its organisations; read by that publisher alone; keyed by organisation, so that the order is kept.",
    "parameters": _PUBLISHER,
    "messages": _TOLD,
}
_FEEDBACK_BY_ORGANISATION: Final[dict[str, Any]] = {
    "address": "icr.feedback.{organisation}.v1",
    "description": "Read by that organisation alone; keyed by its code, so that the order is kept.",
    "parameters": {"organisation": {"description": "The source organisation of the events, for example urn-900001"}},
    "messages": _TOLD,
}


def _receive(topic: str) -> dict[str, Any]:
    return {
        "action": "receive",
        "summary": "Recorded once by (source organisation, event id), or kept in quarantine with its reason.",
        "channel": {"$ref": f"#/channels/{topic}"},
    }


def _told(shape: type) -> dict[str, Any]:
    parts = shapes_of([shape], f"#/components/messages/{shape.__name__}/payload/$defs/{{model}}")
    return {
        "name": shape.__name__,
        "title": shape.__name__,
        "summary": (shape.__doc__ or "").strip(),
        "contentType": "application/json",
        "payload": {**parts.pop(shape.__name__), **({"$defs": parts} if parts else {})},
    }


def _channel(sector: str, topic: str, schemas: list[Schema], modes: str) -> dict[str, Any]:
    there = [schema for schema in schemas if schema.sector in (sector, SHARED)]
    return {
        "address": f"{topic}.{{publisher}}",
        "description": (
            f"Events of mode {modes}, of organisations {', '.join(TOPIC_ORGANISATIONS[sector])} unless configured otherwise, and "
            f"of those alone that belong to the publisher. Shared, where that is on: {topic}."
        ),
        "parameters": _PUBLISHER,
        "messages": {_name(schema): {"$ref": f"#/components/messages/{_name(schema)}"} for schema in there},
        "bindings": {"kafka": {"partitions": PUBLISHER_PARTITIONS}},
    }


def _message(schema: Schema) -> dict[str, Any]:
    return {
        "name": schema.event_type,
        "title": f"{schema.event_type}, version {schema.version}",
        "summary": str(schema.document["doc"]),
        "contentType": "avro/binary",
        "payload": {"schemaFormat": _AVRO, "schema": {"$ref": f"../schemas/{schema.file}"}},
        "x-fingerprint": schema.fingerprint.hex(),
        "x-disclosure": schema.effect.disclosure,
        "x-retention": schema.effect.retention,
    }


def _name(schema: Schema) -> str:
    return f"{schema.event_type}.v{schema.version}"
