"""System S1, the moving-average baselines of a published tutorial, and the pairs of system S2.

Mid prices of AAL, 1000 days: each block of 250 days is min-maxed, the series is smoothed
exponentially from 0, and its next value is predicted. Errors are half the mean squared error.
"""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import mean_squared_error
from sklearn.pipeline import make_pipeline

from sklstm.baselines import EMARegressor, PersistenceRegressor, SMARegressor
from sklstm.data import forecast_pairs
from sklstm.preprocessing import ExponentialSmoother, SequenceWindower, WindowScaler

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def mid(data_folder):
    prices = pd.read_csv(data_folder / "AAL_data.csv", index_col="date", parse_dates=True)
    return ((prices["high"] + prices["low"]) / 2).to_frame("mid").iloc[:1000]


@pytest.fixture(scope="module")
def prepared(mid):
    """The series that is predicted, by the parts of this package."""
    return make_pipeline(
        WindowScaler("minmax", window_size=250, causal=False),
        ExponentialSmoother(alpha=0.1, initial=0.0),
    ).fit_transform(mid)


def half_error(y_true, y_pred):
    return mean_squared_error(y_true, y_pred) / 2


def published_series(mid):
    """The series as the tutorial makes it, value by value."""
    values = mid["mid"].to_numpy(copy=True)
    for first in range(0, 1000, 250):
        block = values[first : first + 250]
        block[:] = (block - block.min()) / (block.max() - block.min())
    smoothed = 0.0
    for row, value in enumerate(values):
        smoothed = 0.1 * value + 0.9 * smoothed
        values[row] = smoothed
    return values


def test_the_series_is_the_published_one(mid, prepared):
    assert prepared.index.equals(mid.index)
    np.testing.assert_allclose(prepared["mid"], published_series(mid), rtol=1e-11)


def test_mean_of_the_last_26(mid, prepared):
    X, y = forecast_pairs(prepared)
    model = make_pipeline(SequenceWindower(lookback=26), SMARegressor(window=26))
    # The published loop begins when 26 values are known.
    error = half_error(y[25:], model.fit(X, y).predict(X)[25:])
    values = published_series(mid)
    loop = [(values[row - 26 : row].mean() - values[row]) ** 2 for row in range(26, 1000)]
    assert error == pytest.approx(np.mean(loop) / 2, rel=1e-9)
    assert f"{error:.5f}" == "0.00444"
    assert f"{error:.6f}" == "0.004441"


def test_exponential_mean(mid, prepared):
    X, y = forecast_pairs(prepared)
    model = make_pipeline(SequenceWindower(lookback=100), EMARegressor(alpha=0.5, initial=0.0))
    error = half_error(y, model.fit(X, y).predict(X))
    values = published_series(mid)
    mean, loop = 0.0, []
    for row in range(1, 1000):
        mean = 0.5 * mean + 0.5 * values[row - 1]
        loop.append((mean - values[row]) ** 2)
    assert error == pytest.approx(np.mean(loop) / 2, rel=1e-9)
    assert f"{error:.5f}" == "0.00018"
    assert f"{error:.6f}" == "0.000183"


def test_persistence_is_better_than_both(mid, prepared):
    X, y = forecast_pairs(prepared)
    model = make_pipeline(SequenceWindower(lookback=5), PersistenceRegressor())
    error = half_error(y, model.fit(X, y).predict(X))
    assert error == pytest.approx(np.mean(np.diff(published_series(mid)) ** 2) / 2, rel=1e-9)
    assert f"{error:.7f}" == "0.0000533"


def test_s2_has_990_pairs(prepared):
    X, y = forecast_pairs(prepared, horizon=4)
    windows = SequenceWindower(lookback=7).fit_transform(X)
    complete = ~np.isnan(windows).any(axis=(1, 2))
    assert complete.sum() == 990
    values = prepared["mid"].to_numpy()
    for pair, (window, target) in enumerate(zip(windows[complete], y[complete], strict=True)):
        np.testing.assert_array_equal(window[:, 0], values[pair : pair + 7])
        assert target == values[pair + 7 + 3]
