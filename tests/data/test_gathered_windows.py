"""`GatheredWindows` against the array that they stand for."""

import pickle

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, RegressorMixin, clone
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.pipeline import make_pipeline

from sklstm import (
    GRUClassifier,
    GRURegressor,
    LSTMRegressor,
    PersistenceRegressor,
    SequenceWindower,
    SMARegressor,
    WindowScaler,
)
from sklstm.data import GatheredWindows, WindowSet, as_windows, newest_block, window_rows

RNG = np.random.default_rng(0)
NAMES = np.repeat(["A", "B", "C"], [30, 40, 20])


def make_panel(order):
    values = 50 + RNG.normal(size=(90, 2)).cumsum(axis=0)
    panel = pd.DataFrame(values, columns=["a", "b"]).assign(name=NAMES)
    by_time = panel.groupby("name").cumcount().argsort(kind="stable")
    return panel if order == "by name" else panel.iloc[by_time].reset_index(drop=True)


PANEL = make_panel("by name")
WINDOWS = SequenceWindower(8, by="name").fit_transform(PANEL)
ARRAY = np.concatenate(
    [SequenceWindower(8).fit_transform(PANEL.loc[n == NAMES, ["a", "b"]]) for n in "ABC"]
)
Y = ARRAY[:, -1, 0] + 0.3 * ARRAY[:, -1, 1]


def test_a_panel_is_gathered():
    assert isinstance(WINDOWS, GatheredWindows)
    assert (WINDOWS.shape, WINDOWS.ndim, WINDOWS.size) == (ARRAY.shape, 3, ARRAY.size)
    assert len(WINDOWS) == 90
    assert WINDOWS.dtype == ARRAY.dtype
    assert repr(WINDOWS) == "GatheredWindows(shape=(90, 8, 2), dtype=float64)"


MASK = RNG.random(90) < 0.3
KEYS = [
    3, -1, np.int64(5), slice(None), slice(5, 40, 3), slice(None, None, -1), [3, 1, 3], MASK,
    np.flatnonzero(MASK), [], ..., None, (3, 2), (3, 2, 1), (slice(3, 9), -1), (MASK, slice(2, 5)),
    (), ([1, 2], slice(None), 0), (slice(None), slice(None), 1), (slice(4), ..., 0), (..., 0),
    (np.array([4, 50]), ...), ([1, 2], [3, 4]), (slice(None), [0, 1]), ARRAY > 50,
]  # fmt: skip


@pytest.mark.parametrize("key", KEYS, ids=lambda key: str(key)[:30])
def test_indices_are_those_of_the_array(key):
    found = WINDOWS[key]
    np.testing.assert_array_equal(found, ARRAY[key])
    assert np.shape(found) == ARRAY[key].shape


@pytest.mark.parametrize("key", [90, (0, 8), (0, 0, 2), (0, 0, 0, 0), "a"])
def test_so_are_errors(key):
    with pytest.raises(IndexError):
        ARRAY[key]
    with pytest.raises(IndexError):
        WINDOWS[key]


def test_numpy_takes_them_for_the_array():
    others = np.ones_like(ARRAY)
    for find in (
        lambda w: w + 1, lambda w: 2.0 / w, lambda w: others - w, lambda w: w > 50,
        lambda w: np.isnan(w), lambda w: np.add.reduce(w, axis=1), lambda w: np.nanmean(w, axis=1),
        lambda w: w.reshape(len(w), -1), lambda w: w.T, lambda w: w.astype(np.float32),
        lambda w: w.mean(axis=0), lambda w: np.concatenate([w, others]), lambda w: list(w)[7],
        lambda w: np.asarray(w, dtype=np.float32), lambda w: np.where(np.isnan(w), 0.0, w),
    ):  # fmt: skip
        np.testing.assert_array_equal(find(WINDOWS), find(ARRAY))


def test_they_are_read_only():
    with pytest.raises(TypeError, match="does not support item assignment"):
        WINDOWS[0] = 1.0
    with pytest.raises(ValueError, match="read-only"):
        WINDOWS.fill(0.0)
    with pytest.raises(AttributeError, match="'GatheredWindows' object has no attribute 'iloc'"):
        _ = WINDOWS.iloc
    with pytest.raises(ValueError, match="take a copy"):
        np.asarray(WINDOWS, copy=False)
    for write in (
        lambda w: w.__iadd__(1),
        lambda w: np.add(1, 2, out=w),
        lambda w: np.add.at(w, 0, 1),
    ):
        with pytest.raises(ValueError, match="read-only: write to numpy.asarray of them"):
            write(WINDOWS)
    np.testing.assert_array_equal(WINDOWS, ARRAY)
    np.testing.assert_array_equal(np.add(WINDOWS, 1, out=np.empty(ARRAY.shape)), ARRAY + 1)


def test_truth_and_membership_are_those_of_the_array():
    assert ARRAY[40, 3, 1] in WINDOWS
    assert -1.0 not in WINDOWS
    with pytest.raises(ValueError, match="ambiguous"):
        bool(WINDOWS)


def test_files_hold_the_rows_that_are_in_use(tmp_path):
    assert len(pickle.dumps(WINDOWS)) < ARRAY.nbytes / 3
    few = WINDOWS[30:70]
    for copy in (pickle.loads(pickle.dumps(few)), clone(few, safe=False)):
        np.testing.assert_array_equal(copy, ARRAY[30:70])
        assert len(copy.rows) < len(few.rows)
    joblib.dump(WINDOWS, tmp_path / "windows")
    mapped = joblib.load(tmp_path / "windows", mmap_mode="r")
    assert isinstance(mapped.rows, np.memmap)
    network = GRURegressor(4, max_epochs=2, random_state=0)
    in_memory = network.fit(WINDOWS, Y).predict(WINDOWS)
    np.testing.assert_array_equal(network.fit(mapped, Y).predict(mapped), in_memory)


def test_sets_of_windows_have_the_rows_that_are_in_use():
    assert as_windows(WINDOWS) is WINDOWS
    for part in (slice(None), slice(20, 70), slice(5), [88, 3, 41], np.arange(90)[::-1]):
        found, expected = WindowSet.from_array(WINDOWS[part]), WindowSet.from_array(ARRAY[part])
        np.testing.assert_array_equal(found.lengths, expected.lengths)
        for sample in range(len(expected)):
            one = np.array([sample])
            np.testing.assert_array_equal(found.padded(one)[0], expected.padded(one)[0])
        assert len(window_rows(WINDOWS[part])[0]) <= len(window_rows(ARRAY[part])[0])


def test_values_of_other_windows_do_not_matter():
    panel = PANEL.copy()
    panel.loc[80, "a"] = np.nan
    windows = SequenceWindower(8, by="name").fit_transform(panel)
    network = GRURegressor(4, max_epochs=2, random_state=0)
    expected = network.fit(WINDOWS[:80], Y[:80]).predict(WINDOWS[:80])
    np.testing.assert_array_equal(network.fit(windows[:80], Y[:80]).predict(windows[:80]), expected)
    with pytest.raises(ValueError, match=r"row 80, column 'a'"):
        network.fit(windows, Y)


def early(**options):
    return LSTMRegressor(4, max_epochs=3, early_stopping=True, random_state=0, **options)


@pytest.mark.parametrize("order", ["by name", "by time"])
@pytest.mark.parametrize(
    "estimator",
    [
        GRURegressor(4, max_epochs=3, random_state=0),
        early(),
        GRURegressor(4, max_epochs=2, output="sequence", random_state=0),
        GRUClassifier(4, max_epochs=3, early_stopping=True, random_state=0),
        SMARegressor(3),
        PersistenceRegressor(),
        make_pipeline(WindowScaler("last"), GRURegressor(4, max_epochs=3, random_state=0)),
    ],
    ids=str,
)
def test_estimators_take_them_for_the_array(estimator, order):
    panel = make_panel(order)
    windows = SequenceWindower(8, by="name").fit_transform(panel)
    array = np.asarray(windows)
    y = panel["a"].to_numpy() * 0.5
    if isinstance(estimator, GRUClassifier):
        y = y > np.median(y)
    if getattr(estimator, "output", None) == "sequence":
        y = array[:, :, 1]
    found, training, held_out = clone(estimator).fit(windows, y).predict(windows), slice(None), {}
    if getattr(estimator, "early_stopping", False) and order == "by time":
        # An array does not show which windows of series among each other share rows.
        training, last = newest_block(WindowSet.from_array(windows), 0.1)
        held_out = {"X_val": array[last], "y_val": y[last]}
    expected = clone(estimator).fit(array[training], y[training], **held_out)
    # Means are sums of rows there, and sums of windows here: they round differently.
    np.testing.assert_allclose(found.astype(float), expected.predict(array).astype(float), 1e-4)
    np.testing.assert_array_equal(expected.predict(windows), expected.predict(array))


class Plain(RegressorMixin, BaseEstimator):
    """A regressor that knows nothing of this package."""

    def fit(self, X, y):
        self.ridge_ = Ridge().fit(np.nan_to_num(X).reshape(len(X), -1), y)
        return self

    def predict(self, X):
        return self.ridge_.predict(np.nan_to_num(X).reshape(len(X), -1))


def test_searches_and_caches(tmp_path):
    folds = KFold(3, shuffle=True, random_state=0)
    # Workers of joblib do not know the modules of tests.
    for estimator, grid, n_jobs in ((Plain(), {}, 1), (SMARegressor(), {"window": [1, 3]}, 2)):
        search = GridSearchCV(estimator, grid, cv=folds, n_jobs=n_jobs, error_score="raise")
        found = search.fit(WINDOWS, Y).cv_results_["mean_test_score"]
        np.testing.assert_array_equal(found, search.fit(ARRAY, Y).cv_results_["mean_test_score"])
    network = GRURegressor(4, max_epochs=2, random_state=0)
    plain = make_pipeline(SequenceWindower(8, by="name"), network)
    cached = make_pipeline(SequenceWindower(8, by="name"), network, memory=str(tmp_path))
    expected = plain.fit(PANEL, Y).predict(PANEL)
    for _ in range(2):  # the second one finds the windows
        np.testing.assert_array_equal(cached.fit(PANEL, Y).predict(PANEL), expected)
