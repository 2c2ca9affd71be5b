"""
How far does a recursive forecast carry?
========================================

One model, one starting window, and a forecast of the whole test period: each prediction enters the
window, and the oldest value leaves it. After thirteen steps the network reads nothing but its own
words. How far that carries depends on the series.

Run as it stands, it puts a share that matplotlib carries as sample data next to a made-up series
with a rhythm, and trains small networks. The published recipe on its own data, AAPL and MSFT, takes
most of an hour; ``--epochs 10`` gives an impression::

    python examples/08_recursive_forecast.py --data FOLDER --full
"""

# %%
# Two series
# ----------
# What is forecast are the changes from row to row. A series of changes has no level to get lost
# from, and its sum, from the last known value on, is the forecast of the series itself.

import argparse
import time
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib import cbook
from matplotlib.dates import AutoDateLocator

from sklstm import Forecaster, LSTMRegressor

parser = argparse.ArgumentParser(description="A recursive forecast of a whole test period.")
parser.add_argument("--full", action="store_true", help="the published recipe and data, of --data")
parser.add_argument("--epochs", type=int, help="epochs; default: 60, with --full the published 400")
parser.add_argument("--seed", type=int, default=0, help="seed of the networks (default: 0)")
parser.add_argument("--data", type=Path, help="folder of the data; default: SKLSTM_DATA")
parser.add_argument("--out", type=Path, help="folder for the picture; default: show only")
args = parser.parse_args()


def made_up_rhythm(n_days=900):
    """Return a series that goes up and down in 25 days, with noise on it."""
    rng = np.random.default_rng(0)
    wave = 20 * np.sin(2 * np.pi * np.arange(n_days) / 25)
    days = pd.date_range("2023-01-02", periods=n_days, freq="D")
    return pd.Series(100 + wave + rng.normal(scale=1.5, size=n_days), days)


if args.full:
    import _data

    all_series = {name: _data.read_share(args.data, name)["close"] for name in ("AAPL", "MSFT")}
    size, batch, epochs = (512, 256), 150, args.epochs or 400
else:
    with cbook.get_sample_data("goog.npz") as sample:
        share = pd.DataFrame(sample["price_data"]).set_index("date")["close"]
    all_series = {"Share, US$": share, "Seasonal series": made_up_rhythm()}
    size, batch, epochs = (24, 12), 64, args.epochs or 60

# %%
# The forecasts
# -------------
# The newest fifth of each series is forecast from the window before it. Next to it stands the
# forecast that nothing changes any more.

network = LSTMRegressor(
    size, dropout=(0.2, 0), activation="relu", optimizer="rmsprop", learning_rate=0.001,
    batch_size=batch, max_epochs=epochs, early_stopping=True, validation_fraction=0.1,
    n_iter_no_change=None, init_scale=1.0, differencing="never", weight_decay=0.0,
    random_state=args.seed,
)  # fmt: skip
forecaster = Forecaster(network, lookback=13, scaling=None, calibration_size=None)
rows, forecasts = [], {}
for name, series in all_series.items():
    changes = series.diff().dropna()
    first = round(0.8 * len(changes))
    known, test = changes[:first], changes[first:]
    start = time.perf_counter()
    forecast = forecaster.fit(known).forecast(len(test))["prediction"].to_numpy()
    seconds = time.perf_counter() - start
    forecast = pd.Series(forecast, test.index)  # by the days on which it was traded
    path = series.loc[known.index[-1]] + forecast.cumsum()
    forecasts[name] = forecast, test, path, series
    rows.append(
        {
            "series": name,
            "steps": len(test),
            "MAE of changes": (forecast - test).abs().mean(),
            "no change": test.abs().mean(),
            "MAE of the sum": (path - series[test.index]).abs().mean(),
            "last value": (series[test.index] - series.loc[known.index[-1]]).abs().mean(),
            "seconds": seconds,
        }
    )

# %%
# The table
# ---------

scores = pd.DataFrame(rows).set_index("series")
print(f"{epochs} epochs\n\n{scores.to_string(float_format='{:.3f}'.format)}\n")
for name, row in scores.iterrows():
    ratio = row["MAE of changes"] / row["no change"]
    verdict = "it knows next to nothing" if ratio > 0.95 else "it has found something"
    print(f"{name}: {ratio:.2f} times the error of 'no change': {verdict}.")

# %%
# The picture
# -----------
# With nothing to go by, the forecast dies down to a constant, which is the best thing that it can
# do. What is left of it in the sum is a straight line, about the mean slope of the training rows:
# not an insight.

blue, red = "#0072B2", "#D55E00"
fig, panels = plt.subplots(2, 2, figsize=(11, 6.4), layout="constrained")
for (name, (forecast, test, path, series)), (left, right) in zip(
    forecasts.items(), panels, strict=True
):
    left.plot(test.index, test, color="0.7", lw=0.9, label="change that came")
    left.plot(test.index, forecast, color=blue, lw=1.3, label="forecast")
    left.set_title(f"{name}: changes", fontsize=10, loc="left")
    before = series.loc[: test.index[0]].iloc[-len(test) // 2 :]
    right.plot(before.index, before, color="0.6", lw=1, label="known")
    right.plot(test.index, series[test.index], color="black", lw=1.3, label="truth")
    right.plot(path.index, path, color=blue, lw=1.3, label="forecast")
    right.hlines(
        before.iloc[-2], test.index[0], test.index[-1], color=red, ls="--", lw=1, label="last value"
    )
    right.set_title(f"{name}: their sum", fontsize=10, loc="left")
for axes in panels.flat:
    axes.spines[["top", "right"]].set_visible(False)
    axes.xaxis.set_major_locator(AutoDateLocator(maxticks=6))
    axes.tick_params(axis="x", labelsize=8)
    axes.margins(y=0.2)
    axes.legend(frameon=False, fontsize=8, ncols=2, loc="upper left")
if args.out is None:
    plt.show()
else:
    args.out.mkdir(parents=True, exist_ok=True)
    fig.savefig(args.out / "recursive_forecast.png", dpi=120)
    print(f"\nPicture: {args.out / 'recursive_forecast.png'}")
