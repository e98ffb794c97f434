"""Commands: what people decide of a child, as rules on its timeline at the head of the log (design D12; domain.md D).

A command asks for one event. Its rule looks at the child and gives nothing, or raises Rejected with the rule that refuses:
`not_so` where what it builds on is not there, `already_so` where it is so already, `impossible_date` for a child who has
died. What the event must carry is the event contract's business.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from domain.dates import FOREVER
from domain.errors import Rejected
from domain.kinds import INVOLVEMENT
from domain.timeline.child import Child
from domain.timeline.entries import Entry

# The system that an event names which a person decided on our pages; of themselves, and of somebody else.
OWN_WORD: Final = "icr-own-word"
COLLEAGUES_WORD: Final = "icr-colleague"
LEAD, COVER, MEMBER = "lead", "lead_cover", "team_member"


@dataclass(frozen=True, slots=True)
class Command:
    """What someone asks: `worker` as the contract's Worker, `day` a day number, and what else the event carries by its name.

    `role` and `scope` of a lead, `service` of a team or an involvement.
    """

    worker: Mapping[str, Any]
    day: int
    role: str | None = None
    scope: str | None = None
    service: str | None = None
    provision: str | None = None
    reason: str | None = None
    family_view: str | None = None

    @property
    def by(self) -> str:
        """The worker, as entries name one."""
        return f"{self.worker['organisation']}:{self.worker['staff_id']}"

    def has(self, entry: Entry) -> bool:
        """Whether an entry is this worker's, of this role and scope, or of this service."""
        return entry.worker == self.by and self.same(entry)

    def same(self, entry: Entry) -> bool:
        """Whether an entry is of this role and scope, or of this service, whoever's it is."""
        if self.service is not None:
            return entry.service == self.service
        if self.role is None:  # a kind that has one service
            return True
        return entry.service == self.role and (entry.kind == COVER or entry.scope == self.scope)


Rule = Callable[[Child, Command], None]


def _open(child: Child, kind: str, day: int) -> list[Entry]:
    """Entries of a kind that have begun and not ended on a day."""
    return [
        e for e in child.of_kind(kind) if e.start is not None and e.start <= day < (FOREVER if e.end is None else e.end)
    ]


def _alive(child: Child, command: Command) -> None:
    if child.death is not None and child.death <= command.day:
        raise Rejected("impossible_date", "on", "the child has died")


def _held(child: Child, command: Command) -> list[Entry]:
    """Leads of this role and scope that somebody has accepted."""
    return [e for e in _open(child, LEAD, command.day) if command.same(e) and e.accepted is not None]


def _nominated(child: Child, command: Command) -> bool:
    return any(command.has(e) and e.accepted is None for e in _open(child, LEAD, command.day))


def _nominate(child: Child, command: Command) -> None:
    _alive(child, command)
    if any(command.has(e) for e in _open(child, LEAD, command.day)):
        raise Rejected("already_so", "worker", "this worker is nominated or leads already")


def _accept(child: Child, command: Command) -> None:
    mine = [e for e in _open(child, LEAD, command.day) if command.has(e) and e.accepted is None]
    if not mine:
        raise Rejected("not_so", "worker", "this worker is not nominated")
    takes_over = any(e.takes_over for e in mine)
    if not takes_over and any(not command.has(e) for e in _held(child, command)):
        raise Rejected(
            "already_so", "role", "another worker leads in this role; that lead ends first, or is transferred"
        )


def _decline(child: Child, command: Command) -> None:
    if not _nominated(child, command):
        raise Rejected("not_so", "worker", "this worker is not nominated")


def _transfer(child: Child, command: Command) -> None:
    _alive(child, command)
    if any(command.has(e) for e in _open(child, LEAD, command.day)):
        raise Rejected("already_so", "worker", "this worker is nominated or leads already")
    if not _held(child, command):
        raise Rejected("not_so", "role", "nobody leads in this role, so there is nothing to transfer; nominate instead")


def _end_lead(child: Child, command: Command) -> None:
    if not any(command.has(e) for e in _open(child, LEAD, command.day)):
        raise Rejected("not_so", "worker", "this worker neither leads nor is nominated")


def _cover(child: Child, command: Command) -> None:
    leads = [e for e in _open(child, LEAD, command.day) if e.service == command.role and e.accepted is not None]
    if not leads:
        raise Rejected("not_so", "role", "nobody leads in this role, so there is nobody to cover for")
    if any(e.worker == command.by for e in leads):
        raise Rejected("already_so", "worker", "this worker leads, and cannot cover for themselves")
    if any(command.has(e) for e in _open(child, COVER, command.day)):
        raise Rejected("already_so", "worker", "this worker covers already")


def _starts(kind: str) -> Rule:
    def rule(child: Child, command: Command) -> None:
        _alive(child, command)
        if any(command.has(e) for e in _open(child, kind, command.day)):
            raise Rejected("already_so", "service", "this worker is recorded with this service already")

    return rule


def _goes_on(kind: str) -> Rule:
    """Ends and confirmations name the service and its provider, not the worker: so it must be clear which entry they mean."""

    def rule(child: Child, command: Command) -> None:
        meant = [
            e
            for e in _open(child, kind, command.day)
            if command.same(e) and e.provider == command.worker["organisation"]
        ]
        if not any(command.has(e) for e in meant):
            raise Rejected("not_so", "worker", "this worker has nothing open here that could be confirmed or ended")
        if len(meant) > 1:
            raise Rejected(
                "not_so",
                "worker",
                "colleagues of this worker have the same open: only their organisation's own system can say whose is meant",
            )

    return rule


@dataclass(frozen=True, slots=True)
class Decision:
    """A command as it is offered: the event that it asks for, what is said of it, what it needs, and its rule.

    `needs` and `may` are fields of a `Command`; what they mean, and their codes, the schema of the event says. A person who has
    signed in says it of themselves; `of_others`: also of somebody else, where they work with the child. `by_claim`: also who has
    nothing to do with the child yet, and says why it is their business.
    """

    event_type: str
    title: str
    needs: tuple[str, ...]
    rule: Rule
    may: tuple[str, ...] = ()
    of_others: bool = False
    by_claim: bool = False


_SEAT: Final = ("role", "scope")
_FAMILY: Final = ("family_view",)  # the family has a say in who leads (Working Together; domain.md D)

# In an order in which one child may see them all: the examples of the faces follow it.
DECISIONS: Final[Mapping[str, Decision]] = {
    "nominate": Decision("LeadNominated", "Nominate a worker as lead", _SEAT, _nominate, _FAMILY, of_others=True),
    "accept": Decision("LeadAccepted", "Accept a lead that one was nominated for", _SEAT, _accept, _FAMILY),
    "cover": Decision("LeadCoverStarted", "Cover for a lead who is away", ("role",), _cover, of_others=True),
    "end-cover": Decision("LeadCoverEnded", "End a cover", ("role",), _goes_on(COVER)),
    "transfer": Decision(
        "LeadTransferProposed", "Propose another worker as lead; once that one accepts, the lead passes on",
        _SEAT, _transfer, _FAMILY, of_others=True,
    ),
    "decline": Decision("LeadDeclined", "Decline a lead that one was nominated for", _SEAT, _decline, ("reason",)),
    "end": Decision("LeadEnded", "End a worker's lead", _SEAT, _end_lead, ("reason",)),
    "join": Decision("TeamMemberAgreed", "Join the team around the child", ("service",), _starts(MEMBER)),
    "leave": Decision("TeamMemberLeft", "Leave the team around the child", ("service",), _goes_on(MEMBER)),
    "start": Decision(
        "InvolvementStarted", "Say that one's work with the child has started", ("service", "provision"), _starts(INVOLVEMENT), by_claim=True,
    ),
    "confirm": Decision("InvolvementConfirmed", "Say that one's work with the child goes on", ("service",), _goes_on(INVOLVEMENT)),
    "finish": Decision("InvolvementEnded", "Say that one's work with the child has ended", ("service",), _goes_on(INVOLVEMENT), ("reason",)),
}  # fmt: skip


def decide(name: str, child: Child, command: Command) -> str:
    """The type of the event to append; raises Rejected by the rule that refuses."""
    decision = DECISIONS[name]
    for field in decision.needs:
        if getattr(command, field) is None:
            raise Rejected("missing_field", field, "this command needs it")
    decision.rule(child, command)
    return decision.event_type


def check_decider(name: str, command: Command, decider: str, *, claims: bool) -> None:
    """Raise Rejected unless a person may say this of that worker: `decider` is the person, as entries name one.

    `claims`: the child is their business by their own word alone.
    """
    decision = DECISIONS[name]
    if claims and not decision.by_claim:
        raise Rejected(
            "not_so", "worker", "somebody who does not work with the child yet can say only that they have started to"
        )
    if command.by != decider and not decision.of_others:
        raise Rejected("not_so", "worker", "people say this of themselves; of others their organisation's system does")
