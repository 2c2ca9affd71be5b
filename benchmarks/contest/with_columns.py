"""Columns beside the series, known in advance: weather, working days, promotions, the calendar.

``python -m contest.with_columns series FOLDER tasks.json`` writes the tasks, ``... play SIDE
tasks.json results.json`` forecasts them in the environment of a side (`own`, `mlforecast`,
`neuralforecast`), and ``... table tasks.json RESULTS...`` prints errors relative to the seasonal
naive forecast of a week, and seconds. With ``--inside`` as many rows before the test parts are
forecast, so that reasons are looked for there. What was played stays in the file of results, and is
not played again.

The side `units` has our networks of 32, 64 and 128 units. For other parts of the hours to be
forecast, ``... series FOLDER tasks.json DAYS`` leaves out so many of the newest days.

One fit sees the rows before the test part, which is forecast a horizon at a time from origins that
follow on each other. Every side is given the same columns of the rows ahead as they were, so that
weather is known as well as it was measured: errors are those of a perfect forecast of it.
"""

import json
import signal
import time
import warnings
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from panel_data import make_panel

from contest.panels import command_line, read_results

DAY, LIMIT = 24, 480  # hours; seconds of a processor that a cell may take
PARTS = {"hour": DAY, "day_of_week": 7}  # of the calendar: how many there are


@dataclass(frozen=True)
class Task:
    """Series and what is known beside them, with how they are forecast."""

    frequency: str
    season: int
    horizon: int
    n_test: int
    lookback: int | str
    read: int  # rows that networks of others read
    calendar: list[str]
    zone: str | None
    series: list[dict]  # start, and the values of y and other columns

    @property
    def is_panel(self):
        """Whether there are several series."""
        return len(self.series) > 1

    def rows(self):
        """Return all rows, as a user has them: by series and time, ``y`` and other columns."""
        frames = {}
        for key, one in enumerate(self.series):
            table = pd.DataFrame({name: values for name, values in one.items() if name != "start"})
            options = {"periods": len(table), "freq": self.frequency, "tz": self.zone}
            frames[key] = table.set_index(pd.date_range(one["start"], **options))
        return pd.concat(frames, names=["id", "time"])

    def numbers(self, cyclic):
        """Return all rows as others take them: columns of numbers, and time as numbers.

        The calendar is sines and cosines, as in ours, or the numbers themselves, as trees like it.
        """
        rows = self.rows()
        when = rows.index.get_level_values("time")
        frame = pd.get_dummies(rows, dtype=float).reset_index(drop=True)
        for part in self.calendar:
            value = np.asarray(getattr(when, part), dtype=float)
            if cyclic:
                angle = 2 * np.pi * value / PARTS[part]
                frame[f"{part}_sin"], frame[f"{part}_cos"] = np.sin(angle), np.cos(angle)
            else:
                frame[part] = value
        frame.insert(0, "unique_id", [f"{key:04d}" for key in rows.index.get_level_values("id")])
        frame.insert(1, "ds", np.unique(when, return_inverse=True)[1])
        return frame

    def tests(self):
        """Return the rows to be forecast, (n_series, n_test)."""
        return np.array([one["y"][-self.n_test :] for one in self.series])


def write_series(folder, path, days=0):
    """Write the tasks; those with the calendar alone are the same series.

    Of hours the newest `days` are left out, for other parts of them to be forecast.
    """
    whole = _demand(Path(folder)), _hires(Path(folder))
    demand, hires = (_older(one, int(days) * DAY) if int(days) else one for one in whole)
    same = {"frequency": "h", "season": 7 * DAY, "horizon": DAY, "n_test": 60 * DAY}
    of_demand = same | {"lookback": 7 * DAY, "read": 7 * DAY, "zone": "Australia/Melbourne"}
    of_hires = same | {"lookback": "auto", "read": 7 * DAY, "zone": None}
    calendar = ["hour", "day_of_week"]
    tasks = {
        "demand, weather": of_demand | {"calendar": calendar, "series": [demand]},
        "bike hires, weather": of_hires | {"calendar": calendar, "series": [hires]},
        "products, promotions": {
            "frequency": "D", "season": 7, "horizon": 28, "n_test": 28, "lookback": "auto",
            "read": 28, "calendar": ["day_of_week"], "zone": None, "series": _products(500, 393),
        },
        "demand, calendar": of_demand | {"calendar": calendar, "series": [_alone(demand)]},
        "bike hires, calendar": of_hires | {"calendar": calendar, "series": [_alone(hires)]},
    }  # fmt: skip
    Path(path).write_text(json.dumps(tasks))


def _alone(series):
    return {"start": series["start"], "y": series["y"]}


def _series(table):
    start = str(table.index[0].tz_localize(None))
    return {"start": start} | {name: values.tolist() for name, values in table.items()}


def _demand(folder):
    """Return hourly means of two years before the test part, and of that."""
    table = pd.read_csv(folder / "vic_electricity.csv.gz", index_col="Time", parse_dates=True)
    hours = table.tz_convert("Australia/Melbourne")[["Demand", "Temperature", "Holiday"]]
    hours = hours.astype(float).resample("h").mean()[-(2 * 365 + 60) * DAY :]
    return _series(hours.set_axis(["y", "temperature", "holiday"], axis=1))


def _hires(folder):
    table = pd.read_csv(
        folder / "bike_sharing_dataset_clean.csv.gz", index_col="date_time", parse_dates=True
    )
    columns = ["users", "temp", "hum", "windspeed", "workingday", "holiday", "weather"]
    return _series(table[columns].rename(columns={"users": "y"}))


def _products(n_series, n_days):
    sales, known, _ = make_panel(n_series, n_days)
    table = known.assign(y=sales["sales"])
    return [_series(one.droplevel("item")) for _, one in table.groupby(level="item")]


def read_tasks(path, inside):
    """Yield names and tasks; `inside`: without the rows of the test parts, and short series."""
    for name, settings in json.loads(Path(path).read_text()).items():
        task = Task(**settings)
        if inside:
            long = [one for one in task.series if len(one["y"]) > 3 * task.n_test]
            task = replace(task, series=[_older(one, task.n_test) for one in long])
        yield name, task


def _older(one, n_rows):
    return {key: value if key == "start" else value[:-n_rows] for key, value in one.items()}


def own(task, _notes, estimator, scaling="auto"):
    """Return the forecasts of a `Forecaster` with its defaults, and what it has chosen."""
    from sklstm import Forecaster

    rows = task.rows() if task.is_panel else task.rows().droplevel("id")
    model = Forecaster(
        estimator, lookback=task.lookback, horizon=task.horizon, scaling=scaling,
        calendar=task.calendar, by="id" if task.is_panel else None, calibration_size=None,
    )  # fmt: skip
    when = rows.index.get_level_values("time")
    begins = when.unique().sort_values()[-task.n_test :: task.horizon]
    series, beside = rows[["y"]], rows.drop(columns="y")
    beside = None if beside.shape[1] == 0 else beside
    some = partial(_rows_of, series, beside)
    model.fit(*some(when < begins[0]))
    parts = []
    for begin, end in zip(begins, [*begins[1:], None], strict=True):
        ahead = (when >= begin) if end is None else (when >= begin) & (when < end)
        forecast = model.forecast(exog=some(ahead)[1])["prediction"].to_numpy()
        parts.append(forecast.reshape(len(task.series), task.horizon))
        if end is not None:
            model.update(*some(ahead))
    note = {"scaling": model.scaling_, "trials": model.scaling_trials_}
    note |= {"lookback": model.lookback_, "strategy": model.strategy_}
    note |= {"hidden_size": getattr(model.estimator_, "hidden_size_", None)}
    return np.concatenate(parts, axis=1), note


def _rows_of(series, beside, which):
    return series[which], None if beside is None else beside[which]


def own_scale_of_values(task, notes, estimator):
    """Return the forecasts in the scale that the values alone ask for."""
    return own(task, notes, estimator, next(iter(notes["GRU"]["trials"])))


def own_scale_of(task, notes, estimator, other):
    """Return the forecasts in the scale that another model has chosen."""
    return own(task, notes, estimator, notes[other]["scaling"])


def lightgbm(task, _notes, all_lags=False, **options):
    """Return the forecasts of LightGBM in mlforecast, step by step."""
    from lightgbm import LGBMRegressor
    from mlforecast import MLForecast
    from mlforecast.target_transforms import LocalStandardScaler

    near = task.season if task.is_panel else DAY
    lags = range(1, task.read + 1) if all_lags else [*range(1, near + 1), task.read]
    model = MLForecast(
        [LGBMRegressor(verbosity=-1, n_jobs=1, random_state=0, **options)], freq=1,
        lags=list(lags), target_transforms=[LocalStandardScaler()] if task.is_panel else None,
    )  # fmt: skip
    found = model.cross_validation(
        task.numbers(cyclic=False), n_windows=task.n_test // task.horizon, h=task.horizon,
        step_size=task.horizon, refit=False, static_features=[],
    )  # fmt: skip
    return _in_order(task, found, "LGBMRegressor"), {}


def neural(task, _notes, kind):
    """Return the forecasts of a network of neuralforecast."""
    from neuralforecast import NeuralForecast, models

    from contest.lightning import TRAINER

    frame = task.numbers(cyclic=True)
    known = list(frame.columns.drop(["unique_id", "ds", "y"]))
    network = getattr(models, kind)(
        h=task.horizon, input_size=task.read, futr_exog_list=known,
        random_seed=0, start_padding_enabled=True, enable_checkpointing=False, **TRAINER,
    )  # fmt: skip
    found = NeuralForecast([network], freq=1).cross_validation(
        frame, n_windows=task.n_test // task.horizon, step_size=task.horizon, refit=False
    )
    return _in_order(task, found, kind), {}


def _in_order(task, found, column):
    values = found.sort_values(["unique_id", "ds"])[column].to_numpy()
    return values.reshape(len(task.series), task.n_test)


def own_models():
    """Return our models, by name."""
    from sklearn.ensemble import HistGradientBoostingRegressor
    from sklearn.linear_model import Ridge

    from sklstm import GRURegressor, LSTMRegressor

    gru = GRURegressor(random_state=0)
    trees = HistGradientBoostingRegressor(random_state=0)
    return {
        "GRU": partial(own, estimator=gru),
        "GRU, scale of values": partial(own_scale_of_values, estimator=gru),
        "GRU, 32 units": partial(own, estimator=GRURegressor(32, random_state=0)),
        "LSTM": partial(own, estimator=LSTMRegressor(random_state=0)),
        "LSTM, 32 units": partial(own, estimator=LSTMRegressor(32, random_state=0)),
        "`Ridge`": partial(own, estimator=Ridge()),
        "gradient boosting": partial(own, estimator=trees),
    }


def models_of_units():
    """Return networks by name: of 32 units, and of more of them in the scale that these choose."""
    from sklstm import GRURegressor, LSTMRegressor

    models = {}
    for kind, make in {"GRU": GRURegressor, "LSTM": LSTMRegressor}.items():
        few = f"{kind}, 32 units"
        models[few] = partial(own, estimator=make(32, random_state=0))
        for size in (64, 128):
            more = make(size, random_state=0)
            models[f"{kind}, {size} units"] = partial(own_scale_of, estimator=more, other=few)
    return models


SIDES = {
    "own": own_models,
    "units": models_of_units,
    "mlforecast": lambda: {
        "LightGBM": lightgbm,
        "LightGBM, all lags": partial(lightgbm, all_lags=True, objective="mae"),
    },
    "neuralforecast": lambda: {
        "NHITS": partial(neural, kind="NHITS"),
        "neuralforecast's LSTM": partial(neural, kind="LSTM"),
    },
}


@contextmanager
def limited(seconds):
    """Raise TimeoutError once the processor has been busy for so long."""

    def stop(*_):
        raise TimeoutError

    signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def play(side, tasks, results, inside):
    """Write the forecasts of one side, with the seconds of computing; None beyond the limit."""
    path = Path(results)
    found = json.loads(path.read_text()) if path.exists() else {}
    warnings.simplefilter("ignore")
    for name, task in read_tasks(tasks, inside):
        cells = found.setdefault(name, {})
        for model, forecasts in SIDES[side]().items():
            if model in cells:
                continue
            start = time.process_time()
            try:
                with limited(LIMIT):
                    values, note = forecasts(task, {key: cell[2] for key, cell in cells.items()})
                cells[model] = [values.tolist(), time.process_time() - start, note]
            except TimeoutError:
                cells[model] = [None, LIMIT, {}]
            error = relative_error(task, cells[model][0])
            print(name, model, error, *cells[model][1:], flush=True)
            path.write_text(json.dumps(found))


def relative_error(task, forecasts):
    """Return the mean absolute scaled error relative to that of the seasonal naive forecast.

    Of one series the scale, the error in training, cancels out.
    """
    if forecasts is None:
        return None
    season, tests = task.season, task.tests()
    own_errors, naive_errors = [], []
    for one, true, forecast in zip(task.series, tests, forecasts, strict=True):
        values = np.array(one["y"])
        first = len(values) - task.n_test
        scale = np.abs(values[season:first] - values[: first - season]).mean()
        naive = [
            np.resize(values[origin - season : origin], task.horizon)
            for origin in range(first, len(values), task.horizon)
        ]
        if scale > 0:
            own_errors.append(np.abs(true - np.array(forecast)).mean() / scale)
            naive_errors.append(np.abs(true - np.concatenate(naive)).mean() / scale)
    return float(np.mean(own_errors) / np.mean(naive_errors))


def table(tasks, results, inside):
    """Print the error of each model on each task, with seconds in brackets, as a table."""
    found, columns = read_results(results)
    print(f"| | {' | '.join(columns)} |\n| --- |{' ---: |' * len(columns)}")
    for name, task in read_tasks(tasks, inside):
        cells = []
        for model in columns:
            forecasts, seconds, _ = found.get(name, {}).get(model, (None, None, None))
            error = relative_error(task, forecasts)
            empty = "" if seconds is None else f"over {seconds:.0f} s"
            cells.append(empty if error is None else f"{error:.3f} ({seconds:.0f})")
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    command_line(__doc__, write_series, play, table)
