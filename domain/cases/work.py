"""What an officer may do in a case, and the member of staff whom it is about: rules on the case as it is.

Each raises Rejected with the field and a sentence. Whether somebody is that officer at all is said by `domain.access.rules`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from domain.access.entry import parse_entry
from domain.cases.case import Case
from domain.cases.kinds import ASKED_BY, GRANTS, HEARING_DAYS, KINDS, STEPS, CaseKind, StepKind
from domain.checks import is_organisation
from domain.errors import Misuse, Rejected
from domain.identifiers import parse_identifier
from domain.reasons import REASONS
from domain.texts import FORMS

LONGEST: Final = 2_000  # characters of a text, as the class `note` of schemas/texts.toml
MOST_ACCESSES: Final = 50
_WORKER: Final = re.compile(r"[^\s:]{1,60}:[^\s:]{1,60}")
_EVENT: Final = re.compile(r"e-[0-9a-f]{16}")
_PROPOSAL: Final = re.compile(r"p-[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class Opening:
    """What somebody says who opens a case: as the fields of `domain.cases.case.Case`."""

    kind: str
    text: str
    accesses: tuple[str, ...] = ()
    child: str | None = None
    concerned: str | None = None
    asked_by: str | None = None
    aware_at: datetime | None = None


def check_opening(said: Opening, office: str, now: datetime) -> CaseKind:
    """The kind of a case that may be opened. Raises Rejected."""
    kind = KINDS.get(said.kind)
    if kind is None or office not in [one.value for one in kind.offices]:
        offered = [row.id for row in KINDS.values() if office in row.offices]
        raise Rejected("unknown_code", "kind", f"one of {', '.join(offered)}")
    check_text(said.text, "text")
    _check_accesses(said.accesses)
    if said.child is not None and (checked := parse_identifier(said.child)).reason is not None:
        raise Rejected(checked.reason, "child", REASONS[checked.reason].sentence)
    if said.concerned is not None:
        _check_worker(said.concerned)
    if kind.request and said.child is None:
        raise Rejected("missing_field", "child", "a request names the child whose record it is about")
    if kind.request != (said.asked_by is not None) or (said.asked_by is not None and said.asked_by not in ASKED_BY):
        rule = f"who asks: one of {', '.join(ASKED_BY)}" if kind.request else "only of a request it is said who asks"
        raise Rejected("unknown_code" if kind.request else "bad_value", "asked_by", rule)
    if not kind.request and not said.accesses and said.child is None and said.concerned is None:
        raise Rejected("missing_field", "accesses", "a case names an access, a child or a member of staff")
    if kind.breach != (said.aware_at is not None):
        rule = "when you became aware of the breach" if kind.breach else "only a breach has its hours"
        raise Rejected("missing_field" if kind.breach else "bad_value", "aware_at", rule)
    if said.aware_at is not None and said.aware_at > now:
        raise Rejected("impossible_date", "aware_at", "not ahead of now")
    return kind


def check_step(case: Case, by: str, step: str, item: str | None, text: str | None) -> StepKind:
    """What may be done in a case now, by the officers whose it is or by the member of staff. Raises Rejected."""
    if not case.is_open:
        raise Rejected("not_so", "case", "the case is closed: open another")
    row = STEPS.get(step)
    if row is None or (row.kinds and case.kind not in row.kinds):
        raise Rejected("unknown_code", "step", "something that is done in a case of this kind")
    if row.by_concerned and not (case.asks_somebody and by == case.concerned):
        raise Rejected("not_so", "case", "only the member of staff who was asked answers")
    if row.id == "asked" and case.concerned is None:
        raise Rejected("not_so", "step", "the case is about no member of staff")
    if row.once and case.done(row.id):
        raise Rejected("already_so", "step", "it is recorded already")
    _check_item(row, item)
    if row.words or text:
        check_text(text or "", "text")
    return row


def already(case: Case, by: str, step: str, item: str | None, text: str | None) -> bool:
    """Whether the very same was done already, as when a form is sent twice; of a decision that was changed since it was not."""
    alike = [one for one in case.steps if one.item == item and (item is not None or one.step == step)]
    looked_at = alike[-1:] if item is not None else alike
    return any((one.by, one.step, one.text) == (by, step, text) for one in looked_at)


def already_closed(case: Case, by: str, outcome: str, text: str) -> bool:
    """Whether somebody closed a case so already."""
    closing = case.closing
    return closing is not None and (closing.by, closing.outcome, closing.text) == (by, outcome, text)


def check_close(case: Case, by: str, outcome: str, text: str, unheard: str | None, now: datetime) -> None:
    """Whether a case may be closed now, and so. Raises Rejected."""
    if not case.is_open:
        raise Rejected("already_so", "case", "the case is closed already")
    kind = case.of_kind
    if outcome not in kind.outcomes:
        raise Rejected("unknown_code", "outcome", f"one of {', '.join(kind.outcomes)}")
    check_text(text, "text")
    if unheard:
        check_text(unheard, "unheard")
    if kind.second_person and outcome in GRANTS and by == case.opened_by:
        raise Rejected(
            "not_so", "outcome", "what was asked for is granted by another officer than the one who opened the case"
        )
    # UK GDPR Article 12(6): the identity of who asks is confirmed before anything is done.
    if kind.request and outcome in GRANTS and not case.done("checked"):
        raise Rejected("not_so", "outcome", "record first how you checked who asks, and by what right")
    # UK GDPR Article 33(1) and (5): the regulator is told, or it is written down why there is no risk.
    if (
        kind.breach
        and outcome in ("upheld", "partly_upheld")
        and not (case.done("regulator_told") or case.done("noted"))
    ):
        raise Rejected("not_so", "outcome", "record first that the regulator was told, or note why it need not be told")
    if waits_for_answer(case, now) and not unheard:
        raise Rejected(
            "not_so",
            "unheard",
            f"ask the member of staff first, and give them {HEARING_DAYS} days to answer, or say why you do not wait",
        )


def waits_for_answer(case: Case, now: datetime) -> bool:
    """Whether the member of staff whom a case is about may still answer before it is closed."""
    if case.concerned is None or case.done("answered"):
        return False
    asked = case.done("asked")
    return not asked or now < asked[0].at + timedelta(days=HEARING_DAYS)


def check_text(text: str, field: str) -> None:
    """Raise Rejected for a text that says nothing, is too long, or holds what is not seen, as a mark that turns the direction."""
    if not text.strip():
        raise Rejected("missing_field", field, "a few words")
    if len(text) > LONGEST:
        raise Rejected("too_long", field, f"at most {LONGEST:,} letters")
    if rule := FORMS["lines"](text):
        raise Rejected("bad_value", field, rule)


def _check_accesses(accesses: Sequence[str]) -> None:
    if len(accesses) > MOST_ACCESSES:
        raise Rejected("too_large", "accesses", f"at most {MOST_ACCESSES} accesses in one case")
    for one in accesses:
        _check_entry(one, "accesses")


def _check_entry(entry: str, field: str) -> None:
    try:
        parse_entry(entry)
    except Misuse as misuse:
        raise Rejected("bad_value", field, str(misuse)) from None


def _check_worker(worker: str) -> None:
    if not (worker.isprintable() and _WORKER.fullmatch(worker)):
        raise Rejected("bad_value", "concerned", "an organisation and a staff number, as la-808:W2041")


def _check_item(row: StepKind, item: str | None) -> None:
    if row.item is None:
        if item is not None:
            raise Rejected("bad_value", "item", "this is done with nothing")
        return
    if row.item == "entry":
        _check_entry(item or "", "item")
    elif row.item == "organisation" and not is_organisation(item or ""):
        raise Rejected("bad_value", "item", "an organisation, as la-808")
    elif (row.item == "event" and not _EVENT.fullmatch(item or "")) or (
        row.item == "proposal" and not _PROPOSAL.fullmatch(item or "")
    ):
        raise Rejected("bad_value", "item", f"one that this case's pages show: {row.item}")
