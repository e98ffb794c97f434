"""Opening many sealed cells within one read: their keys are fetched together."""

from collections.abc import Iterable
from uuid import UUID

from adapters.log.keys.data_keys import IDENTITY
from adapters.log.sealed_values import SealedValueOpener, class_of
from adapters.log.subjects import Known


class SealedValues(SealedValueOpener):
    """Opens cells within one read; an erased one is None."""

    def expect_contacts(self, wanted: Iterable[tuple[UUID, str]]) -> None:
        """Fetch the keys of contact cells that are about to be opened, by record and kind of entry, in one query."""
        self.expect_all((), wanted)

    def expect_all(self, records: Iterable[UUID], contacts: Iterable[tuple[UUID, str]]) -> None:
        """Fetch the identity keys of records, and the keys of contact cells by record and kind of entry, in one query."""
        wanted = [
            *((record, IDENTITY) for record in records),
            *((record, class_of(kind)) for record, kind in contacts),
        ]
        keys = [(self._known.setdefault(record, Known(record.bytes)), key_class, 0) for record, key_class in wanted]
        self._subjects.find_keys(self._connection, keys, make=False)
