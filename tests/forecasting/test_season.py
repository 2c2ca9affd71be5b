"""The season of a fit: asked for, or found once for all that depends on it."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge
from sklearn.preprocessing import FunctionTransformer

from sklstm import Forecaster, GRURegressor, SeasonalDifferencer
from sklstm.forecasting import _season
from sklstm.forecasting._season import Season


def sales(rng, n_rows=96, freq="MS"):
    wave = 50 + 9 * np.sin(np.arange(n_rows) * np.pi / 6)
    index = None if freq is None else pd.date_range("2012", periods=n_rows, freq=freq)
    return pd.Series(wave + rng.normal(size=n_rows), index)


@pytest.fixture
def looked_at(monkeypatch):
    """Return a list of the tables in which a season is looked for."""
    tables, find = [], _season.season_of
    monkeypatch.setattr(_season, "season_of", lambda one: tables.append(one) or find(one))
    return tables


@pytest.mark.parametrize(
    ("asked", "freq", "n_rows", "is_fixed"),
    [
        ("auto", "MS", 12, True),
        ("auto", None, 12, False),  # a cycle
        ("auto", "YS", 1, False),
        (5, "MS", 5, True),
        (5, None, 5, True),
        (None, "MS", 1, False),
    ],
)
def test_seasons(rng, asked, freq, n_rows, is_fixed):
    series = sales(rng, freq=freq)
    series = series if freq != "YS" else series - series + rng.normal(size=96)
    found = Season(asked, [(series.index, series.to_numpy()[:, np.newaxis])])
    assert (found.n_rows, found.is_fixed) == (n_rows, is_fixed)


def test_no_cycle_is_looked_for_to_tell_that_there_is_no_fixed_season(rng, looked_at):
    series = sales(rng, freq=None)
    assert not Season("auto", [(series.index, series.to_numpy()[:, np.newaxis])]).is_fixed
    assert not looked_at


@pytest.mark.parametrize("estimator", [Ridge(), GRURegressor(4, max_epochs=1, random_state=0)])
def test_a_fit_looks_for_the_season_once(rng, estimator, looked_at):
    panel = pd.concat({k: sales(rng, 80 + k) for k in range(3)}, names=["name", "time"])
    fitted = Forecaster(estimator, horizon=3, by="name").fit(panel)
    assert fitted.theta_weight_ == 0.5  # with a season
    assert len(looked_at) == 1
    Forecaster(estimator, lookback=4, season=None, by="name").fit(panel)
    assert len(looked_at) == 1


def test_series_that_are_too_short_to_learn_from_count_for_every_use_of_the_season(rng, looked_at):
    parts = {"long": sales(rng), "short": sales(rng, 7)}
    panel = pd.concat(parts, names=["name", "time"])
    with pytest.warns(UserWarning, match="1 of 2 series have fewer rows"):
        Forecaster(Ridge(), horizon=3, by="name").fit(panel)
    assert [len(tables) for tables in looked_at] == [2]


def test_what_a_transformer_leaves_has_a_season_of_its_own(rng, looked_at):
    seasonal, logarithm = SeasonalDifferencer(12), FunctionTransformer(np.log, np.exp)
    assert Forecaster(Ridge(), transformer=logarithm).fit(sales(rng)).season_ == 12
    fitted = Forecaster(Ridge(), transformer=seasonal).fit(sales(rng))
    assert (fitted.season_, fitted.lookback_) == (1, 12)  # windows hold the season of the series
    assert len(looked_at) == 4


@pytest.mark.parametrize("options", [{}, {"scaling": "difference"}, {"scaling": None}])
def test_a_season_longer_than_all_rows_has_no_effect_on_the_theta_method(rng, options):
    options = {"theta_part": True, "calibration_size": None, "lookback": 5} | options
    series = sales(rng, 40)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        expected = Forecaster(Ridge(), season=None, **options).fit(series).forecast(5)
    with pytest.warns(UserWarning, match="season=40 has no effect: series have 40 rows at most"):
        fitted = Forecaster(Ridge(), season=40, **options).fit(series)
    pd.testing.assert_frame_equal(fitted.forecast(5), expected)
