"""Folds are cut into training rows, and test rows that are later."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge
from sklearn.model_selection import KFold, ShuffleSplit, TimeSeriesSplit

from sklstm import Forecaster, PanelTimeSeriesSplit
from sklstm.forecasting._folds import Cut, read_folds

WALK = np.cumsum(np.random.default_rng(0).normal(size=60))
DAYS = pd.date_range("2024-01-01", periods=30)
SPANS = {"A": (0, 30), "late": (14, 30), "ended": (0, 12)}
PANEL = pd.concat(
    [pd.DataFrame({"n": key, "v": WALK[a:b]}, index=DAYS[a:b]) for key, (a, b) in SPANS.items()]
)


def read(series, cv, **options):
    forecaster = Forecaster(Ridge(), 2, **options, scaling=None)
    return read_folds(series, cv, forecaster._read(series, None))


@pytest.mark.parametrize(
    "cv",
    [
        TimeSeriesSplit(4),
        TimeSeriesSplit(3, gap=4, test_size=5),
        TimeSeriesSplit(3, max_train_size=8),
        list(TimeSeriesSplit(3).split(WALK)),
        [(np.arange(60) < 20, np.isin(np.arange(60), [30, 31]))],
    ],
    ids=str,
)
def test_a_series_alone(cv):
    pairs = cv if isinstance(cv, list) else list(cv.split(WALK))
    places = [[np.arange(60)[rows] for rows in pair] for pair in pairs]
    expected = [{None: Cut(a[0], a[-1], b[0], b[-1])} for a, b in places]
    assert read(WALK, cv) == expected
    assert (
        read(pd.Series(WALK, index=pd.date_range("2024-01-01", periods=60)), iter(pairs))
        == expected
    )


def test_a_number_of_folds():
    assert read(WALK, 3) == read(WALK, TimeSeriesSplit(3))
    assert read(WALK, np.int64(3)) == read(WALK, TimeSeriesSplit(3))
    assert read(PANEL, 2, by="n") == read(PANEL, PanelTimeSeriesSplit(2), by="n")
    numbered = PANEL.set_index("n", append=True).rename(lambda day: day.day_of_year, level=0)
    for frame in (numbered, numbered.swaplevel()):  # times that are numbers are times here
        assert read(frame, 2, by="n") == read(PANEL, 2, by="n")


@pytest.mark.parametrize("frame", [PANEL, PANEL.sort_index(kind="stable")])
def test_a_panel_is_cut_at_the_same_days(frame):
    folds = read(frame, PanelTimeSeriesSplit(2, test_size=10), by="n")
    first = {"A": Cut(0, 9, 10, 19), "ended": Cut(0, 9, 10, 11)}
    # A series that has ended is learned from all the same.
    second = {"A": Cut(0, 19, 20, 29), "late": Cut(0, 5, 6, 15), "ended": Cut(0, 11, 12, 11)}
    assert folds == [first, second]


def test_rows_that_are_absent_count_as_places():
    series = pd.Series(WALK[:30], index=DAYS).drop(DAYS[[3, 12]])
    folds = read(series, [(np.arange(10), np.arange(10, 20))], gaps="missing")
    assert folds == [{None: Cut(0, 10, 11, 21)}]


@pytest.mark.parametrize(
    ("cv", "message"),
    [
        (
            KFold(3),
            "cv tests rows of fold 0 that are not later than its training rows.*TimeSeriesS",
        ),
        (KFold(3, shuffle=True, random_state=0), "cv leaves out rows in the middle of fold 0"),
        (ShuffleSplit(2, random_state=0), "cv leaves out rows in the middle of fold 0"),
        ([(range(20), range(20, 30)), (range(20, 40), range(10))], "rows of fold 1 that are not l"),
        ([(range(20), range(19, 30))], "not later than its training rows"),
        ([([*range(9), 10], range(20, 30))], "in the middle of fold 0"),
        ([(range(9), [20, 22])], "in the middle of fold 0"),
        ([], "cv has no folds"),
    ],
)
def test_other_folds_are_refused(cv, message):
    pairs = [(list(a), list(b)) for a, b in cv] if isinstance(cv, list) else cv
    with pytest.raises(ValueError, match=message):
        Forecaster(Ridge(), 2, scaling=None).backtest(WALK, pairs)


def test_training_rows_later_than_test_rows_of_another_series_are_refused():
    days = pd.date_range("2024-01-01", periods=60)
    panel = pd.concat(
        {"a": pd.Series(np.arange(60.0), days), "late": pd.Series(np.arange(20.0), days[40:])},
        names=["k", "t"],
    ).to_frame("v")
    forecaster = Forecaster(Ridge(), 3, by="k", calibration_size=None, scaling=None)
    with pytest.raises(ValueError, match="PanelTimeSeriesSplit"):
        forecaster.backtest(panel, [(np.r_[0:70], np.r_[70:80])])
    with pytest.raises(ValueError, match="cv takes a splitter, an iterable of folds or a number"):
        forecaster.backtest(panel, "5")


def test_folds_that_part_series_from_each_other_are_told():
    two = PANEL[PANEL["n"] != "ended"]
    forecaster = Forecaster(Ridge(), 2, by="n", scaling=None)
    with pytest.raises(ValueError, match="no row to be forecast.*those of PanelTimeSeriesSplit"):
        forecaster.backtest(two, [(np.arange(30), np.arange(30, len(two)))])
