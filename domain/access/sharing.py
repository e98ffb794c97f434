"""What agreements between organisations, and consent, let somebody see of one entry: all of it, that it exists, or nothing.

Existence and content are told apart, since that an agency knows a child is itself a disclosure (access.md 2; domain.md E2).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from domain.agreements import Agreement, Shared
from domain.dates import FOREVER
from domain.effects import CLASSES_OF_A_CHILD
from domain.kinds import ANY_KIND, SENSITIVE_SERVICES, TOLD_IN_CONFIDENCE
from domain.timeline.entries import Entry

SENSITIVE: Final = "sensitive_service"
NO_AGREEMENT: Final = "no_agreement"
_CONTACT: Final = "contact"


@dataclass(frozen=True, slots=True)
class Sharing:
    """What is in force for one viewer: `organisation` is the viewer's, `agreements` all that were ever made.

    `disclosure_of`: the disclosure class of each kind of entry. `brokers`: the viewer arranges contact, and sees sensitive services.
    """

    organisation: str | None
    today: int
    brokers: bool = False
    agreements: Sequence[Agreement] = ()
    disclosure_of: Mapping[str, str] = field(default_factory=dict)

    def of(self, entry: Entry, consents: Iterable[Entry], sensitive: Iterable[Entry]) -> tuple[Shared, str | None]:
        """How much of an entry may be seen, and by which rule less than all.

        `consents`: the child's own that are open at the head and at the edition; `sensitive`: its open sensitive services.
        """
        if self.brokers or (self.organisation is not None and entry.organisation == self.organisation):
            return Shared.CONTENT, None
        if entry.kind in TOLD_IN_CONFIDENCE:
            shared = _consented(entry, consents, sensitive)
            return shared, None if shared is Shared.CONTENT else SENSITIVE
        first = entry.first_day()
        until = first + 1 if entry.moment and first is not None else FOREVER if entry.end is None else entry.end
        shared = self.agreed(entry.organisation, self.disclosure_of.get(entry.kind, ""), first, until)
        return shared, None if shared is Shared.CONTENT else NO_AGREEMENT

    def agreed(self, organisation: str, disclosure: str, first: int | None, until: int) -> Shared:
        """How much may be seen of what an organisation tells of a disclosure class, of the days `[first, until)`.

        By its agreements, where it has made any about that class; else by law alone, and all of it.
        """
        made = [one for one in self.agreements if one.has(organisation) and one.concerns(disclosure)]
        if not made or self.brokers or organisation == self.organisation:
            return Shared.CONTENT
        whose = self.organisation or ""
        in_force = [one for one in made if one.start <= self.today < one.end and one.has(whose)]
        agreed = (one.shares for one in in_force if one.covers(disclosure, first, until))
        return max(agreed, default=Shared.NOTHING)

    def knows_all(self, disclosure: str) -> bool:
        """Whether all that anybody tells of a disclosure class may be known.

        So it is where no agreement about the class leaves the viewer's organisation out: each organisation that made one shares
        content with it by one in force. What was over before that began counts in what is worked out, and stands on no page.
        """
        whose = self.organisation or ""
        made = [one for one in self.agreements if one.concerns(disclosure)]
        whole = [one for one in made if one.start <= self.today < one.end]
        whole = [one for one in whole if one.has(whose) and one.shares is Shared.CONTENT]
        parties = {party for one in made for party in one.parties if party != whose}
        return all(any(one.has_all_of(party) for one in whole) for party in parties)

    def not_all_known(self, reads: Iterable[str]) -> list[str]:
        """Of which disclosure classes the viewer may not know all, of those that a derived fact rests on by the kinds that it reads."""
        if self.brokers:
            return []
        classes = CLASSES_OF_A_CHILD if ANY_KIND in reads else {self.disclosure_of[kind] for kind in reads}
        return sorted(one for one in classes if not self.knows_all(one))


def _consented(entry: Entry, consents: Iterable[Entry], sensitive: Iterable[Entry]) -> Shared:
    """A sensitive service is shown as far as consent to show it goes, which each service of an organisation needs for itself.

    Which consent is for which service the views do not say: of more services than consents none is shown. (The Children Act 2004
    Information Database (England) Regulations 2007, regulations 6(3) and 11(3).)
    """
    if entry.kind not in SENSITIVE_SERVICES:
        return Shared.NOTHING
    given = [one for one in consents if one.organisation == entry.organisation]
    services = [one for one in sensitive if one.organisation == entry.organisation]
    if len(given) < max(1, len(services)):
        return Shared.NOTHING
    return min(Shared.CONTENT if one.scope == _CONTACT else Shared.EXISTENCE for one in given)
