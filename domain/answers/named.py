"""Names beside the codes of an answer of the log: of the organisations and people that it tells of."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final

from typing_extensions import TypedDict

from domain.answers.fields import Discloses, Written
from domain.identifiers import AGENCY

# Fields in which an organisation or a person stands by code; what a case was done with may be one.
_CODES: Final = frozenset(
    {"organisation", "viewer", "opened_by", "concerned", "by", "item", "proposed_by", "confirmed_by"}
)
_SCHEME: Final = "scheme"  # of a number: an agency's own names the agency
NAMES: Final = "names"
CODED: Final = frozenset({"organisation", "viewer"})  # what a column holds
_OTHERS: Final = frozenset({"content", "today", "asked"})  # what an access showed and was asked by is told as it was


class Named(TypedDict):
    """An answer that tells of organisations and people by code. It is shaped without names, and the door puts them beside."""

    names: Annotated[
        dict[str, str],
        Written("Names of organisations and people that are told of, by code, of those that are registered"),
        Discloses.WORKER,
    ]


def codes_in(answer: Any) -> Iterator[str]:  # noqa: ANN401 - an answer, or a piece of one
    """The codes of organisations and people in an answer, some more than once."""
    if isinstance(answer, list):
        for within in answer:
            yield from codes_in(within)
    elif isinstance(answer, Mapping):
        for name, within in answer.items():
            if name in _CODES and isinstance(within, str):
                yield within
            elif name == _SCHEME and isinstance(within, str):
                yield within.removeprefix(f"{AGENCY}:").partition(":")[0]
            elif name not in _OTHERS:
                yield from codes_in(within)
        yield from _in_table(answer)


def _in_table(answer: Mapping[str, Any]) -> Iterator[str]:
    places = [place for place, column in enumerate(answer.get("columns", ())) if column["holds"] in CODED]
    for row in answer["rows"] if places else ():
        yield from (row[place] for place in places if row[place] is not None)
