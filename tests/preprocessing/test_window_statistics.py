"""Centre and scale against scikit-learn's scalers and plain loops, and their independence."""

from fractions import Fraction

import numpy as np
import pytest
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from sklstm.preprocessing import _window_statistics as module
from sklstm.preprocessing._series_statistics import trailing_statistics
from sklstm.preprocessing._window_statistics import (
    block_statistics,
    expanding_statistics,
    scale_rows,
    unscale_rows,
    window_statistics,
)

METHODS = ["minmax", "standard", "first", "last"]
RNG = np.random.default_rng(0)
SERIES = 50 + RNG.normal(size=(60, 3)).cumsum(axis=0)
WINDOWS = 50 + RNG.normal(size=(40, 9, 2)).cumsum(axis=1)


def with_gaps(values, share=0.3):
    values = values.copy()
    values[np.random.default_rng(1).random(values.shape) < share] = np.nan
    return values


def naive(values, method, feature_range=(0, 1)):
    """Return centre and scale of one feature in one window, by scikit-learn and by definition."""
    known = values[~np.isnan(values)]
    if len(known) == 0:
        return (0.0 if method in ("first", "last") else np.nan), np.nan
    if method == "minmax":
        scaler = MinMaxScaler(feature_range).fit(known[:, np.newaxis])
        scale = 1.0 if known.min() == known.max() else 1 / scaler.scale_[0]
        return known.min() - feature_range[0] * scale, scale
    if method == "standard":
        scaler = StandardScaler().fit(known[:, np.newaxis])
        return scaler.mean_[0], scaler.scale_[0]
    divisor = known[0 if method == "first" else -1]
    return 0.0, divisor if divisor != 0 else 1.0


def naive_rows(windows, method, feature_range=(0, 1)):
    """Return centre and scale, each (n_windows, n_features), of a list of windows."""
    pairs = [
        [naive(window[:, feature], method, feature_range) for feature in range(window.shape[1])]
        for window in windows
    ]
    return np.moveaxis(np.array(pairs), 2, 0)


def assert_statistics(actual, expected):
    np.testing.assert_allclose(actual[0], expected[0], rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(actual[1], expected[1], rtol=1e-9)


def trailing_windows(series, size):
    return [series[max(0, row - size + 1) : row + 1] for row in range(len(series))]


@pytest.mark.parametrize("feature_range", [(0, 1), (-1, 1), (2.0, 5.0)])
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "windows",
    [WINDOWS, with_gaps(WINDOWS), with_gaps(WINDOWS, 0.9), WINDOWS[:1], WINDOWS[:, :1]],
    ids=["full", "gaps", "nearly empty", "one window", "one step"],
)
def test_windows(windows, method, feature_range):
    assert_statistics(
        window_statistics(windows, method, feature_range),
        naive_rows(windows, method, feature_range),
    )


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("size", [1, 7, 20, 59, 60, 100, None])
@pytest.mark.parametrize("series", [SERIES, with_gaps(SERIES)], ids=["full", "gaps"])
def test_blocks(series, size, method):
    starts = [row - row % (size or 60) for row in range(len(series))]
    windows = [series[start : start + (size or 60)] for start in starts]
    actual = block_statistics(series, size, method, (0, 1))
    assert_statistics(actual, naive_rows(windows, method))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "series",
    [SERIES, with_gaps(SERIES), with_gaps(SERIES, 0.95), SERIES[:1]],
    ids=["full", "gaps", "nearly empty", "one row"],
)
def test_all_rows_so_far(series, method):
    expected = naive_rows(trailing_windows(series, len(series)), method)
    assert_statistics(expanding_statistics(series, None, method, (0, 1))[:2], expected)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("cuts", [[1], [20], [59], [3, 17, 18, 40]])
def test_all_rows_so_far_go_on_to_the_last_bit(method, cuts):
    series = with_gaps(SERIES, 0.5)
    whole = expanding_statistics(series, None, method, (-1, 1))
    state, parts = None, []
    for part in np.split(series, cuts):
        center, scale, state = expanding_statistics(part, state, method, (-1, 1))
        parts.append((center, scale))
    np.testing.assert_array_equal(np.concatenate(parts, axis=1), whole[:2])
    np.testing.assert_array_equal(state, whole[2])


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_windows_do_not_depend_on_each_other_to_the_last_bit(monkeypatch, method, dtype):
    windows = with_gaps(np.concatenate([WINDOWS] * 3, axis=1), 0.2).astype(dtype)
    together = np.array(window_statistics(windows, method, (0, 1)))
    for chunk in (1, 150, 1000):
        monkeypatch.setattr(module, "_CHUNK_VALUES", chunk)
        np.testing.assert_array_equal(window_statistics(windows, method, (0, 1)), together)
    alone = [window_statistics(window[np.newaxis], method, (0, 1)) for window in windows]
    np.testing.assert_array_equal(np.concatenate(alone, axis=1), together)
    fortran = window_statistics(np.asfortranarray(windows), method, (0, 1))
    np.testing.assert_array_equal(fortran, together)
    missing = np.full((len(windows), 13, 2), np.nan, dtype=dtype)
    longer = window_statistics(np.concatenate([missing, windows], axis=1), method, (0, 1))
    np.testing.assert_array_equal(longer, together)


CONSTANTS = [0.0, 0.1, -1e-30, 1.0 / 3.0, 12345.678, 1e15]


@pytest.mark.parametrize("value", CONSTANTS)
@pytest.mark.parametrize("n_steps", [1, 3, 250])
@pytest.mark.parametrize("method", ["minmax", "standard"])
def test_constant_windows_have_scale_one_exactly(value, n_steps, method):
    series = np.full((n_steps, 1), value)
    for statistics in (
        window_statistics(series[np.newaxis], method, (0, 1)),
        trailing_statistics(series, series[:0], n_steps, method, (0, 1)),
        block_statistics(series, None, method, (0, 1)),
        expanding_statistics(series, None, method, (0, 1))[:2],
    ):
        assert (statistics[0] == value).all()
        assert (statistics[1] == 1).all()


@pytest.mark.parametrize("method", ["minmax", "standard"])
def test_windows_that_are_constant_but_for_rounding_have_scale_one(method):
    series = np.where(np.arange(50) % 2, 1e10, np.nextafter(1e10, 2e10))[:, np.newaxis]
    assert np.ptp(series) > 0
    assert window_statistics(series[np.newaxis], method, (0, 1))[1] == 1
    assert (expanding_statistics(series, None, method, (0, 1))[1] == 1).all()


@pytest.mark.parametrize("offset", [0.0, 1e6, 1e9])
def test_deviation_of_large_values_is_sound(offset, rng):
    series = offset + np.round(rng.normal(size=(2000, 1)), 3)
    expected = np.std(series - offset)
    assert window_statistics(series[np.newaxis], "standard", (0, 1))[1] == pytest.approx(
        expected, rel=1e-6
    )
    scale = expanding_statistics(series, None, "standard", (0, 1))[1]
    assert scale[-1] == pytest.approx(expected, rel=1e-6)


def test_deviation_of_a_drifting_series_is_sound(rng):
    series = np.linspace(0, 1e8, 5000)[:, np.newaxis] + rng.normal(size=(5000, 1))
    scale = expanding_statistics(series, None, "standard", (0, 1))[1]
    expected = [series[: row + 1].std() for row in (1, 10, 4999)]
    np.testing.assert_allclose(scale[[1, 10, 4999], 0], expected, rtol=1e-12)


@pytest.mark.parametrize("divisor", [0.0, -0.0, 5e-324])
@pytest.mark.parametrize("method", ["first", "last"])
def test_divisors_of_zero_are_one(method, divisor):
    series = np.array([[divisor], [2.0], [divisor]])
    assert window_statistics(series[np.newaxis], method, (0, 1))[1] == 1
    scale = expanding_statistics(series, None, method, (0, 1))[1]
    expected = [[1], [1], [1]] if method == "first" else [[1], [2], [1]]
    np.testing.assert_array_equal(scale, expected)


def test_divisors_may_be_negative():
    series = np.array([[[-2.0], [4.0]]])
    assert window_statistics(series, "first", (0, 1))[1] == -2


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("values", [SERIES, WINDOWS], ids=["rows", "windows"])
@pytest.mark.parametrize("chunk", [1, 1 << 18])
def test_rows_are_scaled_and_back_in_double_precision(monkeypatch, values, dtype, chunk, rng):
    monkeypatch.setattr(module, "_CHUNK_VALUES", chunk)
    values = values.astype(dtype)
    center, scale = rng.normal(size=(2, len(values), values.shape[-1]))
    axes = (slice(None), np.newaxis) if values.ndim == 3 else (slice(None),)
    exact = (values.astype(np.float64) - center[axes]) / scale[axes]
    scaled = scale_rows(values, center, scale)
    np.testing.assert_array_equal(scaled, exact.astype(dtype))
    back = unscale_rows(scaled, center, scale)
    np.testing.assert_allclose(back, values, rtol=20 * np.finfo(dtype).eps)
    assert scaled.dtype == back.dtype == dtype


@pytest.mark.parametrize("method", ["minmax", "standard"])
def test_noise_of_a_few_last_places_is_no_constant(method, rng):
    # A billionth on a million: nine units in the last place. Differences are exact, so that these
    # statistics are those of the differences from the first value, in exact arithmetic.
    series = 1e6 + 1e-9 * np.round(rng.normal(size=(40, 1)) * 4)
    exact = [
        [Fraction(x) - Fraction(series[0, 0]) for x in series[: row + 1, 0]] for row in range(40)
    ]
    scale = expanding_statistics(series, None, method, (0, 1))[1][5:, 0]
    expected = [_exact_scale(values, method) for values in exact[5:]]
    assert max(expected) < 1e-7
    np.testing.assert_allclose(scale, expected, rtol=1e-12)
    whole = window_statistics(series[np.newaxis], method, (0, 1))[1]
    trailing = trailing_statistics(series, series[:0], 40, method, (0, 1))[1][-1:]
    blocks = block_statistics(series, None, method, (0, 1))[1][-1:]
    np.testing.assert_allclose(
        [whole, trailing, blocks], np.full((3, 1, 1), expected[-1]), rtol=1e-12
    )


def _exact_scale(values, method):
    if method == "minmax":
        return float(max(values) - min(values))
    mean = sum(values) / len(values)
    return float(sum((x - mean) ** 2 for x in values) / len(values)) ** 0.5
