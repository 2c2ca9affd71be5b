"""Columns known up to now that make forecasts worse are told."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression

from sklstm import Forecaster, PersistenceRegressor
from sklstm.forecasting import _past_pays

N_ROWS = 200
DAYS = pd.date_range("2025-01-01", periods=N_ROWS)
NOISE = np.random.default_rng(0).normal(size=(N_ROWS, 12))
SOLD = pd.Series(np.sin(np.arange(N_ROWS) / 3) + 0.1 * NOISE[:, 0], DAYS, name="sold")
USELESS = pd.DataFrame(NOISE[:, 1:], DAYS, columns=list("abcdefghijk"))


def fit(exog=USELESS, series=SOLD, estimator=None, **options):
    options = {"lookback": 10, "horizon": 2, "known_exog": None, "scaling": "level"} | options
    return Forecaster(estimator or LinearRegression(), **options).fit(series, exog)


def test_they_are_named_with_what_they_cost():
    told = r"\('a', 'b', 'c' and 8 more\) made forecasts of the newest rows worse: .* compare both"
    with pytest.warns(UserWarning, match=told) as caught:
        fit()
    ratio = float(str(caught[0].message).split("errors are ")[1].split(" times")[0])
    old, new = SOLD[:160], SOLD[160:]
    errors = []
    for exog in (USELESS, None):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = fit(None if exog is None else exog[:160], old, strategy="direct")
        error = 0.0
        for k in range(38):
            error += (model.forecast()["prediction"] - new).abs().mean()
            row = slice(k, k + 1)
            model.update(new[row], None if exog is None else exog[160:][row])
        errors.append(error)
    assert ratio == pytest.approx(errors[0] / errors[1], rel=0.15)


def test_of_a_panel():
    panel = pd.concat({"x": SOLD, "y": 2 * SOLD}, names=["shop", "day"]).to_frame("sold")
    exog = pd.concat({"x": USELESS, "y": USELESS[::-1].set_axis(DAYS)}, names=["shop", "day"])
    with pytest.warns(UserWarning, match="made forecasts of the newest rows worse"):
        fit(exog, panel, by="shop")


@pytest.mark.parametrize(
    "options",
    [
        {"known_exog": "all"},
        {"calibration_size": None},
        {"scaling": None},
        {"estimator": PersistenceRegressor()},  # which reads none of them
        {"series": SOLD[:40], "exog": USELESS[:40], "lookback": 2},  # too few to tell
    ],
)
def test_others_are_not(options):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit(**options)


def test_who_leads_is_not():
    leader = pd.DataFrame({"leader": NOISE[:, 0]}, DAYS)
    series = pd.Series(np.roll(NOISE[:, 0], 2) + 0.1 * NOISE[:, 1], DAYS, name="sold")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit(leader, series)


def test_folds_of_a_backtest_are_silent():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        backtest = Forecaster(LinearRegression(), 10, 2, known_exog=None, scaling="level")
        backtest.backtest(SOLD, 2, exog=USELESS, level=0.5, steps=2)


def test_both_models_are_of_the_same_rows(monkeypatch):
    """Where the regressor chose another scale, its model is of the rows split for the first one."""
    week = pd.DataFrame({"sunday": DAYS.day_of_week == 6}, DAYS) * 1.0
    series = (SOLD + 9 * week["sunday"]).rename("sold")
    compared = []

    def recorded(model, other, older, histories, steps):
        compared.extend(older)
        return relative_errors(model, other, older, histories, steps)

    relative_errors = _past_pays.relative_errors
    monkeypatch.setattr(_past_pays, "relative_errors", recorded)
    options = {"known_exog": ["sunday"], "scaling": "auto", "season": 30, "linear_part": False}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = fit(USELESS[["a"]].join(week)[:80], series[:80], **options)
    (error, *others) = fitted.scaling_trials_.values()
    assert fitted.scaling_ == "level"
    assert error > min(others)
    assert [len(past) for past in compared] == [80 - fitted._n_newest[None]]


class NeedsThem(LinearRegression):
    """Fails without them."""

    def fit(self, X, y):
        if X.shape[1] == 10:
            raise RuntimeError("no columns")
        return super().fit(X, y)


def test_what_goes_wrong_without_them_is_not_raised():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit(estimator=NeedsThem())
