"""Attendance marks: two sessions a day of every pupil on roll, one event a pupil and day.

The shares come to about 93 % present (overall absence 6.9 % in 2024/25, domain.md I); how it is made up is assumed.
Written straight on: a year of one authority is some six million events.
"""

from bisect import bisect
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from random import Random

from tools.simulator.agencies import Agencies, Event
from tools.simulator.feeds import Feeds
from tools.simulator.ledger import Ledger
from tools.simulator.outbox import REGISTERS_FROM, Outbox, working_day
from tools.simulator.people import Child, School
from tools.simulator.plan import Plan
from tools.simulator.terms import year_of

# share of pupil-days on which it begins, code of the morning, code of the afternoon, most days that it lasts
INCIDENTS = (
    (0.0120, "I", "I", 4),  # ill
    (0.0060, "M", "\\", 1),  # appointment
    (0.0060, "/", "M", 1),
    (0.0200, "L", "\\", 1),  # late, before the register closed
    (0.0040, "U", "\\", 1),  # late, after it closed
    (0.0025, "O", "O", 2),  # without leave
    (0.0025, "/", "O", 1),
    (0.0007, "G", "G", 9),  # holiday without leave
    (0.0060, "N", "N", 1),  # no reason yet
    (0.0030, "/", "N", 1),
    (0.0040, "V", "V", 2),  # visit
    (0.0030, "B", "B", 1),  # educated elsewhere
    (0.0010, "P", "P", 1),  # sport
    (0.0025, "C", "C", 2),  # leave granted
    (0.0005, "E", "E", 4),  # suspended
    (0.0005, "R", "R", 1),
    (0.0002, "T", "T", 12),
)
_UP_TO = list(accumulate(share for share, *_ in INCIDENTS))
USUAL = 1 - _UP_TO[-1]
FRAIL = 3  # times as many incidents, for one pupil in ten
NEVER_EXPLAINED = 0.05  # of N marks; the rest are amended within five school days
UNEXCUSED = frozenset("GNO")
# What the codes mean: absences by leave or for illness; without leave; late after the register closed, but seen that day.
NOT_SEEN = UNEXCUSED | frozenset("CEIMRST")
MISSED = NOT_SEEN | {"U"}
FEWEST_SESSIONS = 20  # before which half is not many
REASONS_FOUND = {"I": 45, "O": 35, "M": 12, "U": 8}
_STEP = timedelta(milliseconds=1)
_WINDOW = timedelta(minutes=115)


class Registers:
    """The registers of all schools."""

    def __init__(
        self, plan: Plan, agencies: Agencies, outbox: Outbox, feeds: Feeds, ledger: Ledger | None = None
    ) -> None:
        self._rng = Random(f"{plan.seed}/marks")
        self._plan, self._agencies, self._outbox, self._feeds, self._ledger = plan, agencies, outbox, feeds, ledger

    def of_school(self, school: School, today: date, place: float) -> Iterator[Event]:
        """A school's register of today; `place`, 0 to 1, is where in the window it is published."""
        system = self._agencies.systems[school.organisation, "mis"]
        moment = datetime.combine(today, REGISTERS_FROM) + place * _WINDOW
        chance, urn, source, prefix, count = self._rng.random, school.urn, system.source, system.prefix, system.count
        late, held, resent, lost, doubled = self._noise()
        year = year_of(today)
        ordinal, effective = today.toordinal(), {"from": today, "to": None}
        for pupil in tuple(school.roll):
            count += 1
            if pupil.away_until >= ordinal:
                am = pm = pupil.away
            elif (r := chance()) < USUAL and not (pupil.frail and r > 1 - FRAIL * (1 - USUAL)):
                am, pm = "/", "\\"
            else:
                am, pm = self._incident(pupil, ordinal, r)
            moment += _STEP
            event = {
                "event_type": "AttendanceMarked",
                "event_id": f"{prefix}{count}",
                "source": source,
                "mode": "live",
                "recorded_at": moment,
                "subject": {
                    "identifiers": [{"scheme": "upn", "value": pupil.upn}],
                    "person": None,
                    "nhs_number_status": None,
                },
                "others": [],
                "effective": effective,
                "reference": None,
                "target": None,
                "basis": "public_task",
                "school": urn,
                "am": am,
                "pm": pm,
            }
            fate, published = chance(), today
            if fate >= doubled:
                yield event
            elif fate < late:
                days = 1 + int(fate / late * 5)
                published = self._outbox.write(event, working_day(today + timedelta(days=days)))
            elif fate < held:
                published = self._outbox.hold(event)
            elif resent <= fate < lost:
                published = self._outbox.lose(event)
            else:
                yield event
                if fate < resent:
                    self._outbox.resend(event)
                else:
                    self._outbox.double(event)
            remedy = None
            if pm == "N":
                system.count = count = count + 1
                remedy = self._amend(event, f"{prefix}{count}")
            if self._ledger is not None:
                usual = pupil.register_year == year and am == "/" and pm == "\\" and published is today
                if usual and not pupil.away_days and pupil.missed * 2 < pupil.possible:
                    pupil.possible += 2
                    pupil.seen = ordinal
                else:
                    self._notice(pupil, year, event, published, remedy)
        system.count = count

    def _noise(self) -> tuple[float, float, float, float, float]:
        plan = self._plan
        return tuple(accumulate((plan.late, plan.reordered, plan.resent, plan.missing, plan.duplicated)))  # type: ignore[return-value]

    def _notice(
        self, pupil: Child, year: int, event: Event, published: date, remedy: tuple[Event, date] | None
    ) -> None:
        """Count what the day's marks come to, of those that stand and come to be known."""
        assert self._ledger is not None
        am, pm = (event["am"], event["pm"]) if self._is_known(event, published) else (None, None)
        if remedy is not None and self._is_known(*remedy):
            am, pm = remedy[0]["am"] or am, remedy[0]["pm"]
        codes = [code for code in (am, pm) if code is not None]
        if not codes:
            return
        ordinal = event["effective"]["from"].toordinal()
        if pupil.register_year != year:
            pupil.register_year, pupil.possible, pupil.missed, pupil.severe_since = year, 0, 0, 0
        if any(code not in NOT_SEEN for code in codes):
            pupil.seen = ordinal
        self._count_sessions(pupil, event["school"], ordinal, codes)
        if any(code not in UNEXCUSED for code in codes):
            pupil.away_days = 0
            self._ledger.absent(pupil, None)
            return
        if pupil.away_days == 0:
            pupil.away_since = ordinal
        pupil.away_days += 1
        self._ledger.absent(pupil, event["school"])

    def _count_sessions(self, pupil: Child, school: str, day: int, codes: list[str]) -> None:
        """Sessions of the year so far, and those missed; and since when half of them were."""
        missed = sum(code in MISSED for code in codes)
        pupil.possible += len(codes)
        pupil.missed += missed
        if missed:
            pupil.missed_at = school
        if pupil.possible < FEWEST_SESSIONS or pupil.missed * 2 < pupil.possible:
            pupil.severe_since = 0
        elif not pupil.severe_since:
            pupil.severe_since, pupil.severe_at = day, pupil.missed_at

    def _is_known(self, event: Event, published: date) -> bool:
        """Whether an event comes to be known: before the truth is told, and not after its feed fell silent."""
        if published >= self._plan.truth_of < self._plan.end:
            return False
        silent = self._feeds.is_silent(event["source"]["organisation"], "AttendanceMarked", published)
        return event["recorded_at"].date() < self._plan.end and not silent

    def _incident(self, pupil: Child, ordinal: int, lot: float) -> tuple[str, str]:
        """What is out of the ordinary today; some of it lasts, and is remembered with the pupil."""
        usual = 1 - (FRAIL if pupil.frail else 1) * (1 - USUAL)
        _, am, pm, most = INCIDENTS[min(bisect(_UP_TO, (lot - usual) / (1 - usual) * _UP_TO[-1]), len(INCIDENTS) - 1)]
        if most > 1:
            pupil.away, pupil.away_until = am, ordinal + int(self._rng.random() * most * 1.4)
        return am, pm

    def _amend(self, event: Event, event_id: str) -> tuple[Event, date] | None:
        """The reason is found within five school days: a later mark of the same sessions supersedes; and when it is published."""
        rng, written = self._rng, event["recorded_at"].date()
        if rng.random() < NEVER_EXPLAINED:
            return None
        code = rng.choices(list(REASONS_FOUND), list(REASONS_FOUND.values()))[0]
        amended = {**event, "event_id": event_id, "am": code if event["am"] == "N" else None, "pm": code}
        return amended, self._outbox.write(amended, working_day(written + timedelta(days=1 + int(rng.random() * 5))))


def midnight(day: date) -> datetime:
    """The first moment of a day, UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
