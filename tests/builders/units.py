"""What a connector reads from a file, without what the file says of itself."""

from collections.abc import Iterable, Iterator

from adapters.intake.connectors import Converted


def units_of(converted: Iterable[Converted]) -> Iterator[Converted]:
    """The units alone: what the file covers is told beside them."""
    return (one for one in converted if not one.of_the_file)
