"""Readers made by writing Python: one straight-line function for each pair of a writer's schema and our newest one.

A general Avro reader walks the schema for every message; here the walk is done once, and what is left is the reading
itself. Texts, dates and instants of the usual size are read in place, everything else by `adapters.codec.primitives`.
Bounds need no checks of their own: reading past the end raises IndexError, a slice past the end leaves the place beyond
the end, where the next read or the last comparison finds it. What is looked up is tried first and worked out on a
KeyError: in Python a try that succeeds costs nothing.

Resolution follows Avro's rules as far as FULL_TRANSITIVE schemas need them: the writer's unknown fields are read and
dropped, ours that it lacks get their default, an enum symbol that is gone becomes the enum's default.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from adapters.codec import primitives
from adapters.codec.limits import MAX_ENTRIES, TextRule, text_rule
from adapters.codec.marks import MARK_FIELDS, Known, reduce_marks
from domain.effects import Act
from schemas.registry import ContractBroken, Schema
from schemas.shape import Choice, Field, Kind, Many, Maybe, Record, Scalar, Shape, shape

T = TypeVar("T")

HEADER = 10  # C3 01 and the fingerprint
FAST_INSTANT = 8

# Remembered across messages and readers: short codes, and the days of three-byte dates.
_texts: dict[bytes, str] = {}
_days: dict[bytes, int] = {}
_years: dict[int, Known] = {}


@dataclass(slots=True)
class _Leaf:
    """One value to be read: from the writer's shape to ours, into a variable of the generated function."""

    path: str
    writer: Shape
    reader: Shape
    name: str
    rule: TextRule
    begun: bool = False  # an array whose list is already there


@dataclass(slots=True)
class _First:
    """The first entry of an array that is hardly ever empty, read in line; the array's `_Leaf` reads what is left."""

    leaf: _Leaf


def constant(part: Shape, value: object) -> str:
    """A default of a schema as a Python expression that makes a new value each time."""
    if isinstance(part, Maybe):
        return "None" if value is None else constant(part.inner, value)
    if isinstance(part, Many) and isinstance(value, list):
        return "[" + ", ".join(constant(part.items, entry) for entry in value) + "]"
    if isinstance(part, Record) and isinstance(value, dict):
        parts = (
            f"{entry.name!r}: {constant(entry.shape, value.get(entry.name, entry.default))}" for entry in part.fields
        )
        return "{" + ", ".join(parts) + "}"
    return repr(value)


class _Reader:
    """Writes the lines of one generated reader; `only`: of these paths alone, as a tuple."""

    def __init__(self, writer: Schema, reader: Schema, only: Sequence[str] = ()) -> None:
        self.only = only
        self.writer = writer
        self.reader = reader
        self.lines: list[str] = []
        self.names: dict[str, Any] = {
            "new": object.__new__,
            "texts": _texts,
            "days": _days,
            "years": _years,
            "reduce_marks": reduce_marks,
            "schema": reader,
            **{name: getattr(primitives, name) for name in primitives.__dict__ if not name.startswith("_")},
        }
        self.count = 0

    def put(self, indent: int, *lines: str) -> None:
        """Adds lines at an indentation."""
        self.lines.extend(" " * indent + line for line in lines)

    def variable(self) -> str:
        """A new name in the generated function."""
        self.count += 1
        return f"v{self.count}"

    # Flattening: a record becomes the list of its values in wire order and the expression that puts them together.

    def flatten(self, writer: Record, reader: Record, path: str) -> tuple[list[_Leaf | _First], str]:
        leaves: list[_Leaf | _First] = []
        read: dict[str, str] = {}
        for entry in writer.fields:
            ours = reader.get(entry.name)
            rule = text_rule(writer.title if path else "", entry.name, not isinstance(entry.shape, Maybe))
            reads = ours.shape if ours else entry.shape
            read[entry.name] = self.flatten_field(leaves, entry, reads, f"{path}{entry.name}", rule)
        parts = (f"{entry.name!r}: {read.get(entry.name) or self.default(entry)}" for entry in reader.fields)
        return leaves, "{" + ", ".join(parts) + "}"

    def flatten_field(
        self, leaves: list[_Leaf | _First], entry: Field, reader: Shape, path: str, rule: TextRule
    ) -> str:
        if isinstance(entry.shape, Record) and isinstance(reader, Record):
            inner, expression = self.flatten(entry.shape, reader, f"{path}.")
            leaves.extend(inner)
            return expression
        leaf = _Leaf(path, entry.shape, reader, self.variable(), rule)
        if isinstance(entry.shape, Many) and not entry.optional:
            leaf.begun = True
            leaves.append(_First(leaf))
        leaves.append(leaf)
        return leaf.name

    def default(self, entry: Field) -> str:
        if not entry.optional:
            raise ContractBroken(f"{self.writer.file}: has no {entry.name}, which {self.reader.file} needs")
        return constant(entry.shape, entry.default)

    # Emission.

    def body(self, indent: int, leaves: list[_Leaf | _First], after: int) -> None:
        """Reads values one after the other; `after` bytes at least follow the last of them."""
        at = 0
        while at < len(leaves):
            run = at
            while run < len(leaves) and _zero(leaves[run]) is not None:
                run += 1
            if run - at < 2:
                self.leaf(indent, leaves[at], len(leaves) - at - 1 + after)
                at += 1
                continue
            # Most optional values are absent, and absent is one zero byte: a run of them is one comparison.
            group = [leaf for leaf in leaves[at:run] if isinstance(leaf, _Leaf)]
            self.names[f"zeros{len(group)}"] = bytes(len(group))
            self.put(indent, f"if b[p:p+{len(group)}] == zeros{len(group)}:", f" p += {len(group)}")
            for leaf in group:
                if (zero := _zero(leaf)) and zero != leaf.name:
                    self.put(indent + 1, f"{leaf.name} = {zero}")
            self.put(indent, "else:")
            for place, leaf in enumerate(group):
                self.leaf(indent + 1, leaf, len(leaves) - at - place - 1 + after)
            at = run

    def leaf(self, indent: int, leaf: _Leaf | _First, after: int) -> None:
        if isinstance(leaf, _First):
            self.first(indent, leaf.leaf)
            return
        writer, reader, name, path = leaf.writer, leaf.reader, leaf.name, leaf.path
        if isinstance(writer, Maybe) and isinstance(reader, Maybe):
            self.maybe(indent, leaf, writer, reader, after)
        elif isinstance(writer, Many) and isinstance(reader, Many):
            if not leaf.begun:
                self.put(indent, f"{name} = []")
            self.many(indent, leaf, writer, reader)
        elif isinstance(writer, Choice) and isinstance(reader, Choice):
            self.choice(indent, writer, reader, name, path)
        elif isinstance(writer, Record) and isinstance(reader, Record):
            leaves, expression = self.flatten(writer, reader, f"{path}.")
            self.body(indent, leaves, after)
            self.put(indent, f"{name} = {expression}")
        elif isinstance(writer, Scalar) and isinstance(reader, Scalar) and _fits(writer.kind, reader.kind):
            self.scalar(indent, leaf, writer.kind, after)
        else:
            raise ContractBroken(f"{self.writer.file}: {path} cannot be read as {self.reader.file} has it")

    def first(self, indent: int, leaf: _Leaf) -> None:
        assert isinstance(leaf.writer, Many)
        assert isinstance(leaf.reader, Many)
        entry = _Leaf(f"{leaf.path}[]", leaf.writer.items, leaf.reader.items, self.variable(), leaf.rule)
        self.put(indent, "if b[p] == 2:", " p += 1; left -= 1")
        self.leaf(indent + 1, entry, 1)
        self.put(indent, f" {leaf.name} = [{entry.name}]", "else:", f" {leaf.name} = []")

    def many(self, indent: int, leaf: _Leaf, writer: Many, reader: Many) -> None:
        """The blocks of an array still to be read, with the empty one that ends it; appends to the list there is."""
        name, path = leaf.name, leaf.path
        entry = _Leaf(f"{path}[]", writer.items, reader.items, self.variable(), leaf.rule)
        count, end = self.variable(), self.variable()
        self.put(
            indent,
            "c = b[p]",
            "while c:",
            f" if c & 129: {count}, p, {end} = block(b, p, {path!r})",
            f" else: {count} = c >> 1; p += 1; {end} = 0",
            f" left -= {count}",
            " if left < 0: too_many()",
            f" for _ in range({count}):",
        )
        self.leaf(indent + 2, entry, 1)
        self.put(
            indent,
            f"  {name}.append({entry.name})",
            f" if {end} and p != {end}: broken({path!r}, 'a block is not of the size it states')",
            " c = b[p]",
            "p += 1",
        )

    def maybe(self, indent: int, leaf: _Leaf, writer: Maybe, reader: Maybe, after: int) -> None:
        name, path = leaf.name, leaf.path
        inner = _Leaf(path, writer.inner, reader.inner, name, leaf.rule)
        null, value = 2 * writer.null_index, 2 - 2 * writer.null_index
        self.put(indent, "c = b[p]; p += 1", f"if c == {null}: {name} = None", f"elif c == {value}:")
        self.leaf(indent + 1, inner, after)
        self.put(indent, f"else: broken({path!r}, 'a union has no such branch')")

    def choice(self, indent: int, writer: Choice, reader: Choice, name: str, path: str) -> None:
        table: dict[int, str] = {}
        for place, symbol in enumerate(writer.symbols):
            known = symbol if symbol in reader.symbols else reader.default
            if known is None or place > 63:
                raise ContractBroken(f"{self.writer.file}: {path} has a symbol that {self.reader.file} cannot read")
            table[2 * place] = known
        symbols = f"symbols_{name}"
        self.names[symbols] = table
        self.put(
            indent,
            f"{name} = {symbols}.get(b[p])",
            f"if {name} is None: broken({path!r}, 'an enum has no such symbol')",
            "p += 1",
        )

    def scalar(self, indent: int, leaf: _Leaf, kind: Kind, after: int) -> None:
        name, path = leaf.name, leaf.path
        if kind is Kind.TEXT:
            self.text(indent, name, path, leaf.rule)
        elif kind is Kind.DATE:
            self.put(
                indent,
                f"try: {name} = days[b[p:p+3]]; p += 3",
                f"except KeyError: {name}, p = day(b, p, {path!r}, days)",
            )
        elif kind is Kind.INSTANT and after >= FAST_INSTANT - 1:
            # The bytes that must follow make eight of them certain in any whole message.
            self.put(
                indent,
                "w, x, y, z = four_pairs(b, p)",
                "n = PAIR[w] | PAIR[x] << 14 | PAIR[y] << 28 | LAST_PAIR[z] << 42",
                f"if n < 0 or n & 1: {name}, p = instant(b, p, {path!r})",
                f"else: {name} = n >> 1; p += 8",
            )
        elif kind is Kind.BOOLEAN:
            self.put(
                indent,
                "c = b[p]; p += 1",
                f"if c > 1: broken({path!r}, 'a boolean is 0 or 1')",
                f"{name} = c == 1",
            )
        else:
            read = {Kind.INT: "int32", Kind.LONG: "long", Kind.INSTANT: "instant"}[kind]
            self.put(indent, f"{name}, p = {read}(b, p, {path!r})")

    def text(self, indent: int, name: str, path: str, rule: TextRule) -> None:
        if self.only and path not in self.only:  # it was read and found whole when it came
            self.put(indent, "c = b[p]", f"if c & 129: {name}, p = text(b, p, {path!r}, {rule.longest}, False)")
            self.put(indent, f"else: {name} = None; p += 1 + (c >> 1)")
            return
        slow = f"{name}, p = text(b, p, {path!r}, {rule.longest}, {rule.filled})"
        self.put(indent, "c = b[p]")
        if rule.code:
            self.put(
                indent,
                f"if c & 129: {slow}",
                "else:",
                " q = p + 1; p = q + (c >> 1); k = b[q:p]",
                f" try: {name} = texts[k]",
                f" except KeyError: {name} = shared(k, c >> 1, {path!r}, {rule.filled}, texts)",
            )
            return
        self.put(
            indent,
            f"if c & 129{' or c == 0' if rule.filled else ''}: {slow}",
            "else:",
            f" q = p + 1; p = q + (c >> 1); {name} = b[q:p].decode()",
            f" if NUL in {name}: check_text({name}, {path!r}, {rule.longest}, {rule.filled})",
        )

    def function(self) -> str:
        """The whole function: from a message with its header to a filled `Decoded`."""
        self.names["NUL"] = "\0"
        leaves, expression = self.flatten(shape(self.writer), shape(self.reader), "")
        self.put(0, "def decode(b):")
        self.put(1, f"left = {MAX_ENTRIES}", f"p = {HEADER}")
        if self.writer.effect.act is Act.MARK:
            self.marks(leaves)
        else:
            self.body(1, leaves, 0)
            self.put(1, "if p != len(b): broken(None, 'bytes are left over after the record')")
        if self.only:
            read = {leaf.path: leaf.name for leaf in leaves if isinstance(leaf, _Leaf)}
            self.put(1, f"return {', '.join(read[path] for path in self.only)}")
            return "\n".join(self.lines) + "\n"
        self.put(1, "d = new(Decoded); d.schema = schema; d.set_aside = ()")
        self.put(1, f"d.body = {expression}")
        self.put(1, "d.stored = b[:m] + tail" if self.writer.effect.act is Act.MARK else "d.stored = b")
        self.put(1, "return d")
        return "\n".join(self.lines) + "\n"

    def marks(self, leaves: list[_Leaf | _First]) -> None:
        """A record whose last two fields are attendance marks: reads them, reduced, and the bytes that replace them."""
        am, pm = leaves[-2:]
        day = next(leaf for leaf in leaves if isinstance(leaf, _Leaf) and leaf.path == "effective.from")
        if not (isinstance(am, _Leaf) and isinstance(pm, _Leaf)) or (am.path, pm.path) != MARK_FIELDS:
            raise ContractBroken(f"{self.writer.file}: its last two fields are not {' and '.join(MARK_FIELDS)}")
        self.body(1, leaves[:-2], 2)
        self.put(1, "m = p; t = b[p:]", f"try: {am.name}, {pm.name}, tail = years[{day.name}][t]", "except KeyError:")
        self.leaf(2, am, 1)
        self.leaf(2, pm, 0)
        self.put(2, "if p != len(b): broken(None, 'bytes are left over after the record')")
        self.put(2, f"{am.name}, {pm.name}, tail = reduce_marks({am.name}, {pm.name}, {day.name}, t, years)")


def _fits(writer: Kind, reader: Kind) -> bool:
    return writer is reader or (writer is Kind.INT and reader is Kind.LONG)


def _zero(leaf: _Leaf | _First) -> str | None:
    """What one zero byte means as a Python expression; None where it means something else or nothing."""
    if isinstance(leaf, _First):
        return None
    if isinstance(leaf.writer, Maybe) and leaf.writer.null_index == 0:
        return "None"
    if isinstance(leaf.writer, Many):
        return leaf.name if leaf.begun else "[]"
    if isinstance(leaf.writer, Scalar) and leaf.writer.kind is Kind.BOOLEAN:
        return "False"
    if isinstance(leaf.writer, Choice) and isinstance(leaf.reader, Choice):
        symbol = leaf.writer.symbols[0]
        return repr(symbol if symbol in leaf.reader.symbols else leaf.reader.default)
    return None


def source(writer: Schema, reader: Schema) -> str:
    """The text of the reader of a pair, for tests and for a curious person."""
    return _Reader(writer, reader).function()


def compile_reader(writer: Schema, reader: Schema, decoded: type[T]) -> Callable[[bytes], T]:
    """The reader of a pair: a whole message in, a `decoded` out (which has the slots schema, body and stored).

    Raises ContractBroken where the two schemas cannot be resolved.
    """
    made = _Reader(writer, reader)
    made.names["Decoded"] = decoded
    function: Callable[[bytes], T] = _compiled(made)
    return function


def compile_narrow_reader(writer: Schema, reader: Schema, only: Sequence[str]) -> Callable[[bytes], tuple[Any, ...]]:
    """The same, of a few values alone: those at the paths `only`, in that order. A path is written `effective.from`."""
    function: Callable[[bytes], tuple[Any, ...]] = _compiled(_Reader(writer, reader, only))
    return function


def _compiled(made: _Reader) -> Any:  # noqa: ANN401 - a function that is made
    code = compile(made.function(), f"<reader of {made.writer.file} as {made.reader.file}>", "exec")
    exec(code, made.names)  # noqa: S102  (our own schemas are its only input)
    return made.names["decode"]
