"""Columns known afterwards only: row by row, all rows at once, or without them?

``python -m contest.past_columns simulated`` and ``... real FOLDER`` print mean absolute errors of
all rows up to a horizon, relative to that of persistence (real series: of the day before). A GRU
and `Ridge` behind a `StandardScaler`, each in a `Forecaster`, read past columns recursively and
directly, and forecast without the columns, with their defaults.

A simulated series is ``y[t] = 2 x[t - 1] + u[t]``, with noise ``u`` that half remembers its last
value, and ``x`` a random walk, an AR(1) process or a wave of 12 rows with noise; irrelevant columns
are random walks beside another one. Errors are medians over seeds. Of real series, hours
within the training parts of other contests, 1000 rows are forecast from 20 origins; it is told
where `fit` warns that columns make forecasts worse.
"""

import argparse
import itertools
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklstm import Forecaster, GRURegressor

DAY, ORIGINS, N_TEST = 24, 20, 1000
VARIANTS = ("recursive", "direct", "without")
KINDS = ("random walk", "AR(1)", "wave", "irrelevant")
SIZES = {(150, 1): 7, (500, 1): 5, (150, 10): 1}  # rows, series: seeds
REAL = ((1000, 4), (1000, 24), (4000, 4))  # rows that are learned from, horizon
HARM = "make forecasts worse"


def models():
    """Return a network and a linear model, by name."""
    return {
        "GRU": GRURegressor(random_state=0),
        "`Ridge`": make_pipeline(StandardScaler(), Ridge()),
    }


def simulated(kind, n_rows, rng):
    """Return a series and a column that drives it one row later."""
    one, two = rng.normal(size=(2, n_rows + 1))
    if kind == "irrelevant":
        return two.cumsum()[1:], one.cumsum()[1:]
    x = {
        "random walk": one.cumsum(),
        "AR(1)": remembered(one, 0.8),
        "wave": 3 * np.sin(2 * np.pi * np.arange(n_rows + 1) / 12) + one,
    }[kind]
    return (2 * np.roll(x, 1) + remembered(two, 0.5))[1:], x[1:]


def remembered(noise, share):
    """Return an AR(1) process."""
    return np.array(list(itertools.accumulate(noise, lambda last, new: share * last + new)))


def rows_of(kind, n_rows, n_series, seed):
    """Return rows of one or several series ``y``, each at a level of its own, and of ``x``."""
    rng, frames = np.random.default_rng(seed), {}
    for key in range(n_series):
        y, x = simulated(kind, n_rows, rng)
        frames[key] = pd.DataFrame({"y": y + 20 * rng.normal(), "x": x})
    return pd.concat(frames, names=["id", "time"]) if n_series > 1 else frames[0]


def relative_error(estimator, variant, rows, n_train, horizon, season=1):
    """Return the error of forecasts of the rows after the first ones, relative to persistence."""
    by = "id" if rows.index.nlevels > 1 else None
    place = rows.groupby(by).cumcount() if by else pd.Series(np.arange(len(rows)))
    fold = np.flatnonzero(place < n_train), np.flatnonzero(place >= n_train)
    strategy = {} if variant == "without" else {"strategy": variant}
    model = Forecaster(
        estimator, horizon=horizon, known_exog=None, by=by, calibration_size=None, **strategy
    )
    found = model.backtest(
        rows[["y"]], [fold], exog=None if variant == "without" else rows.drop(columns="y"),
        steps=horizon, stride=max(1, (place.max() + 1 - n_train - horizon) // ORIGINS),
        season=season,
    )  # fmt: skip
    return found.overall["mae"] / found.overall["persistence_mae"]


def cells_of(rows, n_train, horizon, season=1):
    """Return errors of all models, one after the other."""
    pairs = itertools.product(models().values(), VARIANTS)
    return [relative_error(*pair, rows, n_train, horizon, season) for pair in pairs]


def print_head(first, *last):
    columns = [f"{name}, {variant}" for name in models() for variant in VARIANTS] + list(last)
    print(f"| {first} | {' | '.join(columns)} |\n| --- |{' ---: |' * len(columns)}")


def print_row(name, errors, *last):
    cells = [f"{error:.2f}" for error in errors] + list(last)
    print(f"| {name} | {' | '.join(cells)} |", flush=True)


def play_simulated():
    """Print the errors of simulated series."""
    print_head("x, series x rows, horizon")
    for kind, (n_rows, n_series), horizon in itertools.product(KINDS, SIZES, (4, 24)):
        n_train = n_rows - max(n_rows // 5, 2 * horizon)
        errors = [
            cells_of(rows_of(kind, n_rows, n_series, seed), n_train, horizon)
            for seed in range(SIZES[n_rows, n_series])
        ]
        print_row(f"{kind}, {n_series} x {n_rows}, {horizon}", np.median(errors, axis=0))


def series_of(folder):
    """Return real series with their past columns, by name."""
    demand = pd.read_csv(folder / "vic_electricity.csv.gz", index_col="Time", parse_dates=True)
    demand = demand.tz_convert("Australia/Melbourne")[["Demand", "Temperature"]].astype(float)
    hires = pd.read_csv(
        folder / "bike_sharing_dataset_clean.csv.gz", index_col="date_time", parse_dates=True
    )
    hires = hires[["users", "temp", "hum", "windspeed", "weather"]]
    oil = pd.read_csv(folder / "ETTh2.csv.gz", index_col=0, parse_dates=True).iloc[:11_520]
    return {
        "demand": demand.resample("h").mean()[: -60 * DAY].rename(columns={"Demand": "y"}),
        "bike hires": hires[: -60 * DAY].rename(columns={"users": "y"}),
        "ETTh2": oil.rename(columns={"OT": "y"}),
    }


def is_told(estimator, rows, horizon):
    """Return whether `fit` warns that columns make forecasts worse."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model = Forecaster(estimator, horizon=horizon, known_exog=None)
        model.fit(rows[["y"]], rows.drop(columns="y"))
    return any(HARM in str(one.message) for one in caught)


def play_real(folder):
    """Print the errors of real series."""
    print_head("series, rows, horizon", "told")
    for (name, rows), (n_train, horizon) in itertools.product(series_of(folder).items(), REAL):
        used = rows[-n_train - N_TEST :]
        told = [kind for kind, one in models().items() if is_told(one, used[:n_train], horizon)]
        errors = cells_of(used, n_train, horizon, DAY)
        print_row(f"{name}, {n_train}, {horizon}", errors, ", ".join(told) or "-")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser(prog="contest.past_columns")
    parser.add_argument("what", choices=["simulated", "real"])
    parser.add_argument("folder", nargs="?", type=Path, help="with the real series")
    asked = parser.parse_args()
    if asked.what == "simulated":
        play_simulated()
    else:
        play_real(asked.folder)
