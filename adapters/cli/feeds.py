"""`icr feeds`: which feeds are heard, which are silent, and what each says it is complete through."""

from typing import Final

from adapters.cli.output import Data, Json, opened, print_json
from adapters.cli.reading import EffectiveAt

_COLUMNS: Final = (
    "organisation", "event type", "status", "expected", "complete through", "covers from", "last reported", "reports",
)  # fmt: skip


def feeds(effective_at: EffectiveAt = None, data: Data = None, as_json: Json = False) -> None:
    """List the feeds that ever spoke or are expected: heard, silent, never or closed, and through which day each is complete.

    A feed that has not reported lately is silent, which is not the same as having nothing to say; of an organisation that
    has closed it need not report, if it did until then.
    """
    from adapters.cli.words import table
    from adapters.codec.times import read_day
    from adapters.process.clock import today
    from adapters.questions.feeds import all_feeds

    day = None if effective_at is None else read_day(effective_at, "--effective-at")
    with opened(data) as service:
        found = all_feeds(service, day or today(service.clock))
    if as_json:
        print_json({"feeds": found})
        return
    rows = [
        (
            one["organisation"], one["event_type"], one["status"], "yes" if one["expected"] else "no",
            one["complete_through"], one["covers_from"], (one["last_reported"] or "")[:16], one["reports"],
        )
        for one in found
    ]  # fmt: skip
    table("feeds", _COLUMNS, rows)
