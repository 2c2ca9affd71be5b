"""Errors of a backtest against scikit-learn's, and what they are compared with."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_absolute_error, root_mean_squared_error
from sklearn.model_selection import TimeSeriesSplit

from sklstm import Forecaster
from sklstm.forecasting._forecast_tables import persistence
from sklstm.model_selection import forecast_scorer

RNG = np.random.default_rng(0)
DAYS = pd.date_range("2024-01-01", periods=80, name="day")
TWO = pd.DataFrame(np.cumsum(RNG.normal(size=(80, 2)), axis=0), index=DAYS, columns=["b", "a"])
PANEL = pd.concat({"Z": TWO, "Y": TWO[30:] * 2}, names=["share"])
CV = TimeSeriesSplit(3, test_size=12)


def errors_by_hand(rows, levels):
    table = {"n_forecasts": len(rows)}
    for name, prefix in (("prediction", ""), ("persistence", "persistence_")):
        table[f"{prefix}mae"] = mean_absolute_error(rows["actual"], rows[name])
        table[f"{prefix}rmse"] = root_mean_squared_error(rows["actual"], rows[name])
    for suffix in levels:
        inside = (rows["lower" + suffix] <= rows["actual"]) & (
            rows["actual"] <= rows["upper" + suffix]
        )
        table["coverage" + suffix] = np.mean(inside[rows["lower" + suffix].notna()])
    return table


def test_overall_errors_are_those_of_all_steps():
    forecaster = Forecaster(Ridge(), lookback=5, calibration_size=0.5, scaling=None)
    result = forecaster.backtest(TWO["a"], CV, level=0.5)
    expected = errors_by_hand(result.forecasts, [""])
    assert list(result.overall.index) == list(result.errors.columns)
    for name, value in expected.items():
        assert result.overall[name] == pytest.approx(value), name
    both = Forecaster(Ridge(), lookback=5, scaling=None).backtest(TWO, CV).overall
    assert list(both.index) == ["b", "a"]
    rows = (
        Forecaster(Ridge(), lookback=5, scaling=None)
        .backtest(TWO, CV)
        .forecasts.xs("a", level="column")
    )
    assert both.loc["a", "rmse"] == pytest.approx(errors_by_hand(rows, [])["rmse"])


def check_errors(result, groups, suffixes=()):
    rows = result.forecasts.reset_index().dropna(subset=["actual"])
    assert list(result.errors.index.names) == groups
    for key, errors in result.errors.iterrows():
        keys = key if isinstance(key, tuple) else (key,)
        own = rows[np.all([rows[g] == k for g, k in zip(groups, keys, strict=True)], axis=0)]
        expected = errors_by_hand(own, suffixes)
        assert list(errors.index) == [
            *("n_forecasts", "mae", "rmse", "persistence_mae", "persistence_rmse"),
            *(f"coverage{suffix}" for suffix in suffixes),
        ]
        for name, value in expected.items():
            assert errors[name] == pytest.approx(value, nan_ok=True), name


def test_one_column():
    result = Forecaster(Ridge(), 4, scaling=None).backtest(
        TWO["a"], CV, stride=2, steps=5, level=0.6
    )
    check_errors(result, ["step"], [""])
    assert list(result.errors.index) == [1, 2, 3, 4, 5]
    assert list(result.forecasts.index.names) == ["origin", "step"]
    assert list(result.forecasts) == [
        "time", "actual", "prediction", "persistence", "lower", "upper",
    ]  # fmt: skip


def test_several_columns_series_and_levels():
    forecaster = Forecaster(Ridge(), 4, by="share", calibration_size=0.4, scaling=None)
    result = forecaster.backtest(PANEL, 3, steps=3, level=[0.2, 0.5])
    check_errors(result, ["column", "step"], ["_0.2", "_0.5"])
    assert list(result.forecasts.index.names) == ["share", "column", "origin", "step"]
    assert list(result.errors.index) == [(c, s) for s in (1, 2, 3) for c in ("b", "a")]
    for (share, column, origin, step), row in result.forecasts.iterrows():
        assert row["time"] == origin + step * DAYS.freq
        assert row["actual"] == PANEL.loc[(share, row["time"]), column]


def test_missing_steps_and_bounds_do_not_count():
    holes = TWO["a"].copy()
    holes.iloc[[60, 66, 75]] = np.nan
    forecaster = Forecaster(Ridge(), 2, scaling=None)
    result = forecaster.backtest(holes, [(np.arange(55), np.arange(55, 80))], level=0.2, steps=4)
    assert result.forecasts["actual"].notna().all()
    result = forecaster.backtest(holes, [(np.arange(59), np.arange(59, 80))], level=0.2, steps=4)
    assert list(result.errors["n_forecasts"]) == [1, 0, 1, 1]
    check_errors(
        result.__class__(forecasts=result.forecasts, errors=result.errors.drop(2)), ["step"], [""]
    )
    panel = pd.concat({"long": TWO[["a"]], "short": TWO[["a"]][50:]}, names=["share"])
    result = Forecaster(Ridge(), 4, by="share", scaling=None).backtest(
        panel, [(np.r_[:62, 80:92], np.r_[62:70, 92:100])], level=0.5, steps=5
    )
    assert result.forecasts["lower"].notna().all()  # the short one borrows errors
    check_errors(result, ["step"], [""])


@pytest.mark.parametrize("season", [1, 2, 5, 7, 100])
def test_persistence_repeats_the_last_season(season):
    series = TWO["b"].to_numpy()
    result = Forecaster(Ridge(), 4, scaling=None).backtest(TWO["b"], CV, season=season)
    for (origin, step), row in result.forecasts.iterrows():
        place = DAYS.get_loc(origin) + step
        known = DAYS.get_loc(origin)
        while place > known:
            place -= season
        expected = series[place] if place >= 0 else np.nan
        np.testing.assert_equal(row["persistence"], expected)


@pytest.mark.parametrize("season", [1, 3, 4])
def test_persistence_looks_further_back_where_steps_are_missing(season, rng):
    values = rng.normal(size=(14, 1))
    values[[0, 5, 6, 9, 12, 13]] = np.nan
    origins = np.array([4, 6, 13])
    found = persistence(values, origins, 5, season)
    for origin, row in zip(origins, found, strict=True):
        for step in range(5):
            place = origin + step + 1
            while place >= 0 and (place > origin or np.isnan(values[place, 0])):
                place -= season
            np.testing.assert_equal(row[step, 0], values[place, 0] if place >= 0 else np.nan)


@pytest.mark.parametrize("by", ["origin", "step", "column", ["origin", "dest"]])
def test_series_are_not_named_as_levels_of_forecasts(by):
    flights = PANEL.reset_index("share").assign(dest=1)
    flights = flights.rename(columns={"share": by if isinstance(by, str) else "origin"})
    flights = flights.drop(columns=["dest"] if isinstance(by, str) else [])
    forecaster = Forecaster(Ridge(), 6, by=by, calibration_size=None)
    with pytest.raises(ValueError, match="so is a level of the forecasts that are scored"):
        forecaster.backtest(flights, 2)
    fitted = forecaster.fit(flights[flights.index < DAYS[70]])
    with pytest.raises(ValueError, match="rename the column"):
        forecast_scorer("mae")(fitted, flights[flights.index >= DAYS[70]])
