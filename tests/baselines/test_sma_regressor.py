"""`SMARegressor` against a plain loop and pandas."""

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import make_pipeline

from sklstm.baselines import SMARegressor
from sklstm.preprocessing import SequenceWindower

RNG = np.random.default_rng(0)
WINDOWS = RNG.normal(size=(20, 9))
WINDOWS[RNG.random((20, 9)) < 0.4] = np.nan
WINDOWS[:, 0] = RNG.normal(size=20)


@pytest.mark.filterwarnings("ignore:window=50 asks for the mean of 50 values")
@pytest.mark.parametrize("window", [1, 3, 9, 50])
def test_is_the_mean_of_the_last_observed_values(window):
    expected = [np.mean(values[~np.isnan(values)][-window:]) for values in WINDOWS]
    predicted = SMARegressor(window).fit(WINDOWS, np.ones(20)).predict(WINDOWS)
    np.testing.assert_allclose(predicted, expected, rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("window", [1, 5, 12])
def test_equals_a_rolling_mean_of_pandas(window, rng):
    series = pd.Series(rng.normal(size=60).cumsum())
    model = make_pipeline(SequenceWindower(12), SMARegressor(window))
    predicted = model.fit(series.to_frame("x"), series).predict(series.to_frame("x"))
    expected = series.rolling(window, min_periods=1).mean()
    np.testing.assert_allclose(predicted, expected, rtol=1e-11)


def test_arithmetic_is_in_double_precision(rng):
    windows = (1e4 + rng.normal(size=(5, 300))).astype(np.float32)
    predicted = SMARegressor(300).fit(windows, np.ones(5)).predict(windows)
    assert predicted.dtype == np.float64
    np.testing.assert_allclose(predicted, windows.astype(np.float64).mean(axis=1), rtol=1e-14)


def test_windows_that_are_too_short_are_told(rng):
    series = rng.normal(size=(60, 1))
    words = r"window=26 asks for the mean of 26 .* n_timesteps=10.*lookback=26.*window=10\."
    with pytest.warns(UserWarning, match=words):
        make_pipeline(SequenceWindower(10), SMARegressor()).fit(series, series[:, 0])
    make_pipeline(SequenceWindower(26), SMARegressor()).fit(series, series[:, 0])  # in silence


@pytest.mark.parametrize("window", [0, -1, 2.0, None, "5"])
def test_wrong_windows_are_refused(window):
    with pytest.raises(ValueError, match="The 'window' parameter of SMARegressor must be an int"):
        SMARegressor(window).fit(WINDOWS, np.ones(20))
