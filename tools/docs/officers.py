"""The page of the officers' questions, from their tables."""

from itertools import groupby

from adapters.questions.officers.catalogue import OfficersQuestion, Taken, Tells, catalogue
from domain.access.reviewing import CameOut
from domain.words import spaced
from tools.markdown import made_by, table

_WHO = {
    Tells.ACCESSES: "privacy officers, of their own organisation; data protection officers",
    Tells.COUNTS: "privacy officers, of their own organisation; data protection officers; auditors",
    Tells.OFFICERS: "data protection officers; auditors",
}
_PARAMETERS = {
    "identifier": "`--id -`: the child's number",
    "viewer": "`--viewer`: one person alone",
    "week": "`--week`: a day of the week",
}


def pages() -> dict[str, str]:
    """The page by its path below `docs/`."""
    lines = [
        made_by("adapters/questions/officers/"),
        "# The officers' questions",
        "",
        "What can be asked of the access log, on the page *Questions* and by `icr officer ask`. Each may be asked of one organisation's people",
        "(`--organisation`), of some days (`--from`, `--to`), and of what it takes besides. Each asking is itself an access, with an entry",
        "before the answer.",
        "Of what is sealed, as reasons and what was searched for, an answer has counts and marks: whoever needs the content opens the access, and",
        "says why. [What a review is](for-officers.md#alerts-and-reviews).",
        "",
        "Not asked here: what somebody *could* see at a time (`icr replay` shows what they did see); comparison with colleagues, which waits for the",
        "authority's own assessment; and whether the lead was told, since nothing tells leads of accesses yet.",
        "",
    ]
    for group, questions in groupby(catalogue().values(), lambda one: one.group):
        lines += [f"## {group}", ""]
        for one in questions:
            lines += _question(one)
    lines += [
        "## What a review comes to",
        "",
        *table(("outcome", "what it says"), [(f"`{one}`", _OUTCOMES[one]) for one in CameOut]),
        "",
    ]
    return {"officers-questions.md": "\n".join(lines)}


_OUTCOMES = {
    CameOut.EXPLAINED: "The access was right, and the reviewer knows why.",
    CameOut.NOT_EXPLAINED: "Nobody could say why it was right; it is not passed on.",
    CameOut.CASE: "It is looked into as a case, whose reference the review names.",
}


def _question(one: OfficersQuestion) -> list[str]:
    takes = [_PARAMETERS.get(name, "") + _number(name, taken) for name, taken in one.takes.items()]
    days = (
        "of a week"
        if "week" in one.takes
        else f"the last {one.usual_days} where none are said, at most {one.most_days}"
    )
    rows = [
        ("name", f"`{one.name}`"),
        ("who may ask", _WHO[one.tells]),
        ("days", days),
        *((("takes", "; ".join(takes)),) if takes else ()),
        ("a row is", one.row[:1].lower() + one.row[1:]),
        ("columns", ", ".join(column.title for column in one.columns)),
    ]
    caution = [one.caution, ""] if one.caution else []
    return [f"### {one.title}", "", one.asks, "", *caution, *table(("", ""), rows), ""]


def _number(name: str, taken: Taken) -> str:
    if taken.usual is not None:
        return f"`--{name}`: {spaced(taken.says[:1].lower() + taken.says[1:])}, {taken.usual} where nothing is said"
    return " (it cannot be asked without it)" if taken.required else ""
