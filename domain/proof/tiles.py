"""A growing tree kept as tiles of 256 hashes (C2SP tlog-tiles): what is appended touches the last tile of each level.

Level 0 has the hashes of leaves. Each hash of a level above is the root of a whole tile of the level below.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from domain.proof.tree import SIZE, Node, root

HEIGHT: Final = 8
WIDTH: Final = 1 << HEIGHT
WHOLE: Final = WIDTH * SIZE  # bytes of a tile that is full

Tile = tuple[int, int]  # level, and which of its level
Read = Callable[[int, int], bytes]  # the hashes of a tile, one after another


class Damaged(ValueError):
    """A tile is missing, or has not the hashes that a tree of this size has there."""


def last_tiles(size: int) -> list[Tile]:
    """The tiles to which the next leaf may add something: those not full at the right edge of a tree of `size` leaves."""
    found = []
    level = 0
    while size:
        if size % WIDTH:
            found.append((level, size // WIDTH))
        level, size = level + 1, size // WIDTH
    return found


def appended(size: int, last: Mapping[Tile, bytes], leaves: Sequence[bytes]) -> dict[Tile, bytes]:
    """The tiles that change when hashes of leaves are appended to a tree of `size`; `last`: those of `last_tiles`.

    Raises Damaged where one of these is not as a tree of that size has it.
    """
    changed: dict[Tile, bytes] = {}
    level, new = 0, b"".join(leaves)
    while new:
        index, width = divmod(size, WIDTH)
        before = last.get((level, index), b"")
        if len(before) != width * SIZE:
            raise Damaged(f"tile {path(level, index, width or WIDTH)} has not {width} hashes")
        new = before + new
        full = []
        for start in range(0, len(new), WHOLE):
            nodes = new[start : start + WHOLE]
            changed[level, index + start // WHOLE] = nodes
            if len(nodes) == WHOLE:
                full.append(root(hashes(nodes)))
        level, size, new = level + 1, size // WIDTH, b"".join(full)
    return changed


def node_of_tiles(read: Read) -> Node:
    """Nodes of a tree of which tiles can be read. Raises Damaged where one has too few hashes."""

    def node(height: int, index: int) -> bytes:
        level, within = divmod(height, HEIGHT)
        which, first = divmod(index << within, WIDTH)
        nodes = read(level, which)[first * SIZE : (first + (1 << within)) * SIZE]
        if len(nodes) != SIZE << within:
            raise Damaged(f"tile {path(level, which)} has too few hashes")
        return root(hashes(nodes))

    return node


def hashes(nodes: bytes) -> list[bytes]:
    """The hashes of a tile."""
    return [nodes[at : at + SIZE] for at in range(0, len(nodes), SIZE)]


def path(level: int, index: int, width: int = WIDTH) -> str:
    """A tile's name: `tile/1/x001/234`, with `.p/5` where it has five hashes and not 256."""
    groups: list[str] = []
    rest = index
    while not groups or rest:
        groups.append(f"{rest % 1000:03}" if not groups else f"x{rest % 1000:03}")
        rest //= 1000
    return "/".join(("tile", str(level), *reversed(groups))) + ("" if width == WIDTH else f".p/{width}")
