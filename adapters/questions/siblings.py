"""Gathers who else is a child of a child's family."""

from adapters.questions.index_line import gather_lines
from adapters.questions.kin import others_in_families
from adapters.questions.leads import entries_of_worker
from adapters.questions.reading import Reading
from domain.answers.siblings import SiblingsFacts
from domain.questions.about import ShowSiblings


def gather_siblings(read: Reading, question: ShowSiblings, day: int) -> SiblingsFacts | None:
    """The other children of a child's family on a day; None when nothing is known by that."""
    child = read.child(question.identifier, question.record)
    if child is None:
        return None
    family = others_in_families(read, [child], day)[child]
    others = sorted(family - read.kept_from(family))
    mine = set(entries_of_worker(read, read.viewer.name, day)) if others else set()
    return SiblingsFacts(child, list(gather_lines(read, others, day).values()) if others else [], mine)
