"""Errors since the fit, against those of the calibration rows."""

import pickle

import numpy as np
import pandas as pd
import pytest
from scipy.stats import mannwhitneyu
from sklearn.dummy import DummyRegressor
from sklearn.linear_model import Ridge, SGDRegressor

from sklstm import Forecaster

DAYS = pd.date_range("2025-01-01", periods=200, name="day")


def noise(rng, n=200, grows_from=None, by=3.0):
    values = rng.normal(size=n)
    if grows_from is not None:
        values[grows_from:] *= by
    return pd.Series(values, DAYS[:n], name="sold")


def test_errors_are_those_of_forecasts_made_day_by_day(rng):
    series = noise(rng)
    model = Forecaster(Ridge(), 3, scaling=None, calibration_size=40).fit(series[:150])
    older = Forecaster(Ridge(), 3, scaling=None, calibration_size=None).fit(series[:110])

    def errors(forecaster, first, end):
        return np.array([
            series.iloc[day] - forecaster.forecast(1, history=series[:day])["prediction"].iloc[0]
            for day in range(first, end)
        ])  # fmt: skip

    usual, now = errors(older, 110, 150), errors(model, 150, 170)
    drift = model.update(series[150:170]).monitor(level=0.8)
    size = np.abs(usual).mean()
    np.testing.assert_allclose(drift.by_time, np.abs(now) / size)
    assert list(drift.by_time.index) == list(DAYS[150:170])
    assert drift.relative_mae == pytest.approx(np.abs(now).mean() / size)
    lower, upper = np.quantile(usual, [0.1, 0.9])
    assert drift.coverage == pytest.approx(((now >= lower) & (now <= upper)).mean())
    expected = mannwhitneyu(np.abs(now), np.abs(usual), alternative="greater").pvalue
    assert drift.p_value == pytest.approx(expected)
    assert drift.drifted is bool(expected < 0.01)
    assert drift.by_series.loc["sold", "usual_mae"] == pytest.approx(size)
    newest = model.monitor(newest=5)
    np.testing.assert_allclose(newest.by_time, np.abs(now[-5:]) / size)
    assert newest.drifted is None
    copy = pickle.loads(pickle.dumps(model))
    assert copy.monitor().p_value == drift.p_value


def test_growing_errors_are_told_and_the_same_are_not(rng):
    found = {False: 0, True: 0}
    for grows in found:
        for _ in range(20):
            series = noise(rng, grows_from=150 if grows else None)
            model = Forecaster(Ridge(), 3, scaling=None).fit(series[:150]).update(series[150:])
            found[grows] += model.monitor().drifted
    assert found[False] <= 1
    assert found[True] >= 19


def test_series_of_a_panel_and_what_came_new(rng):
    parts = {"a": noise(rng), "b": 10 * noise(rng, grows_from=150)}
    table = pd.concat(parts, names=["shop"]).to_frame()
    early = table.index.get_level_values("day") < DAYS[150]
    regressor = SGDRegressor(random_state=0)
    model = Forecaster(regressor, 3, scaling="standard", by="shop").fit(table[early])
    model.update(table[~early])
    new = pd.concat({"c": noise(rng, 60)}, names=["shop"]).to_frame()
    drift = model.update(new).monitor()
    assert list(drift.by_series.index) == ["a", "b"]
    assert 0.7 < drift.by_series.loc["a", "relative_mae"] < 1.5
    assert 2.0 < drift.by_series.loc["b", "relative_mae"] < 4.5
    assert drift.by_series["n_forecasts"].tolist() == [50, 50]
    assert drift.drifted
    later = pd.Series(rng.normal(size=5), pd.date_range(DAYS[-1], periods=6)[1:], name="sold")
    later = pd.concat({"a": later}, names=["shop", "day"]).to_frame()
    model.partial_fit(later)
    assert list(model.monitor().by_series.index) == ["b"]


def test_what_is_given_in_advance_is_waited_for(rng):
    series, plan = noise(rng), noise(rng).to_frame("plan")
    model = Forecaster(Ridge(), 3, 4, "direct", scaling=None).fit(series[:150], plan[:150])
    drift = model.update(series[150:170], plan[150:170]).monitor()
    assert list(drift.by_time.index) == list(DAYS[150:167])
    expected = [
        model.forecast(1, plan, history=series[:day], history_exog=plan[:day])["prediction"].iloc[0]
        for day in range(150, 167)
    ]
    errors = np.abs(series[150:167] - expected)
    assert drift.by_series.loc["sold", "mae"] == pytest.approx(errors.mean())


def test_calibration_rows_that_are_too_few_are_told(rng):
    series, plan = noise(rng), noise(rng)
    model = Forecaster(
        Ridge(), 3, horizon=12, strategy="direct", scaling=None, calibration_size=10
    ).fit(series[:150], plan[:150])
    model.update(series[150:180], plan[150:180])
    with pytest.raises(ValueError, match=r"19 and 0 of them. Take .*_size. Where"):
        model.monitor()


def test_nothing_to_compare(rng):
    series = noise(rng)
    model = Forecaster(Ridge(), 3, scaling=None).fit(series[:150])
    with pytest.raises(ValueError, match=r"there are 0 and 30 of them. Rows come by update"):
        model.monitor()
    bare = Forecaster(Ridge(), 3, scaling=None, calibration_size=None).fit(series[:150])
    with pytest.raises(ValueError, match="monitor takes a calibration block"):
        bare.update(series[150:]).monitor()
    with pytest.raises(ValueError, match="level"):
        model.monitor(level=1.5)
    for level in (None, [0.8, 0.9]):
        with pytest.raises(ValueError, match="monitor takes one level, such as level=0.9; got"):
            model.monitor(level=level)


def test_a_few_errors_tell_no_usual_size(rng):
    parts = {"a": noise(rng), "late": noise(rng)[143:]}
    table = pd.concat(parts, names=["shop"]).to_frame()
    early = table.index.get_level_values("day") < DAYS[150]
    model = Forecaster(Ridge(), 3, scaling=None, by="shop").fit(table[early]).update(table[~early])
    with pytest.warns(UserWarning, match="of 1 of 2 series, 'late' the first, have fewer than 8"):
        drift = model.monitor()
    assert list(drift.by_series.index) == ["a"]
    alone = Forecaster(Ridge(), 3, scaling=None, by="shop", calibration_size=3)
    alone.fit(table[early].loc[["a"]]).update(table[~early].loc[["a"]])
    assert alone.monitor().drifted is None  # which is said of a few times as well


def test_series_that_were_forecast_without_any_error(rng):
    persistence = DummyRegressor(strategy="constant", constant=0.0)
    constant = pd.Series(1.0, DAYS[:170], name="sold")
    parts = {"a": noise(rng)[:170], "b": constant}
    for keys, who in (("ab", "of 1 of 2 series, 'b', were"), ("b", "of 1 of 1 series, 'b', were")):
        table = pd.concat({key: parts[key] for key in keys}, names=["shop"]).to_frame()
        early = table.index.get_level_values("day") < DAYS[150]
        model = Forecaster(persistence, 3, scaling="difference", by="shop").fit(table[early])
        with pytest.warns(UserWarning, match=f"{who} forecast without any error"):
            drift = model.update(table[~early]).monitor()
        assert list(drift.by_series.index) == list(keys[:-1])
        assert (drift.drifted is None) == (keys == "b")
    model = Forecaster(persistence, 3, scaling="difference").fit(constant[:150])
    with pytest.warns(UserWarning, match="calibration rows were forecast without any error"):
        assert np.isnan(model.update(constant[150:]).monitor().p_value)
