"""Metrics of tables of forecasts, by name or as any function: `read_metrics`."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ._distribution_scores import weighted_quantile_loss
from ._intervals import interval_coverage, mean_interval_score, mean_interval_width
from ._percentage_errors import symmetric_mean_absolute_percentage_error

#: Columns of what is known at the origin: mean errors of the naive forecast, by which scaled errors
#: are divided, and the sum of the newest rows, by which series are weighted.
NAIVE = ("_naive_absolute", "_naive_squared", "_turnover")
#: Columns of scores of paths: those of a step by itself, and of all steps up to it.
PATH_SCORES = ("_crps", "_energy")


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
            By the names of columns; NaN where there are no rows.
        """
        rows = rows[rows["prediction"].notna() & rows["actual"].notna()]
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
                f"The metric {self.name!r} is one of intervals, and takes a level, such as level=0.9."
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
    # The series is the first level but for these, where there are several.
    names = [name for name in rows.index.names if name not in ("column", "origin", "step")]
    table = pd.Series(values, index=rows.index)
    return table.groupby(level=names) if names else table.groupby(np.zeros(len(table), dtype=int))


def _mase(rows):
    return _mean_by_series(np.abs(_errors(rows)) / _naive(rows, NAIVE[0]), rows)


def _rmsse(rows):
    squared = _by_series(_errors(rows) ** 2 / _naive(rows, NAIVE[1]), rows).mean()
    return np.sqrt(squared).mean()


def _wrmsse(rows):
    errors = np.sqrt(_by_series(_errors(rows) ** 2 / _naive(rows, NAIVE[1]), rows).mean())
    weights = _by_series(rows[NAIVE[2]].to_numpy(), rows).mean()
    if not weights.any():
        raise ValueError(
            "'wrmsse' weights series by the sums of their newest rows, and all of these are zero."
        )
    return np.average(errors, weights=weights)


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


def _naive(rows, column):
    """Return the naive errors, none of which may be zero."""
    naive = rows[column].to_numpy()
    wrong = ~(naive > 0)
    if wrong.any():
        first = rows.index[[int(wrong.argmax())]].to_frame(index=False).iloc[0]
        place = ", ".join(f"{name} {value}" for name, value in first.items())
        raise ValueError(
            "A scaled error is divided by that of the seasonal naive forecast of the rows known at "
            f"the origin, which is {naive[wrong.argmax()]} for {place}: they repeat "
            "themselves exactly, or are no more than one season. Leave such a series out, or let "
            "folds train on more rows."
        )
    return naive


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
