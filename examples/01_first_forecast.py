"""
A first forecast
================

Daily prices in, an honest forecast out: smooth, cut windows, train an LSTM, search its lookback
under time-ordered folds, and put the result beside the baselines that it has to beat.

Run as it stands, it forecasts the daily prices of one share that matplotlib carries as sample
data. Your own file takes the same way::

    python examples/01_first_forecast.py --csv prices.csv --date date --target close --horizon 5
"""

# %%
# Read the series
# ---------------
# One row per day, oldest first, the dates as index. Nothing else is needed: inputs and targets are
# standardised inside the networks, by statistics of their training rows alone.

import argparse
import time
from pathlib import Path

import joblib
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib import cbook
from sklearn.base import clone
from sklearn.callback import ProgressBar
from sklearn.linear_model import Ridge
from sklearn.metrics import (
    mean_absolute_error,
    mean_absolute_percentage_error,
    root_mean_squared_error,
)
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import Pipeline

from sklstm import (
    EMARegressor,
    ExponentialSmoother,
    GRURegressor,
    LSTMRegressor,
    PersistenceRegressor,
    SequenceWindower,
    SMARegressor,
    forecast_pairs,
    mean_absolute_scaled_error,
)

parser = argparse.ArgumentParser(description="Forecast a series of a CSV file.")
parser.add_argument("--csv", type=Path, help="file to read; default: sample data of matplotlib")
parser.add_argument("--date", default="date", help="its column of dates (default: date)")
parser.add_argument("--target", default="close", help="the column to forecast (default: close)")
parser.add_argument("--horizon", type=int, default=5, help="rows ahead (default: 5)")
parser.add_argument("--out", type=Path, help="folder for picture and model; default: show only")
parser.add_argument("--quiet", action="store_true", help="no progress bar")
args = parser.parse_args()

if args.csv is None:
    with cbook.get_sample_data("goog.npz") as sample:
        table = pd.DataFrame(sample["price_data"])
else:
    table = pd.read_csv(args.csv)
    for option in (args.date, args.target):
        if option not in table:
            parser.error(f"{args.csv} has no column {option!r}, only {', '.join(table)}")
    table[args.date] = pd.to_datetime(table[args.date])
series = table.set_index(args.date)[[args.target]].astype(float).sort_index().dropna()
print(f"{len(series)} rows from {series.index[0]:%Y-%m-%d} to {series.index[-1]:%Y-%m-%d}")

# %%
# What is to be predicted at each row
# -----------------------------------
# ``y[t]`` is the price ``horizon`` rows after row ``t``. The newest 20 % of the rows are held out.
# The last rows before them are not trained on, since their targets lie in the held-out rows.

horizon = args.horizon
X, y = forecast_pairs(series, horizon=horizon, target=args.target)
n_train = int(0.8 * len(X)) - (horizon - 1)
X_train, y_train = X[:n_train], y[:n_train]
y_test = y[n_train + horizon - 1 :]


def predict_held_out(model):
    """Predict the held-out rows; their windows reach back into the rows before them."""
    return np.asarray(model.predict(X[n_train:]))[horizon - 1 :]


# %%
# Search the lookback without leaking
# -----------------------------------
# The windower keeps one window per row, so it stands in a plain pipeline and every candidate is
# scored on the same rows. ``gap`` keeps training targets out of the rows that are scored.

lstm = Pipeline(
    [
        ("smooth", ExponentialSmoother(alpha=0.9)),
        ("window", SequenceWindower(lookback=10)),
        ("net", LSTMRegressor(hidden_size=16, early_stopping=True, random_state=0)),
    ]
)
search = GridSearchCV(
    lstm,
    {"window__lookback": [5, 10, 20], "net__hidden_size": [16, 32]},
    cv=TimeSeriesSplit(n_splits=4, gap=horizon - 1),
    scoring="neg_mean_absolute_error",
    n_jobs=-1,
)
if not args.quiet:
    search.set_callbacks(ProgressBar(max_propagation_depth=0))
start = time.perf_counter()
search.fit(X_train, y_train)
print(
    f"Searched {search.n_splits_ * len(search.cv_results_['params'])} fits in "
    f"{time.perf_counter() - start:.0f} s; best: {search.best_params_}"
)

# %%
# The table
# ---------
# All models are scored on the same held-out rows. MASE below 1 would mean: better than repeating
# yesterday's price was in training, one row ahead.

lookback = search.best_params_["window__lookback"]
gru = clone(lstm).set_params(
    net=GRURegressor(early_stopping=True, random_state=0), **search.best_params_
)
window = SequenceWindower(lookback=26)
models = {
    "persistence": Pipeline([("window", window), ("last", PersistenceRegressor())]),
    "SMA, 26 rows": Pipeline([("window", window), ("mean", SMARegressor(window=26))]),
    "EMA, alpha 0.5": Pipeline([("window", window), ("mean", EMARegressor(alpha=0.5))]),
    "Ridge": Pipeline(
        [("window", SequenceWindower(lookback, flatten=True, pad="edge")), ("ridge", Ridge())]
    ),
    "GRU": gru,
    "LSTM": search.best_estimator_,
}
predictions, rows = {}, []
for name, model in models.items():
    start = time.perf_counter()
    model.fit(X_train, y_train)
    seconds = time.perf_counter() - start
    predictions[name] = guess = predict_held_out(model)
    rows.append(
        {
            "model": name,
            "MAE": mean_absolute_error(y_test, guess),
            "RMSE": root_mean_squared_error(y_test, guess),
            "MAPE %": 100 * mean_absolute_percentage_error(y_test, guess),
            "MASE": mean_absolute_scaled_error(y_test, guess, y_train=X_train[args.target]),
            "fit s": seconds,
        }
    )
scores = pd.DataFrame(rows).set_index("model")
print(f"\n{args.target}, {horizon} rows ahead, {len(y_test)} held-out rows\n")
print(scores.to_string(float_format="{:.3f}".format))

# %%
# What to make of it
# ------------------
# Prices are close to a random walk, and the best forecast of a random walk is its last value.

best = scores["MAE"].idxmin()
by = 1 - scores.loc["LSTM", "MAE"] / scores.loc["persistence", "MAE"]
print()
if by > 0:
    print(f"The LSTM beats persistence: its mean absolute error is {by:.1%} smaller.")
else:
    print(
        f"Persistence wins over the LSTM, whose mean absolute error is {-by:.1%} larger. "
        "On this series, repeating the last value is the forecast to use."
    )
print(f"Smallest error of all: {best}.")

known = X_train[args.target]
outside = 1 - X[args.target].iloc[n_train:].between(known.min(), known.max()).mean()
if outside > 0.1:
    print(
        f"{outside:.0%} of the held-out rows lie outside the range of the training rows. A network "
        "cannot follow a level that it has never seen: let it forecast changes instead "
        "(series.diff() or series.pct_change())."
    )

# %%
# The picture
# -----------

dates = pd.Index(X.index[n_train + horizon - 1 :])
origin = series.index.get_indexer(dates)
arrival = series.index[origin + horizon]
history = series[args.target].iloc[max(0, origin[0] - 2 * len(dates)) : origin[0] + horizon]

fig, (whole, closer) = plt.subplots(
    2, 1, figsize=(9, 7), layout="constrained", height_ratios=[3, 2]
)
whole.plot(history.index, history, color="0.6", lw=1, label="history")
for axes in (whole, closer):
    part = slice(None) if axes is whole else slice(-60, None)
    axes.plot(arrival[part], y_test.iloc[part], color="black", lw=1.4, label="truth")
    axes.plot(
        arrival[part],
        predictions["persistence"][part],
        color="tab:orange",
        lw=1,
        ls="--",
        label="persistence",
    )
    axes.plot(arrival[part], predictions["LSTM"][part], color="tab:blue", lw=1.4, label="LSTM")
    axes.set_ylabel(args.target)
    axes.spines[["top", "right"]].set_visible(False)
whole.axvline(arrival[0], color="0.8", lw=1)
whole.legend(frameon=False, loc="best")
whole.set_title(f"{args.target}, predicted {horizon} rows ahead")
closer.set_title("the last 60 rows, closer", fontsize=10)
if args.out is None:
    plt.show()
else:
    args.out.mkdir(parents=True, exist_ok=True)
    fig.savefig(args.out / "forecast.png", dpi=120)
    print(f"\nPicture: {args.out / 'forecast.png'}")

# %%
# Save, load, predict the same
# ----------------------------
# A fitted pipeline is NumPy arrays and plain Python. It loads without a GPU, and predicts without
# even importing torch.

if args.out is not None:
    path = args.out / "model.joblib"
    joblib.dump(search.best_estimator_, path)
    loaded = joblib.load(path)
    assert np.array_equal(predict_held_out(loaded), predictions["LSTM"])
    size = path.stat().st_size / 1024
    print(f"Model: {path} ({size:.0f} kB); loaded again, it predicts the same to the last bit.")
