"""What a person is told of each indicator, and the words the indicators go by (domain.md F)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from domain.kinds import ADDITIONAL_SERVICES, ANY_KIND, INVOLVEMENT, WHO_AND_WHERE

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

# Taught somewhere, as agencies say: on a roll, at home by choice, on the register of children not in school, elsewhere.
TAUGHT = ("enrolment", "elective_home_education", "not_in_school_register", "alternative_provision")
EXCLUDED = ("suspension", "permanent_exclusion")
# By these a health visitor, or another of the health service, saw the child.
SEEN = ("review_done", "contact_took_place")
# What a school, a health service or an early years service says when it is in contact with a child.
CONTACTS = frozenset(
    {
        "enrolment", "gp_registration", "health_visiting", "review_done", "contact_took_place", "ed_attendance",
        "early_years", "childrens_centre", "childrens_centre_visit", "sen_support", "alternative_provision", "gp_temporary_registration",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rule:
    """What a person is told of an indicator.

    `domains` are those a family is out of touch with while it holds; `feeds` and `feeds_of_one` as of `domain.feeds.Relying`.
    `of_its_own`: the kinds of entries that it rests on, also by their absence, beside what every indicator does.
    """

    id: str
    domains: tuple[str, ...]
    of_its_own: tuple[str, ...]
    feeds: tuple[str, ...]
    feeds_of_one: tuple[str, ...]
    clears_when: str
    caution: str

    @property
    def reads(self) -> tuple[str, ...]:
        """Every kind that it rests on: who may not know of all of them is not shown it (domain.access.sharing)."""
        return (*self.of_its_own, *WHO_AND_WHERE)


RULES = {
    rule.id: rule
    for rule in (
        Rule(NO_SCHOOL, ("education",), TAUGHT, ("PupilAdmitted",), (),
             "a school admits the child, it is taught elsewhere or at home, it is registered as not in school, or it leaves school age",
             "The child may be taught at home, at an independent school or abroad, or may be waiting for a place."),
        Rule(LOST_LEAVER, ("education",), TAUGHT, ("PupilAdmitted",), (),
             "a school admits the child, it is taught elsewhere or at home, it is registered as not in school, or it leaves school age",
             "The child may have moved abroad, or the transfer file of the two schools may have been mislaid."),
        Rule(TEN_DAYS_ABSENT, ("education",), ("attendance", "enrolment"),
             (), ("AttendanceMarked",), "a session is marked as anything else, or the child leaves the roll",
             "Code N may not have been amended yet."),
        Rule(TWENTY_DAYS_ABSENT, ("education",), ("attendance", "enrolment"),
             (), ("AttendanceMarked",), "a session is marked as anything else, or the child leaves the roll",
             "Any other code breaks the run; the school and the authority must have made enquiries before a name is removed."),
        Rule(SEVERE_ABSENCE, ("education",), ("attendance",),
             (), ("AttendanceMarked",), "half of the year's sessions are attended again, or the school year ends",
             "Illness or needs that are not met may be the cause; absence early in a year weighs more."),
        Rule(EXCLUDED_WITHOUT_PROVISION, ("education",), (*TAUGHT, *EXCLUDED), ("AlternativeProvisionStarted",), (),
             "provision starts, a school admits the child, the sessions of a suspension are over, or the exclusion ends and is not upheld",
             "The provision may not have been reported."),
        Rule(NO_GP, ("primary health",), ("gp_registration", "gp_registration_refused"), ("GpRegistered",), (), "a practice registers the child",
             "A move may be in progress; private care is not seen here. Of a child whom no practice ever registered it is said only "
             "where practices were heard: the family may be with a practice that does not publish."),
        Rule(GP_UNSETTLED, ("primary health",), ("gp_registration",),
             ("GpRegistered",), (), "twelve months pass after a removal, or two years with fewer changes",
             "Practices may have merged; temporary accommodation brings changes of practice."),
        Rule(EMERGENCY_WITHOUT_GP, ("primary health",), ("gp_registration", "ed_attendance"), ("GpRegistered", "EdAttendance"), (),
             "a practice registers the child, or six months pass with fewer attendances",
             "A long illness brings attendances."),
        Rule(REVIEW_MISSED, ("primary health",), ("review_missed", *SEEN),
             ("ReviewDone",), (), "a review is done, a contact takes place, or the child is of school age",
             "The child may have been seen elsewhere."),
        Rule(NOT_BROUGHT, ("primary health",), ("was_not_brought", *SEEN), ("ContactTookPlace",), (),
             "a contact takes place, a review is done, or six months pass with fewer missed appointments",
             "Transport or an error of the booking may be the cause."),
        Rule(HOMELESS_OR_MOBILE, ("housing",), ("address", "temporary_accommodation", "tenancy", "homeless_application"),
             ("AddressChanged",), ("TemporaryAccommodationPlaced",),
             "a home is told, from the end of a placement on, or twelve months pass with fewer moves",
             "An address may have been mistyped; care may be shared between two homes."),
        Rule(DROPPED_OUT, ("support",), (INVOLVEMENT, *ADDITIONAL_SERVICES),
             ("InvolvementStarted",), (), "another service starts to work with the child",
             "Things may have improved; consent withheld is not disengagement."),
        Rule(MISSING_WITHOUT_INTERVIEW, ("support",), ("missing_episode", "return_interview"),
             ("MissingStarted",), (), "a return interview is accepted, or ninety days pass",
             "An interview may have been held and not recorded."),
        Rule(NO_UNIVERSAL_CONTACT, ("education", "primary health"), (*CONTACTS, "attendance"),
             ("PupilAdmitted", "GpRegistered", "AttendanceMarked"), ("AttendanceMarked",),
             "any school, health or early years service is in contact with the child, or the child leaves school age",
             "The family may have left the area; a new identity or an adoption ends the old record silently. "
             "Below school age it goes by the health visitors' reviews, is never *education*, and rests on `ReviewDone`."),
    )
}  # fmt: skip

# Where an indicator names this in place of an organisation, it is of a child below school age, of whom no school need know: it goes
# by the health visitors' reviews, and says nothing where they were not heard.
BELOW_SCHOOL_AGE = "below school age"
_BELOW_SCHOOL_AGE = replace(
    RULES[NO_UNIVERSAL_CONTACT],
    id=f"{NO_UNIVERSAL_CONTACT} {BELOW_SCHOOL_AGE}",
    domains=("primary health",),
    feeds=("ReviewDone",),
    feeds_of_one=(),
)

# Where an indicator of a child without a practice names one of these in place of an organisation: nobody ever registered the child, which
# can only be said where practices were heard; or a practice refused it, which needs no waiting.
NEVER_REGISTERED = "never registered"
REFUSED = "refused"
# Since when a child ought to have been registered is told by whatever was told of it first, of whatever kind.
_NEVER_REGISTERED = replace(RULES[NO_GP], id=f"{NO_GP} {NEVER_REGISTERED}", of_its_own=(ANY_KIND,))
_VARIANTS = {BELOW_SCHOOL_AGE: _BELOW_SCHOOL_AGE, NEVER_REGISTERED: _NEVER_REGISTERED, REFUSED: _NEVER_REGISTERED}


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
    return _VARIANTS.get(organisation or "", RULES[indicator])


def every_rule() -> Iterator[Rule]:
    """All rules, with what they are by another word than an organisation's."""
    yield from RULES.values()
    yield from dict.fromkeys(_VARIANTS.values())


@dataclass(frozen=True, slots=True)
class Indicator:
    """An indicator that is so on the days `[start, end)`, counted from `since`; `organisation` whose feed must be heard."""

    id: str
    since: int
    start: int
    end: int
    positions: tuple[int, ...]
    organisation: str | None = None
