"""Pairs of a panel whose series lack times of others: the gap that keeps folds apart."""

import warnings

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


def leaks(X, y, gap):
    """Return whether training targets lie on days of the test rows, or later."""
    newest = y.to_numpy().reshape(len(y), -1).max(axis=1)  # places of days
    folds = PanelTimeSeriesSplit(60, test_size=1, gap=gap).split(X)
    return any(newest[train].max() > X.iloc[test].to_numpy().min() for train, test in folds)


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
    assert not leaks(X, y, gap)
    assert leaks(X, y, gap - 1)


WHOLE = shops("all days")
LATE = WHOLE.groupby("shop").tail(100).rename({"all days": "late"})
PANELS = {
    "one shop": WHOLE,
    "one shop of six days": shops("six days"),
    "another from later on": pd.concat([WHOLE, LATE]),
    "numbers of rows": shops("all days", "six days").reset_index()[["shop", "sold"]],
}


@pytest.mark.parametrize("name", PANELS)
def test_no_gap_is_told_where_the_horizon_says_it(name):
    panel = PANELS[name]
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        X, y = forecast_pairs(panel, horizon=3, by="shop")
    assert [str(one.message) for one in told] == []
    expected = panel.groupby("shop")["sold"].shift(-3).dropna()
    pd.testing.assert_series_equal(y.squeeze(), expected, check_names=False)
    if name != "numbers of rows":  # which no splitter of times takes
        assert not leaks(X, y, 2)
        assert leaks(X, y, 1)
