"""Values known in advance are looked up in tables as they are."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import Ridge

from sklstm import Forecaster

DAYS = pd.date_range("2024-01-01", periods=80, name="day")
RNG = np.random.default_rng(5)
PLAN = pd.DataFrame({"promo": RNG.normal(size=80), "price": RNG.normal(size=80)}, index=DAYS)
SALES = (2 * PLAN["promo"] - PLAN["price"] + RNG.normal(scale=0.1, size=80)).rename("sold")
PANEL = pd.concat({"A": SALES.to_frame(), "B": 3 + SALES[::-1].set_axis(DAYS).to_frame()},
                  names=["shop"])  # fmt: skip
PLANS = pd.concat({"A": PLAN, "B": PLAN[::-1].set_axis(DAYS)}, names=["shop"])


def weekly(**options):
    return Forecaster(
        Ridge(1e-3), 5, horizon=7, strategy="direct", calibration_size=None, scaling=None, **options
    )


def known(table, n=60):
    return table[table.index.get_level_values("day") < DAYS[n]]


@pytest.fixture(scope="module")
def fitted():
    return weekly().fit(SALES[:60], PLAN[:60])


@pytest.fixture(scope="module")
def shops():
    return weekly(by="shop").fit(known(PANEL), known(PLANS))


def test_three_steps_of_seven_need_three_rows(fitted):
    whole = fitted.forecast(7, PLAN[60:67])
    pd.testing.assert_frame_equal(fitted.forecast(3, PLAN[60:67]), whole[:3])
    assumed = PLAN[60:67].copy()
    assumed[3:] = PLAN.iloc[62]  # what is not given stays as it is
    expected = fitted.forecast(7, assumed)[:3]
    pd.testing.assert_frame_equal(fitted.forecast(3, PLAN[60:63]), expected)
    pd.testing.assert_frame_equal(fitted.forecast(3, PLAN[60:63].to_numpy()), expected)
    holes = PLAN[60:67].drop(DAYS[64])
    assumed = PLAN[60:67].copy()
    assumed.loc[DAYS[64]] = PLAN.loc[DAYS[63]]
    expected = fitted.forecast(7, assumed)[:3]
    pd.testing.assert_frame_equal(fitted.forecast(3, holes), expected)
    holes = PLAN[60:67].where((np.arange(7) != 4)[:, None] & [[True, True]])
    pd.testing.assert_frame_equal(fitted.forecast(3, holes), expected)


@pytest.mark.parametrize(
    "table",
    [
        PLAN,
        PLAN[::-1],
        PLAN.assign(comment="none", shop="A"),
        PLAN.where((PLAN.index >= DAYS[60])[:, None] & [[True, True]]),
        pl.from_pandas(PLAN.reset_index()),
    ],
    ids=["later and earlier", "other order", "text", "NaN elsewhere", "polars"],
)
def test_a_table_is_taken_as_it_is(fitted, table):
    expected = fitted.forecast(9, PLAN[60:74])
    pd.testing.assert_frame_equal(fitted.forecast(9, table), expected)


def test_a_table_of_all_series_serves_some(shops):
    expected = shops.forecast(9, PLANS)
    later = PLANS[PLANS.index.get_level_values("day") >= DAYS[60]]
    pd.testing.assert_frame_equal(shops.forecast(9, later), expected)
    shuffled = PLANS.sample(frac=1, random_state=0)
    other = shuffled.rename({"A": "C"}, level="shop")
    one = shops.forecast(9, other, series="B")
    pd.testing.assert_frame_equal(one, expected.loc[["B"]], check_freq=False)
    single = weekly().fit(SALES[:60], PLAN[:60]).forecast(9, PLAN)
    assert expected.loc["A"].shape == single.shape


def test_what_is_needed_and_absent_is_named(fitted, shops):
    message = (
        r"exog has no row at 2024-03-02 00:00:00, columns \['promo', 'price'\]: the 3 rows from "
        r"2024-03-01 00:00:00 to 2024-03-03 00:00:00 are needed, and of them 2 are there"
    )
    with pytest.raises(ValueError, match=message):
        fitted.forecast(3, PLAN.drop(DAYS[61]))
    with pytest.raises(ValueError, match="exog has no row at 2024-03-02 .* of series 'B', columns"):
        shops.forecast(3, PLANS.drop(("B", DAYS[61])))
    holes = PLANS.copy()
    holes.loc[("B", DAYS[61]), "price"] = np.nan
    with pytest.raises(ValueError, match="exog is NaN at 2024-03-02 .* 'B', column 'price'"):
        shops.forecast(3, holes)
    with pytest.raises(ValueError, match="exog has two rows at 2024-03-02 00:00:00, columns"):
        fitted.forecast(3, pd.concat([PLAN, PLAN[61:62]]))


def test_a_table_of_all_days_serves_trading_days():
    days = pd.bdate_range("2024-01-01", periods=50, name="day")
    plan = pd.DataFrame({"promo": RNG.normal(size=120)}, pd.date_range("2024-01-01", periods=120))
    series = pd.Series(np.arange(50.0), days)
    model = Forecaster(Ridge(), 3, scaling=None, calibration_size=None)
    model.fit(series, plan.loc[days])
    expected = model.forecast(8, plan.loc[pd.bdate_range(days[-1], periods=9)[1:]])
    pd.testing.assert_frame_equal(model.forecast(8, plan), expected, check_freq=False)


def test_arrays_that_begin_with_the_known_rows_are_told(fitted):
    told = "exog has no labels, and begins with the 60 rows that are known: its first 7 rows"
    wrong = [PLAN.to_numpy(), PLAN[:60].to_numpy(), pl.from_pandas(PLAN.reset_index(drop=True))]
    alone = r" are taken for those that follow\. Give these alone \(exog\[60:\]\)"
    no_others = r" are taken for those that follow\. If they are not the same once more, give those"
    for table, instead in zip(wrong, (alone, no_others, alone), strict=True):
        with pytest.warns(UserWarning, match=told + instead):
            fitted.forecast(7, table)
    expected = fitted.forecast(7, PLAN)
    pd.testing.assert_frame_equal(fitted.forecast(7, PLAN[60:].to_numpy()), expected)


def test_arrays_that_happen_to_begin_like_the_known_rows_are_taken():
    always = PLAN[["promo"]] * 0 + 1
    weekday = pd.DataFrame({"sunday": (np.arange(80) % 5 == 0) * 1.0}, index=DAYS)
    for plan in (always, weekday):  # sixty rows are whole weeks of five days
        model = weekly().fit(SALES[:60], plan[:60])
        expected = model.forecast(7, plan)
        pd.testing.assert_frame_equal(model.forecast(7, plan.to_numpy()), expected)
    model = weekly().fit(SALES[:60], always[:60])
    pd.testing.assert_frame_equal(
        model.forecast(7, always[:60].to_numpy()), model.forecast(7, always)
    )


@pytest.mark.parametrize("n_rows", [24, 30])
def test_months_of_whole_years_are_those_that_follow(n_rows):
    months = pd.DataFrame({"month": np.arange(54) % 12 + 1.0}, index=DAYS[:54])
    model = weekly().fit(SALES[:24], months[:24])
    found = model.forecast(24, months[24 : 24 + n_rows].to_numpy())
    pd.testing.assert_frame_equal(found, model.forecast(24, months[: 24 + n_rows]))


def test_whole_weeks_of_a_history_are_those_that_follow():
    weekday = pd.DataFrame(np.eye(7)[np.arange(80) % 7], index=DAYS)
    model, rows = weekly().fit(SALES[:60], weekday[:60]), slice(40, 54)
    given = {"history": SALES[rows], "history_exog": weekday[rows]}
    found = model.forecast(14, weekday[54:68].to_numpy(), **given)
    pd.testing.assert_frame_equal(found, model.forecast(14, weekday, **given))
    with pytest.warns(UserWarning, match="begins with the 13 rows that are known"):
        model.forecast(
            13, weekday[40:53].to_numpy(), history=SALES[40:53], history_exog=weekday[40:53]
        )


def test_known_rows_with_missing_values_go_on_as_they_repeat():
    torn = PLAN[["promo"]] * 0 + np.where(np.arange(80) % 5 == 3, np.nan, 1.0)[:, np.newaxis]
    regressor = HistGradientBoostingRegressor(max_iter=2)
    model = weekly().set_params(estimator=regressor).fit(SALES[:60], torn[:60])
    expected = model.forecast(7, torn)
    for table in (torn, torn[:60]):  # twelve times five days, with what follows or without
        pd.testing.assert_frame_equal(model.forecast(7, table.to_numpy()), expected)
