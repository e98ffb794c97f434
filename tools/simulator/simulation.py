"""A whole area's events: its districts played one after another, brought into one order, with the reports of feeds.

One district is played as it is read. Of several, each is played to its end before the next is begun, and waits on disk;
so memory goes with the size of a district, and neither with that of the area nor with the period.
"""

import pickle
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from heapq import merge
from itertools import chain, islice
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.simulator.agencies import Event
from tools.simulator.district import DISTRICT, District, districts
from tools.simulator.feeds import Feeds
from tools.simulator.ledger import Ledger
from tools.simulator.plan import Plan
from tools.simulator.run import Published, Transmission, played

TOGETHER = 64  # events of a district that are in memory at a time

Playing = Callable[[int, int], None]


def simulate(
    plan: Plan,
    ledger: Ledger | None = None,
    *,
    district: int = DISTRICT,
    playing: Playing = lambda _number, _of: None,
    folder: Path | None = None,
) -> Iterator[Event]:
    """Events of a plan in order of publication: memory goes with a district of so many children, not with area or period.

    First the history, as backfill in the first hours of the first day, then the days. An event has the contract's JSON
    shape, but dates are `datetime.date` and instants aware `datetime`; treat it as read-only, parts are shared. Apart
    from events held back or sent again (`Plan.reordered`, `Plan.resent`) `recorded_at` never goes back.
    A `ledger` is told what the events tell, so that it knows the truth when all have been read; it is closed from the
    first event on that cannot be known in time. `playing` is told how many districts of how many have been played, where
    there are several; these wait in `folder`, or where temporary files do.
    """
    parts = districts(plan, district)
    feeds = Feeds(plan, parts)
    if len(parts) == 1:
        yield from _reported(plan, feeds, played(plan, parts[0], feeds, ledger), ledger)
        return
    with TemporaryDirectory(prefix="icr-districts-", dir=folder) as kept:
        files = []
        for part in parts:
            playing(part.number, part.of)
            files.append(_kept(Path(kept), part, played(plan, part, feeds, ledger)))
        playing(len(parts), len(parts))
        if ledger is not None:
            ledger.reopen()
        yield from _reported(plan, feeds, merge(*map(_read, files), key=_order), ledger)


def _order(one: Published) -> tuple[bool, datetime]:
    return one.sending is not Transmission.LOADED, one.moment


def _kept(folder: Path, part: District, published: Iterator[Published]) -> Path:
    file = folder / str(part.number)
    with file.open("wb") as out:
        while some := list(islice(published, TOGETHER)):
            pickle.dump(some, out)
    return file


def _read(file: Path) -> Iterator[Published]:
    with file.open("rb") as kept:
        while kept.peek(1):
            yield from pickle.load(kept)  # noqa: S301 - written by `_kept` a moment ago, in a folder of its own


def _reported(plan: Plan, feeds: Feeds, published: Iterator[Published], ledger: Ledger | None) -> Iterator[Event]:
    """What is published, with the reports: of the history after it, then every Monday before anything of that day."""
    mondays = (day for n in range(1, plan.days) if (day := plan.start + timedelta(days=n)).weekday() == 0)
    reports = chain([plan.start], mondays)
    due = next(reports, None)
    for moment, event, sending in published:
        today = moment.date()
        if sending is not Transmission.LOADED:
            while due is not None and due <= today:
                yield from _reports(plan, feeds, due, ledger)
                due = next(reports, None)
        if sending in (Transmission.LOADED, Transmission.NEW):
            feeds.sent(event["source"]["organisation"], event["event_type"])
        if ledger is not None:
            if today >= plan.truth_of < plan.end:  # what is still on its way at the end comes to be known
                ledger.close()
            ledger.sent["read"] += 1
            ledger.sent["copies"] += sending is Transmission.COPY
            ledger.sent["malformed"] += sending is Transmission.MALFORMED
        yield event
    while due is not None:
        if (
            ledger is not None and due < plan.truth_of
        ):  # of weeks in which nothing more happened, and known all the same
            ledger.reopen()
        yield from _reports(plan, feeds, due, ledger)
        due = next(reports, None)
    if ledger is not None:
        ledger.close()


def _reports(plan: Plan, feeds: Feeds, today: date, ledger: Ledger | None) -> Iterator[Event]:
    for report in feeds.reports(today, "backfill" if today == plan.start else "live"):
        if ledger is not None:
            ledger.sent["read"] += 1
            if today < plan.truth_of:
                ledger.report(report["source"]["organisation"], report["feed"], report["complete_through"])
        yield report
