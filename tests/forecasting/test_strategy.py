"""Rows are predicted one by one, or all at once."""

import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.svm import SVR

from sklstm import Forecaster, LSTMRegressor


def noisy_waves(n_rows=200):
    rng = np.random.default_rng(0)
    return np.sin(np.arange(n_rows) / 3) + np.cumsum(rng.normal(size=n_rows)) / 10


def n_at_once(estimator=None, horizon=30, series=None, **asked):
    estimator = LinearRegression() if estimator is None else estimator
    asked = {"lookback": 6, "scaling": "difference", "calibration_size": None} | asked
    fitted = Forecaster(estimator, horizon=horizon, **asked)
    fitted.fit(noisy_waves() if series is None else series)
    return fitted._model.features.horizon


def test_many_rows_are_predicted_at_once():
    asked = {"lookback": 6, "horizon": 30, "scaling": "difference"}
    frames = [
        Forecaster(Ridge(), **asked, **named).fit(noisy_waves()).forecast(level=0.5)
        for named in ({}, {"strategy": "direct"}, {"strategy": "recursive"})
    ]
    pd.testing.assert_frame_equal(frames[0], frames[1])
    assert not np.allclose(frames[0], frames[2])


@pytest.mark.parametrize(
    ("asked", "chosen"),
    [
        ({"horizon": 30}, "direct"),
        ({"horizon": 24}, "recursive"),
        ({"horizon": 24, "strategy": "direct"}, "direct"),
        ({"horizon": 30, "strategy": "recursive"}, "recursive"),
    ],
)
def test_it_tells_which(asked, chosen):
    forecaster = Forecaster(Ridge(), 6, scaling="difference", calibration_size=None, **asked)
    with pytest.raises(NotFittedError):
        forecaster.strategy_  # noqa: B018
    assert forecaster.fit(noisy_waves()).strategy_ == chosen


@pytest.mark.parametrize(("n_rows", "horizon", "chosen"), [
    (2400, 24, "direct"), (2399, 24, "recursive"), (2400, 23, "recursive"),
])  # fmt: skip
def test_a_day_of_hours_is_predicted_at_once_in_long_series(n_rows, horizon, chosen):
    forecaster = Forecaster(Ridge(), 6, horizon, scaling="difference", calibration_size=None)
    assert forecaster.fit(noisy_waves(n_rows)).strategy_ == chosen


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"horizon": 25}, 25),
        ({"horizon": 24}, 1),
        ({"horizon": 40}, 40),
        ({"horizon": 41}, 1),  # of 200 rows
        ({"strategy": "recursive"}, 1),
        ({"horizon": 3, "strategy": "direct"}, 3),
        ({"estimator": SVR()}, 1),  # of one output
        ({"scaling": None}, 1),
        ({"estimator": LSTMRegressor(2, max_epochs=1)}, 30),
        ({"estimator": LSTMRegressor(2, max_epochs=1, loss="student_t")}, 30),
    ],
)
def test_when_it_is_direct(asked, expected):
    assert n_at_once(**asked) == expected


def yearly(n_series=4, n_rows=18):
    years = pd.period_range("1990", periods=n_rows, freq="Y")
    rng = np.random.default_rng(0)
    return pd.concat(
        {
            f"town {k}": pd.DataFrame(
                {"y": 100 * np.exp(np.cumsum(0.02 + 0.05 * rng.normal(size=n_rows)))}, index=years
            )
            for k in range(n_series)
        },
        names=["id", "time"],
    )


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, 6),
        ({"strategy": "recursive"}, 1),
        ({"horizon": 1}, 1),
        ({"horizon": 12}, 12),
        ({"horizon": 13}, 1),  # of 18 rows
        ({"lookback": 24}, 6),
        ({"lookback": 25}, 1),  # of which half and the horizon are more than 18 rows
        ({"season": 4}, 1),
        ({"scaling": None}, 1),
        ({"estimator": Ridge()}, 1),  # which reads no padded windows
    ],
)
def test_several_series_without_a_season_are_predicted_at_once(asked, expected):
    network = LSTMRegressor(2, max_epochs=1)
    asked = {"estimator": network, "horizon": 6, "lookback": "auto", "by": "id"} | asked
    assert n_at_once(series=yearly(), **asked) == expected


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, 5),
        ({"horizon": 1}, 1),
        ({"horizon": 15}, 15),
        ({"horizon": 16}, 1),  # of 60 rows
        ({"lookback": 50}, 5),
        ({"lookback": 51}, 1),
        ({"strategy": "recursive"}, 1),
        ({"known_exog": "all"}, 1),
        ({"scaling": None}, 1),
        ({"estimator": SVR()}, 1),
        ({"estimator": LSTMRegressor(2, max_epochs=1)}, 5),
    ],
)
def test_with_columns_known_up_to_now_rows_are_predicted_at_once(asked, expected):
    asked = {"estimator": Ridge(), "lookback": 4, "horizon": 5, "known_exog": None} | asked
    asked = {"scaling": "difference", "calibration_size": None} | asked
    rain = np.random.default_rng(1).normal(size=(60, 1))
    assert Forecaster(**asked).fit(noisy_waves(60), rain)._model.features.horizon == expected


def test_one_series_without_a_season_is_forecast_row_by_row():
    alone = yearly(1).loc["town 0"]
    assert n_at_once(LSTMRegressor(2, max_epochs=1), 6, alone, lookback="auto") == 1


def test_years_of_several_series_have_intervals():
    network = LSTMRegressor(2, max_epochs=2, random_state=0)
    forecaster = Forecaster(network, horizon=6, by="id").fit(yearly())
    assert forecaster.strategy_ == "direct"
    forecast = forecaster.forecast(level=0.9)
    assert (forecast["lower"] < forecast["upper"]).all()
    assert np.isfinite(forecaster.sample_paths(n_paths=5, random_state=0)).all(axis=None)


@pytest.mark.parametrize("n_rows", [12, 15])
def test_years_too_few_for_intervals_of_all_rows_at_once(n_rows):
    network, panel = LSTMRegressor(2, max_epochs=1), yearly(10, n_rows)
    at_once = Forecaster(network, horizon=6, by="id").fit(panel)
    advice = "; or strategy='recursive', which needs fewer rows"
    with pytest.raises(ValueError, match=advice):
        at_once.forecast(level=0.8)
    with pytest.raises(ValueError, match=advice):
        at_once.sample_paths(n_paths=5)
    row_by_row = at_once.set_params(strategy="recursive").fit(panel)
    assert row_by_row.forecast(level=0.8).notna().all(axis=None)
    with pytest.raises(ValueError, match="larger calibration_size\\.$"):
        row_by_row.forecast(level=0.99)


def test_series_too_short_for_all_rows_at_once_are_forecast_one_by_one():
    assert n_at_once(horizon=30, series=noisy_waves(31)) == 1
    forecast = Forecaster(Ridge(), 6, 30, calibration_size=None).fit(noisy_waves(31)).forecast()
    assert len(forecast) == 30


def test_a_fold_of_a_backtest_may_be_shorter():
    fold = [(range(20), range(20, 60))]
    forecaster = Forecaster(Ridge(), 6, 30, calibration_size=None)
    assert np.isfinite(forecaster.backtest(noisy_waves(), fold, steps=3).forecasts).any(axis=None)
