"""Area maps: which area of the authority a child's home or school lies in, on each of several maps (design D5)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

SCHOOL, WARD, POSTCODE = "school", "ward", "postcode"


@dataclass(frozen=True, slots=True)
class AreaMap:
    """A map, of all its parts: `by` postcode, ward or school, `through` the map whose areas are the wards."""

    name: str
    by: str
    through: str | None
    area_of: Mapping[str, str]


def area_maps(bodies: Iterable[Mapping[str, Any]]) -> list[AreaMap]:
    """The maps of what stands of `AreaMapPublished`: of each the version recorded last. Those by ward come after the others."""
    named: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for body in bodies:
        named.setdefault((body["source"]["organisation"], body["name"]), []).append(body)
    found = [_whole(parts) for parts in named.values()]
    return sorted(found, key=lambda one: (one.by == WARD, one.name))


def _whole(parts: list[Mapping[str, Any]]) -> AreaMap:
    last = max(parts, key=lambda body: int(body["recorded_at"]))
    same = [body for body in parts if body["version"] == last["version"]] if last["version"] is not None else [last]
    area_of: dict[str, str] = {}
    for body in same:
        for one in body["areas"]:
            for member in one["members"]:
                area_of.setdefault(squeezed(member) if last["by"] == POSTCODE else member, one["area"])
    return AreaMap(last["name"], last["by"], last["through"], area_of)


def areas(maps: Iterable[AreaMap], postcode: str | None, schools: Collection[str]) -> dict[str, str]:
    """The area of a child on each map that has one for it: by its postcode, its ward, or its school."""
    found: dict[str, str] = {}
    for one in maps:
        if one.by == SCHOOL:
            named = sorted(school for school in schools if school in one.area_of)
        elif one.by == WARD:
            named = [found[one.through]] if one.through in found else []
        else:
            named = _parts(postcode)
        area = next((one.area_of[code] for code in named if code in one.area_of), None)
        if area is not None:
            found[one.name] = area
    return found


def area_key(name: str) -> str:
    """An area's name as it is compared."""
    return name.strip().upper()


def squeezed(postcode: str) -> str:
    """A postcode as it is compared: capitals, no spaces."""
    return "".join(postcode.split()).upper()


def _parts(postcode: str | None) -> list[str]:
    """A postcode and its first parts, the longest first; an outward code counts only whole."""
    if not postcode:
        return []
    whole = squeezed(postcode)
    return [whole, whole[:-1], whole[:-2], whole[:-3]] if len(whole) >= 5 else [whole]
