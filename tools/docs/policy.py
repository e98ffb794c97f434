"""The page of what each version of the table of who may see what opened and closed; and how a version is kept as released.

`policies.json` beside this module has every released version as plain values. The page says what the table as it is now opens and
closes against the last of them, so that nobody changes the table without that being read.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from adapters.questions.table import QUESTIONS
from domain.access.policy import SPACE, Change, Outcome, as_plain, changes, digest, questions_asked, read_plain
from domain.access.rules import RULES, Bar, Basis, Extent, Rule, Whose
from domain.access.viewer import Opening, Role
from tools.markdown import made_by, table

RELEASED: Final = Path(__file__).parent / "policies.json"
PAGE: Final = "policy-changes.md"
SHOWS: Final = {
    None: "nothing",
    Extent.MINIMAL: "who the child is",
    Extent.PAGE: "what the question asks",
    Extent.EVERYTHING: "everything, sensitive services too",
}
_OPENINGS: Final = {
    None: "no reason given",
    Opening.CLAIM: "says why",
    Opening.OVERRIDE: "sets a shield aside",
    Opening.MEDIATION: "looks for somebody else",
}
_WHOSE: Final = {
    Whose.OWN: "their own",
    Whose.OWN_TEAM: "of a team that they manage",
    Whose.OWN_AREA: "of an area for which they are on duty",
    Whose.OWN_ORGANISATION: "of their own organisation",
    Whose.OFFICERS: "of officers",
    Whose.COUNTS: "of nobody, but how many",
    Whose.OWN_OFFICE: "of an office of theirs",
    Whose.ABOUT_THEM: "about themselves",
    Whose.OTHERS: "of others",
}
_BASES: Final = {
    Basis.LEAD: "leads",
    Basis.NOMINATED: "is nominated to lead",
    Basis.COVER: "covers for the lead",
    Basis.TEAM_MEMBER: "is in the team around the child",
    Basis.INVOLVED: "works with the child",
    Basis.TEAM: "has a team that works with the child",
    Basis.REFERRAL: "has a team to which the child was referred",
    Basis.SIBLING: "leads for a brother or sister",
    Basis.AREA: "is on duty for the child's area",
    Basis.OWN_WORD: "says so alone that they work with the child",
}
_BARS: Final = {
    Bar.EXCLUDED: "excluded",
    Bar.CONFLICT: "with a declared interest of their own",
    Bar.RESTRICTED: "where the record is kept to others",
}
Versions = Sequence[Mapping[str, Any]]


def released(path: Path = RELEASED) -> Versions:
    """The released versions, the first first. Raises KeyError, TypeError or ValueError where the file is none."""
    versions: Versions = json.loads(path.read_text(encoding="utf-8"))["versions"]
    return versions


def release(path: Path = RELEASED) -> bool:
    """Keep the table as it is as the next released version; False where the last one is the same."""
    versions = list(released(path)) if path.exists() else []
    if versions and versions[-1]["digest"] == digest(RULES):
        return False
    versions.append({"version": len(versions) + 1, "digest": digest(RULES), "rules": as_plain(RULES)})
    path.write_text(json.dumps({"versions": versions}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return True


def pages(versions: Versions | None = None, now: Sequence[Rule] = RULES) -> dict[str, str]:
    """The page by its path below `docs/`."""
    kept = released() if versions is None else versions
    lines = [
        made_by("domain/access/rules.py and tools/docs/policies.json"),
        "# What each version of the rules opened and closed",
        "",
        "The [table of who may see what](who-may-see-what.md) decides every answer. This page says what each version of it showed that the",
        "version before did not, and what it no longer showed. It is worked out over every point that a decision can be made of, not over",
        "samples, of people who hold one role beside their own at most. What is shown as before, by whichever rule, is not listed.",
        "",
        "A version is known by a digest. The context that each entry of the access log names has it as `rules`, and an export of the log",
        "has the contexts: so it can be said of each answer by which version it was decided.",
        "",
    ]
    tables = [(f"Version {one['version']}", one["digest"], read_plain(one["rules"])) for one in kept]
    if kept[-1]["digest"] != digest(now):
        tables.append(("Not yet released", digest(now), list(now)))
    before: Sequence[Rule] | None = None
    sections = []
    for title, known_by, rules in tables:
        sections.append([f"## {title}", "", f"Digest `{known_by}`.", "", *_told(before, rules), ""])
        before = rules
    return {PAGE: "\n".join(line for section in [lines, *reversed(sections)] for line in section)}


def _told(before: Sequence[Rule] | None, now: Sequence[Rule]) -> list[str]:
    if before is None:
        return [f"The first version: {len(now)} rules."]
    names = {row.question.__name__: row.title for row in QUESTIONS}
    names |= {one: f"`{one}`" for one in sorted(questions_asked((*before, *now))) if one not in names}
    found = changes(before, now, list(names))
    lines = _wording(before, now)
    for opens, title in ((True, "Opened"), (False, "Closed")):
        rows = [_row(one, names) for one in found if one.opens is opens]
        if rows:
            heads = ("question", "asked by", "of what", "before", "after", "rule")
            lines += [f"### {title}", "", *table(heads, rows), ""]
    return lines[:-1] if lines else ["Nothing is opened or closed."]


def _wording(before: Sequence[Rule], now: Sequence[Rule]) -> list[str]:
    was, there = {one.id: one for one in before}, {one.id: one for one in now}
    told = [
        ("New rules", [one for one in there if one not in was]),
        ("Rules that are no more", [one for one in was if one not in there]),
        (
            "Rules that say it otherwise",
            [one for one in there if one in was and _words(was[one]) != _words(there[one])],
        ),
    ]
    lines = [f"{title}: {', '.join(f'`{one}`' for one in some)}." for title, some in told if some]
    return [*lines, ""] if lines else []


def _words(rule: Rule) -> tuple[object, ...]:
    return rule.says, rule.law, rule.purpose, rule.alerts


def _row(one: Change, names: Mapping[str, str]) -> tuple[str, ...]:
    of = {name: list(values) for name, values in one.of.items()}
    asked_by = [
        _some(of["roles"], SPACE["roles"], _role),
        _some(of["opening"], SPACE["opening"], _OPENINGS.__getitem__),
        {(True,): "where people sign in", (False,): "where nobody signs in"}.get(tuple(of["people_sign_in"]), ""),
        {(True,): "signed in strongly", (False,): "not signed in strongly"}.get(tuple(of["signed_in_strongly"]), ""),
        {(True,): "with an open case about it", (False,): "without a case"}.get(tuple(of["in_case"]), ""),
        _some(of["bases"], SPACE["bases"], lambda held: ", ".join(_BASES[base] for base in held) or "on no basis"),
        {(True,): "with claims left today", (False,): "without claims left today"}.get(tuple(of["claims_left"]), ""),
        _some(of["bars"], SPACE["bars"], lambda held: ", ".join(_BARS[bar] for bar in held) or "not kept away"),
    ]
    of_what = [
        _some(of["whose"], SPACE["whose"], _WHOSE.__getitem__),
        {(True,): "shielded", (False,): "not shielded"}.get(tuple(of["shielded"]), ""),
        {(True,): "asked not to be used", (False,): "not asked not to be used"}.get(tuple(of["restricted"]), ""),
    ]
    return (
        _some(of["question"], list(names), names.__getitem__) or "every question",
        "; ".join(filter(None, asked_by)) or "anybody",
        "; ".join(filter(None, of_what)) or "anything",
        _outcome(one.before),
        _outcome(one.after),
        f"`{one.after.rule}`" if one.opens else f"`{one.before.rule}`",
    )


def _some(values: Sequence[Any], every: Sequence[Any], said: Callable[[Any], str]) -> str:
    """Which of all that there is; nothing where it is all."""
    left_out = [value for value in every if value not in values]
    if not left_out:
        return ""
    if len(left_out) < len(values) - 1:
        return "all but: " + ", or ".join(said(value) for value in left_out)
    return ", or ".join(said(value) for value in values)


def _role(roles: frozenset[Role]) -> str:
    more = sorted(roles - {Role.PRACTITIONER})
    return (more[0].value if more else "practitioner alone").replace("_", " ")


def _outcome(one: Outcome) -> str:
    return SHOWS[one.shows] + (", as if not shielded" if one.unshields else "")
