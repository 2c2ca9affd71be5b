"""Rows of another frequency than that of `fit` are refused, not taken for rows with gaps."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge

from sklstm import Forecaster


def wave(index):
    return pd.Series(np.sin(np.arange(len(index)) / 3), index)


def fitted(freq, gaps="missing", **options):
    labels = pd.date_range("2020-01-01", periods=200, freq=freq)
    model = Forecaster(Ridge(), lookback=5, gaps=gaps, calibration_size=None, **options)
    return model.fit(wave(labels))


@pytest.mark.parametrize("gaps", ["raise", "missing"])
@pytest.mark.parametrize(
    ("freq", "other"), [("D", "MS"), ("D", "2D"), ("h", "D"), ("MS", "QS"), ("B", "W-MON")]
)
def test_coarser_rows_are_refused(freq, other, gaps):
    model = fitted(freq, gaps)
    later = wave(pd.date_range(model.last_[0] + pd.Timedelta(days=1), periods=12, freq=other))
    told = f"another frequency than that of fit, '{freq}': no two of its 12 rows, such as .* and"
    for method in (lambda rows: model.forecast(history=rows), model.update):
        with pytest.raises(ValueError, match=told):
            method(later)
    assert list(model.forecast(history=later.asfreq(freq).ffill()).columns) == ["prediction"]


def test_months_of_a_panel_are_refused_by_the_name_of_their_series():
    days, months = (pd.date_range("2024-01-01", periods=30, freq=freq) for freq in ("D", "MS"))
    panel = pd.concat({"a": wave(days), "b": wave(days)}, names=["shop", "day"])
    model = Forecaster(Ridge(), 5, gaps="missing", by="shop", calibration_size=None).fit(panel)
    new = pd.concat({"a": wave(days), "new": wave(months)}, names=["shop", "day"])
    with pytest.raises(ValueError, match="series 'new' has rows of another frequency"):
        model.forecast(history=new)


def test_gaps_that_happen_and_series_that_are_sparse_are_taken():
    model, days = fitted("D"), pd.date_range("2020-08-01", periods=40)
    absent = wave(days).drop(days[[3, 4, 10, 12, 14]])
    assert len(model.forecast(3, history=absent)) == 3
    assert model.update(absent[:3:2]).last_ == [days[2]]  # two rows tell no frequency
    sparse = wave(days[::2])
    with pytest.raises(ValueError, match="successive"):
        model.update(sparse[2:])
    with_freq = Forecaster(
        Ridge(), 5, gaps="missing", freq="D", scaling=None, calibration_size=None
    )
    both = pd.concat({"full": wave(days), "sparse": sparse}, names=["shop", "day"])
    with_freq.set_params(by="shop").fit(both)
    again = with_freq._known.with_given(both, None)[0]
    np.testing.assert_array_equal(
        again.histories["sparse"].values, with_freq._known.histories["sparse"].values
    )


@pytest.mark.parametrize("gaps", ["raise", "missing"])
def test_months_written_as_numbers_do_not_go_on_with_a_count(gaps):
    months = pd.Index([202200 + month for month in range(1, 13)])
    model = Forecaster(Ridge(), 3, gaps=gaps, calibration_size=None)
    told = "written as whole numbers, such as 202201, which do not count time: 202213 is not"
    with pytest.raises(ValueError, match=told):
        model.fit(wave(months))
    model.fit(wave(range(50)))
    for method in (lambda rows: model.forecast(history=rows), model.update):
        with pytest.raises(ValueError, match=told):
            method(wave(months))
    # A few rows of a long count are no months.
    count = pd.Index(np.arange(199_960, 200_001))
    long = model.fit(wave(count))
    assert list(long.forecast(1, history=wave(count[-1] + np.arange(1, 12))).index) == [200_012]
