"""Examples put to the service itself: recorded, projected, and asked through the one place that all reads pass."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Any

from adapters.commands.decided import Commands
from adapters.log.keys.hashes import Hashes
from domain.answers.ids import child_id
from domain.dates import to_day
from domain.measures.of_child import MEASURES
from tests.builders.asking import Asked, asking, event_at
from tests.builders.service import KEYS, Bench
from tests.spec import rows
from tests.spec.deciding import told
from tests.spec.example import Asks, Question, Row
from tests.spec.words import Happened, identifier


class Views:
    """Each event is a batch and an edition of its own, taken in when it was recorded."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._bench.clock.set(datetime(2000, 1, 1, tzinfo=UTC))
        self._happened: dict[int, Happened] = {}
        self._heads: list[int] = [0]
        self._received: list[datetime] = []

    def take(self, events: Sequence[tuple[int, Happened]]) -> None:
        for number, happened in events:
            self._happened[number] = happened
            self._bench.clock.set(rows.received(happened, number, self._bench.clock.now()))
            self._received.append(self._bench.clock.now())
            self._bench.record(happened.wire(number))
            (head,) = self._bench.connection.execute("SELECT position FROM log.head").fetchone() or (0,)
            self._heads.append(head)
        self._bench.projector.project()

    def told(self, question: Question, expected: Sequence[Row] | None) -> None:
        pass

    def position(self, question: Question) -> int | None:
        """The position of the log as of which a question is asked; None: its head."""
        if question.known_at is not None:
            return self._heads[sum(at <= datetime.fromisoformat(question.known_at) for at in self._received)]
        return None if question.known_after is None else self._heads[question.known_after]

    def answer(self, question: Question) -> list[Row] | None:
        if question.what == "commands":
            return self._decided(question)
        known_at = question.known_at or (
            None if question.known_after is None else str(self._heads[question.known_after])
        )
        with asking(self._bench.service, known_at) as asked:
            return self._answer(asked, question, date.fromisoformat(question.at))

    def _decided(self, question: Question) -> list[Row]:
        """By the service itself, each in a thread of its own where there are several; then the views are brought up to date."""
        noon = datetime.fromisoformat(f"{question.at}T12:00:00Z")
        self._bench.clock.set(max(noon, self._bench.clock.now()))
        who = self.identifier(question.about)

        def decide(asks: Asks) -> Row:
            commands = Commands(self._bench.service)
            try:
                return told(question, asks, lambda said: str(commands.run(asks.name, who, said).event_type))
            finally:
                commands.close()

        if len(question.commands) == 1:
            found = [decide(question.commands[0])]
        else:
            with ThreadPoolExecutor(len(question.commands)) as pool:
                found = list(pool.map(decide, question.commands))
        self._bench.projector.project()
        return found

    def _answer(self, asked: Asked, question: Question, day: date) -> list[Row] | None:
        match question.what:
            case "caseload":
                return self._caseload(asked, question.about, day)
            case "families":
                listed = asked.families(area=question.about or None, effective_at=day)["families"]
                return [
                    {
                        "children": self._members(asked, f["family"], day),
                        "lost": ", ".join(f["lost"]),
                        "last known": "yes" if f["last_known"] else "no",
                        "since": f["since"],
                    }
                    for f in listed
                ]
            case "children":
                return self._children(asked, day)
            case "found":
                family, _, born = question.about.rpartition(", ")
                listed = asked.find(family=family, born=date.fromisoformat(born), effective_at=day)["children"]
                return [{"child": self._letter(asked, day)[one["child"]]} for one in listed]
            case "measure":
                names, measure = self._letter(asked, day), MEASURES[question.about]
                added = asked.parts([measure], to_day(day))
                return [rows.measured(names[child_id(part.child)], part) for part in added[measure.id]]
        wanted = self.identifier(question.about)
        match question.what:
            case "timeline" | "timeline_with_retracted":
                told = asked.timeline(identifier=wanted, retracted=question.what != "timeline", effective_at=day)
                return None if told is None else [self._entry(e) for e in told["entries"]]
            case "index":
                told = asked.child(identifier=wanted, effective_at=day)
                return None if told is None else [_line(told)]
        told = asked.child(identifier=wanted, effective_at=day)
        if told is None:
            return None
        if question.what == "reach":
            return [_reached(e) for e in told["involvements"]]
        if question.what == "gaps":
            found = [g for g in asked.gaps(effective_at=day)["gaps"] if g["child"] == told["child"]]
            return [
                {
                    **{name: g[name] for name in ("rule", "since", "days", "status", "feed")},
                    "events": self.numbers(g["events"]),
                }
                for g in found
            ]
        shown = {
            (i["id"], i["since"], i["days"], i["status"], i["feed"], self.numbers(i["events"]))
            for f in asked.families(effective_at=day)["families"]
            for i in f["indicators"]
            if i["child"] == told["child"]
        }
        return [
            dict(zip(("indicator", "since", "days", "status", "feed", "events"), row, strict=True)) for row in shown
        ]

    def identifier(self, about: str) -> str:
        """An identifier of whom a question is about."""
        name, _, token = about.partition(".")
        if not token:
            token = next(h.known_by[0] for h in self._happened.values() if h.child == name)
        return ":".join(identifier(name, token))

    def numbers(self, events: Sequence[str]) -> str:
        """Numbers of events by their positions; an event that waited has a later position than its number."""
        hashes = Hashes(KEYS)
        by_key = {hashes.event(h.by, f"e{n}"): n for n, h in self._happened.items()}
        held = self._bench.connection.execute("SELECT key, position FROM log.inbox").fetchall()
        # What was decided has an id of the service's own.
        by_event = {event_at(self._bench.service, at): by_key.get(key.bytes, at) for key, at in held}
        return rows.numbers(by_event[event] for event in events)

    def _entry(self, told: dict[str, Any]) -> Row:
        if told["kind"] == "attendance":
            return rows.week(told["provider"], told["from"], told["sessions"])
        return rows.entry(
            kind=told["kind"],
            service=told["service"],
            provider=told["provider"],
            worker=told["worker"],
            start=told["from"],
            end=told["to"],
            status=told["status"],
            why=told["why_status"],
            confirmed=told["last_confirmed"],
            accepted=told.get("accepted"),
            reason=told["reason"],
            role=told["role"],
            scope=told.get("scope"),
            provision=told["provision"],
            events=self.numbers(told["events"]),
        )

    def _letter(self, asked: Asked, day: date) -> dict[str, str]:
        """The children of the example by their ids, as far as they are known."""
        found: dict[str, str] = {}
        for name in rows.names(self._happened.values()):
            told = asked.child(identifier=self.identifier(name), effective_at=day)
            if told is not None:
                found.setdefault(told["child"], name)
        return found

    def _members(self, asked: Asked, family: str, day: date) -> str:
        letters = self._letter(asked, day)
        shown = asked.family(family=family, effective_at=day)
        assert shown is not None
        return " ".join(sorted(letters[m["child"]] for m in shown["members"]))

    def _caseload(self, asked: Asked, worker: str, day: date) -> list[Row]:
        letters = self._letter(asked, day)
        return [
            {
                "child": letters[child["child"]],
                "entries": ", ".join(
                    sorted(
                        f"{e['kind']} {e['service']}" if e["kind"] == "involvement" else e["kind"]
                        for e in child["entries"]
                    )
                ),
                "gaps": ", ".join(sorted(g["rule"] for g in child["gaps"])),
            }
            for child in asked.caseload(worker=worker, effective_at=day)["children"]
        ]

    def _children(self, asked: Asked, day: date) -> list[Row]:
        held: dict[str, list[tuple[str, bool]]] = {}
        for token in rows.tokens(self._happened.values()):
            told = asked.child(identifier=self.identifier(token), effective_at=day)
            if told is not None:
                scheme = identifier(*token.split(".", 1))[0]
                disputed = any(i["status"] == "disputed" for i in told["identifiers"] if i["scheme"] == scheme)
                held.setdefault(told["child"], []).append((token, disputed))
        return [rows.grouped(members) for members in held.values()]


def _reached(told: dict[str, Any]) -> Row:
    known, duty = told.get("registered") or {}, told.get("duty_line")
    contact = {who: (known.get(who) or {}).get("contact") for who in ("worker", "team")}
    line = duty and (duty["contact"], duty["hours"])
    return rows.reached(told["service"], **contact, duty=line, left=told.get("worker_left"))


def _line(told: dict[str, Any]) -> Row:
    name = told["name"]
    return rows.line(
        person=None if name is None else {"names": [name]},
        others=[(other, _whose(other)) for other in told["other_names"]],
        sex=told["sex"],
        birth=told["date_of_birth"],
        expected=told["expected_date"],
        alive=told["alive"],
        address=told["address"],
        schools=[e["provider"] for e in told["school"]],
        practices=[e["provider"] for e in told["gp"]],
        involvements=[e["service"] for e in told["involvements"]],
        leads=[e["worker"] for e in told["lead"]],
        reviews=[(r["service"], r["due"], r["overdue"]) for r in told["reviews_due"]],
        contested=[
            *((one["date_of_birth"], _whose(one)) for one in told["dates_of_birth_told"]),
            *((one["sex"], _whose(one)) for one in told["sexes_told"]),
        ],
    )


def _whose(told: dict[str, Any]) -> list[str]:
    return [by["agency"] or "not said" for by in told["told_by"]]
