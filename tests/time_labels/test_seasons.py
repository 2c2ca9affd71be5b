"""Seasons that the calendar gives labels of any frequency."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge

from sklstm import Forecaster
from sklstm.time_labels import calendar_seasons, calendar_seasons_of_all


@pytest.mark.parametrize(
    ("freq", "seasons"),
    [
        ("MS", (12,)),
        (pd.DateOffset(months=1), (12,)),
        (pd.DateOffset(months=3), (4,)),
        (pd.DateOffset(days=1), (7, 365)),
        (pd.DateOffset(hours=3), (8, 56)),
        (pd.DateOffset(months=1, days=1), ()),
        (pd.offsets.Easter(), ()),
    ],
)
def test_steps_with_a_name_and_without(freq, seasons):
    assert calendar_seasons(pd.date_range("2024-01-15", periods=30, freq=freq)) == seasons


def test_the_15th_of_each_month_is_forecast():
    month = pd.DateOffset(months=1)
    index = pd.date_range("2016-01-15", periods=72, freq=month, name="day")
    sales = pd.Series(np.tile(np.arange(12.0), 6), index=index)
    for given in (sales, sales.set_axis(pd.DatetimeIndex(index, freq=None))):
        found = Forecaster(Ridge(), 12, freq=month, calibration_size=None).fit(given)
        assert found.season_ == 12
        forecast = found.forecast(3)
        assert list(forecast.index) == [index[-1] + ahead * month for ahead in (1, 2, 3)]
        np.testing.assert_allclose(forecast["prediction"], [0, 1, 2], atol=0.1)


def test_of_several_series_the_first_that_shows_a_step_tells():
    days, hours = (pd.date_range("2024", periods=9, freq=freq) for freq in ("D", "h"))
    assert calendar_seasons_of_all([days[:2], None, hours, days]) == (24, 168)
    assert calendar_seasons_of_all([days[:2]]) == calendar_seasons_of_all([]) == ()
