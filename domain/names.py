"""Names as they are stated: whoever has one name is called by it.

Many people have a single name. Forms with a forename and a surname hold it in one of the two and leave the other empty.
The contract's family name is required, so the one name stands there, and nobody loses it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

MISSING = "missing_field"


def stated_name(given: Sequence[str], family: str | None, use: str | None = None) -> dict[str, Any] | None:
    """A name of the contract from its parts; of forenames alone the name is they. None where nothing is stated."""
    forenames = [part for part in (one.strip() for one in given) if part]
    surname = (family or "").strip()
    if not surname:
        surname, forenames = " ".join(forenames), []
    return {"given": forenames, "family": surname, "use": use} if surname else None


def with_whole_names(body: Mapping[str, Any]) -> tuple[Mapping[str, Any], list[tuple[str, str]]]:
    """An event's body in which each of the child's names has a family name, and the names that state nothing (set aside)."""
    person = body["subject"]["person"]
    if person is None or all(name["family"] for name in person["names"]):  # nearly always
        return body, []
    names, aside = [], []
    for number, name in enumerate(person["names"]):
        stated = name if name["family"] else stated_name(name["given"], None, name["use"])
        if stated is None:
            aside.append((MISSING, f"subject.person.names[{number}].family"))
        else:
            names.append(stated)
    return {**body, "subject": {**body["subject"], "person": {**person, "names": names}}}, aside
