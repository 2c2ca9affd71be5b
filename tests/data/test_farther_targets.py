"""Pairs of a panel whose series lack times of others: the gap that keeps folds apart."""

import numpy as np
import pandas as pd
import pytest

from sklstm import PanelTimeSeriesSplit, forecast_pairs

DAYS = pd.date_range("2024-01-01", periods=140, name="day")
OPEN = {"all days": 7, "six days": 6, "weekdays": 5}


def shops(*names):
    """Return the places of days as sales of shops that are open on some days of the week."""
    parts = {
        name: pd.DataFrame({"sold": np.arange(140.0)}, DAYS)[DAYS.day_of_week < OPEN[name]]
        for name in names
    }
    return pd.concat(parts, names=["shop"])


@pytest.mark.parametrize(
    ("names", "horizon", "gap"),
    [
        (("all days", "six days"), 1, 1),  # from Saturday to Monday
        (("all days", "six days"), [1, 6], 6),
        (("all days", "weekdays", "six days"), 5, 6),
        (("weekdays", "six days"), 1, 1),
    ],
)
def test_the_gap_is_told_that_keeps_targets_out_of_test_folds(names, horizon, gap):
    message = rf"of {len(names)} series lack times .* takes gap={gap},"
    with pytest.warns(UserWarning, match=message):
        X, y = forecast_pairs(shops(*names), horizon=horizon, by="shop")
    newest = y.to_numpy().reshape(len(y), -1).max(axis=1)  # places of days

    def leaks(gap):
        folds = PanelTimeSeriesSplit(60, test_size=1, gap=gap).split(X)
        return any(newest[train].max() > X.iloc[test].to_numpy().min() for train, test in folds)

    assert not leaks(gap)
    assert leaks(gap - 1)


def test_no_gap_is_told_where_the_horizon_says_it():
    for names in (("all days",), ("six days",), ("all days", "all days")):
        forecast_pairs(shops(*names), horizon=3, by="shop")
    late = shops("all days").groupby("shop").tail(30).rename({"all days": "late"})
    forecast_pairs(pd.concat([shops("all days"), late]), horizon=3, by="shop")
    counted = shops("all days", "six days").reset_index()[["shop", "sold"]]
    forecast_pairs(counted, horizon=3, by="shop")  # numbers of rows
