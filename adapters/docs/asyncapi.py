"""The topics as an AsyncAPI 3.0 document, made from the registry: which messages stand on which topic, in which form.

Payloads are references to the schema files themselves, so nothing is said twice (AsyncAPI 3.0.0, Multi Format Schema).
"""

import json
from typing import Any, Final

from adapters.kafka.topics import PARTITIONS, TOPICS
from adapters.settings import TOPIC_ORGANISATIONS
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
                "Topics that agencies publish to, one a sector. Each message is one event in Avro's single-object encoding "
                "(C3 01, the schema's CRC-64-AVRO fingerprint, the body), keyed so that one child's events keep their order. "
                "What becomes of an event: docs/schemas.md, docs/events.md."
            ),
        },
        "defaultContentType": "avro/binary",
        "channels": {topic: _channel(sector, topic, schemas) for sector, topic in TOPICS.items()},
        "operations": {
            f"receive_{sector}": {
                "action": "receive",
                "summary": "Recorded once by (source organisation, event id), or kept aside with its reason.",
                "channel": {"$ref": f"#/channels/{topic}"},
            }
            for sector, topic in TOPICS.items()
        },
        "components": {"messages": {_name(schema): _message(schema) for schema in schemas}},
    }


def _channel(sector: str, topic: str, schemas: list[Schema]) -> dict[str, Any]:
    there = [schema for schema in schemas if schema.sector in (sector, SHARED)]
    return {
        "address": topic,
        "description": f"Published to by organisations {', '.join(TOPIC_ORGANISATIONS[sector])}, unless configured otherwise.",
        "messages": {_name(schema): {"$ref": f"#/components/messages/{_name(schema)}"} for schema in there},
        "bindings": {"kafka": {"topic": topic, "partitions": PARTITIONS}},
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
