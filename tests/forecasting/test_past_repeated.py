"""Rows that are forecast one by one beside columns known up to now are told."""

import warnings
from functools import partial

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge
from sklearn.svm import SVR

from sklstm import Forecaster, PersistenceRegressor
from sklstm.model_selection import forecast_scorer

RNG = np.random.default_rng(0)
DAYS = pd.date_range("2025-01-01", periods=60)
RAIN = pd.DataFrame({"rain": RNG.normal(size=60), "wind": RNG.normal(size=60)}, DAYS)
SOLD = pd.Series(RNG.normal(size=60).cumsum(), DAYS, name="sold")


def fitted(estimator=None, **options):
    options = {"lookback": 4, "known_exog": None, "scaling": "difference"} | options
    return Forecaster(estimator or Ridge(), **options).fit(SOLD, RAIN)


@pytest.mark.parametrize(
    ("options", "advice"),
    [
        ({}, r"\('rain', 'wind'\).* Fit with horizon=3, to"),
        ({"known_exog": ["rain"]}, r"\('wind'\)"),
        ({"estimator": SVR(), "horizon": 3}, "Fit with strategy='direct', to"),  # of one output
    ],
)
def test_the_columns_and_what_to_do(options, advice):
    exog = RAIN.set_axis(DAYS + pd.Timedelta(days=60)) if "known_exog" in options else None
    with pytest.warns(UserWarning, match=f"^3 rows are forecast one by one.*{advice}"):
        fitted(**options).forecast(3, exog)
    with pytest.warns(UserWarning, match="one by one"):
        fitted(**options).sample_paths(3, 2, exog=exog, random_state=0)


def test_those_who_compare_forecasts_are_told_once():
    told = r"^{} rows are forecast one by one.*\('rain', 'wind'\)"
    forecaster = fitted(calibration_size=None)
    with pytest.warns(UserWarning, match=told.format(5)) as caught:
        forecaster.backtest(SOLD, 3, exog=RAIN, steps=5)
    assert len(caught) == 1
    later = DAYS[:4] + pd.Timedelta(days=60)
    rows = SOLD[:4].set_axis(later), RAIN[:4].set_axis(later)
    for call in (forecaster.score, partial(forecast_scorer("mae"), forecaster)):
        with pytest.warns(UserWarning, match=told.format(4)) as caught:
            call(*rows)
        assert len(caught) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fitted(horizon=5, strategy="direct").backtest(SOLD, 3, exog=RAIN, steps=5)
        forecaster.backtest(SOLD, 3, exog=RAIN, steps=1)


@pytest.mark.parametrize(
    ("options", "steps"),
    [
        ({}, 1),
        ({"horizon": 3}, 3),
        ({"horizon": 3}, 5),
        ({"strategy": "recursive"}, 3),
        ({"known_exog": "all"}, 3),
        ({"estimator": PersistenceRegressor()}, 3),  # which reads none of them
    ],
)
def test_who_knows_is_not_told(options, steps):
    exog = RAIN.set_axis(DAYS + pd.Timedelta(days=60)) if "known_exog" in options else None
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(fitted(**options).forecast(steps, exog)) == steps
