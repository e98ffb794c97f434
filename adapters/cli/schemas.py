"""`icr schemas check|list|show`: the event contract as it was shipped."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from domain.errors import Misuse
from schemas.listing import line_of, listed
from schemas.registry import ContractBroken, Schema, registry

app = typer.Typer(no_args_is_help=True, help="The event contract: check it, list it, show one schema.")

Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]


def _print(document: Any) -> None:  # noqa: ANN401  (any JSON value)
    typer.echo(json.dumps(document, ensure_ascii=False, indent=1))


@app.command(epilog="Example: icr schemas check")
def check(
    as_json: Json = False,
    release: Annotated[
        bool, typer.Option("--release", help="Record new schema files as released; what is recorded stays.")
    ] = False,
    folder: Annotated[
        Path | None, typer.Option(help="A folder of schemas; without it the one this program was installed with.")
    ] = None,
) -> None:
    """Check that the contract is whole and that no version breaks what agencies publish under another.

    Ends with 1 when something is found.
    """
    from schemas import compatibility

    root = folder or Path(compatibility.__file__).parent
    if not root.is_dir():
        raise Misuse("--folder names a folder of schemas")
    released: list[str] = []
    if release:
        try:
            released = compatibility.release(root)
        except ContractBroken:
            pass  # the findings below say why
        except OSError as error:
            raise Misuse(f"the folder of schemas cannot be written ({type(error).__name__})") from None
    found = compatibility.findings(root)
    if as_json:
        findings = [{"file": entry.file, "rule": entry.rule, "message": entry.message} for entry in found]
        _print({"checked": compatibility.count(root), "released": released, "findings": findings})
    else:
        for path in released:
            typer.echo(f"released  {path}")
        for entry in found:
            typer.echo(f"{entry.file}: {entry.rule}: {entry.message}")
        typer.echo(f"{compatibility.count(root)} schema files, {len(found)} findings")
    if found:
        raise typer.Exit(1)


@app.command("list", epilog="Example: icr schemas list")
def list_(as_json: Json = False) -> None:
    """List every schema with its fingerprint and how it acts on the timeline."""
    found = listed(registry())
    if as_json:
        _print(found)
        return
    for line in found["schemas"]:
        name = f"{line['event_type']} v{line['version']}"
        key = " > ".join(line["key"])
        typer.echo(
            f"{name:<34}{line['fingerprint']}  {line['sector']:<12}{line['act']:<16}{line['retention']:<14}{key}"
        )


def _find(name: str, version: int | None) -> Schema:
    contract = registry()
    by_fingerprint = {schema.fingerprint.hex(): schema for schema in contract.by_fingerprint.values()}
    schema = by_fingerprint.get(name.lower()) or contract.find(name, version)
    if schema is None:
        if name in contract.newest:
            raise Misuse(f"{name} has no version {version}")
        raise Misuse("no such event type or fingerprint: see `icr schemas list`")
    return schema


@app.command(epilog="Example: icr schemas show PupilAdmitted --version 1")
def show(
    name: Annotated[str, typer.Argument(metavar="EVENT_TYPE|FINGERPRINT")],
    version: Annotated[int | None, typer.Option(help="The version; without it the newest.")] = None,
    as_json: Json = False,
) -> None:
    """Show one schema: its fields in words, or the Avro document itself with --json."""
    schema = _find(name, version)
    if as_json:
        _print({**line_of(registry(), schema), "schema": schema.document})
        return
    from schemas.shape import describe, shape, walk

    record = shape(schema)
    typer.echo(f"{schema.event_type} v{schema.version}  {schema.fingerprint.hex()}  schemas/{schema.file}")
    typer.echo(record.doc)
    for path, entry in walk(record):
        need = "optional" if entry.optional else "required"
        typer.echo(f"  {path:<44}{describe(entry.shape):<22}{need:<10}{entry.doc}")
