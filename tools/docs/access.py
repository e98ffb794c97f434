"""The page of who may see what, from the table of rules."""

from typing import Final

from domain.access.rules import RULES, Rule
from domain.access.viewer import Role
from tools.docs.policy import SHOWS
from tools.markdown import made_by, table

_ROLES: Final = {
    Role.PRACTITIONER: "Whoever an issuer vouches for and whose organisation has not said that they left. It is not granted.",
    Role.TEAM_MANAGER: "Sees the caseloads of the workers of some teams, and their children.",
    Role.DUTY: "Front door and out of hours: sees the families and gaps of some areas, and a child there by saying why.",
    Role.SHIELD_OVERRIDE: "May set a shield aside for one visit, with a reason; each time is for the privacy officer to look at.",
    Role.MEDIATOR: "Looks for somebody who cannot sign in; the log has both people.",
    Role.INDEX_TEAM: "Looks after the index: identity, contact with sensitive services, what waits in quarantine.",
    Role.PRIVACY_OFFICER: "Reads and reviews the accesses of their own organisation, handles its cases, and replays an access in a case about it.",
    Role.DATA_PROTECTION_OFFICER: "Reads all accesses and cases, acts in cases of their own office, and replays an access in one of these.",
    Role.AUDITOR: "Reads the list of accesses, counts, and what officers looked at; sees no content.",
    Role.OPERATOR: "Whoever runs the machine: counts, health, why events are kept. No child, once people sign in.",
    Role.FEED: "An agency's system: what became of its own events.",
}


def pages() -> dict[str, str]:
    """The page by its path below `docs/`."""
    lines = [
        made_by("domain/access/rules.py"),
        "# Who may see what",
        "",
        "One ordered table decides every answer, for every way of asking. The first rule that holds decides; refusals stand first;",
        "where none holds, nothing is shown. What decided stands in the access log with each answer. What each version of the table opened",
        "and closed has [a page of its own](policy-changes.md).",
        "",
        "Whatever a rule shows, these are taken out of it:",
        "",
        "- sensitive services, unless the child's consent to show them stands: that a service is involved, or how to reach it as well.",
        "  The index team and the service's own organisation see them;",
        "- what an organisation has agreed to share with others alone ([agreements](#agreements));",
        "- under which schemes a child is known: the UPN is shown to schools and authorities, the NHS number to the health service, an",
        "  agency's own id to that agency, unless `ICR_SHOW_EVERY_NUMBER` is set;",
        "- of brothers and sisters who are not one's own, everything but who they are;",
        "- whereabouts of a shielded child ([shields](rules/timeline.md)).",
        "",
        "## Roles",
        "",
        "`icr access grant` grants every role but the first and the last two; no agency publishes one, and no issuer's claim brings one.",
        "It is looked up at each request, so that what was ended is over at the next.",
        "",
        *table(("role", "what it is for"), [(f"`{role}`", text) for role, text in _ROLES.items()]),
        "",
        "## Rules",
        "",
        *table(("rule", "shows", "what is said of it", "law"), [_row(rule) for rule in RULES]),
        "",
        "An *alert* is for the privacy officer to look at ([questions](officers-questions.md)): nothing is sent to them yet. `review` is an act, and",
        "no answer: what came of the review of an access is written down. A reason that somebody types is kept sealed;",
        "the log has its commitment.",
        "",
        "## Agreements",
        "",
        "Without an agreement, organisations share by law alone. Once an organisation has made an agreement about a class of facts",
        "(`SharingAgreementMade`, or `icr load agreements`), only its parties see what it tells of that class, while the agreement is in",
        "force and as far as it goes: *existence* is which service of which agency is involved and since when; *content* also who works",
        "with the child and how to reach them. An agreement that ends shows nothing to anybody but the organisation itself.",
        "Indicators, gaps and measures that rest on such a class are shown to those who may know all of it: the parties of agreements that",
        "share *content* and are in force. Others are shown them of no child, and are told so",
        "([why](decisions/0070-what-rests-on-what-is-not-shared.md)). [What each rests on](indicators.md).",
        "",
    ]
    return {"who-may-see-what.md": "\n".join(lines)}


def _row(rule: Rule) -> tuple[str, str, str, str]:
    more = [text for text, so in (("as if not shielded", rule.unshields), ("*alert*", rule.alerts)) if so]
    return f"`{rule.id}`", ", ".join([SHOWS[rule.shows], *more]), rule.says, rule.law
