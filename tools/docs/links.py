"""Links between the pages: every file and every heading that a page points to must be there."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tools.markdown import anchor

_LINK: Final = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
_FENCE: Final = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
_CODE: Final = re.compile(r"`[^`\n]*`")
_HEADING: Final = re.compile(r"^#{1,6} +(.+?) *#*$", re.MULTILINE)
_OUTSIDE: Final = ("http://", "https://", "mailto:")


def pages_of(root: Path) -> list[Path]:
    """The pages of the repository: those at its top, and all of `docs/`."""
    return sorted([*root.glob("*.md"), *(root / "docs").rglob("*.md")])


def broken(root: Path) -> list[str]:
    """Links that lead nowhere, as `page: link`."""
    found = []
    for page in pages_of(root):
        for link in _links(page.read_text(encoding="utf-8")):
            path, _, heading = link.partition("#")
            target = (page.parent / path).resolve() if path else page
            if not target.exists():
                found.append(f"{page.relative_to(root)}: {link} is not there")
            elif heading and heading not in anchors(target.read_text(encoding="utf-8")):
                found.append(f"{page.relative_to(root)}: {link} has no such heading")
    return found


def _links(text: str) -> Iterator[str]:
    plain = _CODE.sub("", _FENCE.sub("", text))
    return (link for link in _LINK.findall(plain) if not link.startswith(_OUTSIDE))


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings; a title that comes again gets a number."""
    found: dict[str, int] = {}
    names = set()
    for title in _HEADING.findall(_FENCE.sub("", text)):
        name = anchor(re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title))
        count = found.get(name, 0)
        found[name] = count + 1
        names.add(name if count == 0 else f"{name}-{count}")
    return names
