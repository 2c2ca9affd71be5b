"""Does a linear part in front of a network pay? On earlier origins within training parts.

``python -m contest.linear_part FOLDER`` forecasts the tasks of `contest.several_steps` by an LSTM
in a `Forecaster`, with ``linear_part`` False and True, and prints how much larger errors are with
it and the score by which ``"auto"`` decides. Panels are forecast from one and from two horizons
before the end of their training parts, long series from 20 origins in the newest fifth of all of
the training part, and of its older four fifths; of demand the newest 10,000 rows are taken.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from contest import several_steps
from contest.adjusted import YEAR_OF_WEEKS, errors

NEWEST = {"demand, half-hours": 10_000}


def errors_of_long(model, values, frequency, season, horizon):
    """Return MASE and standardised squared error of forecasts from the newest fifth."""
    n_train = int(0.8 * len(values))
    series = pd.Series(values, pd.period_range("1970-01", periods=len(values), freq=frequency))
    model.fit(series[:n_train])
    origins = np.linspace(n_train, len(values) - horizon, several_steps.ORIGINS).astype(int)
    error = np.array(
        [
            model.update(series[:origin]).forecast()["prediction"].to_numpy()
            - values[origin : origin + horizon]
            for origin in origins
        ]
    )
    before = values[:n_train]
    scale = np.abs(before[season:] - before[:-season]).mean()
    return np.array([np.abs(error).mean() / scale, (error**2).mean() / before.var()])


def compare(name, folder):
    """Print what a linear part changes, from two origins."""
    from sklstm import Forecaster, LSTMRegressor

    frequency, season, source, kind = several_steps.TASKS[name]
    long = several_steps.is_long(name)
    if long:
        parts = several_steps._prefixes(folder, source, kind)
        whole = np.array(parts[0][0])[-NEWEST.get(name, 0) :]
    else:
        parts = several_steps.series_of(folder, source, kind)
    horizon = len(parts[0][1])
    for origin in (1, 2):
        found = []
        for linear_part in (False, True):
            model = Forecaster(
                LSTMRegressor(random_state=0), horizon=horizon, by=None if long else "id",
                linear_part=linear_part, calibration_size=None,
            )  # fmt: skip
            if long:
                values = whole[: len(whole) if origin == 1 else int(0.8 * len(whole))]
                found.append(errors_of_long(model, values, frequency, season, horizon))
                continue
            longest = 2 * (YEAR_OF_WEEKS if season == 1 else season) + horizon + 4
            ends = [np.array(one[: len(one) - (origin - 1) * horizon]) for one, _ in parts]
            ends = [one for one in ends if len(one) > longest]
            trains, tests = [one[:-horizon] for one in ends], [one[-horizon:] for one in ends]
            found.append(errors(model, trains, tests, frequency, season))
        mase, other = 100 * (found[1] / found[0] - 1)
        second = "squared error" if long else "sMAPE"
        score = model.linear_part_score_
        print(f"{name}, origin {origin}: MASE {mase:+.1f} %, {second} {other:+.1f} %, {score:.3f}")


if __name__ == "__main__":
    for task in several_steps.TASKS:
        compare(task, Path(sys.argv[1]))
