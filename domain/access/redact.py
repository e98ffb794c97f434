"""What is taken out of an answer before it is shaped, and by which rule (access.md 1 and 2; domain.md B1 and E4)."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeVar

from domain.access.rules import Extent
from domain.access.sharing import NO_AGREEMENT, SENSITIVE, Sharing
from domain.agreements import Shared
from domain.answers.brokering import ContactFacts
from domain.answers.children import ChildInIndex, ChildOverTime, FoundFacts, KnownChild
from domain.answers.deciding import DecisionFacts
from domain.answers.entries import Held, Week
from domain.answers.families import FamilyFacts
from domain.answers.leads import (
    CaseloadFacts,
    ChangesFacts,
    ChangesOfChild,
    ChildOfWorker,
    WorkerFamiliesFacts,
    WorkerFamilyFacts,
)
from domain.answers.siblings import SiblingsFacts
from domain.dates import FOREVER
from domain.events import ChildId
from domain.identifiers import AGENCY, NHS, UPN
from domain.kinds import SENSITIVE_SERVICES
from domain.timeline.entries import Entry

__all__ = ["MINIMAL", "NO_AGREEMENT", "NUMBERS", "SENSITIVE", "Sight", "derived_left_out", "redacted"]
MINIMAL: Final = "minimal"
NUMBERS: Final = "others_numbers"
_EDUCATION: Final = "education"
_IDENTITY: Final = "identity"
_WEEK: Final = 7
# Whose organisations work under a number that is issued nationally: schools and authorities, the health service.
_ISSUED_TO: Final[Mapping[str, tuple[str, ...]]] = {UPN: ("urn-", "la-"), NHS: ("ods-",)}
F = TypeVar("F")


@dataclass(frozen=True, slots=True)
class Sight:
    """What a viewer may see of what was gathered.

    `extent`: how much the rule that decided shows. `consents`: of the one child asked about, those that are open at the head and at
    the edition.
    `every_number`: agencies' schemes are not kept apart.
    """

    extent: Extent
    sharing: Sharing
    consents: Sequence[Entry] = ()
    every_number: bool = False


def redacted(facts: F, sight: Sight) -> tuple[F, list[str]]:
    """What may be shown of gathered facts, and the rule of each thing withheld."""
    if sight.extent is Extent.EVERYTHING:
        return facts, []
    work = _REDACTED.get(type(facts))
    if work is None:
        return facts, []
    redacting = _Redacting(sight)
    shown: F = work(redacting, facts)
    return shown, redacting.withheld


def derived_left_out(content: Any) -> list[str]:  # noqa: ANN401 - an answer
    """The same of an answer's rules that are shown of no child: one for each (domain.answers.not_shown)."""
    return [NO_AGREEMENT] * len(content.get("rules_not_shown", ())) if isinstance(content, Mapping) else []


@dataclass
class _Redacting:
    """One answer, and what was withheld of it so far."""

    sight: Sight
    withheld: list[str] = field(default_factory=list)

    def line(self, line: ChildInIndex) -> ChildInIndex:
        """A child's line."""
        if self.sight.extent is Extent.MINIMAL:
            return self.who(line)
        everything = self._entries(line.everything)
        return replace(
            line,
            known=self._known(line.known),
            held=self._held(line.held, line.everything),
            everything=everything,
            told=[one for one in line.told if self._may_name(one.organisation)],
            family_leads=[one for one in line.family_leads if self._shared(one.held.entry, ()) is Shared.CONTENT],
        )

    def who(self, line: ChildInIndex) -> ChildInIndex:
        """Of a child's line only who it is."""
        self.withheld.append(MINIMAL)
        return ChildInIndex(_minimal(line.known), None, (), ())

    def found(self, facts: FoundFacts) -> FoundFacts:
        """Children that were found."""
        return replace(facts, children=[self.line(one) for one in facts.children])

    def timeline(self, facts: ChildOverTime) -> ChildOverTime:
        """A child's timeline."""
        if self.sight.extent is Extent.MINIMAL:
            self.withheld.append(MINIMAL)
            return ChildOverTime(_minimal(facts.known), (), (), None)
        return replace(
            facts,
            known=self._known(facts.known),
            held=self._held(facts.held, [one.entry for one in facts.held]),
            weeks=[week for week in facts.weeks if self._sees_week(week)],
            kept_in_quarantine=None,
        )

    def decision(self, facts: DecisionFacts) -> DecisionFacts:
        """What a decision would do."""
        return replace(facts, line=self.line(facts.line))

    def contact(self, facts: ContactFacts) -> ContactFacts:
        """What a request for contact would say: of the child who it is, and no more."""
        return replace(facts, line=self.who(facts.line))

    def siblings(self, facts: SiblingsFacts) -> SiblingsFacts:
        """The others of a family: who they are."""
        return replace(facts, lines=[self.who(line) for line in facts.lines])

    def caseload(self, facts: CaseloadFacts) -> CaseloadFacts:
        """A worker's caseload, or what they would hand over."""
        page = facts.children
        return replace(facts, children=replace(page, items=[self._of_worker(one) for one in page.items]))

    def changes(self, facts: ChangesFacts) -> ChangesFacts:
        """What changed for a worker's children: of one that is no longer theirs, that it is not."""
        page = facts.children
        return replace(facts, children=replace(page, items=[self._changed(one) for one in page.items]))

    def families(self, facts: WorkerFamiliesFacts) -> WorkerFamiliesFacts:
        """A worker's families: of the brothers and sisters of their children only who they are."""
        page = facts.families
        return replace(facts, families=replace(page, items=[self._family(one) for one in page.items]))

    def _of_worker(self, one: ChildOfWorker) -> ChildOfWorker:
        everything = one.line.everything
        return replace(
            one,
            line=self.line(one.line),
            entries=self._held(one.entries, everything),
            leads=self._held(one.leads, everything),
        )

    def _changed(self, one: ChangesOfChild) -> ChangesOfChild:
        if not one.on_caseload:
            self.withheld.append(MINIMAL)
            return ChangesOfChild(_minimal(one.known), on_caseload=False, entries=(), taken_back=())
        return replace(
            one,
            known=self._known(one.known),
            entries=self._held(one.entries, ()),
            taken_back=self._held(one.taken_back, ()),
        )

    def _family(self, one: WorkerFamilyFacts) -> WorkerFamilyFacts:
        """What a brother or sister has lost touch with is not told either: the family's domains are those of the viewer's own."""
        children = [self.line(child) if child.known.child in one.mine else self.who(child) for child in one.children]
        return replace(one, children=children, listed=None if one.listed is None else _only_of(one.listed, one.mine))

    def _known(self, known: KnownChild) -> KnownChild:
        """A child without the schemes of numbers that are not the viewer's to know of (domain.md B1, 18)."""
        own = self.sight.sharing.organisation or ""
        schemes = [one for one in known.schemes if self.sight.every_number or _issued_to(one[1], own)]
        self.withheld += [NUMBERS] * (len(known.schemes) - len(schemes))
        called = [(name, {by for by in told if self._may_name(by)}) for name, told in known.person.called]
        return replace(known, schemes=schemes, person=replace(known.person, called=called))

    def _may_name(self, organisation: str) -> bool:
        """Whether it may be said that an organisation has told who a child is: that it knows the child is itself told by it."""
        if self.sight.sharing.agreed(organisation, _IDENTITY, None, FOREVER) is not Shared.NOTHING:
            return True
        self.withheld.append(NO_AGREEMENT)
        return False

    def _held(self, held: Iterable[Held], everything: Iterable[Entry]) -> list[Held]:
        sensitive = _sensitive(everything)
        kept = []
        for one in held:
            shared = self._shared(one.entry, sensitive)
            if shared is Shared.CONTENT:
                kept.append(one)
            elif shared is Shared.EXISTENCE:
                kept.append(Held(_existence(one.entry)))
        return kept

    def _shared(self, entry: Entry, sensitive: Iterable[Entry]) -> Shared:
        shared, rule = self.sight.sharing.of(entry, self.sight.consents, sensitive)
        if rule is not None:
            self.withheld.append(rule)
        return shared

    def _entries(self, everything: Sequence[Entry]) -> list[Entry]:
        """What a lead or a review is worked out from, without what may not be seen of it."""
        sight, sensitive = self.sight, _sensitive(everything)
        shared = ((one, sight.sharing.of(one, sight.consents, sensitive)[0]) for one in everything)
        # Of what only exists it counts that it leads, and since when. Who it is does not: whether another's lead is over would tell.
        return [
            one if how is Shared.CONTENT else replace(_existence(one), accepted=one.accepted)
            for one, how in shared
            if how is not Shared.NOTHING
        ]

    def _sees_week(self, week: Week) -> bool:
        shared = self.sight.sharing.agreed(f"urn-{week.school}", _EDUCATION, week.monday, week.monday + _WEEK)
        if shared is Shared.CONTENT:
            return True
        self.withheld.append(NO_AGREEMENT)
        return False


_REDACTED: Final[Mapping[type, Callable[[_Redacting, Any], Any]]] = {
    ChildInIndex: _Redacting.line,
    ChildOverTime: _Redacting.timeline,
    FoundFacts: _Redacting.found,
    DecisionFacts: _Redacting.decision,
    ContactFacts: _Redacting.contact,
    SiblingsFacts: _Redacting.siblings,
    CaseloadFacts: _Redacting.caseload,
    ChangesFacts: _Redacting.changes,
    WorkerFamiliesFacts: _Redacting.families,
}


def _only_of(facts: FamilyFacts, mine: Collection[ChildId]) -> FamilyFacts | None:
    """A family as it is out of touch by the indicators of some of its children alone; None where none is theirs."""
    pairs = [(one, whom) for one, whom in zip(facts.family.shown, facts.concerned, strict=True) if one.child in mine]
    if not pairs:
        return None
    family = replace(facts.family, shown=tuple(one for one, _ in pairs))
    return replace(facts, family=family, concerned=[whom for _, whom in pairs])


def _sensitive(everything: Iterable[Entry]) -> list[Entry]:
    return [one for one in everything if one.kind in SENSITIVE_SERVICES and one.end is None]


def _minimal(known: KnownChild) -> KnownChild:
    person = known.person
    return replace(
        known, records=(), schemes=(), person=replace(person, called=(), sex=None, names=person.names[:1]), minimal=True
    )


def _existence(entry: Entry) -> Entry:
    """That a service is involved, and since when."""
    return replace(
        entry, worker=None, team=None, role=None, reason=None, due=None, confirmed=None, accepted=None, scope=None
    )


def _issued_to(scheme: str, organisation: str) -> bool:
    if scheme in _ISSUED_TO:
        return organisation.startswith(_ISSUED_TO[scheme])
    return scheme.startswith(f"{AGENCY}:{organisation}:")
