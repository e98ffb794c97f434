"""A real Chromium: at which widths pages are looked at, what axe finds on one, and where pictures of them are kept."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = (Path(__file__).parents[1] / "vendored/axe-core/axe.min.js").read_text()
WIDTHS = (320, 1280)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Where whoever works on the pages wants to look at them: a folder for a picture of each.
PICTURES = os.environ.get("ICR_TEST_PICTURES")


def axe(page: Page) -> list[str]:
    """What axe finds on a page: the rule, and where. What it cannot decide is not among it."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE)
    result: dict[str, Any] = page.evaluate(
        "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", RULES
    )
    assert len(result["passes"]) > 5
    return [f"{one['id']}: {node['target']}" for one in result["violations"] for node in one["nodes"]]


def fits(page: Page, name: str) -> None:
    """A page does not scroll sideways at any width; it is drawn where pictures are wanted."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 1000})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} scrolls sideways"
        if PICTURES:
            page.screenshot(path=Path(PICTURES) / f"{name}-{width}.png")


def found_by_axe(page: Page) -> list[str]:
    """What axe finds on a telephone's width, where a page is most crowded, and by night on a desk's too."""
    found = []
    for width in WIDTHS if os.environ.get("ICR_TEST_PROFILE") == "nightly" else WIDTHS[:1]:
        page.set_viewport_size({"width": width, "height": 1000})
        found += axe(page)
    return found


Look = Callable[[str], None]


def at(page: Page, look: Look, name: str, heading: str) -> None:
    """Wait for a page by its heading, and look at it."""
    page.get_by_role("heading", level=1, name=heading, exact=True).wait_for()
    page.wait_for_load_state()
    look(name)
