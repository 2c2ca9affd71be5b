"""`WindowScaler` against plain loops over windows, and its inverse."""

import tracemalloc

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import check_estimator

from sklstm.data import as_windows, step_names
from sklstm.preprocessing import SequenceWindower, WindowScaler

METHODS = ["minmax", "standard", "first", "last"]
RNG = np.random.default_rng(0)
SERIES = 50 + RNG.normal(size=(40, 2)).cumsum(axis=0)
WINDOWS = 50 + RNG.normal(size=(8, 5, 2)).cumsum(axis=1)
NAMES = ["open", "close"]
DAYS = pd.date_range("2024-01-01", periods=40)
FRAME = pd.DataFrame(SERIES, columns=NAMES, index=DAYS)
FLAT = pd.DataFrame(WINDOWS.reshape(8, 10), columns=step_names(NAMES, 5), index=list("abcdefgh"))
ORDER_OF_ROWS = {
    "check_methods_sample_order_invariance": "a row is scaled by the rows before it",
    "check_methods_subset_invariance": "a row is scaled by the rows before it",
}


def scaled_window(window, method, feature_range=(0, 1)):
    """Scale the values of one feature in one window, by the definition."""
    known = window[~np.isnan(window)]
    if len(known) == 0:
        return window
    if method == "minmax":
        low, high = feature_range
        width = np.ptp(known)
        return low + (window - known.min()) / (width or 1) * (high - low if width else 1)
    if method == "standard":
        return (window - known.mean()) / (known.std() if np.ptp(known) else 1)
    return window / (known[0 if method == "first" else -1] or 1)


def naive_windows(windows, method, feature_range=(0, 1)):
    result = np.empty(windows.shape)
    for sample in range(len(windows)):
        for feature in range(windows.shape[2]):
            window = windows[sample, :, feature]
            result[sample, :, feature] = scaled_window(window, method, feature_range)
    return result


def naive_series(series, method, window_size, causal=True):
    result = np.empty(series.shape)
    for row in range(len(series)):
        size = window_size or len(series)
        first = max(0, row - size + 1) if causal else row - row % size
        last = row if causal else min(first + size, len(series)) - 1
        for feature in range(series.shape[1]):
            window = series[first : last + 1, feature]
            result[row, feature] = scaled_window(window, method)[row - first]
    return result


def with_gaps(values, share=0.3):
    values = values.copy()
    values[np.random.default_rng(1).random(values.shape) < share] = np.nan
    return values


def assert_close(actual, expected):
    np.testing.assert_allclose(actual, expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("feature_range", [(0, 1), (-1.0, 1.0), [2, 3]])
@pytest.mark.parametrize("windows", [WINDOWS, with_gaps(WINDOWS)], ids=["full", "gaps"])
def test_each_window_is_scaled_by_itself(windows, feature_range, method):
    scaler = WindowScaler(method, feature_range=feature_range)
    expected = naive_windows(windows, method, feature_range)
    assert_close(scaler.fit_transform(windows), expected)
    assert_close(scaler.fit(WINDOWS[::-1, 2:]).transform(windows), expected)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("window_size", [1, 4, 39, 100, None])
@pytest.mark.parametrize("causal", [True, False])
@pytest.mark.parametrize("series", [SERIES, with_gaps(SERIES)], ids=["full", "gaps"])
def test_each_row_is_scaled_by_its_rows(series, causal, window_size, method):
    scaler = WindowScaler(method, window_size=window_size, causal=causal)
    expected = naive_series(series, method, window_size, causal)
    assert_close(scaler.fit_transform(series), expected)
    assert_close(scaler.fit(SERIES[::-1]).transform(series), expected)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("window_size", [1, 4, 25, None])
@pytest.mark.parametrize("n_head", [1, 7, 39])
def test_rows_go_on_from_the_fitted_ones_to_the_last_bit(n_head, window_size, method):
    series = pd.DataFrame(with_gaps(SERIES), columns=NAMES, index=DAYS)
    scaler = WindowScaler(method, window_size=window_size).fit(series[:n_head])
    rest = scaler.transform(series[n_head:])
    pd.testing.assert_frame_equal(rest, clone(scaler).fit_transform(series)[n_head:])
    np.testing.assert_array_equal(rest, clone(scaler).fit_transform(series)[n_head:])


@pytest.mark.parametrize("window_size", [4, None])
@pytest.mark.parametrize(
    ("context", "rest", "goes_on"),
    [
        ("auto", FRAME[20:], True),
        ("auto", FRAME[21:], False),
        ("auto", SERIES[20:], False),
        ("always", SERIES[20:], True),
        ("never", FRAME[20:], False),
    ],
)
def test_context(context, rest, goes_on, window_size):
    scaler = WindowScaler(window_size=window_size, context=context)
    scaler.fit(FRAME[:20] if isinstance(rest, pd.DataFrame) else SERIES[:20])
    values = np.vstack([SERIES[:20], rest]) if goes_on else np.asarray(rest)
    expected = naive_series(values, "minmax", window_size)[-len(rest) :]
    assert_close(scaler.transform(rest), expected)


def test_blocks_begin_afresh_with_each_call():
    scaler = WindowScaler(window_size=8, causal=False, context="always").fit(FRAME[:20])
    assert_close(scaler.transform(FRAME[20:]), naive_series(SERIES[20:], "minmax", 8, False))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("window_size", [3, None])
def test_no_row_depends_on_later_ones(method, window_size):
    scaler = WindowScaler(method, window_size=window_size)
    whole = scaler.fit_transform(SERIES)
    for n_rows in (1, 2, 30):
        np.testing.assert_array_equal(scaler.fit_transform(SERIES[:n_rows]), whole[:n_rows])


@pytest.mark.parametrize("method", METHODS)
def test_no_window_depends_on_another_to_the_last_bit(method):
    whole = WindowScaler(method).fit_transform(WINDOWS)
    order = np.array([5, 0, 7])
    np.testing.assert_array_equal(WindowScaler(method).fit_transform(WINDOWS[order]), whole[order])


def test_windows_of_a_windower_are_scaled_with_their_missing_steps():
    model = make_pipeline(SequenceWindower(6), WindowScaler("standard"))
    windows = SequenceWindower(6).fit_transform(SERIES)
    scaled = model.fit_transform(SERIES)
    assert_close(scaled, naive_windows(windows, "standard"))
    np.testing.assert_array_equal(np.isnan(scaled), np.isnan(windows))


@pytest.mark.parametrize(
    ("method", "expected"), [("minmax", -1.0), ("standard", 0.0), ("first", 1.0), ("last", 1.0)]
)
@pytest.mark.parametrize("value", [0.1, -7.3, 1e12])
def test_constant_windows(method, expected, value):
    scaler = WindowScaler(method, feature_range=(-1, 1))
    scaled = scaler.fit_transform(np.full((3, 7, 1), value))
    np.testing.assert_allclose(scaled, expected, rtol=1e-15)
    assert len(np.unique(scaled)) == 1


@pytest.mark.parametrize("method", ["first", "last"])
def test_zero_divisors_leave_the_values_as_they_are(method):
    windows = np.array([[[0.0], [3.0], [0.0]]])
    np.testing.assert_array_equal(WindowScaler(method).fit_transform(windows), windows)


@pytest.mark.parametrize("method", METHODS)
def test_a_window_without_a_value_stays_missing(method):
    windows = WINDOWS.copy()
    windows[3, :, 1] = np.nan
    scaled = WindowScaler(method).fit_transform(windows)
    np.testing.assert_array_equal(np.isnan(scaled), np.isnan(windows))
    series = SERIES.copy()
    series[:] = np.nan
    assert np.isnan(WindowScaler(method).fit_transform(series)).all()


@pytest.mark.parametrize("X", [WINDOWS, SERIES, FRAME, FLAT], ids=["3-D", "2-D", "frame", "flat"])
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("options", [{}, {"causal": False}, {"feature_range": (-2, 3)}])
def test_statistics_are_what_transform_uses(X, method, options):
    scaler = WindowScaler(method, **options).fit(X)
    center, scale = scaler.statistics(X)
    values = as_windows(X) if X is FLAT else np.asarray(X)
    assert center.shape == scale.shape == (len(X), 2)
    if values.ndim == 3:
        center, scale = center[:, np.newaxis], scale[:, np.newaxis]
    expected = ((values - center) / scale).reshape(np.shape(X))
    np.testing.assert_array_equal(scaler.transform(X), expected)
    # They serve the value that is to be predicted as well.
    back = scaler.inverse_transform(scaler.transform(X), statistics=scaler.statistics(X))
    assert_close(back, X)
    assert type(back) is type(X)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("options", [{}, {"causal": False, "window_size": 7}, {"window_size": 5}])
@pytest.mark.parametrize("X", [SERIES, FRAME, with_gaps(SERIES)], ids=["array", "frame", "gaps"])
def test_inverse_of_the_fitted_rows(X, method, options):
    scaler = WindowScaler(method, **options)
    scaled = scaler.fit_transform(X)
    assert_close(scaler.inverse_transform(scaled), X)
    # An index may be lost on the way; the number of rows remains.
    assert_close(clone(scaler).fit(np.asarray(X)).inverse_transform(np.asarray(scaled)), X)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "X", [WINDOWS, FLAT, pl.from_pandas(FLAT)], ids=["3-D", "pandas", "polars"]
)
def test_inverse_of_the_fitted_windows(X, method):
    scaler = WindowScaler(method)
    back = scaler.inverse_transform(scaler.fit_transform(X))
    assert_close(back, X)
    assert type(back) is type(X)


def test_inverse_of_rows_with_context():
    scaler = WindowScaler(window_size=9).fit(FRAME[:20])
    rest = FRAME[20:]
    scaled, statistics = scaler.transform(rest), scaler.statistics(rest)
    pd.testing.assert_frame_equal(scaler.inverse_transform(scaled, statistics), rest)


@pytest.mark.parametrize(
    ("fitted", "X", "words"),
    [
        (SERIES[:20], SERIES[20:30], r"statistics of these 10 rows are not known: fit saw 20 rows"),
        (FRAME[:20], FRAME[20:], r"of these 20 rows are not known: fit saw another index"),
        (WINDOWS, WINDOWS[:3], r"of these 3 rows are not known: fit saw 8 rows.*statistics="),
        (FLAT, FLAT[::-1], "fit saw another index"),
    ],
)
def test_inverse_of_other_rows_is_refused(fitted, X, words):
    with pytest.raises(ValueError, match=words):
        WindowScaler().fit(fitted).inverse_transform(X)


@pytest.mark.parametrize(
    "statistics",
    [(np.ones((3, 2)), np.ones((3, 2))), (np.ones((8, 2)),), (np.ones((8, 2)), 1.0), (1.0, 1.0)],
)
def test_statistics_of_another_shape_are_refused(statistics):
    words = r"statistics must be a pair \(center, scale\) of arrays of shape \(8, 2\)"
    with pytest.raises(ValueError, match=words):
        WindowScaler().fit(WINDOWS).inverse_transform(WINDOWS, statistics)


def test_frames_are_given_for_frames():
    scaled = WindowScaler(window_size=4).fit_transform(FRAME)
    expected = pd.DataFrame(naive_series(SERIES, "minmax", 4), columns=NAMES, index=DAYS)
    pd.testing.assert_frame_equal(scaled, expected)
    polars = WindowScaler(window_size=4).fit_transform(pl.from_pandas(FRAME))
    assert polars.columns == NAMES
    np.testing.assert_array_equal(polars, scaled)


@pytest.mark.parametrize("kind", [lambda frame: frame, pl.from_pandas], ids=["pandas", "polars"])
@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize("library", ["default", "pandas", "polars"])
def test_flat_frames_stay_flat_with_their_columns_in_place(kind, shuffle, library, rng):
    columns = list(rng.permutation(FLAT.columns)) if shuffle else list(FLAT.columns)
    expected = FLAT.copy()
    expected[:] = naive_windows(WINDOWS, "minmax").reshape(8, 10)
    scaler = WindowScaler().set_output(transform=library)
    scaled = scaler.fit_transform(kind(FLAT[columns]))
    assert list(scaled.columns) == columns == list(scaler.get_feature_names_out())
    assert_close(scaled, expected[columns])
    assert type(scaled).__module__.startswith(
        library if library != "default" else type(kind(FLAT)).__module__.split(".")[0]
    )


def test_mere_values_of_a_flat_frame_are_scaled_alike():
    scaler = WindowScaler().fit(FLAT)
    with pytest.warns(UserWarning, match="X does not have valid feature names"):
        scaled = scaler.transform(FLAT.to_numpy())
    np.testing.assert_array_equal(scaled, scaler.transform(FLAT))


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_set_output(library):
    scaler = WindowScaler(window_size=4).set_output(transform=library)
    for X in (SERIES, FRAME):
        scaled = scaler.fit_transform(X)
        assert type(scaled).__module__.startswith(library)
        assert list(scaled.columns) == list(scaler.get_feature_names_out())
        assert_close(scaled, naive_series(SERIES, "minmax", 4))
    model = make_pipeline(SequenceWindower(6), WindowScaler()).set_output(transform=library)
    windows = SequenceWindower(6).fit_transform(SERIES)
    assert_close(as_windows(model.fit_transform(FRAME)), naive_windows(windows, "minmax"))
    with pytest.raises(ValueError, match="set_output asks for a frame, which cannot hold the th"):
        scaler.set_params(window_size=None).fit_transform(WINDOWS)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("X", [SERIES, WINDOWS], ids=["series", "windows"])
@pytest.mark.parametrize("method", METHODS)
def test_dtype_is_kept_and_arithmetic_is_in_double_precision(X, method, dtype):
    X = X.astype(dtype)
    scaler = WindowScaler(method).fit(X)
    scaled = scaler.transform(X)
    assert scaled.dtype == dtype
    exact = WindowScaler(method).fit_transform(X.astype(np.float64))
    np.testing.assert_array_equal(scaled, exact.astype(dtype))
    assert scaler.statistics(X)[0].dtype == np.float64


def test_attributes():
    scaler = WindowScaler().fit(WINDOWS)
    assert scaler.n_features_in_ == 2
    assert not hasattr(scaler, "feature_names_in_")
    assert WindowScaler().fit(FLAT).n_features_in_ == 10
    assert list(WindowScaler().fit(FRAME).feature_names_in_) == NAMES


def test_memory_of_trailing_windows_grows_with_rows():
    series = np.ones((50_000, 4))
    series[::2] = 2
    scaler = WindowScaler("standard", window_size=60)
    tracemalloc.start()
    try:
        scaler.fit_transform(series)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    # The padded series, its two statistics and the result, beside chunks of fixed size.
    assert peak < 5 * series.nbytes + (20 << 20)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "options", [{}, {"window_size": 3}, {"causal": False}, {"causal": False, "window_size": 4}]
)
def test_check_estimator(method, options):
    results = check_estimator(
        WindowScaler(method, **options), expected_failed_checks=ORDER_OF_ROWS, on_skip=None
    )
    assert len(results) >= 45


@pytest.mark.parametrize(
    "parameters",
    [
        {"method": "max"},
        {"method": None},
        {"window_size": 0},
        {"window_size": -2},
        {"window_size": 2.0},
        {"causal": "no"},
        {"feature_range": 1},
        {"context": "sometimes"},
    ],
)
def test_wrong_parameters_are_named(parameters):
    (name,) = parameters
    words = f"The '{name}' parameter of WindowScaler must be"
    with pytest.raises(ValueError, match=words):
        WindowScaler(**parameters).fit(SERIES)


@pytest.mark.parametrize("feature_range", [(1, 0), (1, 1), (0, np.inf), (0,), (0, "1"), [0, 1, 2]])
def test_wrong_ranges_are_refused(feature_range):
    words = "feature_range=.* is not possible: it takes two finite numbers, the smaller one first"
    with pytest.raises(ValueError, match=words):
        WindowScaler(feature_range=feature_range).fit(SERIES)


@pytest.mark.parametrize("X", [WINDOWS, FLAT])
def test_windows_have_their_own_size(X):
    with pytest.raises(ValueError, match=r"window_size=3 is for a series; X is windows"):
        WindowScaler(window_size=3).fit(X)


@pytest.mark.parametrize(
    ("fitted", "X", "words"),
    [
        (WINDOWS, SERIES, "X is a series, but this WindowScaler was fitted on windows"),
        (WINDOWS, FRAME, "X is a series, but this WindowScaler was fitted on windows"),
        (SERIES, WINDOWS, "X is windows, but this WindowScaler was fitted on a series"),
        (FRAME, FLAT, "X is windows, but this WindowScaler was fitted on a series"),
        (WINDOWS, WINDOWS[:, :, :1], "X has 1 features, but WindowScaler is expecting 2 features"),
        (SERIES, SERIES[:, :1], "X has 1 features, but WindowScaler is expecting 2 features"),
        (FRAME, FRAME[NAMES[::-1]], "Feature names must be in the same order"),
        (FRAME, FRAME[::-1], "The index of X is not sorted"),
        (SERIES, SERIES[:, 0], "Expected 2D array"),
        (SERIES, SERIES * np.inf, "X contains infinity .row 0, feature 0"),
        (WINDOWS, WINDOWS * np.inf, "X contains infinity .sample 0, step 0, feature 0"),
        (SERIES, np.ones((2, 2, 2, 2)), "an array of 4 dimensions"),
    ],
)
@pytest.mark.parametrize("method", ["transform", "statistics", "inverse_transform"])
def test_wrong_input_is_refused(fitted, X, words, method):
    scaler = WindowScaler().fit(fitted)
    with pytest.raises(ValueError, match=words):
        getattr(scaler, method)(X)


def test_a_scaler_can_be_fitted_again_on_the_other_kind():
    scaler = WindowScaler().fit(FLAT).fit(SERIES).fit(WINDOWS).fit(FRAME)
    assert_close(scaler.transform(FRAME), naive_series(SERIES, "minmax", None))


@pytest.mark.parametrize("method", ["transform", "statistics", "inverse_transform"])
def test_unfitted(method):
    with pytest.raises(NotFittedError, match="not fitted yet"):
        getattr(WindowScaler(), method)(SERIES)
