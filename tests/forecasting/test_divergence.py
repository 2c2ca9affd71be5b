"""A regressor that is far from the targets it was fitted to is told, and no other one."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import QuantileRegressor, Ridge, SGDRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklstm import Forecaster

HIGH = 1000 + np.random.default_rng(0).normal(size=120).cumsum()
SGD = SGDRegressor(random_state=0)


@pytest.mark.parametrize("options", [{}, {"horizon": 3, "strategy": "direct"}])
@pytest.mark.parametrize(
    ("regressor", "name"),
    [(SGD, "SGDRegressor"), (make_pipeline(KernelRidge(kernel="rbf")), "KernelRidge")],
)
def test_what_diverges_on_raw_values_is_told_once(regressor, name, options):
    model = Forecaster(regressor, 8, scaling="level", **options)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        model.fit(HIGH)
    assert [one.category for one in told] == [ConvergenceWarning]
    assert str(told[0].message).startswith(f"{name} has learned nothing: on windows that it was")
    assert "scaling='standard'" in str(told[0].message)


@pytest.mark.parametrize(
    ("regressor", "scaling"),
    [
        (SGD, "auto"),
        (SGD, "standard"),
        (make_pipeline(StandardScaler(), SGD), "level"),
        (QuantileRegressor(quantile=0.99), "level"),
        (GradientBoostingRegressor(loss="quantile", alpha=0.99, n_estimators=20), "level"),
        (Ridge(), "level"),
    ],
)
def test_others_are_fitted_without_a_word(regressor, scaling):
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        Forecaster(regressor, 8, scaling=scaling).fit(HIGH)
        for constant in (7.0, 0.1):  # the mean of sixty tenths is rounded
            Forecaster(regressor, 8, scaling=scaling).fit(np.full(60, constant))
    assert told == []


class NoChange(Ridge):
    def predict(self, X):
        return np.zeros_like(super().predict(X))


def test_who_forecasts_no_change_of_a_steady_trend_is_no_failure(rng):
    trend = np.arange(100.0) + 0.01 * rng.normal(size=100)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Forecaster(NoChange(), 8, scaling="difference").fit(trend)
    with pytest.warns(ConvergenceWarning, match="NoChange has learned nothing"):
        Forecaster(NoChange(), 8, scaling="level").fit(1000 + trend)


@pytest.mark.filterwarnings("ignore:Maximum number of iteration")
def test_columns_in_other_units_are_told(rng):
    price = pd.DataFrame({"price": 1e4 + rng.normal(size=120)})
    with pytest.warns(ConvergenceWarning, match="SGDRegressor has learned nothing"):
        Forecaster(SGD, 8, scaling="difference").fit(pd.Series(HIGH), price)


def test_each_column_is_judged_in_its_own_units(rng):
    both = np.column_stack([HIGH, 1e6 * rng.normal(size=120)])
    with pytest.warns(ConvergenceWarning, match="NoChange has learned nothing"):
        Forecaster(NoChange(), 8, scaling="level").fit(both)


def test_the_advice_helps():
    standardised = TransformedTargetRegressor(
        make_pipeline(StandardScaler(), SGD), transformer=StandardScaler()
    )
    raw, scaled, standardised = (
        Forecaster(regressor, 8, scaling=scaling, calibration_size=None)
        for regressor, scaling in [(SGD, "level"), (SGD, "standard"), (standardised, "level")]
    )
    with pytest.warns(ConvergenceWarning, match="has learned nothing"):
        raw.fit(HIGH)
    assert abs(raw.forecast(1)["prediction"].item()) > 1e6
    for model in (scaled, standardised):
        assert model.fit(HIGH).forecast(1)["prediction"].item() == pytest.approx(HIGH[-1], abs=5)
