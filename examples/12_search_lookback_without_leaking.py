"""
How can a search of the lookback deceive?
=========================================

A random walk cannot be forecast. A search that finds a good score on one has seen the future. Four
common mistakes are tried on random walks, and their false scores compared with the honest one:
windows cut before the rows are split, folds that are shuffled, no gap between training and test
rows, and scaling or smoothing by rows that are still to come.
"""

# %%
# Series without anything to find
# -------------------------------
# Each step of a walk is independent of all before. The target is the change of the walk over
# the next ten rows. Always predicting no change has an R² of about 0, and nothing does better in
# the long run.

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.model_selection import GridSearchCV, KFold, TimeSeriesSplit, cross_val_score
from sklearn.pipeline import Pipeline

from sklstm import GRURegressor, SequenceWindower, WindowScaler, forecast_pairs

parser = argparse.ArgumentParser(description="Search the lookback, honestly and otherwise.")
parser.add_argument("--walks", type=int, default=3, help="random walks to try (default: 3)")
parser.add_argument("--out", type=Path, help="folder for the picture; default: show only")
args = parser.parse_args()

horizon, n_train, n_new = 10, 500, 200
lookbacks = [5, 20]


def random_walk(seed):
    """Return a random walk, day by day."""
    steps = np.random.default_rng(seed).normal(size=n_train + n_new)
    days = pd.date_range("2023-01-01", periods=len(steps), freq="D")
    return pd.DataFrame({"value": 100 + np.cumsum(steps)}, index=days)


# %%
# The honest way
# --------------
# The windower is a step of the pipeline, so each fold cuts its windows from its own rows. The folds
# train on the past, and the gap leaves out the rows whose targets lie among the test rows.

gru = GRURegressor(16, max_epochs=30, learning_rate=0.01, batch_size=32, random_state=0)
model = Pipeline([("window", SequenceWindower()), ("gru", gru)])
in_time = TimeSeriesSplit(n_splits=3, gap=horizon - 1)
shuffled = KFold(n_splits=3, shuffle=True, random_state=0)


def searched(inputs, changes, cv=in_time):
    """Return the score and the lookback that a search finds."""
    search = GridSearchCV(model, {"window__lookback": lookbacks}, cv=cv, refit=False)
    search.fit(inputs, changes)
    return search.best_score_, search.best_params_["window__lookback"]


# %%
# The mistakes
# ------------
# Windows that are cut first, and shuffled then: between two training windows lies a test window
# that shares nearly all its rows with them, and its target nearly all its steps with theirs. The
# network need only recognise the place. A windower inside the pipeline does not let it: there the
# windows of shuffled rows are torn apart.


def windows_first(inputs, changes):
    """Return what a search over finished windows finds, in shuffled folds."""
    scores = {}
    for lookback in lookbacks:
        windows = SequenceWindower(lookback).fit_transform(inputs)
        scores[lookback] = cross_val_score(gru, windows, changes, cv=shuffled).mean()
    best = max(scores, key=scores.get)
    return scores[best], best


# %%
# Smoothing by a mean that reaches to both sides tells each row what comes after it. Scaling a block
# of rows by its own least and greatest value tells whether the walk is to rise or to fall in the
# rest of it. Standardising everything by the whole series gives away no more than a mean and a
# scale, which the network standardises away again.


def ways(walk):
    """Return what each way of searching finds."""
    X, later = forecast_pairs(walk, horizon=horizon)
    changes = later - X["value"]
    rows = slice(0, n_train - horizon)
    y, steps = changes[rows], walk.diff().fillna(0)
    smoothed = walk.rolling(21, center=True, min_periods=1).mean().diff().fillna(0)
    blocks = WindowScaler("minmax", window_size=100, causal=False).fit_transform(walk)
    standardised = (steps - steps.mean()) / steps.std()
    found = {
        "honest": searched(steps[rows], y),
        "scaled by the whole series": searched(standardised[rows], y),
        "no gap": searched(steps[rows], y, TimeSeriesSplit(n_splits=3)),
        "shuffled folds, pipeline": searched(steps[rows], y, shuffled),
        "smoothed to both sides": searched(smoothed[rows], y),
        "scaled in blocks of 100 rows": searched(blocks[rows], y),
        "windows first, then shuffled": windows_first(steps[rows], y),
    }
    return found, steps, changes


# %%
# What the scores are worth
# -------------------------
# The lookback that a search has found is used as it would be in earnest: with inputs as they are,
# fitted to the training rows and scored on the 200 newest ones, which nobody has seen.

rows = []
for seed in range(args.walks):
    found, steps, changes = ways(random_walk(seed))
    known, new = slice(0, n_train - horizon), slice(n_train, len(changes))
    earnest = {}
    for lookback in lookbacks:
        fitted = model.set_params(window__lookback=lookback).fit(steps[known], changes[known])
        earnest[lookback] = fitted.score(steps[new], changes[new])
    rows += [(way, score, lookback, earnest[lookback]) for way, (score, lookback) in found.items()]
results = pd.DataFrame(rows, columns=["way", "score of the search", "lookback", "new rows"])
print(f"R², mean of {args.walks} random walks\n")
means = results.groupby("way", sort=False).mean()
print(means.to_string(float_format="{:.2f}".format))

# %%
# What to make of it
# ------------------
# With a lookback of 20 the network overfits the walk, which is what shuffled windows ask for
# and what does most harm on new rows. The honest scores are below 0: the network takes noise for a
# pattern, most of all in the first fold, which has the fewest rows, and the honest search says so.
# Smoothing to both sides is as bad as it looks. On these walks the other mistakes matter less, and
# standardising not at all; but nobody knows so before.

false = means["score of the search"].idxmax()
print(
    f"\nThe best score, {means.loc[false, 'score of the search']:.2f}, is that of {false!r}. On "
    f"new rows it is {means.loc[false, 'new rows']:.2f}. The honest search says "
    f"{means.loc['honest', 'score of the search']:.2f}."
)

# %%
# The picture
# -----------

fig, axes = plt.subplots(figsize=(9, 4.2), layout="constrained")
places = {way: place for place, way in enumerate(means.index)}
columns = {"score of the search": ("#D55E00", -0.13), "new rows": ("black", 0.13)}
for column, (colour, aside) in columns.items():
    at = results["way"].map(places) + aside
    axes.plot(results[column], at, "o", color=colour, alpha=0.35, ms=5, mew=0)
    at = np.arange(len(means)) + aside
    axes.plot(means[column], at, "|", color=colour, ms=13, mew=2.5, label=column)
axes.axvline(0, color="0.6", lw=1, zorder=0)
axes.set_yticks(list(places.values()), list(places))
axes.invert_yaxis()
axes.set_xlabel("R² of each walk, and the mean. The best to be hoped for is 0")
axes.legend(frameon=False, loc="upper right")
axes.spines[["top", "right"]].set_visible(False)
if args.out is None:
    plt.show()
else:
    args.out.mkdir(parents=True, exist_ok=True)
    fig.savefig(args.out / "leaks.png", dpi=120)
    print(f"\nPicture: {args.out / 'leaks.png'}")
