"""The compatibility gate: one fault at a time is put into a copy of the contract, and each is found."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import schemas
from schemas.compatibility import Finding, count, findings, incompatibilities, release
from schemas.registry import ContractBroken

SHIPPED = Path(schemas.__file__).parent
ADMITTED = "education/pupil_admitted.v2.avsc"
DIED = "health/death_notified.v1.avsc"
MARKED = "education/attendance_marked.v1.avsc"

Edit = Callable[[dict[str, Any]], object]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped schemas, to be spoilt."""
    copy = tmp_path / "schemas"
    shutil.copytree(SHIPPED, copy, ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    return copy


def edit(path: Path, change: Edit) -> None:
    document = json.loads(path.read_text())
    change(document)
    path.write_text(json.dumps(document, indent=1))


def field(document: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(entry for entry in document["fields"] if entry["name"] == name)
    return found


def drop(name: str) -> Edit:
    return lambda document: document["fields"].remove(field(document, name))


def put(name: str, /, **changes: Any) -> Edit:
    return lambda document: field(document, name).update(changes)


def add(entry: dict[str, Any], at: int | None = None) -> Edit:
    return lambda document: document["fields"].insert(len(document["fields"]) if at is None else at, entry)


def rules(found: list[Finding]) -> set[tuple[str, str]]:
    return {(entry.file, entry.rule) for entry in found if entry.rule != "released"}


def test_the_shipped_contract_is_whole() -> None:
    assert findings() == []
    assert count(SHIPPED) == len(json.loads((SHIPPED / "released.json").read_text()))


NOTE = {"name": "description", "type": ["null", "string"], "doc": "A note.", "default": None}


@pytest.mark.parametrize(
    ("file", "change", "rule"),
    [
        # Between versions.
        (ADMITTED, drop("school"), "compatibility"),
        (ADMITTED, drop("enrolment_status"), None),
        (ADMITTED, add({"name": "description", "type": "string", "doc": "Required."}), "compatibility"),
        (ADMITTED, add({"name": "description", "type": "string", "doc": "Has a default.", "default": ""}), None),
        (ADMITTED, put("school", type="long"), "compatibility"),
        (ADMITTED, put("school", name="provider"), "compatibility"),
        (ADMITTED, put("recorded_at", type={"type": "int", "logicalType": "date"}), "compatibility"),
        # Avro itself takes a day for any other number; we do not.
        (ADMITTED, put("recorded_at", type="long"), "compatibility"),
        # Within a file.
        (DIED, put("status", doc=""), "doc"),
        (DIED, lambda document: document.pop("doc"), "doc"),
        (DIED, put("status", default="formal"), "default"),
        (DIED, lambda document: field(document, "status").pop("default"), "default"),
        (DIED, put("status", type=["string", "null"], default="x"), "default"),
        (DIED, add({"name": "count", "type": "int", "doc": "Not a number.", "default": "many"}), "form"),
        (DIED, add({"name": "sure", "type": "boolean", "doc": "Not a boolean.", "default": 1}), "form"),
        (DIED, put("status", aliases=["state"]), "alias"),
        (DIED, lambda document: document.update(aliases=["Died"]), "alias"),
        (DIED, lambda document: field(document, "mode")["type"].pop("default"), "enum"),
        (DIED, lambda document: field(document, "mode")["type"].update(default="later"), "form"),
        (DIED, put("mode", default="later"), "default"),
        (DIED, put("status", type="bytes", default=""), "form"),
        (DIED, drop("basis"), "envelope"),
        (DIED, add(NOTE, 0), "envelope"),
        (DIED, put("reference", type="string", default=""), "envelope"),
        (MARKED, add(NOTE), "marks"),
        ("education/pupil_removed_from_roll.v1.avsc", drop("ground"), "effects"),
    ],
)  # fmt: skip
def test_a_fault_is_found(folder: Path, file: str, change: Edit, rule: str | None) -> None:
    edit(folder / file, change)
    found = findings(folder)
    assert Finding(file, "released", "was released and its text has changed; make a new version instead") in found or (
        Finding(file, "released", "was released and is another schema now; make a new version instead") in found
    )
    if rule is None:
        assert rules(found) == set()
    else:
        assert rule in {name for _, name in rules(found)}


def test_both_directions_are_checked() -> None:
    text = {"type": "record", "name": "R", "fields": [{"name": "f", "type": "string"}]}
    wide = {"type": "record", "name": "R", "fields": [{"name": "f", "type": ["null", "string"]}]}
    assert incompatibilities(reader=wide, writer=text) == []
    assert incompatibilities(reader=text, writer=wide)


def test_every_pair_of_versions_is_checked_not_only_neighbours(folder: Path) -> None:
    """v2 drops an optional field; v3 brings its name back as another type: no neighbour differs, v1 and v3 do."""
    first = json.loads((folder / "education" / "pupil_admitted.v1.avsc").read_text())
    second = json.loads((folder / ADMITTED).read_text())
    drop("enrolment_status")(second)
    (folder / ADMITTED).write_text(json.dumps(second))
    third = json.loads(json.dumps(second))
    number = {"name": "enrolment_status", "type": ["null", "long"], "doc": "Now a number.", "default": None}
    third["fields"].append(number)
    assert incompatibilities(reader=third, writer=second) == []
    assert incompatibilities(reader=first, writer=third)
    (folder / "education" / "pupil_admitted.v3.avsc").write_text(json.dumps(third))
    found = [entry for entry in findings(folder) if entry.rule == "compatibility"]
    assert {entry.file.partition(".v")[2][0] for entry in found} == {"1", "3"}


def test_versions_have_no_gap(folder: Path) -> None:
    (folder / ADMITTED).rename(folder / "education" / "pupil_admitted.v3.avsc")
    assert ("education/pupil_admitted.v3.avsc", "versions") in rules(findings(folder))


def test_a_repeated_key_in_a_schema_is_found(folder: Path) -> None:
    path = folder / DIED
    path.write_text(path.read_text().replace('"type": "record",', '"type": "record", "type": "record",', 1))
    assert (DIED, "form") in rules(findings(folder))


@pytest.mark.parametrize("content", [b"", b"not json", b"[]", b"\xff\xfe", b"null"])
def test_a_file_that_is_no_schema_is_found(folder: Path, content: bytes) -> None:
    (folder / DIED).write_bytes(content)
    assert (DIED, "form") in rules(findings(folder))


@pytest.mark.parametrize("content", ["[BirthNotified]\n", "[", 'act = "start"', '[A]\nact = "jump"\nkind = "x"'])
def test_an_effects_table_that_cannot_be_read_is_found(folder: Path, content: str) -> None:
    (folder / "effects.toml").write_text(content)
    assert [entry.rule for entry in findings(folder)] == ["effects"]


@pytest.mark.parametrize("name", ["disclosure", "retention"])
def test_a_class_that_nobody_knows_is_found(folder: Path, name: str) -> None:
    table = (folder / "effects.toml").read_text()
    (folder / "effects.toml").write_text(table.replace(f'{name} = "housing"', f'{name} = "houzing"', 1))
    assert ("effects.toml", name) in rules(findings(folder))


def test_an_effects_row_without_schema_is_found(folder: Path) -> None:
    (folder / DIED).unlink()
    found = findings(folder)
    assert ("effects.toml", "registry") in rules(found)
    assert Finding(DIED, "released", "was released and is gone; what was published under it could not be read") in found


def test_a_new_version_is_released_once_and_then_stands(folder: Path) -> None:
    before = json.loads((folder / "released.json").read_text())
    document = json.loads((folder / DIED).read_text())
    add(NOTE)(document)
    new = "health/death_notified.v2.avsc"
    (folder / new).write_text(json.dumps(document))
    assert [(entry.file, entry.rule) for entry in findings(folder)] == [(new, "released")]
    assert release(folder) == [new]
    assert findings(folder) == []
    after = json.loads((folder / "released.json").read_text())
    assert {path: after[path] for path in before} == before
    assert release(folder) == []
    put("description", doc="Other words.")(document)
    (folder / new).write_text(json.dumps(document))
    assert [entry.rule for entry in findings(folder)] == ["released"]
    with pytest.raises(ContractBroken):
        release(folder)


def test_nothing_is_released_while_something_is_wrong(folder: Path) -> None:
    before = (folder / "released.json").read_text()
    document = json.loads((folder / DIED).read_text())
    add(NOTE | {"doc": ""})(document)
    (folder / "health" / "death_notified.v2.avsc").write_text(json.dumps(document))
    with pytest.raises(ContractBroken, match="has no doc"):
        release(folder)
    assert (folder / "released.json").read_text() == before


@pytest.mark.parametrize("content", [None, b"", b"{"])
def test_a_missing_record_of_releases_is_found(folder: Path, content: bytes | None) -> None:
    path = folder / "released.json"
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    assert Finding("released.json", "released", "cannot be read") in findings(folder)


def test_a_fingerprint_that_is_recorded_wrongly_is_found(folder: Path) -> None:
    """At a start the recorded ones are believed; here they are not."""
    path = folder / "released.json"
    released = json.loads(path.read_text())
    released[DIED]["fingerprint"] = "0123456789abcdef"
    path.write_text(json.dumps(released))
    message = "was released and is another schema now; make a new version instead"
    assert Finding(DIED, "released", message) in findings(folder)


def test_a_text_without_a_class_is_found(folder: Path) -> None:
    edit(folder / DIED, add({"name": "remark", "type": ["null", "string"], "doc": "A remark.", "default": None}))
    message = f"{DIED}: remark has no class in texts.toml; no class, not recorded"
    assert Finding(DIED, "texts", message) in findings(folder)


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ('staff_id = "staff"\n', ""),
        ('staff_id = "staff"', 'staff_id = "anything"'),
        ('staff_id = "staff"', 'staff_id = "staff"\nbadge = "code"'),
        ('form = "place"', 'form = "any"'),
        ("[class.place]", "[class.place"),
    ],
)
def test_a_fault_of_the_table_of_texts_is_found(folder: Path, was: str, now: str) -> None:
    table = folder / "texts.toml"
    assert was in table.read_text()
    table.write_text(table.read_text().replace(was, now))
    assert "texts" in {rule for _, rule in rules(findings(folder))}
