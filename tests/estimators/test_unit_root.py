"""Does a feature wander? The regression of Dickey and Fuller over windows."""

import numpy as np
import pytest

from sklstm.data import WindowSet
from sklstm.estimators._differencing import CRITICAL_VALUE, unit_root_statistic

RNG = np.random.default_rng(0)
NOISE = RNG.normal(size=600)


def returning(rate):
    """A series that goes back to zero by this share a step."""
    values = np.zeros(600)
    for t in range(1, 600):
        values[t] = (1 - rate) * values[t - 1] + NOISE[t]
    return values


def windows_of(series, lookback=10):
    view = np.lib.stride_tricks.sliding_window_view(series, lookback)
    return WindowSet.from_array(view[:, :, np.newaxis])


def least_squares(windows, n_lags, weight=None):
    """The t value of the level by the textbook, window by window."""
    newest = np.array([w[-1] - w[-2] for w in windows])
    columns = [[1, w[-2], *np.diff(w)[-1 - n_lags : -1]] for w in windows]
    A, weight = np.array(columns), np.ones(len(windows)) if weight is None else weight
    inverse = np.linalg.inv(A.T @ (weight[:, np.newaxis] * A))
    slopes = inverse @ (A.T @ (weight * newest))
    error = newest - A @ slopes
    n_free = weight.sum() ** 2 / (weight**2).sum() - A.shape[1]
    variance = (weight * error**2).sum() / n_free
    return slopes[1] / np.sqrt(variance * inverse[1, 1])


SERIES = {
    "random walk": (NOISE.cumsum(), True),
    "random walk on a far level": (NOISE.cumsum() + 1e6, True),
    "upwards": (NOISE.cumsum() + np.arange(600), True),
    "a line": (np.arange(600.0), True),
    "growth": (1.01 ** np.arange(600), True),
    "returns slowly": (returning(0.05), False),
    "returns at once": (NOISE, False),
    "wave": (np.sin(np.arange(600) / 9) + 0.1 * NOISE, False),
    "wave without noise": (np.sin(np.arange(600) / 9), False),
    "two values": ((np.arange(600) % 7 > 4).astype(float), False),
    "constant": (np.full(600, 7.3), False),
}


@pytest.mark.parametrize(("series", "wanders"), SERIES.values(), ids=SERIES)
def test_what_wanders_and_what_returns(series, wanders):
    t = unit_root_statistic(windows_of(series), 0)
    assert (t > CRITICAL_VALUE) == wanders
    huge = unit_root_statistic(windows_of(series * 1e200), 0)
    tiny = unit_root_statistic(windows_of(series * 1e-200), 0)
    assert (huge > CRITICAL_VALUE) == (tiny > CRITICAL_VALUE) == wanders


@pytest.mark.parametrize("lookback", [2, 3, 5, 6, 12])
def test_statistic_is_that_of_least_squares(lookback):
    series = returning(0.1)
    windows = np.lib.stride_tricks.sliding_window_view(series, lookback)
    expected = least_squares(windows, min(4, lookback - 2))
    assert unit_root_statistic(windows_of(series, lookback), 0) == pytest.approx(expected, rel=1e-8)


def test_a_published_implementation_agrees():
    # statsmodels 0.15, adfuller(x, maxlag=4, regression="c", autolag=None)[0] of this series
    x = np.sin(np.arange(120) ** 1.3 / 7) + np.arange(120) % 5
    windows = windows_of(x, 6)
    assert unit_root_statistic(windows, 0) == pytest.approx(-3.5247893967749793, rel=1e-9)


def test_weights_that_repeat_count_as_repetitions_do(rng):
    series = returning(0.1)[:100]
    windows = np.lib.stride_tricks.sliding_window_view(series, 6)
    chosen = rng.random(len(windows)) < 0.5
    weighted = unit_root_statistic(windows_of(series, 6), 0, chosen.astype(float))
    alone = unit_root_statistic(WindowSet.from_array(windows[chosen][:, :, np.newaxis]), 0)
    assert weighted == pytest.approx(alone, rel=1e-9)
    uneven = rng.uniform(0.5, 1.0, len(windows))
    expected = least_squares(windows, 4, uneven)
    assert unit_root_statistic(windows_of(series, 6), 0, uneven) == pytest.approx(expected)


def test_windows_too_short_for_the_lags_are_left_out():
    series = returning(0.1)
    full = np.lib.stride_tricks.sliding_window_view(series, 8)[:, :, np.newaxis].copy()
    short = full[:50].copy()
    short[:, :-2] = np.nan
    both = WindowSet.from_array(np.concatenate([short, full]))
    assert unit_root_statistic(both, 0) == unit_root_statistic(WindowSet.from_array(full), 0)


def test_of_many_windows_some_are_taken_all_along(monkeypatch):
    series = returning(0.1)
    windows = windows_of(series, 6)  # 595 of them
    monkeypatch.setattr("sklstm.estimators._differencing._MOST_WINDOWS", 200)
    assert unit_root_statistic(windows, 0) == unit_root_statistic(
        windows.take(slice(0, None, 3)), 0
    )


def test_too_little_to_tell_it_by_counts_as_returning():
    walk = NOISE.cumsum()
    assert unit_root_statistic(windows_of(walk, 1), 0) == -np.inf
    few = np.lib.stride_tricks.sliding_window_view(walk, 8)[:2, :, np.newaxis]
    assert unit_root_statistic(WindowSet.from_array(few), 0) == -np.inf


def test_each_feature_is_looked_at_by_itself():
    both = np.stack([NOISE.cumsum(), returning(0.3)], axis=1)
    view = np.lib.stride_tricks.sliding_window_view(both, 10, axis=0).swapaxes(1, 2)
    windows = WindowSet.from_array(view)
    for k in range(2):
        alone = windows_of(both[:, k])
        assert unit_root_statistic(windows, k) == unit_root_statistic(alone, 0)
