"""Publishers: who writes to which topics of Kafka, by which of its users, and for whom (access.md 6).

Kafka does not tell a reader who wrote a record. So under each sector's name a publisher, or a supplier that hosts several, has a
topic of its own, which its user alone may write to, and organisations belong to topics. They stand in a file
(ICR_PUBLISHERS_FILE, TOML: a table `[[publishers]]` each), which is read again when it is changed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from adapters.process.clients import EventType, Organisation, Sector, checked, read_tables
from adapters.process.watched_file import WatchedFile
from domain.errors import Misuse
from domain.senders import Sender

NAME: Final = r"[a-z][a-z0-9-]{0,59}"  # as it stands in the names of topics
# `v1` would make its feedback's topic that of an organisation.
_NO_NAMES: Final = frozenset({"v1"})
PRINCIPAL: Final = r"^User:[^\s*]{1,249}$"
Principal = Annotated[str, Field(pattern=PRINCIPAL)]


class Publisher(BaseModel):
    """One publisher. `principal` is its user as Kafka names it: `User:` and the name, or what a certificate is mapped to."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    name: str = Field(pattern=f"^{NAME}$", description="Stands at the end of the names of its topics")
    principal: Principal
    sectors: tuple[Sector, ...] = Field(min_length=1, description="Under each of which it has topics")
    organisations: tuple[Organisation, ...] = Field(min_length=1, description="For which it may publish there")
    event_types: tuple[EventType, ...] = Field(
        default=(), description="Which it may publish; empty: all of its sectors"
    )

    @property
    def sender(self) -> Sender:
        """What it may publish."""
        organisations, sectors, types = map(frozenset, (self.organisations, self.sectors, self.event_types))
        return Sender(f"publisher:{self.name}", organisations, sectors, types)


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    reader: Principal | None = None
    publishers: tuple[Publisher, ...] = ()


@dataclass(frozen=True)
class Publishers:
    """The publishers of a file, by name; `reader` is our own user, which reads their topics and tells them feedback."""

    by_name: Mapping[str, Publisher]
    reader: str | None = None

    @cached_property
    def senders(self) -> Mapping[str, Sender]:
        """What each may publish, by its name."""
        return {name: one.sender for name, one in self.by_name.items()}


NONE: Final = Publishers({})


def read_publishers(file: Path) -> tuple[Publishers, Sequence[Path]]:
    """The publishers of a file. Raises Misuse, naming field and rule."""
    said: _File = checked(_File, read_tables(file, "publishers_file", {"reader", "publishers"}), "publishers_file")
    names = [one.name for one in said.publishers]
    if len(set(names)) < len(names) or set(names) & _NO_NAMES:
        raise Misuse("publishers_file: each publisher has a name of its own, and none is called v1")
    principals = [one.principal for one in said.publishers]
    if len(set(principals)) < len(principals):
        raise Misuse("publishers_file: each publisher has a principal of its own, else one could write another's topic")
    if said.reader in principals:
        raise Misuse("publishers_file: the reader is none of the publishers")
    return Publishers({one.name: one for one in said.publishers}, said.reader), ()


def watched_publishers(file: Path | None) -> WatchedFile[Publishers] | None:
    """The publishers of a file as it is now; None where no file is set. Raises Misuse where it is wrong already."""
    if file is None:
        return None
    watched: WatchedFile[Publishers] = WatchedFile(file, read_publishers)
    watched.now()
    return watched
