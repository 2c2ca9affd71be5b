"""Series of a panel may have different frequencies, each of which goes on as it is."""

import pickle

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.linear_model import Ridge

from sklstm import Forecaster
from sklstm.persistence import trusted_types

# What is a season here is looked at in tests/forecasting/test_seasons_of_frequencies.py.
pytestmark = pytest.mark.filterwarnings("ignore:series have different frequencies, and season")

SIX_DAYS = pd.offsets.CustomBusinessDay(weekmask="Mon Tue Wed Thu Fri Sat")
INDEXES = {
    "weekdays": (pd.bdate_range("2024-01-01", periods=60), "B"),
    "trading days": (pd.bdate_range("2024-01-01", periods=90).delete([10, 30]), "B"),
    "Monday to Saturday": (
        pd.date_range("2024-01-01", periods=60, freq=SIX_DAYS).delete([10, 30]),
        SIX_DAYS,
    ),
    "days": (pd.date_range("2024-01-01", periods=80), "D"),
    "earlier days": (pd.date_range("2023-12-20", periods=40), "D"),
    "months": (pd.date_range("2022-01-01", periods=24, freq="MS"), "MS"),
    "Wednesdays": (pd.date_range("2023-01-04", periods=20, freq="7D"), "7D"),
    "hours": (pd.date_range("2024-01-01", periods=50, freq="h"), "h"),
    "half past": (pd.date_range("2024-01-01 00:30", periods=50, freq="h"), "h"),
    "Monday to Thursday": (pd.date_range("2024-01-01", periods=4), "D"),
}
PAIRS = [
    ("weekdays", "days"),
    ("days", "weekdays"),
    ("trading days", "days"),
    ("weekdays", "Monday to Saturday", "days"),
    ("months", "trading days", "days"),
    ("days", "Wednesdays"),
    ("hours", "half past"),
    ("hours", "days", "earlier days"),
    ("days", "weekdays", "Monday to Thursday"),
]


def panel(indexes):
    parts = {
        key: pd.DataFrame({"value": np.arange(len(index)) % 5.0}, index=pd.DatetimeIndex(index))
        for key, index in indexes.items()
    }
    return pd.concat(parts, names=["name", "time"])


def fitted(keys, **options):
    options = {"lookback": 3, "by": "name", "calibration_size": None} | options
    return Forecaster(Ridge(), **options).fit(panel({key: INDEXES[key][0] for key in keys}))


@pytest.mark.parametrize("keys", PAIRS, ids=" and ".join)
def test_each_series_goes_on_with_its_own_frequency(keys):
    forecast = fitted(keys).forecast(6)
    for key in keys:
        index, freq = INDEXES[key]
        expected = pd.date_range(index[-1], periods=7, freq=freq)[1:]
        assert list(forecast.loc[key].index) == list(expected)


@pytest.mark.parametrize("gaps", ["raise", "missing"])
@pytest.mark.parametrize("keys", PAIRS, ids=" and ".join)
def test_further_series_have_the_frequency_of_their_own_labels(keys, gaps):
    forecaster = fitted(keys, gaps=gaps)
    expected = forecaster.forecast(6)
    for key in keys:
        further = panel({"further": INDEXES[key][0]})
        given = forecaster.forecast(6, history=further)
        assert list(given.loc["further"].index) == list(expected.loc[key].index)
    forecaster.update(further)
    assert list(forecaster.forecast(6).loc["further"].index) == list(expected.loc[key].index)
    assert list(forecaster.forecast(6).drop("further").index) == list(expected.index)


def test_further_series_of_no_known_frequency_are_refused():
    months = panel({"further": INDEXES["months"][0]})
    with pytest.raises(ValueError, match="'further' has rows of another frequency"):
        fitted(("weekdays", "days")).forecast(history=months)
    zoned = panel({"further": INDEXES["days"][0].tz_localize("UTC")})
    with pytest.raises(ValueError, match="labels of dtype .*UTC"):
        fitted(("weekdays", "days")).forecast(history=zoned)


@pytest.mark.parametrize("copy", ["same", "pickle", "skops"])
def test_update_backtest_and_files_know_the_frequencies(copy):
    keys = ("weekdays", "days")
    forecaster = fitted(keys)
    if copy == "pickle":
        forecaster = pickle.loads(pickle.dumps(forecaster))
    elif copy == "skops":
        forecaster = skops.io.loads(skops.io.dumps(forecaster), trusted=trusted_types())
    later = {key: pd.date_range(INDEXES[key][0][-1], periods=3, freq=INDEXES[key][1])[1:]
             for key in keys}  # fmt: skip
    forecast = forecaster.update(panel(later)).forecast(2)
    for key in keys:
        index, freq = later[key], INDEXES[key][1]
        expected = pd.date_range(index[-1], periods=3, freq=freq)[1:]
        assert list(forecast.loc[key].index) == list(expected)
    saturday = pd.DatetimeIndex(["2024-03-30"])
    with pytest.raises(ValueError, match=r"2024-03-30 .*not on its frequency 'B'"):
        forecaster.update(panel({"weekdays": saturday}))
    with pytest.raises(ValueError, match=r"2024-03-23 00:00:00 is absent; the frequency is 'D'"):
        forecaster.update(panel({"days": pd.DatetimeIndex(["2024-03-24"])}))


def test_a_backtest_tests_the_rows_that_each_series_has():
    table = panel({key: INDEXES[key][0] for key in ("weekdays", "days")})
    forecaster = Forecaster(Ridge(), lookback=3, by="name")
    forecasts = forecaster.backtest(table, cv=3).forecasts
    for key in ("weekdays", "days"):
        rows = forecasts.loc[key]
        assert set(rows["time"]) <= set(INDEXES[key][0])
        actual = table.loc[key]["value"].loc[rows["time"]]
        np.testing.assert_array_equal(rows["actual"], actual)


def test_columns_known_in_advance_are_those_of_the_days_of_each_series():
    keys = ("weekdays", "days")
    series = panel({key: INDEXES[key][0] for key in keys})
    day = series.index.get_level_values("time").day_of_week
    exog = pd.DataFrame({"day": day.astype(float)}, index=series.index)
    forecaster = Forecaster(Ridge(), lookback=3, by="name", calibration_size=None)
    forecaster.fit(series, exog)
    later = {key: pd.date_range(INDEXES[key][0][-1], periods=5, freq=INDEXES[key][1])[1:]
             for key in keys}  # fmt: skip
    future = panel(later).rename(columns={"value": "day"})
    forecast = forecaster.forecast(4, future)
    assert list(forecast.index) == list(future.index)
    wrong = panel(later | {"days": later["days"] + pd.Timedelta(days=1)})
    with pytest.raises(ValueError, match="no row at 2024-03-21 00:00:00 of series .days."):
        forecaster.forecast(4, wrong.rename(columns={"value": "day"}))


def test_a_series_with_gaps_has_the_frequency_of_another():
    hours = INDEXES["hours"][0]
    torn = hours[np.random.default_rng(0).random(50) < 0.4]
    with pytest.raises(ValueError, match="no frequency"):
        Forecaster(Ridge(), lookback=3, gaps="missing").fit(pd.Series(1.0, index=torn))
    table = panel({"hours": hours, "torn": torn, "weekdays": INDEXES["weekdays"][0]})
    forecaster = Forecaster(Ridge(), lookback=3, by="name", gaps="missing", calibration_size=None)
    histories = forecaster.fit(table)._known.histories
    assert list(histories["torn"].index) == list(hours[(hours >= torn[0]) & (hours <= torn[-1])])
    assert len(histories["weekdays"]) == 60
    with pytest.raises(ValueError, match="series 'torn' has a gap"):
        forecaster.set_params(gaps="raise").fit(table)


def test_a_frequency_that_is_given_is_that_of_all_series():
    with pytest.raises(ValueError, match="'weekdays' has a gap: 2024-01-06"):
        fitted(("weekdays", "days"), freq="D")
    filled = fitted(("weekdays", "days"), freq="D", gaps="missing")
    assert len(filled._known.histories["weekdays"]) == 82


@pytest.mark.skipif(
    pd.__version__.startswith("2."),
    reason="days of pandas 2 are 24 hours, and it does not forget the frequency",
)
def test_errors_say_what_times_in_utc_shown_elsewhere_need():
    days = pd.date_range("2024-03-20", periods=30, tz="UTC").tz_convert("Europe/Berlin")
    series = pd.Series(np.arange(30.0), index=days)
    assert series.index.freq is None  # pandas forgets it
    with pytest.raises(ValueError, match=r"In UTC .*shown in local time: freq='24h' goes on"):
        Forecaster(Ridge(), lookback=3).fit(series)
    forecast = Forecaster(Ridge(), lookback=3, freq="24h").fit(series).forecast(2)
    assert list(forecast.index) == [days[-1] + k * pd.Timedelta(hours=24) for k in (1, 2)]
    local = pd.date_range("2024-03-20", periods=30, tz="Europe/Berlin")
    offsets = pd.Series(np.arange(30.0), index=[str(day) for day in local])  # +01:00, then +02:00
    with pytest.raises(ValueError, match=r"days of a place with summer time: .*tz_convert"):
        Forecaster(Ridge(), lookback=3).fit(offsets)
    shown = offsets.set_axis(pd.to_datetime(offsets.index, utc=True)).tz_convert("Europe/Berlin")
    assert Forecaster(Ridge(), lookback=3).fit(shown).forecast(1).index[0] == local[-1] + (
        pd.offsets.Day()
    )
