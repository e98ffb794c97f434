"""Given an error of the database, when we ask what kind it is, then a lost server, a full disk and a wrong value differ."""

import psycopg
import pytest

from adapters.log.trouble import TROUBLES, trouble_of
from domain.errors import Unreachable


@pytest.mark.parametrize(
    ("sqlstate", "trouble"),
    [
        ("08006", "database_lost"),
        ("57P01", "database_lost"),
        ("57P03", "database_lost"),
        ("25P03", "database_lost"),
        ("53100", "database_full"),
        ("53300", "database_limits"),
        ("53200", "database_limits"),
        ("55P03", "database_busy"),
        ("57014", "database_busy"),
        ("40001", "database_busy"),
        ("40P01", "database_busy"),
        ("28P01", "database_refuses"),
        ("42501", "database_refuses"),
        ("22003", None),  # a number out of range: the data
        ("54000", None),  # an index row too large: the data
        ("23505", None),
        ("42P01", None),
    ],
)
def test_trouble_is_told_by_its_code(sqlstate: str, trouble: str | None) -> None:
    error = psycopg.errors.lookup(sqlstate)()
    assert trouble_of(error) == trouble
    assert trouble is None or TROUBLES[trouble]


def test_an_error_without_a_code_is_a_lost_connection() -> None:
    assert trouble_of(psycopg.OperationalError()) == "database_lost"
    assert trouble_of(psycopg.InterfaceError()) == "database_lost"
    assert trouble_of(Unreachable("the database")) == "database_lost"


def test_what_is_no_error_of_the_database_is_none() -> None:
    assert trouble_of(ValueError()) is None
    assert trouble_of(psycopg.DataError()) is None
