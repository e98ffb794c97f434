"""The quarantine as a person handles it: what is kept and why, again into the log, or settled for good."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any, Final
from uuid import UUID

from adapters.intake.connectors import BrokenFile, Converted
from adapters.intake.connectors.cin import read_stream
from adapters.intake.connectors.nems import read_nems
from adapters.log.growth import Cleared, Used, clear, use_of_all
from adapters.log.messages import DUPLICATE, Counts, Message, Outcome
from adapters.log.pauses import UNREADABLE_RECORD
from adapters.log.quarantine_rows import QuarantineRows
from adapters.service.opened import Service
from domain.errors import Misuse

BATCH: Final = 500
_OPEN: Final = ("waiting", "ready")
_EVENTS: Final = (b"{", b"\0", b"\xc3\x01")  # as they come by Kafka and HTTP (adapters.codec)
_NO_MESSAGES: Final = (UNREADABLE_RECORD, "empty")  # what is kept of them tells of them; nothing is there to record
_XML: Final = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe", b"\xfe\xff")


class Quarantine:
    """Records kept events again, and settles them; each call is a transaction of its own."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._store = QuarantineRows(service.keys, sender_of=service.sender_of)

    def redrive(self, only: Sequence[UUID] | None, reason: str | None) -> Counts:
        """Record kept events again; what became of them.

        Those of a reason only as far as they are stored whole. Raises Misuse where one that is named is not.
        """
        if only is not None:
            self._refuse_parts(only)
        counts = Counts()
        recorder = self._service.recorder()
        try:
            with self._service.connect() as connection:
                wanted = list(only) if only is not None else self._chosen(connection, reason)
                for start in range(0, len(wanted), BATCH):
                    again: list[Message] = []
                    read: list[UUID] = []
                    for message in self._store.ready(connection, wanted[start : start + BATCH]):
                        found = reread(message)
                        again += [message] if found is None else found
                        if found is not None and message.aside is not None and not any(one.aside for one in found):
                            read.append(message.aside)
                        if found == []:  # it says nothing that is new here
                            counts.add([Outcome(DUPLICATE)])
                    if again:
                        counts.add(recorder.record(again))
                    # Afterwards: if we end in between, they are read once more, and their events are duplicates.
                    for aside in read:
                        self._store.settle(connection, aside, self._service.clock.now())
        finally:
            recorder.close()
        return counts

    def clear(self) -> Cleared:
        """Clear what is older than the settings say; how much."""
        with self._service.connect() as connection:
            return clear(connection, self._service.settings.ages, self._service.clock.now())

    def use(self) -> list[Used]:
        """What each organisation has in the quarantine."""
        with self._service.connect() as connection:
            return use_of_all(connection)

    def _refuse_parts(self, asides: Sequence[UUID]) -> None:
        with self._service.connect() as connection:
            row = connection.execute(
                "SELECT count(*) FROM log.aside WHERE id = ANY(%s) AND stored < length", (list(asides),)
            ).fetchone()
        if row is not None and row[0]:
            raise Misuse(
                f"{row[0]} of these are not stored whole and cannot be recorded again: ask the agency to send them"
            )

    def _chosen(self, connection: Any, reason: str | None) -> list[UUID]:  # noqa: ANN401
        """Ids of the kept events of a reason, or of those that became ready."""
        rows = connection.execute(
            "SELECT id FROM log.aside WHERE kind = 'kept' AND state = ANY(%s) AND (%s::text IS NULL OR reason = %s) "
            "AND stored >= length ORDER BY received_at, id",
            (["ready"] if reason is None else list(_OPEN), reason, reason),
        )
        return [row[0] for row in rows]

    def reject(self, asides: Sequence[UUID], note: str) -> int:
        """Settle kept events for good, with a person's reason; how many were waiting."""
        with self._service.connect() as connection:
            return self._store.reject(connection, asides, note, self._service.clock.now())


def reread(message: Message) -> list[Message] | None:
    """What a connector makes of a message that it kept, as an import would record it; None when it is no connector's.

    What it can read now is no longer the message's own: its events are recorded, or kept, each as itself. Only what it
    still cannot read at all stays the message, with its reason of today. A row of a table cannot be read without the
    command that named its term, and stays with the reason it has.
    """
    if message.was is not None and message.was[0] in _NO_MESSAGES:
        return [message._replace(kept=message.was)]
    if not isinstance(message.data, bytes) or message.data.lstrip(b" \t\r\n").startswith(_EVENTS):
        return None
    if not message.data.lstrip().startswith(_XML):
        return [message._replace(kept=message.was)]
    again: list[Message] = []
    for converted in _converted(message.data):
        if converted.kept is not None:
            aside = message.aside if converted.raw == message.data else None
            again.append(Message(converted.raw, message.sector, aside, converted.kept, sender=message.sender))
        again += [Message(event, message.sector, sender=message.sender) for event in converted.events]
    return again


def _converted(data: bytes) -> list[Converted]:
    """By the connector of its kind: a census of children in need, else an NHS message."""
    try:
        return list(read_stream(BytesIO(data), None))
    except BrokenFile:
        return list(read_nems(data))
