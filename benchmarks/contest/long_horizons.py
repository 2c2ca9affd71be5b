"""Hundreds of steps ahead, each channel a series of one panel, by the protocol of SegRNN.

``python -m contest.long_horizons FOLDER`` forecasts the seven columns of ETTh2, hours, standardised
by the twelve months of training, from every origin of the four months of test, which follow on
four months of validation, and prints squared errors. ``--inside`` looks at the validation months
in place of those of test; ``--every 24`` takes every 24th origin.
"""

import argparse
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.linear_model import Ridge

from sklstm import Forecaster, GRURegressor

HORIZONS = [96, 192, 336, 720]
LOOKBACK = 720
MONTH = 30 * 24
TRAIN, VALIDATION, TEST = slice(0, 12 * MONTH), 12 * MONTH, 16 * MONTH
AT_ONCE = 50  # origins


def models(horizon):
    """Return regressors in forecasters, by name."""
    same = {"horizon": horizon, "by": "channel", "calibration_size": None}
    # Windows of 720 hours in 15 patches of 48, each scaled by itself, as SegRNN reads them.
    patches = GRURegressor(64, patch_size=48, max_epochs=5, batch_size=256, random_state=0)
    scaled = {"lookback": LOOKBACK, "scaling": "scaled_difference", "season": None}
    return {
        "GRU, patches of 48": Forecaster(patches, **same, **scaled),
        "GRU, defaults": Forecaster(GRURegressor(random_state=0), **same),
        "Ridge": Forecaster(Ridge(), **same, **scaled),
    }


def panel(table):
    """Return the columns of a table below each other, as series of a panel."""
    series = {channel: table[[channel]].set_axis(["value"], axis=1) for channel in table}
    return pd.concat(series, names=["channel", "date"])


def windows_before(table, origins, lookback):
    """Return the rows before each origin, each channel and origin a series of its own."""
    rows = {
        f"{channel} {origin}": table[[channel]][origin - lookback : origin].set_axis(
            ["value"], axis=1
        )
        for origin in origins
        for channel in table
    }
    return pd.concat(rows, names=["channel", "date"])


def mean_errors(forecaster, table, origins, horizon):
    """Return the mean squared and absolute error over all origins, steps and channels."""
    values, errors = table.to_numpy(), []
    n_rows = forecaster.lookback_ + forecaster.season_  # a season before each row, too
    for first in range(0, len(origins), AT_ONCE):
        some = origins[first : first + AT_ONCE]
        rows = windows_before(table, some, n_rows)
        forecast = forecaster.forecast(history=rows)["prediction"].to_numpy()
        forecast = forecast.reshape(len(some), values.shape[1], horizon)
        actual = np.stack([values[origin : origin + horizon].T for origin in some])
        errors.append(forecast - actual)
    errors = np.concatenate(errors)
    return np.mean(errors**2), np.mean(np.abs(errors))


def persistence_errors(table, origins, horizon):
    """Return the same of the value at the same hour of the day before."""
    values = table.to_numpy()
    ahead = np.arange(horizon)
    errors = np.stack([
        values[origin + ahead] - values[origin - 24 + ahead % 24] for origin in origins
    ])  # fmt: skip
    return np.mean(errors**2), np.mean(np.abs(errors))


def main():
    """Play all models at all horizons, and print a line for each."""
    arguments = _arguments()
    table = pd.read_csv(arguments.folder / "ETTh2.csv.gz", index_col=0, parse_dates=True)
    known = table[TRAIN]
    table = (table - known.mean()) / known.std(ddof=0)
    first = VALIDATION if arguments.inside else TEST
    squared: dict[str, list[float]] = {}
    for horizon in arguments.horizons:
        origins = np.arange(first, first + 4 * MONTH - horizon + 1, arguments.every)
        scores = {"day before": (*persistence_errors(table, origins, horizon), 0.0, "")}
        for name, forecaster in models(horizon).items():
            began = time.process_time()
            forecaster.fit(panel(table[TRAIN]))
            seconds = time.process_time() - began
            errors = mean_errors(forecaster, table, origins, horizon)
            scores[name] = *errors, seconds, f"{forecaster.lookback_}, {forecaster.scaling_}"
        for name, (mse, mae, seconds, chosen) in scores.items():
            squared.setdefault(name, []).append(mse)
            print(f"{horizon} {name}: {mse:.3f} ({mae:.3f}), {seconds:.0f} s {chosen}", flush=True)
    for name, errors in squared.items():
        print(f"mean {name}: {np.mean(errors):.3f}")


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="folder of ETTh2.csv.gz")
    parser.add_argument("--inside", action="store_true", help="forecast the months of validation")
    parser.add_argument("--every", type=int, default=1, help="take every so many origins")
    parser.add_argument("--horizons", type=int, nargs="+", default=HORIZONS)
    return parser.parse_args()


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # of fits to noise; the errors tell
    main()
