"""Tables that composed statements read, described once; a test holds each against the live catalogue (access.md 2)."""

from typing import Final

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, MetaData, SmallInteger, Table, Text

METADATA: Final = MetaData()

# What events say, as far as it stands in the clear: here those about staff (`act` 18).
FACT: Final = Table(
    "fact",
    METADATA,
    Column("position", BigInteger, nullable=False),
    Column("act", SmallInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("day", Integer),
    Column("until", Integer),
    Column("recorded_at", BigInteger, nullable=False),
    Column("tie", LargeBinary),
    Column("worker", Text),
    Column("team", Text),
    schema="log",
)
