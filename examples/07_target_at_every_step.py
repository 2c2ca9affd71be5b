"""
Does a target at every step teach more than one?
================================================

With ``output="sequence"`` a network says at every step of a window what comes next, and each of
twenty steps gives it an error to learn from. The same network with ``output="last"`` hears of its
last prediction alone. Both are trained for the same number of epochs.

Run as it stands, it takes a share that matplotlib carries as sample data, and fewer units. The
published recipe on its own data, ten years of the fund AAXJ, takes a minute::

    python examples/07_target_at_every_step.py --data FOLDER --full
"""

# %%
# Four prices a day
# -----------------
# Opening, highest, lowest and closing price, each column brought to the range from -1 to 1. The
# networks standardise what they get by their training windows anyway; this is the unit in which
# the recipe gives its errors.

import argparse
import time
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib import cbook
from sklearn.metrics import mean_squared_error
from sklearn.preprocessing import MinMaxScaler

from sklstm import LSTMRegressor, SequenceWindower, forecast_pairs

parser = argparse.ArgumentParser(description="A target at every step of a window, or at the last.")
parser.add_argument("--full", action="store_true", help="the published recipe and data, of --data")
parser.add_argument("--data", type=Path, help="folder of the data; default: SKLSTM_DATA")
parser.add_argument("--seeds", type=int, default=1, help="how often to train each (default: 1)")
parser.add_argument("--out", type=Path, help="folder for the picture; default: show only")
args = parser.parse_args()

if args.full:
    import _data

    prices, size, epochs = _data.read_fund(args.data), 32, 100
else:
    with cbook.get_sample_data("goog.npz") as sample:
        prices = pd.DataFrame(sample["price_data"]).set_index("date")
    size, epochs = 16, 60
prices = prices[["open", "high", "low", "close"]]
scaled = MinMaxScaler((-1, 1)).set_output(transform="pandas").fit_transform(prices)

# %%
# A target for every step
# -----------------------
# The targets are a series like any other, so the windower cuts them as it cuts the prices: the
# target of a step is the close of the day after it.

lookback = 20
X, y = forecast_pairs(scaled, target="close")
windows = SequenceWindower(lookback).fit_transform(X)[lookback - 1 :]
targets = SequenceWindower(lookback).fit_transform(y.to_frame())[lookback - 1 :, :, 0]
first = round(0.8 * len(windows))
X_train, X_test = windows[:first], windows[first:]
y_train, y_test = targets[:first], targets[first:]
naive = X_test[:, :, 3]  # at every step: the close stays as it is
seen = y_test[:, -1] <= y_train.max()  # the others are closes higher than any trained on
print(f"{first} windows to train on, {len(X_test)} to test")

# %%
# The two ways to train
# ---------------------
# Two layers, a step of Adam for all training windows together in every epoch.

rows, curves, predictions = [], {}, {}
for output, wanted in {"sequence": y_train, "last": y_train[:, -1]}.items():
    name = {"sequence": "at every step", "last": "at the last step"}[output]
    for seed in range(args.seeds):
        network = LSTMRegressor(
            size, num_layers=2, output=output, learning_rate=0.01, max_epochs=epochs,
            batch_size=first, shuffle=False, n_iter_no_change=None, init_scale=1.0,
            differencing="never", weight_decay=0.0, random_state=seed,
        )  # fmt: skip
        start = time.perf_counter()
        network.fit(X_train, wanted)
        seconds = time.perf_counter() - start
        curve = np.array(network.loss_curve_) * network.target_scale_[0] ** 2
        guess = network.predict(X_test)
        if seed == 0:
            curves[name], predictions[name] = curve, guess
        last = guess[:, -1] if output == "sequence" else guess
        rows.append(
            {
                "target": name,
                "training MSE": curve[-1],
                "test MSE, last step": mean_squared_error(y_test[:, -1], last),
                "price seen before": mean_squared_error(y_test[seen, -1], last[seen]),
                "seconds": seconds,
            }
        )
rows.append(
    {
        "target": "persistence",
        "training MSE": mean_squared_error(y_train, X_train[:, :, 3]),
        "test MSE, last step": mean_squared_error(y_test[:, -1], naive[:, -1]),
        "price seen before": mean_squared_error(y_test[seen, -1], naive[seen, -1]),
    }
)

# %%
# The table
# ---------

print("\nTraining MSE with a target at every step")
for epoch in range(9, epochs, 10):
    print(f"  epoch {epoch + 1:3d}: {curves['at every step'][epoch]:.5f}")
errors = pd.DataFrame(rows).groupby("target", sort=False)
scores, test_error = errors.mean(), errors["test MSE, last step"]
if args.seeds > 1:
    scores["lowest"], scores["highest"] = test_error.min(), test_error.max()
if seen.all():
    scores = scores.drop(columns="price seen before")
print(f"\n{scores.to_string(float_format='{:.3g}'.format, na_rep='-')}\n")
ratio = scores["test MSE, last step"] / scores.loc["persistence", "test MSE, last step"]
print(f"{1 - seen.mean():.0%} of the test targets are higher than any price trained on.")
print(
    f"In units of persistence's, the error with a target at every step is "
    f"{ratio['at every step']:.1f}, with one at the last step {ratio['at the last step']:.1f}."
)

# %%
# The picture
# -----------
# A network that speaks at every step also shows how much it needs to have read: its error falls
# steeply over the first steps. (They count in its training error too, which is why that lies above
# the one of a network that is judged by its last step alone.)

blue, purple, red = "#0072B2", "#CC79A7", "#D55E00"
fig, panels = plt.subplot_mosaic(
    [["loss", "step"], ["price", "price"]], figsize=(9, 6.8), layout="constrained"
)
for (name, curve), colour in zip(curves.items(), (blue, purple), strict=True):
    panels["loss"].semilogy(np.arange(1, epochs + 1), curve, color=colour, lw=1.4, label=name)
panels["loss"].set_title("Training MSE, with the target", fontsize=10, loc="left")
panels["loss"].set_xlabel("epoch")

every = predictions["at every step"]
steps = np.arange(1, lookback + 1)
panels["step"].semilogy(
    steps, ((every - y_test) ** 2).mean(axis=0), "o-", ms=3, color=blue, label="at every step"
)
panels["step"].semilogy(
    steps, ((naive - y_test) ** 2).mean(axis=0), color=red, ls="--", lw=1.2, label="persistence"
)
panels["step"].set_title("Test MSE along the window", fontsize=10, loc="left")
panels["step"].set_xlabel("step of the window")
panels["step"].set_xticks([1, 5, 10, 15, 20])
panels["step"].minorticks_off()
ticks = [0.002, 0.005, 0.01, 0.02, 0.05]
panels["step"].set_yticks(ticks, [f"{tick:g}" for tick in ticks])

days = prices.index[-len(y_test) :]
low, span = prices["close"].min(), np.ptp(prices["close"])
in_dollars = {"truth": (y_test[:, -1], "black"), "at every step": (every[:, -1], blue)}
in_dollars["at the last step"] = (predictions["at the last step"], purple)
for name, (values, colour) in in_dollars.items():
    width = 1.6 if name == "truth" else 1.1
    panels["price"].plot(days, low + span * (values + 1) / 2, color=colour, lw=width, label=name)
panels["price"].set_title("Predictions at the last step of test windows", fontsize=10, loc="left")
panels["price"].set_ylabel("US$")
for axes in panels.values():
    axes.legend(frameon=False, fontsize=8)
    axes.spines[["top", "right"]].set_visible(False)
if args.out is None:
    plt.show()
else:
    args.out.mkdir(parents=True, exist_ok=True)
    fig.savefig(args.out / "target_at_every_step.png", dpi=120)
    print(f"\nPicture: {args.out / 'target_at_every_step.png'}")
