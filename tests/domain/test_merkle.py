"""Tree heads prove that a row is there and that nothing before was changed; anything else proves nothing."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.merkle import (
    EMPTY,
    Frontier,
    consistency_proof,
    inclusion_proof,
    is_consistent,
    is_included,
    root_of,
)

# The leaves and roots of the reference vectors of Certificate Transparency (RFC 6962): trees of 1 to 8 leaves.
LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def digests(count: int) -> list[str]:
    return [hashlib.sha256(str(number).encode()).hexdigest() for number in range(count)]


def test_roots_are_those_of_the_reference_vectors():
    assert [root_of(LEAVES[: size + 1]) for size in range(8)] == ROOTS
    assert root_of([]) == EMPTY == hashlib.sha256().hexdigest()


@given(st.integers(1, 70), st.data())
def test_a_row_that_is_there_is_proved_and_no_other_row_is(size, data):
    rows = digests(size)
    index = data.draw(st.integers(0, size - 1))
    path, root = inclusion_proof(rows, index), root_of(rows)
    assert is_included(rows[index], index, size, path, root)
    assert not is_included("f" * 64, index, size, path, root)
    assert not is_included(rows[index], index, size, path, root_of(digests(size + 1)))
    assert not is_included(rows[index], index, size, [*path, "f" * 64], root)
    assert not is_included(rows[index], size, size, path, root)
    if size > 1:
        assert not is_included(rows[index], (index + 1) % size, size, path, root)


@given(st.integers(1, 70), st.data())
def test_a_later_head_is_proved_to_begin_with_an_earlier_one(size, data):
    rows = digests(size)
    first = data.draw(st.integers(1, size))
    proof, before, after = consistency_proof(rows, first), root_of(rows[:first]), root_of(rows)
    assert is_consistent(first, size, before, after, proof)
    changed = [*rows]
    changed[data.draw(st.integers(0, first - 1))] = "f" * 64
    assert not is_consistent(first, size, before, root_of(changed), consistency_proof(changed, first))
    assert not is_consistent(first, size, "e" * 64, after, proof)
    assert not is_consistent(first, size, before, after, [*proof, "f" * 64])
    if size > first:
        assert not is_consistent(first, size, before, after, proof[:-1])


@given(st.lists(st.integers(0, 40), max_size=3))
def test_leaves_added_in_turns_give_the_root_of_all(parts):
    frontier, total = Frontier(), 0
    for part in parts:
        for digest in digests(total + part)[total:]:
            frontier.add(digest)
        total += part
        assert (frontier.size, frontier.root()) == (total, root_of(digests(total)))


def test_rows_outside_the_tree_have_no_proof():
    with pytest.raises(InvalidInput, match="row 4 is not among the 3 rows"):
        inclusion_proof(digests(3), 3)
    with pytest.raises(InvalidInput, match="no beginning of 4"):
        consistency_proof(digests(3), 4)
