"""Identifiers of children: parse, normalise, explain.

Sources: NHS Data Dictionary (NHS NUMBER, modulus 11); DfE, *Unique pupil numbers (UPNs)*.
An unknown local-authority code or an unusual range is a warning, never a rejection (contract 1).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from stdnum.gb.upn import calc_check_digit

NHS = "nhs"
UPN = "upn"
AGENCY = "agency"
MAX_VALUE = 60

_AGENCY_SCHEME = re.compile(r"agency:[A-Za-z0-9][A-Za-z0-9._-]{0,39}:[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_UPN_FORM = re.compile(r"[A-HJ-NP-RT-Z][0-9]{11}[0-9A-HJ-NP-RT-Z]")
_SEPARATORS = str.maketrans("", "", " -\t\u00a0")

# Local authorities that have issued UPNs: DfE codes, as ranges (domain.md B2), and pseudo codes of the DfE (0xx is unused).
_LA_RANGES = (
    (201, 213), (301, 320), (330, 336), (340, 344), (350, 359), (370, 373), (380, 384), (390, 394), (420, 421),
    (660, 681), (701, 708), (800, 896), (901, 945),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Checked:
    """What one identifier value turned out to be; `reason` is a code of `domain.reasons` when it is not valid."""

    scheme: str
    value: str
    valid: bool
    normalised: str | None
    reason: str | None = None
    warnings: tuple[str, ...] = ()


def nhs_check_digit(stem: str) -> int | None:
    """Check digit of a nine-digit stem, or None where no number can have that stem (modulus 11 gives 10)."""
    total = sum(weight * (ord(digit) - 48) for weight, digit in zip(range(10, 1, -1), stem, strict=True))
    check = 11 - total % 11
    if check == 10:
        return None
    return 0 if check == 11 else check


def _check_nhs(value: str) -> Checked:
    digits = value.translate(_SEPARATORS)
    if len(digits) != 10 or not (digits.isascii() and digits.isdigit()):
        return Checked(NHS, value, False, None, "bad_form")
    if digits == digits[0] * 10 or nhs_check_digit(digits[:9]) != ord(digits[9]) - 48:
        return Checked(NHS, value, False, None, "bad_check_digit")
    warnings = []
    if digits.startswith("999"):
        warnings.append("test_range")
    elif not "4000000000" <= digits <= "4999999999" and not "6000000000" <= digits <= "7999999999":
        warnings.append("unissued_range")
    return Checked(NHS, value, True, digits, None, tuple(warnings))


def _known_la(code: int) -> bool:
    return any(low <= code <= high for low, high in _LA_RANGES)


def _check_upn(value: str) -> Checked:
    upn = value.translate(_SEPARATORS).upper()
    if not _UPN_FORM.fullmatch(upn):
        return Checked(UPN, value, False, None, "bad_form")
    if calc_check_digit(upn[1:]) != upn[0]:
        return Checked(UPN, value, False, None, "bad_check_letter")
    warnings = []
    if not _known_la(int(upn[1:4])):
        warnings.append("unknown_la_code")
    if upn[12].isalpha():
        warnings.append("temporary")
    return Checked(UPN, value, True, upn, None, tuple(warnings))


def check_identifier(scheme: str, value: str) -> Checked:
    """Check one value of a scheme: `nhs`, `upn` or `agency:<organisation>:<system>`; never raises."""
    if scheme == NHS:
        return _check_nhs(value)
    if scheme == UPN:
        return _check_upn(value)
    if scheme.startswith("agency:") and _AGENCY_SCHEME.fullmatch(scheme):
        trimmed = value.strip()
        if not trimmed or len(trimmed) > MAX_VALUE or not trimmed.isprintable():
            return Checked(scheme, value, False, None, "bad_form")
        return Checked(scheme, value, True, trimmed)
    return Checked(scheme, value, False, None, "unknown_scheme")


def parse_identifier(text: str) -> Checked:
    """Read `SCHEME:VALUE` as a person types it, for example `nhs:999 000 0018` or `agency:la-808:mosaic:77`."""
    scheme, _, value = text.strip().partition(":")
    if scheme == AGENCY:
        organisation, _, rest = value.partition(":")
        system, _, value = rest.partition(":")
        scheme = f"{AGENCY}:{organisation}:{system}"
    return check_identifier(scheme, value)


def choose_key(identifiers: Sequence[Checked], order: Sequence[str]) -> Checked | None:
    """The identifier whose record an event belongs to: the first valid one in the order its schema names.

    `order` holds `nhs`, `upn` and `agency`; None when nothing valid is there (design D1).
    """
    for wanted in order:
        for checked in identifiers:
            if checked.valid and (
                checked.scheme == wanted or (wanted == AGENCY and checked.scheme.startswith("agency:"))
            ):
                return checked
    return None
