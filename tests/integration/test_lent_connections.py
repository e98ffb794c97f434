"""Connections that tests lend: each to one at a time, kept if they come back as they went, and never left open."""

import psycopg
import pytest

from tests.builders.lent import looking


def pid(connection: psycopg.Connection[object]) -> int:
    return connection.info.backend_pid


def test_one_that_came_back_is_lent_again(any_database_url: str) -> None:
    with looking(any_database_url) as connection:
        first = pid(connection)
    with looking(any_database_url) as connection:
        assert pid(connection) == first


def test_of_two_that_are_lent_at_once_one_is_kept_and_the_other_closed(any_database_url: str) -> None:
    with looking(any_database_url) as one, looking(any_database_url) as other:
        assert pid(one) != pid(other)
    assert not other.closed
    assert one.closed


def test_one_in_which_something_failed_or_that_the_server_ended_is_not_lent_again(any_database_url: str) -> None:
    with pytest.raises(psycopg.errors.DivisionByZero), looking(any_database_url) as failed:
        failed.execute("SELECT 1 / 0")
    assert failed.closed
    with looking(any_database_url) as ended:
        first = pid(ended)
    with psycopg.connect(any_database_url, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", (first,))
    with looking(any_database_url) as connection:
        assert pid(connection) != first
