"""Rows of another frequency than that of `fit` are refused, not taken for rows with gaps."""

import numpy as np
import pandas as pd
import pytest
from sklearn.tree import DecisionTreeRegressor

from sklstm import Forecaster
from sklstm.time_labels import Calendar

OTHER = "another frequency than that of fit"


def wave(index):
    return pd.Series(np.sin(np.arange(len(index)) / 3), index)


def tree(gaps="missing", **options):
    """Return a forecaster whose windows may have missing steps."""
    regressor = DecisionTreeRegressor(random_state=0)
    return Forecaster(regressor, 5, gaps=gaps, calibration_size=None, scaling=None, **options)


def fitted(freq, gaps="missing"):
    return tree(gaps).fit(wave(pd.date_range("2020-01-01", periods=200, freq=freq)))


def days_at(offsets, after="2020-12-31"):
    return pd.Timestamp(after) + pd.to_timedelta(np.asarray(offsets), unit="D")


def panel(**series):
    return pd.concat(series, names=["shop", "day"])


@pytest.mark.parametrize("gaps", ["raise", "missing"])
@pytest.mark.parametrize(
    ("freq", "other"), [("D", "MS"), ("D", "2D"), ("h", "D"), ("MS", "QS"), ("B", "W-MON")]
)
def test_coarser_rows_are_refused(freq, other, gaps):
    model = fitted(freq, gaps)
    later = wave(pd.date_range(model.last_[0] + pd.Timedelta(days=1), periods=12, freq=other))
    told = f"{OTHER}, '{freq}': no two of its 12 rows, such as .* and"
    for method in (lambda rows: model.forecast(history=rows), model.update):
        with pytest.raises(ValueError, match=told):
            method(later)
    assert list(model.forecast(history=later.asfreq(freq).ffill()).columns) == ["prediction"]


def test_months_of_a_panel_are_refused_by_the_name_of_their_series():
    days, months = (pd.date_range("2024-01-01", periods=30, freq=freq) for freq in ("D", "MS"))
    model = tree(by="shop").fit(panel(a=wave(days), b=wave(days)))
    with pytest.raises(ValueError, match=f"series 'new' has rows of {OTHER}"):
        model.forecast(history=panel(a=wave(days), new=wave(months)))


@pytest.mark.parametrize(
    "offsets",
    [
        [1, 3, 5, 7],  # too few to tell two days
        [2, 4, 6, 14],
        [1, 4, 6, 8, 11, 13, 15, 18, 20, 22],  # Monday, Wednesday, Friday
        [1, 3, 5, 7, 9, 11, 15, 17, 19, 21],  # every second day, one of them absent
        [1, 32, 60, 91, 121, 152, 213, 244, 274],  # first days of months, one of them absent
    ],
)
def test_rows_that_happen_to_have_no_neighbours_are_taken(offsets):
    model, rows = fitted("D"), wave(days_at(offsets))
    assert len(model.forecast(3, history=rows)) == 3
    assert model.update(rows).last_ == [rows.index[-1]]


@pytest.mark.parametrize(
    ("freq", "other", "n_rows"),
    [("D", "MS", 3), ("D", "MS", 7), ("D", "2D", 5), ("h", "D", 4), ("MS", "QS", 4), ("D", "W", 6)],
)
def test_a_few_rows_that_may_be_coarser_are_taken_with_a_warning(freq, other, n_rows):
    model = fitted(freq)
    begin = model.last_[0] + pd.Timedelta(days=1)
    later = wave(pd.date_range(begin, periods=n_rows, freq=other))
    told = f"series has {n_rows} rows, such as .* no two are successive: .* '{freq}'"
    for method in (lambda rows: model.forecast(history=rows), model.update):
        with pytest.warns(UserWarning, match=told):
            method(later)
    assert model.last_ == [later.index[-1]]


def test_weeks_of_trading_days_are_taken_with_a_warning():
    model = fitted("B", gaps="raise")
    with pytest.warns(UserWarning, match="4 rows, such as .* no two are successive"):
        model.update(wave(pd.date_range(model.last_[0], periods=5, freq="W-MON")[1:]))


def test_the_warning_names_one_of_many_series():
    days, months = (pd.date_range("2024-01-01", periods=5, freq=freq) for freq in ("D", "MS"))
    model = tree(by="shop").fit(panel(a=wave(days.union(days + pd.Timedelta(days=5)))))
    rows = panel(a=wave(days), b=wave(months), c=wave(months))
    with pytest.warns(UserWarning, match=r"series 'b' has 5 rows.*\(and 1 more series\)") as told:
        model.forecast(history=rows)
    assert sum("successive" in str(one.message) for one in told) == 1


@pytest.mark.parametrize("chance", [0.2, 0.3, 0.4])
def test_rows_at_random_are_no_frequency(chance):
    calendar = Calendar.of({None: pd.date_range("2020-01-01", periods=10)})
    gaps = np.random.default_rng(0).geometric(chance, size=(200, 12))
    for n_rows in (4, 12):
        assert not any(calendar.is_coarser(days_at(own[:n_rows].cumsum())) for own in gaps)


def test_a_series_that_was_sparse_in_fit_may_go_on_so():
    kept = np.sort(np.random.default_rng(0).choice(400, 150, replace=False))
    assert (np.diff(kept) == 1).any()
    sparse, full = wave(days_at(kept - 400)), wave(days_at(np.arange(-400, 0)))
    every_second = days_at(np.arange(2, 34, 2))
    model = tree(freq="D").fit(sparse)
    assert len(model.forecast(3, history=wave(every_second))) == 3
    assert model.update(wave(every_second)).last_ == [every_second[-1]]
    both = tree(freq="D", by="shop").fit(panel(full=full, sparse=sparse))
    for key in ("sparse", "new"):  # a new series may be as sparse as one in fit
        rows = panel(**{key: wave(every_second)})
        assert len(both.forecast(3, history=rows)) == 3
        assert every_second[-1] in both.update(rows).last_
    with pytest.raises(ValueError, match=f"series 'full' has rows of {OTHER}"):
        both.update(panel(full=wave(every_second)))


def test_a_series_of_months_in_fit_makes_no_series_of_days_sparse():
    days, months = (pd.date_range("2020-01-01", periods=60, freq=freq) for freq in ("D", "MS"))
    model = tree(by="shop").fit(panel(days=wave(days), months=wave(months)))
    assert len(model.forecast(3, history=panel(new=wave(months)))) == 3
    with pytest.raises(ValueError, match=f"series 'new' has rows of {OTHER}, 'D'"):
        model.forecast(history=panel(new=wave(days[::3])))


@pytest.mark.parametrize("gaps", ["raise", "missing"])
def test_months_written_as_numbers_do_not_go_on_with_a_count(gaps):
    months, model = pd.RangeIndex(202201, 202213).to_numpy(), tree(gaps)
    told = "written as whole numbers, such as {}, which do not count time: {} is not"
    with pytest.raises(ValueError, match=told.format(202201, 202313)):
        model.fit(wave(np.append(months, months + 100)))
    model.fit(wave(range(50)))
    for method in (lambda rows: model.forecast(history=rows), model.update):
        with pytest.raises(ValueError, match=told.format(202201, 202213)):
            method(wave(months))
    model.fit(wave(months))  # of one year, which may be a count
    for method in (lambda rows: model.forecast(history=rows), model.update):
        with pytest.raises(ValueError, match=told.format(202301, 202313)):
            method(wave(months + 100))


@pytest.mark.parametrize("gaps", ["raise", "missing"])
def test_rows_of_a_count_are_no_months(gaps):
    ids = np.arange(200_001, 200_009)
    model = tree(gaps).fit(wave(ids))
    assert list(model.forecast(2).index) == [200_009, 200_010]
    assert model.update(wave(ids + 8)).last_ == [200_016]
    count = np.arange(199_960, 200_001)
    long = model.fit(wave(count))
    assert list(long.forecast(1, history=wave(count[-1] + np.arange(1, 12))).index) == [200_012]
