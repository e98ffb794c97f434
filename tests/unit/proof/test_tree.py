"""Roots and proofs of trees: the reference vectors of Certificate Transparency, and every small tree against the RFC's definition."""

import hashlib
import itertools

import pytest

from domain.proof.tree import (
    EMPTY,
    consistency_proof,
    includes,
    inclusion_proof,
    is_consistent,
    leaf_hash,
    node_hash,
    node_of,
    root,
    root_of,
)

# google/certificate-transparency, merkletree/merkle_tree_test.cc: eight inputs, and the root after each.
INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = """
6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125
aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77 d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7
4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4 76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef
ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c 5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328
""".split()
LEAVES = [leaf_hash(bytes.fromhex(data)) for data in INPUTS]
MANY = [leaf_hash(b"%d" % n) for n in range(40)]


def by_definition(leaves: list[bytes]) -> bytes:
    """RFC 6962, 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = next(1 << n for n in itertools.count() if (1 << n) < len(leaves) <= (2 << n))
    return node_hash(by_definition(leaves[:k]), by_definition(leaves[k:]))


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_of_the_reference_vectors(size: int) -> None:
    assert root(LEAVES[:size]).hex() == ROOTS[size - 1]
    assert root_of(size, node_of(LEAVES)).hex() == ROOTS[size - 1]


def test_no_leaves_have_the_hash_of_nothing() -> None:
    assert root([]) == root_of(0, node_of([])) == EMPTY == hashlib.sha256(b"").digest()


def test_every_size_has_the_root_of_the_definition() -> None:
    for size in range(len(MANY) + 1):
        assert root(MANY[:size]) == root_of(size, node_of(MANY)) == by_definition(MANY[:size])


def test_every_leaf_is_proved_to_be_in_every_tree() -> None:
    for size in range(1, len(MANY)):
        for index in range(size):
            proof = inclusion_proof(index, size, node_of(MANY))
            assert includes(proof, index, MANY[index], size, root(MANY[:size]))


def test_a_proof_of_inclusion_proves_nothing_else() -> None:
    for size in range(1, 20):
        for index in range(size):
            proof = inclusion_proof(index, size, node_of(MANY))
            above = root(MANY[:size])
            assert not includes(proof, index, MANY[index + 1], size, above)
            assert not includes([*proof, EMPTY], index, MANY[index], size, above)
            assert not includes(proof, index, MANY[index], size, EMPTY)
            assert not includes(proof, size, MANY[index], size, above)
            assert not includes(proof, -1, MANY[index], size, above)
            if proof:
                assert not includes(proof[:-1], index, MANY[index], size, above)
                assert not includes([EMPTY, *proof[1:]], index, MANY[index], size, above)


def test_every_tree_is_proved_to_begin_with_every_smaller_one() -> None:
    for new in range(1, len(MANY)):
        for old in range(1, new + 1):
            proof = consistency_proof(old, new, node_of(MANY))
            assert is_consistent(proof, old, root(MANY[:old]), new, root(MANY[:new]))


def test_a_proof_of_consistency_proves_nothing_else() -> None:
    for new in range(1, 20):
        for old in range(1, new + 1):
            proof = consistency_proof(old, new, node_of(MANY))
            before, after = root(MANY[:old]), root(MANY[:new])
            assert not is_consistent(proof, old, EMPTY, new, after)
            assert not is_consistent(proof, old, before, new, EMPTY)
            assert not is_consistent([*proof, EMPTY], old, before, new, after)
            assert not is_consistent(proof, 0, EMPTY, new, after)
            if proof:
                assert not is_consistent(proof[:-1], old, before, new, after)
                assert not is_consistent([*proof[:-1], EMPTY], old, before, new, after)


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_there_is_no_proof_of_a_leaf_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="no such leaf"):
        inclusion_proof(index, size, node_of(MANY))


@pytest.mark.parametrize(("old", "new"), [(0, 3), (4, 3), (-1, 3)])
def test_there_is_no_proof_of_a_beginning_that_is_none(old: int, new: int) -> None:
    with pytest.raises(ValueError, match="begins"):
        consistency_proof(old, new, node_of(MANY))
