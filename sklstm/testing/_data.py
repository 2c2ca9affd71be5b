"""Seeded data for the checks."""

import numpy as np
import pandas as pd
from sklearn.base import is_classifier

N_STEPS = 90
LOOKBACK = 8


def random_series(n_features=2):
    """Return a random walk as a frame with a RangeIndex, shape (N_STEPS, n_features)."""
    steps = np.random.default_rng(0).normal(size=(N_STEPS, n_features))
    names = [f"feature {k}" for k in range(n_features)]
    return pd.DataFrame(100 + steps.cumsum(axis=0), columns=names)


def random_windows(n_features=2):
    """Return separate windows, shape (N_STEPS, LOOKBACK, n_features)."""
    steps = np.random.default_rng(1).normal(size=(N_STEPS, LOOKBACK, n_features))
    return steps.cumsum(axis=1)


def targets(estimator, rows):
    """Return a target that depends on the last value of each row or window."""
    values = np.asarray(rows)
    last = values.reshape(len(values), -1)[:, -1]
    return (last > np.median(last)).astype(int) if is_classifier(estimator) else last


def results(estimator, X):
    """Return what an estimator says of `X` by each of its methods."""
    methods = ("predict", "predict_proba", "transform")
    return {
        name: np.asarray(getattr(estimator, name)(X))
        for name in methods
        if hasattr(estimator, name)
    }


def assert_same_bits(first, second, what):
    """Raise an AssertionError unless two sets of results are equal to the last bit."""
    for name, expected in first.items():
        same = np.array_equal(expected, second[name], equal_nan=expected.dtype.kind == "f")
        assert same, f"{name}: {what}"
