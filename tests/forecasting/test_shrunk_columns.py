"""Exogenous columns that a ridge regression ignores, because their unit is large, are told."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklstm import Forecaster, GRURegressor

DAYS = pd.date_range("2025-01-01", periods=120)
RNG = np.random.default_rng(2)
RETURNS = pd.DataFrame({"flag": np.arange(120) == 7, "return": RNG.normal(0, 0.01, 120)}, DAYS)
SOLD = 50 + 1000 * RETURNS["return"] + RNG.normal(0, 0.1, 120)


def forecaster(regressor):
    return Forecaster(regressor, 3, horizon=5, calibration_size=None, scaling="level")


def error(fitted, exog=RETURNS):
    predicted = fitted.forecast(5, exog=exog[100:])["prediction"]
    return (predicted - SOLD[100:105]).abs().mean()


def test_a_column_without_influence_is_named():
    with pytest.warns(UserWarning, match=r"Ridge\(\) all but ignores the column 'return' of exog"):
        fitted = forecaster(Ridge()).fit(SOLD[:100], RETURNS[:100])
    of_percent = forecaster(Ridge()).fit(SOLD[:100], (100 * RETURNS)[:100])
    assert error(fitted) > 10 * error(of_percent, 100 * RETURNS)


def test_one_of_an_array_and_of_a_panel():
    with pytest.warns(UserWarning, match=r"the column 1 of exog.* deviation is 0\.0098"):
        forecaster(Ridge()).fit(SOLD.to_numpy(), RETURNS.to_numpy(dtype=float))
    both = pd.concat({"a": RETURNS.assign(sold=SOLD), "b": RETURNS.assign(sold=SOLD)})
    panel = forecaster(Ridge()).set_params(by="shop")
    both.index.names = ["shop", "day"]
    with pytest.warns(UserWarning, match=r"penalty is 4\d times the sum"):
        panel.fit(both[["sold"]], both[["return"]])


def test_a_rare_flag_has_no_unit():
    sky = pd.DataFrame({"sky": np.where(np.arange(120) == 7, "storm", "clear")}, DAYS)
    flags = RETURNS[["flag"]].astype(float), sky
    for exog, name in zip(flags, ("flag", "sky"), strict=True):
        told = rf"Ridge\(alpha=20\) all but ignores .* '{name}.*\)\), or a smaller alpha\.$"
        with pytest.warns(UserWarning, match=told):
            forecaster(Ridge(20)).fit(SOLD[:100], exog[:100])
    with pytest.warns(UserWarning, match="'return' of exog.*, or this one in a smaller unit"):
        forecaster(Ridge(20)).fit(SOLD[:100], RETURNS[:100])


@pytest.mark.parametrize(
    "regressor",
    [
        Ridge(1e-3), LinearRegression(), make_pipeline(StandardScaler(), Ridge()),
        GRURegressor(2, max_epochs=1, random_state=0),
    ],
)  # fmt: skip
def test_others_are_quiet(regressor):
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        forecaster(regressor).fit(SOLD[:100], RETURNS[:100])
        forecaster(Ridge()).fit(SOLD[:100], RETURNS[:100].assign(**{"return": 1e-9}))  # constant
