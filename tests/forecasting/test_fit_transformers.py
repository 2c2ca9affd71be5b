"""Transformers of whole series in a `Forecaster`: seasons, other rows than those of fit, panels."""

import pickle
import threading
import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge
from sklearn.model_selection import TimeSeriesSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from sklstm import Forecaster, SeasonalAdjuster, SeasonalDifferencer, WindowScaler

DAYS = pd.date_range("2024-01-01", periods=160, freq="D")
WEEK = np.tile([1.0, 2.0, 5.0, 3.0, 8.0, 13.0, 4.0], 23)[:160]
TREND = 20 + 0.5 * np.arange(160)
NOISE = 0.01 * np.random.default_rng(0).normal(size=160)
SUMS = pd.Series(TREND + WEEK + NOISE, index=DAYS, name="y")
PRODUCTS = pd.Series(TREND * (10 + WEEK) + NOISE, index=DAYS, name="y")


def forecaster(transformer, **options):
    options = {"lookback": 5, "horizon": 3, "scaling": None} | options
    return Forecaster(Ridge(1e-3), transformer=transformer, **options)


@pytest.mark.parametrize("horizon", [1, 9])
@pytest.mark.parametrize("model", ["additive", "multiplicative", "auto"])
def test_adjusted_values_are_forecast_and_seasons_put_back(model, horizon):
    series = SUMS if model == "additive" else PRODUCTS
    strategy = "direct" if horizon > 1 else "recursive"
    fitted = forecaster(SeasonalAdjuster(model=model), horizon=horizon, strategy=strategy)
    fitted.fit(series[:120])
    for end in (120, 133):
        found = fitted.forecast(9, level=0.8)
        np.testing.assert_allclose(found["prediction"], series[end : end + 9], rtol=0.01)
        assert (found["lower"] <= found["prediction"]).all()
        assert (found["prediction"] <= found["upper"]).all()
        paths = fitted.sample_paths(9, 50, random_state=0)
        np.testing.assert_allclose(paths.mean(axis=1), series[end : end + 9], rtol=0.02)
        fitted.update(series[120:133], overlap="replace")


def test_backtests_know_where_their_folds_begin():
    cv = TimeSeriesSplit(2, test_size=20, max_train_size=60)
    for refit in (True, False):
        fitted = forecaster(SeasonalAdjuster(7))
        result = fitted.backtest(SUMS, cv, steps=4, stride=3, refit=refit)
        assert (result.errors["mae"] < 0.2).all()  # of a week whose values are 4 apart


@pytest.mark.parametrize(
    "transformer",
    [
        SeasonalDifferencer(7),
        SeasonalAdjuster(7, model="additive"),
        make_pipeline(FunctionTransformer(np.log, np.exp), SeasonalDifferencer(7)),
        make_pipeline(StandardScaler(), SeasonalAdjuster(7)),
    ],
)
def test_rows_given_in_place_of_those_known_begin_elsewhere(transformer):
    whole = forecaster(transformer).fit(SUMS)
    expected = whole.forecast()
    for rows in (SUMS[:150], SUMS[20:], SUMS[101:]):
        first, end = DAYS.get_loc(rows.index[0]), DAYS.get_loc(rows.index[-1]) + 1
        found = whole.forecast(history=rows)
        assert found.index[0] == rows.index[-1] + pd.Timedelta("1D")
        if end == 160:  # the window is the same, and so is what follows
            np.testing.assert_allclose(found, expected, rtol=1e-9, err_msg=f"{first}")
    pd.testing.assert_frame_equal(whole.forecast(), expected)


def test_revised_first_rows_change_what_differences_are_added_to():
    fitted = forecaster(SeasonalDifferencer(7)).fit(SUMS[:150])
    expected = fitted.forecast()
    revised = SUMS[:150].copy()
    revised[:7] += 100.0
    np.testing.assert_allclose(fitted.update(revised, overlap="replace").forecast(), expected)


def test_rows_that_are_counted_anew_are_in_doubt():
    fitted = forecaster(SeasonalAdjuster(7)).fit(SUMS.to_numpy())
    np.testing.assert_array_equal(fitted.forecast(history=SUMS.to_numpy()), fitted.forecast())
    with pytest.raises(ValueError, match="history begins with label 0, from which rows are coun"):
        fitted.forecast(history=SUMS.to_numpy()[30:])
    numbered = SUMS.reset_index(drop=True)
    fitted = forecaster(SeasonalAdjuster(7)).fit(numbered[50:])
    np.testing.assert_allclose(fitted.forecast(history=numbered), fitted.forecast(), rtol=1e-9)
    for rows in (numbered[100:], numbered[51:], numbered[120:]):
        with pytest.raises(ValueError, match="history begins with label 0, from which"):
            fitted.forecast(history=rows.reset_index(drop=True))
    np.testing.assert_allclose(
        fitted.forecast(history=numbered[121:]), fitted.forecast(), rtol=1e-9
    )


def test_the_season_of_a_panel_is_that_of_all_and_short_series_are_told_once():
    series = {"a": SUMS, "b": 3 * SUMS[40:], "c": SUMS[147:], "d": SUMS[148:]}
    panel = pd.concat(series, names=["id", "day"])
    fitted = forecaster(SeasonalAdjuster(), by="id", calibration_size=None)
    words = r"transformer=SeasonalAdjuster\(\) warns of 2 of 4 series, 'c' the first of them: X has"
    with pytest.warns(UserWarning, match=words):
        fitted.fit(panel)
    found = fitted.forecast(7).loc["b", "prediction"].to_numpy()
    later = np.arange(160, 167)
    expected = 3 * (20 + 0.5 * later + WEEK[later - 154])
    np.testing.assert_allclose(found, expected, rtol=0.01)
    copy = pickle.loads(pickle.dumps(fitted))
    pd.testing.assert_frame_equal(copy.forecast(7), fitted.forecast(7))


def test_intervals_are_made_with_the_season_of_the_forecasts():
    """Of 40 months the older ones alone, 32, are too few to find the year in."""
    months = pd.period_range("2020-01", periods=40, freq="M")
    noise = np.random.default_rng(0).normal(size=40)
    year = pd.Series(100 + 30 * np.sin(np.arange(40) * np.pi / 6) + noise, index=months)
    found, expected = (
        forecaster(SeasonalAdjuster(season)).fit(year).forecast(level=0.8)
        for season in ("auto", 12)
    )
    pd.testing.assert_frame_equal(found, expected)


def test_no_season_is_told():
    noise = pd.Series(np.random.default_rng(3).normal(size=120), index=DAYS[:120])
    with pytest.warns(UserWarning, match=r"'auto' of transformer=SeasonalAdjuster\(\) found no"):
        fitted = forecaster(SeasonalAdjuster(), calibration_size=None).fit(noise)
    plain = forecaster(None, calibration_size=None).fit(noise)
    pd.testing.assert_frame_equal(fitted.forecast(), plain.forecast())


def test_threads_leave_the_filters_of_warnings_as_they_were():
    first_in, second_in, first_out = (threading.Event() for _ in range(3))

    class First(StandardScaler):
        def fit(self, X, y=None):
            first_in.set()
            second_in.wait(0.2)  # in vain, if one thread at a time changes the filters
            return super().fit(X, y)

    class Second(StandardScaler):
        def fit(self, X, y=None):
            second_in.set()
            first_out.wait(60)
            return super().fit(X, y)

    def run_first():
        forecaster(First(), calibration_size=None).fit(SUMS)
        first_out.set()

    def run_second():
        first_in.wait(60)
        forecaster(Second(), calibration_size=None).fit(SUMS)

    before = list(warnings.filters)
    threads = [threading.Thread(target=run) for run in (run_first, run_second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert warnings.filters == before


@pytest.mark.parametrize("first", [0, 1])
def test_early_rows_of_a_counted_series_are_revised(first):
    counted = SUMS.reset_index(drop=True).set_axis(range(first, first + 160))
    fitted = forecaster(SeasonalAdjuster(7)).fit(counted[:120])
    revised = counted[:5] + 0.5
    fitted.update(revised, overlap="replace").update(counted[120:])
    whole = forecaster(SeasonalAdjuster(7)).fit(counted[:120]).update(counted[120:])
    pd.testing.assert_frame_equal(fitted.forecast(7), whole.forecast(7))  # far from those rows


@pytest.mark.parametrize(
    "transformer",
    [
        WindowScaler("standard", window_size=20),
        make_pipeline(FunctionTransformer(np.log, np.exp), WindowScaler("last")),
    ],
)
def test_statistics_of_rows_to_come_are_not_known(transformer):
    with pytest.raises(ValueError, match=r"transformer has WindowScaler\(.*scaling='standard'"):
        forecaster(transformer).fit(PRODUCTS)
