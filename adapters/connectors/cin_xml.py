"""The children in need census as a stream: its header, then one child after the other, in constant memory.

Source: DfE, *Children in need census: technical specification*. Names are compared without namespace and case, for
systems write them in several ways. DTDs and entities are refused: the census has none, and bombs are made of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import BinaryIO, Final
from xml.etree.ElementTree import Element, ParseError, SubElement, TreeBuilder, tostring

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import XMLParser

from adapters.connectors import BrokenFile

# A child of the published examples has 50 elements; these leave room for the longest history.
MAX_ELEMENTS: Final = 20_000
MAX_TEXT: Final = 1024 * 1024
MAX_DEPTH: Final = 32
_CHUNK: Final = 64 * 1024
_SILENT: Final = 16  # so many chunks without an element begun or ended: one tag or text of a megabyte

# The last is ours: it tells apart what is stored of two children of whom nothing else does.
_HEADER: Final = frozenset({"collection", "year", "referencedate", "lea", "datetime", "alike"})


@dataclass(slots=True)
class Header:
    """What the census says of itself; by lower-case names, the first of each."""

    values: dict[str, str] = field(default_factory=dict)

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


def first(parent: Element, name: str) -> str | None:
    """The text of the first child element of that name that has any."""
    return next((text for kid in parent if name_of(kid) == name and (text := text_of(kid))), None)


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

    def close(self) -> None:
        """Nothing is left to do."""


def children(stream: BinaryIO, header: Header) -> Iterator[Element]:
    """Each child, when `header` has been filled. Raises BrokenFile where the file is no census, or breaks off."""
    reader = _Reader(header)
    parser = XMLParser(target=reader, forbid_dtd=True)
    silent, calls = 0, 0
    try:
        while chunk := stream.read(_CHUNK):
            parser.feed(chunk)
            silent, calls = (0, reader.calls) if reader.calls > calls else (silent + 1, calls)
            if silent > _SILENT:
                raise BrokenFile("a tag or a text has more than a megabyte")
            ready, reader.ready = reader.ready, []
            yield from ready
        parser.close()
    except DefusedXmlException:
        raise BrokenFile("a DTD or an entity is declared; the census has none") from None
    except (ParseError, ValueError, LookupError):
        # ValueError and LookupError: an encoding that the parser does not know.
        raise BrokenFile("not well-formed XML" if reader.root else "it is no census: no XML") from None
    yield from reader.ready


def excerpt(
    header: Header, identifiers: Element | None, module: Element, kept: Element, needed: frozenset[str]
) -> bytes:
    """A census of one child and one module, with no more of either than `needed` (names in lower case).

    It is what is stored of an element that is kept: it can be read again, and says nothing that no event would say.
    """
    root = Element("Message")
    head = SubElement(root, "Header")
    for name in sorted(_HEADER & header.values.keys()):
        SubElement(head, name).text = header.values[name]
    child = SubElement(SubElement(root, "Children"), "Child")
    if identifiers is not None and identifiers is not module:
        _copy(identifiers, child, kept, needed)
    _copy(module, child, kept, needed)
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    # Two elements of one module may be kept: what is stored of them must differ, or one would be taken for the other.
    return written + f"<!-- kept: {name_of(kept)} -->".encode()


def numbered(raw: bytes, number: int) -> bytes:
    """Such an excerpt of the so-manieth child of whom just this is told; it keeps its number when it is read again."""
    return raw.replace(b"<Header>", f"<Header><alike>{number}</alike>".encode(), 1)


def _copy(module: Element, child: Element, kept: Element, needed: frozenset[str]) -> None:
    home = SubElement(child, module.tag)
    for leaf in module:
        name = name_of(leaf)
        if leaf is kept or (len(leaf) == 0 and name in needed and name != name_of(kept)):
            SubElement(home, leaf.tag).text = leaf.text
