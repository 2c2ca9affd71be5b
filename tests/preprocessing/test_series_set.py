"""The series in `X`, and the order of their rows."""

import numpy as np
import pandas as pd
import pytest

from sklstm.preprocessing._series_set import SeriesSet

DAYS = pd.date_range("2024-01-01", periods=3)
ROWS = pd.DataFrame(
    {"name": list("BABAB"), "close": [1.0, 10.0, 2.0, 20.0, 3.0]}, index=DAYS[[0, 0, 1, 1, 2]]
)


def test_rows_that_are_not_told_apart_are_one_series():
    array = np.ones((4, 2))
    found = SeriesSet.read(array, None, None)
    assert found.values is array
    ((key, index, rows),) = found
    assert key is None
    assert index is None
    assert rows is array
    result = np.arange(4)
    assert found.in_order([result]) is result


def test_the_index_of_one_series_is_that_of_its_frame():
    frame = pd.DataFrame({"close": [1.0, 2.0, 3.0]}, index=DAYS)
    ((_, index, _),) = SeriesSet.read(frame, None, None)
    assert index is frame.index


def test_rows_are_told_apart():
    found = SeriesSet.read(ROWS, "name", None)
    assert [(key, list(rows[:, 0])) for key, _, rows in found] == [
        ("B", [1, 2, 3]),
        ("A", [10, 20]),
    ]
    assert [list(index) for _, index, _ in found] == [list(DAYS), list(DAYS[:2])]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(), (2,), (4, 3)])
def test_results_go_back_to_their_rows(shape, dtype):
    whole = np.random.default_rng(0).normal(size=(5, *shape)).astype(dtype)
    back = SeriesSet.read(ROWS, "name", None).in_order(whole[rows] for rows in ([0, 2, 4], [1, 3]))
    np.testing.assert_array_equal(back, whole)
    assert back.dtype == dtype


def test_every_series_has_a_result():
    found = SeriesSet.read(ROWS, "name", None)
    with pytest.raises(ValueError, match=r"zip\(\)"):
        found.in_order([np.zeros(3)])


def test_the_order_of_each_series_is_checked():
    with pytest.raises(ValueError, match=r"The index of X \(series 'A'\) is not sorted"):
        SeriesSet.read(ROWS.iloc[[0, 3, 1, 2]], "name", None)
