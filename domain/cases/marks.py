"""What people have said of their record while it is looked into: facts that they dispute, and that it is not to be used."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Marks:
    """The day in London since which a fact is disputed, by an event of it; and since which a record is not to be used."""

    disputed: Mapping[str, str] = field(default_factory=dict)
    restricted: Mapping[UUID, str] = field(default_factory=dict)

    def of_entry(self, events: Collection[str]) -> str | None:
        """Since when an entry is disputed, by its events; None where it is not."""
        return min((self.disputed[one] for one in events if one in self.disputed), default=None)

    def of_child(self, records: Collection[UUID]) -> str | None:
        """Since when a child's record is not to be used; None where it may."""
        return min((self.restricted[one] for one in records if one in self.restricted), default=None)


NO_MARKS: Final = Marks()
