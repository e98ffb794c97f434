"""Identifiers of children: parse, normalise, explain.

Sources: NHS Data Dictionary (NHS NUMBER, modulus 11); DfE, *Unique pupil numbers (UPNs)*.
An unknown local-authority code or an unusual range is a warning, never a rejection (contract 1).
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

NHS = "nhs"
UPN = "upn"
AGENCY = "agency"
MAX_VALUE = 60
# How an identifier stands among those of its child.
IdentifierStatus = Literal["live", "disputed", "superseded", "inactive"]

_AGENCY_SCHEME = re.compile(r"agency:[A-Za-z0-9][A-Za-z0-9._-]{0,39}:[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_UPN_FORM = re.compile(r"[A-HJ-NP-RT-Z][0-9]{11}[0-9A-HJ-NP-RT-Z]")
_BETWEEN: Final = r"[ ._:/()+-]{0,2}"
_TEN_DIGITS: Final = re.compile(rf"(?<![0-9])[0-9]{{3}}{_BETWEEN}[0-9]{{3}}{_BETWEEN}[0-9]{{4}}(?![0-9])")
_TWELVE_AND_A_LETTER: Final = re.compile(r"[A-Za-z][0-9]{11}[0-9A-Za-z](?![0-9])")
_TELEPHONE: Final = re.compile(rf"(?<![0-9])(?:0|44)[1237](?:{_BETWEEN}[0-9]){{8,9}}(?![0-9])")
_NO_DIGIT: Final = re.compile(r"[^0-9]+")
_SEPARATORS = str.maketrans("", "", " -\t\u00a0")

# Local authorities that have issued UPNs: DfE codes, as ranges (domain.md B2), and pseudo codes of the DfE (0xx is unused).
_LA_RANGES = (
    (201, 213), (301, 320), (330, 336), (340, 344), (350, 359), (370, 373), (380, 384), (390, 394), (420, 421),
    (660, 681), (701, 708), (800, 896), (901, 945),
)  # fmt: skip


# What systems put where they have no number, written without blanks and signs.
FILLER_WORDS: Final = (
    "unknown", "unk", "not known", "no number", "null", "nil", "none", "nan", "undefined", "n/a", "na", "not available",
    "not applicable", "not recorded", "not stated", "missing", "blank", "empty", "default", "dummy", "test", "testing",
    "temp", "tbc", "tba", "tbd", "#ref!", "#value!", "-1", "123456789", "1234567890", "0123456789",
)  # fmt: skip
REPEATED: Final = 3


def _plain(value: str) -> str:
    """A value as fillers are compared: letters and digits alone, whatever their case and width."""
    return "".join(c for c in unicodedata.normalize("NFKC", value).casefold() if c.isalnum())


@dataclass(frozen=True, slots=True)
class Fillers:
    """What an agency's system gives to many children in place of a number: it would make one record of them all.

    `words` in any case, with or without blanks and signs; `repeated`: one character so many times or more (0: none).
    Noughts alone, and signs alone, always are.
    """

    words: frozenset[str]
    repeated: int

    def hold(self, value: str) -> bool:
        """Whether a value of an agency's scheme is a filler."""
        plain = _plain(value)
        if not plain.strip("0") or plain in self.words or "".join(value.split()).casefold() in self.words:
            return True
        return 0 < self.repeated <= len(plain) and plain == plain[0] * len(plain)


def fillers_of(words: Sequence[str], repeated: int) -> Fillers:
    """Fillers from what is set."""
    signed = {"".join(word.split()).casefold() for word in words}
    # A sign may be what makes it one: without it, -1 is a number like any other.
    plain = {_plain(word) for word in words if not word.startswith("-")}
    return Fillers(frozenset((signed | plain) - {""}), repeated)


FILLERS: Final = fillers_of(FILLER_WORDS, REPEATED)


@dataclass(frozen=True, slots=True)
class Checked:
    """What one identifier value turned out to be; `reason` is a code of `domain.reasons` when it is not valid."""

    scheme: str
    value: str
    valid: bool
    normalised: str | None
    reason: str | None = None
    warnings: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def _checksums() -> tuple[Callable[[str], int], Callable[[str], str]]:
    """The sum of an NHS number, 0 where it is right, and the letter that a UPN begins with: the library loads much else."""
    from stdnum.gb import nhs
    from stdnum.gb.upn import calc_check_digit

    return nhs.checksum, calc_check_digit


def _check_nhs(value: str) -> Checked:
    digits = value.translate(_SEPARATORS)
    if len(digits) != 10 or not (digits.isascii() and digits.isdigit()):
        return Checked(NHS, value, False, None, "bad_form")
    if digits == digits[0] * 10:  # it passes the modulus 11 check, and is nobody's
        return Checked(NHS, value, False, None, "filler_identifier")
    if _checksums()[0](digits) != 0:
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
    if _checksums()[1](upn[1:]) != upn[0]:
        return Checked(UPN, value, False, None, "bad_check_letter")
    warnings = []
    if not _known_la(int(upn[1:4])):
        warnings.append("unknown_la_code")
    if upn[12].isalpha():
        warnings.append("temporary")
    return Checked(UPN, value, True, upn, None, tuple(warnings))


def check_identifier(scheme: str, value: str, fillers: Fillers = FILLERS) -> Checked:
    """Check one value of a scheme: `nhs`, `upn` or `agency:<organisation>:<system>`; never raises."""
    if scheme == NHS:
        return _check_nhs(value)
    if scheme == UPN:
        return _check_upn(value)
    # A scheme stands in the clear beside its record.
    if scheme.startswith("agency:") and _AGENCY_SCHEME.fullmatch(scheme) and not holds_a_number(scheme):
        return _check_agency(scheme, value, fillers)
    return Checked(scheme, value, False, None, "unknown_scheme")


def _check_agency(scheme: str, value: str, fillers: Fillers) -> Checked:
    trimmed = value.strip()
    if len(trimmed) > MAX_VALUE:
        return Checked(scheme, value, False, None, "too_long")
    if not trimmed or not trimmed.isprintable() or not unicodedata.is_normalized("NFC", trimmed):
        return Checked(scheme, value, False, None, "bad_form")
    if fillers.hold(trimmed):
        return Checked(scheme, value, False, None, "filler_identifier")
    return Checked(scheme, value, True, trimmed)


def holds_a_number(text: str) -> bool:
    """Whether an NHS number or a UPN with the right check stands in a text, or what reads as a telephone number."""
    if len(text) < 10:
        return False
    return (
        any(check_identifier(NHS, _NO_DIGIT.sub("", found)).valid for found in _TEN_DIGITS.findall(text))
        or any(check_identifier(UPN, found).valid for found in _TWELVE_AND_A_LETTER.findall(text))
        or _TELEPHONE.search(text) is not None
    )


def parse_identifier(text: str, fillers: Fillers = FILLERS) -> Checked:
    """Read `SCHEME:VALUE` as a person types it, for example `nhs:999 000 0018` or `agency:la-808:mosaic:77`."""
    scheme, _, value = text.strip().partition(":")
    if scheme == AGENCY:
        organisation, _, rest = value.partition(":")
        system, _, value = rest.partition(":")
        scheme = f"{AGENCY}:{organisation}:{system}"
    return check_identifier(scheme, value, fillers)


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
