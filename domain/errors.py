"""Errors of the service, mapped once to exit codes and to problem+json; no value of the data is ever an argument."""

from typing import Final


class IcrError(Exception):
    """Any error the service raises on purpose."""

    exit_code = 1


class Rejected(IcrError):
    """One input was refused or kept in quarantine.

    `reason` is a code of `domain.reasons.REASONS`, `field` the path of the offending field, `rule` a plain sentence.
    """

    exit_code = 1

    def __init__(self, reason: str, field: str | None = None, rule: str | None = None) -> None:
        super().__init__(reason, field, rule)
        self.reason = reason
        self.field = field
        self.rule = rule

    def __str__(self) -> str:
        where = f" in {self.field}" if self.field else ""
        return f"{self.reason}{where}" + (f": {self.rule}" if self.rule else "")


class Misuse(IcrError):
    """A command or request was used wrongly; `message` says how it is used."""

    exit_code = 2

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NothingKnown(IcrError):
    """Nobody is known by what a child was named by."""

    def __init__(self) -> None:
        super().__init__("nothing is known under that identifier")


class Overtaken(IcrError):
    """What was to be decided on kept changing meanwhile; nothing was done, and it may be asked again."""

    def __init__(self) -> None:
        super().__init__("the child's records kept changing; nothing was done, ask again")


class Unreachable(IcrError):
    """A server that is needed did not answer; `hint` says what to check."""

    exit_code = 3

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(what, hint)
        self.what = what
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.what} could not be reached" + (f": {self.hint}" if self.hint else "")


CLOCK_BEHIND: Final = "clock_behind"
CLOCK_DIFFERS: Final = "clock_differs"


class ClockWrong(Unreachable):
    """The clock of this host cannot be right, so nothing is recorded by it; `trouble` says against what.

    Like a server that does not answer, it is waited for: nothing is the matter with what was sent.
    """

    def __init__(self, trouble: str) -> None:
        super().__init__("a right clock", trouble)
        self.trouble = trouble

    def __str__(self) -> str:
        against = {
            CLOCK_BEHIND: "is behind the time at which the newest event was received",
            CLOCK_DIFFERS: "differs from the database's clock",
        }
        return f"the clock of this host {against[self.trouble]} ({self.trouble}); nothing is recorded by it"
