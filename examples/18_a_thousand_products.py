"""
A thousand products in one model
================================

A retailer sells a thousand products. Some sell forty a day and some one, some were listed last
month, and promotions are planned ahead. One network learns from all of them, from a part of the
windows in each epoch, and forecasts four weeks of each.
"""

# %%
# A panel
# -------
# One row for each product and day; the sales are made up, so that the table below says nothing
# about yours. The promotions of the next four weeks are known.

import argparse
import time
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from sklstm import ForecastDisplay, Forecaster, GRURegressor
from sklstm.metrics import root_mean_squared_scaled_error

parser = argparse.ArgumentParser(description="One model for a thousand products.")
parser.add_argument("--out", type=Path, help="folder for the picture; default: show only")
args = parser.parse_args()

N_PRODUCTS, N_DAYS, HORIZON = 1000, 364, 28
rng = np.random.default_rng(0)
days = pd.date_range("2025-01-06", periods=N_DAYS + HORIZON, freq="D", name="day")
listed = np.where(rng.random(N_PRODUCTS) < 0.7, 0, rng.integers(0, N_DAYS - 60, N_PRODUCTS))


def product(number):
    """Return the sales of a product, and its promotions."""
    week = 1 + rng.uniform(0.2, 0.6) * np.array([-0.4, -0.3, -0.2, 0.0, 0.4, 1.0, -0.5])
    drift = np.exp(np.cumsum(rng.normal(scale=0.02, size=len(days))))
    promotion = np.repeat(rng.random(len(days) // 7) < 0.1, 7)  # whole weeks
    level = rng.lognormal(1.5, 1.0)
    rate = level * drift * week[days.day_of_week] * np.where(promotion, 2.2, 1.0)
    frame = pd.DataFrame({"sales": rng.poisson(rate), "promotion": promotion.astype(float)}, days)
    return frame.iloc[listed[number] :]


panel = pd.concat({f"product {k}": product(k) for k in range(N_PRODUCTS)}, names=["product"])
past = panel[panel.index.get_level_values("day") < days[N_DAYS]]
later = panel.drop(past.index)
print(f"{N_PRODUCTS} products, {len(past):,} rows; {(listed > 0).sum()} listed during the year")

# %%
# Fit
# ---
# There are some 250,000 windows. ``samples_per_epoch`` draws a part of them afresh for each epoch.
# Windows are never all in memory: they are gathered from the rows when they are trained on, and
# each is scaled by itself, so that a small product looks like a large one. ``strategy="direct"``
# predicts the four weeks at once, and sees the promotions in them.

network = GRURegressor(
    32, samples_per_epoch=16_384, batch_size=256, max_epochs=15, learning_rate=0.01, random_state=0
)
forecaster = Forecaster(
    network, lookback=28, horizon=HORIZON, strategy="direct", by="product", calibration_size=None
)
start = time.perf_counter()
forecaster.fit(past[["sales"]], past[["promotion"]])
forecast = forecaster.forecast(exog=later[["promotion"]])
print(f"Fitted and forecast in {time.perf_counter() - start:.0f} s; scale: {forecaster.scaling_}")

# %%
# Is it better than last week?
# ----------------------------
# The error is put in units of the seasonal naive forecast within the past of each product, so that
# large ones do not drown small ones.

actual, predicted = later["sales"], forecast["prediction"]
week = past["sales"].groupby("product").tail(7).unstack("day").to_numpy()
last_week = pd.Series(np.tile(week, HORIZON // 7).ravel(), later.index)


def scaled_error(values, products=slice(None)):
    """Return the mean over products of the root mean squared scaled error."""
    return root_mean_squared_scaled_error(
        actual.loc[products], values.loc[products], y_train=past["sales"].loc[products], season=7,
        series="product",
    )  # fmt: skip


groups = {
    "all products": slice(None),
    "listed in the last quarter": [f"product {k}" for k in np.flatnonzero(listed > 270)],
}
table = pd.DataFrame(
    {
        name: {
            "one network": scaled_error(predicted, keys),
            "last week": scaled_error(last_week, keys),
        }
        for name, keys in groups.items()
    }
)
print("\nRoot mean squared scaled error\n")
print(table.to_string(float_format="{:.2f}".format))

# %%
# Three of them
# -------------
# A product with a promotion ahead, a small one, and one that was listed lately.

promoted = later["promotion"].groupby("product", sort=False).sum()
large = past["sales"].groupby("product", sort=False).mean()
shown = {
    "promotion ahead": large[promoted > 0].idxmax(),
    "one a day": (large - 1).abs().idxmin(),
    "listed lately": f"product {listed.argmax()}",
}
fig, axes = plt.subplots(1, 3, figsize=(12, 3.4), layout="constrained")
for ax, (what, name) in zip(axes, shown.items(), strict=True):
    ForecastDisplay.from_forecast(
        forecast.loc[name], history=past["sales"].loc[name].iloc[-56:], actual=actual.loc[name],
        target_name="sales a day", ax=ax,
    )  # fmt: skip
    ax.set_title(f"{name}: {what}")
if args.out is None:
    plt.show()
else:
    args.out.mkdir(parents=True, exist_ok=True)
    fig.savefig(args.out / "a_thousand_products.png", dpi=120)
    print(f"\nPicture: {args.out / 'a_thousand_products.png'}")
