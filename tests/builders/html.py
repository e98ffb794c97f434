"""Whether a page is well-formed: each element closed where it must be, each id once, and what is named by an id is there."""

from collections.abc import Sequence
from html.parser import HTMLParser
from typing import Final

_VOID: Final = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
# Elements that may not stand within a paragraph: a browser would close it before them.
_BLOCKS: Final = frozenset(
    {"div", "dl", "fieldset", "form", "h1", "h2", "h3", "h4", "ol", "p", "pre", "section", "table", "ul", "details"}
)
_PARENTS: Final = {"li": {"ul", "ol"}, "dt": {"dl", "div"}, "dd": {"dl", "div"}, "legend": {"fieldset"}, "summary": {"details"}}  # fmt: skip
_CHILDREN: Final = {"ul": {"li"}, "ol": {"li"}, "dl": {"div", "dt", "dd"}}
_NAMES: Final = ("for", "aria-labelledby", "aria-describedby", "aria-controls")


class _Reader(HTMLParser):
    """Reads a page, and keeps what is wrong with it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.wrong: list[str] = []
        self.open: list[str] = []
        self.ids: list[str] = []
        self.named: list[str] = []
        self.headings: list[int] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        above = self.open[-1] if self.open else None
        if tag in _PARENTS and above not in _PARENTS[tag]:
            self.wrong.append(f"<{tag}> within <{above}>")
        if above in _CHILDREN and tag not in _CHILDREN[above]:
            self.wrong.append(f"<{tag}> within <{above}>")
        if tag in _BLOCKS and "p" in self.open:
            self.wrong.append(f"<{tag}> within <p>")
        if tag == "form" and "form" in self.open:
            self.wrong.append("a form within a form")
        self._attributes(tag, attrs)
        if tag not in _VOID:
            self.open.append(tag)

    def _attributes(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        if len(set(names)) < len(names):
            self.wrong.append(f"an attribute of <{tag}> twice")
        said = dict(attrs)
        if said.get("id") is not None:
            self.ids.append(said["id"] or "")
        self.named += [one for name in _NAMES for one in (said.get(name) or "").split()]
        if (said.get("href") or "").startswith("#"):
            self.named.append((said["href"] or "")[1:])
        if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            self.headings.append(int(tag[1]))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element that closes itself: only a void one may."""
        if tag not in _VOID:
            self.wrong.append(f"<{tag}/>")
        self._attributes(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """An element ends."""
        if not self.open or self.open[-1] != tag:
            self.wrong.append(f"</{tag}> where {self.open[-1:]} is open")
        else:
            self.open.pop()


def ill_formed(page: str) -> Sequence[str]:
    """What is wrong with a page; nothing of a good one."""
    read = _Reader()
    read.feed(page)
    read.close()
    wrong = [*read.wrong, *(f"<{tag}> is not closed" for tag in read.open)]
    wrong += [f"id {one} twice" for one in sorted({one for one in read.ids if read.ids.count(one) > 1})]
    wrong += [f"nothing has the id {one}" for one in read.named if one not in read.ids]
    if read.headings.count(1) != 1:
        wrong.append(f"{read.headings.count(1)} headings of level 1")
    steps = zip(read.headings, read.headings[1:], strict=False)
    return wrong + [
        f"a heading of level {after} after one of {before}" for before, after in steps if after > before + 1
    ]
