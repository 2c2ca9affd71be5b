"""
Does it help to divide each window by its newest price?
=======================================================

A share leaves the range of prices that a network was trained on; the change from one day to the
next does not. ``WindowScaledRegressor`` divides every window *and its target* by the window's
newest price, trains on these ratios, and multiplies predictions back into prices. The same network
is trained with it and without it.

Run as it stands, it takes a share that matplotlib carries as sample data, and a small network. The
published recipe on its own data, 17 years of the Dow Jones average, takes three minutes::

    python examples/06_window_scaling.py --data FOLDER --full
"""

# %%
# Ten days in, the next one out
# -----------------------------
# The older 70 % of the windows are for training.

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib import cbook
from sklearn.metrics import mean_absolute_percentage_error

from sklstm import (
    GRURegressor,
    PersistenceRegressor,
    SequenceWindower,
    WindowScaledRegressor,
    WindowScaler,
    forecast_pairs,
)

parser = argparse.ArgumentParser(description="A network on windows scaled by their newest price.")
parser.add_argument("--full", action="store_true", help="the published recipe and data, of --data")
parser.add_argument("--data", type=Path, help="folder of the data; default: SKLSTM_DATA")
parser.add_argument("--seeds", type=int, default=1, help="how often to train (default: 1)")
parser.add_argument("--tensorboard", type=Path, help="folder for a TensorBoard log; slower")
parser.add_argument("--out", type=Path, help="folder for the picture; default: show only")
args = parser.parse_args()

if args.full:
    import _data

    close = _data.read_dow(args.data)[["close"]]
    size, epochs, patience, batch = 256, 300, 100, 100
else:
    with cbook.get_sample_data("goog.npz") as sample:
        close = pd.DataFrame(sample["price_data"]).set_index("date")[["close"]]
    size, epochs, patience, batch = 32, 40, 20, 32
X, y = forecast_pairs(close)
windows, targets = SequenceWindower(lookback=10).fit_transform(X)[9:], y.iloc[9:]
first = int(0.7 * len(windows))
train, test = slice(0, first), slice(first, None)
newest, days = windows[test, -1, 0], close.index[10:][test]
print(f"{len(windows)} pairs, {first} of them to train on")

# %%
# With and without
# ----------------
# As published, the test rows say which epoch is best and when to stop. That flatters the networks,
# though not persistence. The network without scaling is no part of the published recipe, and gets
# at most 50 epochs.


def network(max_epochs, seed, callbacks=None):
    """Return the network of the recipe."""
    return GRURegressor(
        size, optimizer="rmsprop", learning_rate=0.0006, batch_size=batch, max_epochs=max_epochs,
        early_stopping=True, n_iter_no_change=patience, tol=0, max_grad_norm=None,
        init_scale=1.0, differencing="never", weight_decay=0.0, loss="squared_error",
        callbacks=callbacks, random_state=seed,
    )  # fmt: skip


def log_callbacks():
    """Return a callback that writes what TensorBoard shows, if that was asked for."""
    if args.tensorboard is None:
        return None
    from skorch.callbacks import TensorBoard
    from torch.utils.tensorboard import SummaryWriter

    class Log(TensorBoard):
        """Opens its files when training begins: an open one could not be cloned."""

        def __init__(self, folder, writer=None, **options):
            super().__init__(writer, **options)
            self.folder = folder

        def on_train_begin(self, net, **kwargs):
            self.writer = SummaryWriter(self.folder)
            return super().on_train_begin(net, **kwargs)

    return [Log(args.tensorboard)]


def scaled_error(guess):
    """Return the mean squared error in units of the newest price, as published."""
    return float(np.mean(((guess - y_test) / newest) ** 2))


held_out, y_test = {"X_val": windows[test], "y_val": targets[test]}, targets[test].to_numpy()
rows, predictions = [], {}


def score(name, model):
    """Put a fitted model into the table, and the predictions of the first seed aside."""
    guess = model.predict(windows[test])
    predictions.setdefault(name, guess)
    mape = 100 * mean_absolute_percentage_error(y_test, guess)
    rows.append({"model": name, "scaled MSE": scaled_error(guess), "MAPE %": mape})


curves = []  # error of the test rows after every epoch
for seed in range(args.seeds):
    scaled = WindowScaledRegressor(network(epochs, seed, log_callbacks()), WindowScaler("last"))
    score("GRU, windows scaled", scaled.fit(windows[train], targets[train], **held_out))
    inner = scaled.regressor_  # its scores are of standardised targets, and negative
    curves.append(-np.array(inner.validation_scores_) * inner.target_scale_[0] ** 2)
    rows[-1] |= {"best epoch": curves[-1].argmin() + 1, "last epoch": curves[-1][-1]}
plain = network(min(epochs, 50), 0).fit(windows[train], targets[train], **held_out)
score("GRU, prices as they are", plain)
score("persistence", PersistenceRegressor().fit(windows[train], targets[train]))

# %%
# The table
# ---------

errors = pd.DataFrame(rows).groupby("model", sort=False)
scores = errors.mean()
if args.seeds > 1:
    scores["lowest"], scores["highest"] = errors["scaled MSE"].min(), errors["scaled MSE"].max()
print(f"\n{scores.to_string(float_format='{:.3g}'.format, na_rep='-')}\n")
if args.full:
    published = pd.Series({1: 0.0038, 11: 9.1e-4, 52: 6.1e-5, 99: 5.2e-5}, name="published")
    ours = pd.Series(curves[0], index=np.arange(1, len(curves[0]) + 1), name="ours")
    table = pd.concat([published, ours.reindex(published.index)], axis=1).rename_axis("epoch")
    print(f"Error of the test rows, scaled\n{table.to_string(float_format='{:.2e}'.format)}\n")
ratio = scores[["scaled MSE", "last epoch"]] / scores.loc["persistence", "scaled MSE"]
without, (best, last) = ratio.loc["GRU, prices as they are"].iloc[0], ratio.iloc[0]
print(
    f"In units of persistence's, the error without scaling is {without:.1f}; with it {best:.3f} in "
    f"the epoch that the test rows chose, and {last:.3f} in the last one."
)

# %%
# The picture
# -----------
# Scaling keeps the network on the price, and that is all it does: what it then predicts is, within
# a fraction of a per cent, the newest price.

fig, (whole, off) = plt.subplots(
    2, 1, figsize=(9, 6.6), layout="constrained", height_ratios=[3, 2], sharex=True
)
colours = dict(zip(predictions, ("#0072B2", "#CC79A7", "#D55E00"), strict=True))
whole.plot(days, y_test, color="black", lw=1.6, label="truth")
for name in list(predictions)[:2]:
    whole.plot(days, predictions[name], color=colours[name], lw=1, label=name)
highest = float(targets[train].max())
whole.axhline(highest, color="0.4", lw=0.8, ls=":", label="highest price trained on")
whole.set_title("The next day's closing price", fontsize=10, loc="left")
whole.set_ylabel("price")
whole.legend(frameon=False, fontsize=8)
change = 100 * (predictions["GRU, windows scaled"] / newest - 1)
off.plot(days, 100 * (y_test / newest - 1), color="0.7", lw=0.8, label="change that came")
off.plot(days, change, color=colours["GRU, windows scaled"], lw=1.2, label="change predicted")
off.axhline(0, color=colours["persistence"], lw=1, ls="--", label="persistence")
off.set_title("The same, relative to the newest price", fontsize=10, loc="left")
off.set_ylabel("per cent")
off.legend(frameon=False, fontsize=8, ncols=3, loc="upper left")
off.margins(y=0.15)
for axes in (whole, off):
    axes.spines[["top", "right"]].set_visible(False)
if args.out is None:
    plt.show()
else:
    args.out.mkdir(parents=True, exist_ok=True)
    fig.savefig(args.out / "window_scaling.png", dpi=120)
    print(f"\nPicture: {args.out / 'window_scaling.png'}")
