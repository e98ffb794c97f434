"""The children in need census as a stream: its header, then one child after the other, in constant memory.

Source: DfE, *Children in need census: technical specification*. Names are compared without namespace and case, for
systems write them in several ways. DTDs and entities are refused: the census has none, and bombs are made of them.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache, partial
from io import BufferedIOBase
from itertools import islice
from typing import Final
from xml.etree.ElementTree import Element, ParseError, SubElement, TreeBuilder, tostring

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import XMLParser

from adapters.intake.connectors import BrokenFile
from adapters.intake.connectors.encodings import is_wrong_in_xml

# A child of the published examples has 50 elements; these leave room for the longest history.
MAX_ELEMENTS: Final = 20_000
MAX_TEXT: Final = 1024 * 1024
MAX_DEPTH: Final = 32
MAX_IDENTIFYING: Final = 50  # numbers, days and the like by which a child is known
_CHUNK: Final = 64 * 1024
_SILENT: Final = 1024 * 1024  # bytes without an element begun or ended: one tag or text

_KEPT: Final = " kept: "  # begins the comment behind an excerpt
IDENTIFIERS: Final = "childidentifiers"

# The last is ours: it tells apart what is stored of two children of whom nothing else does.
_HEADER: Final = frozenset({"collection", "year", "referencedate", "lea", "datetime", "alike"})


@dataclass(slots=True)
class Header:
    """What the census says of itself; by lower-case names, the first of each.

    `excerpt`: it is what was stored of an element that was kept, not all that a census had.
    """

    values: dict[str, str] = field(default_factory=dict)
    excerpt: bool = False

    def get(self, name: str) -> str | None:
        """A value, trimmed; None where it is absent or empty."""
        return self.values.get(name) or None


def name_of(element: Element) -> str:
    """The name without namespace, in lower case."""
    return _plain(element.tag)


@lru_cache(maxsize=1024)  # a census has some sixty
def _plain(tag: str) -> str:
    return tag.rpartition("}")[2].lower()


def text_of(element: Element) -> str:
    """The text, with single spaces."""
    return " ".join((element.text or "").split())


class Module:
    """An element whose own leaves are found by their names, however many it has: it is gone through once."""

    def __init__(self, element: Element) -> None:
        self.element = element
        self._texts: dict[str, str] = {}
        self._leaves: dict[str, tuple[int, Element]] = {}
        for place, kid in enumerate(element):
            name, text = name_of(kid), text_of(kid)
            if len(kid) == 0 and (name not in self._leaves or (text and name not in self._texts)):
                self._leaves[name] = place, kid
            if text:
                self._texts.setdefault(name, text)

    def first(self, name: str) -> str | None:
        """The text of the first child element of that name that has any."""
        return self._texts.get(name)

    def firsts(self, names: Iterable[str]) -> list[tuple[int, Element]]:
        """Of each name the first leaf that is filled, else the first, with its place in the module."""
        return [found for name in names if (found := self._leaves.get(name)) is not None]


class _Reader:
    """Takes the parser's calls; fills the header, and holds the children that are complete."""

    def __init__(self, header: Header) -> None:
        self.header = header
        self.ready: list[Element] = []
        self.calls = 0
        self.root: str | None = None
        self._path: list[str] = []
        self._child: TreeBuilder | None = None
        self._depth = self._elements = self._text = 0
        self._collected = ""

    def start(self, tag: str, _: dict[str, str]) -> None:
        self.calls += 1
        name = tag.rpartition("}")[2]
        self._path.append(name.lower())
        if self.root is None:
            self.root = name.lower()
            if self.root != "message":
                raise BrokenFile("it is no census: its root is not Message")
        if len(self._path) > MAX_DEPTH:
            raise BrokenFile(f"elements are nested deeper than {MAX_DEPTH}")
        if self._child is None and name.lower() == "child":
            self._child, self._depth, self._elements, self._text = TreeBuilder(), len(self._path), 0, 0
        if self._child is not None:
            self._elements += 1
            if self._elements > MAX_ELEMENTS:
                raise BrokenFile(f"a child has more than {MAX_ELEMENTS} elements")
            self._child.start(name, {})
        self._collected = ""

    def data(self, text: str) -> None:
        if self._child is not None:
            self._text += len(text)
            if self._text > MAX_TEXT:
                raise BrokenFile(f"a child has more than {MAX_TEXT} characters")
            self._child.data(text)
        elif len(self._collected) < _CHUNK:
            self._collected += text

    def end(self, tag: str) -> None:
        self.calls += 1
        name = self._path[-1]
        if self._child is not None:
            self._child.end(tag.rpartition("}")[2])
            if len(self._path) == self._depth:
                self.ready.append(self._child.close())
                self._child = None
        elif "header" in self._path and name in _HEADER:
            self.header.values.setdefault(name, " ".join(self._collected.split()))
        self._path.pop()
        self._collected = ""

    def comment(self, text: str) -> None:
        if text.startswith(_KEPT):
            self.header.excerpt = True

    def close(self) -> None:
        """Nothing is left to do."""

    def taken(self) -> list[Element]:
        """The children that are complete and were not taken yet."""
        ready, self.ready = self.ready, []
        return ready


def children(stream: BufferedIOBase, header: Header) -> Iterator[Element]:
    """Each child, when `header` has been filled. Raises BrokenFile where the file is no census, or breaks off.

    The children before the place at which it breaks off come all the same.
    """
    reader = _Reader(header)
    parser = XMLParser(target=reader, forbid_dtd=True)
    start, silent, calls = b"", 0, 0
    # Whatever a packed file still gives before it breaks off is read: so one piece at a time.
    while chunk := stream.read1(_CHUNK):
        start = start or chunk
        stopped = _stopped(reader, start, chunk, partial(parser.feed, chunk))
        silent, calls = (0, reader.calls) if reader.calls > calls else (silent + len(chunk), calls)
        yield from reader.taken()
        if stopped is not None:
            raise stopped
        if silent > _SILENT:
            raise BrokenFile("a tag or a text has more than a megabyte")
    stopped = _stopped(reader, start, b"", parser.close)
    yield from reader.taken()
    if stopped is not None:
        raise stopped


def _stopped(reader: _Reader, start: bytes, chunk: bytes, go_on: Callable[[], object]) -> BrokenFile | None:
    """Why the parser cannot go on, if it cannot; `start` is the file's beginning."""
    try:
        go_on()
    except BrokenFile as broken:
        return BrokenFile(str(broken))
    except DefusedXmlException:
        return BrokenFile("a DTD or an entity is declared; the census has none")
    except ParseError as error:
        if not reader.root:
            return BrokenFile("it is no census: no XML")
        line = f"line {error.position[0]}: what stands before it was read"
        if is_wrong_in_xml(start, chunk):
            return BrokenFile(f"it says to be UTF-8, and is not, at {line}")
        return BrokenFile(f"not well-formed XML at {line}")
    except (ValueError, LookupError):
        return BrokenFile("its encoding is not one that is known" if reader.root else "it is no census: no XML")
    return None


def identifying(identifiers: Element, needed: frozenset[str]) -> Element:
    """A child's identifiers with no more than `MAX_IDENTIFYING` leaves, and only those of some names."""
    known_by = Element(identifiers.tag)
    leaves = (leaf for leaf in identifiers if len(leaf) == 0 and name_of(leaf) in needed)
    known_by.extend(islice(leaves, MAX_IDENTIFYING))
    return known_by


def excerpt(
    header: Header, who: Element | None, module: Module, kept: tuple[int, Element], needed: frozenset[str]
) -> bytes:
    """A census of one child and one module, with no more of it than one leaf of each name that is `needed`.

    It is what is stored of an element that is kept (with its place in the module): it can be read again, says nothing
    that no event would say, and is short however long the module is. `who` has the child's identifying leaves.
    """
    root = Element("Message")
    head = SubElement(root, "Header")
    for name in sorted(_HEADER & header.values.keys()):
        SubElement(head, name).text = header.values[name]
    child = SubElement(SubElement(root, "Children"), "Child")
    own = name_of(kept[1])
    leaves = [leaf for _, leaf in sorted([kept, *module.firsts(needed - {own})], key=lambda placed: placed[0])]
    if who is not None and name_of(module.element) != IDENTIFIERS:
        _copy(who, SubElement(child, who.tag))
    _copy(leaves, SubElement(child, module.element.tag))
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    # Two elements of one module may be kept: what is stored of them must differ, or one would be taken for the other.
    return written + f"<!--{_KEPT}{own} -->".encode()


def numbered(raw: bytes, number: int) -> bytes:
    """Such an excerpt of the so-manieth child of whom just this is told; it keeps its number when it is read again."""
    return raw.replace(b"<Header>", f"<Header><alike>{number}</alike>".encode(), 1)


def _copy(leaves: Iterable[Element], home: Element) -> None:
    for leaf in leaves:
        SubElement(home, leaf.tag).text = leaf.text
