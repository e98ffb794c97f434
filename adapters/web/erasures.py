"""The pages on which an erasure, or giving up a month of the access log, is proposed by one person and confirmed by another (domain.erasure).

They read nothing of a child: whoever proposes types a number, and whoever confirms the reference that they were told.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from fastapi import Request
from starlette.responses import Response

from adapters.commands.erasures import Erasures
from adapters.commands.giving_up import GivingUp
from adapters.process.retention_file import ScheduleWrong
from adapters.web.answering import SignInStrongly, error_page, message, page, schedule_wrong
from adapters.web.numbers import number_wrong, read_number
from adapters.web.rendering import reader, render
from adapters.web.routing import HERE, Route, Sent, Shown
from adapters.web.typed import Typed
from adapters.web.words import month
from domain.access.viewer import Viewer
from domain.erasure import EXEMPTIONS, GROUNDS, MAY_CONFIRM, MAY_PROPOSE, MAY_PROPOSE_MONTH, Proposal
from domain.errors import Misuse, NothingKnown, Rejected

ERASE: Final = "/erasures"
_TYPED: Final = ("scheme", "number", "which", "ground", "none_applies", "case", "month", "erasure")
_LONGEST: Final = 100
_AFTERWARDS: Final = "Afterwards nobody can open what was held. Agencies are not told, and what they publish from then on begins a new record."
_AFTER_A_MONTH: Final = "Afterwards nobody can say who saw what in that month. The log itself says that the month was given up, and by which rule."
_NEXT: Final = "Give the reference to a privacy officer other than yourself. They can confirm it within thirty days."
_BACK: Final = (ERASE, "Erase a record")
_WHERE: Final[Mapping[str, str]] = {
    "ground": "ground",
    "exemptions": "none_applies",
    "case": "case",
    "month": "month",
    "erasure": "erasure",
}


@dataclass(frozen=True, slots=True)
class ErasurePages:
    """The pages. Who may do what is looked up by the command, and not taken from the page."""

    erasures: Erasures
    giving_up: GivingUp
    typed: Typed

    def routes(self) -> tuple[Route, ...]:
        """The pages, by their addresses."""
        return (
            Shown(ERASE, self.form),
            Sent(ERASE, "propose_erasure", self.propose, typed=HERE),
            Sent(f"{ERASE}/month", "propose_month", self.propose_month, typed=ERASE),
            Sent(f"{ERASE}/confirm", "confirm_erasure", self.confirm, typed=ERASE),
        )

    def form(self, request: Request, viewer: Viewer) -> Response:
        """Where an erasure is proposed or confirmed; with what was typed when the time was over."""
        if (other := _kept_out(viewer)) is not None:
            return other
        return _form(viewer, self.typed.take(viewer.name, request.url.path))

    def propose(self, _: Request, viewer: Viewer, form: Mapping[str, str]) -> Response:
        """Propose it. Sent twice it is proposed once."""
        if (other := _kept_out(viewer)) is not None:
            return other
        said = _said(form)
        if wrong := _wrong(said):
            return _form(viewer, said, wrong)
        try:
            records = self.erasures.records_of(read_number(said), alone=said["which"] == "alone")
            proposal = self.erasures.propose(
                viewer.name, records, said["ground"], list(EXEMPTIONS), said["case"] or None
            )
        except NothingKnown:
            return _form(viewer, said, {"number": "Nothing is known under that number"})
        except Rejected as rejected:
            return self._refused(viewer, said, rejected)
        return proposed(viewer, proposal, _BACK)

    def propose_month(self, _: Request, viewer: Viewer, form: Mapping[str, str]) -> Response:
        """Propose that a month of the access log be given up. Sent twice it is proposed once."""
        if (other := _kept_out(viewer)) is not None:
            return other
        said = _said(form)
        try:
            proposal = self.giving_up.propose(viewer.name, said["month"])
        except ScheduleWrong:
            return schedule_wrong(reader(viewer), _BACK)
        except Misuse:
            return _form(viewer, said, {"month": "Write the month as year and month, like 2026-06"})
        except Rejected as rejected:
            return self._refused(viewer, said, rejected)
        return proposed(viewer, proposal, _BACK)

    def confirm(self, _: Request, viewer: Viewer, form: Mapping[str, str]) -> Response:
        """Say what will happen, and confirm it once that was read."""
        if (other := _kept_out(viewer)) is not None:
            return other
        said = _said(form)
        try:
            proposal = self.erasures.named(said["erasure"])
            if form.get("read") != "yes":
                self.erasures.may_confirm(viewer.name, proposal)
                return page(
                    render(
                        "erasure-confirm",
                        reader=reader(viewer),
                        proposal=proposal,
                        grounds=GROUNDS,
                        counted=_counted(proposal),
                        names=self.erasures.names(proposal),
                    )
                )
            self.erasures.confirm(viewer.name, proposal.erasure)
        except NothingKnown:
            return _form(viewer, said, {"erasure": "No erasure has that reference: check what you typed"})
        except Rejected as rejected:
            return self._refused(viewer, said, rejected)
        then = _AFTERWARDS if proposal.month is None else _AFTER_A_MONTH
        sentences = (f"{proposal.erasure} is confirmed. Whoever operates the service carries it out now.", then)
        return message("The erasure is confirmed", sentences, link=_BACK, reader=reader(viewer))

    def _refused(self, viewer: Viewer, said: Mapping[str, str], rejected: Rejected) -> Response:
        field = _WHERE.get(rejected.field or "")
        rule = rejected.rule or "it cannot be erased"
        if field is not None:
            return _form(viewer, said, {field: rule[0].upper() + rule[1:]})
        sentences = (f"This is why: {rule}.", "Nothing was erased, and nothing was noted.")
        return message("That cannot be done", sentences, HTTPStatus.CONFLICT, _BACK, reader(viewer))


def proposed(viewer: Viewer, proposal: Proposal, back: tuple[str, str]) -> Response:
    """What whoever proposed something is told to do next."""
    what, done = ("erasure", "erased") if proposal.month is None else ("month", "given up")
    sentences = (
        f"Its reference is {proposal.erasure}. It is of {_counted(proposal)}.",
        f"Nothing is {done} yet. {_NEXT}",
    )
    return message(f"The {what} is proposed", sentences, link=back, reader=reader(viewer))


def _kept_out(viewer: Viewer) -> Response | None:
    """What who may decide nothing here sees; None for who may.

    Raises SignInStrongly where they have not signed in by a strong means a short time ago: what they decide cannot be undone.
    """
    if not may_decide(viewer):
        return error_page(HTTPStatus.NOT_FOUND)
    if not viewer.signed_in_strongly:
        raise SignInStrongly
    return None


def may_decide(viewer: Viewer) -> bool:
    """Whether somebody may propose or confirm an erasure."""
    return not (MAY_PROPOSE | MAY_CONFIRM).isdisjoint(viewer.roles)


def _said(form: Mapping[str, str]) -> dict[str, str]:
    return {name: form.get(name, "").strip() for name in _TYPED}


def _counted(proposal: Proposal) -> str:
    if proposal.month is not None:
        return f"the access log of {month(proposal.month)}"
    count = len(proposal.records)
    return "one record" if count == 1 else f"{count} records"


def _wrong(said: Mapping[str, str]) -> dict[str, str]:
    """What is wrong, by the field that it stands in."""
    wrong = number_wrong(said)
    if said["ground"] not in GROUNDS:
        wrong["ground"] = "Say on which ground it is erased"
    if said["none_applies"] != "yes":
        wrong["none_applies"] = "A record is erased only where you have looked at each of these, and none applies"
    if len(said["case"]) > _LONGEST or not (said["case"].isprintable() or not said["case"]):
        wrong["case"] = f"The reference is at most {_LONGEST} letters and digits"
    return wrong


def _form(viewer: Viewer, said: Mapping[str, str], wrong: Mapping[str, str] | None = None) -> Response:
    typed = {name: said.get(name, "") for name in _TYPED}
    text = render(
        "erasures",
        reader=reader(viewer),
        said=typed,
        wrong=wrong or {},
        grounds=GROUNDS,
        exemptions=EXEMPTIONS,
        proposes_months=not MAY_PROPOSE_MONTH.isdisjoint(viewer.roles),
    )
    return page(text, HTTPStatus.BAD_REQUEST if wrong else HTTPStatus.OK)
