"""One table of plans, of all shops and days, serves `fit`, `update` and `forecast`."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.linear_model import Ridge

from sklstm import Forecaster, PanelTimeSeriesSplit

DAYS = pd.date_range("2025-01-01", periods=80, name="day")
RNG = np.random.default_rng(0)
BY = ["store", "item"]


def shelf(first, end, promos=("none", "flyer")):
    columns = {"sold": RNG.normal(size=80).cumsum(), "promo": RNG.choice(promos, 80)}
    return pd.DataFrame(columns | {"size": float(first)}, index=DAYS)[first:end]


PARTS = {("n", 1): shelf(0, 80), ("n", 2): shelf(20, 80), ("s", 1): shelf(5, 80)}
TABLE = pd.concat(PARTS, names=BY)
OTHERS = pd.concat({("x", 1): shelf(0, 80, ("none", "cinema"))}, names=BY)
LATER = TABLE.copy()  # with a category that no known day has met
LATER.loc[LATER.index.get_level_values("day") >= DAYS[65], "promo"] = "radio"
PLANS = pd.concat([OTHERS, LATER])[["promo", "size"]]
LATE = PLANS.index.get_level_values("day")


def until(table, end):
    return table[table.index.get_level_values("day") < DAYS[end]]


KNOWN, SAME = until(TABLE, 60)[["sold"]], until(TABLE, 60)[["promo", "size"]]
NEW = TABLE[TABLE.index.get_level_values("day").isin(DAYS[60:64])]


def fitted(series, exog):
    forecaster = Forecaster(
        Ridge(), lookback=5, by=BY, known_exog=["promo"], static_exog=["size"], scaling=None
    )
    return forecaster.fit(series, exog)


EXPECTED = fitted(KNOWN, SAME)


def to_polars(table):
    return pl.from_pandas(table.reset_index())


@pytest.mark.parametrize(
    ("series", "exog"),
    [
        (KNOWN, PLANS),
        (KNOWN.reset_index(BY), PLANS.reset_index(BY)),
        (to_polars(KNOWN), to_polars(PLANS)),
        (KNOWN, PLANS.set_index(PLANS.index.set_levels(DAYS.as_unit("s"), level="day"))),
    ],
    ids=["levels", "columns", "polars", "seconds"],
)
def test_fit(series, exog):
    found = fitted(series, exog)
    assert found.exog_categories_ == {"promo": ["flyer", "none"]}
    pd.testing.assert_frame_equal(
        found.forecast(3, exog=exog, level=0.8), EXPECTED.forecast(3, exog=TABLE, level=0.8)
    )


def test_rows_in_turn():
    in_turn = KNOWN.sort_index(level="day", sort_remaining=False)
    forecast = fitted(in_turn, PLANS).forecast(2, exog=PLANS).sort_index()
    assert np.allclose(forecast, EXPECTED.forecast(2, exog=PLANS))


@pytest.mark.filterwarnings("error")  # of a category that rows to come will have
def test_update_history_and_score():
    expected = fitted(KNOWN, SAME).update(NEW[["sold"]], NEW[["promo", "size"]])
    forecast = expected.forecast(1, exog=PLANS)
    found = fitted(KNOWN, SAME).update(NEW[["sold"]], PLANS)
    pd.testing.assert_frame_equal(found.forecast(1, exog=PLANS), forecast)
    whole = until(TABLE, 64)[["sold"]]
    given = EXPECTED.forecast(1, exog=PLANS, history=whole, history_exog=PLANS)
    pd.testing.assert_frame_equal(given, forecast)
    score = EXPECTED.score(NEW[["sold"]], NEW[["promo", "size"]])
    assert EXPECTED.score(NEW[["sold"]], PLANS) == score


def test_backtest():
    folds = PanelTimeSeriesSplit(2, test_size=5)
    found, expected = (EXPECTED.backtest(KNOWN, folds, exog=exog) for exog in (PLANS, SAME))
    pd.testing.assert_frame_equal(found.forecasts, expected.forecasts)


def test_one_series():
    series, exog = PARTS["n", 1]["sold"], PARTS["n", 1][["promo"]]
    found, expected = (
        Forecaster(Ridge(), lookback=5).fit(series[10:60], own).forecast(2, exog=exog)
        for own in (exog, exog[10:60])
    )
    pd.testing.assert_frame_equal(found, expected)


def test_numbers_of_rows_may_be_counted_from_anywhere():
    series = PARTS["n", 1].reset_index(drop=True)
    with pytest.raises(ValueError, match="exog has other rows than series: 80 from 0 to 79, where"):
        Forecaster(Ridge()).fit(series[["sold"]][:60], series[["size"]])


def test_a_series_without_rows_is_told():
    one, exog = PARTS["n", 1]["sold"], PARTS["n", 1][["size"]]
    with pytest.raises(ValueError, match="series cannot be read .* 0 sample"):
        Forecaster(Ridge()).fit(one[:0], exog)
    with pytest.raises(ValueError, match="series cannot be read .* 0 sample"):
        Forecaster(Ridge(), lookback=5).fit(one[:60], exog).update(one[:0], exog)
    with pytest.raises(ValueError, match="series must not be empty"):
        EXPECTED.update(NEW[["sold"]][:0], SAME)


@pytest.mark.parametrize(
    ("exog", "message"),
    [
        (OTHERS, r"exog has no rows of series \('n', 1\); it takes the same rows"),
        (PLANS[DAYS[6] < LATE], r"exog has no row at 2025-01-01 .* of series \('n', 1\)"),
        (PLANS[DAYS[70] < LATE], "none of its rows, from .* has a label"),
        (pd.concat([PLANS, PLANS[-40:-30]]), r"series \('s', 1\)\) (is not sorted|has duplicate)"),
    ],
    ids=["no series", "no beginning", "no row", "twice"],
)
def test_rows_that_are_needed(exog, message):
    with pytest.raises(ValueError, match=message):
        fitted(KNOWN, exog[["promo", "size"]])


def test_a_row_between_those_of_a_series_is_named():
    closed = KNOWN.drop(("n", 2, DAYS[40]))
    message = r"exog has a row at 2025-02-10 00:00:00 of series \('n', 2\), where series has none"
    with pytest.raises(ValueError, match=message):
        Forecaster(Ridge(), by=BY, gaps="missing").fit(closed, PLANS[["size"]])


def test_a_row_without_a_time_is_no_other_row():
    index = [*DAYS[:60], pd.NaT]
    exog = pd.DataFrame({"x": np.arange(61.0)}, index=pd.DatetimeIndex(index))
    with pytest.raises(ValueError, match=r"The index of exog"):
        Forecaster(Ridge()).fit(PARTS["n", 1]["sold"][:60], exog)
