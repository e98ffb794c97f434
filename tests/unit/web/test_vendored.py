"""What the pages carry of others is what its page says, and nothing that a service outside GOV.UK may not use."""

import hashlib
import re
from importlib.resources import files
from pathlib import Path

import pytest

from adapters.web.rendering import MEDIA_TYPES, static_files

ROOT = Path(__file__).parents[3]
FOLDERS = {ROOT / "adapters/web/static": ["app.css"], ROOT / "tests/vendored": ["axe-core/axe.min.js"]}
STATIC = ROOT / "adapters/web/static"


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_file_is_the_one_that_its_page_names(folder: Path) -> None:
    named = dict(
        reversed(line.split())
        for line in re.findall(r"^    [0-9a-f]{64}  \S+$", (folder / "VENDORED.md").read_text(), re.MULTILINE)
    )
    found = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in FOLDERS[folder]}
    assert named == found


def test_no_crown_and_no_transport_font_is_shipped() -> None:
    for file in STATIC.iterdir():
        text = file.read_text().lower() if file.suffix != ".md" else ""
        assert not re.search(r"transport|crest|crown|logotype|@font-face", text), file.name
    assert {file.suffix for file in STATIC.iterdir()} == {".css", ".svg", ".md"}


def test_the_style_sheet_asks_for_nothing_from_elsewhere() -> None:
    assert not re.search(rb"url\(|@import", (STATIC / "app.css").read_bytes())


def test_every_file_that_pages_name_is_in_the_package() -> None:
    assert len(static_files()) == len(MEDIA_TYPES)
    for name in MEDIA_TYPES:
        assert (files("adapters.web") / "static" / name).is_file()


def test_the_recipe_names_the_releases_that_its_page_names() -> None:
    recipe, page = (ROOT / "adapters/web/styles/package.json").read_text(), (STATIC / "VENDORED.md").read_text()
    for package, release in re.findall(r'"(govuk-frontend|@ministryofjustice/frontend)": "([0-9.]+)"', recipe):
        assert f"`{package}` {release}" in page
    assert "resolved" not in (ROOT / "adapters/web/styles/package-lock.json").read_text(), "a lock names no registry"
