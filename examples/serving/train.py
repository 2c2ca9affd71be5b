"""
Make a model file for the server next to this script::

    python train.py model.joblib
    python train.py model.joblib forecaster

The series are made up; put your own in their place.
"""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from sklstm import (
    Forecaster,
    GRURegressor,
    LSTMRegressor,
    PanelTimeSeriesSplit,
    SequenceWindower,
    forecast_pairs,
)

UNITS = {"demand": "MWh"}


def make_series(n_rows=400, seed=0):
    """Return daily demand and warmth with a weekly rhythm."""
    rng = np.random.default_rng(seed)
    week = np.sin(2 * np.pi * np.arange(n_rows) / 7)
    return pd.DataFrame(
        {
            "demand": 100 + 10 * week + rng.normal(size=n_rows),
            "warmth": 15 + 3 * week + rng.normal(size=n_rows),
        },
        index=pd.date_range("2025-01-01", periods=n_rows, freq="D"),
    )


def make_panel(n_rows=400):
    """Return the series of two towns, whose warmth is known in advance from the weather service."""
    towns = {"north": make_series(n_rows), "south": make_series(n_rows, seed=1)}
    return pd.concat(towns, names=["town", "day"])


def train_pipeline(series):
    """Return a pipeline that predicts the demand three rows ahead."""
    X, y = forecast_pairs(series, horizon=3, target="demand")
    pipeline = Pipeline(
        [
            ("window", SequenceWindower(lookback=14)),
            ("lstm", LSTMRegressor(hidden_size=8, max_epochs=10, random_state=0)),
        ]
    )
    return {"model": pipeline.fit(X, y)}


def train_forecaster(panel):
    """Return a forecaster of two towns, and how good it was in the past, at each step ahead."""
    network = GRURegressor(hidden_size=8, max_epochs=10, random_state=0)
    forecaster = Forecaster(network, 14, horizon=7, strategy="direct", by="town")
    series, exog = panel[["demand"]], panel[["warmth"]]
    folds = PanelTimeSeriesSplit(3, test_size=28)
    asked = {"cv": folds, "exog": exog, "steps": 7, "stride": 7, "level": [0.8]}
    errors = forecaster.backtest(series, **asked).errors
    return {"model": forecaster.fit(series, exog), "backtest": errors.to_dict()}


def save(content, path):
    """Write a file that is there whole or not at all, also for servers that start meanwhile."""
    path = Path(path)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        joblib.dump(content, unfinished)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


if __name__ == "__main__":
    path = sys.argv[1] if len(sys.argv) > 1 else "model.joblib"
    kind = sys.argv[2] if len(sys.argv) > 2 else "pipeline"
    made = train_forecaster(make_panel()) if kind == "forecaster" else train_pipeline(make_series())
    made |= {"version": datetime.now(UTC).isoformat(timespec="seconds"), "units": UNITS}
    save(made, path)
    print(f"Model: {path}")
