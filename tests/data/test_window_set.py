"""Windows as slices of observed rows."""

import numpy as np
import pytest

from sklstm.data import WindowSet

RNG = np.random.default_rng(0)


def with_missing(windows, share, seed=0):
    """Return a copy in which a share of the steps is missing, but never all of a window."""
    windows = windows.copy()
    missing = np.random.default_rng(seed).random(windows.shape[:2]) < share
    missing[np.arange(len(windows)), np.arange(len(windows)) % windows.shape[1]] = False
    windows[missing] = np.nan
    return windows


def series_with_missing(rng, share):
    series = rng.normal(size=(40, 3))
    series[np.random.default_rng(3).random(40) < share] = np.nan
    series[:4] = np.nan
    return series


def observed_steps(window):
    return window[~np.isnan(window).any(axis=1)]


def padded_view(series, lookback):
    view = np.lib.stride_tricks.sliding_window_view(series, lookback, axis=0)
    return view.swapaxes(1, 2)


SEPARATE = RNG.normal(size=(9, 5, 2))
CASES = {
    "separate": SEPARATE,
    "separate, missing": with_missing(SEPARATE, 0.5),
    "univariate": with_missing(RNG.normal(size=(7, 6, 1)), 0.3),
    "one sample": with_missing(RNG.normal(size=(1, 6, 2)), 0.3),
    "one step": RNG.normal(size=(6, 1, 2)),
    "overlapping": padded_view(RNG.normal(size=(20, 2)), 6),
    "overlapping, missing": padded_view(series_with_missing(RNG, 0.3), 8),
    "fortran": np.asfortranarray(with_missing(SEPARATE, 0.4)),
    "float32": with_missing(SEPARATE, 0.5).astype(np.float32),
}


@pytest.fixture(params=CASES.values(), ids=CASES.keys())
def windows(request):
    return request.param


def test_each_window_is_the_sequence_of_its_observed_steps(windows):
    window_set = WindowSet.from_array(windows)
    assert len(window_set) == len(windows)
    assert window_set.n_features == windows.shape[2]
    assert window_set.rows.dtype == windows.dtype
    for window, start, length in zip(windows, window_set.starts, window_set.lengths, strict=True):
        np.testing.assert_array_equal(
            window_set.rows[start : start + length], observed_steps(window)
        )


def test_rows_of_complete_windows_are_a_view(rng):
    series = rng.normal(size=(1000, 2))
    window_set = WindowSet.from_array(padded_view(series, 100))
    assert np.shares_memory(window_set.rows, series)
    assert len(window_set.rows) == len(series)


def test_overlapping_windows_share_rows_when_steps_are_missing(rng):
    series = series_with_missing(rng, 0.3)
    window_set = WindowSet.from_array(padded_view(series, 8))
    np.testing.assert_array_equal(window_set.rows, observed_steps(series))


@pytest.mark.parametrize("index", [slice(None), slice(1, 4), np.array([4, 0, 0, 2])])
def test_padded_windows_begin_at_their_first_step_and_repeat_their_last(index):
    windows = CASES["separate, missing"]
    values, lengths = WindowSet.from_array(windows).padded(index)
    sequences = [observed_steps(window) for window in windows[index]]
    assert values.shape[1] == max(len(sequence) for sequence in sequences)
    for value, length, sequence in zip(values, lengths, sequences, strict=True):
        np.testing.assert_array_equal(value[:length], sequence)
        repeated = np.broadcast_to(sequence[-1], (len(value) - length, 2))
        np.testing.assert_array_equal(value[length:], repeated)


@pytest.mark.parametrize("index", [slice(2, 5), np.array([3, 3, 1])])
def test_taken_windows_are_those_at_the_index(windows, index):
    window_set = WindowSet.from_array(np.concatenate([windows] * 6))
    taken = window_set.take(index)
    for left, right in zip(taken.padded(slice(None)), window_set.padded(index), strict=True):
        np.testing.assert_array_equal(left, right)


def test_rows_can_be_replaced():
    window_set = WindowSet.from_array(CASES["overlapping, missing"])
    scaled = window_set.with_rows(2 * window_set.rows)
    np.testing.assert_array_equal(
        scaled.padded(slice(None))[0], 2 * window_set.padded(slice(None))[0]
    )


@pytest.mark.parametrize("index", [slice(None), np.array([3, 0, 3])])
def test_features_can_be_measured_from_the_first_step(index):
    windows = WindowSet.from_array(CASES["overlapping, missing"])
    plain, lengths = windows.padded(index)
    relative = windows.with_rows(windows.rows, np.array([False, True, True]))
    values, _ = relative.take(slice(None)).padded(index)
    np.testing.assert_array_equal(values[:, :, 0], plain[:, :, 0])
    np.testing.assert_array_equal(values[:, :, 1:], plain[:, :, 1:] - plain[:, :1, 1:])
    # Rows of their own hold the differences, which are not taken a second time.
    apart = relative.compact(index)
    for k, (start, length) in enumerate(zip(apart.starts, lengths, strict=True)):
        np.testing.assert_array_equal(apart.rows[start : start + length], values[k, :length])
    np.testing.assert_array_equal(apart.padded(slice(None))[0], values)
    newest = plain[np.arange(len(lengths)), lengths - 1]
    np.testing.assert_array_equal(relative.rows[relative.take(index).newest_rows], newest)


@pytest.mark.parametrize("weighted", [False, True])
def test_rows_weigh_as_often_as_they_occur(windows, weighted):
    window_set = WindowSet.from_array(windows)
    sample_weight = np.random.default_rng(5).random(len(windows)) if weighted else None
    expected = np.zeros(len(window_set.rows))
    for sample in range(len(windows)):
        start, length = window_set.starts[sample], window_set.lengths[sample]
        expected[start : start + length] += 1 if sample_weight is None else sample_weight[sample]
    weight = window_set.row_weight(sample_weight)
    np.testing.assert_allclose(weight, expected, rtol=1e-12, atol=1e-15)
    assert weight.dtype == np.float64


def test_rows_in_no_window_weigh_exactly_nothing(rng):
    window_set = WindowSet.from_array(padded_view(rng.normal(size=(30, 1)), 3))
    some = window_set.take(np.array([0, 1, 20]))
    weight = some.row_weight(np.array([0.1, 0.2, 0.7]))
    assert (weight[[4, 10, 19, 23, 29]] == 0).all()
    assert (weight[[0, 1, 2, 3, 20, 21, 22]] > 0).all()


def broken(value, features=slice(None)):
    windows = SEPARATE.copy()
    windows[2, 3, features] = value
    return windows


def all_missing():
    windows = SEPARATE.copy()
    windows[4] = np.nan
    return windows


@pytest.mark.parametrize(
    ("windows", "words"),
    [
        (broken(np.inf), r"X contains infinity \(sample 2, step 3, feature 0\)"),
        (broken(np.nan, 1), r"only partly NaN \(sample 2, step 3, feature 1\)"),
        (all_missing(), r"no observed step \(sample 4\): all of its 5 steps are NaN"),
    ],
)
def test_windows_that_cannot_be_read_are_refused(windows, words):
    with pytest.raises(ValueError, match=words):
        WindowSet.from_array(windows)


def test_compact_windows_have_rows_of_their_own():
    rows = np.arange(24.0).reshape(12, 2)
    windows = WindowSet(rows, np.array([4, 0, 5]), np.array([3, 2, 4]))
    index = np.array([2, 0, 1])
    apart = windows.compact(index)
    for sample, expected in enumerate(index):
        values, length = windows.padded(slice(expected, expected + 1))
        found = apart.rows[apart.starts[sample] :][: apart.lengths[sample]]
        assert apart.lengths[sample] == length[0]
        np.testing.assert_array_equal(found, values[0])
    assert not np.shares_memory(apart.rows, rows)


@pytest.mark.parametrize("name", CASES)
def test_row_numbers_are_those_of_one_window_after_the_other(name, rng):
    windows = CASES[name]
    found, order = WindowSet.from_array(windows), rng.permutation(len(windows))[:4]
    expected = np.concatenate([observed_steps(windows[k]) for k in order])
    np.testing.assert_array_equal(found.rows[found.row_numbers(order)], expected)
