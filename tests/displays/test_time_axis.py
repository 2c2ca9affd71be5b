"""The axis of time shows the times that labels have."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from matplotlib.dates import num2date

from sklstm.displays import ForecastDisplay


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "Europe/Berlin", "+05:30"])
def test_times_are_drawn_in_their_zone(zone):
    times = pd.date_range("2024-01-01 09:00", periods=9, freq="h", tz=zone)
    display = ForecastDisplay.from_predictions(np.arange(9), np.arange(9), index=times)
    axis = display.ax_.xaxis
    display.figure_.canvas.draw()
    for tick, label in zip(axis.get_majorticklocs(), axis.get_majorticklabels(), strict=True):
        time = num2date(tick).astimezone(times[0].tzinfo)
        assert label.get_text() == f"{time:%H:%M}"
        assert time.minute in (0, 30)
    assert "09:00" <= axis.get_majorticklabels()[1].get_text() <= "12:00"


def test_history_in_arrow_is_drawn_before_its_forecast():
    days = pd.date_range("2024-01-01", periods=8)
    history = pd.Series(np.arange(8.0), index=days.astype(pd.ArrowDtype(pa.timestamp("us"))))
    display = ForecastDisplay.from_predictions(history[5:], [1, 2, 3], history=history[:5])
    np.testing.assert_array_equal(display.history_line_.get_xdata(orig=True), days[:5].to_numpy())
    np.testing.assert_array_equal(display.truth_line_.get_xdata(orig=True), days[5:].to_numpy())
    assert display.ax_.get_xlabel() == "Time"
