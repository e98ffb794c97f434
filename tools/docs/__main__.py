"""`python -m tools.docs [--check]`."""

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Final

from adapters.embedded.binaries import packaged_binaries
from adapters.embedded.postgres import PostgresServer
from adapters.log.connections import connect
from adapters.migrations.migrate import migrate
from domain.errors import IcrError, Misuse
from tools.docs import (
    access,
    asyncapi,
    contract,
    event_pages,
    examples,
    indicators,
    links,
    model,
    officers,
    policy,
    reference,
)

ROOT: Final = Path(__file__).resolve().parent.parent.parent

_ALL_MADE: Final = ("rules", "events")  # folders with nothing in them that is written by hand


def made(root: Path, database_url: str) -> dict[str, str]:
    """Every page that is made, by its path below `docs/`; the database is a migrated one."""
    with connect(database_url) as connection:
        return {
            **examples.pages(root),
            **contract.pages(),
            **event_pages.pages(),
            **indicators.pages(root),
            **access.pages(),
            **officers.pages(),
            **policy.pages(),
            **asyncapi.pages(),
            **reference.pages(),
            **model.pages(connection),
        }


def differing(root: Path, pages: dict[str, str]) -> list[str]:
    """The made pages that are not what is committed, and committed pages that nothing makes any more."""
    docs = root / "docs"
    found = [
        name
        for name, text in pages.items()
        if not (docs / name).is_file() or (docs / name).read_text(encoding="utf-8") != text
    ]
    there = [f"{folder}/{page.name}" for folder in _ALL_MADE for page in (docs / folder).glob("*.md")]
    left = [name for name in there if name not in pages]
    return sorted([*found, *left])


def write(root: Path, pages: dict[str, str]) -> list[str]:
    """Write what differs; the names of what was written or removed."""
    changed = differing(root, pages)
    for name in changed:
        page = root / "docs" / name
        if name in pages:
            page.parent.mkdir(parents=True, exist_ok=True)
            page.write_text(pages[name], encoding="utf-8")
        else:
            page.unlink()
    return changed


def run(arguments: list[str] | None = None) -> int:
    """Make or check the pages: 0 all well, 1 a page differs or a link leads nowhere, 2 not where the tests are."""
    parser = argparse.ArgumentParser(
        prog="./dev docs", description="Make the pages of docs/ that are made, and check all links."
    )
    parser.add_argument("--check", action="store_true", help="write nothing; end with 1 when a page differs")
    parser.add_argument(
        "--release-policy", action="store_true", help="keep the rules of who may see what as the next released version"
    )
    given = parser.parse_args(arguments)
    check = given.check
    if given.release_policy:
        policy.release()
    try:
        pages = _made_here()
    except IcrError as error:
        sys.stderr.write(f"docs: {error}\n")
        return error.exit_code
    changed = differing(ROOT, pages) if check else write(ROOT, pages)
    wrong = links.broken(ROOT)
    for name in changed:
        sys.stderr.write(f"docs: docs/{name} {'differs from what is made: run ./dev docs' if check else 'written'}\n")
    for line in wrong:
        sys.stderr.write(f"docs: {line}\n")
    sys.stdout.write(f"{len(pages)} pages made, {len(links.pages_of(ROOT))} pages looked through for links\n")
    return 1 if wrong or (check and changed) else 0


def _made_here() -> dict[str, str]:
    """The pages, with a throw-away database to read the comments from."""
    if not (ROOT / "tests" / "spec" / "contents.py").is_file():
        raise Misuse("the pages are made in a copy of the repository, where the tests are")
    with tempfile.TemporaryDirectory(prefix="icr-docs-") as folder:
        Path(folder).chmod(0o711)  # passable: the server may run under another account
        server = PostgresServer(Path(folder) / "cluster", durable=False, options={}, binaries=packaged_binaries())
        server.start()
        try:
            migrate(server.url)
            return made(ROOT, server.url)
        finally:
            server.stop()


if __name__ == "__main__":
    sys.exit(run())
