"""The index of a forecast goes on where that of the series ended."""

import datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from sklearn.linear_model import Ridge

from sklstm import Forecaster

HOLIDAYS = pd.DatetimeIndex(["2024-03-29", "2024-04-01", "2024-05-27"])
TRADING = pd.bdate_range("2024-03-01", periods=62).difference(HOLIDAYS).rename("date")
DAYS = pd.date_range("2024-01-01", periods=30)


def forecaster(**options):
    return Forecaster(Ridge(), **{"lookback": 3, "calibration_size": None} | options, scaling=None)


def forget_freq(index):
    return type(index)(index, freq=None)


def values(index):
    return np.cumsum(np.random.default_rng(len(index)).normal(size=len(index)))


REGULAR = {
    "range": pd.RangeIndex(30, name="row"),
    "range with a step": pd.RangeIndex(7, 97, 3),
    "integers": pd.Index(np.arange(10, 40)),
    "integers with a step": pd.Index(np.arange(10, 100, 3), name="n"),
    "nullable integers": pd.Index(np.arange(30), dtype="Int64", name="n"),
    "periods": pd.period_range("2024-01", periods=30, freq="M", name="month"),
    "quarters": pd.period_range("2020Q1", periods=30, freq="Q-NOV"),
    "timedeltas": pd.timedelta_range("1h", periods=30, freq="90min", name="after"),
} | {
    freq: pd.date_range("2024-01-29 00:00", periods=30, freq=freq, name="time")
    for freq in (
        "D", "B", "h", "MS", "ME", "W", "W-WED", "QS", "QE-FEB", "15min", "2D", "YS", "s", "BME",
    )
} | {
    f"{freq} in {zone}": pd.date_range(start, periods=30, freq=freq, tz=zone)
    for freq, start, zone in [
        ("h", "2024-03-30 06:00", "Europe/Berlin"),
        ("h", "2024-10-26 06:00", "Europe/Berlin"),
        ("D", "2024-03-10", "Europe/Berlin"),
        ("D", "2024-10-05", "America/New_York"),
        ("15min", "2024-03-31 00:00", "Europe/Berlin"),
        ("D", "2024-03-10", "UTC"),
        ("MS", "2022-01-01", "America/New_York"),
    ]
}  # fmt: skip


@pytest.mark.parametrize("with_freq", [True, False])
@pytest.mark.parametrize("whole", REGULAR.values(), ids=REGULAR.keys())
@pytest.mark.parametrize("n_known", [20, 25])
def test_an_index_goes_on(whole, n_known, with_freq):
    known = whole[:n_known]
    if not with_freq and isinstance(whole, pd.DatetimeIndex | pd.TimedeltaIndex):
        known = forget_freq(known)
    series = pd.Series(values(whole)[:n_known], index=known)
    forecast = forecaster().fit(series).forecast(len(whole) - n_known)
    assert list(forecast.index) == list(whole[n_known:])
    assert forecast.index.name == whole.name
    assert getattr(forecast.index, "tz", None) == getattr(whole, "tz", None)
    plain = forecaster().fit(series.to_numpy()).forecast(len(whole) - n_known)
    np.testing.assert_array_equal(forecast, plain)


@pytest.mark.parametrize("rows", [values(DAYS), list(values(DAYS)), values(DAYS)[:, np.newaxis]])
def test_rows_are_counted_where_nothing_names_them(rows):
    forecast = forecaster().fit(rows).forecast(2)
    pd.testing.assert_index_equal(forecast.index, pd.RangeIndex(30, 32))


def test_units_of_time_stay():
    for unit in ("s", "ms", "us", "ns"):
        series = pd.Series(values(DAYS), index=DAYS.as_unit(unit))
        assert forecaster().fit(series).forecast(2).index.unit == unit


@pytest.mark.parametrize(
    "index",
    [
        pd.Index(DAYS.date, name="date"),
        pd.Index(DAYS.to_pydatetime(), dtype=object, name="date"),
        pd.Index(DAYS, dtype=pd.ArrowDtype(pa.timestamp("us")), name="date"),
        pd.Index(DAYS.date, dtype=pd.ArrowDtype(pa.date32()), name="date"),
    ],
    ids=["dates", "datetimes", "times in Arrow", "dates in Arrow"],
)
def test_times_of_other_libraries_become_those_of_pandas(index):
    fitted = forecaster().fit(pd.Series(values(DAYS), index=index))
    forecast = fitted.forecast(2)
    assert list(forecast.index) == [pd.Timestamp("2024-01-31"), pd.Timestamp("2024-02-01")]
    assert forecast.index.name == "date"
    fitted.update(pd.Series([1.0], index=[datetime.date(2024, 1, 31)]))
    assert list(fitted.forecast(1).index) == [pd.Timestamp("2024-02-01")]


def test_trading_days_go_on_with_weekdays():
    series = pd.Series(values(TRADING), index=TRADING)
    forecast = forecaster().fit(series).forecast(6)
    expected = pd.bdate_range(TRADING[-1] + pd.Timedelta(days=1), periods=6, name="date")
    pd.testing.assert_index_equal(forecast.index, expected, exact=False)
    in_new_york = series.tz_localize("America/New_York")
    forecast = forecaster().fit(in_new_york).forecast(6)
    assert list(forecast.index) == list(expected.tz_localize("America/New_York"))


def test_weeks_of_no_trade_are_no_holidays():
    index = pd.bdate_range("2024-01-01", periods=200)
    closed = pd.Series(values(index), index=index).drop(pd.bdate_range("2024-03-29", "2024-04-15"))
    message = r"gap: from 2024-03-28 .* to 2024-04-16 .* 12 weekdays.*CustomBusinessDay"
    with pytest.raises(ValueError, match=message):
        forecaster().fit(closed)


def test_freq_is_told_where_it_cannot_be_seen():
    two = pd.Series(values(DAYS), index=DAYS).iloc[[0, 7, 14, 21]]
    fitted = forecaster(lookback=1, freq="14D", gaps="missing").fit(two.iloc[::2].iloc[:2])
    assert list(fitted.forecast(1).index) == [pd.Timestamp("2024-01-29")]
    with pytest.raises(ValueError, match=r"gap: 2024-01-02 00:00:00 is absent, and 17 more.*'D'"):
        forecaster(freq=pd.offsets.Day()).fit(two)
    with pytest.raises(ValueError, match=r"label 2024-01-06 00:00:00, .* frequency 'B'"):
        forecaster(freq="B").fit(pd.Series(values(DAYS), index=DAYS))
    for series in (pd.Series(values(DAYS)), values(DAYS)):
        with pytest.raises(ValueError, match="freq='D' is the frequency of times, and the index"):
            forecaster(freq="D").fit(series)


GAPS = {freq: pd.date_range("2024-01-01", periods=40, freq=freq) for freq in ("D", "h", "MS", "W")}
GAPS["integers"] = pd.RangeIndex(0, 80, 2)
GAPS["periods"] = pd.period_range("2024-01", periods=40, freq="M")
GAPS["timedeltas"] = pd.timedelta_range("0s", periods=40, freq="1min")
GAPS["in a zone"] = pd.date_range("2024-03-10", periods=40, tz="Europe/Berlin")


@pytest.mark.parametrize("index", GAPS.values(), ids=GAPS.keys())
def test_gaps_are_missing_steps_if_asked_for(index):
    series = pd.Series(values(index), index=index).drop(index[[5, 6, 17, 30]])
    found = forecaster(gaps="missing").fit(series).forecast(3)
    expected = forecaster().fit(series.reindex(index)).forecast(3)
    pd.testing.assert_frame_equal(found, expected, check_freq=False, check_index_type=False)
    with pytest.raises(ValueError, match="has a gap: .* is absent, and 3 more; the frequency"):
        forecaster().fit(series)


@pytest.mark.parametrize("gaps", ["raise", "missing"])
@pytest.mark.parametrize(
    ("index", "message"),
    [
        (DAYS[::-1], r"index of series is not sorted.*series\.sort_index\(\)"),
        (DAYS[[0, *range(29)]], "duplicate labels, 2024-01-01 00:00:00 among them"),
        (pd.Index([f"row {k}" for k in range(30)]), "labels of dtype (str|object).*do not tell"),
        (pd.Index([*DAYS.astype(str)[1:], "x"]), r"text, such as '2024-01-02'.*to_datetime"),
        (pd.Index(np.arange(30) / 4), "labels of dtype float64, which do not tell what comes"),
        (DAYS[0] + pd.to_timedelta(np.arange(30) ** 3, "min"), r"no frequency.*freq=.*resample"),
        (pd.Index([*range(0, 56, 2), 57, 60]), "label 57, which is not on its frequency '2'"),
        (DAYS.insert(5, pd.NaT)[:30], "missing labels"),
        (pd.MultiIndex.from_product([["a"], DAYS]), "2 levels: rows of several series"),
        (pd.CategoricalIndex(list("abc") * 10), "dtype category, which do not tell"),
    ],
)
def test_other_labels_are_refused(index, message, gaps):
    with pytest.raises(ValueError, match=message):
        forecaster(gaps=gaps).fit(pd.Series(values(index), index=index))


def test_a_label_beside_the_frequency_is_no_gap():
    index = DAYS.insert(10, DAYS[10] - pd.Timedelta(hours=5)).delete(11)
    for gaps in ("raise", "missing"):
        with pytest.raises(ValueError, match="label 2024-01-10 19:00:00, which is not on its fre"):
            forecaster(freq="D", gaps=gaps).fit(pd.Series(values(index), index=index))


def test_series_of_a_panel_share_a_calendar():
    frame = pd.DataFrame({"share": "A", "close": values(TRADING)}, index=TRADING)
    other = frame.assign(share="B").drop(TRADING[[10, 20]])
    panel = pd.concat([frame, other])
    with pytest.raises(ValueError, match=r"series 'B' has a gap: 2024-03-15 .* and 1 more; .*'B'"):
        forecaster(by="share").fit(panel)
    found = forecaster(by="share", gaps="missing").fit(panel).forecast(2)
    filled = pd.concat([frame, other.reindex(TRADING).assign(share="B")])
    expected = forecaster(by="share").fit(filled).forecast(2)
    pd.testing.assert_frame_equal(found, expected)
    with pytest.raises(ValueError, match=r"index of series \(series 'B'\) is not sorted"):
        forecaster(by="share").fit(pd.concat([frame, other[::-1]]))


def test_new_rows_may_be_in_another_zone():
    in_berlin = pd.date_range("2024-03-30", periods=30, freq="h", tz="Europe/Berlin")
    series = pd.Series(values(in_berlin), index=in_berlin)
    expected = forecaster().fit(series[:25]).update(series[25:]).forecast(3)
    found = forecaster().fit(series[:25]).update(series[25:].tz_convert("UTC")).forecast(3)
    pd.testing.assert_frame_equal(found, expected)


def test_exogenous_columns_may_be_in_another_zone():
    in_berlin = pd.date_range("2024-03-30", periods=30, freq="h", tz="Europe/Berlin")
    series = pd.Series(values(in_berlin), index=in_berlin)
    known = {"known_exog": "all"}
    exog, in_utc = series**2, (series**2).tz_convert("UTC")
    expected = forecaster(**known).fit(series[:25], exog[:25]).forecast(3, exog=exog[25:])
    found = forecaster(**known).fit(series[:25], in_utc[:25]).forecast(3, exog=in_utc[25:])
    pd.testing.assert_frame_equal(found, expected)


@pytest.mark.parametrize(
    ("of_index", "freq"),
    [
        ("M", "M"), ("M", "MS"), ("M", "ME"), ("Q-NOV", "Q-NOV"), ("Q-MAR", "Q"), ("Q-MAR", "QS"),
        ("W-SAT", "W"), ("h", pd.offsets.Hour()),
    ],
)  # fmt: skip
def test_periods_take_a_frequency_that_is_theirs(of_index, freq):
    index = pd.period_range("2024-01-01", periods=30, freq=of_index)
    found = forecaster(freq=freq).fit(pd.Series(values(index), index=index)).forecast(2)
    assert list(found.index) == [index[-1] + 1, index[-1] + 2]


@pytest.mark.parametrize("freq", ["D", "Q", "2M", "C", pd.offsets.MonthBegin(3)])
def test_periods_refuse_the_frequency_of_others(freq):
    index = pd.period_range("2024-01", periods=30, freq="M")
    with pytest.raises(ValueError, match=r"is another frequency than that of the periods.*'M'"):
        forecaster(freq=freq).fit(pd.Series(values(index), index=index))


@pytest.mark.parametrize(("dtype", "first"), [("int8", 98), ("int8", -128), ("uint8", 226)])
def test_numbers_may_be_the_last_ones_of_their_type(dtype, first):
    index = pd.Index(np.arange(first, first + 30), dtype=dtype)
    found = forecaster().fit(pd.Series(values(index), index=index)).forecast(2)
    assert list(found.index) == [first + 30, first + 31]
