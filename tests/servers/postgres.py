"""PostgreSQL for tests: a throw-away cluster per test process and back end, a fresh database per test."""

import contextlib
import importlib
import itertools
import shutil
import tempfile
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from adapters.embedded.binaries import packaged_binaries
from adapters.embedded.postgres import PostgresServer

DEBIAN = Path("/usr/lib/postgresql/15/bin")


# What its processes share lies in its folder, which goes with the run of the tests, killed or not.
OPTIONS = {"shared_buffers": "128MB", "dynamic_shared_memory_type": "mmap"}


_ITERATIONS_SINCE = 160_000


class NoPostgres(Exception):
    """The back end is not to be had here; the text says why."""


class Cluster:
    """A throw-away cluster. `fresh` gives a database of one's own in about 90 ms, on a disk in 660."""

    def __init__(self, *, system: bool = False) -> None:
        if system and not (DEBIAN / "postgres").exists():
            raise NoPostgres("Debian's PostgreSQL 15 is not installed (apt-get install postgresql-15)")
        binaries = DEBIAN if system else packaged_binaries()
        # Of one's own and passable: PostgreSQL 15 cannot run below a folder closed to its account.
        self.folder = Path(tempfile.mkdtemp(prefix="icr-test-postgres-"))
        self.folder.chmod(0o711)
        self.server = PostgresServer(self.folder / "cluster", durable=False, options=OPTIONS, binaries=binaries)
        self.server.start()
        with psycopg.connect(self._url("postgres")) as connection:
            version = connection.info.server_version
            if version >= _ITERATIONS_SINCE:
                _log_in_quickly(connection, self.server.url)
        self.source = f"PostgreSQL {version // 10000}.{version % 10000} {'from Debian' if system else 'embedded'}"
        self._numbers = itertools.count(1)
        self._migrated: str | None = None

    def fresh(self, *, empty: bool = False) -> str:
        """Connection string of a new database, with our tables unless `empty`."""
        return self._create("template0" if empty else self._template())

    def drop(self, url: str) -> None:
        """Remove a database, whoever is still connected."""
        name = url.rsplit("/", 1)[1]
        with self._administer() as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def stop(self) -> None:
        """End the server and remove its folder."""
        self.server.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _template(self) -> str:
        """A database with our tables, made once by the migrations and then copied."""
        if self._migrated is None:
            url = self._create("template0")
            importlib.import_module("adapters.migrations.migrate").migrate(url)
            self._migrated = url.rsplit("/", 1)[1]
        return self._migrated

    def _create(self, template: str) -> str:
        name = f"t{next(self._numbers)}"
        with self._administer() as connection:
            connection.execute(
                # Copying files is quicker than writing them to a log that is not kept.
                sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
                    sql.Identifier(name), sql.Identifier(template)
                )
            )
        return self._url(name)

    def _administer(self) -> contextlib.AbstractContextManager[psycopg.Connection]:
        return contextlib.closing(psycopg.connect(self._url("postgres"), autocommit=True))

    def _url(self, database: str) -> str:
        return f"{self.server.url.rsplit('/', 1)[0]}/{database}"


def _log_in_quickly(connection: psycopg.Connection, url: str) -> None:
    """The same password, whose proof takes one round instead of 4096: half of what a new connection costs."""
    told = conninfo_to_dict(url)
    connection.execute("SET scram_iterations = 1")
    connection.execute(
        sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(str(told["user"])), str(told["password"]))
    )
