"""
One model for many series, or one each?
=======================================

Ten shops of very different sizes share a weekly pattern, and two of them opened only lately. One
network can learn from all of them, or each shop gets its own. Folds must cut all shops at the same
day, and windows must not reach from one shop into the next.
"""

# %%
# A panel
# -------
# One frame holds all shops; the first level of its index says which shop a row is of. All of it is
# made up, so the table below says nothing about yours.

import argparse
import time
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.pipeline import make_pipeline

from sklstm import (
    GRURegressor,
    PanelTimeSeriesSplit,
    SequenceWindower,
    WindowScaledRegressor,
    WindowScaler,
    forecast_pairs,
    mean_absolute_scaled_error,
)

parser = argparse.ArgumentParser(description="One model for a panel, or one for each series.")
parser.add_argument("--out", type=Path, help="folder for the picture; default: show only")
args = parser.parse_args()


def shop(rng, days):
    """Return the sales of a shop: its size, its week, and a level that drifts."""
    week = np.array([0, 0.05, 0.1, 0.1, 0.35, 0.6, -0.5]) * rng.uniform(0.7, 1.3)
    level, shocks = np.zeros(len(days)), rng.normal(scale=0.06, size=len(days))
    for t in range(1, len(days)):
        level[t] = 0.9 * level[t - 1] + shocks[t]
    noise = rng.normal(scale=0.05, size=len(days))
    size = np.exp(rng.normal(4, 1))
    return pd.DataFrame({"sales": size * np.exp(week[days.day_of_week] + level + noise)}, days)


rng = np.random.default_rng(0)
days = pd.date_range("2025-01-06", periods=170, freq="D", name="day")
opened = dict.fromkeys("ABCDEFGH", 0) | dict.fromkeys("IJ", 110)
panel = pd.concat({name: shop(rng, days[first:]) for name, first in opened.items()}, names=["shop"])
X, y = forecast_pairs(panel, horizon=1, target="sales", by="shop")
of_shop = X.index.get_level_values("shop")
print(panel.groupby("shop")["sales"].agg(["size", "mean"]).T.round().astype(int).to_string())

# %%
# Two models
# ----------
# ``by="shop"`` keeps windows within their shop. The same network once reads sales as they are; once
# ``WindowScaledRegressor`` gives it every window relative to its newest value, so that a small shop
# looks like a large one.

gru = GRURegressor(8, max_epochs=40, learning_rate=0.01, batch_size=32, random_state=0)
windower = SequenceWindower(lookback=14, by="shop")
models = {
    "sales as they are": make_pipeline(windower, gru),
    "relative to the newest": make_pipeline(
        windower, WindowScaledRegressor(gru, WindowScaler("last"))
    ),
}


def predict(model, train, test, for_all):
    """Return predictions of the test rows, by one model for all shops or by one for each."""
    if for_all:
        return model.fit(X.iloc[train], y.iloc[train]).predict(X.iloc[test])
    predicted = np.empty(len(test))
    for name in of_shop.unique():
        own, asked = train[of_shop[train] == name], of_shop[test] == name
        model.fit(X.iloc[own], y.iloc[own])
        predicted[asked] = model.predict(X.iloc[test[asked]])
    return predicted


# %%
# Folds that cut all shops at the same day
# ----------------------------------------
# ``TimeSeriesSplit`` would train on some shops and test on others. The error is put in units of
# repeating the value of a week ago, shop by shop, so that large shops do not drown small ones:
# below 1 is better than that.

folds = list(PanelTimeSeriesSplit(n_splits=3, test_size=14).split(X))
before = y.iloc[folds[0][0]]


def scaled_error(rows, predicted, name=None):
    """Return the error in units of last week's value: of one shop, or the mean over all."""
    asked = slice(None) if name is None else of_shop[rows] == name
    return mean_absolute_scaled_error(
        y.iloc[rows][asked], predicted[asked], y_train=before, season=7, series="shop"
    )


tested = np.concatenate([test for _, test in folds])
errors, seconds = {}, {}
for kind, model in models.items():
    for who, for_all in (("one for all", True), ("one each", False)):
        start = time.perf_counter()
        predicted = np.concatenate([predict(model, *fold, for_all) for fold in folds])
        seconds[kind, who] = time.perf_counter() - start
        errors[kind, who] = [scaled_error(tested, predicted, name) for name in opened]
last_week = panel["sales"].groupby("shop").shift(6)[X.index].to_numpy()  # of the row to predict
errors["repeating last week", ""] = [scaled_error(tested, last_week[tested], n) for n in opened]

table = pd.DataFrame(errors, index=list(opened)).T
young = [name for name, first in opened.items() if first]
summary = pd.DataFrame(
    {
        "mean": table.mean(axis=1),
        "old shops": table.drop(columns=young).mean(axis=1),
        "young shops": table[young].mean(axis=1),
        "seconds": pd.Series(seconds),
    }
).reindex(table.index)
print("\nMean absolute error in units of repeating last week's value\n")
print(summary.to_string(float_format="{:.2f}".format, na_rep=""))

# %%
# What to make of it
# ------------------

best = summary["mean"].idxmin()
print(f"\nSmallest error: {best[0]}, {best[1]}.")
for kind in models:
    ratio = summary.loc[(kind, "one for all"), "mean"] / summary.loc[(kind, "one each"), "mean"]
    better = f"{1 - ratio:.0%} smaller" if ratio < 1 else f"{ratio - 1:.0%} larger"
    print(f"Sales {kind.removeprefix('sales ')}: the error of one model for all is {better}.")

# %%
# One model for all has ten times the rows to learn from, which the young shops need most. But it
# gains by them only where shops look alike to it: with sales as they are it must first find out
# from a window how large the shop is.

fig, axes = plt.subplots(figsize=(9, 4), layout="constrained")
places = np.arange(len(opened))
marks = {"one for all": "o", "one each": "x"}
colours = dict(zip(models, ("#D55E00", "#0072B2"), strict=True))
for kind, who in seconds:
    axes.plot(
        places, table.loc[(kind, who)], marks[who], color=colours[kind], ms=7, mew=1.8,
        mfc="none", label=f"{kind}, {who}",
    )  # fmt: skip
axes.plot(places, table.loc[("repeating last week", "")], "_", color="0.5", ms=22, mew=2)
axes.lines[-1].set_label("repeating last week")
axes.set_xticks(places, [f"{n}\nyoung" if n in young else n for n in opened])
axes.set(xlabel="shop", ylabel="scaled error", ylim=(0, None))
axes.legend(frameon=False, ncols=3, fontsize=8, loc="lower center", bbox_to_anchor=(0.5, 1))
axes.spines[["top", "right"]].set_visible(False)
if args.out is None:
    plt.show()
else:
    args.out.mkdir(parents=True, exist_ok=True)
    fig.savefig(args.out / "many_series.png", dpi=120)
    print(f"\nPicture: {args.out / 'many_series.png'}")
