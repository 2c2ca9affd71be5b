"""A small series, its windows, and networks small enough to be fitted many times over."""

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import TimeSeriesSplit
from sklearn.pipeline import make_pipeline

from sklstm import (
    GRUClassifier,
    GRURegressor,
    LSTMClassifier,
    LSTMRegressor,
    SequenceWindower,
    forecast_pairs,
)

LOOKBACK = 5
SMALL = {"hidden_size": 4, "max_epochs": 10, "learning_rate": 0.05, "batch_size": 16}


@pytest.fixture(scope="session")
def series():
    """A wave that can be forecast, and noise that helps nobody."""
    rng = np.random.default_rng(0)
    wave = 50 + 10 * np.sin(np.arange(160) / 4) + rng.normal(scale=0.5, size=160)
    days = pd.date_range("2025-01-01", periods=160, freq="D")
    return pd.DataFrame({"wave": wave, "noise": rng.normal(size=160)}, index=days)


@pytest.fixture(scope="session")
def pairs(series):
    """Rows, and the wave two rows later."""
    return forecast_pairs(series, horizon=2, target="wave")


@pytest.fixture(scope="session")
def labels(pairs):
    """Whether the wave goes up or down in these two rows."""
    X, y = pairs
    return pd.Series(np.where(y > X["wave"], "up", "down"), index=X.index)


@pytest.fixture(scope="session")
def windows(pairs):
    """Windows of three axes; the first ones begin with missing steps."""
    return SequenceWindower(LOOKBACK).fit_transform(pairs[0])


@pytest.fixture(scope="session")
def edge_windows(pairs):
    """The same without missing steps."""
    return SequenceWindower(LOOKBACK, pad="edge").fit_transform(pairs[0])


@pytest.fixture(scope="session")
def wave_windows(windows):
    """Windows of one feature with two axes, (n_samples, n_timesteps)."""
    return windows[:, :, 0]


@pytest.fixture(scope="session")
def folds():
    """Folds in the order of time, with the gap of a horizon of two rows."""
    return TimeSeriesSplit(n_splits=3, gap=1)


@pytest.fixture(params=[GRURegressor, LSTMRegressor], ids=lambda cls: cls.__name__)
def regressor(request):
    return request.param(**SMALL, random_state=0)


@pytest.fixture(params=[GRUClassifier, LSTMClassifier], ids=lambda cls: cls.__name__)
def classifier(request):
    return request.param(**SMALL, random_state=0)


@pytest.fixture
def forecaster(regressor):
    """A pipeline that takes rows."""
    return make_pipeline(SequenceWindower(LOOKBACK), regressor)
