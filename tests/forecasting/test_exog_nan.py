"""Exogenous values that are NaN reach regressors that take them, and are no missing step."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline

from sklstm import Forecaster, GRURegressor

N, LOOKBACK = 60, 3
DAYS = pd.date_range("2024-01-01", periods=N)
RNG = np.random.default_rng(0)
SERIES = pd.Series(RNG.normal(size=N).cumsum(), DAYS, name="sales")
EXOG = pd.DataFrame({"price": RNG.normal(size=N), "rain": RNG.normal(size=N)}, DAYS)
EXOG = EXOG.mask(RNG.random(EXOG.shape) < 0.2)
EXOG.iloc[-1] = np.nan


class Recorder(RegressorMixin, BaseEstimator):
    """Keeps the windows that it is given, and predicts the mean."""

    def fit(self, X, y):
        self.read_, self.mean_ = [np.array(X)], np.mean(y)
        return self

    def predict(self, X):
        self.read_.append(np.array(X))
        return np.full(len(X), self.mean_)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags


def forecaster(regressor, **options):
    options = {"scaling": None, "calibration_size": None} | options
    return Forecaster(regressor, LOOKBACK, **options)


def windows(series, exog):
    """Return rows of the series beside exogenous ones, as flat windows."""
    rows = np.column_stack([series, exog])
    return np.stack([rows[t : t + LOOKBACK].ravel() for t in range(len(rows) - LOOKBACK + 1)])


def test_values_known_in_advance_stand_in_windows_as_they_are():
    model = forecaster(Recorder()).fit(SERIES[:50], EXOG[:50])
    model.forecast(2, EXOG[50:52])
    fitted, *_, first, second = model.estimator_.read_  # in between what fit has looked at
    mean = model.estimator_.mean_
    np.testing.assert_array_equal(fitted, windows(SERIES[:49], EXOG[1:50]))
    np.testing.assert_array_equal(first, windows(SERIES[47:50], EXOG[48:51]))
    known = [*SERIES[48:50], mean]
    np.testing.assert_array_equal(second, windows(known, EXOG[49:52]))


def test_of_past_values_the_newest_that_is_known_is_repeated():
    model = forecaster(Recorder(), strategy="recursive", known_exog=None).fit(SERIES, EXOG)
    model.forecast(2)
    fitted, *_, first, second = model.estimator_.read_  # in between what fit has looked at
    np.testing.assert_array_equal(fitted, windows(SERIES, EXOG)[:-1])
    np.testing.assert_array_equal(first, windows(SERIES, EXOG)[-1:])
    newest = EXOG.ffill().iloc[-1]
    assert not newest.isna().any()
    np.testing.assert_array_equal(second[0, -2:], newest)


def test_missing_steps_stay_missing():
    series = SERIES.copy()
    series.iloc[20] = np.nan
    model = forecaster(Recorder(), known_exog=None).fit(series, EXOG)
    expected = windows(series, EXOG.where(series.notna(), np.nan))
    has_target = series.iloc[LOOKBACK:].notna().to_numpy()
    np.testing.assert_array_equal(model.estimator_.read_[0], expected[:-1][has_target])


TAKERS = {
    "trees": HistGradientBoostingRegressor(max_iter=5, min_samples_leaf=3),
    "imputer": make_pipeline(SimpleImputer(), Ridge()),
}


@pytest.mark.parametrize("regressor", TAKERS.values(), ids=TAKERS)
@pytest.mark.parametrize("strategy", ["recursive", "direct"])
@pytest.mark.parametrize("scaling", [None, "auto"])
def test_everything_works_with_them(regressor, strategy, scaling):
    options = {"strategy": strategy, "horizon": 2, "scaling": scaling, "calibration_size": 0.2}
    model = forecaster(regressor, **options).fit(SERIES[:50], EXOG[:50])
    before = model.forecast(2, EXOG[50:52], level=0.5)
    model.update(SERIES[50:55], EXOG[50:55])
    after = model.forecast(2, EXOG[55:57])
    assert np.isfinite(before.to_numpy()).all()
    assert np.isfinite(after.to_numpy()).all()
    forecasts = model.backtest(SERIES, 2, exog=EXOG, steps=2, stride=2).forecasts
    assert forecasts["prediction"].notna().all()


def test_series_of_a_panel_keep_theirs():
    panel = pd.concat({"a": SERIES, "b": -SERIES}, names=["shop", "day"]).to_frame("sales")
    exog = pd.concat({"a": EXOG, "b": EXOG[::-1].set_axis(DAYS)}, names=["shop", "day"])
    model = forecaster(Recorder(), known_exog=None, by="shop").fit(panel, exog)
    parts = [windows(panel.loc[key], exog.loc[key])[:-1] for key in ("a", "b")]
    found = model.estimator_.read_[0]
    order = np.lexsort(found.T)
    expected = np.concatenate(parts)
    np.testing.assert_array_equal(found[order], expected[np.lexsort(expected.T)])


@pytest.mark.parametrize("regressor", [Ridge(), GRURegressor(4, max_epochs=1)])
def test_other_regressors_refuse_them(regressor):
    label, column = EXOG.isna().stack().idxmax()
    with pytest.raises(ValueError, match=rf"exog is NaN at {label.date()} .*, column '{column}'"):
        forecaster(regressor).fit(SERIES, EXOG)


def test_columns_without_any_value_are_told_before_a_regressor_fails():
    empty = EXOG.assign(snow=np.nan, hail=np.nan)
    with pytest.warns(UserWarning, match=r"columns \['snow', 'hail'\].*leave them out"):
        forecaster(Recorder(), known_exog=None).fit(SERIES, empty)
    empty.iloc[-1] = 1.0  # of one row something is known
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        forecaster(Recorder(), known_exog=None).fit(SERIES, empty)


def test_columns_of_one_series_alone_are_no_empty_columns():
    panel = pd.concat({"a": SERIES, "b": SERIES}, names=["shop", "day"]).to_frame()
    exog = pd.concat({"a": EXOG, "b": EXOG.assign(rain=np.nan)}, names=["shop", "day"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        forecaster(Recorder(), by="shop", known_exog=None).fit(panel, exog)
