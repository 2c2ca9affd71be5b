"""Panels that are read as a whole are those that are read series by series."""

import numpy as np
import pandas as pd
import pytest

from sklstm.forecasting import _known_series
from sklstm.forecasting._known_series import KnownSeries
from sklstm.forecasting._regular_panel import read_regular_panel

RNG = np.random.default_rng(0)
DAYS = pd.date_range("2024-01-01", periods=12, name="day")
ROWS = {"b": range(3, 12), "a": range(12), "c": range(2, 9)}  # of each shop, in this order


def panel(days=DAYS, columns=("sales",), rows=ROWS):
    index = pd.MultiIndex.from_tuples(
        [(shop, days[k]) for shop, kept in rows.items() for k in kept], names=["shop", days.name]
    )
    return pd.DataFrame(RNG.normal(size=(len(index), len(columns))), index, list(columns))


def by_column(table):
    return table.reset_index("shop")


PLAIN = panel()
INTEGERS = PLAIN.round().astype(int)
MONTHS = panel(pd.period_range("2023-01", periods=12, freq="M", name="month"))
NUMBERS = panel(pd.RangeIndex(12, name="row"))
HOURS = panel(pd.date_range("2024-03-30", periods=12, freq="h", tz="Europe/Berlin", name="hour"))
REGULAR = {
    "levels": PLAIN,
    "time first": PLAIN.swaplevel().sort_index(),
    "column": by_column(PLAIN),
    "category": by_column(PLAIN).astype({"shop": "category"}),
    "whole numbers": INTEGERS,
    "months": MONTHS,
    "numbers": NUMBERS,
    "hours of a zone": HOURS,
    "two columns": panel(columns=("sales", "visits")),
    "numbered shops": PLAIN.rename(index={"a": 3, "b": 1, "c": 2}, level="shop"),
    "a part of a panel": panel(rows=ROWS | {"d": range(12)}).drop("a", level="shop"),
    "missing steps": PLAIN.mask(PLAIN > 1.5),
}


def assert_same_labels(found, expected):
    """Raise an AssertionError unless labels are the same, whether or not a frequency is known."""
    empty = [pd.DataFrame(index=labels) for labels in (found, expected)]
    pd.testing.assert_frame_equal(*empty, check_index_type=False, check_freq=False)


def read(table, exog=None, **options):
    asked = {"by": "shop", "freq": None, "gaps": "raise", "known_exog": "all"} | options
    return KnownSeries.read(table, exog, **asked)


@pytest.mark.parametrize("table", REGULAR.values(), ids=REGULAR.keys())
@pytest.mark.parametrize("has_exog", [False, True])
def test_what_is_read_is_the_same(table, has_exog, monkeypatch):
    exog = None
    if has_exog:
        exog = table.assign(price=1.5, promotion=np.arange(len(table)) % 2)
        exog = exog.drop(columns=[name for name in ("sales", "visits") if name in table])
    assert read_regular_panel(table, exog, "shop", None, False) is not None
    found = read(table, exog)
    monkeypatch.setattr(_known_series, "read_regular_panel", lambda *_: None)
    expected = read(table, exog)
    assert list(found.histories) == list(expected.histories)
    assert [type(key) for key in found.histories] == [type(key) for key in expected.histories]
    for key, past in expected.histories.items():
        own = found.histories[key]
        assert_same_labels(own.index, past.index)
        np.testing.assert_array_equal(own.values, past.values)
        np.testing.assert_array_equal(own.exog, past.exog)
        assert own.values.flags.c_contiguous
    assert_same_labels(found.calendar.labels, expected.calendar.labels)
    assert found.calendar.step == expected.calendar.step
    assert (found.columns, found.time_first) == (expected.columns, expected.time_first)


@pytest.mark.parametrize("place", [0, 1])
def test_a_name_of_two_columns_is_refused_wherever_rows_are_read(place):
    twice = pd.concat([PLAIN, PLAIN**2], axis=1)
    tables = [PLAIN, PLAIN]
    tables[place] = twice
    with pytest.raises(ValueError, match="several columns of the name 'sales'"):
        read(*tables)


WEEKDAYS = pd.bdate_range("2024-01-01", periods=13, name="day").delete(4)
SPECIAL = {
    "an absent row": (PLAIN.iloc[[*range(13), *range(14, len(PLAIN))]], None),
    "rows out of order": (PLAIN.iloc[::-1], None),
    "a repeated row": (pd.concat([PLAIN, PLAIN.iloc[-1:]]), None),
    "partly missing": (PLAIN.assign(visits=PLAIN["sales"].mask(PLAIN["sales"] > 1)), None),
    "infinite": (PLAIN.replace(PLAIN.iloc[3, 0], np.inf), None),
    "text": (PLAIN.astype(str), None),
    "a name twice": (pd.concat([PLAIN, PLAIN], axis=1), None),
    "no name of a series": (by_column(PLAIN).assign(shop=None), None),
    "weekdays": (panel(WEEKDAYS), None),
    "other rows of exog": (PLAIN, PLAIN.iloc[1:]),
    "NaN in exog": (PLAIN, PLAIN.mask(PLAIN > 1)),
    "an array as exog": (PLAIN, PLAIN.to_numpy()),
    "unknown key": (PLAIN.rename_axis(["store", "day"]), None),
}  # fmt: skip


@pytest.mark.parametrize(("table", "exog"), SPECIAL.values(), ids=SPECIAL.keys())
def test_what_is_special_is_read_series_by_series(table, exog):
    assert read_regular_panel(table, exog, "shop", None, False) is None


def test_memory_of_rows_that_stand_series_by_series_is_shared():
    histories, _ = read_regular_panel(PLAIN, None, "shop", None, False)
    bases = {id(past.values.base) for past in histories.values()}
    assert len(bases) == 1
    assert not np.shares_memory(histories["a"].values, PLAIN.to_numpy())  # the user's
