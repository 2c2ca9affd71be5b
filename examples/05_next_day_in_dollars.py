"""
How many dollars is the forecast off?
=====================================

The most copied LSTM example of all: sixty closing prices in, the next one out, trained on the older
70 % of the days. Scaled losses say little, so errors are given in dollars (RMSE) and per cent
(MAPE), and apart for days whose price had been seen in training and days on which the share stood
higher than ever.

Run as it stands, it takes a share that matplotlib carries as sample data, shorter windows and few
epochs. The published recipe on its own data, five years of AAPL, takes a minute::

    python examples/05_next_day_in_dollars.py --data FOLDER --full
"""

# %%
# The closing price
# -----------------

import argparse
import time
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib import cbook
from sklearn.metrics import mean_absolute_percentage_error, root_mean_squared_error

from sklstm import LSTMRegressor, PersistenceRegressor, SequenceWindower, forecast_pairs

parser = argparse.ArgumentParser(description="The next closing price, in dollars.")
parser.add_argument("--full", action="store_true", help="the published recipe and data, of --data")
parser.add_argument("--since-1980", action="store_true", help="with --full: all prices of AAPL")
parser.add_argument("--data", type=Path, help="folder of the data; default: SKLSTM_DATA")
parser.add_argument("--seeds", type=int, default=1, help="how often to train each (default: 1)")
parser.add_argument("--out", type=Path, help="folder for the picture; default: show only")
args = parser.parse_args()

if args.full:
    import _data

    read = _data.read_apple_since_1980 if args.since_1980 else lambda f: _data.read_share(f, "AAPL")
    prices, lookback, epochs = read(args.data), 60, 100
else:
    with cbook.get_sample_data("goog.npz") as sample:
        prices = pd.DataFrame(sample["price_data"]).set_index("date")
    lookback, epochs = 20, 15
close = prices[["close"]]
n_train = round(0.7 * len(close))
print(f"{n_train} days to train on, {len(close) - n_train} to test")

# %%
# Windows and targets
# -------------------
# Whole windows only. A window that ends on the last training day already has a test day as its
# target, so it is the first one tested.
#
# The recipe brings prices to the range from 0 to 1 by the extremes of the training days. Here that
# would change nothing: networks standardise what they are given by the statistics of the training
# windows, and the scale that it came in falls out.

X, y = forecast_pairs(close)
windows = SequenceWindower(lookback).fit_transform(X)[lookback - 1 :]
targets = y.iloc[lookback - 1 :]
first = n_train - lookback  # the first window tested
X_train, X_test = windows[:first], windows[first:]
y_train, y_test = targets[:first], targets[first:]
days = close.index[n_train:]
highest = close["close"].iloc[:n_train].max()
new = (y_test > highest).to_numpy()

# %%
# One LSTM, two LSTMs, changes, and yesterday's price
# ---------------------------------------------------
# The newest tenth of the training windows is held back, and tells which epoch was best. The third
# network is no part of the recipe: it is the first one without ``differencing="never"``. It finds
# out by itself that the price is non-stationary, and predicts its first difference.

recipe = {
    "learning_rate": 0.001, "batch_size": 32, "max_epochs": epochs, "early_stopping": True,
    "validation_fraction": 0.1, "n_iter_no_change": None, "max_grad_norm": None,
    "init_scale": 1.0, "differencing": "never", "weight_decay": 0.0,
}  # fmt: skip
models = {
    "LSTM 64": LSTMRegressor(64, **recipe),
    "two LSTM 64": LSTMRegressor(64, num_layers=2, **recipe),
    "LSTM 64 of changes": LSTMRegressor(64, **recipe | {"differencing": "auto"}),
    "persistence": PersistenceRegressor(),
}


def error(mask, guess):
    """Return the RMSE in dollars of some of the test days."""
    return root_mean_squared_error(y_test[mask], guess[mask]) if mask.any() else None


rows, predictions = [], {}
for name, model in models.items():
    for seed in range(1 if name == "persistence" else args.seeds):
        if name != "persistence":
            model.set_params(random_state=seed)
        start = time.perf_counter()
        guess = model.fit(X_train, y_train).predict(X_test)
        predictions.setdefault(name, pd.Series(guess, index=days))
        rows.append(
            {
                "model": name,
                "RMSE $": root_mean_squared_error(y_test, guess),
                "MAPE %": 100 * mean_absolute_percentage_error(y_test, guess),
                "RMSE $, price seen before": error(~new, guess),
                "higher than ever": error(new, guess),
                "seconds": time.perf_counter() - start,
            }
        )

# %%
# The table
# ---------

errors = pd.DataFrame(rows).groupby("model", sort=False)
scores = errors.mean()
if args.seeds > 1:
    scores["lowest RMSE"], scores["highest"] = errors["RMSE $"].min(), errors["RMSE $"].max()
print(f"\n{scores.to_string(float_format='{:.2f}'.format, na_rep='-')}\n")
best, ratio = scores["RMSE $"].idxmin(), scores["RMSE $"] / scores.loc["persistence", "RMSE $"]
print(f"Best: {best}. The LSTM is off {ratio['LSTM 64']:.1f} times as far as persistence,")
print(f"and {ratio['LSTM 64 of changes']:.2f} times as far if it predicts changes.")
print(f"On {new.mean():.0%} of the test days the share stood higher than on any training day.")

# %%
# What to make of it
# ------------------
# A network whose units saturate cannot climb to prices it has never seen. More layers do not help.
# What helps is to forecast what stays in range, as recurrent regressors do unless told otherwise:
# changes. The :ref:`next example <sphx_glr_auto_examples_06_window_scaling.py>` does so in per
# cent. What is left then is what can be known today of tomorrow's price: hardly more than today's.

fig, (whole, off) = plt.subplots(
    2, 1, figsize=(9, 6.6), layout="constrained", height_ratios=[3, 2], sharex=True
)
known = close["close"].iloc[max(0, n_train - len(days)) : n_train]
whole.plot(known.index, known, color="0.6", lw=1, label="trained on")
whole.plot(days, y_test, color="black", lw=1.4, label="truth")
whole.axhline(highest, color="0.4", lw=0.8, ls=":")
whole.annotate(
    "highest price trained on", (known.index[0], highest), (0, 3), textcoords="offset points",
    fontsize=8, color="0.4",
)  # fmt: skip
colours = dict(zip(models, ["#0072B2", "#009E73", "#CC79A7", "#D55E00"], strict=True))
for name, guess in predictions.items():
    if name != "persistence":  # it would hide the truth
        whole.plot(days, guess, color=colours[name], lw=1.2, label=name)
    # Persistence is wide and pale below the others: the LSTM of changes hardly leaves it.
    wide = {"lw": 3, "alpha": 0.4, "zorder": 1} if name == "persistence" else {"lw": 1}
    miss = guess.to_numpy() - y_test.to_numpy()
    off.plot(days, miss, color=colours[name], label=name, **wide)
whole.set_title("The next day's closing price", fontsize=10, loc="left")
whole.set_ylabel("US$")
whole.legend(frameon=False, fontsize=8, loc="upper left", ncols=2)
off.axhline(0, color="black", lw=0.8)
off.set_title("Forecast less truth", fontsize=10, loc="left")
off.set_ylabel("US$")
off.legend(frameon=False, fontsize=8, loc="lower left", ncols=2)
for axes in (whole, off):
    axes.spines[["top", "right"]].set_visible(False)
if args.out is None:
    plt.show()
else:
    args.out.mkdir(parents=True, exist_ok=True)
    fig.savefig(args.out / "next_day_in_dollars.png", dpi=120)
    print(f"\nPicture: {args.out / 'next_day_in_dollars.png'}")
