"""A search on one worker process and on two: ``python benchmarks/cluster.py``.

A scheduler of Dask and two workers run on this machine, one thread each. Searches by one of them
and by both take turns; their ratio is what counts. Behind it stands what goes to the workers, and
what that is for more of them. ``--panel`` tells only what a search over a panel sends. It needs the
extra ``cluster``.
"""

import argparse
import json
import math
import os
import statistics
import time

import cloudpickle
import joblib
import numpy as np
import pandas as pd
from dask.distributed import Client, LocalCluster
from machine import describe_machine
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import make_pipeline

from sklstm import (
    Forecaster,
    LSTMRegressor,
    PanelTimeSeriesSplit,
    SequenceWindower,
    forecast_pairs,
)

GRID = {
    "sequencewindower__lookback": [8, 12, 16, 20],
    "lstmregressor__learning_rate": [0.001, 0.003, 0.01],
}
N_FOLDS = 3


def main():
    """Measure, and print the tables."""
    arguments = _arguments()
    os.environ["OMP_NUM_THREADS"] = "1"  # workers inherit it
    if arguments.panel:
        _panel_shipped()
        return
    print(json.dumps(describe_machine(), indent=1))
    pairs = _pairs(arguments.rows)
    seconds = {1: [], 2: []}
    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
        ) as cluster,
        Client(cluster) as client,
    ):
        addresses = list(client.scheduler_info()["workers"])
        for address in addresses:  # each imports and compiles
            _time_search(*pairs, 1, [address])
        for turn in range(1, arguments.turns + 1):
            for n_workers, measured in seconds.items():
                measured.append(_time_search(*pairs, arguments.epochs, addresses[:n_workers]))
                print(f"turn {turn}, {n_workers} at work: {measured[-1]:.1f} s", flush=True)
        once, of_task = _bytes_shipped(*pairs, client)
    one, two = (statistics.median(measured) for measured in seconds.values())
    n_fits = N_FOLDS * math.prod(len(values) for values in GRID.values())
    print(f"{n_fits} fits: {one:.1f} s by one worker, {two:.1f} s by two: {one / two:.2f} times")
    _print_shipped(once, of_task, n_fits)


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=4000)
    parser.add_argument("--epochs", type=int, default=200)
    parser.add_argument("--turns", type=int, default=1)
    parser.add_argument("--panel", action="store_true")
    return parser.parse_args()


def _pairs(n_rows):
    rng = np.random.default_rng(0)
    wave = np.sin(np.arange(n_rows) / 9)
    series = pd.DataFrame({"wave": wave + rng.normal(0, 0.1, n_rows), "other": wave**2})
    return forecast_pairs(series, horizon=1, target="wave")


def _search(X, epochs):
    network = LSTMRegressor(32, max_epochs=epochs, n_iter_no_change=None, random_state=0)
    # Rows of folds in a list are the same objects in all tasks, so that they can be scattered.
    folds = list(TimeSeriesSplit(N_FOLDS).split(X))
    model = make_pipeline(SequenceWindower(), network)
    search = GridSearchCV(model, GRID, cv=folds, n_jobs=-1, refit=False)
    return search, [search, *(rows for fold in folds for rows in fold)]


def _time_search(X, y, epochs, addresses):
    start = time.perf_counter()
    _fit(X, y, epochs, workers=addresses)
    return time.perf_counter() - start


def _fit(X, y, epochs, **settings):
    search, shared = _search(X, epochs)
    with joblib.parallel_config(backend="dask", scatter=[X, y, *shared], **settings):
        search.fit(X, y)


def _bytes_shipped(X, y, client):
    """Return the bytes that each worker gets once, and those of a task, as they are pickled."""
    _, of_tasks = _noted(client)
    _fit(X, y, epochs=1)
    once = sum(len(cloudpickle.dumps(item)) for item in (X, y, *_search(X, 1)[1]))
    return once, statistics.median(of_tasks)


def _noted(client):
    """Return lists that will have what is scattered, and the bytes of each task."""
    submit, scatter, scattered, of_tasks = client.submit, client.scatter, [], []

    def noting_submit(function, **settings):
        of_tasks.append(len(cloudpickle.dumps((function, settings["tasks"]))))
        return submit(function, **settings)

    def noting_scatter(data, **settings):
        scattered.extend(data if isinstance(data, list) else [data])
        return scatter(data, **settings)

    client.submit, client.scatter = noting_submit, noting_scatter
    return scattered, of_tasks


def _panel_shipped():
    """Print what a search over 200 series of 300 days sends."""
    folds = PanelTimeSeriesSplit(3, test_size=14)
    days = pd.date_range("2024-01-01", periods=300)
    index = pd.MultiIndex.from_product([range(200), days], names=["id", "day"])
    rng = np.random.default_rng(0)
    sales = pd.DataFrame({"sold": rng.normal(20, 1, len(index))}, index=index)
    forecaster = Forecaster(Ridge(), by="id", scaling="difference", calibration_size=None)
    search = GridSearchCV(forecaster, {"lookback": [3, 7]}, cv=folds, n_jobs=2, refit=False)
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster,
        Client(cluster) as client,
        joblib.parallel_config(backend="dask"),
    ):
        scattered, of_tasks = _noted(client)
        search.fit(sales)
    rows = [item for item in scattered if isinstance(item, np.ndarray)]
    print("sent, kB")
    print(f"  the frame, once                  {len(cloudpickle.dumps(sales)) / 1e3:9.1f}")
    print(f"  rows of all folds, once, slices  {_kilobytes(rows):9.1f}")
    print(f"  the same as numbers              {_kilobytes(map(np.array, rows)):9.1f}")
    print(f"  each of {len(of_tasks)} tasks                  {max(of_tasks) / 1e3:9.1f}")


def _kilobytes(items):
    return sum(len(cloudpickle.dumps(item)) for item in items) / 1e3


def _print_shipped(once, of_task, n_fits):
    """Print what goes out if a search has a hundred fits for each worker."""
    print(f"once to each worker {once / 1e6:.3f} MB, with each task {of_task / 1e3:.1f} kB")
    print(f"here, {n_fits} tasks: with two workers {(2 * once + n_fits * of_task) / 1e6:.2f} MB")
    print("workers   tasks  shared, MB  tasks, MB  all, MB  if the shared went with each task, MB")
    for n_workers in (10, 100, 1000):
        n_tasks = 100 * n_workers
        parts = n_workers * once / 1e6, n_tasks * of_task / 1e6
        print(
            f"{n_workers:7d} {n_tasks:7d} {parts[0]:11.1f} {parts[1]:10.1f} {sum(parts):8.1f} "
            f"{n_tasks * (once + of_task) / 1e6:12.1f}"
        )


if __name__ == "__main__":
    main()
