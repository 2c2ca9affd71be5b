"""Losses of counts and amounts refuse a scale by its name, if it makes other numbers of them."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import TransformedTargetRegressor
from sklearn.linear_model import PoissonRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklstm import Forecaster, GRURegressor
from sklstm.forecasting import _scaled_amounts, _training_pairs

DAYS = pd.date_range("2025-01-01", periods=90, name="day")
RNG = np.random.default_rng(3)
OFFER = pd.DataFrame({"offer": (RNG.random(90) < 0.3) * 1.0}, DAYS)
SOLD = pd.Series(1.0 + RNG.poisson(8 + 6 * OFFER["offer"]), DAYS)


def network(loss):
    return GRURegressor(2, loss=loss, max_epochs=1, random_state=0)


def fitted(regressor, scaling, series=SOLD, exog=None):
    model = Forecaster(
        regressor, 10, horizon=5, strategy="direct", scaling=scaling, season=7,
        calibration_size=None,
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of one epoch
        return model.fit(series, exog)


def refused(what, scaling):
    return rf"{what} takes counts or amounts as they are, and scaling='{scaling}' makes other num"


@pytest.mark.parametrize("exog", [None, OFFER], ids=["alone", "known in advance"])
@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize(
    ("loss", "scaling"),
    [
        ("negative_binomial", "standard"), ("poisson", "ratio"), ("bernoulli", "difference"),
        ("gamma", "scaled_seasonal_difference"), ("tweedie", "log_difference"),
    ],
)  # fmt: skip
def test_networks_name_loss_and_scale(loss, scaling, exog, many, monkeypatch):
    if many:
        monkeypatch.setattr(_training_pairs, "_MANY_VALUES", 0)
        monkeypatch.setattr(_scaled_amounts, "_AT_A_TIME", 8)
    series = (SOLD > 9) * 1.0 if loss == "bernoulli" else SOLD
    with pytest.raises(ValueError, match=refused(f"loss='{loss}'", scaling) + ".*'level'"):
        fitted(network(loss), scaling, series, exog)


@pytest.mark.parametrize("scaling", ["standard", "difference"])
def test_regressors_of_others_are_named(scaling):
    regressor = make_pipeline(StandardScaler(), PoissonRegressor())
    with pytest.raises(ValueError, match=r"(?s)^Pipeline.*PoissonRegressor.* and scaling='"):
        fitted(regressor, scaling)


@pytest.mark.parametrize("scaling", [None, "level", "auto"])
def test_amounts_are_learned_as_they_are(scaling):
    model = fitted(network("negative_binomial"), scaling, exog=OFFER)
    assert (model.forecast(5, exog=OFFER.set_axis(DAYS + DAYS.freq * 90))["prediction"] >= 0).all()


@pytest.mark.parametrize(
    ("regressor", "scaling", "series"),
    [
        (network("negative_binomial"), "difference", SOLD.cumsum()),  # a total that never falls
        (network("gamma"), "log_level", SOLD + 1),
        (PoissonRegressor(), "log_level", SOLD + 1),
        (TransformedTargetRegressor(PoissonRegressor(), func=np.exp, inverse_func=np.log),
         "standard", SOLD),
    ],
)  # fmt: skip
def test_scales_that_leave_amounts_are_taken(regressor, scaling, series):
    model = fitted(regressor, scaling, series)
    assert model.scaling_ == scaling
    assert np.isfinite(model.forecast()["prediction"]).all()


def test_one_wrong_window_of_many_is_enough(monkeypatch):
    monkeypatch.setattr(_scaled_amounts, "_AT_A_TIME", 8)
    total = SOLD.cumsum()
    total.iloc[-1] -= 100.0
    with pytest.raises(ValueError, match=refused("loss='poisson'", "difference")):
        fitted(network("poisson"), "difference", total)
