"""`PersistenceRegressor` against the definition, on series with and without gaps."""

import math

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline

from sklstm.baselines import PersistenceRegressor
from sklstm.data import forecast_pairs
from sklstm.preprocessing import SequenceWindower

RNG = np.random.default_rng(0)
SERIES = RNG.normal(size=60)
WINDOWS = RNG.normal(size=(40, 9))
WINDOWS[RNG.random((40, 9)) < 0.6] = np.nan
WINDOWS[np.arange(40), np.arange(40) % 9] = RNG.normal(size=40)


def naive(window, season, horizon):
    """Go back whole seasons from what is to be predicted to the first value that is known."""
    row = len(window) - 1 + horizon
    while row >= 0:
        row -= season
        if 0 <= row < len(window) and not np.isnan(window[row]):
            return window[row]
    return window[~np.isnan(window)][-1]


@pytest.mark.parametrize("season", [1, 2, 3, 7, 9])
@pytest.mark.parametrize("horizon", [1, 2, 3, 4, 7, 15])
def test_repeats_the_newest_known_value_of_the_season(season, horizon):
    expected = [naive(window, season, horizon) for window in WINDOWS]
    model = PersistenceRegressor(season, horizon=horizon).fit(WINDOWS, np.ones(40))
    np.testing.assert_array_equal(model.predict(WINDOWS), expected)


@pytest.mark.parametrize("season", [1, 2, 7])
@pytest.mark.parametrize("horizon", [1, 3, 7, 10])
def test_equals_the_seasonal_naive_forecast_of_a_series(season, horizon):
    X, y = forecast_pairs(SERIES, horizon)
    model = make_pipeline(SequenceWindower(9), PersistenceRegressor(season, horizon=horizon))
    predicted = model.fit(X, y).predict(X)
    back = season * math.ceil(horizon / season)
    # y[t] is SERIES[t + horizon], and the forecast of it the value `back` rows before.
    rows = np.arange(9, len(y))
    np.testing.assert_array_equal(predicted[rows], SERIES[rows + horizon - back])


def test_a_series_of_pure_season_is_predicted_exactly():
    series = np.tile([1.0, 5.0, 2.0, 8.0], 10)
    X, y = forecast_pairs(series, [1, 2, 3, 4, 5])
    model = make_pipeline(
        SequenceWindower(4), PersistenceRegressor(4, horizon=[1, 2, 3, 4, 5])
    ).fit(X, y)
    np.testing.assert_array_equal(model.predict(X)[3:], y[3:])


def test_every_column_has_its_horizon():
    horizons = (5, 1, 2)
    y = np.ones((40, 3))
    several = PersistenceRegressor(3, horizon=horizons).fit(WINDOWS, y).predict(WINDOWS)
    for column, horizon in enumerate(horizons):
        model = PersistenceRegressor(3, horizon=horizon).fit(WINDOWS, y[:, 0])
        np.testing.assert_array_equal(several[:, column], model.predict(WINDOWS))
    single = PersistenceRegressor(3, horizon=[2]).fit(WINDOWS, y[:, 0]).predict(WINDOWS)
    np.testing.assert_array_equal(single, several[:, 2])


def test_one_horizon_for_several_columns_is_warned_of_with_a_season():
    y = np.ones((40, 4))
    with pytest.warns(UserWarning, match=r"y has 4 columns, and horizon=2 .* such as \[1, 2, 3\]"):
        PersistenceRegressor(3, horizon=2).fit(WINDOWS, y)
    PersistenceRegressor(horizon=2).fit(WINDOWS, y)  # the last value, whatever the horizon


def test_without_a_value_of_the_season_the_last_one_is_repeated():
    windows = np.array([[np.nan, 4.0, np.nan, 6.0, 7.0, np.nan], [1.0, 2, 3, 4, 5, 6]])
    model = PersistenceRegressor(season=3).fit(windows, [0.0, 0.0])
    # Steps -3 and -6 are of the season: the first one is observed in the first window.
    np.testing.assert_array_equal(model.predict(windows), [6.0, 4.0])
    windows[0, 3] = np.nan
    np.testing.assert_array_equal(model.predict(windows), [7.0, 4.0])
    windows[0, 0] = 9.0
    np.testing.assert_array_equal(model.predict(windows), [9.0, 4.0])


@pytest.mark.parametrize(
    ("season", "horizon", "lookback", "needed"),
    [(7, 1, 6, 7), (7, 3, 4, 5), (7, 8, 6, 7), (4, [4, 2], 2, 3)],
)
def test_windows_must_hold_a_season(season, horizon, lookback, needed):
    y = np.ones(5) if np.ndim(horizon) == 0 else np.ones((5, 2))
    words = rf"season={season} with horizon=.* takes a lookback of at least {needed}; X has windo"
    model = PersistenceRegressor(season, horizon=horizon)
    with pytest.raises(ValueError, match=words):
        model.fit(np.ones((5, lookback)), y)
    model.fit(np.ones((5, needed, 1)), y)
    with pytest.raises(ValueError, match=words):
        model.predict(np.ones((5, lookback, 1)))


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"season": 0}, "The 'season' parameter of PersistenceRegressor must be"),
        ({"season": 1.0}, "The 'season' parameter of PersistenceRegressor must be"),
        ({"horizon": 0}, "The 'horizon' parameter of PersistenceRegressor must be"),
        ({"horizon": 1.5}, "The 'horizon' parameter of PersistenceRegressor must be"),
        ({"horizon": [0]}, r"horizon=\[0\] is not possible: it takes integers of at least 1"),
        ({"horizon": [1.0]}, r"horizon=\[1\.0\] is not possible"),
        ({"horizon": [True]}, r"horizon=\[True\] is not possible"),
        ({"horizon": [1, 2]}, r"horizon=\[1, 2\] must have one number for each column of y.* 1"),
        ({"horizon": []}, r"horizon=\[\] must have one number for each column of y"),
    ],
)
def test_wrong_parameters_are_named(parameters, words):
    with pytest.raises(ValueError, match=words):
        PersistenceRegressor(**parameters).fit(WINDOWS, np.ones(40))
