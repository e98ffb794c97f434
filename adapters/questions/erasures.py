"""Reads erasures as two people decided them: what was proposed, who confirmed it, and how far it is (docs/decisions/0063)."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

import psycopg

from adapters.disclosure.given_up import given_up
from adapters.log.reader import LogReader
from adapters.service.opened import Service
from domain.answers.due import State
from domain.erasure import Proposal
from projections import queries, reference_data

Connection = psycopg.Connection[Any]

_HEAD: Final = 2**62
_KINDS: Final = ("erasure_proposed", "erasure_confirmed")
_CARRIED_OUT: Final = "SELECT erasure, bool_and(done_at IS NOT NULL) FROM log.erased GROUP BY 1"


def proposals(service: Service, connection: Connection) -> list[Proposal]:
    """All proposals, in the order in which they were made, each with who confirmed it."""
    facts = reference_data.reference(connection, 0, _HEAD, _KINDS)
    stored = queries.stored(connection, sorted(fact.position for fact in facts))
    events = list(LogReader(connection, service.keys, service.settings.fillers).open(stored))
    found: dict[str, Proposal] = {}
    for event in sorted(events, key=lambda event: event.position):
        said, by, day = event.body, _worker(event.body), event.body["effective"]["from"]
        erasure = said["erasure"]
        if event.effect.kind == "erasure_proposed":
            found[erasure] = Proposal(
                erasure, said["ground"], tuple(said["exemptions"]), tuple(said["records"]), said["case"], by, day,
                month=said.get("month"),
            )  # fmt: skip
        elif (proposal := found.get(erasure)) is not None and proposal.confirmed_by is None:
            found[erasure] = replace(proposal, confirmed_by=by, confirmed_on=day)
    return list(found.values())


def states(connection: Connection, of: Iterable[Proposal]) -> list[tuple[Proposal, State]]:
    """Some proposals, each with how far it is; of a month that was given up, by whichever of its proposals, all are carried out."""
    carried_out = dict(connection.execute(_CARRIED_OUT).fetchall())
    gone = {one.month for one in given_up(connection)}
    return [(one, "erased" if one.month in gone else _state(one, carried_out)) for one in of]


def _state(one: Proposal, carried_out: Mapping[str, bool]) -> State:
    if one.erasure in carried_out:
        return "erased" if carried_out[one.erasure] else "begun"
    return "proposed" if one.confirmed_by is None else "confirmed"


def _worker(body: Mapping[str, Any]) -> str:
    return f"{body['worker']['organisation']}:{body['worker']['staff_id']}"
