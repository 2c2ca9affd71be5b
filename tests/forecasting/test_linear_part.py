"""Forecasts whose linear part comes first."""

import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import GammaRegressor, LinearRegression, Ridge

from sklstm import Forecaster, LSTMRegressor
from sklstm.forecasting._linear_part import LinearPart, choose_linear_part

NETWORK = LSTMRegressor(4, max_epochs=2, random_state=0)
DIRECT = {"lookback": 12, "horizon": 3, "strategy": "direct", "scaling": "difference"}


class Recorder(RegressorMixin, BaseEstimator):
    """Predicts zeros, and keeps what it is given."""

    def fit(self, X, y):
        self.windows_, self.targets_, self.later_ = X, y, []
        return self

    def partial_fit(self, X, y):
        self.later_.append((X, y))
        return self

    def predict(self, X):
        return np.zeros((len(X), *self.targets_.shape[1:]))

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags


def autoregression(n_steps=300, seed=0):
    """Return a series that depends on its value of twelve rows before."""
    rng = np.random.default_rng(seed)
    values = rng.normal(size=n_steps)
    for t in range(12, n_steps):
        values[t] += 0.9 * values[t - 12]
    return values


def pairs_of(values, lookback=12, horizon=3):
    """Return windows less their newest value, and the rows that follow less the same."""
    view = np.lib.stride_tricks.sliding_window_view(values, lookback + horizon)
    windows, after = view[:, :lookback], view[:, lookback:]
    return windows - windows[:, -1:], after - windows[:, -1:]


def test_without_noise_the_linear_part_is_the_regression_of_all_values(rng):
    windows = rng.normal(size=(200, 4, 2)) * [1.0, 1000.0]  # units of one column are its own
    targets = windows.reshape(200, 8) @ rng.normal(size=(8, 3)) + [1.0, 2.0, 3.0]
    linear = LinearPart.fit(windows, targets, robust=False)
    least_squares = LinearRegression().fit(windows.reshape(200, 8), targets)
    np.testing.assert_allclose(linear.coefficients, least_squares.coef_.T, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(linear.predict(windows), targets, atol=1e-5 * targets.std())


def test_missing_values_count_as_their_mean(rng):
    windows = rng.normal(5.0, 1.0, size=(100, 3, 1))
    targets = windows.sum(axis=1)
    linear = LinearPart.fit(windows, targets, robust=False)
    holed, filled = windows[:1].copy(), windows[:1].copy()
    holed[0, 1], filled[0, 1] = np.nan, windows[:, 1].mean()
    np.testing.assert_allclose(linear.predict(holed), linear.predict(filled), rtol=1e-12)


def test_windows_are_written_over_only_if_they_may_be(rng):
    windows, targets = rng.normal(size=(100, 4, 2)), rng.normal(size=(100, 3))
    windows[::7, 0] = np.nan
    before = windows.copy()
    linear = LinearPart.fit(windows, targets, robust=True)
    np.testing.assert_array_equal(windows, before)
    again = LinearPart.fit(windows, targets, robust=True, copy=False)
    np.testing.assert_array_equal(again.coefficients, linear.coefficients)
    np.testing.assert_array_equal(again.center, linear.center)


def test_a_choice_leaves_windows_as_they_are(rng):
    windows, targets = rng.normal(size=(300, 4, 1)), rng.normal(size=(300, 1))
    before = windows.copy()
    choose_linear_part("auto", windows, targets, np.repeat([0, 1, 2], 100), 1, robust=True)
    np.testing.assert_array_equal(windows, before)


def test_a_column_may_be_known_in_new_windows_alone():
    exog = np.where(np.arange(120) > 100, 1.0, np.nan)
    trees = HistGradientBoostingRegressor(max_iter=2)
    forecaster = Forecaster(trees, 4, scaling="difference", linear_part=True, known_exog=None)
    forecaster.set_params(calibration_size=None).fit(autoregression(120), exog.reshape(-1, 1))
    assert np.isfinite(forecaster.linear_part_score_)


def test_outliers_among_targets_do_not_decide_where_errors_are_absolute(rng):
    windows = rng.normal(size=(300, 2, 1))
    targets = windows.sum(axis=1) + 0.01 * rng.normal(size=(300, 1))
    targets[::30] += 100.0
    near = LinearPart.fit(windows, targets, robust=True).coefficients
    far = LinearPart.fit(windows, targets, robust=False).coefficients
    assert np.abs(near - 1.0).max() < 0.02 < np.abs(far - 1.0).max()


def test_a_prediction_does_not_depend_on_the_windows_beside_it(rng):
    windows, targets = rng.normal(size=(70, 48, 1)), rng.normal(size=(70, 24))
    linear = LinearPart.fit(windows, targets, robust=False)
    whole = linear.predict(windows)
    for rows in ([69], [3, 1], range(5, 40)):
        np.testing.assert_array_equal(linear.predict(windows[rows]), whole[rows])
    assert linear.predict(windows[:0]).shape == (0, 24)


def test_a_regressor_learns_what_the_linear_part_leaves():
    values = autoregression()
    forecaster = Forecaster(Recorder(), **DIRECT, linear_part=True, calibration_size=None)
    forecast = forecaster.fit(values).forecast()["prediction"]
    windows, after = pairs_of(values)
    linear = LinearPart.fit(windows[:, :, np.newaxis], after, robust=False)
    left = after - linear.predict(windows[:, :, np.newaxis])
    np.testing.assert_allclose(forecaster.estimator_.targets_, left, atol=1e-9)
    newest = (values[-12:] - values[-1]).reshape(1, 12, 1)
    np.testing.assert_allclose(forecast, linear.predict(newest)[0] + values[-1], rtol=1e-9)

    more = autoregression(303)
    forecaster.partial_fit(more[300:])
    ((given, rest),) = forecaster.estimator_.later_
    windows, after = pairs_of(more)
    np.testing.assert_allclose(given, windows[-3:], atol=1e-12)
    left = after[-3:] - linear.predict(windows[-3:, :, np.newaxis])
    np.testing.assert_allclose(rest, left, atol=1e-9)


@pytest.mark.parametrize("loss", ["squared_error", "normal"])
def test_a_forecast_is_the_sum_of_both_parts(loss):
    values = autoregression()
    network = LSTMRegressor(4, loss=loss, max_epochs=2, random_state=0)
    forecaster = Forecaster(network, **DIRECT, linear_part=True).fit(values)
    window = (values[-12:] - values[-1]).reshape(1, 12, 1)
    parts = forecaster.estimator_.predict(window) + forecaster.linear_part_.predict(window)
    forecast = forecaster.forecast(level=0.8)
    np.testing.assert_allclose(forecast["prediction"], parts[0] + values[-1], rtol=1e-9)
    copy = pickle.loads(pickle.dumps(forecaster))
    pd.testing.assert_frame_equal(copy.forecast(level=0.8), forecast)
    paths = forecaster.sample_paths(n_paths=2000, random_state=0)
    spread = paths.std(axis=1).mean()
    np.testing.assert_allclose(paths.mean(axis=1), forecast["prediction"], atol=0.3 * spread)


def test_it_is_chosen_where_a_line_tells_more_than_bounded_features_do():
    """An autoregression, but neither noise nor a map of which no line tells."""
    chaos = [0.3]
    for _ in range(599):
        chaos.append(3.99 * chaos[-1] * (1 - chaos[-1]))
    options = {"lookback": 40, "strategy": "direct", "calibration_size": None}

    def chosen(values):
        forecaster = Forecaster(NETWORK, **options).fit(values)
        return forecaster.linear_part_ is not None, forecaster.linear_part_score_

    swinging = np.random.default_rng(0).normal(size=600)
    for t in range(2, 600):
        swinging[t] += 1.2 * swinging[t - 1] - 0.9 * swinging[t - 2]
    found, score = chosen(swinging)
    assert found
    assert score < 0.95
    for values in (np.random.default_rng(0).normal(size=600), np.array(chaos)):
        found, score = chosen(values)
        assert not found
        assert score > 0.97


def test_few_windows_decide_nothing(rng):
    windows, targets = rng.normal(size=(50, 3, 1)), rng.normal(size=(50, 1))
    series = np.zeros(50, dtype=int)
    linear, score = choose_linear_part("auto", windows, targets, series, 1, robust=False)
    assert linear is None
    assert np.isnan(score)
    linear, score = choose_linear_part(True, windows, targets, series, 1, robust=False)
    assert isinstance(linear, LinearPart)
    assert np.isnan(score)


@pytest.mark.parametrize(
    ("estimator", "options"),
    [
        (Ridge(), {"scaling": "difference"}),
        (NETWORK, {"scaling": None}),
        (LSTMRegressor(4, loss="poisson", max_epochs=1), {"scaling": "level"}),
        (NETWORK, {"scaling": "difference", "linear_part": False}),
        (NETWORK, {"scaling": "level", "strategy": "recursive"}),
    ],
)
def test_where_there_is_none(estimator, options):
    values = np.abs(autoregression()).round()
    options = {"lookback": 12, "strategy": "direct", "calibration_size": None} | options
    forecaster = Forecaster(estimator, **options).fit(values)
    assert forecaster.linear_part_ is None
    assert np.isnan(forecaster.linear_part_score_)


@pytest.mark.parametrize(
    ("estimator", "options", "words"),
    [
        (NETWORK, {"scaling": None}, "linear_part=True is fitted to windows in a scale"),
        (LSTMRegressor(loss="poisson"), {"scaling": "level"}, "negative.*loss='poisson'.*does not"),
        (GammaRegressor(), {"scaling": "level"}, r"negative.*GammaRegressor\(\) does not learn"),
    ],
)
def test_what_cannot_be_is_refused(estimator, options, words):
    with pytest.raises(ValueError, match=words):
        Forecaster(estimator, linear_part=True, **options).fit(np.arange(50.0))


def test_rows_that_training_stops_by_are_not_looked_at():
    values = autoregression()
    network = LSTMRegressor(4, early_stopping=True, max_epochs=1, random_state=0)
    forecaster = Forecaster(network, **DIRECT, linear_part=True, calibration_size=None)
    before = forecaster.fit(values).linear_part_.coefficients
    values[-20:] += 10.0
    after = forecaster.fit(values).linear_part_.coefficients
    np.testing.assert_array_equal(after, before)
    whole = forecaster.set_params(estimator=NETWORK).fit(values).linear_part_.coefficients
    assert np.abs(whole - before).max() > 0.01


def test_nothing_is_warned_of_where_the_linear_part_is_everything(rng):
    noise = rng.normal(size=100)
    network = LSTMRegressor(2, max_epochs=50, n_iter_no_change=2, tol=0.5, random_state=0)
    forecaster = Forecaster(network, lookback=4, scaling="level", calibration_size=None)
    with pytest.warns(ConvergenceWarning, match="has learned nothing"):
        forecaster.set_params(linear_part=False).fit(noise)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        forecaster.set_params(linear_part=True).fit(noise)
    forecaster.set_params(estimator__learning_rate=100.0, estimator__max_epochs=3)
    with pytest.warns(ConvergenceWarning, match="has learned nothing"):  # but worse than nothing
        forecaster.fit(noise)


def test_a_wave_without_noise_has_a_linear_part():
    """And is forecast at least as well as without."""
    wave = np.sin(np.arange(300) / 3)
    after = np.sin(np.arange(300, 306) / 3)
    forecaster = Forecaster(LSTMRegressor(4, max_epochs=20, random_state=0), lookback=40)
    forecaster.set_params(horizon=6, strategy="direct", calibration_size=None).fit(wave)
    assert forecaster.linear_part_score_ < 0.01
    error = np.abs(forecaster.forecast(6)["prediction"] - after).max()
    plain = forecaster.set_params(linear_part=False).fit(wave)
    assert error < np.abs(plain.forecast(6)["prediction"] - after).max()
