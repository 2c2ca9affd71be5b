"""Seasons that the calendar gives: days of a week, months of a year, hours of a day."""

from collections.abc import Iterable
from typing import Any

import pandas as pd

from ._kinds import kind_of
from ._open_days import weekmask

_FEWEST = 3  # labels that show a step
_SECONDS = {"h": 3600, "min": 60, "s": 1}  # of the steps that clocks have
_CYCLES = (3600, 86_400, 604_800)  # hour, day and week, in seconds
# Steps to a season, by the first letters of the name of the step; of one step there may be two.
_OF_CALENDAR = {"D": (7, 365), "B": (5,), "W": (52,), "M": (12,), "Q": (4,), "BM": (12,)}
_OF_CALENDAR |= {"BQ": (4,), "SM": (24,)}
_UNITS = {"months": "M", "weeks": "W", "days": "D", "hours": "h", "minutes": "min", "seconds": "s"}


def calendar_seasons(index: pd.Index | None) -> tuple[int, ...]:
    """Return the seasons that rows of some labels usually have.

    Parameters
    ----------
    index : pandas index or None
        As from `as_time_labels`, increasing.

    Returns
    -------
    seasons : tuple of int
        Numbers of rows, the shortest first: (24, 168) for hours, (7, 365) for days, (12,) for
        months. Empty where labels are no times, or not regular.
    """
    if index is None:
        return ()
    kind = kind_of(index)
    if kind is None or not kind.is_date or len(index) < _FEWEST:
        return ()
    if isinstance(index, pd.PeriodIndex):
        return _seasons_of(index.freq)
    try:
        step, _ = kind.find_step(index)
    except ValueError:
        return ()
    return _seasons_of(step)


def calendar_seasons_of_all(indexes: Iterable[pd.Index | None]) -> tuple[int, ...]:
    """Return the seasons that rows of several series usually have.

    Parameters
    ----------
    indexes : iterable of pandas index or None
        Labels of each series, as for `calendar_seasons`.

    Returns
    -------
    seasons : tuple of int
        Those of the first series whose labels are enough to show a step.
    """
    enough = (index for index in indexes if index is not None and len(index) >= _FEWEST)
    return calendar_seasons(next(enough, None))


def _seasons_of(offset: Any) -> tuple[int, ...]:
    code, n_units = _units_of(offset)
    if code in _SECONDS:
        seconds = n_units * _SECONDS[code]
        return tuple(c // seconds for c in _CYCLES if c % seconds == 0 and c >= 2 * seconds)
    if code == "C":
        return (int(weekmask(offset).sum()),) if n_units == 1 else ()
    code = code if code in _OF_CALENDAR else code.rstrip("ES")
    seasons = [season / n_units for season in _OF_CALENDAR.get(code, ())]
    return tuple(int(season) for season in seasons if season >= 2 and season == int(season))


def _units_of(offset):
    """Return the name of the unit of an offset, empty if it has none, and how many there are."""
    if type(offset) is pd.DateOffset:  # such as that of the 15th of each month
        parts = offset.kwds.items()
        ((unit, number),) = parts if len(parts) == 1 else [("", 1)]
        return _UNITS.get(unit, ""), number * offset.n
    try:
        return offset.rule_code.partition("-")[0], offset.n
    except NotImplementedError:  # of Easter
        return "", offset.n
