"""FHIR XML from strangers: a bounded tree without DTDs or entities, looked into by the names of FHIR elements.

Source: FHIR STU3, *XML Representation of Resources*: every value is a `value` attribute, DTDs are not allowed.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Final
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, tostring

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import XMLParser

from adapters.intake.connectors.encodings import is_wrong_in_xml
from domain.errors import Rejected

FHIR: Final = "{http://hl7.org/fhir}"
_XHTML: Final = "{http://www.w3.org/1999/xhtml}"

# A published message has 4 to 20 kB, 600 elements and depth 12; these leave room for a wrapper with many messages.
MAX_BYTES: Final = 8 * 1024 * 1024
MAX_ELEMENTS: Final = 100_000
MAX_DEPTH: Final = 64
MAX_TEXT: Final = 64 * 1024


class BrokenOff(Rejected):
    """A file whose XML breaks off; `whole` are the bundles within it that were complete by then."""

    def __init__(self, reason: str, rule: str, whole: Sequence[Element]) -> None:
        super().__init__(reason, None, rule)
        self.whole = tuple(whole)


class _BoundedBuilder(TreeBuilder):
    """Builds the tree and gives up at the bounds; comments and processing instructions are left out by its base."""

    def __init__(self) -> None:
        super().__init__()
        self._elements = 0
        self._depth = 0
        self.bundles: list[Element] = []

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self._elements += 1
        self._depth += 1
        if self._elements > MAX_ELEMENTS:
            raise Rejected("too_large", None, f"more than {MAX_ELEMENTS} elements")
        if self._depth > MAX_DEPTH:
            raise Rejected("too_large", None, f"elements nested deeper than {MAX_DEPTH}")
        if any(len(text) > MAX_TEXT for text in attrs.values()):
            raise Rejected("too_large", None, f"a value longer than {MAX_TEXT} characters")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        self._depth -= 1
        ended = super().end(tag)
        # The innermost bundles: what another holds is its transport.
        if tag == FHIR + "Bundle" and self._depth and ended.find(f".//{tag}") is None:
            self.bundles.append(ended)
        return ended


def parse_bundle(data: bytes) -> Element:
    """The FHIR `Bundle` in some bytes; raises Rejected (`too_large`, `undecodable`) with a rule and no value.

    Where the XML breaks off it raises BrokenOff, with the bundles that came before.
    """
    if len(data) > MAX_BYTES:
        raise Rejected("too_large", None, f"larger than {MAX_BYTES} bytes")
    start = data[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start:
        raise Rejected("undecodable", None, "the file is empty")
    if start[:1] in (b"{", b"["):
        raise Rejected("undecodable", None, "JSON was found; event messages are read as FHIR XML")
    builder = _BoundedBuilder()
    parser = XMLParser(target=builder, forbid_dtd=True)
    try:
        parser.feed(data)
        root = parser.close()
    except DefusedXmlException:
        raise Rejected("undecodable", None, "a DTD or an entity is declared; FHIR allows none") from None
    except ParseError as error:
        said = "it says to be UTF-8, and is not," if is_wrong_in_xml(data, data) else "not well-formed XML"
        raise BrokenOff("undecodable", f"{said} at line {error.position[0]}", builder.bundles) from None
    except (ValueError, LookupError):
        raise Rejected("undecodable", None, "its encoding is not one that is known") from None
    if root.tag != FHIR + "Bundle":
        raise Rejected("undecodable", None, "the root is not a FHIR Bundle")
    return root


def name_of(element: Element) -> str:
    """Local name of a FHIR element; the whole tag of any other."""
    return element.tag.removeprefix(FHIR)


def kids(element: Element | None, *path: str) -> list[Element]:
    """All FHIR elements at a path below an element, in order."""
    found = [] if element is None else [element]
    for name in path:
        found = [child for parent in found for child in parent.findall(FHIR + name)]
    return found


def kid(element: Element | None, *path: str) -> Element | None:
    """The first FHIR element at a path."""
    found = kids(element, *path)
    return found[0] if found else None


def value(element: Element | None, *path: str) -> str | None:
    """The first value at a path, trimmed; None where it is absent or empty."""
    for found in kids(element, *path):
        text = " ".join((found.get("value") or "").split())
        if text:
            return text
    return None


def values(element: Element | None, *path: str) -> list[str]:
    """All values at a path, trimmed, without empty ones."""
    return [text for found in kids(element, *path) if (text := value(found)) is not None]


def extensions(element: Element | None, word: str) -> Iterator[Element]:
    """Extensions at any depth below an element whose URL ends in a name that holds `word` (lower case).

    The same extension is published under several URLs (EMS, CareConnect, with and without a version), nested or not.
    """
    for extension in kids(element, "extension"):
        last = (extension.get("url") or "").rstrip("/").rpartition("/")[2].replace("-", "").lower()
        if word in last:
            yield extension
        yield from extensions(extension, word)


def codes(concept: Element | None) -> list[str]:
    """Codes of a CodeableConcept, in order."""
    return values(concept, "coding", "code")


def extension_code(element: Element | None, word: str) -> str | None:
    """The code that the first such extension with a value carries, in whichever of FHIR's ways."""
    for extension in extensions(element, word):
        for path in (
            ("valueCodeableConcept", "coding", "code"),
            ("valueCoding", "code"),
            ("valueCode",),
            ("valueString",),
        ):
            code = value(extension, *path)
            if code is not None:
                return code
    return None


def resources(bundle: Element) -> Iterator[tuple[str | None, Element]]:
    """(full URL, resource) of each entry."""
    for entry in kids(bundle, "entry"):
        for resource in kids(entry, "resource"):
            for found in resource:
                yield value(entry, "fullUrl"), found


def digest(bundle: Element) -> str:
    """SHA-256 of what a message says: the same for the same statements in any layout, prefix, comment or entry order.

    The bundle's own id and the narrative are left out: they are the envelope and a rendering, not statements.
    """
    entries = sorted(hashlib.sha256(_canonical(resource)).digest() for _, resource in resources(bundle))
    return hashlib.sha256(b"".join(entries)).hexdigest()


def _canonical(element: Element) -> bytes:
    parts: list[str] = []
    _write(element, parts)
    return "".join(parts).encode("utf-8", "surrogatepass")


def _write(element: Element, parts: list[str]) -> None:
    # Lengths before texts, so that no two trees write the same.
    attributes: Iterable[tuple[str, str]] = sorted(element.attrib.items())
    parts.append(f"<{len(element.tag)}:{element.tag}")
    parts.extend(f" {len(name)}:{name}={len(text)}:{text}" for name, text in attributes)
    for child in element:
        if not child.tag.startswith(_XHTML):
            _write(child, parts)
    parts.append(">")


def to_bytes(bundle: Element) -> bytes:
    """A bundle that lay inside another, as a file of its own."""
    written: bytes = tostring(bundle, encoding="utf-8", xml_declaration=True, default_namespace=None)
    return written
