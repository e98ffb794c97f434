"""Who asks. Until people sign in it is whoever operates this installation, who may ask everything (access.md 2, 6)."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks a question, in which role."""

    name: str
    role: str


LOCAL_OPERATOR: Final = Viewer("local", "operator")
