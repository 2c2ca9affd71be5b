"""System S5: AAXJ, the next close as target at every step of a sequence."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import mean_squared_error
from sklearn.preprocessing import MinMaxScaler

from sklstm import LSTMRegressor, SequenceWindower, forecast_pairs

pytestmark = pytest.mark.data

LOOKBACK = 20


@pytest.fixture(scope="module")
def sequences(data_folder):
    """Sequences of 20 steps with the next close at every step, in (-1, 1); 80 / 20 in time."""
    prices = pd.read_csv(data_folder / "aaxj.us.txt", index_col="Date", parse_dates=True)
    prices = prices[["Open", "High", "Low", "Close"]]
    assert len(prices) == 2325
    scaled = MinMaxScaler((-1, 1)).set_output(transform="pandas").fit_transform(prices)
    X, y = forecast_pairs(scaled, target="Close")
    windows = SequenceWindower(LOOKBACK).fit_transform(X)[LOOKBACK - 1 :]
    targets = SequenceWindower(LOOKBACK).fit_transform(y.to_frame())[LOOKBACK - 1 :, :, 0]
    first_test = round(0.8 * len(windows))
    return windows, targets, first_test


def test_the_target_of_a_step_is_the_close_of_the_next(sequences):
    windows, targets, _ = sequences
    np.testing.assert_array_equal(targets[:, :-1], windows[:, 1:, 3])
    np.testing.assert_array_equal(targets[:-1, -1], windows[1:, -1, 3])


def test_a_hundred_full_batch_epochs(sequences):
    windows, targets, first_test = sequences
    network = LSTMRegressor(
        32, num_layers=2, output="sequence", learning_rate=0.01, max_epochs=100,
        batch_size=first_test, shuffle=False, n_iter_no_change=None, init_scale=1.0,
        differencing="never", weight_decay=0.0, random_state=0,
    )  # fmt: skip
    network.fit(windows[:first_test], targets[:first_test])
    assert network.n_iter_ == 100
    for epoch in range(9, 100, 10):
        error = network.loss_curve_[epoch] * network.target_scale_[0] ** 2
        print(f"S5: epoch {epoch + 1:3d}, training MSE {error:.5f}")

    predicted = network.predict(windows[first_test:])
    assert predicted.shape == targets[first_test:].shape
    actual = targets[first_test:, -1]
    test_error = mean_squared_error(actual, predicted[:, -1])
    naive_error = mean_squared_error(actual, windows[first_test:, -1, 3])
    print(f"S5: last step of the test rows, MSE {test_error:.5f}, persistence {naive_error:.5f}")
    every_step = predicted[:, :-1] - targets[first_test:, :-1]
    assert np.mean(every_step[:, 4:] ** 2) < 2 * test_error  # it has learned at every step
    assert network.loss_curve_[-1] * network.target_scale_[0] ** 2 < 0.003
    assert test_error < 0.003
    assert naive_error < test_error  # the share is close to a random walk
