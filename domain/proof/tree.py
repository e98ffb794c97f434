"""Merkle trees: hashes, roots, and proofs that a leaf is in one and that one begins with another.

RFC 6962, 2.1, which RFC 9162, 2.1 repeats with the algorithms that verify. A tree is of the hashes of its leaves, in order.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Final

SIZE: Final = 32  # bytes of a hash
EMPTY: Final = sha256(b"").digest()  # the root of no leaves

# The hash of the whole subtree of 2**height leaves, which is the index-th of its height.
Node = Callable[[int, int], bytes]


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of what stands above two hashes."""
    return sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The root over hashes of leaves."""
    if not leaves:
        return EMPTY
    row = list(leaves)
    while len(row) > 1:
        odd = row[len(row) & ~1 :]
        row = [sha256(b"\x01" + left + right).digest() for left, right in zip(row[::2], row[1::2], strict=False)] + odd
    return row[0]


def node_of(leaves: Sequence[bytes]) -> Node:
    """Nodes of a tree whose hashes of leaves are at hand."""
    return lambda height, index: root(leaves[index << height : (index + 1) << height])


def root_of(size: int, node: Node) -> bytes:
    """The root over the first `size` leaves."""
    return _range(0, size, node) if size else EMPTY


def inclusion_proof(index: int, size: int, node: Node) -> list[bytes]:
    """The hashes that lead from leaf `index` to the root over `size` leaves (RFC 9162, 2.1.3.1). ValueError: no such leaf."""
    if not 0 <= index < size:
        raise ValueError("no such leaf")
    return _path(index, 0, size, node)


def consistency_proof(old: int, new: int, node: Node) -> list[bytes]:
    """The hashes that show that `new` leaves begin with `old` of them (RFC 9162, 2.1.4.1). ValueError unless 0 < old <= new."""
    if not 0 < old <= new:
        raise ValueError("a tree begins with one that has leaves, and no more than itself")
    return _subproof(old, 0, new, node, whole=True)


def includes(proof: Sequence[bytes], index: int, leaf: bytes, size: int, above: bytes) -> bool:
    """Whether a proof leads from a leaf's hash to the root `above` (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    at, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node_hash(step, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, step)
        at, last = at >> 1, last >> 1
    return last == 0 and found == above


def is_consistent(proof: Sequence[bytes], old: int, old_root: bytes, new: int, new_root: bytes) -> bool:
    """Whether a proof shows that the tree of `new` leaves begins with that of `old` (RFC 9162, 2.1.4.2)."""
    if not 0 < old <= new:
        return False
    if old == new:
        return not proof and old_root == new_root
    steps = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not steps:
        return False
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    before = after = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            before, after = node_hash(step, before), node_hash(step, after)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            after = node_hash(after, step)
        at, last = at >> 1, last >> 1
    return last == 0 and before == old_root and after == new_root


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)


def _range(begin: int, end: int, node: Node) -> bytes:
    """The root over leaves `begin` up to `end`, of which `begin` is a place where a tree of that size may stand."""
    size = end - begin
    if size & (size - 1) == 0:
        return node(size.bit_length() - 1, begin // size)
    middle = begin + _split(size)
    return node_hash(_range(begin, middle, node), _range(middle, end, node))


def _path(index: int, begin: int, end: int, node: Node) -> list[bytes]:
    if end - begin == 1:
        return []
    middle = begin + _split(end - begin)
    if index < middle:
        return [*_path(index, begin, middle, node), _range(middle, end, node)]
    return [*_path(index, middle, end, node), _range(begin, middle, node)]


def _subproof(old: int, begin: int, end: int, node: Node, *, whole: bool) -> list[bytes]:
    if old == end:
        return [] if whole else [_range(begin, end, node)]
    middle = begin + _split(end - begin)
    if old <= middle:
        return [*_subproof(old, begin, middle, node, whole=whole), _range(middle, end, node)]
    return [*_subproof(old, middle, end, node, whole=False), _range(begin, middle, node)]
