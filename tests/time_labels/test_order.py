"""When new rows go on where the fitted ones ended, and which orders are refused."""

import datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from sklstm.time_labels import IndexBeginning, IndexEnd, check_order

DAYS = pd.date_range("2024-01-01", periods=10)
TRADING_DAYS = pd.DatetimeIndex(
    ["2024-01-04", "2024-01-05", "2024-01-08", "2024-01-09", "2024-01-16", "2024-01-17"]
)
DAY = range(24, 31)  # of March: the clock is put forward on one of these nights


def business_days(**options):
    return pd.bdate_range("2024-01-01", periods=15, **options)


INDICES = {
    "range": pd.RangeIndex(20),
    "range with a step": pd.RangeIndex(5, 60, 5),
    "days": DAYS,
    "days with a time zone": pd.date_range("2024-03-20", periods=20, tz="Europe/Berlin"),
    "business days": business_days(),
    "months": pd.date_range("2024-01-31", periods=10, freq="ME"),
    "the year 3000": pd.date_range("3000-01-01", periods=8, unit="s"),
    "nanoseconds": pd.date_range("2024-01-01", periods=8, freq="7ns", unit="ns"),
    "periods": pd.period_range("2024-01", periods=10, freq="M"),
    "timedeltas": pd.timedelta_range("0s", periods=9, freq="1min"),
    "integers": pd.Index(np.arange(9)),
    "nullable integers": pd.Index(np.arange(9), dtype="Int64"),
    "floats": pd.Index(np.arange(9) / 4),
    "trading days": TRADING_DAYS,
    "tenths": pd.Index(np.arange(1, 20) / 10),
    "large tenths": pd.Index(1e6 + np.arange(20) / 10),
    "short tenths": pd.Index(np.arange(20, dtype=np.float32) / 10),
    "dates": pd.Index(DAYS.date),
    "datetimes": pd.Index(DAYS.to_pydatetime(), dtype=object),
    "timestamps": DAYS.astype(object),
    "datetimes with a time zone": DAYS.tz_localize("UTC").astype(object),
    "datetimes of two offsets": pd.Index(
        [datetime.datetime.fromisoformat(f"2024-03-{day}T00:00+0{int(day > 28)}:00") for day in DAY]
    ),
    "dates in Arrow": pd.Index(DAYS.date, dtype=pd.ArrowDtype(pa.date32())),
    "times in Arrow": pd.Index(DAYS, dtype=pd.ArrowDtype(pa.timestamp("us"))),
    "timedeltas in Arrow": pd.Index(DAYS - DAYS[0], dtype=pd.ArrowDtype(pa.duration("us"))),
}


@pytest.fixture(params=INDICES.values(), ids=INDICES.keys())
def index(request):
    return request.param


def test_the_rest_of_an_index_goes_on_where_its_head_ended(index):
    for n_head in range(3, len(index)):
        # The largest gap of the trading days must have been seen.
        if index is TRADING_DAYS and n_head == 4:
            continue
        assert IndexEnd.of(index[:n_head]).is_continued_by(index[n_head:])


def test_nothing_else_goes_on(index):
    head = IndexEnd.of(index[:5])
    assert not head.is_continued_by(index[4:])
    assert not head.is_continued_by(index[:3])
    assert not head.is_continued_by(index[:0])
    assert not head.is_continued_by(None)
    assert not head.is_continued_by(pd.Index(["a", "b"]))


@pytest.mark.parametrize("name", [name for name in INDICES if name != "trading days"])
def test_a_row_left_out_is_a_gap(name):
    index = INDICES[name]
    assert not IndexEnd.of(index[:5]).is_continued_by(index[6:])


@pytest.mark.parametrize(
    ("first", "continued"),
    [("2024-01-18", True), ("2024-01-24", True), ("2024-01-25", False), ("2024-01-17", False)],
)
def test_irregular_days_may_pause_as_long_as_before(first, continued):
    rest = pd.DatetimeIndex([first])
    assert IndexEnd.of(TRADING_DAYS).is_continued_by(rest) is continued


@pytest.mark.parametrize(
    ("first", "continued"), [("2024-01-22", True), ("2024-01-20", False), ("2024-01-23", False)]
)
def test_business_days_go_on_after_the_weekend(first, continued):
    week = business_days()  # ends on Friday, 19 January
    assert IndexEnd.of(week).is_continued_by(pd.DatetimeIndex([first])) is continued


def test_dates_that_are_text_go_on_like_dates():
    assert IndexEnd.of(pd.Index(["2024-01-01", "2024-01-02"])).is_continued_by(DAYS[2:])
    assert IndexEnd.of(DAYS[:5]).is_continued_by(pd.Index(["06.01.2024", "07.01.2024"]))
    assert not IndexEnd.of(DAYS[:5]).is_continued_by(pd.Index(["2024-01-08"]))


@pytest.mark.parametrize("scale", [1.0, 1e-3, 1e6])
def test_rounding_of_floats_is_forgiven_and_nothing_more(scale):
    labels = np.arange(1, 40) * 0.1 * scale
    for n_head in range(2, 38):
        end = IndexEnd.of(pd.Index(labels[:n_head]))
        assert end.is_continued_by(pd.Index(labels[n_head:]))
        assert not end.is_continued_by(pd.Index(labels[n_head:] + 1e-6 * scale))
    integers = IndexEnd.of(pd.Index([0, 10**15]))
    assert not integers.is_continued_by(pd.Index([2 * 10**15 + 1]))


def test_times_of_python_and_of_pandas_are_the_same():
    for name in ("dates", "datetimes", "timestamps", "dates in Arrow", "times in Arrow"):
        assert IndexEnd.of(INDICES[name][:5]).is_continued_by(DAYS[5:])
        assert IndexEnd.of(DAYS[:5]).is_continued_by(INDICES[name][5:])


def test_units_of_time_do_not_matter():
    assert IndexEnd.of(DAYS[:5].as_unit("s")).is_continued_by(DAYS[5:].as_unit("ns"))
    irregular = TRADING_DAYS.as_unit("us")
    assert IndexEnd.of(irregular[:5]).is_continued_by(TRADING_DAYS.as_unit("s")[5:])


def test_kinds_are_not_mixed():
    assert not IndexEnd.of(DAYS[:5]).is_continued_by(DAYS[5:].tz_localize("UTC"))
    assert not IndexEnd.of(DAYS[:5]).is_continued_by(DAYS[5:].to_period())
    monthly = pd.period_range("2024-01", periods=3, freq="M")
    assert not IndexEnd.of(monthly).is_continued_by(pd.period_range("2024-04-01", periods=3))


def test_a_single_label_without_a_rule_cannot_be_gone_on_from():
    assert not IndexEnd.of(pd.DatetimeIndex(["2024-01-01"])).is_continued_by(DAYS[1:])
    assert IndexEnd.of(DAYS[:1]).is_continued_by(DAYS[1:])


@pytest.mark.parametrize(
    "index",
    [
        pd.Index(["a", "b"]),
        pd.Index(["Monday", "Tuesday"]),
        pd.Index(["2024a"]),
        pd.CategoricalIndex(["a", "b"]),
        DAYS[:0],
    ],
)
def test_labels_without_order_have_no_end(index):
    assert IndexEnd.of(index) is None
    check_order(index)


def test_ordered_rows_pass(index):
    check_order(index)
    check_order(None)


@pytest.mark.parametrize(
    ("index", "words"),
    [
        (DAYS[::-1], r"The index of X is not sorted.*oldest first.*X\.sort_index\(\)"),
        (pd.Index([1, 3, 2]), "not sorted"),
        (pd.Index([0.1, 0.1]), "duplicate labels, 0.1 among them"),
        (pd.RangeIndex(3, 0, -1), "not sorted"),
        (DAYS[[0, 1, 1]], "duplicate labels, 2024-01-02 00:00:00 among.* by names the column"),
        (DAYS.to_period()[::-1], "not sorted"),
        (pd.DatetimeIndex(["2024-01-01", None]), "has missing labels"),
        (pd.Index([0.0, np.nan]), "has missing labels"),
        (pd.Index(DAYS.date[::-1]), "not sorted"),
        (pd.Index([datetime.date(2024, 1, 1), None]), "has missing labels"),
        (DAYS[::-1].astype(pd.ArrowDtype(pa.timestamp("us"))), "not sorted"),
        (pd.Index(["2024-01-02", "2024-01-01"]), "not sorted"),
        (pd.Index(["2024/1/1 12:00", "x"]), r"The index of X has dates that are text.*to_datetime"),
        (pd.CategoricalIndex(["2024-01-01", "Monday"]), "dates that are text"),
        (pd.Index([202311, 202312, 202401]), r"whole numbers, such as 202311.*pd\.PeriodIndex"),
        (pd.Index([20240131, 20240201]), r"whole numbers, such as 20240131.*format=\"%Y%m%d\""),
        (
            pd.MultiIndex.from_product([["a"], DAYS]),
            r"The index of X has 2 levels: rows of several series are not .* as by=\.\.\. \(rename",
        ),
    ],
)
def test_other_orders_are_refused(index, words):
    with pytest.raises(ValueError, match=words):
        check_order(index)


def test_an_index_of_several_levels_names_one_that_may_tell_series_apart():
    index = pd.MultiIndex.from_product([["a"], DAYS], names=["share", "day"])
    with pytest.raises(ValueError, match=r"index of X has 2 levels: .* such as by='share'\. Or ta"):
        check_order(index)


@pytest.mark.parametrize(
    ("index", "words"),
    [
        (DAYS[::-1], r"is not sorted.*X\.sort_index"),
        (DAYS[[0, 1, 1]], "has duplicate labels"),
        (pd.DatetimeIndex(["2024-01-01", None]), "has missing labels"),
        (pd.Index(["2024-01-01", "x"]), "has dates that are text"),
        (pd.MultiIndex.from_product([["a"], DAYS]), r"has the levels \[None, None\] besides the"),
    ],
)
def test_the_series_is_named_in_the_message(index, words):
    with pytest.raises(ValueError, match=rf"The index of X \(series 'AAPL'\) {words}"):
        check_order(index, series="AAPL")


def test_the_frame_is_named_in_the_message():
    with pytest.raises(ValueError, match=r"The index of series .*series\.sort_index"):
        check_order(DAYS[::-1], name="series")


@pytest.mark.parametrize("dtype", [np.uint8, np.uint64, np.int32, np.float64])
def test_rows_before_the_first_one_are_counted_down_whatever_the_type_of_numbers(dtype):
    fitted, earlier = (pd.Index(np.arange(10, 40, 5) + k, dtype=dtype) for k in (0, -10))
    steps = IndexBeginning.of(fitted).steps_to(earlier)
    assert steps == (None if dtype is np.float64 else -2)
