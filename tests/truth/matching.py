"""A simulated area recorded as the service records it, and what it answers, beside what is true.

Both are brought into one shape: children are named by their numbers, families by their children.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

from adapters.log.messages import Counts, Message
from adapters.process.clock import FixedClock
from adapters.process.settings import load_settings
from adapters.service.opened import Service
from domain.answers.ids import child_id
from domain.dates import to_day
from domain.measures.of_child import MEASURES
from projections.engine import Projector
from tests.builders.asking import Asked, asking
from tests.builders.service import KEYS
from tools.simulator import Plan, encode, simulate
from tools.simulator.district import DISTRICT
from tools.simulator.ledger import Ledger
from tools.simulator.truth.written import truth

BATCH = 1000
BUSIEST = 6  # workers whose families are asked for, which takes long
Name = frozenset[str]  # a child's numbers
Line = dict[str, Any]


@dataclass
class Truth:
    """The truth file, read."""

    header: Line
    children: dict[Name, Line]
    families: list[Line]
    caseloads: list[Line]
    measures: list[Line]

    def indicators(self) -> Iterator[tuple[Name, Line]]:
        """Every indicator that holds, with its child."""
        for name, child in self.children.items():
            for one in child["indicators"]:
                yield name, one


def name_of(identifiers: list[Line]) -> Name:
    return frozenset(f"{one['scheme']}:{one['value']}" for one in identifiers)


def read_truth(plan: Plan, ledger: Ledger) -> Truth:
    header, *lines = truth(plan, ledger)
    children = {name_of(line["identifiers"]): line for line in lines if line["type"] == "child"}
    of = {kind: [line for line in lines if line["type"] == kind] for kind in ("family", "caseload", "measure")}
    return Truth(header, children, of["family"], of["caseload"], of["measure"])


@contextmanager
def recorded(plan: Plan, url: str, folder: Path, district: int = DISTRICT) -> Iterator[tuple[Truth, Counts, Asked]]:
    """Simulate, record and project a plan; the truth, what became of the events, and the service's answers as known then.

    The area is played in districts of so many children.
    """
    clock = FixedClock(datetime.combine(plan.end, time(12), UTC))
    settings = replace(load_settings(folder / "service"), edition_size=20_000)
    service = Service(settings, url, None, None, False, KEYS, clock)
    recorder, projector, counts = service.recorder(), Projector(service.connect, clock.now, 20_000), Counts()
    notes = folder / "notes"
    notes.mkdir()
    ledger = Ledger(notes)
    try:
        batch, known_at = [], None
        for event in simulate(plan, ledger, district=district):
            if ledger.closed and known_at is None:
                counts.add(recorder.record(batch))
                batch = []
                projector.project()
                known_at = _position(service)
            batch.append(Message(encode(event)))
            if len(batch) == BATCH:
                counts.add(recorder.record(batch))
                batch = []
        counts.add(recorder.record(batch))
        projector.project()
    finally:
        recorder.close()
        projector.close()
    with asking(service, known_at) as asked:
        yield read_truth(plan, ledger), counts, asked


def _position(service: Service) -> str:
    """The last position that the views know."""
    with asking(service) as asked:
        return asked.position()


def reasons(asked: Asked) -> dict[str, int]:
    """Why events were kept in quarantine, and how many for each reason."""
    with asked.service.connect() as connection:
        rows = connection.execute("SELECT reason, count(*) FROM log.aside GROUP BY reason").fetchall()
    return dict(rows)


def differences(plan: Plan, told: Truth, asked: Asked) -> list[str]:
    """Where the service says other than what is true, each as a line; none if it agrees in everything."""
    found: list[str] = []
    ids: dict[Name, str] = {}
    for name, line in told.children.items():
        answers = [asked.child(identifier=one, effective_at=plan.truth_of) for one in sorted(name)]
        children = {answer["child"] if answer else None for answer in answers}
        first = answers[0]
        if len(children) > 1 or first is None or len(first["records"]) != len(name):
            found.append(
                f"records of one child: {sorted(name)} are {[a and (a['child'], len(a['records'])) for a in answers]}"
            )
            continue
        ids[name] = first["child"]
        found += _compare("lead", name, line["lead"], [_lead(lead) for lead in first["lead"]])
    names = {child: name for name, child in ids.items()}
    if len(names) < len(ids):
        found.append("two children that can be told apart are one")
    return [
        *found,
        *_gaps(plan, told, asked, names),
        *_caseloads(plan, told, asked, names),
        *_my_families(plan, told, asked, names),
        *_measures(plan, told, asked, names),
        *_families(plan, told, asked, names),
    ]


def _lead(lead: Line) -> Line:
    return {"worker": lead["worker"], "role": lead["service"], "scope": lead["scope"], "since": lead["accepted"]}


def _gaps(plan: Plan, told: Truth, asked: Asked, names: dict[str, Name]) -> list[str]:
    said: dict[Name, list[Line]] = {}
    for gap in asked.gaps(effective_at=plan.truth_of)["gaps"]:
        if gap["rule"] not in told.header["covers"]["gaps"]:
            continue
        said.setdefault(names.get(gap["child"], frozenset([gap["child"]])), []).append(
            {"rule": gap["rule"], "since": gap["since"], "status": gap["status"]}
        )
    found = []
    for name in {**told.children, **said}:
        found += _compare(
            "gaps", name, told.children[name]["gaps"] if name in told.children else [], said.get(name, [])
        )
    return found


def _caseloads(plan: Plan, told: Truth, asked: Asked, names: dict[str, Name]) -> list[str]:
    found = []
    for line in told.caseloads:
        said = asked.caseload(worker=line["worker"], effective_at=plan.truth_of)["children"]
        mine = [name_of(child) for child in line["children"]]
        whose = frozenset([line["worker"]])
        found += _compare("caseload", whose, mine, [names.get(one["child"], frozenset([one["child"]])) for one in said])
    return found


def _my_families(plan: Plan, told: Truth, asked: Asked, names: dict[str, Name]) -> list[str]:
    """Of the busiest workers: the families of their children, which of these are theirs, and what the family has lost."""
    busiest = sorted(told.caseloads, key=lambda line: (-len(line["children"]), line["worker"]))[:BUSIEST]
    found = []
    for line in busiest:
        mine = {name_of(child) for child in line["children"]}
        families = [({name_of(child) for child in one["children"]}, one) for one in told.families]
        true = [
            ({(name, name in mine) for name in members}, one["lost"], one["since"])
            for members, one in families
            if members & mine
        ]
        said = [
            ({(names.get(c["child"]), c["mine"]) for c in one["children"]}, one["lost"], one["since"])
            for one in asked.my_families(worker=line["worker"], effective_at=plan.truth_of)["families"]
        ]
        found += _compare("families of a worker", frozenset([line["worker"]]), true, said)
    return found


def _measures(plan: Plan, told: Truth, asked: Asked, names: dict[str, Name]) -> list[str]:
    """What each child adds, before small numbers are hidden; then the figures that are shown."""
    added: dict[Name, list[Line]] = {}
    wanted = list(MEASURES.values())
    parts = asked.parts(wanted, to_day(plan.truth_of))
    for measure, of_children in parts.items():
        for part in of_children:
            share = asdict(part)
            child = names.get(child_id(share.pop("child")), frozenset())
            added.setdefault(child, []).append({"id": measure, **share})
    found = []
    for name, line in told.children.items():
        found += _compare("measures", name, line["measures"], added.pop(name, []))
    found += [f"measures of others: said and not true {share}" for share in added.values()]
    for figure in asked.measures(effective_at=plan.truth_of)["measures"]:
        true = next((line for line in told.measures if line["id"] == figure["id"]), None)
        assert true is not None, f"tools/simulator/truth/counting.py does not say what is true of {figure['id']}"
        shown = {word: figure["all"][word] for word in ("status", "numerator", "denominator", "median", "worst")}
        if figure["all"]["suppressed"]:
            shown, true = {"status": shown["status"]}, {"status": true["status"]}
        found += _compare(f"figures of {figure['id']}", frozenset(), [{word: true[word] for word in shown}], [shown])
    return found


def _families(plan: Plan, told: Truth, asked: Asked, names: dict[str, Name]) -> list[str]:
    true = [
        (
            frozenset(name_of(child) for child in line["children"]),
            tuple(line["lost"]),
            line["since"],
            frozenset(
                (name_of(child), one["id"], one["since"], one["status"])
                for child in line["children"]
                for one in told.children[name_of(child)]["indicators"]
            ),
        )
        for line in told.families
        if line["since"] is not None
    ]
    covered = told.header["covers"]["indicators"]
    said = []
    for family in asked.families(effective_at=plan.truth_of)["families"]:
        shown = [one for one in family["indicators"] if one["id"] in covered]
        if not shown:
            continue
        if len(shown) == len(family["indicators"]):
            lost, since = family["lost"], family["since"]
        else:  # what the truth does not speak of is left out
            lost = sorted({domain for one in shown if one["status"] == "true" for domain in covered[one["id"]]})
            since = min(one["since"] for one in [s for s in shown if s["status"] == "true"] or shown)
        whole = asked.family(family=family["family"], effective_at=plan.truth_of)
        assert whole is not None
        children = frozenset(names.get(one["child"], frozenset([one["child"]])) for one in whole["members"])
        indicators = frozenset(
            (names.get(one["child"], frozenset([one["child"]])), one["id"], one["since"], one["status"])
            for one in shown
        )
        said.append((children, tuple(lost), since, indicators))
    return _compare("families", frozenset(), true, said)


def _compare(what: str, whose: Name, true: list[Any], said: list[Any]) -> list[str]:
    left = list(said)
    missing = []
    for one in true:
        if one in left:
            left.remove(one)
        else:
            missing.append(one)
    return [f"{what} of {sorted(whose)}: true and not said {one}" for one in missing] + [
        f"{what} of {sorted(whose)}: said and not true {one}" for one in left
    ]
