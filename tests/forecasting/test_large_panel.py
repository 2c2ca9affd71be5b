"""A panel of many windows: what is gathered is learned as arrays are."""

import numpy as np
import pandas as pd
import pytest

from sklstm import Forecaster, GRURegressor, LSTMRegressor
from sklstm.forecasting import _training_pairs
from sklstm.training import _compiled_engine

RNG = np.random.default_rng(0)
DAYS = pd.date_range("2024-01-01", periods=90, name="day")


def make_panel(lengths=(90, 70, 45), missing=()):
    week = np.sin(np.arange(90) * 2 * np.pi / 7)
    parts = {}
    for number, length in enumerate(lengths):
        values = (number + 1) * (20 + 5 * week) + RNG.normal(size=90)
        values[list(missing)] = np.nan
        parts[f"shop {number}"] = pd.DataFrame(
            {"sales": values[-length:], "price": RNG.normal(size=length)}, DAYS[-length:]
        )
    return pd.concat(parts, names=["shop", "day"])


PANEL = make_panel()
SALES, PRICE = PANEL[["sales"]], PANEL[["price"]]
LATER = pd.DataFrame(
    {"price": 0.0},
    pd.MultiIndex.from_product(
        [["shop 0", "shop 1", "shop 2"], pd.date_range("2024-03-31", periods=4)],
        names=["shop", "day"],
    ),
)


@pytest.fixture
def all_are_many(monkeypatch):
    monkeypatch.setattr(_training_pairs, "_MANY_VALUES", 1)
    monkeypatch.setattr(_compiled_engine, "_GATHERED_STEPS", 300)


CASES = {
    "scaled": {},
    "as it is": {"scaling": None},
    "seasonal": {"scaling": "seasonal_difference", "season": 7},
    "recursive": {"strategy": "recursive"},
}


@pytest.mark.parametrize("options", CASES.values(), ids=CASES.keys())
@pytest.mark.parametrize("early_stopping", [False, True])
def test_one_series_is_learned_to_the_bit(options, early_stopping, all_are_many, monkeypatch):
    network = GRURegressor(
        4, max_epochs=3, batch_size=16, early_stopping=early_stopping, random_state=0
    )
    asked = {"strategy": "direct", "calibration_size": None} | options
    forecaster = Forecaster(network, 14, 4, **asked)
    series = SALES.loc["shop 0"]
    gathered = forecaster.fit(series).forecast(4)
    monkeypatch.setattr(_training_pairs, "_MANY_VALUES", 1 << 22)
    pd.testing.assert_frame_equal(forecaster.fit(series).forecast(4), gathered)


@pytest.mark.parametrize("engine", ["auto", "torch"])
def test_a_panel_with_columns_known_in_advance(engine, all_are_many):
    network = LSTMRegressor(8, max_epochs=60, batch_size=32, engine=engine, random_state=0)
    forecaster = Forecaster(network, 14, 4, strategy="direct", by="shop").fit(SALES, PRICE)
    forecast = forecaster.forecast(exog=LATER, level=0.8)
    week = np.sin(np.arange(90, 94) * 2 * np.pi / 7)
    for number in range(3):
        error = forecast.loc[f"shop {number}", "prediction"] - (number + 1) * (20 + 5 * week)
        assert np.abs(error).mean() < 2.0 * (number + 1)  # a season of 5 units either way


def test_missing_steps_and_short_series(all_are_many, monkeypatch):
    panel = make_panel((90, 20, 9), missing=[83, 84])[["sales"]]
    network = GRURegressor(4, max_epochs=2, batch_size=1000, shuffle=False, random_state=0)
    forecaster = Forecaster(network, 10, 2, strategy="direct", by="shop", calibration_size=None)
    gathered = forecaster.fit(panel).forecast(2)
    assert np.isfinite(gathered["prediction"]).all()
    monkeypatch.setattr(_training_pairs, "_MANY_VALUES", 1 << 22)
    # One batch of the same pairs: their order only rounds differently.
    eager = forecaster.fit(panel).forecast(2)
    np.testing.assert_allclose(gathered, eager, rtol=1e-4)


def test_a_part_of_the_windows_in_each_epoch_learns_too(all_are_many):
    network = GRURegressor(
        8, samples_per_epoch=64, batch_size=16, max_epochs=150, random_state=0
    )  # fmt: skip
    forecaster = Forecaster(network, 14, 1, by="shop", calibration_size=None).fit(SALES)
    assert forecaster.estimator_.loss_curve_[-1] < 0.5 * forecaster.estimator_.loss_curve_[0]
