"""Predictions, intervals and paths, from the frames of a `Forecaster`."""

import re
from typing import Any

import numpy as np
import pandas as pd

from sklstm.time_labels import is_time_dtype

_BOUND = re.compile(r"lower(?P<suffix>_(?P<level>[\d.e-]+))?")


def _check_forecast(frame, caller="from_forecast", source="Forecaster.forecast"):
    """Raise an error unless a frame is the forecast of one column of one series.

    Parameters
    ----------
    frame : DataFrame
        As a method of `Forecaster` returns it.
    caller, source : str
        Who takes it, and the method; named in errors.

    Raises
    ------
    TypeError
        If it is no frame.
    ValueError
        If it holds several series or columns.
    """
    if not isinstance(frame, pd.DataFrame):
        raise TypeError(
            f"{caller} takes the frame that {source} returns, got {type(frame).__name__}."
        )
    what = source.rpartition(".")[2].replace("sample_", "")
    of = f"The {what} hold" if what == "paths" else f"The {what} holds"
    if frame.columns.nlevels > 1:
        names = list(frame.columns.unique(0))
        raise ValueError(
            f"{of} several columns, {names}, and one is drawn: select it, as in "
            f"{what}[{names[0]!r}]."
        )
    if frame.index.nlevels > 1:
        names = list(frame.index.names)
        places = [k for k, one in enumerate(frame.index.levels) if not is_time_dtype(one.dtype)]
        held = [names[place] for place in places[: len(names) - 1]]
        level = repr(held[0]) if len(held) == 1 else str(held)
        raise ValueError(
            f"{of} several series, told apart by the levels {names} of its index, and one is "
            f"drawn: select it, as in {what}.xs(key, level={level})."
        )


def read_forecast(frame, level=None):
    """Return the prediction and the intervals of a frame of `Forecaster.forecast`.

    Parameters
    ----------
    frame : DataFrame
        The forecast of one column of one series.
    level : float, optional
        Level of the interval ``lower`` to ``upper``; by default the one that the frame tells.

    Returns
    -------
    prediction : Series
        Its column.
    intervals : dict
        Lower and upper bounds by what to call the interval.

    Raises
    ------
    TypeError
        If it is no frame.
    ValueError
        If it holds several series or columns, or no prediction.
    """
    _check_forecast(frame)
    if "prediction" not in frame.columns:
        raise ValueError(
            "from_forecast takes the frame that Forecaster.forecast returns, with a column "
            f"'prediction', got the columns {list(frame.columns)}."
        )
    intervals = {}
    for match in filter(None, map(_BOUND.fullmatch, map(str, frame.columns))):
        suffix = match["suffix"] or ""
        one = match["level"] or (frame.attrs.get("level") if level is None else level)
        bounds = frame[f"lower{suffix}"].to_numpy(), frame[f"upper{suffix}"].to_numpy()
        intervals[interval_name(one)] = bounds
    return frame["prediction"], intervals


def read_paths(paths: Any, level: Any) -> tuple[pd.Series, dict]:
    """Return the median of paths, and their intervals.

    Parameters
    ----------
    paths : DataFrame
        As from `Forecaster.sample_paths`, of one column of one series.
    level : float or list of float
        Shares of the paths that lie in between, at each step.

    Returns
    -------
    median : Series
        Of all paths, step by step.
    intervals : dict
        Lower and upper bounds by what to call the interval.

    Raises
    ------
    TypeError
        If it is no frame.
    ValueError
        If it holds several series or columns, or a level is not between 0 and 1.
    """
    _check_forecast(paths, "from_paths", "Forecaster.sample_paths")
    values, intervals = paths.to_numpy(), {}
    for one in np.atleast_1d(level).tolist():
        name, tail = interval_name(one), (1 - one) / 2
        lower, upper = np.quantile(values, [tail, 1 - tail], axis=1)
        intervals[name] = lower, upper
    return pd.Series(np.median(values, axis=1), paths.index), intervals


def interval_name(level=None):
    """Return what the legend calls an interval of a level between 0 and 1, or of an unknown one."""
    if level is None:
        return "Interval"
    share = float(level)
    if not 0 < share < 1:
        raise ValueError(f"level={level!r} is not possible: it takes a number between 0 and 1.")
    return f"{100 * share:g} % interval"
