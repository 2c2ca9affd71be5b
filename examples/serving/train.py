"""
Make the model file for the server next to this script: ``python train.py model.joblib``.

The series is made up; put your own in its place.
"""

import os
import sys
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from sklstm import LSTMRegressor, SequenceWindower, forecast_pairs


def make_series(n_rows=400):
    """Return daily demand and warmth with a weekly rhythm."""
    rng = np.random.default_rng(0)
    week = np.sin(2 * np.pi * np.arange(n_rows) / 7)
    return pd.DataFrame(
        {
            "demand": 100 + 10 * week + rng.normal(size=n_rows),
            "warmth": 15 + 3 * week + rng.normal(size=n_rows),
        },
        index=pd.date_range("2025-01-01", periods=n_rows, freq="D"),
    )


def train(series):
    """Return a pipeline that predicts the demand three rows ahead."""
    X, y = forecast_pairs(series, horizon=3, target="demand")
    pipeline = Pipeline(
        [
            ("window", SequenceWindower(lookback=14)),
            ("lstm", LSTMRegressor(hidden_size=8, max_epochs=10, random_state=0)),
        ]
    )
    return pipeline.fit(X, y)


def save(pipeline, path):
    """Write a file that is there whole or not at all, also for servers that start meanwhile."""
    path = Path(path)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        joblib.dump(pipeline, unfinished)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


if __name__ == "__main__":
    path = sys.argv[1] if len(sys.argv) > 1 else "model.joblib"
    save(train(make_series()), path)
    print(f"Model: {path}")
