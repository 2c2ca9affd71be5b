"""Weeks of five or six days, such as those on which shops are open."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge

from sklstm import Forecaster, SequenceWindower, find_season, forecast_pairs
from sklstm.time_labels import Calendar, Steps, calendar_seasons

ALL_DAYS = pd.date_range("2024-01-01", periods=140, name="day")  # begins on a Monday
SALES = np.array([10.0, 20, 30, 40, 50, 90, 15])
WEEKS = {
    "Monday to Saturday": [0, 1, 2, 3, 4, 5],
    "Tuesday to Sunday": [1, 2, 3, 4, 5, 6],
    "Sunday to Thursday": [6, 0, 1, 2, 3],
    "Wednesday to Sunday": [2, 3, 4, 5, 6],
}


def days_of(week, zone=None):
    """Return the days of some weeks, without three holidays."""
    open_days = ALL_DAYS[ALL_DAYS.day_of_week.isin(WEEKS[week])]
    return open_days.delete([20, 51, 52]).tz_localize(zone)


@pytest.mark.parametrize("week", WEEKS)
@pytest.mark.parametrize("zone", [None, "Europe/Berlin"])
def test_what_comes_next_is_a_day_of_the_week_that_is_open(week, zone):
    index = days_of(week, zone)
    calendar = Calendar.of({None: index})
    calendar.check(index)
    later = pd.date_range(index[-1], periods=30, tz=zone)[1:]
    later = later[later.day_of_week.isin(WEEKS[week])]
    assert list(calendar.after(index[-1], 12)) == list(later[:12])
    assert calendar.may_follow(later[1:3], later[:2])  # the first one is a holiday
    assert calendar_seasons(index) == (len(WEEKS[week]),)


def test_rows_of_open_days_are_counted():
    index = days_of("Monday to Saturday")
    series = pd.DataFrame({"sold": SALES[index.day_of_week]}, index)
    X, y = forecast_pairs(series, horizon=6)
    np.testing.assert_array_equal(y, series["sold"].shift(-6).dropna())
    windows = SequenceWindower(6).fit(X[:40]).transform(X[40:])
    by_hand = np.lib.stride_tricks.sliding_window_view(series["sold"], 6)[35 : len(X) - 5]
    np.testing.assert_array_equal(windows[:, :, 0], by_hand)


@pytest.mark.parametrize("gaps", ["raise", "missing"])
def test_forecasts_are_of_open_days(gaps):
    index = days_of("Monday to Saturday")
    series = pd.Series(SALES[index.day_of_week] + np.arange(len(index)) % 2, index)
    forecaster = Forecaster(Ridge(0.1), lookback=12, horizon=6, gaps=gaps).fit(series)
    forecast = forecaster.forecast()["prediction"]
    assert 6 not in forecast.index.day_of_week
    np.testing.assert_allclose(forecast, SALES[forecast.index.day_of_week], atol=6)
    assert find_season(series) == 6
    forecaster.update(pd.Series([10.0], index=[pd.Timestamp("2024-05-21")]))  # no sales on the 20th
    assert forecaster.forecast(1).index[0] == pd.Timestamp("2024-05-22")


def test_a_month_that_is_closed_is_an_outage():
    index = ALL_DAYS[ALL_DAYS.day_of_week < 6]
    closed = index.delete(range(40, 51))
    with pytest.raises(ValueError, match="11 days of Mon Tue Wed Thu Fri Sat are absent"):
        Calendar.of({None: closed}).check(closed)
    numbers = Steps.of(closed).numbers(closed)
    assert numbers.tolist() == [*range(40), *range(51, len(index))]


@pytest.mark.parametrize(
    ("index", "name"),
    [
        (ALL_DAYS[ALL_DAYS.day_of_week < 6][:20], "D"),  # three weeks without a Sunday
        (ALL_DAYS[ALL_DAYS.day_of_week < 5].delete(range(10, 30)), "B"),
        (ALL_DAYS[ALL_DAYS.day_of_week < 6].delete(range(10, 30)), "D"),  # many are absent
        (ALL_DAYS[ALL_DAYS.day_of_week < 6].insert(60, ALL_DAYS[69]), "D"),  # open on a Sunday
        (ALL_DAYS[::7], "7D"),
    ],
)
def test_other_days_keep_their_frequency(index, name):
    assert Calendar.of({None: pd.DatetimeIndex(index)}).name == name
