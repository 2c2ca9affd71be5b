"""The calendar as columns of a forecaster is what would have been given by hand."""

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.linear_model import Ridge

from sklstm import CalendarFeatures, Forecaster

DAYS = pd.date_range("2024-01-01", periods=120, name="day")
RNG = np.random.default_rng(7)
EFFECT = np.array([3.0, -1.0, 4.0, 1.0, -5.0, 9.0, 2.0])
SALES = pd.Series(EFFECT[DAYS.day_of_week] + RNG.normal(scale=0.1, size=120), DAYS, name="sold")
PLAN = pd.DataFrame({"promo": RNG.normal(size=120), "rain": RNG.normal(size=120)}, index=DAYS)
FEATURES = ["day_of_week", "day"]
ONE_HOT = CalendarFeatures(["day_of_week"], encoding="one_hot")


def forecaster(**options):
    return Forecaster(Ridge(1e-3), 4, scaling=None, **options)


def by_hand(index):
    angles = [2 * np.pi * index.day_of_week / 7, 2 * np.pi * (index.day - 1) / index.days_in_month]
    columns = [function(angle) for angle in angles for function in (np.sin, np.cos)]
    return pd.DataFrame(np.column_stack(columns), index=index)


STRATEGIES = [{"strategy": "recursive"}, {"strategy": "direct", "horizon": 7}]


@pytest.mark.parametrize("options", STRATEGIES, ids=["recursive", "direct"])
def test_columns_are_those_given_by_hand(options):
    later = pd.date_range(DAYS[99], periods=15)[1:]
    model = forecaster(calendar=FEATURES, **options).fit(SALES[:100])
    hand = forecaster(**options).fit(SALES[:100], by_hand(DAYS[:100]))
    for _ in range(2):
        expected = hand.forecast(10, by_hand(later), level=0.8)
        pd.testing.assert_frame_equal(model.forecast(10, level=0.8), expected)
        model.update(SALES[100:103])
        hand.update(SALES[100:103], by_hand(DAYS[100:103]))
        later = pd.date_range(DAYS[102], periods=15)[1:]
    assert model.exog_columns_ == model.known_exog_ == []


@pytest.mark.parametrize("options", STRATEGIES, ids=["recursive", "direct"])
@pytest.mark.parametrize("known", ["all", ["promo"], None])
def test_beside_other_columns(options, known):
    whole = pd.concat([PLAN, by_hand(DAYS).rename(columns=str)], axis=1)
    names = ["promo", "rain"] if known == "all" else known or []
    model = forecaster(calendar=FEATURES, known_exog=known, **options).fit(SALES[:90], PLAN[:90])
    hand = forecaster(known_exog=[*names, "0", "1", "2", "3"], **options)
    hand.fit(SALES[:90], whole[:90])
    given = {"exog": PLAN} if names else {}
    pd.testing.assert_frame_equal(model.forecast(9, **given), hand.forecast(9, exog=whole))
    assert model.exog_columns_ == ["promo", "rain"]
    assert model.known_exog_ == names
    # Four whole blocks, for beyond the last row the calendar alone is known.
    expected = hand.score(SALES[90:118], whole[90:118])
    assert model.score(SALES[90:118], PLAN[90:118]) == expected
    drawn = model.sample_paths(3, 4, random_state=0, **given)
    expected = hand.sample_paths(3, 4, random_state=0, exog=whole)
    pd.testing.assert_frame_equal(drawn, expected)


def test_a_backtest_knows_the_calendar_beyond_the_last_row():
    model = forecaster(strategy="direct", horizon=7, calendar=ONE_HOT)
    result = model.backtest(SALES, cv=3, steps=3, stride=1)
    assert result.forecasts["prediction"].notna().all()
    noise = (
        result.forecasts["actual"] - EFFECT[pd.DatetimeIndex(result.forecasts["time"]).day_of_week]
    )
    assert result.overall["mae"] < 2 * np.abs(noise).mean()
    assert forecaster(calendar=ONE_HOT).fit(SALES[:100]).score(SALES[100:]) > 0.95


def test_series_of_a_panel_and_gaps():
    days = DAYS.delete([20, 21, 60])
    panel = pd.concat(
        {"A": SALES[days].to_frame(), "B": 10 + SALES[30:].to_frame()}, names=["shop"]
    )
    model = forecaster(by="shop", gaps="missing", calendar=ONE_HOT).fit(panel)
    for past in model._known.histories.values():
        np.testing.assert_array_equal(past.exog.argmax(axis=1), past.index.day_of_week)
        assert past.index.equals(DAYS[-len(past) :])
    forecast = model.forecast(7)
    weekday = forecast.index.get_level_values("day").day_of_week
    base = np.where(forecast.index.get_level_values("shop") == "B", 10, 0)
    np.testing.assert_allclose(forecast["prediction"] - base, EFFECT[weekday], atol=1.5)
    # Rows after three days without any: the days between are missing steps of their own weekdays.
    days = pd.date_range(DAYS[-1], periods=6, name="day")[4:]
    new = pd.DataFrame({"sold": [1.0, 2.0]}, index=days)
    known = model.update(pd.concat({"B": new}, names=["shop"]))._known.histories["B"]
    assert len(known) == 95
    np.testing.assert_array_equal(known.exog.argmax(axis=1), known.index.day_of_week)


def test_files_and_clones():
    model = forecaster(calendar=ONE_HOT).fit(SALES)
    again = pickle.loads(pickle.dumps(model))
    pd.testing.assert_frame_equal(again.forecast(5), model.forecast(5))
    again.update(pd.Series([3.0], pd.date_range(DAYS[-1], periods=2)[1:]))
    assert len(again.forecast(2)) == 2
    other = clone(model).set_params(calendar__encoding="cyclic").fit(SALES)
    assert other._known.histories[None].exog.shape[1] == 2


@pytest.mark.parametrize(
    ("calendar", "series", "message"),
    [
        (["weekday"], SALES, "features has 'weekday'"),
        (CalendarFeatures(["day"], ahead=2), SALES, "looks 2 rows ahead.*take ahead=0"),
        (["day"], SALES.to_numpy(), "takes series .* labelled by times, got the label 0"),
        ("day", SALES, "The 'calendar' parameter"),
    ],
)  # fmt: skip
def test_what_is_refused(calendar, series, message):
    with pytest.raises(ValueError, match=message):
        forecaster(calendar=calendar).fit(series)


def test_no_exogenous_columns_are_asked_for():
    model = forecaster(calendar=["day"]).fit(SALES)
    with pytest.raises(ValueError, match="exog was given, but no column is known in advance"):
        model.forecast(3, PLAN)
    assert len(forecaster(calendar=[]).fit(SALES).forecast(2)) == 2
