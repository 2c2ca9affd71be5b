"""Indexes and frequencies are taken apart and put together again."""

import json

import numpy as np
import pandas as pd
import pytest

from sklstm import GRURegressor, SMARegressor
from sklstm.persistence import restored_state, saved_state
from sklstm.persistence._plain_labels import (
    UnknownZoneError,
    index_from,
    offset_from,
    plain_index,
    plain_offset,
)

CHRISTMAS = pd.offsets.CDay(2, holidays=["2024-01-02", "2024-12-25"], weekmask="Mon Tue Thu")
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
    pd.date_range("2024", periods=5, freq=CHRISTMAS),
    pd.date_range("2024", periods=5, freq=CHRISTMAS, tz="America/New_York"),
    pd.date_range("2024", periods=5, freq=pd.DateOffset(months=1, days=2)),
]


@pytest.mark.parametrize(
    "index", INDEXES, ids=lambda index: f"{type(index).__name__}-{index.dtype}"
)
def test_an_index_comes_back_the_same(index):
    parts = plain_index(index)
    plain = str | int | tuple | dict | np.ndarray | None
    assert all(isinstance(value, plain) for value in parts.values())
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
    ],
    ids=lambda index: type(index).__name__,
)
def test_an_index_that_would_not_come_back_the_same_is_left_alone(index):
    assert plain_index(index) is None


@pytest.mark.parametrize("name", ["B", "D", "h", "3h", "MS", "QE-NOV", "W-SAT", "15min", "2W-MON"])
def test_a_frequency_comes_back_the_same(name):
    offset = pd.tseries.frequencies.to_offset(name)
    assert offset_from(plain_offset(offset)) == offset


def every_offset():
    """Every kind of offset that pandas has, as it is by default and otherwise."""
    for name in dir(pd.offsets):
        cls = getattr(pd.offsets, name)
        abstract = cls in (pd.offsets.BaseOffset, pd.offsets.Tick)
        if isinstance(cls, type) and issubclass(cls, pd.offsets.BaseOffset) and not abstract:
            yield cls()
            yield cls(3)
            changed = {k: OTHERS[k] for k in cls().kwds if k in OTHERS}
            yield cls(2, **changed)


OTHERS = {
    "startingMonth": 2, "month": 5, "weekday": 3, "day_of_month": 9, "week": 2,
    "weekmask": "Sun Mon Tue Wed Thu", "holidays": ["2024-03-04", "2024-12-25"],
    "start": ["08:30", "14:00"], "end": ["12:00", "18:15"], "offset": pd.Timedelta(hours=2),
    "qtr_with_extra_week": 4,
}  # fmt: skip


@pytest.mark.parametrize(
    "offset", [*every_offset(), pd.DateOffset(months=1), pd.DateOffset(days=2, hour=5)], ids=repr
)
def test_every_frequency_of_pandas_comes_back_the_same(offset):
    plain = plain_offset(offset)
    assert isinstance(plain, str | dict)
    json.dumps(plain)  # nothing but plain Python
    restored, day = offset_from(plain), pd.Timestamp("2024-02-29 10:00")
    assert type(restored) is type(offset)
    assert restored == offset
    assert day + restored == day + offset


def test_a_frequency_of_another_class_is_left_alone():
    class Own(pd.offsets.CustomBusinessDay):
        pass

    assert plain_offset(Own(holidays=["2024-01-02"])) is None


def test_kinds_of_frequencies_are_not_looked_up_elsewhere():
    with pytest.raises(ValueError, match="'np' is no frequency of pandas"):
        offset_from({"kind": "np", "n": 1, "normalize": False})


def test_a_zone_that_is_not_known_here_is_called_so():
    """As on a machine without time zone data; the file itself is whole."""
    index = pd.date_range("2024", periods=3, tz="Europe/Berlin")
    parts = plain_index(index) | {"zone": "Europe/Nowhere"}
    with pytest.raises(UnknownZoneError, match="zone 'Europe/Nowhere', which this machine does"):
        index_from(**parts)
    state = saved_state(SMARegressor(), {**vars(SMARegressor()), "index": index})
    state["index"]["zone"] = "Europe/Nowhere"
    with pytest.raises(ValueError, match="SMARegressor cannot be loaded here.*pip install tzdata"):
        restored_state(SMARegressor, state)


def test_a_file_of_a_machine_of_the_other_byte_order():
    index = pd.date_range("2024", periods=3, freq="h", tz="Europe/Berlin")
    windows = np.random.default_rng(0).normal(size=(9, 4, 1))
    model = GRURegressor(2, max_epochs=1, random_state=0).fit(windows, windows[:, 0, 0])
    expected, state = model.predict(windows), model.__getstate__()
    state = swapped(state | {"index": saved_state(model, {"index": index})["index"]})
    other = GRURegressor.__new__(GRURegressor)
    other.__setstate__(state)
    np.testing.assert_array_equal(other.predict(windows), expected)
    assert vars(other)["index"].identical(index)


def swapped(value):
    if isinstance(value, dict):
        return {name: swapped(part) for name, part in value.items()}
    if isinstance(value, np.ndarray) and value.dtype.kind in "iuf":
        return value.astype(value.dtype.newbyteorder())
    return value


def test_kinds_are_not_looked_up_by_name():
    with pytest.raises(ValueError, match="'read_pickle' is no kind of index"):
        index_from("read_pickle", None, values="file")
