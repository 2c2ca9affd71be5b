"""How often do intervals cover? Every kind of them, on series of the field and on simulated ones.

``python -m contest.coverage FOLDER results.json [SET...]`` prints and writes the coverage and the
mean width of intervals of 90 %. All rows are those of training parts: a forecaster is fitted to the
rows before the newest ones and forecasts these from several origins, without a new fit.
``python -m contest.coverage table RESULTS...`` prints the table of the docs.

Widths are relative to those of the conformal intervals, which are the default. Those of the
pipeline are of the next row alone.
"""

import json
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.pipeline import make_pipeline

from contest.distributions import index_of

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


def bounds_of_forecaster(fitted, how, history, horizon):
    """Return lower and upper bounds, (n_series, horizon)."""
    if how in ("paths", "direct"):
        paths = fitted.sample_paths(horizon, N_PATHS, random_state=0, history=history).to_numpy()
        ends = np.quantile(paths, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=1)
    else:
        found = fitted.forecast(horizon, level=LEVEL, history=history, intervals=how)
        ends = found[["lower", "upper"]].to_numpy().T
    return ends.reshape(2, -1, horizon)


def fitted_forecaster(panel, n_test, horizon, loss, strategy):
    """Return a forecaster fitted to the rows before the newest ones."""
    from sklstm import Forecaster

    forecaster = Forecaster(network_of(loss), horizon=horizon, by="id", strategy=strategy)
    return forecaster.fit(panel.groupby("id").head(-n_test))


def play_forecaster(fitted, series, panel, horizon, n_origins, how):
    """Return actual values and bounds of all origins, each (n_origins, n_series, horizon)."""
    found = []
    for n_left in range(n_origins * horizon, 0, -horizon):
        actual = [values[-n_left:][:horizon] for values in series]
        bounds = bounds_of_forecaster(fitted, how, panel.groupby("id").head(-n_left), horizon)
        found.append(np.stack([actual, *bounds]))
    return np.moveaxis(np.array(found), 1, 0)


def play_pipeline(series, n_test, loss):
    """Return the same of the next row, predicted in a pipeline for each of a few series."""
    from sklstm import SequenceWindower

    found = []
    for values in series[:5]:
        rows = values[:-1].reshape(-1, 1)
        pipeline = make_pipeline(SequenceWindower(14), network_of(loss))
        pipeline.fit(rows[:-n_test], values[1:-n_test])
        windows = pipeline[:-1].transform(rows)[-n_test:]
        found.append(np.stack([values[-n_test:], *pipeline[-1].predict_interval(windows, LEVEL)]))
    return np.moveaxis(np.array(found), 1, 0)


def play(folder, results, names):
    """Write coverage and mean widths of all kinds on some sets."""
    path = Path(results)
    scores = json.loads(path.read_text()) if path.exists() else {}
    warnings.simplefilter("ignore")
    for name in names or SETS:
        series, frequency, horizon, n_origins, likelihood = read_set(folder, name)
        panel, n_test = panel_of(series, frequency), horizon * n_origins
        scores[name], forecasters = {}, {}
        for kind, (loss, how) in KINDS.items():
            if how == "pipeline" and not name.startswith(("simulated", "demand")):
                continue  # each series by itself is too short for a network
            asked = loss or likelihood, "direct" if how == "direct" else "auto"
            if how == "pipeline":
                actual, lower, upper = play_pipeline(series, n_test, asked[0])
            else:
                if asked not in forecasters:
                    forecasters[asked] = fitted_forecaster(panel, n_test, horizon, *asked)
                one = forecasters[asked]
                actual, lower, upper = play_forecaster(one, series, panel, horizon, n_origins, how)
            covered = ((lower <= actual) & (actual <= upper)).mean()
            width = (upper - lower).mean()
            scores[name][kind] = float(covered), float(width)
            print(f"{name:28}{kind:26}{covered:6.3f}{width:12.4g}", flush=True)
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
    """Return coverage and relative width of one kind on one set."""
    if kind not in found:
        return ""
    covered, width = found[kind]
    return f"{100 * covered:.0f} % ({width / found['conformal'][1]:.2f})"


if __name__ == "__main__":
    if sys.argv[1] == "table":
        table(*sys.argv[2:])
    else:
        play(sys.argv[1], sys.argv[2], sys.argv[3:])
