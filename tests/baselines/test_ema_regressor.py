"""`EMARegressor` against a plain loop, pandas and the smoother."""

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import make_pipeline

from sklstm.baselines import EMARegressor
from sklstm.preprocessing import ExponentialSmoother, SequenceWindower

RNG = np.random.default_rng(0)
WINDOWS = RNG.normal(size=(20, 9))
WINDOWS[RNG.random((20, 9)) < 0.4] = np.nan
WINDOWS[:, 8] = RNG.normal(size=20)


def naive(values, alpha, initial):
    state = None if initial == "first" else initial
    for value in values[~np.isnan(values)]:
        state = value if state is None else alpha * value + (1 - alpha) * state
    return state


@pytest.mark.filterwarnings("ignore:alpha=0.05 gives what came before 9 steps")
@pytest.mark.parametrize("alpha", [0.05, 0.5, 1.0])
@pytest.mark.parametrize("initial", ["first", 0, 0.0, 2.5])
def test_is_the_exponential_mean_of_the_observed_values(alpha, initial):
    expected = [naive(values, alpha, initial) for values in WINDOWS]
    model = EMARegressor(alpha, initial=initial).fit(WINDOWS, np.ones(20))
    np.testing.assert_allclose(model.predict(WINDOWS), expected, rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("alpha", [0.2, 0.5])
def test_equals_pandas_when_the_window_holds_the_whole_series(alpha, rng):
    series = pd.Series(rng.normal(size=40).cumsum())
    series[rng.random(40) < 0.3] = np.nan
    series[0] = 1.0
    model = make_pipeline(SequenceWindower(40), EMARegressor(alpha))
    predicted = model.fit(series.to_frame("x"), np.ones(40)).predict(series.to_frame("x"))
    expected = series.ewm(alpha=alpha, adjust=False, ignore_na=True).mean()
    np.testing.assert_allclose(predicted, expected, rtol=1e-12)


def test_equals_the_smoother(rng):
    series = rng.normal(size=(40, 1)).cumsum(axis=0)
    model = make_pipeline(SequenceWindower(40), EMARegressor(0.3, initial=0.0))
    expected = ExponentialSmoother(0.3, initial=0.0).fit_transform(series)[:, 0]
    np.testing.assert_allclose(model.fit(series, expected).predict(series), expected, rtol=1e-13)


def test_windows_that_are_too_short_are_told(rng):
    series = rng.normal(size=(90, 1))
    words = r"alpha=0.1 .* before 10 steps a weight of 35%, .* n_timesteps=10.*\(lookback=66\)"
    with pytest.warns(UserWarning, match=words):
        make_pipeline(SequenceWindower(10), EMARegressor(0.1)).fit(series, series[:, 0])
    for lookback, model in (
        (10, EMARegressor()),
        (66, EMARegressor(0.1)),
        (10, EMARegressor(0.1, initial=0.0)),  # what stands before a window is asked for
    ):
        make_pipeline(SequenceWindower(lookback), model).fit(series, series[:, 0])  # in silence


@pytest.mark.filterwarnings("ignore:alpha=0.1 gives what came before 1 steps")
def test_a_window_of_one_value_predicts_it_exactly(rng):
    values = rng.normal(size=(50, 1))
    np.testing.assert_array_equal(
        EMARegressor(0.1).fit(values, np.ones(50)).predict(values), values[:, 0]
    )


def test_arithmetic_is_in_double_precision(rng):
    windows = (1e4 + rng.normal(size=(5, 300))).astype(np.float32)
    predicted = EMARegressor(0.01).fit(windows, np.ones(5)).predict(windows)
    expected = [naive(values.astype(np.float64), 0.01, "first") for values in windows]
    assert predicted.dtype == np.float64
    np.testing.assert_allclose(predicted, expected, rtol=1e-14)


@pytest.mark.parametrize(
    "parameters",
    [{"alpha": 0}, {"alpha": 1.1}, {"alpha": "1"}, {"initial": "last"}, {"initial": np.nan}],
)
def test_wrong_parameters_are_named(parameters):
    (name,) = parameters
    with pytest.raises(ValueError, match=f"The '{name}' parameter of EMARegressor must be"):
        EMARegressor(**parameters).fit(WINDOWS, np.ones(20))
