"""What is taken out of an answer before it is shaped, and by which rule (access.md 1 and 2)."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final, TypeVar

from domain.access.viewer import Role, Viewer
from domain.answers.children import ChildInIndex, ChildOverTime
from domain.answers.entries import Held
from domain.answers.leads import CaseloadFacts, ChildOfWorker
from domain.kinds import SENSITIVE_SERVICES

SENSITIVE: Final = "sensitive_service"
F = TypeVar("F")


def redacted(facts: F, viewer: Viewer) -> tuple[F, list[str]]:
    """What may be shown of gathered facts, and the rule of each thing withheld.

    A sensitive service is shown to nobody who works with a child: its name and contact are for brokering alone (The Children
    Act 2004 Information Database (England) Regulations 2007, regulation 6(3)). Consent to be shown will widen this.
    """
    if viewer.role is Role.OPERATOR:
        return facts, []
    withheld: list[str] = []
    shown: object = facts
    if isinstance(facts, ChildInIndex):
        shown = _line(facts, withheld)
    elif isinstance(facts, ChildOverTime):
        shown = replace(facts, held=_kept(facts.held, withheld))
    elif isinstance(facts, CaseloadFacts):
        page = facts.children
        shown = replace(facts, children=replace(page, items=[_of_worker(one, withheld) for one in page.items]))
    return shown, withheld  # type: ignore[return-value] # of the same type, with less in it


def _line(line: ChildInIndex, withheld: list[str]) -> ChildInIndex:
    return replace(
        line,
        held=_kept(line.held, withheld),
        everything=[entry for entry in line.everything if entry.kind not in SENSITIVE_SERVICES],
    )


def _of_worker(one: ChildOfWorker, withheld: list[str]) -> ChildOfWorker:
    return replace(
        one,
        line=_line(one.line, withheld),
        entries=_kept(one.entries, withheld),
        leads=_kept(one.leads, withheld),
    )


def _kept(held: Iterable[Held], withheld: list[str]) -> Sequence[Held]:
    kept = []
    for one in held:
        if one.entry.kind in SENSITIVE_SERVICES:
            withheld.append(SENSITIVE)
        else:
            kept.append(one)
    return kept
