"""Identifiers that look right and belong to nobody.

NHS numbers are of the 999 range, which is never issued; their check digit is by modulus 11. UPNs have the right check
letter. The postcode area is real (ZE, Shetland) but its districts stop at ZE3, so ZE91 to ZE95 name no place. UPRNs
begin with 999, above those allocated.
"""

from collections.abc import Iterator

from stdnum.gb import nhs
from stdnum.gb.upn import calc_check_digit

from domain.errors import Misuse

_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"  # of temporary numbers; I, O and S are not used
_INWARD = "ABDEFGHJLNPQRSTUWXYZ"  # C, I, K, M, O and V are not used
_STEMS = 1_000_000
_STRIDE = 3_387_001  # a prime above _STEMS: neighbours in time get numbers far apart, and none comes twice
HOUSES_A_STREET = 40


def nhs_numbers(first: int, part: int = 0, of: int = 1) -> Iterator[str]:
    """Distinct NHS numbers of the 999 range, beginning anywhere, and of one `part` of it; raises `Misuse` when all have been given out."""
    stems = _STEMS // of
    for step in range(stems):
        stem = f"999{(first + step * _STRIDE) % stems * of + part:06}"
        check = next((digit for digit in "0123456789" if nhs.checksum(stem + digit) == 0), None)
        if check is not None:  # a stem in eleven has no number
            yield stem + check
    raise Misuse("the period needs more NHS numbers than the test range has: take fewer children or a shorter period")


def upn(authority: str, establishment: int, year: int, serial: int) -> str:
    """A permanent UPN given by a school: check letter, authority, establishment, year, serial (DfE UPN guide).

    Raises `Misuse` when a school's thousand of the year is used up.
    """
    if serial > 999:
        raise Misuse("a school gave more UPNs in a year than there are: take a shorter period")
    digits = f"{authority}{establishment:04}{year % 100:02}{serial:03}"
    return str(calc_check_digit(digits)) + digits


def temporary_upn(authority: str, establishment: int, year: int, serial: int) -> str:
    """A temporary UPN: its last character is a letter, and counts in the check as its place in the alphabet."""
    letter, number = divmod(serial, 100)
    digits = f"{authority}{establishment:04}{year % 100:02}{number:02}"
    rest = digits + _LETTERS[letter]
    return str(calc_check_digit(rest)) + rest


def uprn(place: int) -> str:
    """The property's number."""
    return f"999{place:09}"


def postcode(ward: int, street: int) -> str:
    """The postcode of a street of a ward; each ward is a district of its own."""
    sector, pair = divmod(street, len(_INWARD) ** 2)
    first, second = divmod(pair, len(_INWARD))
    return f"ZE9{ward % 5 + 1} {sector % 10}{_INWARD[first]}{_INWARD[second]}"
