"""Area maps: what stands of maps in parts, and which area a child's home or school is in."""

from typing import Any

from domain.areas import area_maps, areas


def part(
    recorded_at: int, *members: tuple[str, str], name: str = "areas", version: str | None = None, by: str = "postcode", **own: Any
) -> dict[str, Any]:  # fmt: skip
    return {
        "source": {"organisation": "la-808"}, "recorded_at": recorded_at, "name": name, "by": by, "through": own.get("through"),
        "version": version, "areas": [{"area": area, "members": [member]} for area, member in members],
    }  # fmt: skip


def test_the_longest_part_of_a_postcode_decides_whichever_part_of_the_map_it_came_in() -> None:
    maps = area_maps([part(1, ("North", "ZE9"), version="a"), part(2, ("Sands", "ze9 1aa"), version="a")])
    assert areas(maps, "ZE9 1AA", ()) == {"areas": "Sands"}
    assert areas(maps, "ZE9 1AB", ()) == {"areas": "North"}
    assert areas(maps, "ZE91 1AB", ()) == {}
    assert areas(maps, None, ()) == {}


def test_of_several_versions_the_last_stands_alone() -> None:
    old = [part(1, ("North", "ZE9"), version="a"), part(2, ("South", "ZE8"), version="a")]
    assert areas(area_maps([*old, part(3, ("East", "ZE8"), version="b")]), "ZE9 1AA", ()) == {}
    assert areas(area_maps([*old, part(3, ("East", "ZE8"))]), "ZE8 1AA", ()) == {"areas": "East"}
    assert areas(area_maps([part(0, ("East", "ZE8")), *old]), "ZE8 1AA", ()) == {"areas": "South"}


def test_wards_are_found_through_the_map_of_postcodes() -> None:
    wards = part(1, ("Quay", "ZE9"), name="wards")
    east = part(2, ("East", "Quay"), name="parts", by="ward", through="wards")
    assert areas(area_maps([east, wards]), "ZE9 1AA", ()) == {"wards": "Quay", "parts": "East"}


def test_a_child_of_two_schools_is_in_the_area_of_the_first_by_number() -> None:
    maps = area_maps([part(1, ("A", "900002"), ("B", "900001"), by="school")])
    assert areas(maps, None, {"900002", "900001"}) == {"areas": "B"}
