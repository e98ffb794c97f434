"""`icr feeds`: what each feed says it is complete through."""

from typing import TYPE_CHECKING, Any, Final

from adapters.cli.output import Data, Json, opened, print_json, print_table
from domain.dates import iso
from domain.effects import Act

if TYPE_CHECKING:
    import psycopg

# The last report of each feed, by what the agency wrote down last.
_QUERY: Final = """
SELECT DISTINCT ON (f.provider, f.service) f.provider, f.service, f.until, f.day, b.received_at,
       count(*) OVER (PARTITION BY f.provider, f.service)
FROM log.fact f
JOIN LATERAL (SELECT received_at FROM log.batch WHERE last >= f.position ORDER BY last LIMIT 1) b ON true
WHERE f.act = %s
ORDER BY f.provider, f.service, f.recorded_at DESC, f.position DESC
"""


def feeds(data: Data = None, as_json: Json = False) -> None:
    """List the feeds: organisation, event type, and the day through which the organisation says it is complete.

    A feed that has not reported lately is silent, which is not the same as having nothing to say.
    """
    with opened(data) as service, service.connect() as connection:
        found = last_reports(connection)
    if as_json:
        print_json({"feeds": found})
        return
    columns = ("organisation", "event type", "complete through", "covers from", "last reported", "reports")
    rows = [(*list(one.values())[:4], one["last_reported"][:16], one["reports"]) for one in found]
    print_table("feeds", columns, rows)


def last_reports(connection: "psycopg.Connection[Any]") -> list[dict[str, Any]]:
    """The last report of each feed."""
    return [
        {
            "organisation": organisation,
            "event_type": event_type,
            "complete_through": iso(through),
            "covers_from": iso(since),
            "last_reported": received_at.isoformat(),
            "reports": reports,
        }
        for organisation, event_type, through, since, received_at, reports in connection.execute(
            _QUERY, (int(Act.FEED),)
        )
    ]
