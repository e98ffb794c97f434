"""What agencies have told of the lives so far, kept on disk family by family, so that the truth can be worked out at the end.

A fact is put down when the first event that tells of it leaves its agency: what is late beyond the end, or of a feed
that has fallen silent, is not known to anybody who reads the events. Mistakes are not put down, for each is put right
before the end. Rows are held some thousand at a time, and read again one district after another.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

import orjson

from tools.simulator.district import SPAN
from tools.simulator.people import Child
from tools.simulator.world import Fact

Row = dict[str, Any]
Told = list[Row]

ROWS_HELD = 20_000


def _worker(details: Row) -> str:
    return f"{details['worker']['organisation']}:{details['worker']['staff_id']}"


def _hands(details: Row) -> Row:
    """Whose hands a child is in, worker and team; None where neither is said."""
    team = details.get("team")
    return {
        "worker": _worker(details) if details.get("worker") else None,
        "team": f"{team['organisation']}:{team['code']}" if team else None,
    }


def _school(details: Row) -> Row:
    return {"school": details["school"].urn, "destination": details.get("destination")}


def _practice(details: Row) -> Row:
    return {"practice": details["practice"].code, "reason": details.get("reason")}


def _place(details: Row) -> Row:
    address = details["address"]
    first = next(iter(address["lines"]), None)
    return {
        "status": address["status"],
        "residence": address["residence"],
        "property": address["uprn"],
        "place": first and f"{address['postcode']} {first}",
    }


def _involved(details: Row) -> Row:
    said = {key: details.get(key) for key in ("organisation", "service", "reference", "provision", "reason")}
    until: date | None = details.get("until")
    return {
        **said,
        "until": until and until.toordinal(),
        **_hands(details),
    }


def _helped(details: Row) -> Row:
    said = {"reference": details["reference"], "reason": details.get("reason")}
    return {**said, **_hands(details)}


def _led(details: Row) -> Row:
    said = {key: details[key] for key in ("organisation", "role", "scope")}
    return {**said, "worker": _worker(details)}


def _related(details: Row) -> Row:
    return {
        "relation": details["relation"],
        "family": details["family"].number if "family" in details else None,
        "parent": details.get("parent"),
        "sibling": details["sibling"].number if "sibling" in details else None,
    }


def _placed(details: Row) -> Row:
    where = _place(details) if "address" in details else {}
    return {"organisation": details["organisation"], "reference": details["reference"], **where}


def _nothing(_details: Row) -> Row:
    return {}


def _words(*words: str) -> Callable[[Row], Row]:
    """Some words of the fact as they are."""

    def kept(details: Row) -> Row:
        until: date | None = details.get("until")
        said = {word: details.get(word) for word in words}
        return {
            **said,
            "reference": details.get("reference"),
            "until": until and until.toordinal(),
            **_hands(details),
        }

    return kept


def _school_only(details: Row) -> Row:
    return {**_words("outcome", "sessions")(details), "school": details["school"].urn}


_KEPT: dict[str, Callable[[Row], Row]] = {
    "school_started": _school,
    "school_left": _school,
    "gp_joined": _practice,
    "gp_left": _practice,
    "gp_refused": _practice,
    "born": _place,
    "moved": _place,
    "involvement_started": _involved,
    "involvement_confirmed": _involved,
    "involvement_ended": _involved,
    "help_started": _helped,
    "help_ended": _helped,
    **dict.fromkeys(("lead_nominated", "lead_proposed", "lead_accepted", "lead_declined", "lead_ended"), _led),
    "related": _related,
    "unrelated": _related,
    "placed": _placed,
    "placement_ended": _placed,
    **dict.fromkeys(("excluded", "exclusion_concluded", "suspended", "suspension_ended"), _school_only),
    **dict.fromkeys(("provided", "provision_ended", "home_taught", "home_taught_ended"), _words()),
    **dict.fromkeys(("in_need_started", "in_need_ended", "protection_started", "protection_ended"), _words()),
    **dict.fromkeys(("looked_after_started", "looked_after_ended", "missing_started", "missing_ended"), _words()),
    **dict.fromkeys(("assessment_started", "assessment_completed"), _words("assessment", "organisation")),
    "health_assessed": _words("assessment"),
    "interviewed": _words("outcome"),
    "case_closed": _words("reason"),
    **dict.fromkeys(("upn_replaced", "nhs_superseded"), _words("former")),
    **dict.fromkeys(("sen_started", "sen_ended"), _words()),
    **dict.fromkeys(("member_agreed", "member_left"), _words("organisation")),
    **dict.fromkeys(("cover_started", "cover_ended"), _words("organisation", "role")),
    **dict.fromkeys(("centre_registered", "centre_left"), _words("centre")),
}


class Ledger:
    """Told facts as rows of JSON in a folder, one file for each district; and how far each feed said it was complete."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: dict[int, list[bytes]] = {}
        self._rows = 0
        self._away: dict[int, Row] = {}
        self.heard: dict[tuple[str, str], int] = {}
        self.sent: Counter[str] = Counter()
        self.closed = False  # what is told from now on is not known
        self.left: dict[str, int] = {}  # workers who are no longer there, and since when

    def put(self, fact: Fact, event: dict[str, Any]) -> None:
        """Put down a fact that `event` tells, under the numbers by which the event calls the child."""
        if self.closed:
            return
        if "subject" not in event:  # of staff
            if fact.kind == "worker_left":
                self.left[_worker(fact.details)] = fact.day.toordinal()
            return
        subject = event["subject"]
        row = self._row(fact.child, fact.kind, [[one["scheme"], one["value"]] for one in subject["identifiers"]])
        row.update(_KEPT.get(fact.kind, _nothing)(fact.details))
        dated = subject["person"] is not None and subject["person"]["date_of_birth"] is not None
        row.update(day=fact.day.toordinal(), full=dated, written=str(event["recorded_at"]))
        row["by"] = event["source"]["organisation"]
        self._write(row)

    def absent(self, child: Child, school: str | None) -> None:
        """Put down how long a child has been away from school without leave; no school: it has come again."""
        if self.closed:
            return
        if school is None:
            self._away.pop(child.number, None)
            return
        row = self._row(child, "absent", [["upn", child.upn]])
        row.update(day=child.away_since, school=school, days=child.away_days, full=False)
        self._away[child.number] = row

    def attended(self, child: Child) -> None:
        """Put down what the registers come to so far: when the child was last at school, and since when it is away too much."""
        if self.closed or not child.register_year:
            return
        row = self._row(child, "attended", [["upn", child.upn]])
        ends = date(child.register_year + 1, 9, 1).toordinal()
        row.update(day=child.seen, severe=child.severe_since, missed_at=child.severe_at, year_ends=ends, full=False)
        row.update(possible=child.possible, missed=child.missed)
        self._write(row)

    def report(self, organisation: str, event_type: str, through: date) -> None:
        """A feed says, while that can still be known, up to which day it is complete."""
        self.heard[organisation, event_type] = through.toordinal()

    def close(self) -> None:
        """What is told from now on is not known."""
        for row in self._away.values():
            self._write(row)
        self._away.clear()
        self.closed = True

    def reopen(self) -> None:
        """Another district is told of, from its first day."""
        self.closed = False

    def districts(self) -> Iterator[Iterator[Told]]:
        """Of each district all rows, family by family (with those that share children with it), in the order of telling."""
        self._flush()
        for file in sorted(self._folder.glob("*.rows")):
            rows = [orjson.loads(line) for line in file.read_bytes().splitlines()]
            rows.sort(key=lambda row: row["extended_family"])  # stable: the order of telling stays
            yield (
                list(extended_family) for _, extended_family in groupby(rows, key=lambda row: row["extended_family"])
            )

    def _row(self, child: Child, kind: str, numbers: list[list[str | None]]) -> Row:
        return {
            "extended_family": child.family.extended_family,
            "child": child.number,
            "kind": kind,
            "numbers": numbers,
            "born": child.born.toordinal(),
        }

    def _write(self, row: Row) -> None:
        line = orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)
        self._held.setdefault(row["extended_family"] // SPAN, []).append(line)
        self._rows += 1
        if self._rows % ROWS_HELD == 0:
            self._flush()

    def _flush(self) -> None:
        for number, lines in self._held.items():
            with (self._folder / f"{number:06}.rows").open("ab") as file:
                file.writelines(lines)
        self._held.clear()
