"""
Is a moving average better than the last value?
===============================================

Moving averages are the first forecasts that tutorials of share prices show, and their curves lie
close to the truth. But so does the simplest forecast of all: tomorrow is as today. Here all three
are measured on the same rows, on a series as a well-known tutorial prepares it and on the prices
themselves.

Run as it stands, it takes a share that matplotlib carries as sample data. The tutorial's own data,
five years of AAL, is read with::

    python examples/03_persistence_is_hard.py --data FOLDER --full
"""

# %%
# The series
# ----------
# The middle of the day's highest and lowest price, of 1000 days.

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib import cbook
from sklearn.metrics import mean_absolute_error, mean_squared_error
from sklearn.pipeline import make_pipeline

from sklstm import (
    EMARegressor,
    ExponentialSmoother,
    PersistenceRegressor,
    SequenceWindower,
    SMARegressor,
    WindowScaler,
    forecast_pairs,
    mean_absolute_scaled_error,
)

parser = argparse.ArgumentParser(description="Moving averages compared with the last value.")
parser.add_argument("--full", action="store_true", help="the published data, of --data")
parser.add_argument("--data", type=Path, help="folder of the data; default: SKLSTM_DATA")
parser.add_argument("--out", type=Path, help="folder for the picture; default: show only")
args = parser.parse_args()

if args.full:
    import _data

    prices = _data.read_share(args.data, "AAL")
else:
    with cbook.get_sample_data("goog.npz") as sample:
        prices = pd.DataFrame(sample["price_data"]).set_index("date")
mid = ((prices["high"] + prices["low"]) / 2).to_frame("mid").iloc[:1000]
print(f"{len(mid)} rows from {mid.index[0]:%Y-%m-%d} to {mid.index[-1]:%Y-%m-%d}")

# %%
# As the tutorial prepares it
# ---------------------------
# Each block of 250 days is brought to the range from 0 to 1, by its own extremes, and the result is
# smoothed exponentially, from 0 on. ``causal=False`` says aloud what is wrong with such blocks: the
# scale of a block's first day comes from days up to a year later. What is smoothed is also easy to
# predict, for a tenth of tomorrow's price is all that is new in tomorrow's value.

prepare = make_pipeline(
    WindowScaler("minmax", window_size=250, causal=False),
    ExponentialSmoother(alpha=0.1, initial=0.0),
)
series = {"smoothed": prepare.fit_transform(mid), "prices": mid}

# %%
# Three forecasts of the next value
# ---------------------------------
# Half the mean squared error is what the tutorial prints: that of the mean of 26 from the row on
# where 26 values are known, the others from the first. For MAE and MASE, the mean absolute error in
# units of that of "as today", all of them are scored on the same rows, from the 26th on.

models = {  # lookback, first row of the half MSE, regressor
    "mean of 26": (26, 25, SMARegressor(window=26)),
    "exponential mean": (100, 0, EMARegressor(alpha=0.5, initial=0.0)),
    "persistence": (1, 0, PersistenceRegressor()),
}
published = {("smoothed", "mean of 26"): 0.00444, ("smoothed", "exponential mean"): 0.00018}

rows, predictions = [], {}
for name, values in series.items():
    X, y = forecast_pairs(values)
    known, true = values["mid"].iloc[25:], y.iloc[25:]
    for model, (lookback, first, regressor) in models.items():
        whole = make_pipeline(SequenceWindower(lookback), regressor).fit(X, y).predict(X)
        guess = whole[25:]
        predictions[name, model] = pd.Series(guess, index=known.index[1:])
        rows.append(
            {
                "series": name,
                "model": model,
                "half MSE": mean_squared_error(y.iloc[first:], whole[first:]) / 2,
                "published": published.get((name, model)) if args.full else None,
                "MAE": mean_absolute_error(true, guess),
                "MASE": mean_absolute_scaled_error(true, guess, y_train=known),
            }
        )
scores = pd.DataFrame(rows).set_index(["series", "model"]).dropna(axis="columns", how="all")
print(f"\n{scores.to_string(float_format='{:.3g}'.format, na_rep='-')}")

# %%
# Who wins?
# ---------

print()
for name in series:
    ranking = scores.loc[name, "MASE"].sort_values()
    print(
        f"On {name} the best is {ranking.index[0]}; the error of {ranking.index[1]} is "
        f"{ranking.iloc[1] / ranking.iloc[0]:.1f} times as large, that of {ranking.index[2]} "
        f"{ranking.iloc[2] / ranking.iloc[0]:.1f} times."
    )

# %%
# The picture
# -----------
# From a distance all forecasts look good, so look closely: averages lag behind.

colours = {"mean of 26": "#009E73", "exponential mean": "#0072B2", "persistence": "#D55E00"}
fig = plt.figure(figsize=(9, 6.4), layout="constrained")
grid = fig.add_gridspec(2, 2, width_ratios=[3, 1.15])
for row, (name, values) in enumerate(series.items()):
    lines, bars = fig.add_subplot(grid[row, 0]), fig.add_subplot(grid[row, 1])
    shown = values["mid"].iloc[300:360]
    lines.plot(shown.index, shown, color="black", lw=1.6, label="truth")
    for model, colour in colours.items():
        guess = predictions[name, model].loc[shown.index[0] : shown.index[-1]]
        lines.plot(guess.index, guess, color=colour, lw=1.1, label=model)
    lines.set_title(f"{name}: sixty days, closely", fontsize=10, loc="left")
    lines.set_ylabel("US$" if name == "prices" else "scaled and smoothed")
    lines.tick_params(axis="x", labelsize=8)
    drawn = bars.barh(
        list(colours), [scores.loc[(name, model), "MASE"] for model in colours],
        color=list(colours.values()),
    )  # fmt: skip
    bars.bar_label(drawn, fmt="%.2f", fontsize=8, padding=2)
    bars.axvline(1, color="0.4", lw=0.8, ls=":")
    bars.margins(x=0.2)
    bars.invert_yaxis()
    bars.set_title("MASE", fontsize=10, loc="left")
    for axes in (lines, bars):
        axes.spines[["top", "right"]].set_visible(False)
    if row == 0:
        lines.legend(frameon=False, fontsize=8)
if args.out is None:
    plt.show()
else:
    args.out.mkdir(parents=True, exist_ok=True)
    fig.savefig(args.out / "persistence_is_hard.png", dpi=120)
    print(f"\nPicture: {args.out / 'persistence_is_hard.png'}")
