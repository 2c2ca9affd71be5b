"""Scores of paths in backtests and searches are those of paths drawn at the time."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit

from sklstm import Forecaster
from sklstm.forecasting._path import Path
from sklstm.forecasting._paths import PathMaker
from sklstm.metrics import (
    continuous_ranked_probability_score,
    energy_score,
    overall_weighted_average,
    root_mean_squared_scaled_error,
)
from sklstm.model_selection import forecast_scorer

NOISE = np.random.default_rng(3).normal(size=400)
STRATEGIES = [("recursive", 1), ("direct", 4)]


def plain(strategy="recursive", horizon=1, **parameters):
    return Forecaster(Ridge(), 3, horizon, strategy, scaling=None, **parameters)


@pytest.mark.parametrize(("strategy", "horizon"), STRATEGIES)
def test_scores_of_one_origin_are_those_of_its_paths(strategy, horizon):
    forecaster = plain(strategy, horizon).fit(NOISE[:300])
    history = forecaster._known.histories[None]
    paths = [Path(history, np.array([299]))]
    maker = PathMaker.of(forecaster, paths, 4)
    drawn = maker.draw(paths, 4, 100, [np.random.default_rng(0)])[0][0, :, :, 0].T
    actual = NOISE[300:304]
    crps = continuous_ranked_probability_score(actual, drawn)
    energy = energy_score(actual[np.newaxis], drawn[np.newaxis])
    assert -forecast_scorer("crps")(forecaster, actual) == pytest.approx(crps)
    assert -forecast_scorer(energy_score)(forecaster, actual) == pytest.approx(energy)
    folds = [(range(300), range(300, 304))]
    result = forecaster.backtest(NOISE, folds, metrics=["crps", "energy_score"])
    assert result.overall["crps"] == pytest.approx(crps)
    assert result.overall["energy_score"] == pytest.approx(energy)
    for step, row in result.errors.iterrows():  # of all steps so far
        so_far = energy_score(actual[np.newaxis, :step], drawn[np.newaxis, :step])
        assert row["energy_score"] == pytest.approx(so_far)
        expected = continuous_ranked_probability_score(actual[[step - 1]], drawn[[step - 1]])
        assert row["crps"] == pytest.approx(expected)
    assert not [name for name in result.forecasts if name.startswith("_")]


@pytest.mark.parametrize(("strategy", "horizon"), STRATEGIES)
def test_noise_has_the_crps_of_its_distribution(strategy, horizon):
    """That of a normal distribution and numbers drawn from it is ``1 / sqrt(pi)``."""
    forecaster = Forecaster(Ridge(1e9), 1, horizon, strategy, scaling=None, calibration_size=150)
    noise = np.random.default_rng(0).normal(size=1500)
    one_fold = [(range(500), range(500, 1500))]
    asked = {"steps": 4, "stride": 4, "metrics": ["crps"]}
    result = forecaster.backtest(noise, one_fold, **asked)
    assert result.overall["crps"] == pytest.approx(1 / np.sqrt(np.pi), abs=0.03)


@pytest.mark.parametrize(("strategy", "horizon"), STRATEGIES)
def test_paths_of_the_past_know_no_later_error(strategy, horizon):
    other = NOISE.copy()
    other[360:] *= 50
    folds = [(range(300), range(300, 360))]
    asked = {"steps": 2, "stride": 10, "metrics": "crps"}
    first, second = (
        plain(strategy, horizon).backtest(series, folds, **asked) for series in (NOISE, other)
    )
    pd.testing.assert_frame_equal(first.errors, second.errors)


def test_the_better_spread_wins_a_search():
    """Of walks, draws that are fed back spread as the walk does, whatever the horizon."""
    walk = np.cumsum(NOISE)
    search = GridSearchCV(
        Forecaster(LinearRegression(), scaling=None, calibration_size=100),
        {"lookback": [1, 40]},
        scoring=forecast_scorer("crps", steps=5, stride=5),
        cv=TimeSeriesSplit(2, test_size=50),
        error_score="raise",
    ).fit(walk)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert search.best_params_ == {"lookback": 1}


@pytest.mark.parametrize("test_size", [1, 3, 6])
def test_direct_strategies_with_known_columns_have_finite_scores(test_size, rng):
    exog = pd.DataFrame({"day": np.arange(400) % 7.0})
    series = pd.Series(NOISE + exog["day"])
    direct = Forecaster(LinearRegression(), 2, 4, "direct", scaling=None)
    train = slice(0, 300)
    test = slice(300, 300 + test_size)
    fitted = direct.fit(series[train], exog[train])
    for metric in ("crps", "energy_score"):
        score = forecast_scorer(metric)(fitted, series[test], exog[test])
        assert 0 < -score < 4


def test_panels_with_outages_and_unequal_ends():
    noise = np.where(np.isin(np.arange(400), [302, 305]), np.nan, NOISE)
    parts = {"a": pd.Series(noise), "b": pd.Series(10 * NOISE[:310]), "c": pd.Series(NOISE[:302])}
    panel = pd.concat(parts, names=["key", "t"]).to_frame("v")
    t = panel.index.get_level_values("t")
    folds = [(np.flatnonzero(t < 300), np.flatnonzero((t >= 300) & (t < 310)))]
    forecaster = Forecaster(Ridge(1e9), 1, scaling=None, by="key")
    result = forecaster.backtest(panel, folds, metrics=["crps", "energy_score"])
    assert result.by_series["crps"].notna().all()
    assert result.by_series.loc["a", "n_forecasts"] == 8
    assert result.by_series.loc["b", "crps"] > 3 * result.by_series.loc["a", "crps"]


def test_regressors_that_draw_need_no_calibration_and_others_are_told():
    class Noise(LinearRegression):
        def sample(self, X, n_samples=1, random_state=None):
            draws = np.random.default_rng(random_state).normal(size=(len(X), n_samples))
            return self.predict(X)[:, np.newaxis] + draws

    own = Forecaster(Noise(), 1, scaling=None, calibration_size=None).fit(NOISE[:300])
    assert -forecast_scorer("crps")(own, NOISE[300:]) == pytest.approx(0.56, abs=0.1)
    with pytest.raises(ValueError, match="A score of paths takes.*calibration_size was None"):
        forecast_scorer("crps")(plain(calibration_size=None).fit(NOISE[:300]), NOISE[300:])


def test_owa_and_wrmsse_are_those_of_the_metrics():
    walk = 100 + np.cumsum(NOISE)
    parts = {"a": pd.Series(walk), "b": pd.Series(1000 - 7 * walk)}
    panel = pd.concat(parts, names=["key", "t"])
    t = panel.index.get_level_values("t")
    folds = [(np.flatnonzero(t < 390), np.flatnonzero(t >= 390))]
    forecaster = Forecaster(Ridge(), 4, scaling=None, by="key")
    result = forecaster.backtest(panel, folds, season=3, metrics=["owa", "wrmsse"])
    rows, train = result.forecasts, panel[t < 390]
    scaling = {"y_train": train, "season": 3, "series": "key"}
    true = rows["actual"]
    owa = overall_weighted_average(
        true, rows["prediction"], y_reference=rows["persistence"], **scaling
    )
    assert result.overall["owa"] == pytest.approx(owa)
    weights = train.groupby(level="key").apply(lambda one: one.iloc[-28:].sum()).to_dict()
    wrmsse = root_mean_squared_scaled_error(
        true, rows["prediction"], series_weight=weights, **scaling
    )
    assert result.overall["wrmsse"] == pytest.approx(wrmsse)
    fitted = forecaster.fit(train)
    score = forecast_scorer("wrmsse", season=3)(fitted, panel[t >= 390])
    assert -score == pytest.approx(wrmsse)


def test_nothing_to_divide_by():
    still = np.append(NOISE[:300], np.ones(10))
    folds = [(range(301), range(301, 305))]
    with pytest.raises(ValueError, match="'owa' divides errors by those of the seasonal pers"):
        plain().backtest(still, folds, metrics="owa")
    zeros = np.append(NOISE[:100], np.zeros(50))
    with pytest.raises(ValueError, match="'wrmsse' weights series"):
        plain().backtest(zeros, [(range(130), range(130, 135))], metrics="wrmsse")


def test_paths_of_which_the_first_rows_are_not_known_count_too():
    series = pd.Series(NOISE[:160].copy())
    series[[148, 149, 152]] = np.nan  # the last rows of one path, and the first one of the next
    folds = [(np.arange(end), np.arange(end, end + 3)) for end in (147, 152)]
    forecaster = Forecaster(Ridge(), 2, scaling=None)
    result = forecaster.backtest(series, folds, metrics="energy_score")
    whole = [
        forecaster.backtest(series, [fold], metrics="energy_score").overall["energy_score"]
        for fold in folds
    ]
    assert result.overall["energy_score"] == pytest.approx(np.mean(whole))
