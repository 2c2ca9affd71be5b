"""
Which optimizer, which loss, how large?
=======================================

The same network is trained again and again, each time with one thing changed. After every epoch it
is asked for the newest rows, so that the curves show how soon each variant is good, in epochs and
in seconds, and all are compared with the naive forecast.

The ranking is that of one made-up series and one seed (``--seeds 5`` takes the mean of more). The
way to find yours is this script.
"""

# %%
# A chaotic series
# ----------------
# The equation of Mackey and Glass, often used to try networks out, and some noise. One value in
# thirty is far off, as where a sensor fails: there losses differ.

import argparse
import time
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.metrics import mean_absolute_error

from sklstm import (
    LossCurveDisplay,
    LSTMRegressor,
    PersistenceRegressor,
    SequenceWindower,
    forecast_pairs,
)

parser = argparse.ArgumentParser(description="Compare optimizers, losses and sizes.")
parser.add_argument("--epochs", type=int, default=16, help="epochs of each fit (default: 16)")
parser.add_argument("--seeds", type=int, default=1, help="fits of each variant (default: 1)")
parser.add_argument("--out", type=Path, help="folder for the picture; default: show only")
args = parser.parse_args()


def mackey_glass(n_rows, every=10, delay=17):
    """Return a chaotic series, ``dx/dt = 0.2 x(t - delay) / (1 + x(t - delay)**10) - 0.1 x``."""
    x = np.full((n_rows + 50 + delay) * every, 1.2)
    for t in range(delay * every, len(x) - 1):
        late = x[t - delay * every]
        x[t + 1] = x[t] + (0.2 * late / (1 + late**10) - 0.1 * x[t]) / every
    return x[::every][-n_rows:]


rng = np.random.default_rng(0)
n_rows, n_train, horizon = 1300, 900, 6
series = mackey_glass(n_rows) + rng.normal(scale=0.02, size=n_rows)
series += rng.normal(size=n_rows) * (rng.random(n_rows) < 1 / 30)

X, y = forecast_pairs(pd.DataFrame({"x": series}), horizon=horizon)
windows = SequenceWindower(lookback=24).fit_transform(X)
new = slice(n_train + horizon - 1, None)
naive = PersistenceRegressor().fit(windows[:n_train], y[:n_train])
naive_error = mean_absolute_error(y[new], naive.predict(windows[new]))

# %%
# The variants
# ------------
# Each group holds the plain network and what is changed in it. Step sizes of one optimizer do not
# suit the next, so for ``"sgd"`` there are two.

plain = LSTMRegressor(hidden_size=32, learning_rate=0.002)
groups = {
    "optimizer": {
        "adam": {},
        "nadam": {"optimizer": "nadam"},
        "rmsprop": {"optimizer": "rmsprop"},
        "sgd": {"optimizer": "sgd"},
        "sgd, 10 times the step": {"optimizer": "sgd", "learning_rate": 0.02},
    },
    "loss": {
        "squared error": {},
        "absolute error": {"loss": "absolute_error"},
        "huber": {"loss": "huber"},
    },
    "size": {
        "32 units": {},
        "8 units": {"hidden_size": 8},
        "64 units": {"hidden_size": 64},
        "2 layers of 32": {"num_layers": 2},
    },
}


# %%
# Trained epoch by epoch
# ----------------------
# ``partial_fit`` trains for one more epoch, from the weights and the optimizer state that it finds.
# All variants are scored by the mean absolute error, whatever loss they minimise.


def train(changes, seed):
    """Return the error on new rows and the seconds trained so far, after each epoch."""
    network = clone(plain).set_params(random_state=seed, **changes)
    errors, seconds = [], []
    for _ in range(args.epochs):
        start = time.perf_counter()
        network.partial_fit(windows[:n_train], y[:n_train])
        seconds.append(time.perf_counter() - start)
        errors.append(mean_absolute_error(y[new], network.predict(windows[new])))
    return errors, np.cumsum(seconds), network.n_parameters_


clone(plain).set_params(max_epochs=1).fit(windows, y)  # compiles, which shall count for none
found = {}
for group, variants in groups.items():
    for name, changes in variants.items():
        if not changes and found:  # the plain network again
            found[group, name] = next(iter(found.values()))
        else:
            runs = [train(changes, seed) for seed in range(args.seeds)]
            found[group, name] = [np.mean(part, axis=0) for part in zip(*runs, strict=True)]

# %%
# Side by side
# ------------
# Errors go up and down from epoch to epoch, so what a variant comes to is the mean of its last five
# epochs. It has converged when its error is first within a tenth of that.

rows = []
for (group, name), (errors, seconds, n_parameters) in found.items():
    end = errors[-5:].mean()
    converged = np.argmax(errors <= 1.1 * end)
    rows.append(
        {
            "group": group,
            "variant": name,
            "parameters": int(n_parameters),
            "error": end,
            "of naive": end / naive_error,
            "epochs": converged + 1,
            "seconds": seconds[converged],
            "s per epoch": seconds[-1] / len(errors),
        }
    )
table = pd.DataFrame(rows).set_index(["group", "variant"])
print(f"Mean absolute error {horizon} rows ahead; that of the naive forecast is {naive_error:.3f}.")
print("Epochs and seconds until converged:\n")
print(table.to_string(float_format="{:.3f}".format))

# %%
# What to make of it
# ------------------

print()
for group in groups:
    end = table.loc[group, "error"].sort_values()
    print(
        f"{group}: best {end.index[0]!r}; {end.index[1]!r} is {end.iloc[1] / end.iloc[0] - 1:.0%} "
        f"behind, {end.index[-1]!r} {end.iloc[-1] / end.iloc[0] - 1:.0%}."
    )
worst = table["of naive"].max()
print(f"The worst variant has {worst:.0%} of the error of the naive forecast.")

# %%
# The picture
# -----------

colours = ["black", "#0072B2", "#D55E00", "#009E73", "#CC79A7"]
fig, axes = plt.subplots(3, 2, figsize=(9.5, 9), layout="constrained", sharey=True)
for (by_epoch, by_second), (group, variants) in zip(axes, groups.items(), strict=True):
    for name, colour in zip(variants, colours, strict=False):
        errors, seconds, _ = found[group, name]
        LossCurveDisplay.from_curves(
            errors, loss_name="error on new rows", ax=by_epoch, log_scale=True,
            training_kw={"label": name, "color": colour}, best_kw={"visible": False},
        )  # fmt: skip
        by_second.plot(seconds, errors, color=colour)
    by_epoch.set_yticks([0.05, 0.1, 0.2], ["0.05", "0.1", "0.2"])
    by_epoch.set_yticks([], minor=True)
    for panel in (by_epoch, by_second):
        panel.axhline(naive_error, color="0.6", ls="--", lw=1)
        panel.spines[["top", "right"]].set_visible(False)
    by_second.annotate(
        "naive forecast", (1, naive_error), (0, -3), xycoords=("axes fraction", "data"),
        textcoords="offset points", ha="right", va="top", color="0.4", fontsize=9,
    )  # fmt: skip
    by_epoch.legend(
        *by_epoch.get_legend_handles_labels(), frameon=False, fontsize=8, loc="upper right",
        bbox_to_anchor=(1, 0.75),
    )  # fmt: skip
    by_epoch.set_title(group, loc="left")
    by_second.set_xlabel("seconds of training")
    by_second.set_xlim(left=0)
if args.out is None:
    plt.show()
else:
    args.out.mkdir(parents=True, exist_ok=True)
    fig.savefig(args.out / "variants.png", dpi=120)
    print(f"\nPicture: {args.out / 'variants.png'}")
