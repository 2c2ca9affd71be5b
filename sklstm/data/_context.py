"""What a fitted series transformer remembers of the order of rows, and when new rows go on."""

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

_DATE = re.compile(r"\d{4}[-/]\d{1,2}[-/]\d{1,2}")


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
    rounding : float
        By how much more a step may differ that is the same but for rounding; 0 for integers.
    """

    kind: str
    last: int | float
    following: int | float | None
    largest_step: int | float
    rounding: float = 0.0

    @classmethod
    def of(cls, index):
        """Describe the end of a pandas index; None if its labels have no order to go on from."""
        index = _with_times(index)
        kind = _kind(index)
        if kind is None or len(index) == 0:
            return None
        unit = _unit(index)
        labels = _labels(index)
        steps = np.diff(labels)
        largest_step = steps.max().item() * unit if len(steps) else 0
        return cls(
            kind=kind,
            last=labels[-1].item() * unit,
            following=_following(index),
            largest_step=largest_step,
            rounding=_rounding(labels, largest_step),
        )

    def is_continued_by(self, index):
        """Tell whether `index` begins where the fitted one ended.

        The first label must be the exact next one where the fitted index is regular, and later by
        no more than the largest step seen where it is not.
        """
        if index is None or len(index) == 0:
            return False
        index = _with_times(index[:1])
        if _kind(index) != self.kind:
            return False
        first = _labels(index)[0].item() * _unit(index)
        if self.following is not None:
            return first == self.following
        return 0 < first - self.last <= self.largest_step + self.rounding


def check_order(index, name="X", series=None):
    """Raise a ValueError unless the labels of `index` tell of rows from the oldest to the newest.

    Parameters
    ----------
    index : pandas index or None
        Labels without an order (None, text) are not looked at.
    name : str, default="X"
        What the frame is called in error messages.
    series : object, optional
        Name of the series, where the frame holds several and these are the labels of one.

    Raises
    ------
    ValueError
        If a time or number index is not strictly increasing, dates are given as text, or labels
        have several levels.
    """
    if index is None:
        return
    index = _with_times(index)
    which = "" if series is None else f" (series {series!r})"
    _refuse_other_labels(index, name, which)
    if _kind(index) is None:
        return
    if index.hasnans:
        raise ValueError(
            f"The index of {name}{which} has missing labels; rows must be labelled by their time."
        )
    if not index.is_unique:
        label = index[index.duplicated()][0]
        raise ValueError(
            f"The index of {name}{which} has duplicate labels, {label} among them: rows must be "
            "one series, one row per time step."
        )
    if not index.is_monotonic_increasing:
        raise ValueError(
            f"The index of {name}{which} is not sorted: rows must be in the order of time, the "
            f"oldest first. Sort the frame ({name}.sort_index()), and do not shuffle it when "
            "splitting."
        )


def _refuse_other_labels(index, name, which):
    if isinstance(index, pd.MultiIndex):
        raise ValueError(f"The index of {name}{which} has {_what_to_do(index, which)}")
    if len(index) and isinstance(index[0], str) and _DATE.match(index[0]):
        raise ValueError(
            f"The index of {name}{which} has dates that are text, such as {index[0]!r}: parse them "
            f"({name}.index = pd.to_datetime({name}.index), or parse_dates=True in read_csv)."
        )


def _what_to_do(index, which):
    """Say how to come to an index of one level."""
    if which:
        return (
            f"the levels {list(index.names)} beside the names of the series: rows of a series are "
            "labelled by their time alone. Drop the other levels (droplevel)."
        )
    names = [name for name in index.names if isinstance(name, str)]
    level = f"by={names[0]!r}" if names else "by=... (rename_axis gives it a name)"
    return (
        f"{index.nlevels} levels: rows of several series are not cut apart, unless by names the "
        f"level that tells them apart, such as {level}. Or take one series at a time, with an "
        "index of its times alone."
    )


def _with_times(index):
    """Return an index of Python's or Arrow's times as one of pandas' own; others as they are."""
    if isinstance(index.dtype, pd.ArrowDtype) and index.dtype.kind in "mM":
        times = {"M": pd.DatetimeIndex, "m": pd.TimedeltaIndex}[index.dtype.kind]
        return times(index)
    if index.dtype != object or isinstance(index, pd.MultiIndex):
        return index
    if pd.api.types.infer_dtype(index, skipna=True) not in ("date", "datetime", "datetime64"):
        return index
    try:
        return pd.DatetimeIndex(index)
    except ValueError:  # the offset from UTC changes on the way, as it does in summer
        return pd.to_datetime(index, utc=True)


def _rounding(labels, largest_step):
    """Return what rounding may add to a step: 0.3 - 0.2 is less than 0.4 - 0.3."""
    if labels.dtype.kind != "f":
        return 0.0
    return 1e-9 * largest_step + 4 * np.finfo(labels.dtype).eps.item() * abs(labels[-1].item())


def _kind(index):
    if isinstance(index, pd.DatetimeIndex):
        return "datetime" if index.tz is None else "datetime with time zone"
    if isinstance(index, pd.PeriodIndex):
        return f"period {index.freqstr}"
    if isinstance(index, pd.TimedeltaIndex):
        return "timedelta"
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
