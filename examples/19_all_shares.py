"""
One model of all shares
=======================

Five years of daily prices of hundreds of shares are the panel that everybody can download. Prices
differ a hundredfold, some shares were listed late, and some lack days. One network learns from all
of them and forecasts a week of each. Is it better than today's price, and do its intervals hold?

Run as it stands, it makes up forty shares that follow a market. All 505 shares of the S&P 500 are
read with::

    python examples/19_all_shares.py --data FOLDER --full
"""

# %%
# The panel
# ---------
# A row for each share and trading day, with the logarithm of its closing price. Trading days are
# weekdays, of which holidays are absent for all shares. A day that one share lacks is a missing
# step (``gaps="missing"``), and a share that is listed late begins late.

import argparse
import time
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from sklstm import ForecastDisplay, Forecaster, GRURegressor, PanelTimeSeriesSplit

parser = argparse.ArgumentParser(description="One model of all shares.")
parser.add_argument("--full", action="store_true", help="the published data, of --data")
parser.add_argument("--data", type=Path, help="folder of the data; default: SKLSTM_DATA")
parser.add_argument("--out", type=Path, help="folder for the picture; default: show only")
args = parser.parse_args()


def made_up(n_shares=40, n_days=500):
    """Return prices of shares that follow a market, a quarter of them listed late."""
    rng = np.random.default_rng(0)
    days = pd.bdate_range("2023-01-02", periods=n_days, name="date")
    market = rng.standard_t(4, n_days) * 0.006
    parts = {}
    for number in range(n_shares):
        steps = rng.uniform(0.5, 1.5) * market + rng.standard_t(4, n_days) * 0.008
        first = 0 if number % 4 else rng.integers(n_days // 2)
        price = rng.lognormal(4, 1) * np.exp(np.cumsum(steps))
        parts[f"S{number:02d}"] = pd.Series(price, days)[first:]
    prices = pd.concat(parts, names=["share"]).to_frame("close")
    return prices.drop(("S01", days[100]))  # a day without trade


if args.full:
    import _data

    prices = _data.read_all_shares(args.data)
else:
    prices = made_up()
logarithms = np.log(prices)
lengths = prices.groupby("share", sort=False).size()
late = lengths.index[lengths < lengths.max() - 20]
print(f"{len(lengths)} shares, {len(prices):,} rows; {len(late)} were listed late")

# %%
# One network
# -----------
# ``scaling="difference"`` has each window begin at zero, so that a share at 5 dollars looks like
# one at 500. The second model, by whose errors intervals are made, is fitted in the same call.

network = GRURegressor(
    16, samples_per_epoch=8_192, batch_size=256, max_epochs=5, learning_rate=0.005, random_state=0
)
forecaster = Forecaster(
    network, lookback=20, horizon=5, strategy="direct", by="share", gaps="missing",
    scaling="difference", theta_part=False,
)  # fmt: skip
start = time.perf_counter()
forecaster.fit(logarithms)
week = forecaster.forecast(level=0.8)
print(f"Fitted and forecast in {time.perf_counter() - start:.0f} s; {week.shape[0]} rows")

# %%
# Is it better than today's price?
# --------------------------------
# The last sixty trading days are forecast in weeks, by a model of the days before. Each error is
# compared with that of repeating the last price. Errors of logarithms are relative: 0.02 is 2 %.

result = forecaster.backtest(
    logarithms, PanelTimeSeriesSplit(2, test_size=30), steps=5, stride=5, level=0.8
)
by_step = result.errors[["mae", "persistence_mae", "coverage"]]
print("\nErrors by step\n")
print(by_step.to_string(float_format="{:.4f}".format))
ratio = (result.by_series["mae"] / result.by_series["persistence_mae"]).dropna()
print(f"\nRelative to persistence: median share {ratio.median():.3f}, ", end="")
print(f"from {ratio.min():.2f} to {ratio.max():.2f}")
print(
    f"Coverage of the shares listed late: {result.by_series['coverage'].reindex(late).mean():.2f}"
)

# %%
# The ratio is about one, and so it is for nearly every share: nobody knows tomorrow's price from
# yesterday's. What the panel does tell is how wide an interval must be: those of 80 % hold four
# prices in five, of shares listed late too, which borrow the errors of others where they have few,
# in units of their own changes. Of the real shares they hold 68 to 76 %: the year before had been
# calm, and the first week of February 2018, which is among the days tested, was not.

# %%
# A share that training did not have
# ----------------------------------
# It is forecast from its own rows. The forecaster stays as it is.

key = result.by_series.index[1]
others = Forecaster(**forecaster.get_params(deep=False)).fit(logarithms.drop(key, level="share"))
unknown = others.forecast(history=logarithms.loc[[key]], level=0.8)
print(f"\n{key}, which training did not have, in prices\n")
print(np.exp(unknown).to_string(float_format="{:.2f}".format))

# %%
# Pictures
# --------
# Left: errors of each share beside those of its last price. Right: the share that is new to the
# network.

fig, (left, right) = plt.subplots(1, 2, figsize=(10, 3.6), layout="constrained")
left.scatter(result.by_series["persistence_mae"], result.by_series["mae"], s=12)
left.axline((0.01, 0.01), slope=1, linewidth=1)
left.set(xlabel="error of the last price", ylabel="error of the network")
left.set_title("One week ahead, by share")
history = prices.loc[key, "close"].tail(60)
ForecastDisplay.from_forecast(np.exp(unknown.loc[key]), history=history, level=0.8, ax=right)
right.set_title(key)
if args.out is None:
    plt.show()
else:
    args.out.mkdir(parents=True, exist_ok=True)
    fig.savefig(args.out / "all_shares.png", dpi=120)
    print(f"\nPicture: {args.out / 'all_shares.png'}")
