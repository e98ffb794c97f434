"""What a person is told of each indicator, and the words the indicators go by (domain.md F)."""

from dataclasses import dataclass

NO_SCHOOL = "no_school"
LOST_LEAVER = "lost_leaver"
TEN_DAYS_ABSENT = "ten_days_absent"
TWENTY_DAYS_ABSENT = "twenty_days_absent"
SEVERE_ABSENCE = "severe_absence"
EXCLUDED_WITHOUT_PROVISION = "excluded_without_provision"
NO_GP = "no_gp"
GP_UNSETTLED = "gp_unsettled"
EMERGENCY_WITHOUT_GP = "emergency_without_gp"
REVIEW_MISSED = "under_five_unseen"
NOT_BROUGHT = "not_brought"
HOMELESS_OR_MOBILE = "homeless_or_mobile"
DROPPED_OUT = "dropped_out"
MISSING_WITHOUT_INTERVIEW = "missing_without_interview"
NO_UNIVERSAL_CONTACT = "no_universal_contact"


@dataclass(frozen=True, slots=True)
class Rule:
    """What a person is told of an indicator.

    `domains` are those a family is out of touch with while it holds; `feeds` and `feeds_of_one` as of `domain.feeds.Relying`.
    """

    id: str
    domains: tuple[str, ...]
    feeds: tuple[str, ...]
    feeds_of_one: tuple[str, ...]
    clears_when: str
    caution: str


RULES = {
    rule.id: rule
    for rule in (
        Rule(NO_SCHOOL, ("education",), ("PupilAdmitted",), (),
             "a school admits the child, it is taught elsewhere or at home, it is registered as not in school, or it leaves school age",
             "The child may be taught at home, at an independent school or abroad, or may be waiting for a place."),
        Rule(LOST_LEAVER, ("education",), ("PupilAdmitted",), (),
             "a school admits the child, it is taught elsewhere or at home, it is registered as not in school, or it leaves school age",
             "The child may have moved abroad, or the transfer file of the two schools may have been mislaid."),
        Rule(TEN_DAYS_ABSENT, ("education",), (), ("AttendanceMarked",), "a session is marked as anything else, or the child leaves the roll",
             "Code N may not have been amended yet."),
        Rule(TWENTY_DAYS_ABSENT, ("education",), (), ("AttendanceMarked",), "a session is marked as anything else, or the child leaves the roll",
             "Any other code breaks the run; the school and the authority must have made enquiries before a name is removed."),
        Rule(SEVERE_ABSENCE, ("education",), (), ("AttendanceMarked",), "half of the year's sessions are attended again, or the school year ends",
             "Illness or needs that are not met may be the cause; absence early in a year weighs more."),
        Rule(EXCLUDED_WITHOUT_PROVISION, ("education",), ("AlternativeProvisionStarted",), (),
             "provision starts, a school admits the child, the sessions of a suspension are over, or the exclusion ends and is not upheld",
             "The provision may not have been reported."),
        Rule(NO_GP, ("primary health",), ("GpRegistered",), (), "a practice registers the child",
             "A move may be in progress; private care is not seen here. Of a child whom no practice ever registered it is said only "
             "where practices were heard: the family may be with a practice that does not publish."),
        Rule(GP_UNSETTLED, ("primary health",), ("GpRegistered",), (), "twelve months pass after a removal, or two years with fewer changes",
             "Practices may have merged; temporary accommodation brings changes of practice."),
        Rule(EMERGENCY_WITHOUT_GP, ("primary health",), ("GpRegistered", "EdAttendance"), (),
             "a practice registers the child, or six months pass with fewer attendances",
             "A long illness brings attendances."),
        Rule(REVIEW_MISSED, ("primary health",), ("ReviewDone",), (), "a review is done, a contact takes place, or the child is of school age",
             "The child may have been seen elsewhere."),
        Rule(NOT_BROUGHT, ("primary health",), ("ContactTookPlace",), (),
             "a contact takes place, a review is done, or six months pass with fewer missed appointments",
             "Transport or an error of the booking may be the cause."),
        Rule(HOMELESS_OR_MOBILE, ("housing",), ("AddressChanged",), ("TemporaryAccommodationPlaced",),
             "a home is told, from the end of a placement on, or twelve months pass with fewer moves",
             "An address may have been mistyped; care may be shared between two homes."),
        Rule(DROPPED_OUT, ("support",), ("InvolvementStarted",), (), "another service starts to work with the child",
             "Things may have improved; consent withheld is not disengagement."),
        Rule(MISSING_WITHOUT_INTERVIEW, ("support",), ("MissingStarted",), (), "a return interview is accepted, or ninety days pass",
             "An interview may have been held and not recorded."),
        Rule(NO_UNIVERSAL_CONTACT, ("education", "primary health"), ("PupilAdmitted", "GpRegistered", "AttendanceMarked"), ("AttendanceMarked",),
             "any school, health or early years service is in contact with the child, or the child leaves school age",
             "The family may have left the area; a new identity or an adoption ends the old record silently. "
             "Below school age it goes by the health visitors' reviews, is never *education*, and rests on `ReviewDone`."),
    )
}  # fmt: skip

# Where an indicator names this in place of an organisation, it is of a child below school age, of whom no school need know: it goes
# by the health visitors' reviews, and says nothing where they were not heard.
BELOW_SCHOOL_AGE = "below school age"
_BELOW_SCHOOL_AGE = Rule(
    f"{NO_UNIVERSAL_CONTACT} {BELOW_SCHOOL_AGE}", ("primary health",), ("ReviewDone",), (), RULES[NO_UNIVERSAL_CONTACT].clears_when,
    RULES[NO_UNIVERSAL_CONTACT].caution,
)  # fmt: skip

# Where an indicator of a child without a practice names one of these in place of an organisation: nobody ever registered the child, which
# can only be said where practices were heard; or a practice refused it, which needs no waiting.
NEVER_REGISTERED = "never registered"
REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class ExcludedBy:
    """The school of an exclusion, as an indicator carries it in place of an organisation.

    `permanent`: provision is due a day later than of a suspension. `sessions`, `start`: of a suspension that ends by itself.
    """

    school: str
    permanent: bool = False
    sessions: int | None = None
    start: int = 0

    def __str__(self) -> str:
        stated = "" if self.sessions is None else f"{self.sessions} sessions from {self.start} "
        return f"{'permanent ' if self.permanent else ''}{stated}urn-{self.school}"

    @classmethod
    def read(cls, text: str) -> "ExcludedBy":
        """From its text."""
        said, _, school = text.rpartition("urn-")
        words = said.split()
        if "sessions" in words:
            return cls(school, sessions=int(words[0]), start=int(words[3]))
        return cls(school, permanent="permanent" in words)


def rule_of(indicator: str, organisation: str | None) -> Rule:
    """The rule of an indicator, by what stands in place of the organisation whose word it rests on."""
    return _BELOW_SCHOOL_AGE if organisation == BELOW_SCHOOL_AGE else RULES[indicator]


@dataclass(frozen=True, slots=True)
class Indicator:
    """An indicator that is so on the days `[start, end)`, counted from `since`; `organisation` whose feed must be heard."""

    id: str
    since: int
    start: int
    end: int
    positions: tuple[int, ...]
    organisation: str | None = None
