"""Leads and families as a person reads them: tables and a few lines. The same answers with --json are not touched."""

from collections.abc import Iterator, Mapping

from adapters.cli import words
from adapters.cli.output import Document, say
from adapters.cli.reading import as_of, say_mended, say_rules_not_shown
from adapters.cli.words import Part
from domain.words import spaced


def show_caseload(answer: Document) -> None:
    """A worker's children."""
    rows = [
        (
            child["child"], words.starred(words.name_of(child["name"]), child), child["date_of_birth"],
            "; ".join(f"{words.kind(entry)} from {entry['from']}" for entry in child["entries"]),
            "; ".join(words.lead(one) for one in child["lead"]),
            "; ".join(words.gap(one) for one in child["gaps"]),
        )
        for child in answer["children"]
    ]  # fmt: skip
    title = f"Caseload of {words.cell(answer['worker'])}, {as_of(answer)}"
    words.table(title, ("child", "name", "born", "works with as", "lead", "gaps"), rows)
    say_rules_not_shown(answer)
    say_mended(answer)


def show_my_families(answer: Document) -> None:
    """A worker's families."""
    rows = [
        (
            family["family"],
            "; ".join(f"{words.starred(words.name_of(child['name']), child)}{' *' if child['mine'] else ''}" for child in family["children"]),
            ", ".join(family["lost"]) or "none for certain",
            "; ".join(words.indicator_of(one) for one in family["indicators"]),
            "; ".join(words.gap_of(one) for one in family["gaps"]),
        )
        for family in answer["families"]
    ]  # fmt: skip
    title = f"Families of {words.cell(answer['worker'])} (* own caseload), {as_of(answer)}"
    words.table(title, ("family", "children", "out of touch with", "because", "gaps"), rows)
    say_rules_not_shown(answer)
    say_mended(answer)


def show_changes(answer: Document) -> None:
    """What changed for a worker's children."""
    rows = [
        (child["child"], words.name_of(child["name"]), word, told)
        for child in answer["children"]
        for word, told in _told(child)
    ]
    title = f"Changed for {words.cell(answer['worker'])} since {answer['since']}, {as_of(answer)}"
    words.table(title, ("child", "name", "what", "of what"), rows)
    say_rules_not_shown(answer)
    say_mended(answer)


def _told(child: Part) -> Iterator[tuple[str, str]]:
    if child["being_mended"]:
        yield "(!) not up to date", words.mended(child)
    if not child["on_caseload"]:
        yield "no longer on the caseload", ""
    for word, entries in (("new or changed", child["entries"]), ("taken back", child["taken_back"])):
        yield from ((word, f"{words.kind(entry)} {words.days(entry)}, {words.status(entry)}") for entry in entries)
    for word, gaps in (("begun", child["began"]), ("cleared", child["cleared"])):
        yield from ((word, words.gap(one)) for one in gaps)
    yield from (("known by another number too", record) for record in child["records_joined"])
    yield from (("no longer one child with", record) for record in child["records_parted"])


def show_handover(answer: Document) -> None:
    """What a worker would hand over."""
    rows = [
        (
            child["child"], words.starred(words.name_of(child["name"]), child), "leads" if child["led_by_worker"] else "works with",
            "; ".join(words.lead(one) for one in child["lead"]) or "nobody leads",
            "; ".join(words.who(one) for one in child["taking_over"]) or "nobody asked yet",
            "; ".join(f"{one['service']} {words.contact(one)}".strip() for one in child["involvements"]),
            "; ".join(words.review(one) for one in child["reviews_due"]),
            "; ".join(words.gap(one) for one in child["gaps"]),
        )
        for child in answer["children"]
    ]  # fmt: skip
    title = f"Handover of {words.cell(answer['worker'])}, {as_of(answer)}"
    words.table(
        title, ("child", "name", "worker", "lead", "asked to take over", "involved", "reviews due", "gaps"), rows
    )
    say_rules_not_shown(answer)
    say_mended(answer)


def show_gaps(answer: Document) -> None:
    """Gaps of lead, longest first."""
    rows = [
        (
            words.starred(one["child"], one), words.name_of(one["name"]), spaced(one["rule"]), one["since"], one["days"],
            spaced(one["status"]), one["feed"], words.concerned(one), words.events(one),
        )
        for one in answer["gaps"]
    ]  # fmt: skip
    words.table(
        f"Gaps of lead, {as_of(answer)}",
        ("child", "name", "what", "since", "days", "status", "feed", "whose", "events"),
        rows,
    )
    say_rules_not_shown(answer)
    say_mended(answer)


def show_families(answer: Document) -> None:
    """Families out of touch, most domains first."""
    rows = [
        (
            family["family"], words.area(family), "; ".join(words.name_of(one["name"]) for one in family["names"]),
            ", ".join(family["lost"]) or "none for certain", family["since"],
            "; ".join(words.indicator_of(one) for one in family["indicators"]),
        )
        for family in answer["families"]
    ]  # fmt: skip
    title = f"Families to check on, {as_of(answer)}"
    words.table(title, ("family", "area", "children", "out of touch with", "since", "because"), rows)
    say_rules_not_shown(answer)
    say_mended(answer)
    _say_coverage(answer["feeds"])


def _say_coverage(feeds: Mapping[str, str]) -> None:
    """What is not heard, with the indicators that rest on it: whoever is not heard of may be missing from a list."""
    unsure: dict[str, list[str]] = {}
    for indicator, told in feeds.items():
        if told != "heard":
            unsure.setdefault(told, []).append(spaced(indicator))
    for told, indicators in unsure.items():
        say(f"{words.plain(told)}: {', '.join(indicators)}")
    if not unsure:
        say("all who are expected to publish are heard")


def show_family(answer: Document) -> None:
    """One family with its evidence."""
    lost = ", ".join(answer["lost"]) or "none for certain"
    say(
        f"{words.plain(answer['family'])}: out of touch with {words.plain(lost)}, since {words.plain(answer['since'])}; {as_of(answer)}"
    )
    members = [
        (
            one["child"],
            words.starred(words.name_of(one["name"]), one),
            words.born(one),
            words.address(one["address"]),
            words.providers(one["school"]),
            words.providers(one["gp"]),
        )
        for one in answer["members"]
    ]
    words.table("Children", ("child", "name", "born", "address", "school", "GP"), members)
    rows = [
        (
            one["child"],
            words.name_of(one["name"]),
            words.indicator(one),
            one["days"],
            words.concerned(one),
            words.events(one),
            one["clears_when"],
            one["caution"],
        )
        for one in answer["indicators"]
    ]
    words.table("Why", ("child", "name", "what", "days", "whose", "events", "cleared when", "but"), rows)
    say_rules_not_shown(answer)
    say_mended(answer)
    _say_coverage(answer["feeds"])
