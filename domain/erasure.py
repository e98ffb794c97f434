"""When a record may be erased: on which ground, that no exemption and no hold keeps it, and by whose two words (docs/decisions/0063)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from domain.access.viewer import Role
from domain.dates import LONDON
from domain.errors import Rejected

# The officer acts, and so does the index team, which finds wrong joins; the data protection officer checks both, so acts in neither
# (UK GDPR Article 38(6); access.md 2).
MAY_PROPOSE: Final = frozenset({Role.PRIVACY_OFFICER, Role.INDEX_TEAM})
MAY_CONFIRM: Final = frozenset({Role.PRIVACY_OFFICER})
# The access log is the officers' own: the index team gives none of it up.
MAY_PROPOSE_MONTH: Final = frozenset({Role.PRIVACY_OFFICER})

RETENTION: Final = "retention"
GROUNDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "no_longer_needed": "It is no longer needed for what it was collected for: UK GDPR Article 17(1)(a)",
        "consent_withdrawn": "It rested on consent, which was withdrawn, and on nothing else: UK GDPR Article 17(1)(b)",
        "objection": "The person objected, and nothing overrides that: UK GDPR Article 17(1)(c)",
        "unlawful": "It was processed unlawfully, as where it is another child's: UK GDPR Article 17(1)(d)",
        "legal_obligation": "A law or a court requires it: UK GDPR Article 17(1)(e)",
        RETENTION: "Its time of keeping is over: UK GDPR Article 5(1)(e)",
    }
)
EXEMPTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "expression": "It is needed for freedom of expression and information: UK GDPR Article 17(3)(a)",
        "public_task": "It is needed for a legal obligation or a public task: UK GDPR Article 17(3)(b)",
        "public_health": "It is needed for public health: UK GDPR Article 17(3)(c)",
        "archiving": "It is needed for archiving, research or statistics: UK GDPR Article 17(3)(d)",
        "legal_claims": "It is needed for legal claims: UK GDPR Article 17(3)(e)",
    }
)
# What must be ended before a record is erased, by the kind of entry: a hold keeps it, and what protects the child would be lost
# with it, while new events under its number would be shown without.
KEEPS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "legal_hold": "a legal hold is in force",
        "shield": "the child is shielded: end the shield first",
        "identity_sealed": "an identity is sealed, and what still comes under its number must stay withheld",
    }
)
MOST_RECORDS: Final = 1000  # of one proposal; a child has at most twelve
VALID_DAYS: Final = 30  # for which a proposal may be confirmed: what it was weighed on may be otherwise by then


@dataclass(frozen=True, slots=True)
class Proposal:
    """Records that somebody proposes to erase, or a `month` of the access log that they propose to give up.

    `proposed_by` and `confirmed_by` as ORGANISATION:STAFF, days since 1970.
    """

    erasure: str
    ground: str
    exemptions: tuple[str, ...]
    records: tuple[str, ...]
    case: str | None
    proposed_by: str
    proposed_on: int
    confirmed_by: str | None = None
    confirmed_on: int | None = None
    month: str | None = None


def check_ground(ground: str, exemptions: Collection[str]) -> None:
    """Whether somebody said enough to erase on a ground: of each exemption that it was looked at and does not apply.

    That the time of keeping is over is no request of a person's, to which exemptions apply. Raises Rejected.
    """
    if ground not in GROUNDS:
        raise Rejected("unknown_code", "ground", f"one of {', '.join(GROUNDS)}")
    if unknown := set(exemptions) - EXEMPTIONS.keys():
        raise Rejected("unknown_code", "exemptions", f"{len(unknown)} are none of {', '.join(EXEMPTIONS)}")
    missing = [name for name in EXEMPTIONS if name not in exemptions]
    if ground != RETENTION and missing:
        rule = f"each exemption is looked at, and said not to apply: {', '.join(missing)} is not"
        raise Rejected("missing_field", "exemptions", rule)


def check_proposing(roles: Collection[Role], *, month: bool = False) -> None:
    """Whether somebody in some roles may propose; `month`: that a month of the access log be given up. Raises Rejected."""
    if month and not MAY_PROPOSE_MONTH & set(roles):
        raise Rejected("not_so", "by", "only a privacy officer proposes to give up a month")
    if not MAY_PROPOSE & set(roles):
        raise Rejected("not_so", "by", "a privacy officer or a member of the index team proposes")


def check_due(due: datetime | None, now: datetime) -> None:
    """Whether the time of keeping of a month of the access log is over; `due`: when, None: never. Raises Rejected."""
    if due is None:
        raise Rejected("not_so", "month", "the retention schedule has no years for the access log, so it is kept")
    if due > now:
        there = due.astimezone(LONDON)
        raise Rejected("not_so", "month", f"it is kept until {there.day} {there:%B %Y}")


def check_held(accesses: int) -> None:
    """Whether no access of a month is held, by a legal hold or an open case. Raises Rejected.

    It does not say how many: as many as somebody's own would tell them of a case about them.
    """
    if accesses:
        raise Rejected("not_so", "month", "accesses of it are held, by a legal hold or an open case: the month waits")


def check_confirming(proposal: Proposal, by: str, roles: Collection[Role], day: int) -> None:
    """Whether somebody in some roles may confirm a proposal on a day: a second person. Raises Rejected."""
    if not MAY_CONFIRM & set(roles):
        raise Rejected("not_so", "by", "a privacy officer confirms")
    if by == proposal.proposed_by:
        raise Rejected("not_so", "by", "who proposed it does not confirm it: that takes a second person")
    if proposal.confirmed_by is not None:
        raise Rejected("already_so", "erasure", "it was confirmed before")
    if day > proposal.proposed_on + VALID_DAYS:
        raise Rejected("not_so", "erasure", f"it was proposed more than {VALID_DAYS} days ago: propose it anew")


def check_kept(kinds: Collection[str]) -> None:
    """Whether nothing keeps records, of which entries of some kinds stand. Raises Rejected."""
    for kind, why in KEEPS.items():
        if kind in kinds:
            raise Rejected("not_so", "records", why)
