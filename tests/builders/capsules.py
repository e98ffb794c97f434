"""Fixed makings of a child's pages, which every released capsule is given, and what each made of them when it was released.

`python -c 'from tests.builders.capsules import keep; keep()'` writes down what the capsules that are new make of it.
"""

import json
from pathlib import Path
from typing import Any, Final

from adapters.disclosure import capsules

FOLDER: Final = Path(__file__).parent.parent / "capsules"
PAGES: Final = ("page", "timeline")


def makings(name: str) -> bytes:
    """One of the fixed makings."""
    return (FOLDER / f"{name}.makings.json").read_bytes()


def page(name: str, capsule: str) -> dict[str, Any]:
    """What a capsule made of it when it was released."""
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.{capsule[:16]}.json").read_text())
    return found


def keep() -> None:
    """Write down what each capsule makes of them, where that is not written down yet."""
    for capsule in capsules.released():
        for name in PAGES:
            file = FOLDER / f"{name}.{capsule[:16]}.json"
            if not file.exists():
                made = capsules.run(capsule, makings(name))
                file.write_text(json.dumps(made, indent=1, ensure_ascii=False, sort_keys=True) + "\n")
