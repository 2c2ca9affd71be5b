"""
Do intervals hold what they promise?
====================================

An interval of 90 % is to cover the actual value nine times out of ten. That can be counted. Two
kinds are put to the test: those of ``Forecaster``, which learn their width from past errors (split
conformal prediction), and those of a network that predicts quantiles.
"""

# %%
# A series with calm and wild days
# --------------------------------
# From Friday to Sunday the demand is three times as unsteady as on other days. It is made up, so
# that we know.

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.dates import MO, DateFormatter, WeekdayLocator
from sklearn.pipeline import make_pipeline

from sklstm import Forecaster, GRURegressor, SequenceWindower, forecast_pairs

parser = argparse.ArgumentParser(description="Count how often intervals cover.")
parser.add_argument("--out", type=Path, help="folder for the picture; default: show only")
args = parser.parse_args()


def made_up_demand(n_days=1500):
    """Return daily demand with a weekly rhythm, a level that drifts, and wild weekends."""
    rng = np.random.default_rng(0)
    days = pd.date_range("2022-01-03", periods=n_days, freq="D")
    level = np.zeros(n_days)
    for t in range(1, n_days):
        level[t] = 0.8 * level[t - 1] + rng.normal()
    week = 10 * np.sin(2 * np.pi * np.arange(n_days) / 7)
    noise = np.where(days.day_of_week >= 4, 6.0, 2.0) * rng.standard_t(5, n_days) / 1.3
    return pd.Series(100 + week + level + noise, index=days, name="demand")


demand = made_up_demand()
n_train, levels = 1100, [0.5, 0.6, 0.7, 0.8, 0.9, 0.95]

# %%
# Intervals from past errors
# --------------------------
# The newest fifth of the training rows is forecast by a model that has not seen it. The errors that
# it makes there say how wide an interval must be. ``backtest`` then forecasts each of the 400
# newest days from the day before; nothing is refitted, but the errors that become known are taken
# in.

recipe = {"max_epochs": 60, "learning_rate": 0.01, "random_state": 0}
forecaster = Forecaster(GRURegressor(12, **recipe), lookback=14, scaling=None)
fold = [(range(n_train), range(n_train, len(demand)))]
result = forecaster.backtest(demand, fold, steps=1, stride=1, level=levels)
conformal = result.forecasts.set_index("time")
actual = conformal["actual"]
print(result.errors.T.loc["coverage_0.5":].round(3).to_string(header=False))

# %%
# Intervals from quantiles
# ------------------------
# This network reads the same windows and predicts the two ends of each interval, all levels at
# once. No rows are held back to measure how right it is.

quantiles = sorted({round(0.5 + side * level / 2, 4) for level in levels for side in (-1, 1)})
network = make_pipeline(
    SequenceWindower(lookback=14),
    GRURegressor(12, loss="quantile", quantile=quantiles, **recipe),
)
X, y = forecast_pairs(demand.to_frame(), horizon=1)
network.fit(X[: n_train - 1], y[: n_train - 1])
ends = network.predict(X[n_train - 1 :])
by_quantile = pd.DataFrame(ends, index=actual.index, columns=quantiles)

# %%
# Coverage, counted
# -----------------
# Over 400 days the coverage of a correct interval is within two standard errors of its level: three
# points at 90 %.

bounds = {
    "from past errors": lambda level: (conformal[f"lower_{level}"], conformal[f"upper_{level}"]),
    "from quantiles": lambda level: tuple(
        by_quantile[round(0.5 + side * level / 2, 4)] for side in (-1, 1)
    ),
}
wild = actual.index.day_of_week >= 4
rows = []
for kind, ends_of in bounds.items():
    for level in levels:
        lower, upper = ends_of(level)
        inside = actual.between(lower, upper)
        rows.append(
            {
                "intervals": kind,
                "level": level,
                "all days": inside.mean(),
                "calm days": inside[~wild].mean(),
                "wild days": inside[wild].mean(),
                "mean width": (upper - lower).mean(),
            }
        )
coverage = pd.DataFrame(rows).set_index(["intervals", "level"])
print()
print(coverage.to_string(float_format="{:.2f}".format))

# %%
# What to make of it
# ------------------
# Intervals from past errors keep their promise over all days, which is all that they promise. They
# are as wide on calm days as on wild ones, hence too wide on the ones and too narrow on the others.
# Quantiles adapt to the day. But nothing makes them keep their level: at 95 %, where few values lie
# to learn from, they are a little too narrow here.

print()
for kind in bounds:
    at = coverage.loc[(kind, 0.9)]
    spread = 2 * np.sqrt(0.9 * 0.1 / len(actual))
    kept = "kept" if abs(at["all days"] - 0.9) <= spread else "not kept"
    print(
        f"90 % {kind}: {at['all days']:.0%} of all days ({kept}), {at['calm days']:.0%} of calm "
        f"and {at['wild days']:.0%} of wild days."
    )

# %%
# The picture
# -----------

colours = {"from past errors": "#0072B2", "from quantiles": "#D55E00"}
fig, panels = plt.subplot_mosaic(
    [["count", *bounds]], figsize=(12, 4), layout="constrained", width_ratios=[1.2, 1, 1]
)
count = panels.pop("count")
promised = np.array(levels)
count.plot(promised, promised, color="0.6", lw=1)
styles = {"all days": ("o-", 1.8), "calm days": ("^:", 1), "wild days": ("v:", 1)}
for kind in bounds:
    for part, (style, width) in styles.items():
        values = coverage.loc[kind][part]
        label = f"{kind}, {part}"
        count.plot(promised, values, style, color=colours[kind], lw=width, ms=5, label=label)
count.set(xlabel="level promised", ylabel="share covered")
count.legend(frameon=False, fontsize=8, ncols=2, loc="upper center", bbox_to_anchor=(0.5, -0.15))
shown = actual.index[-42:]
for kind, axes in panels.items():
    lower, upper = (end[shown] for end in bounds[kind](0.9))
    axes.fill_between(shown, lower, upper, color=colours[kind], alpha=0.25, lw=0)
    missed = ~actual[shown].between(lower, upper)
    axes.plot(shown, actual[shown], color="black", lw=1)
    axes.plot(shown[missed], actual[shown][missed], "o", color="black", ms=5)
    axes.set_title(f"90 % {kind}, dots: not covered", fontsize=10, loc="left")
    axes.xaxis.set_major_locator(WeekdayLocator(MO, interval=2))
    axes.xaxis.set_major_formatter(DateFormatter("%d %b"))
first, second = panels.values()
second.sharey(first)
first.set_ylabel("demand")
for axes in (count, first, second):
    axes.spines[["top", "right"]].set_visible(False)
if args.out is None:
    plt.show()
else:
    args.out.mkdir(parents=True, exist_ok=True)
    fig.savefig(args.out / "intervals.png", dpi=120)
    print(f"\nPicture: {args.out / 'intervals.png'}")
