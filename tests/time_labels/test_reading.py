"""Labels of other libraries become pandas' own, and others stay as they are."""

import datetime

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from sklstm.time_labels import (
    as_time_labels,
    comparable,
    in_zone_of,
    is_time_dtype,
    kind_of,
    label_text,
)

DAYS = pd.date_range("2024-01-01", periods=3, name="day")
BERLIN = DAYS.tz_localize("Europe/Berlin")


@pytest.mark.parametrize(
    "index",
    [
        pd.Index(["a", "b"]),
        pd.Index(["row 1", "2024 rows"], dtype=object),
        pd.Index(["a", 1, None], dtype=object),
        pd.Index([datetime.date(2024, 1, 1), 3], dtype=object),
        pd.MultiIndex.from_product([["a"], DAYS]),
        pd.CategoricalIndex(DAYS),
        pd.Index([True, False]),
        pd.Index([], dtype=object),
        DAYS,
        BERLIN,
        pd.RangeIndex(3),
        pd.Index([1, None], dtype="Int64"),
    ],
    ids=lambda index: f"{type(index).__name__}-{index.dtype}",
)
def test_pandas_own_labels_and_those_that_are_no_times_stay(index):
    assert as_time_labels(index) is index


@pytest.mark.parametrize("missing", [None, pd.NaT, np.nan])
def test_missing_objects_are_missing_times(missing):
    found = as_time_labels(pd.Index([datetime.date(2024, 1, 1), missing], dtype=object))
    assert isinstance(found, pd.DatetimeIndex)
    assert list(found.isna()) == [False, True]


def test_sparse_numbers_are_numbers():
    index = pd.Index(pd.arrays.SparseArray([1, 2, 3]), name="n")
    pd.testing.assert_index_equal(as_time_labels(index), pd.Index([1, 2, 3], name="n"))


def test_names_stay():
    for index in (
        DAYS.astype(object),
        DAYS.astype(pd.ArrowDtype(pa.timestamp("us"))),
        pd.Index([1, 2], dtype="Int64", name="day"),
        pd.Index([datetime.datetime.fromisoformat(f"2024-01-01T00:00+0{k}:00") for k in (1, 0)],
                 dtype=object, name="day"),
    ):  # fmt: skip
        assert as_time_labels(index).name == "day"


def test_changing_offsets_become_times_in_utc():
    texts = ["2024-03-31T01:30+01:00", "2024-03-31T03:30+02:00"]
    index = pd.Index([datetime.datetime.fromisoformat(text) for text in texts], dtype=object)
    assert list(as_time_labels(index)) == list(pd.to_datetime(texts, utc=True))


def test_which_labels_can_be_compared():
    assert comparable(DAYS.astype("datetime64[s]"), DAYS)
    assert comparable(BERLIN, DAYS.tz_localize("UTC"))
    assert comparable(pd.RangeIndex(3), pd.Index([0.5]))
    for other in (BERLIN, pd.RangeIndex(3), DAYS.to_period(), pd.Index(["a"])):
        assert not comparable(DAYS, other)
    assert not comparable(DAYS.to_period(), pd.period_range("2024", periods=2, freq="M"))
    assert not comparable(pd.Index(["a"]), pd.Index(["a"]))
    assert kind_of(pd.MultiIndex.from_product([["a"], DAYS])) is None


def test_zones_are_those_of_others():
    utc = DAYS.tz_localize("UTC")
    assert in_zone_of(utc, BERLIN).tz == BERLIN.tz
    assert list(in_zone_of(utc, BERLIN)) == list(utc)
    for labels, others in [(DAYS, BERLIN), (utc, DAYS), (BERLIN, BERLIN), (utc, pd.Index(["a"]))]:
        assert in_zone_of(labels, others) is labels


def test_dtypes_of_times():
    times = ["M8[ns]", "m8[s]"], [pl.Date(), pl.Duration("us"), pl.Time()]
    for dtype in (*map(np.dtype, times[0]), *times[1], pd.PeriodDtype("D"), BERLIN.dtype):
        assert is_time_dtype(dtype)
    for dtype in (np.dtype(float), pl.Int64(), pd.StringDtype(), None, np.dtype(object)):
        assert not is_time_dtype(dtype)


def test_labels_in_messages():
    assert label_text("a") == label_text(np.str_("a")) == "'a'"
    assert label_text(DAYS[0]) == "2024-01-01 00:00:00"
    assert label_text(np.int64(3)) == "3"
    assert label_text(DAYS.to_period("M")[0]) == "2024-01"


def test_periods_of_different_lengths_are_refused():
    months, quarters = (pd.period_range("2024-01", periods=2, freq=freq) for freq in ("M", "Q"))
    with pytest.raises(ValueError, match="labels has periods of .* frequencies, M and Q-DEC"):
        as_time_labels(pd.Index([*months, *quarters], dtype=object), "labels")
