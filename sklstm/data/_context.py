"""What a fitted series transformer remembers of the order of rows, and when new rows go on."""

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class IndexEnd:
    """Where a fitted index ended, in plain integers or floats.

    Parameters
    ----------
    kind : str
        What sort of labels they were; labels of another kind never go on.
    last : int or float
        The last label.
    following : int or float or None
        The label that comes next, where the index is regular.
    largest_step : int or float
        The largest step between successive labels, 0 for a single one.
    """

    kind: str
    last: int | float
    following: int | float | None
    largest_step: int | float

    @classmethod
    def of(cls, index):
        """Describe the end of a pandas index; None if its labels have no order to go on from."""
        kind = _kind(index)
        if kind is None or len(index) == 0:
            return None
        unit = _unit(index)
        steps = np.diff(_labels(index))
        return cls(
            kind=kind,
            last=_labels(index[-1:])[0].item() * unit,
            following=_following(index),
            largest_step=steps.max().item() * unit if len(steps) else 0,
        )

    def is_continued_by(self, index):
        """Tell whether `index` begins where the fitted one ended.

        The first label must be the exact next one where the fitted index is regular, and later by
        no more than the largest step seen where it is not.
        """
        if index is None or len(index) == 0 or _kind(index) != self.kind:
            return False
        first = _labels(index[:1])[0].item() * _unit(index)
        if self.following is not None:
            return first == self.following
        return 0 < first - self.last <= self.largest_step


def check_order(index, name="X"):
    """Raise a ValueError unless the labels of `index` tell of rows from the oldest to the newest.

    Parameters
    ----------
    index : pandas index or None
        Labels without an order (None, text, several levels) are not looked at.
    name : str, default="X"
        What the frame is called in error messages.

    Raises
    ------
    ValueError
        If a time or number index is not strictly increasing.
    """
    if index is None or _kind(index) is None:
        return
    if index.hasnans:
        raise ValueError(
            f"The index of {name} has missing labels; rows must be labelled by their time."
        )
    if not index.is_unique:
        label = index[index.duplicated()][0]
        raise ValueError(
            f"The index of {name} has duplicate labels, {label} among them: rows must be one "
            "series, one row per time step."
        )
    if not index.is_monotonic_increasing:
        raise ValueError(
            f"The index of {name} is not sorted: rows must be in the order of time, the oldest "
            f"first. Sort the frame ({name}.sort_index()), and do not shuffle it when splitting."
        )


def _kind(index):
    if isinstance(index, pd.DatetimeIndex):
        return "datetime" if index.tz is None else "datetime with time zone"
    if isinstance(index, pd.PeriodIndex):
        return f"period {index.freqstr}"
    if isinstance(index, pd.TimedeltaIndex):
        return "timedelta"
    if isinstance(index, pd.MultiIndex):
        return None
    if pd.api.types.is_integer_dtype(index.dtype) or pd.api.types.is_float_dtype(index.dtype):
        return "number"
    return None


def _labels(index):
    if isinstance(index, pd.PeriodIndex | pd.DatetimeIndex | pd.TimedeltaIndex):
        return index.asi8
    return index.to_numpy()


def _unit(index):
    """Return what a label of 1 is worth: nanoseconds for times, which have units of their own.

    Labels are multiplied as Python integers, for the year 3000 is out of bounds in nanoseconds.
    """
    if isinstance(index, pd.DatetimeIndex | pd.TimedeltaIndex):
        return {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}[index.unit]
    return 1


def _following(index):
    if isinstance(index, pd.RangeIndex):
        return int(index[-1]) + index.step
    if isinstance(index, pd.PeriodIndex):
        return (index[-1] + 1).ordinal
    if isinstance(index, pd.DatetimeIndex | pd.TimedeltaIndex) and index.freq is not None:
        following = type(index)([index[-1] + index.freq])
        return _labels(following)[0].item() * _unit(following)
    return None
