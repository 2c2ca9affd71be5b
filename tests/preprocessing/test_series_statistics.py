"""Which statistics a row has, and that they go on from what was returned."""

import itertools

import numpy as np
import pandas as pd
import pytest

from sklstm.preprocessing import _series_statistics as module
from sklstm.preprocessing._series_statistics import (
    FittedStatistics,
    series_statistics,
    trailing_statistics,
)
from sklstm.preprocessing._series_transformer import SeriesSet
from sklstm.preprocessing._window_statistics import (
    block_statistics,
    expanding_statistics,
    window_statistics,
)

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


DAYS = pd.date_range("2024-01-01", periods=3)
PANEL = pd.DataFrame({"name": list("BABAB"), "close": np.arange(5.0)}, index=DAYS[[0, 0, 1, 1, 2]])
CENTER, SCALE = np.arange(5.0)[:, np.newaxis], 10 + np.arange(5.0)[:, np.newaxis]
B, A = [0, 2, 4], [1, 3]
FITTED = FittedStatistics(
    {"B": (DAYS, (CENTER[B], SCALE[B])), "A": (DAYS[:2], (CENTER[A], SCALE[A]))}
)


def series_in(X):
    return SeriesSet.read(X, "name", None)


@pytest.mark.parametrize(
    "order", [[0, 1, 2, 3, 4], [1, 0, 2, 3, 4], [0, 2, 4], [1, 3], [1, 3, 0, 2, 4]]
)
def test_rows_have_their_statistics_in_whatever_order_they_stand(order):
    center, scale = FITTED.of(series_in(PANEL.iloc[order]))
    np.testing.assert_array_equal(center, CENTER[order])
    np.testing.assert_array_equal(scale, SCALE[order])


def test_without_an_index_the_number_of_rows_counts():
    fitted = FittedStatistics({None: (None, (CENTER, SCALE))})
    center, scale = fitted.of(SeriesSet.read(np.ones((5, 1)), None, None))
    np.testing.assert_array_equal(center, CENTER)
    np.testing.assert_array_equal(scale, SCALE)
    with pytest.raises(ValueError, match="of these 4 rows are not known: fit saw 5 rows"):
        fitted.of(SeriesSet.read(np.ones((4, 1)), None, None))


@pytest.mark.parametrize(
    ("X", "words"),
    [
        (PANEL[:3], "of these 2 rows of series 'B' are not known: fit saw another index"),
        (PANEL.assign(name="C")[::2], "of these 3 rows of series 'C' .* fit saw no such series"),
        (PANEL.set_axis(PANEL.index + DAYS.freq), "of series 'B' .* fit saw another index"),
    ],
)
def test_those_of_other_rows_are_not_known(X, words):
    with pytest.raises(ValueError, match=words):
        FITTED.of(series_in(X))


METHODS = ["minmax", "standard", "first", "last"]
TRAILING = 50 + np.random.default_rng(0).normal(size=(60, 3)).cumsum(axis=0)


def with_gaps(share):
    missing = np.random.default_rng(1).random(TRAILING.shape) < share
    return np.where(missing, np.nan, TRAILING)


TRAILED = {
    "full": TRAILING,
    "gaps": with_gaps(0.3),
    "nearly empty": with_gaps(0.9),
    "equal values": np.round(TRAILING),
    "single": TRAILING.astype(np.float32),
}
CASES = itertools.product(TRAILED, [1, 4, 25, 100], [0, 2, 30], METHODS)


@pytest.mark.parametrize(
    ("series", "size", "n_before", "method", "chunk"),
    # Each length of a chunk meets each value of the others.
    [(*case, [1, 40, 1 << 15][number % 3]) for number, case in enumerate(CASES)],
)
def test_trailing_rows(monkeypatch, series, size, n_before, method, chunk):
    monkeypatch.setattr(module, "_CHUNK_VALUES", chunk)
    series = TRAILED[series]
    windows = [series[max(0, row - size + 1) : row + 1] for row in range(n_before, len(series))]
    expected = [window_statistics(window[np.newaxis], method, (-1, 2)) for window in windows]
    actual = trailing_statistics(series[n_before:], series[:n_before], size, method, (-1, 2))
    np.testing.assert_array_equal(actual, np.concatenate(expected, axis=1))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("size", [4, 25])
def test_a_row_depends_on_its_own_window_alone_to_the_last_bit(method, size):
    whole = np.array(trailing_statistics(TRAILING, TRAILING[:0], size, method, (0, 1)))
    for row in (0, 3, 30, 59):
        first = max(0, row - size + 1)
        window = TRAILING[first : row + 1]
        alone = np.array(trailing_statistics(window, TRAILING[:0], size, method, (0, 1)))
        np.testing.assert_array_equal(alone[:, -1], whole[:, row])
        continued = trailing_statistics(TRAILING[row:], TRAILING[:row], size, method, (0, 1))
        np.testing.assert_array_equal(np.array(continued)[:, 0], whole[:, row])
