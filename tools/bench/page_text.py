"""What the page of performance says besides figures: how it is made, and what is compared with what."""

from collections.abc import Iterable
from typing import Final

HEAD: Final = """<!-- Measured, and written by `icr bench page`: measure again, do not edit. -->

# Performance

How fast events are taken in, views made anew and questions answered, each held against something plain that was measured
in the same run: absolute figures are a machine's, ratios travel. These commands made it; only the first result is needed:

```text
{commands}
```

Nothing else should run meanwhile; *load before* under [conditions](#conditions) tells. It is not made by `./dev docs`,
since no two runs give the same figures. What the options mean stands with the [commands](commands.md).
"""

PATHS: Final = """## What is compared

All paths take the same bytes from the same Kafka, in turn; while one is measured, the workers of the others are held.

- **floor**: what nobody can do without. One process polls with kafka-python, decodes with fastavro by the released schemas, and
  stores the bytes with one binary `COPY` a batch in a table with the library's two unique indexes. Nothing is checked.
- **log**: `icr consume` as shipped, from the bytes to the durable log: decoded by generated readers, checked, found by
  keyed hash, sealed under the record's key, kept from coming in twice by the inbox, written with facts for the views,
  offsets and a link of the hash chain in one transaction. *Warm*: the records are known. *First load*: each record is
  new when it is met, so its keys are made and wrapped on the way.
- **views**: `icr consume` and `icr project` at once, until every view is at the head of the log. Afterwards some children
  are compared with the reference that sorts all of history, and every table with a rebuild. *Project* is the
  projector catching up alone on what is in the log. *First load*: all that agencies held before the first day, and what
  makes every child known, into an empty log and empty views.
- **save_each**: the library's own way, one `Application.save` an event on its PostgreSQL recorder. Its aggregates are
  there beforehand and in memory, and nothing is checked, sealed or looked for twice.
- **runner**: that, and a `ProjectionRunner` in the same process that upserts a row or two an event in the transaction of
  its tracking: no rules, no links, no earlier states. *Alone*: catching up on what was saved before.

The last two are measured on a few hundred events of each round, spread over it.
"""

TEN_MILLION: Final = (
    "Ten million were recorded and projected once, by hand and in no run of this page: "
    "[decision 19](decisions/0019-editions-of-ten-thousand.md) has what was seen."
)


def section(*parts: str | Iterable[str]) -> str:
    """Blocks of a section, an empty line after each."""
    return "\n".join("\n".join([part] if isinstance(part, str) else part) + "\n" for part in parts)
