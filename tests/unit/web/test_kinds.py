"""Each kind of entry that stands in a timeline is in one group, and the style sheet hides all of them."""

import re
import tomllib
from importlib.resources import files

from adapters.web.kinds import GROUPS, OTHER, group_of, groups_of
from domain.kinds import WHO_MAY_SEE

# Services that are of no one group, what is said of who may see a child, and two kinds that stand in no timeline.
_OTHERS = {
    "involvement",
    "adult_service",
    "community_support",
    "consent",
    "legal_hold",
    "shield",
    "identity_sealed",
    "source_id_migrated",
}


def test_a_new_kind_is_put_into_a_group() -> None:
    """What is listed here is a service's, or of no timeline; whoever adds a kind says where it belongs."""
    table = tomllib.loads((files("schemas") / "effects.toml").read_text())
    told = {row["kind"] for row in table.values() if row["act"] in ("start", "end", "moment", "confirm", "mark")}
    assert {kind for kind in told - WHO_MAY_SEE if group_of(kind) is OTHER} <= _OTHERS


def test_no_kind_is_in_two_groups() -> None:
    kinds = [kind for group in GROUPS for kind in group.kinds]
    assert len(kinds) == len(set(kinds))


def test_groups_stand_in_one_order() -> None:
    assert [group.id for group in groups_of(["involvement", "enrolment", "lead", "enrolment"])] == [
        "leads",
        "learning",
        "other",
    ]


def test_the_style_sheet_knows_every_group() -> None:
    style = (files("adapters.web") / "static" / "app.css").read_text()
    hidden = set(re.findall(r":has\(#show-(\w+):checked\)", style))
    assert hidden == {group.id for group in (*GROUPS, OTHER)}
