"""The days of a week that a series has, such as those on which shops are open."""

from typing import Any

import numpy as np
import pandas as pd

_SHARE = 0.9  # of these days that a series has at least
_FEWEST_WEEKS = 4  # without a single row on a day of the week, for shops to be closed on it
_WEEKDAYS = np.arange(7) < 5
_NAMES = np.array(["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"])


def weekmask(step: Any) -> np.ndarray:
    """Return of Monday to Sunday whether a step may lead to it: weekdays, unless it is custom."""
    return np.array(getattr(getattr(step, "calendar", None), "weekmask", _WEEKDAYS), dtype=bool)


def on_open_days(index: pd.DatetimeIndex, step: Any) -> np.ndarray:
    """Return of each label whether it is on one of the days of the week that a step leads to."""
    return weekmask(step)[index.day_of_week]


def absent_days(index: pd.DatetimeIndex, step: Any) -> np.ndarray:
    """Return how many of these days are absent after each label but the last."""
    dates = _dates(index)
    return _count(dates[:-1], dates[1:], step) - 1


def _count_days(index: pd.DatetimeIndex, step: Any) -> int:
    """Return how many of these days there are from the first label to the last."""
    dates = _dates(index[[0, -1]])
    return int(_count(dates[0], dates[1], step)) + 1


def _count(first, last, step):
    mask = weekmask(step).astype(int)  # NumPy 2.0 does not like its own truth values here
    return np.busday_count(first, last, weekmask=mask)


def are_trading_days(index: pd.DatetimeIndex, step: Any) -> bool:
    """Return whether labels on such days are almost all of them: the others are holidays."""
    return len(index) >= _SHARE * _count_days(index, step)


def days_of(step: Any) -> str:
    """Return what messages call these days."""
    mask = weekmask(step)
    return "weekdays" if (mask == _WEEKDAYS).all() else f"days of {' '.join(_NAMES[mask])}"


def open_week(times: pd.DatetimeIndex) -> pd.offsets.CustomBusinessDay | None:
    """Return the step between five or six days of the week, but for holidays.

    Parameters
    ----------
    times : DatetimeIndex
        Increasing.

    Returns
    -------
    step : CustomBusinessDay or None
        None for Monday to Friday, which is a frequency of pandas, and where times are not those of
        days, are too few, or lack many of them.
    """
    local = times.tz_localize(None)
    mask = np.isin(np.arange(7), local.day_of_week)
    if mask.sum() not in (5, 6) or (mask == _WEEKDAYS).all() or (local != local.normalize()).any():
        return None
    if local[-1] - local[0] < pd.Timedelta(weeks=_FEWEST_WEEKS):
        return None
    week = pd.offsets.CustomBusinessDay(weekmask=" ".join(_NAMES[mask]))
    return week if are_trading_days(times, week) else None


def _dates(index):
    return index.tz_localize(None).to_numpy().astype("datetime64[D]")
