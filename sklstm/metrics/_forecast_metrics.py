"""Metrics of tables of forecasts, by name or as any function: `read_metrics`."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sklstm._warn import warn_user

from ._distribution_scores import weighted_quantile_loss
from ._intervals import interval_coverage, mean_interval_score, mean_interval_width
from ._percentage_errors import symmetric_mean_absolute_percentage_error

#: Columns of what is known at the origin: mean errors of the naive forecast, by which scaled errors
#: are divided, and the sum of the newest rows, by which series are weighted.
NAIVE = ("_naive_absolute", "_naive_squared", "_turnover")
#: Columns of scores of paths: those of a step by itself, and of all steps up to it.
PATH_SCORES = ("_crps", "_energy")
_SHOWN = 5  # names in a message


@dataclass(frozen=True)
class ForecastMetric:
    """A metric of the rows of a table of forecasts.

    Parameters
    ----------
    name : str
        What its column is called.
    of : callable
        Takes a frame of forecasts with ``actual``, ``prediction`` and whatever else it needs, and,
        if it is `of_level`, the names of the bounds and their level; returns a number.
    of_level : bool
        Whether there is one value for each level of intervals.
    needs : {"", "level", "scale", "paths"}
        What it takes besides predictions: intervals, errors of the naive forecast, or scores of
        paths.
    is_loss : bool
        Whether less is better; None where neither more nor less is.
    """

    name: str
    of: Callable[..., float]
    of_level: bool = False
    needs: str = ""
    is_loss: bool | None = True

    def values(self, rows: pd.DataFrame, levels: dict[str, float]) -> dict[str, float]:
        """Return the value, or values by level, of rows that have a prediction.

        Parameters
        ----------
        rows : DataFrame
            Forecasts.
        levels : dict
            Levels by the suffixes of their columns.

        Returns
        -------
        values : dict
            By the names of columns; NaN where there are no rows, or none that has a scale.
        """
        rows = _of_forecasts_made(rows)
        if self.needs == "scale":
            rows = rows[_has_scale(rows)]
        if self.of_level:
            return {
                self.name + suffix: self._of_bounds(rows, suffix, level)
                for suffix, level in levels.items()
            }
        if self.needs == "level":
            rows = rows[rows[[f"lower{suffix}" for suffix in levels]].notna().all(axis=1)]
            return {self.name: self.of(rows, levels) if len(rows) else np.nan}
        return {self.name: float(self.of(rows)) if len(rows) else np.nan}

    def check_levels(self, levels: Any) -> None:
        """Raise a ValueError for a metric of intervals where none are asked for.

        Parameters
        ----------
        levels : float, collection of float or None
            Levels of the intervals.

        Raises
        ------
        ValueError
            If it takes one.
        """
        if self.needs == "level" and (levels is None or not np.size(levels)):
            raise ValueError(
                f"The metric {self.name!r} is one of intervals, and takes a level, such as "
                "level=0.9."
            )

    def _of_bounds(self, rows, suffix, level):
        rows = rows[rows[f"lower{suffix}"].notna()]
        if not len(rows):
            return np.nan
        bounds = rows[f"lower{suffix}"].to_numpy(), rows[f"upper{suffix}"].to_numpy()
        return float(self.of(rows["actual"].to_numpy(), *bounds, level))


def read_metrics(metrics: Any, taken: Collection[str] = ()) -> list[ForecastMetric]:
    """Return the metrics that a user names.

    Parameters
    ----------
    metrics : str, callable, list of them or None
        Names of the table below, or functions of true and predicted values.
    taken : collection of str, optional
        Columns that there are already, whose names functions must not have.

    Returns
    -------
    metrics : list of ForecastMetric
        In the same order.

    Raises
    ------
    ValueError
        If a name is unknown, repeated or taken, or something is neither a name nor a function.
    """
    if metrics is None:
        return []
    several = isinstance(metrics, Sequence) and not isinstance(metrics, str)
    read = [_read_metric(metric) for metric in (metrics if several else [metrics])]
    names = [metric.name for metric in read]
    if len(set(names)) < len(names):
        raise ValueError(f"metrics must have distinct names, which name columns; got {names}.")
    for metric in read:
        if metric.name in taken and _METRICS.get(metric.name) is not metric:
            raise ValueError(
                f"metrics has a function called {metric.name!r}, as another column of errors is: "
                "give it another name."
            )
    return read


def tell_of_no_scale(forecasts: pd.DataFrame, metrics: Sequence[ForecastMetric]) -> None:
    """Warn of forecasts that scaled errors leave out; raise a ValueError if these are all.

    Parameters
    ----------
    forecasts : DataFrame
        With the errors of the naive forecast, if a metric takes them.
    metrics : list of ForecastMetric
        What is computed of them.

    Raises
    ------
    ValueError
        If a metric takes a scale, and no forecast of a column has one.

    Warns
    -----
    UserWarning
        If some have none; it names their series, or the first origin of a single one.
    """
    scaled = [metric.name for metric in metrics if metric.needs == "scale"]
    if not scaled:
        return
    rows = _of_forecasts_made(forecasts)
    there = _has_scale(rows)
    if there.all():
        return
    several = "column" in rows.index.names
    columns = rows.index.get_level_values("column") if several else np.zeros(len(rows))
    lost = ~there.groupby(columns).transform("any")
    without = rows[lost if lost.any() else ~there]
    first = without.index[[0]].to_frame(index=False).iloc[0]
    place = ", ".join(f"{name} {value}" for name, value in first.items())
    why = (
        "A scaled error is divided by that of the seasonal naive forecast of the rows known at "
        f"the origin, which is {without[NAIVE[0]].iloc[0]} for {place}: they repeat themselves "
        "exactly, or are no more than one season."
    )
    if lost.any():
        raise ValueError(f"{why} Leave such a series out, or let folds train on more rows.")
    warn_user(f"Scaled errors ({', '.join(scaled)}) leave out {_named(without, rows)}. {why}")


def _named(without, rows):
    """Return which forecasts have no scale, for a message: those of some series or origins."""
    names = _names_of_series(rows)
    what, levels = ("series", names) if names else ("origins", ["origin"])
    left, all_of_them = (
        each.index.droplevel([n for n in rows.index.names if n not in levels]).unique()
        for each in (without, rows)
    )
    some = ", ".join(map(str, left[:_SHOWN])) + (" and more" if len(left) > _SHOWN else "")
    return f"forecasts of {len(left)} of {len(all_of_them)} {what} ({some})"


def _of_forecasts_made(rows):
    return rows[rows["prediction"].notna() & rows["actual"].notna()]


def _has_scale(rows):
    """Tell where there is an error of the naive forecast, which is not zero."""
    return (rows[list(NAIVE[:2])] > 0).all(axis=1)


def _read_metric(metric):
    name = _LONG_NAMES.get(metric, metric) if isinstance(metric, str) else None
    if name in _METRICS:
        return _METRICS[name]
    if isinstance(metric, str) or not callable(metric):
        raise ValueError(
            f"metrics takes {', '.join(map(repr, _METRICS))}, names of functions in sklstm.metrics,"
            f" and functions of true and predicted values; got {metric!r}."
        )
    known = getattr(metric, "__name__", type(metric).__name__)
    name = _LONG_NAMES.get(known, known)
    if name in _METRICS and getattr(metric, "__module__", "").startswith("sklstm"):
        return _METRICS[name]

    def of(rows):
        return metric(rows["actual"].to_numpy(), rows["prediction"].to_numpy())

    return ForecastMetric(known, of)


def _errors(rows):
    return (rows["prediction"] - rows["actual"]).to_numpy()


def _mean_by_series(values, rows):
    """Return the mean over the series of the means of their rows."""
    return _by_series(values, rows).mean().mean()


def _by_series(values, rows):
    names = _names_of_series(rows)
    table = pd.Series(values, index=rows.index)
    return table.groupby(level=names) if names else table.groupby(np.zeros(len(table), dtype=int))


def _names_of_series(rows):
    """Return the levels of the index that tell the series, of which there are none for one."""
    return [name for name in rows.index.names if name not in ("column", "origin", "step")]


def _mase(rows):
    return _mean_by_series(np.abs(_errors(rows)) / rows[NAIVE[0]].to_numpy(), rows)


def _rmsse(rows):
    return _rmsse_by_series(rows).mean()


def _rmsse_by_series(rows):
    return np.sqrt(_by_series(_errors(rows) ** 2 / rows[NAIVE[1]].to_numpy(), rows).mean())


def _wrmsse(rows):
    weights = _by_series(rows[NAIVE[2]].to_numpy(), rows).mean()
    if not weights.any():
        raise ValueError(
            "'wrmsse' weights series by the sums of their newest rows, and all of these are zero."
        )
    return np.average(_rmsse_by_series(rows), weights=weights)


def _owa(rows):
    rows = rows[rows["persistence"].notna()]
    reference = rows.assign(prediction=rows["persistence"])
    ratios = []
    for of in (_smape_by_series, _mase):
        divisor = of(reference)
        if not divisor:
            raise ValueError(
                "'owa' divides errors by those of the seasonal persistence, which makes none here."
            )
        ratios.append(of(rows) / divisor)
    return np.mean(ratios)


def _smape_by_series(rows):
    true, predicted = rows["actual"].to_numpy(), rows["prediction"].to_numpy()
    total = np.abs(true) / 2 + np.abs(predicted) / 2
    gap = np.abs(true - predicted)
    errors = np.divide(gap, total, out=np.zeros_like(gap), where=total > 0)
    return _mean_by_series(errors, rows)


def _energy(rows):
    """Return the mean of the scores of whole paths: those up to the last step of each origin."""
    step = rows.index.get_level_values("step").to_numpy()
    others = [name for name in rows.index.names if name != "step"]
    origin = rows.groupby(level=others, sort=False).ngroup().to_numpy()
    # An origin may be in two folds, and its first rows may be absent.
    last = np.append((origin[1:] != origin[:-1]) | (step[1:] <= step[:-1]), True)
    return rows[PATH_SCORES[1]].to_numpy()[last].mean()


def _smape(rows):
    return symmetric_mean_absolute_percentage_error(
        rows["actual"].to_numpy(), rows["prediction"].to_numpy()
    )


def _wql(rows, levels):
    ends = [
        (side, end, level, suffix)
        for suffix, level in levels.items()
        for side, end in ((-1, "lower"), (1, "upper"))
    ]
    quantiles = [0.5 + side * level / 2 for side, _, level, _ in ends]
    predicted = rows[[f"{end}{suffix}" for _, end, _, suffix in ends]].to_numpy()
    return weighted_quantile_loss(rows["actual"].to_numpy(), predicted, quantiles=quantiles)


_METRICS = {
    metric.name: metric
    for metric in (
        ForecastMetric("mae", lambda rows: np.abs(_errors(rows)).mean()),
        ForecastMetric("rmse", lambda rows: np.sqrt((_errors(rows) ** 2).mean())),
        ForecastMetric("mase", _mase, needs="scale"),
        ForecastMetric("rmsse", _rmsse, needs="scale"),
        ForecastMetric("wrmsse", _wrmsse, needs="scale"),
        ForecastMetric("smape", _smape),
        ForecastMetric("owa", _owa, needs="scale"),
        ForecastMetric(
            "coverage", lambda y, low, high, _: interval_coverage(y, low, high), of_level=True,
            needs="level", is_loss=None,
        ),
        ForecastMetric(
            "width", lambda _, low, high, __: mean_interval_width(low, high), of_level=True,
            needs="level", is_loss=None,
        ),
        ForecastMetric(
            "interval_score",
            lambda y, low, high, level: mean_interval_score(y, low, high, level=level),
            of_level=True, needs="level",
        ),
        ForecastMetric("wql", _wql, needs="level"),
        ForecastMetric("crps", lambda rows: rows[PATH_SCORES[0]].mean(), needs="paths"),
        ForecastMetric("energy_score", _energy, needs="paths"),
    )
}  # fmt: skip
_LONG_NAMES = {
    "mean_absolute_scaled_error": "mase",
    "root_mean_squared_scaled_error": "rmsse",
    "symmetric_mean_absolute_percentage_error": "smape",
    "interval_coverage": "coverage",
    "mean_interval_width": "width",
    "mean_interval_score": "interval_score",
    "weighted_quantile_loss": "wql",
    "overall_weighted_average": "owa",
    "continuous_ranked_probability_score": "crps",
}
