"""Indexes and frequencies are taken apart and put together again."""

import numpy as np
import pandas as pd
import pytest

from sklstm.persistence._plain_labels import index_from, offset_from, plain_index, plain_offset

INDEXES = [
    pd.RangeIndex(0),
    pd.RangeIndex(2, 10, 2, name="row"),
    pd.Index([1, 2, 4]),
    pd.Index([1, 2], dtype="Int64"),
    pd.Index([1, 2], dtype="int64[pyarrow]"),
    pd.Index([0.5, np.nan]),
    pd.Index([True, False]),
    pd.Index(["a", "b"]),
    pd.Index(["a", None, 3], dtype=object),
    pd.DatetimeIndex([]),
    pd.DatetimeIndex(["2024-01-01", "2024-01-07", None], name=("two", "words")),
    pd.date_range("2024", periods=5, freq="B"),
    pd.date_range("2024", periods=5, freq="W-WED"),
    pd.date_range("2024", periods=5, freq="QS-FEB"),
    pd.date_range("2024", periods=5, freq="90min"),
    pd.date_range("2024", periods=3, tz="UTC"),
    pd.date_range("2024-03-30 20:00", periods=9, tz="Europe/Berlin", freq="h"),
    pd.date_range("2024", periods=3, tz="+01:30"),
    pd.date_range("2024", periods=3).as_unit("s"),
    pd.date_range("2024", periods=3).as_unit("ns"),
    pd.timedelta_range("1s", periods=4, name="time"),
    pd.TimedeltaIndex(["1s", "5s", None]),
    pd.period_range("2024", periods=4, freq="M"),
    pd.period_range("2024", periods=4, freq="W-WED", name="week"),
]


@pytest.mark.parametrize(
    "index", INDEXES, ids=lambda index: f"{type(index).__name__}-{index.dtype}"
)
def test_an_index_comes_back_the_same(index):
    parts = plain_index(index)
    assert all(isinstance(v, str | int | tuple | np.ndarray | None) for v in parts.values())
    restored = index_from(**parts)
    assert type(restored) is type(index)
    assert restored.dtype == index.dtype
    assert restored.identical(index)
    assert getattr(restored, "freq", None) == getattr(index, "freq", None)


@pytest.mark.parametrize(
    "index",
    [
        pd.MultiIndex.from_tuples([(1, 2)]),
        pd.CategoricalIndex(["a"]),
        pd.interval_range(0, 2),
        pd.date_range("2024", periods=5, freq=pd.offsets.CDay(holidays=["2024-01-02"])),
    ],
    ids=lambda index: type(index).__name__,
)
def test_an_index_that_would_not_come_back_the_same_is_left_alone(index):
    assert plain_index(index) is None


@pytest.mark.parametrize("name", ["B", "D", "h", "3h", "MS", "QE-NOV", "W-SAT", "15min", "2W-MON"])
def test_a_frequency_comes_back_the_same(name):
    offset = pd.tseries.frequencies.to_offset(name)
    assert offset_from(plain_offset(offset)) == offset


@pytest.mark.parametrize(
    "offset",
    [
        pd.DateOffset(months=1),
        pd.offsets.CDay(holidays=["2024-01-02"]),
    ],
    ids=str,
)
def test_a_frequency_whose_name_does_not_tell_all_is_left_alone(offset):
    assert plain_offset(offset) is None


def test_kinds_are_not_looked_up_by_name():
    with pytest.raises(ValueError, match="'read_pickle' is no kind of index"):
        index_from("read_pickle", None, values="file")
