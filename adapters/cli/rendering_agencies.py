"""Measures, feeds, feedback, quality, quarantine and mending as a person reads them. The same answers with --json are not touched."""

from collections.abc import Iterator
from typing import Any, Final

from adapters.cli.output import Document, note, print_table, say
from adapters.cli.reading import as_of, say_mended, say_rules_not_shown
from adapters.cli.words import Part, cell, name_of, plain, table

_FEW: Final = "too few to show"
_FIGURES: Final = ("area", "value", "counted", "of", "children", "median days", "most days", "feed")
_FEEDS: Final = (
    "organisation", "event type", "status", "expected", "complete through", "covers from", "last reported", "reports",
)  # fmt: skip
_FEEDBACK: Final = ("at", "outcome", "event type", "event id", "reason", "field", "set aside")
_QUALITY: Final = (
    "organisation", "event type", "read", "accepted", "duplicate", "conflict", "kept", "waiting", "late", "why",
)  # fmt: skip
_KEPT: Final = ("id", "kind", "state", "reason", "field", "event type", "organisation", "received")
_MENDED: Final = ("record", "cause", "part", "position", "since")


def show_measures(answer: Document) -> None:
    """Each measure by area."""
    for measure in answer["measures"]:
        whole = [("all", measure["all"])] if measure["all"] else []
        figures = [*whole, *((one["area"] or "no area known", one) for one in measure["areas"])]
        rows = [[cell(area), *_cells(measure["unit"], one)] for area, one in figures]
        print_table(f"{measure['title']} ({measure['id']})", _FIGURES, rows)
        if measure["waiting"] is not None:
            waiting = [(one["child"], name_of(one["name"]), one["days"]) for one in measure["waiting"]]
            table("Who waits, or waited too long", ("child", "name", "days"), waiting)
    areas = f"areas of {plain(answer['map'])}, " if answer["map"] else ""
    say(f"{areas}{as_of(answer)}")
    say_rules_not_shown(answer)
    say_mended(answer)


def _cells(unit: str, one: Part) -> list[object]:
    feed = "heard" if one["status"] == "known" else f"not known: {one['feed']} not heard"
    if one["suppressed"]:
        return [_FEW, None, None, None, None, None, cell(feed)]
    value = one["value"]
    shown = None if value is None else f"{value:.1%}" if unit == "share" else f"{value:g}"
    return [shown, one["numerator"], one["denominator"], one["children"], one["median"], one["worst"], cell(feed)]


def show_feeds(answer: Document) -> None:
    """Feeds, by organisation and event type."""
    rows = [
        (
            one["organisation"], one["event_type"], one["status"], "yes" if one["expected"] else "no",
            one["complete_through"], one["covers_from"], (one["last_reported"] or "")[:16], one["reports"],
        )
        for one in answer["feeds"]
    ]  # fmt: skip
    table("feeds", _FEEDS, rows)


def show_feedback(answer: Document) -> None:
    """What an organisation is told, in order."""
    print_table(f"feedback for {answer['organisation']}", _FEEDBACK, [_told(one) for one in answer["feedback"]])
    note(f"next: {answer['next']}" + (", there is more" if answer["more"] else ""))


def _told(one: Part) -> tuple[object, ...]:
    at = one["at"][:16]
    if one["kind"] == "replay_requested":
        return at, "replay requested", one["event_type"], f"{one['from']} to {one['to']}", None, None, None
    aside = ", ".join(f"{part['field']} {part['reason']}" for part in one["set_aside"])
    notices = ["link pending"] if one.get("link_pending") else []
    notices += [f"{field} told otherwise before" for field in one.get("told_otherwise", ())]
    aside = ", ".join(part for part in (aside, *notices) if part)
    return at, one["outcome"], one["event_type"], one["event_id"], one["reason"], one["field"], aside


def show_quality(answer: Document) -> None:
    """What became of what was sent, with the reasons, most frequent first."""
    rows = [
        (
            one["organisation"] or "not readable", one["event_type"], one["read"], one["accepted"], one["duplicate"],
            one["conflict"], one["kept"], one["waiting"], one["late_days"], ", ".join(reasons_of(one)),
        )
        for one in answer["quality"]
    ]  # fmt: skip
    print_table("what became of what was sent", _QUALITY, rows)


def reasons_of(line: Part) -> Iterator[str]:
    """The reasons of a line for a person, most frequent first."""
    for reason, count in sorted(line["reasons"].items(), key=lambda one: -one[1]):
        yield f"{reason} {count}"
    if line["missing_rows"]:
        yield f"missing rows of a snapshot {line['missing_rows']}"
    for one in sorted(line["set_aside"], key=lambda one: -one["count"]):
        yield f"set aside: {one['field']} {one['reason']} {one['count']}"


def show_kept_events(answer: Document) -> None:
    """Kept events, a line each."""
    rows = [
        (
            one["id"], one["kind"], one["state"], one["reason"], one["field"], one["event_type"], one["organisation"],
            f"{one['received_at'][:10]} {one['received_at'][11:16]}",
        )
        for one in answer["aside"]
    ]  # fmt: skip
    print_table(f"{len(rows)} of {answer['total']} kept events", _KEPT, rows)


def show_kept_event(answer: Document) -> None:
    """Why one event is kept."""
    if not answer["whole"] and "content" not in answer:
        note(f"{answer['stored']} of {answer['length']} bytes are stored: it cannot be recorded again")
    for name, value in answer.items():
        if value is not None:
            say(f"{name.replace('_', ' '):<14}{value}")


def show_mended(answer: Document) -> None:
    """Records being mended, the longest waiting first."""
    lines: list[dict[str, Any]] = answer["being_mended"]
    if lines:
        rows = [[str(line[name]) for name in _MENDED] for line in lines]
        print_table(f"{len(lines)} being mended", _MENDED, rows)
    else:
        say("no record is being mended")
