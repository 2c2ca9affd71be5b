"""Which statistics a row has, and that they go on from what was returned."""

import numpy as np
import pytest

from sklstm.preprocessing._series_statistics import series_statistics
from sklstm.preprocessing._trailing_statistics import trailing_statistics
from sklstm.preprocessing._window_statistics import block_statistics, expanding_statistics

SERIES = np.random.default_rng(0).normal(size=(30, 2)).cumsum(axis=0)
HOW = "standard", (0, 1)


@pytest.mark.parametrize(
    ("window_size", "causal", "expected"),
    [
        (None, True, expanding_statistics(SERIES, None, *HOW)[:2]),
        (7, True, trailing_statistics(SERIES, SERIES[:0], 7, *HOW)),
        (None, False, block_statistics(SERIES, None, *HOW)),
        (7, False, block_statistics(SERIES, 7, *HOW)),
    ],
)
def test_the_window_of_a_row(window_size, causal, expected):
    statistics = series_statistics(SERIES, None, window_size, causal, HOW)[:2]
    np.testing.assert_array_equal(statistics, expected)


@pytest.mark.parametrize("window_size", [None, 1, 7, 50])
@pytest.mark.parametrize("n_head", [1, 12, 29])
def test_rows_go_on(n_head, window_size):
    *head, past = series_statistics(SERIES[:n_head], None, window_size, True, HOW)
    rest = series_statistics(SERIES[n_head:], past, window_size, True, HOW)[:2]
    whole = series_statistics(SERIES, None, window_size, True, HOW)[:2]
    np.testing.assert_array_equal(np.concatenate([head, rest], axis=1), whole)


def test_blocks_have_no_past():
    assert series_statistics(SERIES, None, 7, False, HOW)[2] is None
