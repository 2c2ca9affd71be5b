"""System S4: the next day of the Dow Jones average, windows and targets over the newest price."""

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import make_pipeline

from sklstm import (
    GRURegressor,
    PersistenceRegressor,
    SequenceWindower,
    WindowScaledRegressor,
    WindowScaler,
    forecast_pairs,
)

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def pairs(data_folder):
    prices = pd.read_csv(data_folder / "DJI_2001_2017.csv", index_col=0, parse_dates=True)
    close = prices.rename(columns=str.lower)[["close"]]
    assert len(close) == 4276
    X, y = forecast_pairs(close)
    return X, y, 9 + 2986  # the published pairs begin with the first whole window


def scaled_error(model, X, y, first_test_row):
    """Mean squared error over the test rows, each in units of the price of its day."""
    newest = X.iloc[first_test_row:, 0].to_numpy()
    error = model.predict(X.iloc[first_test_row:]) - y.iloc[first_test_row:].to_numpy()
    return float(np.mean((error / newest) ** 2))


def test_there_are_4266_pairs(pairs):
    X, y, _ = pairs
    assert len(X) - 9 == 4266
    windows = SequenceWindower(10).fit_transform(X)
    assert not np.isnan(windows[9:]).any()


def test_the_network_reaches_the_published_error_and_persistence_stands_beside_it(pairs):
    X, y, first = pairs
    train = slice(9, first)
    network = make_pipeline(
        SequenceWindower(lookback=10),
        WindowScaledRegressor(
            GRURegressor(
                256, optimizer="rmsprop", learning_rate=6e-4, batch_size=100, max_epochs=15,
                n_iter_no_change=None, init_scale=1.0, differencing="never", weight_decay=0.0,
                loss="squared_error", random_state=0,
            ),
            scaler=WindowScaler("last"),
        ),
    )  # fmt: skip
    naive = make_pipeline(SequenceWindower(lookback=10), PersistenceRegressor())
    errors = [
        scaled_error(model.fit(X.iloc[train], y.iloc[train]), X, y, first)
        for model in (network, naive)
    ]
    print(f"S4: GRU {errors[0]:.2e}, persistence {errors[1]:.2e}")
    assert errors[0] <= 6e-5
    assert errors[1] <= 6e-5  # shares are close to a random walk: here they are close to each other
