"""One season is taken for all series of a panel: seasons that differ by frequency are told."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge

from sklstm import Forecaster, PersistenceRegressor, SeasonalAdjuster, SeasonalDifferencer

RNG = np.random.default_rng(0)


def wave(freq, n_rows, season):
    """Return rows with a season of that many, of no season with 1."""
    index = pd.date_range("2010-01-01", periods=n_rows, freq=freq)
    level = 50 + 10 * np.sin(2 * np.pi * np.arange(n_rows) / season) if season > 1 else 50
    return pd.Series(level + RNG.normal(size=n_rows), index)


MONTHS, QUARTERS = wave("MS", 120, 12), wave("QS", 60, 4)
HOURS, DAYS = wave("h", 400, 24), wave("D", 200, 7)
NO_SEASON = wave("QS", 60, 1)


def told(parts, **options):
    """Return what `fit` warns of."""
    panel = pd.concat(parts, names=["name", "time"]).to_frame("value")
    options = {"by": "name", "calibration_size": None, "theta_part": False} | options
    estimator = options.pop("estimator", Ridge())
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        Forecaster(estimator, **options).fit(panel)
    return [str(one.message) for one in caught]


@pytest.mark.parametrize(
    ("parts", "seasons", "taken"),
    [
        (
            {"m": MONTHS, "q": QUARTERS},
            "12 rows in series 'm' of frequency 'MS', 4 rows in series 'q' of frequency 'QS",
            "12 rows",
        ),
        ({"q": QUARTERS, "m": MONTHS}, "4 rows in series 'q'.*, 12 rows in series 'm'", "4 rows"),
        (
            {"d": DAYS, "h": HOURS, "i": HOURS + 1},
            "7 rows in series 'd' of frequency 'D', 24 rows in series 'h' of frequency 'h'",
            "7 rows",
        ),
        ({"m": MONTHS, "q": NO_SEASON}, "12 rows in series 'm'.*, none in series 'q'", ".*"),
    ],
)
def test_seasons_that_differ_are_told(parts, seasons, taken):
    (message,) = told(parts)
    words = rf"different frequencies.* each: {seasons}.*taken to be one, {taken}: fit one forec"
    assert pd.Series([message]).str.contains(words)[0], message


@pytest.mark.parametrize("transformer", [SeasonalDifferencer(), SeasonalAdjuster()])
def test_the_season_of_a_transformer_is_one_too(transformer):
    asked = {"transformer": transformer, "scaling": None}
    (message,) = told({"m": MONTHS, "q": QUARTERS}, **asked)
    assert "12 rows in series 'm'" in message
    assert told({"m": MONTHS, "q": QUARTERS}, scaling=None) == []


@pytest.mark.parametrize(
    ("parts", "options"),
    [
        ({"m": MONTHS, "n": MONTHS + 3}, {}),
        ({"h": HOURS, "half past": HOURS.shift(freq="30min")}, {}),
        ({"m": MONTHS, "q": QUARTERS}, {"season": 12}),
        ({"m": MONTHS, "q": QUARTERS}, {"season": None}),
        ({"m": MONTHS, "q": QUARTERS}, {"scaling": "difference"}),
        ({"m": MONTHS, "q": QUARTERS}, {"estimator": PersistenceRegressor(), "lookback": 12}),
        ({"q": NO_SEASON, "m": wave("MS", 60, 1)}, {}),
    ],
)
def test_nothing_is_told_where_no_season_is_shared(parts, options):
    assert told(parts, **options) == []


def test_folds_of_a_backtest_do_not_tell_it_again():
    panel = pd.concat({"m": MONTHS, "q": QUARTERS}, names=["name", "time"]).to_frame("value")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        tested = Forecaster(Ridge(), by="name").backtest(panel, cv=2)
    assert [str(one.message) for one in caught] == []
    assert tested.forecasts["prediction"].notna().all()
