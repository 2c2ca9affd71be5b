"""Labels of pandas as plain Python and NumPy, which outlive releases of pandas."""

from datetime import time

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
    if "freq" in parts and index.freq is not None:
        parts = parts | {"freq": plain_offset(index.freq)}
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
            np.asarray(parts["values"]), freq=offset_from(parts["freq"]), name=name
        )
    if kind in ("DatetimeIndex", "TimedeltaIndex"):
        return _times(getattr(pd, kind), name=name, **parts)
    if kind == "Index":
        return pd.Index(np.asarray(parts["values"]), dtype=parts["dtype"], name=name)
    raise ValueError(f"{kind!r} is no kind of index that is saved.")


def plain_offset(offset):
    """Return what a frequency is made of.

    Parameters
    ----------
    offset : pandas offset
        The frequency.

    Returns
    -------
    plain : str, dict or None
        Its name, if that tells all of it. Otherwise the name of its class and the arguments that
        make it: business days with holidays of their own, for example. None for classes that are
        not pandas' own, or where these do not bring it back equal.
    """
    made_by = {"kind": type(offset).__name__, "n": offset.n, "normalize": offset.normalize}
    for plain in (offset.freqstr, made_by | _plain_arguments(offset)):
        try:
            restored = offset_from(plain)
        except (AttributeError, TypeError, ValueError):
            continue
        if type(restored) is type(offset) and restored == offset:
            return plain
    return None


def _plain_arguments(offset):
    arguments = dict(offset.kwds)
    arguments.pop("calendar", None)  # of NumPy, made of the next two
    if "holidays" in arguments:
        arguments["holidays"] = [str(np.datetime64(day, "D")) for day in arguments["holidays"]]
    if "offset" in arguments:
        arguments["offset"] = pd.Timedelta(arguments["offset"]).value
    for name in {"start", "end"} & arguments.keys():
        arguments[name] = [moment.isoformat() for moment in arguments[name]]
    return arguments


def offset_from(name):
    """Return the frequency that `plain_offset` made plain.

    Parameters
    ----------
    name : str or dict
        Its name, or its parts.

    Returns
    -------
    offset : pandas offset
        The frequency.
    """
    if isinstance(name, str):
        return pd.tseries.frequencies.to_offset(name)
    arguments = dict(name)
    kind = arguments.pop("kind")
    cls = getattr(pd.offsets, kind, None)
    if not (isinstance(cls, type) and issubclass(cls, pd.offsets.BaseOffset)):
        raise ValueError(f"{kind!r} is no frequency of pandas")
    if "offset" in arguments:
        arguments["offset"] = pd.Timedelta(arguments["offset"]).to_pytimedelta()
    for bound in {"start", "end"} & arguments.keys():
        arguments[bound] = [time.fromisoformat(moment) for moment in arguments[bound]]
    return cls(**arguments)


def _times(cls, *, values, unit, freq, name, zone=None):
    kind = "M8" if cls is pd.DatetimeIndex else "m8"
    times = cls(np.asarray(values, dtype=np.int64).view(f"{kind}[{unit}]"))
    if zone is not None:
        times = _in_zone(times.tz_localize("UTC"), zone)
    return cls(times, freq=None if freq is None else offset_from(freq), name=name)


def _in_zone(times, zone):
    try:
        return times.tz_convert(zone)
    except KeyError as error:  # of zoneinfo or, with pandas 2, pytz; it would pass for damage
        raise UnknownZoneError(
            f"The rows have times of the zone {zone!r}, which this machine does not know: install "
            "time zone data (pip install tzdata)."
        ) from error


class UnknownZoneError(Exception):
    """A time zone of which this machine has no data."""
