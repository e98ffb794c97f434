"""Tiles: a tree that grows by any steps has the same ones, and its roots and proofs come out of them."""

import random

import pytest

from domain.proof.tiles import Damaged, Tile, appended, last_tiles, node_of_tiles, path
from domain.proof.tree import consistency_proof, includes, inclusion_proof, is_consistent, leaf_hash, root, root_of

MANY = [leaf_hash(b"%d" % n) for n in range(66_000)]


def grown(*steps: int) -> dict[Tile, bytes]:
    tiles: dict[Tile, bytes] = {}
    size = 0
    for step in steps:
        last = {tile: tiles[tile] for tile in last_tiles(size)}
        tiles.update(appended(size, last, MANY[size : size + step]))
        size += step
    return tiles


def test_any_steps_make_the_same_tiles() -> None:
    chance = random.Random(1)
    for size in (1, 255, 256, 257, 511, 512, 1000):
        steps = []
        while sum(steps) < size:
            steps.append(min(chance.randrange(1, 300), size - sum(steps)))
        assert grown(*steps) == grown(size)
    assert {tile: len(nodes) // 32 for tile, nodes in grown(600).items()} == {
        (0, 0): 256, (0, 1): 256, (0, 2): 88, (1, 0): 2,
    }  # fmt: skip


def test_a_tree_of_three_levels_has_its_root_and_proofs_in_its_tiles() -> None:
    size = len(MANY)
    tiles = grown(65_000, 536, 464)
    assert max(level for level, _ in tiles) == 2
    node = node_of_tiles(lambda level, index: tiles[level, index])
    assert root_of(size, node) == root(MANY)
    assert root_of(1234, node) == root(MANY[:1234])
    for index in (0, 255, 256, 65_535, 65_536, size - 1):
        assert includes(inclusion_proof(index, size, node), index, MANY[index], size, root(MANY))
    for old in (1, 255, 256, 300, 65_536, 65_537, size):
        assert is_consistent(consistency_proof(old, size, node), old, root(MANY[:old]), size, root(MANY))


def test_what_is_appended_touches_the_last_tiles_only() -> None:
    assert last_tiles(0) == []
    assert last_tiles(256 * 256 * 256) == [(3, 0)]
    assert last_tiles(256) == [(1, 0)]
    assert last_tiles(65_536 + 512 + 3) == [(0, 258), (1, 1), (2, 0)]
    tiles = grown(65_536 + 512)
    assert set(appended(66_048, {tile: tiles[tile] for tile in last_tiles(66_048)}, MANY[:2])) == {(0, 258)}


@pytest.mark.parametrize("last", [{}, {(0, 1): b"x" * 32}, {(0, 1): b"x" * 31}, {(0, 1): b"x" * 96}])
def test_a_last_tile_that_is_not_as_the_size_says_is_damaged(last: dict[Tile, bytes]) -> None:
    with pytest.raises(Damaged, match=r"tile/0/001\.p/2 has not 2 hashes"):
        appended(258, last | {(1, 0): b"x" * 32}, MANY[:1])


def test_a_tile_that_has_too_few_hashes_is_damaged() -> None:
    tiles = grown(300)
    with pytest.raises(Damaged, match="tile/0/001"):
        root_of(301, node_of_tiles(lambda level, index: tiles[level, index]))


def test_tiles_are_named_as_the_standard_does() -> None:
    assert path(0, 0) == "tile/0/000"
    assert path(1, 1_234_067) == "tile/1/x001/x234/067"
    assert path(0, 999, 5) == "tile/0/999.p/5"
    assert path(0, 1000) == "tile/0/x001/000"
