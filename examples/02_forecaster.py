"""
Several steps ahead, with intervals
===================================

A series in, its next day out, hour by hour: by the recursive and by the direct strategy, with
intervals, and with a backtest that says how good such forecasts would have been, next to
persistence and a linear model.

Run as it stands, it makes up ten weeks of hourly demand, and so its table says nothing about yours.
A CSV file of your own goes through the same steps::

    python examples/02_forecaster.py --csv load.csv --date time --target load --season 24
"""

# %%
# The series
# ----------
# Without a file: a daily and a weekly rhythm, and a level that drifts a little. A strong peak in
# some evenings is known to nobody in advance.

import argparse
import time
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.model_selection import TimeSeriesSplit

from sklstm import ForecastDisplay, Forecaster, GRURegressor

parser = argparse.ArgumentParser(description="Forecast a series several steps ahead.")
parser.add_argument("--csv", type=Path, help="file to read; default: a made-up series")
parser.add_argument("--date", default="date", help="its column of times (default: date)")
parser.add_argument("--target", default="demand", help="the column to forecast (default: demand)")
parser.add_argument("--season", type=int, default=24, help="rows in a season (default: 24)")
parser.add_argument("--steps", type=int, default=24, help="rows to forecast (default: 24)")
parser.add_argument("--out", type=Path, help="folder for the picture; default: show only")
args = parser.parse_args()


def made_up_demand(n_hours=24 * 70):
    """Return hourly demand with a rhythm of days and weeks."""
    rng = np.random.default_rng(0)
    hours = pd.date_range("2025-03-03", periods=n_hours, freq="h")
    of_day = hours.hour.to_numpy()
    daily = np.sin(2 * np.pi * (of_day - 8) / 24) + 0.4 * np.sin(4 * np.pi * (of_day - 5) / 24)
    weekday = np.where(hours.day_of_week < 5, 1.0, 0.55)
    level = np.cumsum(rng.normal(scale=0.15, size=n_hours))
    evenings = np.isin(of_day, (18, 19, 20)) * np.repeat(rng.random(n_hours // 24) < 0.2, 24)
    noise = rng.normal(scale=0.8, size=n_hours)
    return pd.Series(50 + 10 * weekday * daily + level + 6 * evenings + noise, hours, name="demand")


if args.csv is None:
    series = made_up_demand()
else:
    table = pd.read_csv(args.csv)
    for option in (args.date, args.target):
        if option not in table:
            parser.error(f"{args.csv} has no column {option!r}, only {', '.join(table)}")
    table[args.date] = pd.to_datetime(table[args.date])
    series = table.set_index(args.date)[args.target].astype(float).sort_index()
print(f"{len(series)} rows from {series.index[0]} to {series.index[-1]}")

# %%
# Two strategies
# --------------
# ``"recursive"`` learns to predict the next row, and reads its own predictions to go further.
# ``"direct"`` learns to predict all the steps at once. The same network serves both, and so would
# any regressor of scikit-learn: the linear one shows what the network adds. ``theta_part=False``
# leaves out the Theta method, with which forecasts of short series are averaged by default: what
# all of them share would make them look more alike.

steps, lookback = args.steps, 2 * args.season
gru = GRURegressor(hidden_size=24, max_epochs=40, learning_rate=0.005, random_state=0)
same = {"lookback": lookback, "horizon": steps, "theta_part": False}
forecasters = {
    "GRU, recursive": Forecaster(gru, strategy="recursive", **same),
    "GRU, direct": Forecaster(gru, strategy="direct", **same),
    "Ridge, recursive": Forecaster(Ridge(), strategy="recursive", **same),
    "Ridge, direct": Forecaster(Ridge(), strategy="direct", **same),
}

# %%
# How good would they have been?
# ------------------------------
# The newest fifth of the rows is forecast as it would have been at the time: each third of it by
# a model that was fitted to all the rows before, and from a new origin every six rows. Next to them
# stands persistence: the value of the same place in the last season that is known.

test_size = len(series) // 15
folds = TimeSeriesSplit(n_splits=3, test_size=test_size)
summary, by_step = [], {}
for name, forecaster in forecasters.items():
    start = time.perf_counter()
    result = forecaster.backtest(
        series, folds, steps=steps, stride=6, level=0.9, season=args.season
    )
    errors, forecasts = result.errors, result.forecasts
    by_step[name] = errors["mae"]
    missed = (forecasts["prediction"] - forecasts["actual"]).abs()
    summary.append(
        {
            "model": name,
            "MAE": missed.mean(),
            "first step": errors["mae"].iloc[0],
            "last step": errors["mae"].iloc[-1],
            "coverage of 90 %": np.average(errors["coverage"], weights=errors["n_forecasts"]),
            "width": (forecasts["upper"] - forecasts["lower"]).mean(),
            "seconds": time.perf_counter() - start,
        }
    )
by_step["persistence"] = errors["persistence_mae"]
summary.append(
    {
        "model": "persistence",
        "MAE": (forecasts["persistence"] - forecasts["actual"]).abs().mean(),
        "first step": errors["persistence_mae"].iloc[0],
        "last step": errors["persistence_mae"].iloc[-1],
    }
)
summary = pd.DataFrame(summary).set_index("model")
print(f"\n{len(forecasts)} forecasts of each model, 1 to {steps} rows ahead\n")
print(summary.to_string(float_format="{:.2f}".format, na_rep=""))

# %%
# What to make of it
# ------------------

ranking = summary["MAE"].sort_values()
best, second = ranking.index[:2]
print(f"\nSmallest error: {best}, then {second}, {ranking[second] / ranking[best] - 1:.0%} larger.")
gru_best = ranking[[name for name in ranking.index if name.startswith("GRU")]].index[0]
for other in ("persistence", "Ridge, direct"):
    ratio = ranking[gru_best] / ranking[other]
    better = f"{1 - ratio:.0%} smaller than" if ratio < 1 else f"{ratio - 1:.0%} larger than"
    print(f"The error of the better network ({gru_best}) is {better} that of {other}.")

# %%
# The newest rows, and the picture
# --------------------------------
# Now the last ``steps`` rows are held back, to be forecast with intervals and compared. The
# intervals come from errors on the newest fifth of the rows given to ``fit``.

known, held_out = series[:-steps], series[-steps:]
fig, axes = plt.subplots(3, 1, figsize=(8, 9), layout="constrained")
before = known.iloc[-2 * args.season :]
for panel, name in zip(axes, ["GRU, recursive", "GRU, direct"], strict=False):
    forecast = forecasters[name].fit(known).forecast(steps, level=0.9)
    ForecastDisplay.from_forecast(forecast, history=before, actual=held_out, ax=panel)
    inside = held_out.between(forecast["lower"], forecast["upper"]).sum()
    panel.set_title(f"{name}: {inside} of {steps} values inside", fontsize=10, loc="left")
low, high = zip(*(panel.get_ylim() for panel in axes[:2]), strict=True)
for panel in axes[:2]:
    panel.set_ylim(min(low), max(high))

styles = {
    "GRU, recursive": {"color": "#0072B2"},
    "GRU, direct": {"color": "#D55E00"},
    "Ridge, recursive": {"color": "#0072B2", "ls": ":"},
    "Ridge, direct": {"color": "#D55E00", "ls": ":"},
    "persistence": {"color": "black", "ls": "--"},
}
for name, values in by_step.items():
    axes[2].plot(values.index, values, lw=1.5, label=name, **styles[name])
axes[2].set_title("Backtest: mean absolute error by step ahead", fontsize=10, loc="left")
axes[2].set_xlabel("rows ahead")
axes[2].set_ylabel("mean absolute error")
axes[2].set_ylim(bottom=0)
axes[2].legend(frameon=False, ncols=3, fontsize=8, loc="lower right")
for panel in axes:
    panel.spines[["top", "right"]].set_visible(False)
if args.out is None:
    plt.show()
else:
    args.out.mkdir(parents=True, exist_ok=True)
    fig.savefig(args.out / "forecaster.png", dpi=120)
    print(f"\nPicture: {args.out / 'forecaster.png'}")
