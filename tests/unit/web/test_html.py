"""That a page is well-formed is worth nothing unless an ill-formed one is found."""

import pytest

from tests.builders.html import ill_formed

GOOD = '<html lang="en"><body><h1 id="a">A</h1><p>b<br></p><ul><li>c</li></ul></body></html>'


def test_a_good_page_is_good() -> None:
    assert ill_formed(GOOD) == []


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("</li>", ""),
        ("</p>", "</p></p>"),
        ("<li>c</li>", "<p>c</p>"),
        ("<p>b<br></p>", "<p><div>b</div></p>"),
        ("<p>b", '<p id="a">b'),
        ("<p>b", '<p aria-labelledby="nowhere">b'),
        ("<p>b", '<p class="x" class="y">b'),
        ("<p>b", "<p/>b"),
        ("<p>b", "<h3>c</h3><p>b"),
        ("<p>b", "<h1>c</h1><p>b"),
        ('<h1 id="a">A</h1>', ""),
        ("<ul>", "<form><form></form></form><ul>"),
    ],
)
def test_what_is_wrong_is_found(was: str, now: str) -> None:
    assert was in GOOD
    assert ill_formed(GOOD.replace(was, now, 1)) != []
