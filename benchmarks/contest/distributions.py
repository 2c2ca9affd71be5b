"""How good are predicted distributions? Ours, and DeepAR of neuralforecast and gluonts.

``python -m contest.distributions series FOLDER tasks.json`` writes panels, ``... play SIDE
tasks.json results.json`` forecasts them in the environment of a side (`own`, `naive`,
`neuralforecast`, `gluonts`), and ``... table tasks.json RESULTS...`` prints the scores. With
``--inside`` the newest rows of the training parts are forecast, by which settings of ours were
chosen.

DeepAR trains on 500 mini-batches of 128 windows of two horizons and is otherwise as its library has
it, but for one thing: neuralforecast scales no window by default, and then forecasts numbers near
zero for any series. Here it scales by median and median absolute deviation, as its own search would
try. Ours are the defaults. All give the same 19 quantiles, networks those of 200 paths. The score
is twice the mean pinball loss of these quantiles, an approximation of the CRPS, over the mean
absolute error of the seasonal naive forecast of the training part, as a mean over the series.
"""

import json
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from contest.panels import command_line, read_results, read_tasks

LEVELS = [round(0.05 * k, 2) for k in range(1, 20)]
TASKS = {  # frequency, season, horizon
    "M4, weeks": ("W", 1, 13),
    "M4, hours": ("h", 24, 48),
    "tourism, quarters": ("QE", 4, 8),
}
N_BATCHES, BATCH, N_PATHS = 500, 128, 200


def write_series(folder, path):
    """Write the series of every task, train and test parts."""
    tasks, sample = {}, pd.read_csv(Path(folder) / "m4_sample.csv.gz")
    for name, kind in (("M4, weeks", "weekly"), ("M4, hours", "hourly")):
        rows = sample[sample["frequency"] == kind]
        parts = rows.groupby(["id", "part"], sort=False)["value"].apply(list).unstack()
        tasks[name] = [[row["train"], row["test"]] for _, row in parts.iterrows()]
    trips = pd.read_csv(Path(folder) / "australia_tourism.csv.gz")
    keys = ["Region", "State", "Purpose"]
    horizon = TASKS["tourism, quarters"][2]
    tasks["tourism, quarters"] = [
        [list(values[:-horizon]), list(values[-horizon:])]
        for _, values in trips.sort_values("date_time").groupby(keys)["Trips"]
        for values in [values.to_numpy()]
    ]
    Path(path).write_text(json.dumps(tasks))


def index_of(length, frequency):
    """Return time labels, the same end for all series."""
    return pd.date_range(end="2010-12-31", periods=length, freq=frequency)


def play_own(trains, frequency, _season, horizon):
    """Yield quantiles of paths of `Forecaster` with its defaults, for two losses."""
    from sklstm import Forecaster, GRURegressor

    parts = {
        key: pd.DataFrame({"y": values}, index=index_of(len(values), frequency))
        for key, values in enumerate(trains)
    }
    panel = pd.concat(parts, names=["id", "time"])
    for loss in ("student_t", "auto"):
        network = GRURegressor(loss=loss, random_state=0)
        paths = Forecaster(network, horizon=horizon, by="id").fit(panel).sample_paths(
            horizon, N_PATHS, random_state=0
        )  # fmt: skip
        paths = paths.to_numpy().reshape(len(trains), horizon, N_PATHS)
        yield loss, np.moveaxis(np.quantile(paths, LEVELS, axis=-1), 0, -1)


def play_neuralforecast(trains, frequency, _season, horizon):
    """Yield the quantiles of its DeepAR."""
    import logging

    from neuralforecast import NeuralForecast
    from neuralforecast.losses.pytorch import DistributionLoss
    from neuralforecast.models import DeepAR

    logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)
    frame = pd.concat(
        pd.DataFrame({"unique_id": f"{key:04d}", "ds": index_of(len(v), frequency), "y": v})
        for key, v in enumerate(trains)
    )
    model = DeepAR(
        horizon, input_size=2 * horizon, max_steps=N_BATCHES, windows_batch_size=BATCH,
        trajectory_samples=N_PATHS, loss=DistributionLoss("StudentT", quantiles=LEVELS),
        scaler_type="robust",
        enable_progress_bar=False, logger=False, enable_checkpointing=False, random_seed=0,
        enable_model_summary=False, accelerator="cpu",
    )  # fmt: skip
    forecaster = NeuralForecast([model], freq=frequency)
    forecaster.fit(frame)
    found = forecaster.predict().sort_values(["unique_id", "ds"])
    columns = [name for name in found if name.startswith("DeepAR-")]  # ends, the median between
    quantiles = found[columns].to_numpy().reshape(len(trains), horizon, len(LEVELS))
    yield "DeepAR", np.sort(quantiles, axis=-1)


def play_gluonts(trains, frequency, _season, horizon):
    """Yield the quantiles of its DeepAR."""
    from gluonts.dataset.pandas import PandasDataset
    from gluonts.torch import DeepAREstimator

    frames = {
        f"{key:04d}": pd.Series(
            values, index_of(len(values), frequency).to_period(frequency.rstrip("E"))
        )
        for key, values in enumerate(trains)
    }
    dataset = PandasDataset(frames)
    epochs = N_BATCHES // 50
    estimator = DeepAREstimator(
        freq=frequency, prediction_length=horizon, context_length=2 * horizon, batch_size=BATCH,
        num_batches_per_epoch=50, num_parallel_samples=N_PATHS,
        trainer_kwargs={
            "max_epochs": epochs, "accelerator": "cpu", "enable_progress_bar": False,
            "logger": False, "enable_checkpointing": True, "enable_model_summary": False,
        },
    )  # fmt: skip
    predictor = estimator.train(dataset)
    paths = np.stack([forecast.samples for forecast in predictor.predict(dataset)])
    yield "DeepAR", np.moveaxis(np.quantile(paths, LEVELS, axis=1), 0, -1)


def play_naive(trains, _frequency, season, horizon):
    """Yield the seasonal naive forecast, with the quantiles of its errors in training."""
    steps = np.arange(1, horizon + 1)
    back = season * -(-steps // season)
    quantiles = []
    for values in trains:
        rows = [
            values[len(values) - lag + step - 1]
            + np.quantile(values[lag:] - values[:-lag] if lag < len(values) else [0.0], LEVELS)
            for step, lag in zip(steps, back, strict=True)
        ]
        quantiles.append(rows)
    yield "seasonal naive", np.array(quantiles)


def play(side, tasks, results, inside):
    """Write the quantiles of one side, with the seconds of a clock and of processors."""
    found = {}
    warnings.simplefilter("ignore")
    for name, trains, tests in read_tasks(tasks, inside):
        frequency, season, _ = TASKS[name]
        start = time.perf_counter(), time.process_time()
        for model, quantiles in globals()[f"play_{side}"](trains, frequency, season, len(tests[0])):
            end = time.perf_counter(), time.process_time()
            seconds = [b - a for a, b in zip(start, end, strict=True)]
            found.setdefault(name, {})[f"{side}, {model}"] = [quantiles.tolist(), *seconds]
            print(name, model, [round(one, 1) for one in seconds], flush=True)
            Path(results).write_text(json.dumps(found))
            start = time.perf_counter(), time.process_time()


def scores(trains, tests, quantiles, season):
    """Return the scaled CRPS, and the coverage of the intervals of 90 %, means over the series."""
    levels = np.array(LEVELS)
    gap = np.array(tests)[..., np.newaxis] - quantiles
    pinball = np.maximum(levels * gap, (levels - 1) * gap)
    naive = np.array([np.abs(one[season:] - one[:-season]).mean() for one in trains])
    crps = 2 * pinball.mean(axis=(1, 2)) / np.where(naive > 0, naive, np.nan)
    inside = (gap[..., 0] >= 0) & (gap[..., -1] <= 0)
    return np.nanmean(crps), inside.mean()


def table(tasks, results, inside):
    """Print the scores and the seconds of every model on every task."""
    found, columns = read_results(results)
    print(f"| | {' | '.join(columns)} |\n| --- |{' ---: |' * len(columns)}")
    errors = {model: [] for model in columns}
    for name, trains, tests in read_tasks(tasks, inside):
        cells = []
        for model in columns:
            quantiles, clock, busy = found[name][model]
            crps, covered = scores(trains, tests, np.array(quantiles), TASKS[name][1])
            errors[model].append(crps)
            cells.append(f"{crps:.3f} ({100 * covered:.0f} %) {clock:.0f} s, {busy:.0f} s busy")
        print(f"| {name} | {' | '.join(cells)} |", flush=True)
    print(f"| mean | {' | '.join(f'{np.mean(ratios):.3f}' for ratios in errors.values())} |")


if __name__ == "__main__":
    command_line(__doc__, write_series, play, table)
