"""Quantiles and amounts are known whatever package calls them by its own names."""

import numpy as np
import pytest
from sklearn.base import BaseEstimator, RegressorMixin

from sklstm import Forecaster

WALK = np.sin(np.arange(90) / 4) + np.arange(90) / 30


class Boosting(RegressorMixin, BaseEstimator):
    """Names its loss and the level of a quantile as LightGBM, XGBoost and CatBoost do."""

    def __init__(self, objective=None, **others):
        self.objective, self.others = objective, others

    def get_params(self, deep=True):
        return {"objective": self.objective, **self.others}

    def fit(self, X, y):
        self.smallest_ = y.min()
        return self

    def predict(self, X):
        return np.full(len(X), self.smallest_)


QUANTILES = [
    (Boosting("quantile"), "alpha=0.9"),  # its default in LightGBM
    (Boosting("quantile", alpha=0.1), "alpha=0.1"),
    (Boosting("reg:quantileerror", quantile_alpha=0.8), "quantile_alpha=0.8"),
    (Boosting(loss_function="Quantile:alpha=0.9"), "alpha=0.9"),
    (Boosting("Quantile:delta=1e-6;alpha=0.1"), "alpha=0.1"),  # a synonym in CatBoost
    (Boosting(loss_function="LogLinQuantile:alpha=0.75"), "alpha=0.75"),
]


@pytest.mark.parametrize(("estimator", "words"), QUANTILES, ids=lambda one: str(one)[:40])
def test_quantiles_of_other_packages_are_known(estimator, words):
    model = Forecaster(estimator, 8, scaling=None).fit(WALK)
    with pytest.raises(ValueError, match=f"and {words} of Boosting forecasts one end of an inter"):
        model.forecast(2, level=0.8)
    with pytest.raises(ValueError, match="theta_part=True averages forecasts of means"):
        Forecaster(estimator, 8, theta_part=True).fit(WALK)


def test_several_quantiles_of_catboost_are_no_mean():
    several = Boosting(loss_function="MultiQuantile:alpha=0.1,0.5,0.9")
    with pytest.raises(ValueError, match="theta_part=True averages forecasts of means"):
        Forecaster(several, 8, theta_part=True).fit(WALK)


def test_medians_and_means_of_other_packages_are_known():
    for estimator in (
        Boosting("quantile", alpha=0.5),
        Boosting("reg:quantileerror", quantile_alpha=0.5),
        Boosting("regression", alpha=0.9),  # for its Huber loss
        Boosting(loss_function="Quantile"),
        Boosting(loss_function="Quantile:alpha=0.5;delta=1e-6"),
        Boosting(loss_function="Huber:delta=0.9"),
        Boosting(np.square, alpha=0.9),
    ):
        model = Forecaster(estimator, 8, scaling=None).fit(WALK)
        assert np.isfinite(model.forecast(2, level=0.8)).all(axis=None)


@pytest.mark.parametrize(
    "parameters",
    [
        *({"objective": one} for one in ("poisson", "count:poisson", "reg:tweedie", "gamma")),
        *({"loss_function": one} for one in ("Poisson", "Tweedie:variance_power=1.5")),
    ],
)
def test_amounts_of_other_packages_are_not_shifted(parameters):
    model = Forecaster(Boosting(**parameters), 8, calibration_size=None).fit(WALK + 5)
    assert model.scaling_ is None
    assert model.estimator_.smallest_ >= WALK.min() + 5
