"""Errors of a backtest by step, over time or by series: `backtest_errors`."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

_NAMES = {
    "mae": "Mean absolute error",
    "rmse": "Root mean squared error",
    "coverage": "Share of actual values in the interval",
    "mase": "Mean absolute scaled error",
    "rmsse": "Root mean squared scaled error",
    "smape": "Symmetric mean absolute percentage error",
    "width": "Mean width of the interval",
    "interval_score": "Mean interval score",
    "wql": "Weighted quantile loss",
}
_UNITLESS = {"coverage", "mase", "rmsse", "smape", "wql"}
_BY = ("step", "time", "series")


@dataclass
class Errors:
    """One line for each interval or for the forecast, and what to compare it with.

    Parameters
    ----------
    lines : dict of str to ndarray of shape (n,)
        Errors by what they are of.
    index : pandas index
        Steps, times or keys of series.
    name : str
        What the errors are called.
    baseline : ndarray of shape (n,), default=None
        Errors of the naive forecast.
    nominal : dict of str to float
        What each line is to be, where that is known: the level of an interval.
    has_unit : bool, default=True
        Whether they have the unit of the series.
    """

    lines: dict[str, np.ndarray]
    index: pd.Index
    name: str
    baseline: np.ndarray | None = None
    nominal: dict[str, float] = field(default_factory=dict)
    has_unit: bool = True


def backtest_errors(result: Any, metric: str, by: str, column: Any) -> Errors:
    """Return the errors of a backtest.

    Parameters
    ----------
    result : Bunch
        As from `Forecaster.backtest`.
    metric : str
        Name of a column of ``result.errors``; ``"coverage"`` stands for all levels.
    by : {"step", "time", "series"}
        What to tell apart. Over time are those of "mae", "rmse" and "coverage".
    column : str or None
        Which column of the series, where there are several.

    Returns
    -------
    errors : Errors
        Those of the forecast and of persistence.

    Raises
    ------
    TypeError
        If `result` has no errors.
    ValueError
        If there is no such metric, column or view.
    """
    errors = getattr(result, "errors", None)
    if not isinstance(errors, pd.DataFrame):
        raise TypeError(
            "from_backtest takes the result of Forecaster.backtest, whose errors are a frame; got "
            f"{type(result).__name__}."
        )
    table = _one_column(_table(result, by), column)
    levels = dict(zip(_coverage_names(table, result), result.get("levels", ()), strict=False))
    if metric == "coverage" and levels:
        lines = {f"{100 * level:g} % interval": table[name] for name, level in levels.items()}
        nominal = {f"{100 * level:g} % interval": level for level in levels.values()}
        baseline = None
    elif metric in table.columns and not metric.startswith("coverage"):
        lines, nominal = {"Forecast": table[metric]}, {}
        baseline = table.get(f"persistence_{metric}")
    else:
        raise ValueError(_no_such_metric(metric, by, table, levels))
    return Errors(
        {name: values.to_numpy(float) for name, values in lines.items()},
        table.index,
        _NAMES.get(metric, metric),
        None if baseline is None else baseline.to_numpy(float),
        nominal,
        has_unit=metric in _NAMES and metric not in _UNITLESS,
    )


def _coverage_names(table, result):
    """Return the columns of coverage, in the order of the levels."""
    levels = result.get("levels", ())
    if "coverage" in table.columns:
        return ["coverage"]
    return [name for name in (f"coverage_{level:g}" for level in levels) if name in table.columns]


def _no_such_metric(metric, by, table, levels):
    plain = [name for name in table.columns if not name.startswith(("n_", "persistence_", "cover"))]
    possible = plain + (["coverage"] if levels else [])
    hint = ""
    if metric == "coverage":
        hint = " Coverage takes a backtest with level=."
    return f"metric={metric!r} is not possible by {by}: it takes one of {possible}.{hint}"


def _table(result, by):
    if by not in _BY:
        raise ValueError(f"by={by!r} is not possible: it takes one of {list(_BY)}.")
    if by == "step":
        return result.errors
    if by == "time":
        return _errors_at_times(result.forecasts)
    if "by_series" not in result:
        raise ValueError("by='series' takes a backtest of several series: this one has one alone.")
    return result.by_series


def _errors_at_times(forecasts):
    """Return errors of all forecasts of each time, whatever their origin and series."""
    error = forecasts["prediction"] - forecasts["actual"]
    naive = (forecasts["persistence"] - forecasts["actual"]).where(error.notna())
    parts = {"mae": error.abs(), "rmse": error**2}
    parts |= {"persistence_mae": naive.abs(), "persistence_rmse": naive**2}
    for lower in (name for name in forecasts.columns if name.startswith("lower")):
        suffix = lower.removeprefix("lower")
        inside = forecasts["actual"].between(forecasts[lower], forecasts[f"upper{suffix}"])
        known = error.notna() & forecasts[lower].notna()
        parts[f"coverage{suffix}"] = inside.where(known).astype(float)
    groups = [forecasts["time"]]
    if "column" in forecasts.index.names:
        groups.insert(0, forecasts.index.get_level_values("column"))
    table = pd.DataFrame(parts).groupby(groups, sort=True).mean()
    for name in ("rmse", "persistence_rmse"):
        table[name] = np.sqrt(table[name])
    return table


def _one_column(table, column):
    several = "column" in table.index.names
    check_column(column, list(table.index.unique("column")) if several else None)
    return table.xs(column, level="column") if several else table


def check_column(column, names):
    """Raise a ValueError if a column is none of those forecast, or is named beside no other."""
    if names is None and column is not None:
        raise ValueError(f"column={column!r} must be left out: there is one column only.")
    if names is not None and column not in names:
        raise ValueError(f"column={column!r} must be one of the columns forecast, {names}.")
