import pickle

import numpy as np
import pandas as pd
import pytest

from sklstm import PanelTimeSeriesSplit
from sklstm.model_selection._row_numbers import RowNumbers

NUMBERS = {
    "one run": np.arange(5, 500),
    "a run of each series": np.r_[0:100, 300:400, 200:220],
    "the same in two folds": np.r_[0:60, 0:60],
    "backwards": np.arange(50)[::-1],
    "here and there": np.array([3, 4, 9, 1, 70]),
    "int32": np.arange(9, 90, dtype=np.int32),
    "unsigned, round the end": np.arange(200, 300).astype(np.uint8),
    "one": np.array([3]),
    "none": np.array([], dtype=int),
}


@pytest.mark.parametrize("numbers", NUMBERS.values(), ids=NUMBERS)
def test_a_pickle_has_the_same_numbers(numbers):
    copy = pickle.loads(pickle.dumps(RowNumbers(numbers)))
    assert copy.dtype == numbers.dtype
    np.testing.assert_array_equal(copy, numbers)


def test_the_rows_of_a_fold_are_pickled_as_runs():
    days = pd.date_range("2024-01-01", periods=500)
    index = pd.MultiIndex.from_product([range(20), days])
    panel = pd.DataFrame({"a": 1.0}, index=index)
    for train, test in PanelTimeSeriesSplit(2, test_size=30).split(panel):
        expected = np.arange(len(panel)).reshape(20, 500)
        n_train = len(train) // 20
        np.testing.assert_array_equal(train, expected[:, :n_train].ravel())
        np.testing.assert_array_equal(test, expected[:, n_train : n_train + 30].ravel())
        for rows in (train, test):
            assert len(pickle.dumps(rows)) < 20 * 16 + 500 < rows.nbytes
            np.testing.assert_array_equal(pickle.loads(pickle.dumps(rows)), rows)


def test_what_is_computed_of_them_is_plain():
    rows = RowNumbers([1, 2, 3])
    assert type(rows + 1) is np.ndarray
    assert type(rows.max()) is np.int64
    assert repr(rows) == "array([1, 2, 3])"
