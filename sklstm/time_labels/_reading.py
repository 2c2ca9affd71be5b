"""Labels as pandas' own, whatever library they are of: `as_time_labels`."""

from typing import Any

import numpy as np
import pandas as pd

from ._kinds import kind_of
from ._text import dates_in_text

# What pandas calls the objects in an index, and the index that they are to be.
_OBJECTS = {
    "date": pd.DatetimeIndex,
    "datetime": pd.DatetimeIndex,
    "datetime64": pd.DatetimeIndex,
    "timedelta": pd.TimedeltaIndex,
    "timedelta64": pd.TimedeltaIndex,
    "period": pd.PeriodIndex,
}
_ARROW = {"M": pd.DatetimeIndex, "m": pd.TimedeltaIndex}


def as_time_labels(index: pd.Index, name: str = "The index of X") -> pd.Index:
    """Return labels of Python, NumPy, Arrow or text as pandas' own times or numbers.

    Parameters
    ----------
    index : pandas index
        Labels of rows: numbers, times, time differences or periods, or objects of Python, NumPy or
        Arrow that are. Times whose offsets from UTC differ become times in UTC.
    name : str, default="The index of X"
        What the labels are called in errors.

    Returns
    -------
    labels : pandas index
        Dates that are text are parsed. Labels that are no times (other text, several levels) stay
        as they are.

    Raises
    ------
    ValueError
        If only some of the times have a time zone, periods differ in their frequency, or text holds
        dates that cannot be parsed.
    """
    if _is_text(index):
        dates = dates_in_text(index, name)
        return index if dates is None else dates.rename(index.name)
    if isinstance(index.dtype, pd.ArrowDtype) and index.dtype.kind in _ARROW:
        return _ARROW[index.dtype.kind](index)
    if pd.api.types.is_extension_array_dtype(index.dtype) and index.dtype.kind in "iuf":
        # Nullable numbers, Arrow's and sparse ones; missing ones are refused as they are.
        if index.hasnans:
            return index
        is_sparse = isinstance(index.dtype, pd.SparseDtype)
        index = index.astype(index.dtype.subtype if is_sparse else index.dtype.numpy_dtype)
    if index.dtype.kind in "iu" and index.dtype.itemsize < 8:
        return index.astype(np.int64)  # the label after 127 has no place in eight bits
    if index.dtype != object or isinstance(index, pd.MultiIndex):
        return index
    objects = pd.api.types.infer_dtype(index, skipna=True)
    if objects == "mixed":
        _refuse_other_periods(index, name)
    if objects not in _OBJECTS:
        return index
    if objects == "datetime":
        return _datetimes(index, name)
    return _OBJECTS[objects](index)


def comparable(labels: pd.Index, others: pd.Index) -> bool:
    """Return whether two indexes hold time labels that can be compared with each other.

    Parameters
    ----------
    labels, others : pandas index
        As from `as_time_labels`.

    Returns
    -------
    comparable : bool
        False where one of them holds no time labels.
    """
    kind, other = kind_of(labels), kind_of(others)
    if kind is None or other is None:
        return False
    return kind.comparable_as(labels) == other.comparable_as(others)


def in_zone_of(labels: pd.Index, others: pd.Index) -> pd.Index:
    """Return labels in the time zone of others, if both have one; labels as they are else."""
    kind, other = kind_of(labels), kind_of(others)
    zone = None if other is None else other.zone(others)
    if kind is None or zone is None or kind.zone(labels) is None:
        return labels
    return labels if kind.zone(labels) == zone else labels.tz_convert(zone)


def is_time_dtype(dtype: Any) -> bool:
    """Return whether the values of a dtype of NumPy, pandas or polars are times."""
    if isinstance(dtype, pd.PeriodDtype):
        return True
    is_temporal = getattr(dtype, "is_temporal", None)  # polars
    return is_temporal() if is_temporal else getattr(dtype, "kind", None) in ("M", "m")


def label_text(label: Any) -> str:
    """Return a label as messages write it: text in quotes, so that it is seen to be text."""
    return repr(str(label)) if isinstance(label, str | np.str_) else str(label)


def _is_text(index):
    if isinstance(index, pd.MultiIndex):
        return False
    if isinstance(index, pd.CategoricalIndex):
        return len(index.categories) > 0 and _is_text(index.categories)
    if index.dtype == object:
        return pd.api.types.infer_dtype(index, skipna=True) == "string"
    return pd.api.types.is_string_dtype(index.dtype)


def _datetimes(index: pd.Index, name: str) -> pd.DatetimeIndex:
    known = index.dropna()
    zoned = [label for label in known if label.tzinfo is not None]
    if 0 < len(zoned) < len(known):
        raise ValueError(
            f"{name} has times with a time zone and times without, such as {zoned[0]} and "
            f"{next(label for label in known if label.tzinfo is None)}. Give all of them one zone: "
            "pd.to_datetime(..., utc=True) reads those without as UTC."
        )
    try:
        return pd.DatetimeIndex(index)
    except ValueError:
        # The offset from UTC changes, as it does in summer where a zone is written as an offset.
        return pd.DatetimeIndex(pd.to_datetime(index, utc=True))


def _refuse_other_periods(index: pd.Index, name: str) -> None:
    """Raise a ValueError for periods of different frequencies, which pandas calls mixed."""
    known = index.dropna()
    if not all(isinstance(label, pd.Period) for label in known):
        return
    names = list(dict.fromkeys(label.freqstr for label in known))
    raise ValueError(
        f"{name} has periods of different frequencies, {' and '.join(names)}, which have no order "
        "of time. Label the rows of such series by when their periods begin: "
        "[period.start_time for period in index]."
    )
