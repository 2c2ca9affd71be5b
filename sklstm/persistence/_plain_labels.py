"""Labels of pandas as plain Python and NumPy, which outlive releases of pandas."""

import numpy as np
import pandas as pd

from sklstm.time_labels import kind_of


def plain_index(index):
    """Return what an index is made of.

    Parameters
    ----------
    index : pandas index
        Labels of rows.

    Returns
    -------
    parts : dict or None
        Strings, numbers and arrays. None for kinds of index that they do not bring back equal.
    """
    kind = kind_of(index)
    parts = {} if kind is None else kind.parts(index)
    if kind is None and type(index) is pd.Index:
        parts = {"values": index.to_numpy(), "dtype": str(index.dtype)}
    parts = {"kind": type(index).__name__, "name": index.name} | parts
    try:
        restored = index_from(**parts)
    except (TypeError, ValueError):
        return None
    alike = type(restored) is type(index) and restored.dtype == index.dtype
    return parts if alike and restored.identical(index) else None


def index_from(kind, name, **parts):
    """Return the index that is made of parts as `plain_index` gives them."""
    if kind == "RangeIndex":
        return pd.RangeIndex(**parts, name=name)
    if kind == "PeriodIndex":
        return pd.PeriodIndex.from_ordinals(
            np.asarray(parts["values"]), freq=parts["freq"], name=name
        )
    if kind in ("DatetimeIndex", "TimedeltaIndex"):
        return _times(getattr(pd, kind), name=name, **parts)
    if kind == "Index":
        return pd.Index(np.asarray(parts["values"]), dtype=parts["dtype"], name=name)
    raise ValueError(f"{kind!r} is no kind of index that is saved.")


def plain_offset(offset):
    """Return the name of a frequency; None if it has none that tells all of it."""
    name = offset.freqstr
    try:
        return name if offset_from(name) == offset else None
    except ValueError:
        return None


def offset_from(name):
    """Return the frequency of a name."""
    return pd.tseries.frequencies.to_offset(name)


def _times(cls, *, values, unit, freq, name, zone=None):
    kind = "M8" if cls is pd.DatetimeIndex else "m8"
    times = cls(np.asarray(values).view(f"{kind}[{unit}]"))
    if zone is not None:
        times = times.tz_localize("UTC").tz_convert(zone)
    return cls(times, freq=freq, name=name)
