"""The access log, edited by somebody who may do everything in the database, or also has the signing key.

Each row says what is edited and what a check of an export must name, and where; the checker has the verifier key and a
checkpoint that was kept elsewhere, and nothing of ours. The edit is taken back afterwards.
"""

import base64
import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.disclosure.checkpoints import publish, sign
from adapters.disclosure.sealing import seal
from adapters.disclosure.second_place import SecondPlace
from adapters.disclosure.signing_key import SigningKey
from domain.access.entry import Outcome
from domain.proof.checkpoint import VerifierKey
from domain.proof.tree import leaf_hash
from tests.builders.accesses import CHILDREN, NAME, AccessLog
from tests.builders.service import bench
from tools.verify_log import access_log

SIZE: Final = 600
TABLES: Final = tuple(f"access.{name}" for name in "context entry shown content pending leaf tile checkpoint".split())
COPIED: Final = (*TABLES, "log.data_key")


@dataclass
class Kept:
    """A log of six hundred entries, three that wait, and checkpoints that others kept of 300 and of 600."""

    log: AccessLog
    early: str
    late: str

    def named(self, *, late: bool = True) -> dict[str, list[str]]:
        return self.log.check(self.late if late else self.early)


@pytest.fixture(scope="module")
def kept(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    folder = tmp_path_factory.mktemp("log")
    made = bench(module_database_url, folder)
    log = AccessLog(made, folder)
    log.access(290)
    log.access(10, outcome=Outcome.REFUSED)
    early = log.checkpoint()
    log.access(150)
    log.checkpoint()
    log.access(150)
    late = log.checkpoint()
    log.access(3, process=0)
    made.connection.execute("CREATE SCHEMA kept; ALTER TABLE access.leaf DROP CONSTRAINT leaf_entry_key")
    for table in COPIED:
        made.connection.execute(f"CREATE TABLE kept.{table.replace('.', '_')} AS SELECT * FROM {table}")
    yield Kept(log, early, late)
    made.close()


@pytest.fixture
def edited(kept: Kept) -> Iterator[Kept]:
    """The log, for a test that edits it: what was before is put back."""
    yield kept
    run = kept.log.bench.connection.execute
    for table in COPIED:
        run(f"DELETE FROM {table}; INSERT INTO {table} SELECT * FROM kept.{table.replace('.', '_')}")


def test_an_untouched_log_holds(kept: Kept) -> None:
    for note in (kept.early, kept.late):
        report = kept.log.report(note)
        assert report.found == {}
        assert report.read == {
            "leaves": SIZE,
            "waiting": 3,
            "parts": 593 * 4,
            "contents": report.read["contents"],
            "checkpoints": 3,
        }
        assert list(report.lines())[-1] == "the access log holds"


def test_the_file_runs_alone(kept: Kept, tmp_path: Path) -> None:
    """Copied to a folder of its own, with an interpreter that finds nothing of ours."""
    (tmp_path / "access_log.py").write_text(Path(access_log.__file__).read_text())
    (tmp_path / "export").write_bytes(kept.log.export())
    (tmp_path / "checkpoint").write_text(kept.late)
    (tmp_path / "key").write_text(f"{kept.log.key.verifier}\n")

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-I", "access_log.py", *arguments]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    well = run("export", "--key", "key", "--checkpoint", "checkpoint")
    assert (well.returncode, well.stderr) == (0, "")
    assert well.stdout.endswith("the access log holds\n")
    assert run("export", "--key", str(kept.log.key.verifier), "--checkpoint", "checkpoint").returncode == 0
    (tmp_path / "cut").write_bytes(kept.log.export()[:-40])
    cut = run("cut", "--key", "key", "--checkpoint", "checkpoint")
    assert (cut.returncode, "export_cut" in cut.stdout) == (1, True)
    for wrong in (("none", "key", "checkpoint"), ("export", "none", "checkpoint"), ("export", "key", "none"),
                  ("export", "export", "checkpoint"), ("export", "key", "key"), ("key", "key", "checkpoint")):  # fmt: skip
        refused = run(wrong[0], "--key", wrong[1], "--checkpoint", wrong[2])
        assert (refused.returncode, refused.stdout, "Traceback" in refused.stderr) == (2, "", False), wrong
    assert len((tmp_path / "access_log.py").read_text().splitlines()) <= 300


def test_it_imports_nothing_of_ours() -> None:
    lines = Path(access_log.__file__).read_text().splitlines()
    imported = {line.split()[1].split(".")[0] for line in lines if line.startswith(("import ", "from "))}
    assert imported - set(sys.stdlib_module_names) == {"cryptography"}


@dataclass(frozen=True, slots=True)
class Edit:
    """What is edited, and what must be named, with the places where that is known."""

    sql: str
    named: dict[str, list[str] | None]


_ENTRY = "bytes, wrapped, sealed FROM access.entry"


def at(index: int) -> str:
    """The entry of a leaf."""
    return f"(SELECT entry FROM access.leaf WHERE index = {index})"


def entry(change: str, index: int) -> str:
    """The entry of a leaf changed."""
    return f"UPDATE access.entry SET {change} WHERE id = {at(index)};"


def shown(change: str, number: int) -> str:
    """The parts of leaf 7 changed, of its frame (0) or of its child (1)."""
    return f"UPDATE access.shown SET {change} WHERE entry = {at(7)} AND number = {number};"


def tile(level: int, place: int, put: str) -> str:
    """A hash of a level's first tile overwritten."""
    change = f"nodes = overlay(nodes PLACING {put} FROM {place * 32 + 1})"
    return f"UPDATE access.tile SET {change} WHERE (level, index) = ({level}, 0);"


_REWRITTEN = entry("bytes = convert_to(replace(convert_from(bytes, 'UTF8'), '808:W', '808:W9'), 'UTF8')", 100)
_ITS_HASH = f"(SELECT sha256('\\x00'::bytea || bytes) FROM access.entry WHERE id = {at(100)})"
_ITS_LEAF = f"UPDATE access.leaf SET hash = {_ITS_HASH} WHERE index = 100;"
_ITS_NAMES = {"column_differs": ["100 viewer"], "entry_not_linked": None}
_FIRST_WAITING = "(SELECT min(at) FROM access.pending)"
_CUT = "DELETE FROM access.entry WHERE id IN (SELECT entry FROM access.leaf WHERE index >= 590); DELETE FROM access.leaf WHERE index >= 590;"
_LAST = [str(index) for index in range(590, 600)]
_NOTE = "UPDATE access.checkpoint SET note = {} WHERE size = 300"

EDITS: Final[dict[str, Edit]] = {
    # Rewritten
    "an entry rewritten": Edit(_REWRITTEN, {"entry_changed": ["100"], **_ITS_NAMES}),
    "an entry and its leaf rewritten": Edit(
        _REWRITTEN + _ITS_LEAF, {"entry_changed": ["100"], "leaf_changed": ["100"], **_ITS_NAMES}
    ),
    # Nothing says any more what it was; that it is another, the checkpoints do, the tile above, and the entry after it.
    "an entry, its leaf and its tile rewritten": Edit(
        _REWRITTEN + _ITS_LEAF + tile(0, 100, _ITS_HASH),
        {
            "tree_differs": ["leaves 0 to 299", "leaves 0 to 449", "leaves 0 to 599"],
            "kept_differs": ["leaves 0 to 599"],
            "tile_changed": ["tile/1/000.p/2"],
            **_ITS_NAMES,
        },
    ),
    "a leaf rewritten": Edit("UPDATE access.leaf SET hash = sha256('x') WHERE index = 17", {"leaf_changed": ["17"]}),
    **{
        f"an entry made {name}": Edit(
            entry(f"bytes = {made}", 5), {"entry_changed": ["5"], "line_unreadable": None, "number_missing": None}
        )
        for name, made in {
            "no text": "'\\xff00'",
            "another form": "'[]'",
            "too deep": "repeat('[', 16000)::bytea",
            "empty": "''",
        }.items()
    },
    **{
        f"the column {column} changed": Edit(entry(f"{column} = {value}", 40), {"column_differs": [f"40 {said}"]})
        for column, value, said in (
            ("viewer", "'la-808:W99'", "viewer"),
            ("organisation", "NULL", "organisation"),
            ("kind", "'ListFeeds'", "question"),
            ("outcome", "'failed'", "outcome"),
            ("at", "at - interval '1 day'", "at"),
        )
    },
    "an entry of another id": Edit(
        entry("id = gen_random_uuid()", 40),
        {
            "entry_missing": ["40"],
            "entry_outside": None,
            "column_differs": None,
            "parts_differ": None,
            "entry_rekeyed": None,
        },
    ),
    # Dropped
    "an entry dropped": Edit(
        f"DELETE FROM access.entry WHERE id = {at(100)}", {"entry_missing": ["100"], "number_missing": None}
    ),
    "an entry and its leaf dropped": Edit(
        f"DELETE FROM access.entry WHERE id = {at(100)}; DELETE FROM access.leaf WHERE index = 100",
        {"entry_missing": ["100"], "leaf_missing": ["100"], "number_missing": None},
    ),
    "a leaf dropped": Edit(
        "DELETE FROM access.leaf WHERE index = 100",
        {"entry_missing": ["100"], "leaf_missing": ["100"], "entry_outside": None},
    ),
    "all leaves of a tile dropped": Edit(
        "DELETE FROM access.leaf WHERE index >= 256 AND index < 512",
        {"entry_missing": None, "leaf_missing": None, "entry_outside": None},
    ),
    "an entry that waits dropped": Edit(
        f"DELETE FROM access.entry WHERE id IN (SELECT entry FROM access.pending WHERE at = {_FIRST_WAITING})",
        {"entry_missing": None, "number_missing": None},
    ),
    "an entry that waits dropped with its waiting": Edit(
        f"DELETE FROM access.entry WHERE at = {_FIRST_WAITING}; DELETE FROM access.pending WHERE at = {_FIRST_WAITING}",
        {"number_missing": None},
    ),
    "an entry that waits no more, and has no leaf": Edit(
        f"DELETE FROM access.pending WHERE at = {_FIRST_WAITING}", {"entry_outside": None}
    ),
    "a tile dropped": Edit(
        "DELETE FROM access.tile WHERE (level, index) = (0, 1)",
        {"tile_missing": None, "tile_changed": ["tile/1/000.p/2"]},
    ),
    "every tile dropped": Edit("DELETE FROM access.tile", {"tile_missing": None}),
    "a tile changed": Edit(tile(0, 0, "sha256('x')"), {"tile_changed": ["tile/1/000.p/2", "0"]}),
    "a tile above changed": Edit(tile(1, 0, "sha256('x')"), {"tile_changed": ["tile/1/000.p/2"]}),
    # Reordered, added
    "two entries exchanged": Edit(
        "UPDATE access.leaf l SET entry = o.entry FROM access.leaf o WHERE (l.index, o.index) IN ((100, 101), (101, 100))",
        {"entry_moved": ["100", "101"]},
    ),
    "two leaves exchanged": Edit(
        "UPDATE access.leaf SET index = index + 9000 WHERE index IN (100, 101);"
        "UPDATE access.leaf SET index = 9201 - index WHERE index > 9000",
        {"entry_moved": ["100", "101"], "leaf_moved": ["100", "101"]},
    ),
    "an entry put in": Edit(
        f"INSERT INTO access.entry SELECT gen_random_uuid(), at, viewer, organisation, kind, outcome, {_ENTRY} WHERE id = {at(3)}",
        {
            "entry_outside": None,
            "column_differs": None,
            "parts_differ": None,
            "entry_twice": None,
            "entry_rekeyed": None,
        },
    ),
    "an entry of the same id put in": Edit(
        f"INSERT INTO access.entry SELECT id, at + interval '1 s', viewer, organisation, kind, outcome, {_ENTRY} WHERE id = {at(3)}",
        {"entry_twice": None, "column_differs": ["3 at"]},
    ),
    # Truncated
    "the end cut off": Edit(_CUT, {"entry_missing": _LAST, "leaf_missing": _LAST, "number_missing": None}),
    "the end cut off, of tiles too": Edit(
        f"{_CUT} UPDATE access.tile SET nodes = substring(nodes FOR 78 * 32) WHERE (level, index) = (0, 2)",
        {"log_shorter": ["590 leaves, and a checkpoint of 600"], "number_missing": None},
    ),
    "everything taken out": Edit(
        "".join(f"DELETE FROM {table};" for table in TABLES), {"log_shorter": ["0 leaves, and a checkpoint of 600"]}
    ),
    "its own checkpoints taken out, and the one kept holds": Edit("DELETE FROM access.checkpoint", {}),
    # Parts and content
    "a part dropped": Edit(
        shown("records = records[:1], digests = digests[:1], places = places[:1], classes = classes[:1]", 1),
        {"parts_differ": ["7"]},
    ),
    "all parts dropped": Edit(f"DELETE FROM access.shown WHERE entry = {at(7)}", {"parts_differ": ["7"]}),
    "parts exchanged": Edit(
        shown("digests = ARRAY[digests[2], digests[1], digests[3]]", 1),
        {"parts_differ": ["7"], "content_missing": None},
    ),
    "a part of another place": Edit(shown("places = ARRAY[9]", 0), {"parts_differ": ["7"]}),
    "a part of another record": Edit(
        shown("records[2] = gen_random_uuid()", 1), {"parts_differ": ["7"], "content_missing": ["7"]}
    ),
    "a part of another child": Edit(shown("child = gen_random_uuid()", 1), {"parts_differ": ["7"]}),
    "parts put to a refused entry": Edit(
        f"INSERT INTO access.shown SELECT {at(295)}, 1, child, opened, records, digests, places, classes, at FROM access.shown "
        f"WHERE entry = {at(7)} AND number = 1",
        {"parts_differ": ["295"]},
    ),
    "content taken out": Edit(
        "DELETE FROM access.content WHERE digest = (SELECT min(digest) FROM access.content)", {"content_missing": None}
    ),
    "content put in": Edit(
        "INSERT INTO access.content SELECT record, sha256(digest), sealed FROM access.content LIMIT 1",
        {"content_of_no_part": None, "content_rekeyed": None},
    ),
    "content exchanged": Edit(
        "UPDATE access.content c SET sealed = o.sealed FROM access.content o, "
        "(SELECT min(digest) AS a, max(digest) AS b FROM access.content) e WHERE (c.digest, o.digest) = (e.a, e.b)",
        {"content_rekeyed": None},
    ),
    "a record's key exchanged": Edit(
        "UPDATE log.data_key k SET wrapped = (SELECT wrapped FROM log.data_key o WHERE o.record <> k.record LIMIT 1) "
        "WHERE (k.record, k.class) = (SELECT record, class FROM log.data_key WHERE class = 'access' ORDER BY record LIMIT 1)",
        {"content_rekeyed": None},
    ),
    "an entry's key exchanged": Edit(
        entry(f"wrapped = (SELECT wrapped FROM access.entry WHERE id = {at(8)})", 9), {"entry_rekeyed": ["9"]}
    ),
    "what was asked exchanged": Edit(
        entry(f"(wrapped, sealed) = (SELECT wrapped, sealed FROM access.entry WHERE id = {at(8)})", 9),
        {"entry_rekeyed": ["9"]},
    ),
    "a context changed": Edit("UPDATE access.context SET bytes = '{}'", {"context_changed": None}),
    "a context taken out": Edit("DELETE FROM access.context", {"context_missing": None}),
    # Checkpoints
    "a checkpoint changed": Edit(
        _NOTE.format("replace(note, E'\\n300\\n', E'\\n299\\n')"), {"checkpoint_not_signed": ["of 300 leaves"]}
    ),
    "a checkpoint of another log": Edit(
        _NOTE.format(f"replace(note, '{NAME}', 'other.example')"), {"checkpoint_of_another_log": ["of 300 leaves"]}
    ),
    "a checkpoint that is none": Edit(_NOTE.format("''"), {"checkpoint_of_another_log": ["of 300 leaves"]}),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_every_edit_is_named_where_it_is(edited: Kept, edit: Edit) -> None:
    edited.log.bench.connection.execute(edit.sql)
    named = edited.named()
    assert named.keys() == edit.named.keys(), named
    for kind, places in edit.named.items():
        assert places is None or named[kind] == places, (kind, named[kind])
    if "number_missing" in named:
        assert all(place.startswith("process ") for place in named["number_missing"])


def other_key(name: str = NAME) -> SigningKey:
    private = Ed25519PrivateKey.generate()
    return SigningKey(VerifierKey(name, private.public_key().public_bytes_raw()), private)


def signed_anew(log: AccessLog, key: SigningKey, folder: Path) -> None:
    """All leaves, tiles and checkpoints made again, as whoever holds the database and a key can."""
    run = log.bench.connection.execute
    run("DELETE FROM access.leaf; DELETE FROM access.tile; DELETE FROM access.checkpoint; DELETE FROM access.pending")
    run("INSERT INTO access.pending (entry, at) SELECT id, at FROM access.entry")
    while seal(log.bench.connection):
        pass
    sign(log.bench.connection, key, SecondPlace(folder), log.bench.clock.now())
    publish(log.bench.connection, key, SecondPlace(folder), log.bench.clock.now())


@pytest.mark.parametrize("late", [False, True], ids=["kept early", "kept late"])
@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE access.entry SET viewer = 'la-808:W9' WHERE viewer = 'la-808:W3'",
        f"DELETE FROM access.entry WHERE id = {at(100)}",
        f"UPDATE access.entry SET at = at + interval '1 h' WHERE id = {at(100)}",
        "DELETE FROM access.entry WHERE at > (SELECT at FROM access.entry ORDER BY at OFFSET 200 LIMIT 1)",
    ],
    ids=["rewritten", "dropped", "reordered", "truncated"],
)
def test_a_log_signed_anew_by_who_has_the_key_is_named_by_what_others_keep(
    edited: Kept, tmp_path: Path, edit: str, late: bool
) -> None:
    """The tree of the new log holds in itself: without the checkpoint from elsewhere it could not be told from the true one."""
    run = edited.log.bench.connection.execute
    run(edit)
    if "viewer" in edit:
        run(
            "UPDATE access.entry SET bytes = convert_to(replace(convert_from(bytes, 'UTF8'), 'la-808:W3', 'la-808:W9'), 'UTF8')"
        )
    signed_anew(edited.log, edited.log.key, tmp_path / "new")
    named = edited.named(late=late)
    assert "kept_differs" in named or "log_shorter" in named
    assert "tree_differs" not in named
    own = SecondPlace(tmp_path / "new").latest()
    assert own is not None
    assert not {"kept_differs", "log_shorter"} & edited.log.check(own).keys()


def test_a_log_signed_by_another_key_is_named(edited: Kept, tmp_path: Path) -> None:
    signed_anew(edited.log, other_key(), tmp_path / "new")
    assert edited.named() == {
        "checkpoint_not_signed": ["of 603 leaves"]
    }  # the kept one still holds: nothing else was changed


def test_a_checkpoint_of_another_log_or_key_is_refused(kept: Kept, tmp_path: Path) -> None:
    export = tmp_path / "export"
    export.write_bytes(kept.log.export())
    with pytest.raises(ValueError, match="checkpoint_not_signed"):
        access_log.verify(export, str(other_key().verifier), kept.late)
    with pytest.raises(ValueError, match="checkpoint_of_another_log"):
        access_log.verify(export, str(other_key("other.example").verifier), kept.late)
    with pytest.raises(ValueError, match="written name"):
        access_log.verify(export, "no key", kept.late)
    with pytest.raises(ValueError, match="checkpoint_of_another_log"):
        access_log.verify(export, "", kept.late)
    for other in (b"{}\n", b'{"kind":"log","version":1}\n', b""):
        export.write_bytes(other)
        with pytest.raises(ValueError, match="no export"):
            access_log.verify(export, str(kept.log.key.verifier), kept.late)


def test_with_old_and_new_key_both_are_taken(kept: Kept, tmp_path: Path) -> None:
    keys = f"{other_key().verifier}\n{kept.log.key.verifier}\n"
    (tmp_path / "export").write_bytes(kept.log.export())
    assert access_log.verify(tmp_path / "export", keys, kept.late).found == {}


def test_however_an_export_is_cut_into_stretches_the_same_is_said(edited: Kept, tmp_path: Path) -> None:
    """A line is of the stretch in which it begins; processes that read them change nothing."""
    for sql in ("", _REWRITTEN, EDITS["two leaves exchanged"].sql, EDITS["an entry of another id"].sql):
        edited.log.bench.connection.execute(sql)
        export = tmp_path / "export"
        export.write_bytes(edited.log.export())
        key = str(edited.log.key.verifier)
        whole = access_log.verify(export, key, edited.late)
        for at_once in (export.stat().st_size // 7, export.stat().st_size // 2 + 1):
            cut = access_log.verify(export, key, edited.late, at_once)
            assert (cut.found, cut.read, cut.open) == (whole.found, whole.read, whole.open)


# Exports


@pytest.fixture(scope="module")
def export(kept: Kept) -> bytes:
    return kept.log.export()


def checked(kept: Kept, export: bytes) -> dict[str, list[str]] | None:
    """What is named; None where it is refused as no export."""
    try:
        return kept.log.check(kept.late, export=export)
    except ValueError:
        return None


def test_an_export_cut_at_any_line_or_within_is_named_or_refused(kept: Kept, export: bytes) -> None:
    ends = [at for at, byte in enumerate(export) if byte == 10]
    for at in [
        0,
        1,
        5,
        ends[0] - 1,
        ends[0],
        *ends[:-1:40],
        *(end + 7 for end in ends[:-1:55]),
        ends[-2],
        ends[-2] + 1,
        ends[-1] - 1,
        ends[-1],
    ]:
        named = checked(kept, export[:at])
        assert named is None or "export_cut" in named, at
        assert named is not None or at <= ends[0], at


@given(at=st.integers(0, 10**9))
@settings(max_examples=25)
def test_an_export_cut_anywhere_is_named_or_refused(kept: Kept, export: bytes, at: int) -> None:
    named = checked(kept, export[: at % len(export)])
    assert named is None or named


def test_a_line_taken_out_twice_or_in_another_place_is_named(kept: Kept, export: bytes) -> None:
    lines = export.splitlines(keepends=True)
    for at in range(1, len(lines), 97):
        assert checked(kept, b"".join(lines[:at] + lines[at + 1 :]))
        assert checked(kept, b"".join([*lines[:at], lines[at], *lines[at:]]))


WRONG: Final[list[Any]] = [None, True, -1, 10**30, 0.5, "", "x", [], {}, [[]], "é", "\ud800"]


@given(line=st.integers(1, 10**6), field=st.integers(0, 30), wrong=st.sampled_from(WRONG))
@settings(max_examples=60)
def test_a_field_that_holds_anything_makes_no_traceback(
    kept: Kept, export: bytes, line: int, field: int, wrong: Any
) -> None:
    lines = export.splitlines(keepends=True)
    at = 1 + line % (len(lines) - 1)
    head, tab, written = lines[at].partition(b"\t")
    said = orjson.loads(head)
    name = list(said)[field % len(said)]
    if said[name] == wrong:
        return
    lines[at] = json.dumps({**said, name: wrong}).encode() + (tab + written if tab else b"\n")
    named = checked(kept, b"".join(lines))
    unchecked = ("sealed", "waits", "path", "version", "size", "opens", "level", "hash", "opened", "about", "bytes")
    assert named or name in unchecked, (name, wrong)


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x00\xff\n",
        b"[" * 100_000 + b"\n",
        b"null\n",
        b'{"kind":"entry","leaf":999999999999999}\n',
        b'{"kind":[]}\n',
        b"{}\n",
        b"9" * 5000 + b"\n",
    ],
)
def test_a_line_that_no_export_has_is_named(kept: Kept, export: bytes, garbage: bytes) -> None:
    head, _, rest = export.partition(b"\n")
    named = checked(kept, head + b"\n" + garbage + rest)
    assert named is not None
    assert named["line_unreadable"] == ["2"]
    assert "lines_missing" in named


def test_content_in_the_clear_is_hashed_again(kept: Kept, export: bytes) -> None:
    """As an officer has it of an opened case: salt and content, which the part's digest commits to."""
    salt, content = b"s" * 32, b'{"name":"Example"}'
    digest = hashlib.sha256(salt + content).hexdigest()
    line = {
        "kind": "content",
        "record": str(CHILDREN[0]),
        "digest": digest,
        "plain": base64.b64encode(salt + content).decode(),
    }
    head, _, rest = export.partition(b"\n")

    def named(said: dict[str, Any]) -> set[str]:
        found = checked(kept, head + b"\n" + orjson.dumps(said) + b"\n" + rest)
        assert found is not None
        return set(found)

    assert named(line) == {"content_of_no_part", "lines_missing"}
    other = base64.b64encode(salt + b'{"name":"Sample"}').decode()
    assert named({**line, "plain": other}) == {"content_of_no_part", "content_changed", "lines_missing"}


def test_an_export_says_what_the_tree_says(kept: Kept, export: bytes) -> None:
    lines = [line.split(b"\t") for line in export.splitlines() if line.startswith(b'{"kind":"entry"')]
    entries = [(orjson.loads(head), written) for head, written in lines]
    assert [one["leaf"] for one, _ in entries] == [*range(SIZE), None, None, None]
    assert all(one["hash"] == leaf_hash(written).hex() for one, written in entries[:SIZE])
    assert {one["opens"] for one, _ in entries} == {True}


def test_what_is_erased_is_said_and_the_rest_holds(edited: Kept) -> None:
    run = edited.log.bench.connection.execute
    run(f"UPDATE access.entry SET wrapped = '', sealed = '' WHERE id = {at(11)}")
    run("DELETE FROM log.data_key WHERE record = %s", (CHILDREN[3],))
    lines = [orjson.loads(line.split(b"\t")[0]) for line in edited.log.export().splitlines()]
    assert [one["leaf"] for one in lines if one["kind"] == "entry" and one["opens"] == "erased"] == [11]
    assert {one["record"] for one in lines if one["kind"] == "content" and one["opens"] == "erased"} == {
        str(CHILDREN[3])
    }
    assert edited.named() == {}
