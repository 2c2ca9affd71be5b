"""Trailing windows against the statistics of windows cut out one by one, to the last bit."""

import numpy as np
import pytest

from sklstm.preprocessing import _trailing_statistics as module
from sklstm.preprocessing._trailing_statistics import trailing_statistics
from sklstm.preprocessing._window_statistics import window_statistics

METHODS = ["minmax", "standard", "first", "last"]
SERIES = 50 + np.random.default_rng(0).normal(size=(60, 3)).cumsum(axis=0)


def with_gaps(share):
    missing = np.random.default_rng(1).random(SERIES.shape) < share
    return np.where(missing, np.nan, SERIES)


@pytest.mark.parametrize("chunk", [1, 40, 1 << 15])
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("n_before", [0, 2, 30])
@pytest.mark.parametrize("size", [1, 4, 25, 100])
@pytest.mark.parametrize(
    "series",
    [SERIES, with_gaps(0.3), with_gaps(0.9), np.round(SERIES), SERIES.astype(np.float32)],
    ids=["full", "gaps", "nearly empty", "equal values", "single"],
)
def test_trailing_rows(monkeypatch, series, size, n_before, method, chunk):
    monkeypatch.setattr(module, "_CHUNK_VALUES", chunk)
    windows = [series[max(0, row - size + 1) : row + 1] for row in range(n_before, len(series))]
    expected = [window_statistics(window[np.newaxis], method, (-1, 2)) for window in windows]
    actual = trailing_statistics(series[n_before:], series[:n_before], size, method, (-1, 2))
    np.testing.assert_array_equal(actual, np.concatenate(expected, axis=1))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("size", [4, 25])
def test_a_row_depends_on_its_own_window_alone_to_the_last_bit(method, size):
    whole = np.array(trailing_statistics(SERIES, SERIES[:0], size, method, (0, 1)))
    for row in (0, 3, 30, 59):
        first = max(0, row - size + 1)
        window = SERIES[first : row + 1]
        alone = np.array(trailing_statistics(window, SERIES[:0], size, method, (0, 1)))
        np.testing.assert_array_equal(alone[:, -1], whole[:, row])
        continued = trailing_statistics(SERIES[row:], SERIES[:row], size, method, (0, 1))
        np.testing.assert_array_equal(np.array(continued)[:, 0], whole[:, row])
