"""The registry: every schema by its fingerprint, with its row of the effects table."""

import json
import shutil
from pathlib import Path

import pytest
from fastavro.schema import fingerprint

import schemas
import schemas.registry
from domain.effects import Act
from schemas.registry import ContractBroken, fingerprint_of, load, registry, type_name
from schemas.shape import describe, shape, shape_of, walk

SHIPPED = Path(schemas.__file__).parent


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped schemas, to be spoilt."""
    copy = tmp_path / "schemas"
    shutil.copytree(SHIPPED, copy, ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    return copy


def edit(path: Path, **changes: object) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_every_file_is_in_the_registry_under_its_own_fingerprint() -> None:
    contract = registry()
    assert len(contract.by_fingerprint) == len(list(SHIPPED.glob("*/*.avsc")))
    for print_, schema in contract.by_fingerprint.items():
        assert len(print_) == 8
        assert print_ == schema.fingerprint == fingerprint_of(schema.document)
        assert schema.effect.event_type == schema.event_type
    assert contract.types == tuple(sorted(contract.newest))


def test_no_fingerprint_is_worked_out_of_what_was_released(monkeypatch: pytest.MonkeyPatch) -> None:
    def worked_out(document: object) -> bytes:
        raise AssertionError(document)

    monkeypatch.setattr(schemas.registry, "fingerprint_of", worked_out)
    assert load(SHIPPED).by_fingerprint.keys() == registry().by_fingerprint.keys()


def test_a_schema_that_is_not_as_it_was_released_has_its_own_fingerprint(folder: Path) -> None:
    path = folder / "health" / "death_notified.v1.avsc"
    document = json.loads(path.read_text())
    document["fields"].append({"name": "note", "doc": "New.", "type": ["null", "string"], "default": None})
    path.write_text(json.dumps(document))
    released = registry().find("DeathNotified", 1)
    changed = load(folder).find("DeathNotified", 1)
    assert released is not None
    assert changed is not None
    assert changed.fingerprint == fingerprint_of(document) != released.fingerprint


def test_two_types_stand_in_two_versions() -> None:
    contract = registry()
    assert [schema.version for schema in contract.versions("PupilAdmitted")] == [1, 2]
    assert [schema.version for schema in contract.versions("GpRegistered")] == [1, 2]
    assert contract.newest["PupilAdmitted"].version == 2
    assert contract.find("PupilAdmitted", 1) is contract.versions("PupilAdmitted")[0]
    assert contract.find("PupilAdmitted", 9) is None
    assert contract.find("NoSuchEvent") is None
    assert contract.versions("NoSuchEvent") == ()


@pytest.mark.parametrize(
    ("schema", "on_the_wire"),
    [
        # The Avro specification's own example: the CRC-64-AVRO of "null" is 0x63dd24e7cc258f8a, sent little-endian.
        ('"null"', "8a8f25cce724dd63"),
        ('"int"', "8f5c393f1ad57572"),
        ('"string"', "c70345637248018f"),
        ('{"type": "record", "name": "foo", "fields": [{"name": "f1", "type": "boolean"}]}', None),
    ],
)
def test_fingerprints_stand_in_wire_order(schema: str, on_the_wire: str | None) -> None:
    from fastavro.schema import to_parsing_canonical_form

    canonical = to_parsing_canonical_form(json.loads(schema))
    assert fingerprint(canonical, "CRC-64-AVRO") == crc_64_avro(canonical.encode()).hex()
    if on_the_wire is not None:
        assert crc_64_avro(canonical.encode()).hex() == on_the_wire


def crc_64_avro(data: bytes) -> bytes:
    """The Rabin fingerprint as the specification writes it, to check the library by."""
    empty = 0xC15D213AA4D7A795
    table = []
    for value in range(256):
        fp = value
        for _ in range(8):
            fp = (fp >> 1) ^ (empty & -(fp & 1))
        table.append(fp)
    fp = empty
    for byte in data:
        fp = (fp >> 8) ^ table[(fp ^ byte) & 0xFF]
    return fp.to_bytes(8, "little")


def test_a_logical_type_leaves_the_fingerprint_as_avro_has_it() -> None:
    """Apache avro 1.12.2 answers otherwise; the canonical form has plain `int`."""
    dated = {"type": "record", "name": "D", "fields": [{"name": "on", "type": {"type": "int", "logicalType": "date"}}]}
    plain = {"type": "record", "name": "D", "fields": [{"name": "on", "type": "int"}]}
    assert fingerprint_of(dated) == fingerprint_of(plain)


def test_the_digest_changes_with_any_file(folder: Path) -> None:
    before = load(folder).digest
    assert load(folder).digest == before
    with (folder / "effects.toml").open("a") as table:
        table.write("\n# a remark\n")
    changed = load(folder).digest
    assert changed != before
    edit(folder / "health" / "death_notified.v1.avsc", doc="Another remark.")
    assert load(folder).digest not in {before, changed}


def test_a_schema_without_effects_row_is_refused(folder: Path) -> None:
    path = folder / "effects.toml"
    path.write_text(path.read_text().replace("[BirthNotified]", "[BirthNoted]"))
    with pytest.raises(ContractBroken, match="BirthNotified has no row"):
        load(folder)


def test_an_effects_row_without_schema_is_refused(folder: Path) -> None:
    (folder / "health" / "birth_notified.v1.avsc").unlink()
    with pytest.raises(ContractBroken, match="rows without a schema: BirthNotified"):
        load(folder)


@pytest.mark.parametrize(
    ("name", "changes", "message"),
    [
        ("birth_notified.v1.avsc", {"name": "BirthNoted"}, "record named BirthNotified"),
        ("birth_notified.v1.avsc", {"namespace": "icr.education"}, "namespace is not icr.health"),
        ("birth_notified.v1.avsc", {"type": "enum", "symbols": ["A"]}, "record named BirthNotified"),
    ],
)
def test_a_file_that_contradicts_its_name_is_refused(folder: Path, name: str, changes: dict, message: str) -> None:
    edit(folder / "health" / name, **changes)
    with pytest.raises(ContractBroken, match=message):
        load(folder)


def test_a_file_with_another_form_of_name_is_refused(folder: Path) -> None:
    (folder / "health" / "birth_notified.v1.avsc").rename(folder / "health" / "BirthNotified.avsc")
    with pytest.raises(ContractBroken, match=r"pupil_admitted\.v1\.avsc"):
        load(folder)


def test_two_versions_that_no_reader_could_tell_apart_are_refused(folder: Path) -> None:
    document = json.loads((folder / "health" / "death_notified.v1.avsc").read_text())
    document["fields"][-1]["default"] = None
    document["doc"] = "Only the words differ."
    (folder / "health" / "death_notified.v2.avsc").write_text(json.dumps(document))
    with pytest.raises(ContractBroken, match="same canonical form"):
        load(folder)


def test_a_type_belongs_to_one_sector(folder: Path) -> None:
    document = json.loads((folder / "health" / "death_notified.v1.avsc").read_text())
    document["namespace"] = "icr.housing"
    (folder / "housing" / "death_notified.v2.avsc").write_text(json.dumps(document))
    with pytest.raises(ContractBroken, match="is also in health/death_notified"):
        load(folder)


def test_marks_are_the_last_fields_of_every_event_that_has_them() -> None:
    for schema in registry().by_fingerprint.values():
        if schema.effect.act is Act.MARK:
            assert [entry.name for entry in shape(schema).fields][-2:] == ["am", "pm"]


def test_type_names_follow_file_names() -> None:
    assert type_name("gp_registration_ended") == "GpRegistrationEnded"


@pytest.mark.parametrize(
    ("type_", "message"),
    [
        ("bytes", "type bytes is not used"),
        ("double", "type double is not used"),
        ({"type": "map", "values": "string"}, "type map is not used"),
        ({"type": "fixed", "name": "F", "size": 2}, "type fixed is not used"),
        (["null", "string", "int"], "null and one other type"),
        (["string", "int"], "null and one other type"),
        ({"type": "long", "logicalType": "timestamp-millis"}, "timestamp-millis is not used"),
        ({"type": "string", "logicalType": "uuid"}, "uuid is not used"),
        ({"type": "array", "items": "Event"}, "contains itself"),
        (7, "a name, a union or an object"),
    ],
)
def test_what_the_contract_does_not_use_is_refused(type_: object, message: str) -> None:
    with pytest.raises(ContractBroken, match=message):
        shape_of({"type": "record", "name": "Event", "namespace": "icr", "fields": [{"name": "f", "type": type_}]})


def test_a_schema_is_a_record() -> None:
    with pytest.raises(ContractBroken, match="a schema is a record"):
        shape_of({"type": "array", "items": "string"})


def test_a_shape_is_told_in_words() -> None:
    words = {path: describe(entry.shape) for path, entry in walk(shape(registry().newest["EventCorrected"]))}
    assert words["subject.identifiers"] == "list of Identifier"
    assert words["changes.effective_from"] == "date or null"
    assert words["changes.reopen"] == "boolean"
    assert words["recorded_at"] == "instant"
    assert words["mode"] == "code"
    assert words["others[].person.names[].family"] == "text"
