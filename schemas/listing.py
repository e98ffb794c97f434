"""The event contract as it is listed: each schema in one line, the same by the API and by `icr schemas list --json`."""

from typing import Any

from schemas.registry import Registry, Schema


def listed(contract: Registry) -> dict[str, Any]:
    """The digest of the contract and every schema, by event type, oldest version first."""
    every = [schema for event_type in contract.types for schema in contract.versions(event_type)]
    return {"digest": contract.digest, "schemas": [line_of(contract, schema) for schema in every]}


def line_of(contract: Registry, schema: Schema) -> dict[str, Any]:
    """One schema with its fingerprint, and how it acts on the timeline."""
    return {
        "event_type": schema.event_type,
        "version": schema.version,
        "newest": schema is contract.newest[schema.event_type],
        "sector": schema.sector,
        "fingerprint": schema.fingerprint.hex(),
        "file": f"schemas/{schema.file}",
        "act": schema.effect.act.name.lower(),
        "kind": schema.effect.kind,
        "key": list(schema.effect.key),
        "disclosure": schema.effect.disclosure,
        "retention": schema.effect.retention,
    }
