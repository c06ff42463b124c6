"""Numbers for combinations of columns: what every columnar check groups by."""

import numpy as np
import pytest

from hourtrail.checks.columns import together


@pytest.mark.parametrize("scale", [1, 1_000, 2**40])
def test_combinations_are_numbered_in_the_order_of_their_columns(scale):
    drawn = np.random.default_rng(3)
    columns = [
        drawn.integers(-4, 9, 300) * scale,
        drawn.integers(0, 5, 300),
        drawn.integers(700_000, 700_009, 300) * scale,
    ]
    rows = list(zip(*(column.tolist() for column in columns), strict=True))
    numbers = {row: number for number, row in enumerate(sorted(set(rows)))}
    assert together(*columns).tolist() == [numbers[row] for row in rows]


def test_no_rows_have_no_numbers():
    nothing = np.zeros(0, np.int64)
    assert together(nothing, nothing).tolist() == []
