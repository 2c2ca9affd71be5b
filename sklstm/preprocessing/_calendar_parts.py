"""What the calendar says of labels: the table `PARTS`, and how a part becomes columns."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

ENCODINGS = ("cyclic", "one_hot", "ordinal")


@dataclass(frozen=True)
class Part:
    """A number that the calendar gives each label.

    Parameters
    ----------
    read : callable
        Takes a `DatetimeIndex` and returns the number of each label.
    first, last : int
        The smallest and the largest number.
    length : callable, optional
        Takes a `DatetimeIndex` and returns how many numbers the cycle of each label has; by default
        ``last - first + 1``.
    is_flag : bool, default=False
        Whether it is 0 or 1, and so one column whatever the encoding.
    """

    read: Callable[[pd.DatetimeIndex], np.ndarray]
    first: int
    last: int
    length: Callable[[pd.DatetimeIndex], np.ndarray] | None = None
    is_flag: bool = False

    def names(self, part: str, encoding: str) -> list[str]:
        """Return the names of the columns of a part called `part`."""
        if self.is_flag or encoding == "ordinal":
            return [part]
        if encoding == "cyclic":
            return [f"{part}_sin", f"{part}_cos"]
        return [f"{part}_{number}" for number in range(self.first, self.last + 1)]

    def columns(self, times: pd.DatetimeIndex, encoding: str) -> np.ndarray:
        """Return the columns, of shape (n_times, n_columns)."""
        numbers = np.asarray(self.read(times), dtype=np.float64)
        if self.is_flag or encoding == "ordinal":
            return numbers[:, np.newaxis]
        if encoding == "one_hot":
            return (numbers[:, np.newaxis] == np.arange(self.first, self.last + 1)).astype(float)
        length = self.last - self.first + 1 if self.length is None else self.length(times)
        angle = 2 * np.pi * (numbers - self.first) / length
        return np.column_stack([np.sin(angle), np.cos(angle)])


def _read(attribute):
    return lambda times: getattr(times, attribute)


def _iso_week(times):
    return times.isocalendar()["week"].to_numpy()


def _weeks_in_iso_year(times):
    """Return 52 or 53: the 28th of December is always in the last week."""
    years, place = np.unique(times.isocalendar()["year"].to_numpy(), return_inverse=True)
    last = pd.DatetimeIndex([f"{year:04d}-12-28" for year in years])
    return _iso_week(last)[place]


PARTS = {
    "minute": Part(_read("minute"), 0, 59),
    "hour": Part(_read("hour"), 0, 23),
    "day_of_week": Part(_read("day_of_week"), 0, 6),
    "day": Part(_read("day"), 1, 31, _read("days_in_month")),
    "day_of_year": Part(_read("day_of_year"), 1, 366, lambda times: 365 + times.is_leap_year),
    "week": Part(_iso_week, 1, 53, _weeks_in_iso_year),
    "month": Part(_read("month"), 1, 12),
    "quarter": Part(_read("quarter"), 1, 4),
    "is_weekend": Part(lambda times: times.day_of_week >= 5, 0, 1, is_flag=True),
} | {
    name: Part(_read(name), 0, 1, is_flag=True)
    for name in (
        "is_month_start", "is_month_end", "is_quarter_start", "is_quarter_end", "is_year_start",
        "is_year_end",
    )
}  # fmt: skip
