"""Intervals of one-step to five-step forecasts cover real prices as often as they say."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge
from sklearn.preprocessing import FunctionTransformer

from sklstm import Forecaster, WindowScaledRegressor

pytestmark = pytest.mark.data

LEVELS = [0.5, 0.8, 0.9, 0.95]
CLOSES = {
    "AAL": ("AAL_data.csv", "close"),
    "AAPL": ("AAPL_data.csv", "close"),
    "AAXJ": ("aaxj.us.txt", "Close"),
    "DJI": ("DJI_2001_2017.csv", "Close"),
}


@pytest.mark.parametrize("share", CLOSES)
def test_coverage_is_within_three_points(share, data_folder):
    file, column = CLOSES[share]
    close = pd.read_csv(data_folder / file, index_col=0, parse_dates=True)[column]
    forecaster = Forecaster(WindowScaledRegressor(Ridge(0.001)), lookback=10, scaling=None)
    half = len(close) // 2
    # Fitted once to the older half; in the newer one every day is an origin.
    fold = [(np.arange(half), np.arange(half, len(close)))]
    result = forecaster.backtest(close, fold, steps=5, stride=1, level=LEVELS)
    coverage = result.errors[[f"coverage_{level:g}" for level in LEVELS]]
    print(f"Coverage of {share}, {result.errors['n_forecasts'].min()} forecasts of each step")
    print(coverage.round(3).to_string())
    # Of 626 forecasts, which overlap, half can be off by two points and more by chance.
    assert np.abs(coverage["coverage_0.5"] - 0.5).max() <= 0.04
    assert np.abs(coverage - LEVELS).iloc[:, 1:].max(axis=None) <= 0.03


# Prices hardly tell how they will change, and training that stops at that says so.
@pytest.mark.filterwarnings("ignore:GRURegressor has learned nothing")
def test_coverage_of_a_network(data_folder):
    from sklstm import GRURegressor

    close = pd.read_csv(data_folder / "DJI_2001_2017.csv", index_col=0, parse_dates=True)["Close"]
    network = WindowScaledRegressor(GRURegressor(16, max_epochs=20, random_state=0))
    half = len(close) // 2
    fold = [(np.arange(half), np.arange(half, len(close)))]
    result = Forecaster(network, lookback=10, scaling=None).backtest(
        close, fold, steps=1, stride=1, level=LEVELS
    )
    coverage = result.overall[[f"coverage_{level:g}" for level in LEVELS]]
    print(f"GRU on DJI: {coverage.round(3).to_dict()}")
    assert np.abs(coverage.to_numpy() - LEVELS).max() <= 0.03


@pytest.mark.parametrize("intervals", ["conformal", "adaptive"])
@pytest.mark.parametrize(
    ("file", "column", "logarithm"),
    [
        ("intermittent_demand.csv.gz", "users", True),
        ("bike_sharing_dataset_clean.csv.gz", "users", True),
        ("vic_electricity.csv.gz", "Demand", False),
    ],
)
def test_coverage_of_counts_and_demand(file, column, logarithm, intervals, data_folder):
    series = pd.read_csv(data_folder / file)[column].to_numpy(dtype=float)[:4000]
    log = FunctionTransformer(np.log1p, lambda z: np.maximum(np.expm1(z), 0.0))
    forecaster = Forecaster(Ridge(), lookback=48, transformer=log if logarithm else None)
    fold = [(np.arange(2500), np.arange(2500, 4000))]
    options = {"steps": 2, "stride": 1, "level": [0.8, 0.9], "intervals": intervals}
    result = forecaster.backtest(series, fold, **options)
    coverage = result.overall[["coverage_0.8", "coverage_0.9"]]
    print(f"{file}, {intervals}: {coverage.round(3).to_dict()}")
    # Two standard errors of a share of 0.8 in 1500 rows, were they independent, are 0.021.
    assert np.abs(coverage.to_numpy() - [0.8, 0.9]).max() <= 0.025
    assert result.forecasts["lower_0.9"].min() >= 0
