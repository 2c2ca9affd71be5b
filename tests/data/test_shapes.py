"""The shape policy: what is taken for a series or for windows, and what is refused."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import sparse

from sklstm.data import (
    _shapes,
    as_series,
    as_windows,
    flatten_windows,
    has_three_axes,
    is_windows,
    place_in_windows,
    refuse_infinity,
    step_names,
    window_rows,
)
from sklstm.data._shapes import observed_rows

VALUES = np.arange(24.0).reshape(4, 3, 2)


def flat_frame(windows, features=("open", "close")):
    names = step_names(features, windows.shape[1])
    return pd.DataFrame(windows.reshape(len(windows), -1), columns=names)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("read", [as_series, as_windows])
def test_floating_point_arrays_are_not_copied(read, dtype):
    X = np.ones((5, 3), dtype=dtype)
    result = read(X)
    assert result.dtype == dtype
    assert np.shares_memory(result, X)


@pytest.mark.parametrize(
    ("X", "dtype"),
    [
        ([[1, 2], [3, 4]], np.float64),
        (np.array([[1, 2], [3, 4]], dtype=np.int8), np.float64),
        (np.array([[1, 2], [3, 4]], dtype=np.float16), np.float32),
        (np.array([[1, 2], [3, 4]], dtype=object), np.float64),
        (pd.DataFrame({"a": [1, 3], "b": [2.0, 4.0]}), np.float64),
        (pl.DataFrame({"a": [1, 3], "b": [2.0, 4.0]}), np.float64),
    ],
    ids=["list", "int8", "float16", "object", "pandas", "polars"],
)
def test_everything_else_becomes_floating_point(X, dtype):
    for result in (as_series(X), as_windows(X)[:, :, 0]):
        assert result.dtype == dtype
        np.testing.assert_array_equal(result, [[1, 2], [3, 4]])


@pytest.mark.parametrize(
    ("X", "error", "words"),
    [
        (np.ones(3), ValueError, "Expected 2D array, got 1D array"),
        (np.ones((2, 2, 2)), ValueError, r"X must be a series of shape \(n_steps, n_features\)"),
        (np.ones((2, 2, 2, 2)), ValueError, "an array of 4 dimensions"),
        (np.ones((0, 2)), ValueError, "0 sample"),
        (np.ones((2, 0)), ValueError, "0 feature"),
        (np.array([["a"]]), ValueError, "could not convert|not compatible|Unable to convert"),
        (np.array([["a"]], dtype=object), ValueError, "could not convert string"),
        (np.ones((2, 2), dtype=complex), ValueError, "Complex data not supported"),
        (np.array([[1.0], [-np.inf]]), ValueError, r"X contains infinity \(row 1, feature 0\)"),
        (sparse.csr_array(np.eye(3)), TypeError, "Sparse data was passed"),
    ],
)
def test_what_is_no_series_is_refused(X, error, words):
    with pytest.raises(error, match=words):
        as_series(X)


@pytest.mark.parametrize(
    ("X", "words"),
    [
        (np.ones(3), "Expected 2D array, got 1D array"),
        (np.ones((2, 2, 2, 2)), r"X must be windows of shape .* an array of 4 dimensions"),
        (np.ones((0, 2, 2)), "0 sample"),
        (np.ones((2, 0, 2)), "X must not be empty, got windows of shape|0 feature"),
        (np.ones((2, 2, 0)), r"X must not be empty, got windows of shape \(2, 2, 0\)"),
        (np.ones((2, 2), dtype=complex), "Complex data not supported"),
    ],
)
def test_what_is_no_windows_is_refused(X, words):
    with pytest.raises(ValueError, match=words):
        as_windows(X)


def test_missing_values_are_taken():
    X = np.array([[np.nan, 1.0], [2.0, np.nan]])
    np.testing.assert_array_equal(as_series(X), X)
    np.testing.assert_array_equal(as_windows(X)[:, :, 0], X)


def test_univariate_windows_get_a_third_axis():
    X = np.arange(6.0).reshape(3, 2)
    windows = as_windows(X)
    assert windows.shape == (3, 2, 1)
    np.testing.assert_array_equal(windows[:, :, 0], X)


@pytest.mark.parametrize("kind", [lambda frame: frame, pl.from_pandas], ids=["pandas", "polars"])
@pytest.mark.parametrize("seed", [None, 0, 1])
def test_flat_frames_are_read_back_in_any_order_of_columns(kind, seed):
    frame = flat_frame(VALUES)
    if seed is not None:
        order = np.random.default_rng(seed).permutation(frame.shape[1])
        features = list(dict.fromkeys(frame.columns[order].str.split("@").str[0]))
        frame = frame.iloc[:, order]
    else:
        features = ["open", "close"]
    expected = VALUES[:, :, [["open", "close"].index(name) for name in features]]
    windows = as_windows(kind(frame))
    np.testing.assert_array_equal(windows, expected)
    np.testing.assert_array_equal(flatten_windows(windows, list(frame.columns)), frame)


def test_flat_frames_are_read_without_a_copy():
    table = np.arange(24.0).reshape(4, 6)
    frame = pd.DataFrame(table, columns=step_names(["a", "b"], 3), copy=False)
    assert np.shares_memory(as_windows(frame), table)


def test_names_of_columns_can_be_given_for_an_array():
    names = step_names(["open", "close"], 3)
    np.testing.assert_array_equal(as_windows(VALUES.reshape(4, 6), names=names), VALUES)
    # They are names of six columns; another number of columns is not meant by them.
    assert as_windows(np.ones((4, 5)), names=names).shape == (4, 5, 1)
    # A frame has its own names.
    frame = pd.DataFrame(np.ones((4, 6)), columns=list("abcdef"))
    assert as_windows(frame, names=names).shape == (4, 6, 1)


@pytest.mark.parametrize("drop", ["open@t-2", "close@t-0"])
def test_an_incomplete_set_of_named_steps_is_refused(drop):
    frame = flat_frame(VALUES).drop(columns=drop)
    words = "2 features of 3 steps .* make 6 different names, got 5 in 5 columns"
    with pytest.raises(ValueError, match=words):
        as_windows(frame)
    assert not is_windows(frame)


def test_a_step_named_twice_is_refused():
    frame = flat_frame(VALUES)
    frame.columns = [*frame.columns[:-1], frame.columns[0]]
    with pytest.raises(ValueError, match="not a complete set"):
        as_windows(frame)


@pytest.mark.parametrize(
    ("X", "three_axes", "windows"),
    [
        (VALUES, True, True),
        (VALUES.tolist(), True, True),
        (VALUES[0], False, False),
        (flat_frame(VALUES), False, True),
        (pl.from_pandas(flat_frame(VALUES)), False, True),
        (pd.DataFrame(VALUES[0], columns=["a@t-1", "b"]), False, False),
        (np.ones(3), False, False),
    ],
)
def test_windows_are_told_from_series(X, three_axes, windows):
    assert has_three_axes(X) is three_axes
    assert is_windows(X) is windows


def sliding(series, lookback):
    """Return the overlapping windows of a series, a view."""
    view = np.lib.stride_tricks.sliding_window_view(series, lookback, axis=0)
    return view.swapaxes(1, 2)


RNG = np.random.default_rng(0)
SERIES = RNG.normal(size=(20, 2))
BLOCK = np.random.default_rng(1).normal(size=(6, 4, 2))


@pytest.mark.parametrize(
    ("windows", "n_rows", "is_view"),
    [
        (sliding(SERIES, 5), 20, True),
        (sliding(SERIES, 5)[::2], 19, True),
        (sliding(SERIES, 5)[::5], 20, True),
        (sliding(SERIES, 5)[::6], 15, False),
        (sliding(SERIES, 1), 20, True),
        (sliding(SERIES, 20), 20, True),
        (sliding(SERIES, 5)[:, :, 1:], 20, True),
        (sliding(SERIES, 5)[::-1], 80, False),
        (BLOCK, 24, True),
        (BLOCK[:, :, :1], 24, True),
        (BLOCK[:, 1:], 18, False),
        (BLOCK[:, ::2], 12, True),
        (BLOCK[:, ::-1], 24, False),
        (BLOCK[::2], 12, False),
        (np.asfortranarray(BLOCK), 24, False),
        (np.broadcast_to(BLOCK[:1], (6, 4, 2)), 24, False),
        (np.broadcast_to(BLOCK[:, :1], (6, 4, 2)), 24, False),
        (BLOCK[:1], 4, True),
    ],
)
def test_windows_are_slices_of_their_rows(windows, n_rows, is_view):
    rows, starts = window_rows(windows)
    for start, window in zip(starts, windows, strict=True):
        np.testing.assert_array_equal(rows[start : start + len(window)], window)
    assert np.shares_memory(rows, windows) is is_view
    assert len(rows) in (n_rows, windows.shape[0] * windows.shape[1])
    assert starts.dtype == np.int64


def flat_view(series, lookback):
    """Return what a windower with flatten=True makes of a series, a view."""
    row, item = series.strides
    shape = len(series) - lookback + 1, lookback * series.shape[1]
    return np.lib.stride_tricks.as_strided(series, shape, (row, item), writeable=False)


@pytest.mark.parametrize("rows", [slice(None), slice(3, 5), slice(4, None)])
@pytest.mark.parametrize("n_features", [2, 5])
def test_flat_windows_that_lost_their_names_are_refused(n_features, rows, rng):
    flat = flat_view(rng.normal(size=(20, n_features)), 3)[rows]
    words = rf"X is flat windows of {n_features} features without .* leave out flatten=True"
    with pytest.raises(ValueError, match=words):
        as_windows(flat)
    names = step_names([f"x{feature}" for feature in range(n_features)], 3)
    assert as_windows(flat, names=names).shape == (len(flat), 3, n_features)
    assert as_windows(flat[:, :, np.newaxis]).shape == (*flat.shape, 1)


@pytest.mark.parametrize(
    "X",
    [
        flat_view(SERIES[:, :1].copy(), 3),
        flat_view(SERIES[:, :1].copy(), 3)[::2],
        np.lib.stride_tricks.sliding_window_view(SERIES[:, 0], 6)[::2],
        np.lib.stride_tricks.sliding_window_view(np.arange(20.0), 6)[::2],
        SERIES,
        SERIES[:, ::-1],
        SERIES[:1],
        np.asfortranarray(SERIES),
        np.broadcast_to(SERIES[:1], (20, 2)),
        flat_view(SERIES, 2)[:1],
    ],
)
def test_windows_of_one_feature_are_not_taken_for_such(X):
    np.testing.assert_array_equal(as_windows(X)[:, :, 0], X)


@pytest.mark.parametrize("chunk", [1, 3, 1 << 16])
def test_observed_rows_are_those_without_nan(monkeypatch, chunk):
    monkeypatch.setattr(_shapes, "_CHUNK_ROWS", chunk)
    rows = np.ones((7, 2))
    rows[[0, 4, 6]] = np.nan
    expected = [False, True, True, True, False, True, False]
    np.testing.assert_array_equal(observed_rows(rows), expected)


@pytest.mark.parametrize("chunk", [1, 3, 1 << 16])
@pytest.mark.parametrize(
    ("value", "words"),
    [
        (np.nan, r"X has a step that is only partly NaN \(row 5, feature 1\)"),
        (np.inf, r"X contains infinity \(row 5, feature 1\)"),
        (-np.inf, r"X contains infinity \(row 5, feature 1\)"),
    ],
)
def test_rows_that_are_not_wholly_finite_or_nan_are_refused(monkeypatch, chunk, value, words):
    monkeypatch.setattr(_shapes, "_CHUNK_ROWS", chunk)
    rows = np.ones((7, 2))
    rows[1] = np.nan
    rows[5, 1] = value
    with pytest.raises(ValueError, match=words):
        observed_rows(rows)


@pytest.mark.parametrize("chunk", [1, 3, 1 << 16])
def test_infinity_is_found_in_whichever_chunk_it_is(monkeypatch, chunk):
    monkeypatch.setattr(_shapes, "_CHUNK_ROWS", chunk)
    rows = np.full((7, 2), np.nan)
    refuse_infinity(rows)
    rows[4, 0] = np.inf
    with pytest.raises(ValueError, match=r"X contains infinity \(row 4, feature 0\)"):
        refuse_infinity(rows)


@pytest.mark.parametrize("windows", [sliding(SERIES, 5), sliding(SERIES, 5)[::2], BLOCK])
def test_rows_are_named_by_their_place_in_the_windows(windows):
    rows, starts = window_rows(windows)
    where = place_in_windows(starts, windows.shape[1])
    for row, values in enumerate(rows):
        sample, step = (int(part.split()[1]) for part in where(row).split(", "))
        np.testing.assert_array_equal(windows[sample, step], values)
