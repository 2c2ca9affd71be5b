"""Results that are found once for the objects that many series share."""

import gc

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge

from sklstm import Forecaster
from sklstm.forecasting._histories import parts_of_index
from sklstm.forecasting._once import Once
from sklstm.time_labels import Calendar

DAYS = pd.date_range("2024-01-01", periods=40, name="day")


def test_a_function_is_called_once_for_the_same_objects():
    called = []
    length = Once(lambda labels, key: called.append(key) or len(labels))
    same, equal = [1, 2], [1, 2]
    found = [length(labels, key=key) for key, labels in enumerate((same, same, equal))]
    assert (found, called) == ([2, 2, 2], [0, 2])


def test_no_object_takes_the_place_of_another_in_memory():
    first = Once(lambda values: values[0])
    for number in range(200):
        assert first([number]) == number
        gc.collect(0)


def test_an_error_is_raised_each_time():
    whole = Once(int)
    text = "no number"
    for _ in range(2):
        with pytest.raises(ValueError, match="no number"):
            whole(text)


def test_labels_of_the_same_times_are_one_object():
    index = DAYS[:3].append([DAYS[:3], DAYS[1:4]])
    one, same, other = parts_of_index(index, np.arange(9).reshape(3, 3))
    assert one is same
    assert list(other) == list(DAYS[1:4])
    mixed = pd.Index(["1", 1, "1", 1], dtype=object)
    text, number = parts_of_index(mixed, [np.array([0, 2]), np.array([1, 3])])
    assert (list(text), list(number)) == (["1", "1"], [1, 1])


def panel(days, n_series=30, seed=0):
    values = np.random.default_rng(seed).normal(size=(n_series, len(days)))
    table = pd.DataFrame(values, pd.RangeIndex(n_series, name="shop"), days).stack()
    return table.rename("sales").to_frame()


def test_labels_that_series_share_are_checked_once(monkeypatch):
    checked = []
    check = Calendar.check
    monkeypatch.setattr(
        Calendar, "check", lambda self, *labels: checked.append(1) or check(self, *labels)
    )
    forecaster = Forecaster(Ridge(), 5, by="shop", calibration_size=None).fit(panel(DAYS[:30]))
    alone = Forecaster(Ridge(), 5, by="shop", calibration_size=None).fit(panel(DAYS[:30]))
    checked.clear()
    later = panel(DAYS[30:36])
    forecaster.update(later)
    forecaster.forecast(2, history=panel(DAYS[:33]))
    assert len(checked) <= 4
    for shop in range(30):  # one series after the other
        alone.update(later.loc[[shop]])
    pd.testing.assert_frame_equal(forecaster.forecast(2), alone.forecast(2))
    assert forecaster.last_ == alone.last_ == [DAYS[35]] * 30


def test_an_update_names_the_series_whose_labels_leave_a_gap():
    forecaster = Forecaster(Ridge(), 5, by="shop").fit(panel(DAYS[:30]))
    late = pd.concat([panel(DAYS[30:33]).drop(7, level="shop"), panel(DAYS[31:33]).loc[[7]]])
    with pytest.raises(ValueError, match="series 7 has a gap: 2024-01-31"):
        forecaster.update(late)
