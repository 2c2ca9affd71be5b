"""
Counts and their distributions
==============================

Three items sold a day, none at all on many days, twenty on a few: a forecast of "three" says little
to the one who orders. Three networks learn the same counts by likelihoods of different
distributions: normal, Poisson and negative binomial. Which of their intervals hold what they
promise, and which forecasts are negative?

The sales are simulated, so that the true distribution is known::

    python examples/17_counts_and_their_distributions.py
"""

# %%
# Two years of daily sales
# ------------------------
# The mean has a weekly season and a slow wave; around it the counts are negative binomial, whose
# variance is ``m + m ** 2 / 2``.

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

from sklstm import GRURegressor, ReliabilityDisplay, SequenceWindower
from sklstm.metrics import continuous_ranked_probability_score

parser = argparse.ArgumentParser(description="Distributions of counts.")
parser.add_argument("--out", type=Path, help="folder for the picture; default: show only")
args = parser.parse_args()

rng = np.random.default_rng(0)
days = pd.date_range("2023-01-01", periods=1100, freq="D")
busy = 1.0 * (days.day_of_week >= 4) + 0.8 * np.sin(np.arange(len(days)) / 40)
mean = np.exp(0.6 + busy)
sales = rng.negative_binomial(2.0, 2.0 / (2.0 + mean))
series = pd.DataFrame({"sales": sales, "weekend": 1.0 * (days.day_of_week >= 4)}, index=days)

# %%
# The next day
# ------------
# A window holds four weeks; `weekend` is known in advance, so that of the next day may be in it.

X = series.assign(weekend=series["weekend"].shift(-1)).iloc[:-1]
y = series["sales"].iloc[1:].to_numpy()
windows = SequenceWindower(28).fit_transform(X)[28:]
targets, truth = y[28:], mean[29:]
n_train = len(targets) - 250
X_train, X_test = windows[:n_train], windows[n_train:]
y_train, y_test = targets[:n_train], targets[n_train:]

# %%
# Three likelihoods
# -----------------
# ``predict_interval`` is an interval of the predicted distribution, and ``predict_distribution``
# returns a distribution of SciPy's, which the CRPS takes as it is.

rows, models = {}, {}
for loss in ("normal", "poisson", "negative_binomial"):
    model = GRURegressor(8, loss=loss, max_epochs=30, random_state=0).fit(X_train, y_train)
    lower, upper = model.predict_interval(X_test, level=0.9)
    distribution = model.predict_distribution(X_test)
    rows[loss] = {
        "mean absolute error of the mean": np.abs(model.predict(X_test) - truth[n_train:]).mean(),
        "CRPS": continuous_ranked_probability_score(y_test, distribution),
        "within 90 % interval": ((lower <= y_test) & (y_test <= upper)).mean(),
        "lower below zero": (lower < 0).mean(),
    }
    models[loss] = model
print(pd.DataFrame(rows).T.to_string(float_format="{:.2f}".format))

# %%
# What to make of it
# ------------------
# The means of all three are much the same. The normal distribution puts a part of its probability
# on negative sales; its band is symmetric, where counts are skewed. The Poisson distribution takes
# its variance from its mean, and its band is too narrow for sales that spread more. The negative
# binomial distribution learns how much more.
#
# On the right are the histograms of the probability integral transform, the predicted distribution
# function at each day's sales: flat for a distribution that is right, like a U for one that is too
# narrow.

fig, panels = plt.subplots(
    3, 2, figsize=(11, 8), layout="constrained", sharex="col", sharey="col", width_ratios=[3, 2]
)
shown = slice(-90, None)
when = days[29:][n_train:][shown]
for (axes, histogram), (loss, model) in zip(panels, models.items(), strict=True):
    lower, upper = model.predict_interval(X_test[shown], level=0.9)
    covered = rows[loss]["within 90 % interval"]
    axes.fill_between(when, lower, upper, step="mid", color="#0072B2", alpha=0.2, label="90 %")
    axes.plot(when, model.predict(X_test[shown]), color="#0072B2", lw=1.2, label="mean")
    axes.plot(when, y_test[shown], "o", color="black", ms=3, label="sales")
    axes.axhline(0, color="0.4", lw=0.8)
    title = f"{loss}: {covered:.0%} of the test days in the 90 % interval"
    axes.set_title(title, fontsize=10, loc="left")
    axes.set_ylabel("items a day")
    axes.spines[["top", "right"]].set_visible(False)
    distribution = model.predict_distribution(X_test)
    ReliabilityDisplay.from_distribution(
        y_test, distribution, random_state=0, kind="pit", ax=histogram
    )
    if loss != "negative_binomial":
        histogram.set_xlabel("")
locator = AutoDateLocator(maxticks=8)
panels[-1, 0].xaxis.set_major_locator(locator)
panels[-1, 0].xaxis.set_major_formatter(ConciseDateFormatter(locator))
panels[0, 0].legend(frameon=False, fontsize=8, ncols=3, loc="upper left")
if args.out is None:
    plt.show()
else:
    args.out.mkdir(parents=True, exist_ok=True)
    fig.savefig(args.out / "counts_and_their_distributions.png", dpi=120)
    print(f"\nPicture: {args.out / 'counts_and_their_distributions.png'}")
