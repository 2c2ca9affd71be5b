"""How often do intervals cover? Every kind of them, on series of the field and on simulated ones.

``python -m contest.coverage FOLDER results.json [SET...]`` prints and writes the coverage, the mean
width and the mean interval score of intervals of 90 %, and the CRPS of paths; the latter three
relative to the mean absolute step of each series. All rows are those of training parts: a
forecaster is fitted to the rows before the newest ones and forecasts these from several origins,
without a new fit.
``python -m contest.coverage table RESULTS...`` prints the table of the docs.

Widths are relative to those of the conformal intervals, which are the default. Those of the
pipeline are of the next row alone. An interval of counts holds at least its level with both of its
ends, and at most without them; both shares are measured, and the level should lie between them.
"""

import json
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.pipeline import make_pipeline

from contest.distributions import index_of
from sklstm.metrics import crps_of_draws

LEVEL, N_PATHS = 0.9, 200
KINDS = {  # loss, and how intervals are made
    "conformal": ("auto", "conformal"),
    "adaptive": ("auto", "adaptive"),
    "paths": ("auto", "paths"),
    "quantiles, conformal": ("quantile", "conformal"),
    "likelihood, conformal": (None, "conformal"),
    "likelihood, paths": (None, "paths"),
    "likelihood, direct paths": (None, "direct"),
    "likelihood, pipeline": (None, "pipeline"),
}


def simulated(kind, n_series=10, n_rows=600):
    """Return series with a week: noise around it that is normal, skewed, of counts or of days."""
    rng = np.random.default_rng(0)
    days = np.arange(n_rows)
    series = []
    for _ in range(n_series):
        level = rng.uniform(5, 20)
        mean = level * (1 + 0.5 * np.sin(2 * np.pi * days / 7 + rng.uniform(0, 6)))
        noise = rng.normal(size=n_rows)
        if kind == "skewed":
            noise = rng.exponential(size=n_rows) - 1
        if kind == "heteroscedastic":
            noise = noise * np.where(days % 7 < 5, 1.0, 3.0)
        values = mean + noise
        if kind == "counts":
            values = rng.negative_binomial(3, 3 / (3 + mean / 4)).astype(float)
        series.append(values)
    return series


def read_set(folder, name):
    """Return the series of a set, their frequency, horizon, number of origins and likelihood."""
    folder = Path(folder)
    if name.startswith("simulated"):
        kind = name.split(", ")[1]
        likelihood = "negative_binomial" if kind == "counts" else "student_t"
        return simulated(kind), "D", 7, 20, likelihood
    if name.startswith("M4"):
        kind, frequency, horizon = {
            "M4, weeks": ("weekly", "W", 13),
            "M4, hours": ("hourly", "h", 48),
        }[name]
        rows = pd.read_csv(folder / "m4_sample.csv.gz").query(
            "frequency == @kind and part == 'train'"
        )
        series = [values.to_numpy()[-1000:] for _, values in rows.groupby("id")["value"]]
        return series[::3], frequency, horizon, 4, "student_t"
    if name == "tourism, quarters":
        trips = pd.read_csv(folder / "australia_tourism.csv.gz").sort_values("date_time")
        groups = trips.groupby(["Region", "State", "Purpose"])["Trips"]
        return [values.to_numpy()[:-8] for _, values in groups][::3], "QE", 4, 4, "student_t"
    demand = pd.read_csv(folder / "vic_electricity.csv.gz")["Demand"].to_numpy()
    return [demand[: 24 * 2 * 90 : 2]], "h", 24, 20, "student_t"


SETS = [
    "simulated, normal", "simulated, skewed", "simulated, heteroscedastic", "simulated, counts",
    "tourism, quarters", "demand, hours", "M4, hours", "M4, weeks",
]  # fmt: skip


def panel_of(series, frequency):
    """Return the frame of several series that end together."""
    parts = {
        key: pd.DataFrame({"y": values}, index=index_of(len(values), frequency))
        for key, values in enumerate(series)
    }
    return pd.concat(parts, names=["id", "time"])


def network_of(loss):
    """Return a network of 16 units, with its defaults otherwise."""
    from sklstm import GRURegressor

    quantile = [(1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2] if loss == "quantile" else 0.5
    return GRURegressor(16, loss=loss, quantile=quantile, random_state=0)


def bounds_of_forecaster(fitted, how, history, actual):
    """Return lower and upper bounds and the CRPS of paths, NaN of others, as `actual`."""
    n_series, horizon = actual.shape
    if how in ("paths", "direct"):
        paths = fitted.sample_paths(horizon, N_PATHS, random_state=0, history=history).to_numpy()
        ends = np.quantile(paths, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=1)
        crps = crps_of_draws(actual, paths.reshape(n_series, horizon, N_PATHS))
    else:
        found = fitted.forecast(horizon, level=LEVEL, history=history, intervals=how)
        ends, crps = found[["lower", "upper"]].to_numpy().T, np.full(actual.shape, np.nan)
    return [*ends.reshape(2, n_series, horizon), crps]


def fitted_forecaster(panel, n_test, horizon, loss, strategy):
    """Return a forecaster fitted to the rows before the newest ones."""
    from sklstm import Forecaster

    forecaster = Forecaster(network_of(loss), horizon=horizon, by="id", strategy=strategy)
    return forecaster.fit(panel.groupby("id").head(-n_test))


def play_forecaster(fitted, series, panel, horizon, n_origins, how):
    """Return actual values, bounds and CRPS of all origins, each (n_series, n_origins, horizon)."""
    found = []
    for n_left in range(n_origins * horizon, 0, -horizon):
        actual = np.array([values[-n_left:][:horizon] for values in series])
        bounds = bounds_of_forecaster(fitted, how, panel.groupby("id").head(-n_left), actual)
        found.append([actual, *bounds])
    return np.array(found).transpose(1, 2, 0, 3)


def play_pipeline(series, n_test, loss):
    """Return the same of the next row, (n_series, n_test), in a pipeline for each of a few."""
    from sklstm import SequenceWindower

    found = []
    for values in series[:5]:
        rows = values[:-1].reshape(-1, 1)
        pipeline = make_pipeline(SequenceWindower(14), network_of(loss))
        pipeline.fit(rows[:-n_test], values[1:-n_test])
        windows = pipeline[:-1].transform(rows)[-n_test:]
        lower, upper = pipeline[-1].predict_interval(windows, LEVEL)
        actual = values[-n_test:]
        found.append([actual, lower, upper, np.full(n_test, np.nan)])
    return np.array(found).transpose(1, 0, 2)


def play_kind(series, frequency, horizon, n_origins, loss, how, fitted):
    """Return what one kind of interval gives, for each series, from a forecaster made once."""
    n_test = horizon * n_origins
    if how == "pipeline":
        return play_pipeline(series, n_test, loss)
    panel = panel_of(series, frequency)
    asked = loss, "direct" if how == "direct" else "auto"
    if asked not in fitted:
        fitted[asked] = fitted_forecaster(panel, n_test, horizon, *asked)
    return play_forecaster(fitted[asked], series, panel, horizon, n_origins, how)


def figures(found, series, n_test):
    """Return coverage with and without the ends, width, interval score and CRPS."""
    steps = np.array([np.abs(np.diff(values[:-n_test])).mean() for values in series])
    steps = steps[: found.shape[1]].reshape(-1, *[1] * (found.ndim - 2))
    actual, lower, upper, crps = found
    missed = np.maximum(lower - actual, 0) + np.maximum(actual - upper, 0)
    shares = ((lower <= actual) & (actual <= upper)), ((lower < actual) & (actual < upper))
    sizes = upper - lower, upper - lower + 2 / (1 - LEVEL) * missed, crps
    return [float(one.mean()) for one in (*shares, *(size / steps for size in sizes))]


def play(folder, results, names):
    """Write the figures of all kinds on some sets."""
    path = Path(results)
    scores = json.loads(path.read_text()) if path.exists() else {}
    warnings.simplefilter("ignore")
    for name in names or SETS:
        series, frequency, horizon, n_origins, likelihood = read_set(folder, name)
        scores[name], fitted = {}, {}
        for kind, (loss, how) in KINDS.items():
            if how == "pipeline" and not name.startswith(("simulated", "demand")):
                continue  # each series by itself is too short for a network
            asked = frequency, horizon, n_origins, loss or likelihood, how
            found = play_kind(series, *asked, fitted)
            scores[name][kind] = found = figures(found, series, horizon * n_origins)
            print(f"{name:28}{kind:26}" + "".join(f"{one:9.3f}" for one in found), flush=True)
            path.write_text(json.dumps(scores))


def table(*results):
    """Print the table of the docs, from the files of one run or more."""
    scores = {}
    for path in results:
        scores |= json.loads(Path(path).read_text())
    print(f"| | {' | '.join(scores)} |\n| --- |{' ---: |' * len(scores)}")
    for kind in KINDS:
        cells = [_cell(found, kind) for found in scores.values()]
        print(f"| {kind} | {' | '.join(cells)} |")


def _cell(found, kind):
    """Return coverage, of counts also without the ends, and relative width of one kind."""
    if kind not in found:
        return ""
    closed, inside, width, *_ = found[kind]
    share = f"{100 * closed:.0f} %"
    if closed - inside > 0.005:
        share = f"{100 * inside:.0f} to {share}"
    return f"{share} ({width / found['conformal'][2]:.2f})"


if __name__ == "__main__":
    if sys.argv[1] == "table":
        table(*sys.argv[2:])
    else:
        play(sys.argv[1], sys.argv[2], sys.argv[3:])
