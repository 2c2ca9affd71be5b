"""
Which of four networks sees four days ahead?
============================================

A feed-forward network, a GRU, an LSTM and a stack of two LSTMs learn the same pairs: seven days in,
the price four days later out. Their curves and predictions are drawn over each other, and next to
them stands the forecast that learns nothing.

Run as it stands, it takes a share that matplotlib carries as sample data, and few epochs. The
published recipe on its own data, five years of AAL, takes no longer::

    python examples/04_four_networks.py --data FOLDER --full --seeds 3
"""

# %%
# Training rows and test rows
# ---------------------------
# Training rows are brought to the range from 0 to 1 in blocks of 250 and smoothed, as in
# :ref:`the example before <sphx_glr_auto_examples_03_persistence_is_hard.py>`. Test rows are
# brought to that range as one block, and not smoothed.

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib import cbook
from sklearn.metrics import mean_absolute_error
from sklearn.pipeline import make_pipeline

from sklstm import (
    ExponentialSmoother,
    GRURegressor,
    LSTMRegressor,
    PersistenceRegressor,
    RNNRegressor,
    SequenceWindower,
    WindowScaler,
    forecast_pairs,
)

parser = argparse.ArgumentParser(description="Four networks, four days ahead.")
parser.add_argument("--full", action="store_true", help="the published recipe and data, of --data")
parser.add_argument("--data", type=Path, help="folder of the data; default: SKLSTM_DATA")
parser.add_argument("--seeds", type=int, default=1, help="how often to train each (default: 1)")
parser.add_argument("--out", type=Path, help="folder for the picture; default: show only")
args = parser.parse_args()

if args.full:
    import _data

    prices, n_train, epochs = _data.read_share(args.data, "AAL").iloc[:1251], 1000, 50
else:
    with cbook.get_sample_data("goog.npz") as sample:
        prices = pd.DataFrame(sample["price_data"]).set_index("date")
    n_train, epochs = 750, 25
mid = ((prices["high"] + prices["low"]) / 2).to_frame("mid")
train = make_pipeline(
    WindowScaler("minmax", window_size=250, causal=False),
    ExponentialSmoother(alpha=0.1, initial=0.0),
).fit_transform(mid[:n_train])
test = mid[n_train:]
test = WindowScaler("minmax", window_size=len(test), causal=False).fit_transform(test)


def pairs(rows):
    """Return whole windows of seven rows, and the value four rows after each."""
    X, y = forecast_pairs(rows, horizon=4)
    return SequenceWindower(lookback=7).fit_transform(X)[6:], y.iloc[6:]


X_train, y_train = pairs(train)
X_test, y_test = pairs(test)
print(f"{len(X_train)} training pairs, {len(X_test)} test pairs")

# %%
# Four networks
# -------------
# A recurrent network that is given all seven values at one step has nothing to recur on: it is a
# feed-forward network. The others read the values one after the other.
#
# The recipe keeps the weights of the epoch that was best on the *test* rows. That flatters: nobody
# knows the test rows while training. The table therefore has the error of the last epoch as well.

recipe = {
    "loss": "absolute_error", "learning_rate": 0.001, "batch_size": 64, "max_epochs": epochs,
    "early_stopping": True, "n_iter_no_change": None, "max_grad_norm": None,
    "init_scale": 1.0, "differencing": "never", "weight_decay": 0.0,
}  # fmt: skip
networks = {
    "feed-forward 128": RNNRegressor(128, activation="relu", **recipe),
    "GRU 32": GRURegressor(32, dropout=0.1, recurrent_dropout=0.1, **recipe),
    "LSTM 32": LSTMRegressor(32, **recipe),
    "two LSTM 16": LSTMRegressor(
        16, num_layers=2, dropout=0.1, recurrent_dropout=0.2, **recipe
    ),
}  # fmt: skip


def as_read_by(name, windows):
    """Put all values of a window into a single step for the feed-forward network."""
    return windows.reshape(len(windows), 1, -1) if name.startswith("feed") else windows


rows, curves, predictions = [], {}, {}
for name, network in networks.items():
    inputs, test_inputs = as_read_by(name, X_train), as_read_by(name, X_test)
    for seed in range(args.seeds):
        network.set_params(random_state=seed)
        network.fit(inputs, y_train, X_val=test_inputs, y_val=y_test)
        guess = network.predict(test_inputs)
        # Scores are of standardised targets, and negative.
        curve = -np.array(network.validation_scores_) * network.target_scale_[0]
        if seed == 0:
            curves[name], predictions[name] = curve, guess
        best = mean_absolute_error(y_test, guess)
        rows.append({"model": name, "best epoch": best, "last epoch": curve[-1]})
naive = PersistenceRegressor().fit(X_train, y_train).predict(X_test)
naive_error = mean_absolute_error(y_test, naive)
rows.append({"model": "persistence", "best epoch": naive_error, "last epoch": naive_error})

# %%
# The table
# ---------
# Mean absolute errors of the test rows. The training rows are smooth, so that a rise continues for
# days, and the networks learn to lengthen it. The test rows are not smooth.

errors = pd.DataFrame(rows).groupby("model", sort=False)
scores = errors.mean()
if args.seeds > 1:
    scores["of best, lowest"] = errors["best epoch"].min()
    scores["of best, highest"] = errors["best epoch"].max()
if args.full:
    scores["published"] = pd.Series({"LSTM 32": 0.0809})
print(f"\n{scores.to_string(float_format='{:.4f}'.format, na_rep='-')}\n")
network = scores["best epoch"].drop("persistence").idxmin()
for column in ("best epoch", "last epoch"):
    ratio = scores.loc[network, column] / naive_error
    print(f"{network}, {column}: {ratio:.2f} times the error of persistence.")

# %%
# The picture
# -----------

colours = dict(zip(networks, ("#E69F00", "#009E73", "#0072B2", "#CC79A7"), strict=True))
fig, (left, right) = plt.subplots(
    1, 2, figsize=(11, 4.4), layout="constrained", width_ratios=[1, 1.7]
)
for name, curve in curves.items():
    left.plot(np.arange(1, epochs + 1), curve, color=colours[name], lw=1.4, label=name)
    best = int(curve.argmin())
    left.plot(best + 1, curve[best], "o", color=colours[name], ms=5)
left.axhline(naive_error, color="#D55E00", ls="--", lw=1.2, label="persistence")
left.set_ylim(0.85 * min(naive_error, scores["best epoch"].min()), 2.5 * naive_error)
left.set_title("Error of the test rows; dot: epoch kept", fontsize=10, loc="left")
left.set_xlabel("epoch")
left.set_ylabel("mean absolute error")
left.legend(frameon=False, fontsize=8, loc="upper right")

dates = test.index[-len(y_test) :]
part = slice(-120, None)
right.plot(dates[part], y_test.iloc[part], color="black", lw=1.6, label="truth")
right.plot(dates[part], naive[part], color="#D55E00", lw=1, ls="--", label="persistence")
for name, guess in predictions.items():
    right.plot(dates[part], guess[part], color=colours[name], lw=1.2)
right.set_title("The last 120 test rows, each forecast four days before", fontsize=10, loc="left")
right.set_ylabel("price, from 0 to 1")
right.tick_params(axis="x", labelsize=8)
right.legend(frameon=False, fontsize=8)
for axes in (left, right):
    axes.spines[["top", "right"]].set_visible(False)
if args.out is None:
    plt.show()
else:
    args.out.mkdir(parents=True, exist_ok=True)
    fig.savefig(args.out / "four_networks.png", dpi=120)
    print(f"\nPicture: {args.out / 'four_networks.png'}")
