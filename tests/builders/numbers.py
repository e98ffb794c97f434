"""Numbers that look right and belong to nobody."""

from stdnum.gb import nhs


def nhs_check_digit(stem: str) -> str | None:
    """Check digit of nine digits, or None where no number can have that stem."""
    return next((digit for digit in "0123456789" if nhs.checksum(stem + digit) == 0), None)
