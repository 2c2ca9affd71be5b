"""Labels between two steps of a frequency, against those of pandas."""

import numpy as np
import pandas as pd
import pytest

from sklstm.time_labels import Steps, step_numbers

DAYS = pd.date_range("2025-03-20", periods=30, tz="Europe/Berlin")  # clocks change among them
MONTHS = pd.date_range("2024-01-31", periods=30, freq="ME")
HOURS = pd.timedelta_range("0h", periods=30, freq="1h")


@pytest.mark.parametrize("index", [DAYS, MONTHS, HOURS, MONTHS.to_period("M")])
def test_labels_of_the_frequency_are_between_no_steps(index):
    steps = Steps.of(index)
    for labels in (index, index[3:], index[::2], index[[0, 1, 5, 6]], index[:1], None):
        assert steps.first_between(labels) is None


@pytest.mark.parametrize(("index", "shift"), [(DAYS, "12h"), (MONTHS, "7D"), (HOURS, "30min")])
def test_the_first_label_between_two_steps_is_found(index, shift):
    steps = Steps.of(index)
    between = index[9] + pd.Timedelta(shift)
    assert steps.first_between(index.insert(10, between)) == between
    assert steps.first_between(index.delete(9).insert(9, between)) == between
    assert steps.first_between(index[:9].append(index[9:] + pd.Timedelta(shift))) == between


def test_trading_days_have_no_steps():
    days = pd.bdate_range("2024-01-01", periods=60).delete([8, 30])
    assert Steps.of(days).first_between(days[::3]) is None


def test_periods_of_several_days_are_one_step_apart():
    index = pd.period_range("2024-01-01", periods=12, freq="2D").delete([5, 6])
    found = step_numbers(index)
    np.testing.assert_array_equal(found, np.delete(np.arange(12), [5, 6]))
