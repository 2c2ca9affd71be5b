"""`SequenceWindower` against a plain loop over rows."""

import tracemalloc

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import check_estimator

from sklstm.data import WindowSet, as_windows, step_names
from sklstm.preprocessing import SequenceWindower

SERIES = np.random.default_rng(0).normal(size=(30, 2))
NAMES = ["open", "close"]
ORDER_OF_ROWS = {
    "check_methods_sample_order_invariance": "a window holds the rows before it",
    "check_methods_subset_invariance": "a window holds the rows before it",
}


def naive(series, lookback, pad="missing", before=0):
    """Return the window of every row of a series but the first `before`."""
    missing = np.full(series.shape[1], np.nan) if pad == "missing" else series[0]
    return np.array(
        [
            [series[row - lag] if row >= lag else missing for lag in range(lookback - 1, -1, -1)]
            for row in range(before, len(series))
        ]
    )


def frame(series=SERIES, index=None):
    return pd.DataFrame(series, columns=NAMES, index=index)


@pytest.mark.parametrize("lookback", [1, 2, 7, 30, 45])
@pytest.mark.parametrize("pad", ["missing", "edge"])
@pytest.mark.parametrize("X", [SERIES, SERIES.astype(np.float32), SERIES[:1], SERIES[:, :1]])
def test_every_row_has_its_window(X, lookback, pad):
    expected = naive(X, lookback, pad)
    windower = SequenceWindower(lookback, pad=pad)
    for windows in (windower.fit_transform(X), windower.fit(X[::-1]).transform(X)):
        np.testing.assert_array_equal(windows, expected)
        assert windows.dtype == X.dtype
    flat = SequenceWindower(lookback, pad=pad, flatten=True).fit_transform(X)
    np.testing.assert_array_equal(flat, expected.reshape(len(X), -1))


@pytest.mark.parametrize("flatten", [False, True])
def test_windows_are_a_read_only_view_of_one_copy(flatten):
    windows = SequenceWindower(10, flatten=flatten).fit_transform(SERIES)
    assert not windows.flags.writeable
    row = 2 * SERIES.itemsize
    assert windows.strides == ((row, SERIES.itemsize) if flatten else (row, row, SERIES.itemsize))
    windows = SequenceWindower(10).fit_transform(SERIES)
    rows = WindowSet.from_array(windows[9:]).rows
    assert np.shares_memory(rows, windows)
    np.testing.assert_array_equal(rows, SERIES)


def test_memory_grows_with_rows_and_not_with_lookback():
    series = np.ones((50_000, 4))
    windower = SequenceWindower(500)
    tracemalloc.start()
    try:
        WindowSet.from_array(windower.fit_transform(series))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 4 * series.nbytes


def test_memory_of_a_panel_grows_with_its_rows_too():
    days = pd.MultiIndex.from_product([range(20), range(1000)], names=["name", "day"])
    panel = pd.DataFrame(np.ones((20_000, 4)), index=days)
    panel.columns = list("abcd")
    windower = SequenceWindower(200, by="name")
    tracemalloc.start()
    try:
        WindowSet.from_array(windower.fit_transform(panel))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 8 * panel.to_numpy().nbytes  # the windows as a copy: 200 times the rows


TRADING_DAYS = pd.bdate_range("2024-01-01", periods=42).delete([3, 9, 17, 18, 22, 25, 31, 33, 35])
INDICES = {
    "range": pd.RangeIndex(30),
    "days": pd.date_range("2024-01-01", periods=30),
    "business days": pd.bdate_range("2024-01-01", periods=30),
    "trading days": TRADING_DAYS[:30],
    "periods": pd.period_range("2024-01", periods=30, freq="M"),
}


@pytest.mark.parametrize("n_head", [14, 20, 29])
@pytest.mark.parametrize("lookback", [1, 3, 12, 25])
@pytest.mark.parametrize("index", INDICES.values(), ids=INDICES.keys())
def test_windows_reach_back_into_the_fitted_rows(index, lookback, n_head):
    series = frame(index=index)
    windower = SequenceWindower(lookback).fit(series[:n_head])
    np.testing.assert_array_equal(
        windower.transform(series[n_head:]), naive(SERIES, lookback, before=n_head)
    )


@pytest.mark.parametrize("index", INDICES.values(), ids=INDICES.keys())
def test_windows_do_not_reach_back_over_a_gap(index):
    series = frame(index=index)
    windower = SequenceWindower(5).fit(series[:8])
    np.testing.assert_array_equal(windower.transform(series[20:]), naive(SERIES[20:], 5))
    # Nor do those of the fitted rows themselves, when they come again.
    np.testing.assert_array_equal(windower.transform(series[:8]), naive(SERIES[:8], 5))


@pytest.mark.parametrize(
    "kind", [np.asarray, lambda X: pl.DataFrame(X, schema=NAMES)], ids=["numpy", "polars"]
)
@pytest.mark.parametrize(
    ("context", "before"), [("auto", 20), ("never", 20), ("always", 0)], ids=str
)
def test_rows_without_an_index_have_the_context_that_is_asked_for(kind, context, before):
    windower = SequenceWindower(6, context=context).fit(kind(SERIES[:20]))
    np.testing.assert_array_equal(
        windower.transform(kind(SERIES[20:])), naive(SERIES[before:], 6, before=20 - before)
    )


@pytest.mark.parametrize(("context", "before"), [("never", 20), ("always", 0)])
def test_context_can_be_said_outright_whatever_the_index(context, before):
    windower = SequenceWindower(6, context=context).fit(frame()[:20])
    rest = frame(SERIES[20:], index=range(20, 30) if context == "never" else range(90, 100))
    np.testing.assert_array_equal(
        windower.transform(rest), naive(SERIES[before:], 6, before=20 - before)
    )


def test_a_shorter_context_is_filled_up():
    for pad in ("missing", "edge"):
        windower = SequenceWindower(9, pad=pad).fit(frame()[:4])
        np.testing.assert_array_equal(
            windower.transform(frame()[4:]), naive(SERIES, 9, pad, before=4)
        )


def test_no_row_depends_on_later_ones():
    windower = SequenceWindower(5)
    np.testing.assert_array_equal(
        windower.fit_transform(SERIES[:12]), windower.fit_transform(SERIES)[:12]
    )


@pytest.mark.parametrize("library", ["pandas", "polars"])
@pytest.mark.parametrize("X", [SERIES, frame(index=INDICES["days"])], ids=["numpy", "pandas"])
def test_set_output_gives_flat_frames_that_are_read_back_exactly(X, library):
    windower = SequenceWindower(4).set_output(transform=library)
    windows = windower.fit_transform(X)
    assert type(windows).__module__.startswith(library)
    features = ["x0", "x1"] if X is SERIES else NAMES
    assert list(windows.columns) == step_names(features, 4)
    assert list(windows.columns) == list(windower.get_feature_names_out())
    np.testing.assert_array_equal(as_windows(windows), naive(SERIES, 4))
    if library == "pandas" and X is not SERIES:
        assert windows.index.equals(X.index)


def test_names_are_those_of_flat_columns():
    windower = SequenceWindower(2).fit(frame())
    expected = ["open@t-1", "close@t-1", "open@t-0", "close@t-0"]
    assert list(windower.get_feature_names_out()) == expected
    assert list(windower.get_feature_names_out(NAMES)) == expected
    with pytest.raises(ValueError, match="input_features is not equal to feature_names_in_"):
        windower.get_feature_names_out(["a", "b"])


def test_flat_windows_serve_any_regressor():
    model = make_pipeline(SequenceWindower(3, flatten=True, pad="edge"), Ridge())
    y = SERIES[:, 0]
    expected = Ridge().fit(naive(SERIES, 3, "edge").reshape(30, -1), y)
    np.testing.assert_allclose(
        model.fit(SERIES, y).predict(SERIES),
        expected.predict(naive(SERIES, 3, "edge").reshape(30, -1)),
    )


def test_fit_forgets_the_rows_before():
    windower = SequenceWindower(6).fit(frame()[:10]).fit(frame()[10:20])
    np.testing.assert_array_equal(
        windower.transform(frame()[20:]), naive(SERIES[10:], 6, before=10)
    )


def test_the_context_is_a_copy():
    series = SERIES.copy()
    windower = SequenceWindower(6, context="always").fit(series[:20])
    series[:] = 0
    np.testing.assert_array_equal(windower.transform(SERIES[20:]), naive(SERIES, 6, before=20))


@pytest.mark.parametrize("flatten", [False, True])
def test_check_estimator(flatten):
    results = check_estimator(
        SequenceWindower(flatten=flatten), expected_failed_checks=ORDER_OF_ROWS, on_skip=None
    )
    assert len(results) >= 45


@pytest.mark.parametrize(
    "parameters",
    [
        {"lookback": 0},
        {"lookback": -1},
        {"lookback": 2.0},
        {"lookback": "3"},
        {"lookback": None},
        {"pad": "zero"},
        {"flatten": "yes"},
        {"context": "sometimes"},
    ],
)
def test_wrong_parameters_are_named(parameters):
    (name,) = parameters
    words = f"The '{name}' parameter of SequenceWindower must be"
    with pytest.raises(ValueError, match=words):
        SequenceWindower(**parameters).fit(SERIES)


@pytest.mark.parametrize(
    ("X", "words"),
    [
        (SERIES[:, 0], "Expected 2D array"),
        (SERIES[:0], "0 sample"),
        (SERIES[:, :, np.newaxis], r"X must be a series of shape \(n_steps, n_features\)"),
        (SERIES * 1j, "Complex data not supported"),
        (SERIES * np.inf, "X contains infinity"),
        (frame()[::-1], "The index of X is not sorted"),
        (frame().iloc[[0, 0]], "The index of X has duplicate labels, 0 among them"),
    ],
)
def test_wrong_rows_are_refused(X, words):
    for method in (SequenceWindower().fit, SequenceWindower().fit_transform):
        with pytest.raises(ValueError, match=words):
            method(X)


def test_other_features_are_refused():
    windower = SequenceWindower().fit(frame())
    with pytest.raises(ValueError, match="Feature names must be in the same order"):
        windower.transform(frame()[NAMES[::-1]])
    with pytest.raises(ValueError, match="X has 1 features, but SequenceWindower is expecting 2"):
        clone(windower).fit(SERIES).transform(SERIES[:, :1])


def test_unfitted():
    with pytest.raises(NotFittedError, match="not fitted yet"):
        SequenceWindower().transform(SERIES)


HOURS = pd.date_range("2024-01-01", periods=200, freq="h")
COUNT = pd.DataFrame({"v": np.arange(200.0), "w": -np.arange(200.0)}, index=HOURS)
CUT = COUNT.drop(HOURS[100:130])


def through_the_outage(lookback):
    """Return the windows of all hours, of which those of the outage are missing steps."""
    every = naive(CUT.reindex(HOURS).to_numpy(), lookback)
    return every[HOURS.isin(CUT.index)]


@pytest.mark.parametrize("lookback", [1, 2, 6, 28, 40, 70])
@pytest.mark.parametrize("flatten", [False, True])
def test_an_outage_is_missing_steps(lookback, flatten):
    windower = SequenceWindower(lookback, flatten=flatten)
    expected = through_the_outage(lookback)
    expected = expected.reshape(len(CUT), -1) if flatten else expected
    np.testing.assert_array_equal(windower.fit_transform(CUT), expected)
    np.testing.assert_array_equal(windower.fit(CUT).transform(CUT), expected)


@pytest.mark.parametrize("lookback", [2, 6, 40])
@pytest.mark.parametrize("n_head", [99, 101, 104, 130])  # at 100 the new rows have no context
def test_an_outage_in_the_fitted_rows_or_in_the_new_ones_is_missing_steps(lookback, n_head):
    windower = SequenceWindower(lookback).fit(CUT[:n_head])
    expected = through_the_outage(lookback)[n_head:]
    np.testing.assert_array_equal(windower.transform(CUT[n_head:]), expected)


def test_two_new_rows_with_a_hole_between_them_are_told_by_the_fitted_frequency():
    windower = SequenceWindower(6).fit(COUNT[:100])
    windows = windower.transform(COUNT.iloc[[100, 104]])[:, :, 0]
    np.testing.assert_array_equal(
        windows, [[95, 96, 97, 98, 99, 100], [99, 100, np.nan, np.nan, np.nan, 104]]
    )


def test_with_edge_the_row_before_an_outage_is_repeated():
    windows = SequenceWindower(4, pad="edge").fit_transform(CUT)[99:102, :, 0]
    np.testing.assert_array_equal(
        windows, [[96, 97, 98, 99], [99, 99, 99, 130], [99, 99, 130, 131]]
    )


def test_outages_may_be_ignored():
    windows = SequenceWindower(5, gaps="ignore").fit_transform(CUT)
    np.testing.assert_array_equal(windows, naive(CUT.to_numpy(), 5))


def test_an_outage_of_one_series_is_missing_steps_there():
    panel = pd.concat([COUNT.assign(name="A"), CUT.assign(name="B")])
    windows = SequenceWindower(6, by="name").fit_transform(panel)
    np.testing.assert_array_equal(windows[:200], naive(COUNT.to_numpy(), 6))
    np.testing.assert_array_equal(windows[200:], through_the_outage(6))


def test_rows_long_after_the_fitted_ones_have_no_context_though_training_had_a_hole():
    days = pd.date_range("2023-01-01", periods=100)
    index = days.append(pd.date_range("2024-01-01", periods=60))
    series = pd.DataFrame({"v": np.arange(160.0)}, index=index)
    windower = SequenceWindower(3).fit(series)
    for first, known in [("2024-03-01", True), ("2024-03-02", False), ("2024-12-26", False)]:
        row = pd.DataFrame({"v": [1.0]}, index=pd.DatetimeIndex([first]))
        assert np.isnan(windower.transform(row)).any() != known


@pytest.mark.parametrize("by", ["store", ["store"], ["store", "item"]])
def test_names_of_flat_windows_leave_out_the_columns_of_keys(by):
    keys = [by] if isinstance(by, str) else by
    parts = [pd.DataFrame({"v": [1.0, 2.0], "store": s, "item": i}) for s in "AB" for i in "xy"]
    X = pd.concat(parts, ignore_index=True)[["store", "v", "item"]]
    X = X if "item" in keys else X.drop(columns="item")
    windower = SequenceWindower(2, by=by).set_output(transform="pandas")
    found = windower.fit_transform(X)
    assert list(found) == list(windower.get_feature_names_out()) == ["v@t-1", "v@t-0"]
    np.testing.assert_array_equal(found["v@t-0"], X["v"])
