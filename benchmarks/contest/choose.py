"""Other defaults, judged within the training parts alone: what is scored later is not seen here."""

import argparse
import os
from functools import partial
from itertools import product
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"  # before a library reads it

import numpy as np
from sklearn.model_selection import TimeSeriesSplit

from contest.series import made_up
from contest.task import error_ratio, read_tasks
from sklstm import (
    GRURegressor,
    LSTMRegressor,
    RNNRegressor,
    WindowScaledRegressor,
    WindowScaler,
)

NETWORKS = {"LSTM": LSTMRegressor, "GRU": GRURegressor, "simple": RNNRegressor}
SETTINGS = {
    "defaults": {},
    '`differencing="never"`': {"differencing": "never"},
    '`differencing="always"`': {"differencing": "always"},
    "`init_scale=1.0`": {"init_scale": 1.0},
    "`learning_rate=0.001`": {"learning_rate": 0.001},
    "`learning_rate=0.01`": {"learning_rate": 0.01},
    "`weight_decay=0.0`": {"weight_decay": 0.0},
    "`weight_decay=0.001`": {"weight_decay": 0.001},
    "`dropout=0.2`": {"dropout": 0.2},
    "`batch_size=32`": {"batch_size": 32},
    "`early_stopping=True`": {"early_stopping": True},
}
SCALERS = {  # of a WindowScaledRegressor around the defaults
    '`scaler=WindowScaler("last")`': WindowScaler("last"),
    '`scaler=WindowScaler("standard")`': WindowScaler("standard"),
    '`scaler="auto"`': "auto",
}
LONGEST = 1300  # values; longer series would take most of the time


def main():
    """Print a table: errors as parts of those of persistence, geometric means over series."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tasks", type=Path)
    parser.add_argument("--seeds", type=int, required=True)
    arguments = parser.parse_args()
    real = [task for task in read_tasks(arguments.tasks) if len(task.values) <= LONGEST]
    groups = {f"{len(real)} real series": real, "without noise": made_up()}
    columns = [f"{kind}, {group}" for group in groups for kind in NETWORKS]
    print(f"| | {' | '.join(columns)} |\n| --- |{' ---: |' * len(columns)}")
    for name, setting in (SETTINGS | dict.fromkeys(SCALERS, {})).items():
        cells = []
        for (group, tasks), network in product(groups.items(), NETWORKS.values()):
            make = partial(_model, network, setting, SCALERS.get(name))
            logs = [_log_ratio(task, make, arguments.seeds) for task in tasks]
            digits = 3 if group == "without noise" else 2
            cells.append(f"{np.exp(np.mean(logs)):.{digits}f}")
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


def _model(network, setting, scaler, seed):
    model = network(random_state=seed, **setting)
    return model if scaler is None else WindowScaledRegressor(model, scaler)


def _log_ratio(task, make, n_seeds):
    """Return the logarithm of the error beside persistence, averaged over folds and seeds."""
    X, y, _ = task.windows()
    logs = []
    for train, test in TimeSeriesSplit(3).split(X):
        for seed in range(n_seeds):
            model = make(seed).fit(X[train], y[train])
            logs.append(np.log(error_ratio(y[test], model.predict(X[test]), X[test, -1])))
    return np.mean(logs)


if __name__ == "__main__":
    main()
