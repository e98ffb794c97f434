"""A version of the table of who may see what as plain values, and what another version opens and closes, in words (access.md 2).

The table is kept as it is, not as what it decides: an older version then decides of questions and roles that it never heard of as
it would have, which is to show nothing.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Final

from domain.access.conditions import All, Condition, Either, Has, Not, folded, leaves
from domain.access.rules import NOT_ALLOWED, Bar, Basis, Extent, Rule, Whose
from domain.access.viewer import GRANTED, Opening, Role
from domain.proof.canonical import canonical

Plain = dict[str, Any]
# What a viewer is here as: a practitioner who holds one other role at most; what two roles show is what either shows.
ROLES: Final = (
    *(frozenset({role}) for role in (Role.OPERATOR, Role.FEED, Role.PRACTITIONER)),
    *(frozenset({Role.PRACTITIONER, role}) for role in GRANTED),
)
_YES_NO: Final = (False, True)
# What a point is made of beside the question, each attribute with all that it can be; of bases and bars one at most.
SPACE: Final[Mapping[str, Sequence[Any]]] = {
    "roles": ROLES,
    "opening": (None, *Opening),
    "people_sign_in": _YES_NO,
    "signed_in_strongly": _YES_NO,
    "in_case": _YES_NO,
    "whose": tuple(Whose),
    "bases": (frozenset[Basis](), *(frozenset({one}) for one in Basis)),
    "bars": (frozenset[Bar](), *(frozenset({one}) for one in Bar)),
    "shielded": _YES_NO,
    "claims_left": _YES_NO,
    "restricted": _YES_NO,
}
_KNOWN: Final = ("question", "roles", "opening", "people_sign_in", "signed_in_strongly", "in_case")
_MET: Final = ("whose", "bases", "bars", "shielded", "claims_left", "restricted")


def as_plain(rules: Iterable[Rule]) -> list[Plain]:
    """A table as plain values of JSON."""
    return [
        {
            "id": rule.id,
            "shows": None if rule.shows is None else rule.shows.value,
            "when": _plain(rule.when),
            "says": rule.says,
            "law": rule.law,
            "purpose": rule.purpose,
            "unshields": rule.unshields,
            "alerts": rule.alerts,
        }
        for rule in rules
    ]


def read_plain(told: Iterable[Mapping[str, Any]]) -> list[Rule]:
    """The table that `as_plain` wrote. Raises KeyError, TypeError or ValueError where it is none."""
    return [
        Rule(
            one["id"],
            None if one["shows"] is None else Extent(one["shows"]),
            _condition(one["when"]),
            one["says"],
            one["law"],
            one["purpose"],
            one["unshields"],
            one["alerts"],
        )
        for one in told
    ]


def questions_asked(rules: Iterable[Rule]) -> set[str]:
    """The questions that rules name."""
    asked = (leaf.among for rule in rules for leaf in leaves(rule.when) if leaf.attribute == "question")
    return {str(one) for some in asked for one in some}


def digest(rules: Iterable[Rule]) -> str:
    """By which a version of the table is known: the entries of the access log name it in their context."""
    return hashlib.sha256(canonical(as_plain(rules))).hexdigest()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a table shows at a point, and by which rule."""

    shows: Extent | None
    unshields: bool
    rule: str

    @property
    def much(self) -> tuple[int, bool]:
        """How much that is, to be compared."""
        return _MUCH.index(self.shows), self.unshields


_MUCH: Final = (None, *Extent)
Values = tuple[Any, ...]  # of a point, in the order of its attributes
Box = tuple[tuple[Any, ...], ...]  # of each attribute some values: all points that have one of each
_Left = tuple[
    tuple[Outcome, bool | Condition], ...
]  # what is still to be asked when the viewer and the question are known


@dataclass(frozen=True, slots=True)
class Change:
    """Points at which another version of the table shows more or less: all that have one of the values of each attribute."""

    before: Outcome
    after: Outcome
    of: Mapping[str, Sequence[Any]]

    @property
    def opens(self) -> bool:
        """Whether more is shown than before."""
        return self.after.much > self.before.much


def changes(before: Sequence[Rule], after: Sequence[Rule], questions: Sequence[str]) -> list[Change]:
    """What a version of the table opens and closes against another: as few boxes of points as are found, what is opened first."""
    viewers: dict[tuple[_Left, _Left], set[Values]] = {}
    known = {"question": tuple(questions)} | {name: SPACE[name] for name in _KNOWN[1:]}
    for question in questions:
        asked = [
            _left(rules, {"question": question}) for rules in map(_outcomes, (before, after))
        ]  # of most rules nothing
        for values in product([question], *(known[name] for name in _KNOWN[1:])):
            said = dict(zip(_KNOWN, values, strict=True))
            was, now = (_left(left, said) for left in asked)
            if was != now:
                viewers.setdefault((was, now), set()).add(values)
    met = {name: SPACE[name] for name in _MET}
    by_whom: dict[tuple[Outcome, Outcome, Box], set[Values]] = {}
    for (was, now), some in viewers.items():
        asked_of = _asked_of(was) | _asked_of(now)  # of the rest it is the same whatever they are
        told = {name: values for name, values in met.items() if name in asked_of}
        differing: dict[tuple[Outcome, Outcome], set[Values]] = {}
        for values in product(*told.values()):
            one, other = (_decided(left, dict(zip(told, values, strict=True))) for left in (was, now))
            if one.much != other.much:
                differing.setdefault((one, other), set()).add(values)
        for pair, points in differing.items():
            for box in _boxes(points, list(told.values())):
                whole = met | dict(zip(told, box, strict=True))
                by_whom.setdefault((*pair, tuple(map(tuple, whole.values()))), set()).update(some)
    found = [
        Change(one, other, dict(zip((*_KNOWN, *_MET), (*asking, *box), strict=True)))
        for (one, other, box), some in by_whom.items()
        for asking in _boxes(some, list(known.values()))
    ]
    return sorted(found, key=lambda one: (not one.opens, one.after.rule, one.before.rule, _places(one.of, known | met)))


def _places(of: Mapping[str, Sequence[Any]], wide: Mapping[str, Sequence[Any]]) -> list[list[int]]:
    """Where the values of a box stand among all: an order that is the same in every process, as that of a set is not."""
    return [[wide[name].index(value) for value in values] for name, values in of.items()]


@dataclass(frozen=True, slots=True)
class _Met:
    """A point, as conditions ask of it."""

    said: Mapping[str, Any]

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - an attribute of a point
        return self.said[name]


def _outcomes(rules: Iterable[Rule]) -> _Left:
    return tuple((Outcome(rule.shows, rule.unshields, rule.id), rule.when) for rule in rules)


def _left(outcomes: _Left, known: Mapping[str, Any]) -> _Left:
    left = ((one, when if isinstance(when, bool) else folded(when, known)) for one, when in outcomes)
    return tuple((one, when) for one, when in left if when is not False)


def _asked_of(left: _Left) -> set[str]:
    return {leaf.attribute for _, when in left if not isinstance(when, bool) for leaf in leaves(when)}


def _decided(left: _Left, values: Mapping[str, Any]) -> Outcome:
    at = _Met(values)
    return next((one for one, when in left if when is True or (when is not False and when.holds(at))), _NOTHING)


_NOTHING: Final = Outcome(None, unshields=False, rule=NOT_ALLOWED.id)


def _boxes(points: set[Values], wide: Sequence[Sequence[Any]]) -> Iterator[Box]:
    """The points as boxes, each as wide as it can be: none holds a point that is not among them."""
    place_of = [{value: at for at, value in enumerate(values)} for values in wide]
    covered: set[Values] = set()
    for start in sorted(points, key=lambda one: [place_of[at][value] for at, value in enumerate(one)]):
        if start in covered:
            continue
        box = [[value] for value in start]
        for place in reversed(range(len(wide))):
            beside = list(product(*(values for at, values in enumerate(box) if at != place)))
            for value in wide[place]:
                if value not in box[place] and all((*one[:place], value, *one[place:]) in points for one in beside):
                    box[place].append(value)
        covered |= set(product(*box))
        yield tuple(tuple(value for value in every if value in held) for every, held in zip(wide, box, strict=True))


def _plain(condition: Condition) -> Plain:
    if isinstance(condition, Has):
        return {"has": condition.attribute, "among": sorted(condition.among, key=str)}
    if isinstance(condition, Not):
        return {"not": _plain(condition.of)}
    if isinstance(condition, All | Either):
        return {"every" if isinstance(condition, All) else "either": [_plain(one) for one in condition.of]}
    raise TypeError(f"a condition of no known kind: {type(condition).__name__}")


def _condition(told: Mapping[str, Any]) -> Condition:
    if "has" in told:
        return Has(told["has"], frozenset(told["among"]))
    if "not" in told:
        return Not(_condition(told["not"]))
    of = tuple(_condition(one) for one in told["every" if "every" in told else "either"])
    return All(of) if "every" in told else Either(of)
