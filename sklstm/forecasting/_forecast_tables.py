"""Forecasts of rows that are known, as tables, and their errors: `Forecasts`, `error_table`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sklstm.data import key_levels, key_names
from sklstm.metrics import ForecastMetric

from ._histories import History
from ._intervals import level_suffix
from ._known_series import KnownSeries
from ._labels_of_rows import labels_of_rows

_M5_ROWS = 28  # newest rows whose sum is the weight of a series
_LEVELS = ("column", "origin", "step")  # beside the keys of series
#: What every table of errors has.
ERROR_COLUMNS = ("n_forecasts", "mae", "rmse", "persistence_mae", "persistence_rmse", "coverage")


@dataclass(frozen=True)
class Forecasts:
    """Forecasts of one series from some of its rows.

    Parameters
    ----------
    history : History
        The series.
    origins : ndarray of shape (n_origins,)
        Last known row of each.
    tested : ndarray of shape (n_origins, steps), bool
        Which rows ahead were asked for.
    columns : dict
        ``actual``, ``prediction``, ``persistence`` and bounds, each of shape (n_origins, steps,
        n_columns).
    """

    history: History
    origins: np.ndarray
    tested: np.ndarray
    columns: dict[str, np.ndarray]


def persistence(values: np.ndarray, origins: np.ndarray, steps: int, season: int) -> np.ndarray:
    """Return the newest known value of the same place in the season, for each row ahead.

    Parameters
    ----------
    values : ndarray of shape (n_steps, n_columns)
        A series.
    origins : ndarray of shape (n_origins,)
        Last known row of each forecast.
    steps : int
        How many rows ahead.
    season : int
        Rows in a season.

    Returns
    -------
    persistence : ndarray of shape (n_origins, steps, n_columns)
        NaN where no value of that place is known.
    """
    season = min(season, len(values) + steps)  # beyond it, nothing is known
    observed = np.full(-(-len(values) // season) * season, -1)
    observed[: len(values)] = np.where(np.isnan(values).any(axis=1), -1, np.arange(len(values)))
    newest = np.maximum.accumulate(observed.reshape(-1, season)).ravel()
    ahead = np.arange(1, steps + 1)
    place = origins[:, np.newaxis] + ahead - season * -(-ahead // season)
    source = np.where(place >= 0, newest[np.maximum(place, 0)], -1)
    return np.where((source >= 0)[:, :, np.newaxis], values[source], np.nan)


def naive_errors(values: np.ndarray, origins: np.ndarray, season: int) -> list[np.ndarray]:
    """Return mean errors of the naive forecast of the rows up to origins, and the newest turnover.

    Parameters
    ----------
    values : ndarray of shape (n_steps, n_columns)
        A series.
    origins : ndarray of shape (n_origins,)
        Last known row of each forecast.
    season : int
        The naive forecast repeats the value of so many rows before.

    Returns
    -------
    absolute, squared, turnover : ndarray of shape (n_origins, n_columns)
        The first two are NaN where no such error is known; the last one is the sum of the last 28
        values without their signs, by which the M5 competition weights series.
    """
    steps = np.full(values.shape, np.nan)
    steps[season:] = values[season:] - values[:-season]
    counts = np.cumsum(~np.isnan(steps), axis=0)[origins]
    means = []
    for sizes in (np.abs(steps), steps**2):
        sums = np.nancumsum(sizes, axis=0)[origins]
        means.append(np.divide(sums, counts, out=np.full(sums.shape, np.nan), where=counts > 0))
    totals = np.nancumsum(np.abs(values), axis=0)
    before = np.where(
        (origins >= _M5_ROWS)[:, np.newaxis], totals[np.maximum(origins - _M5_ROWS, 0)], 0.0
    )
    return [*means, totals[origins] - before]


def refuse_names_of_levels(by: Any) -> None:
    """Raise a ValueError if keys of series are named as what a table of forecasts tells besides."""
    taken = [name for name in key_names(by) if name in _LEVELS]
    if taken:
        raise ValueError(
            f"by={by!r} names {taken[0]!r}, and so is a level of the forecasts that are scored, "
            f"which has {list(_LEVELS)} besides the series: rename the column or level (rename, "
            "rename_axis)."
        )


def forecast_table(results: list[Forecasts], known: KnownSeries) -> pd.DataFrame:
    """Return one row for each origin and step.

    Parameters
    ----------
    results : list of Forecasts
        Of each series and fitted model.
    known : KnownSeries
        Gives the names of columns and of the series key.

    Returns
    -------
    table : DataFrame
        Actual values, forecasts, persistence and bounds.
    """
    several = len(known.columns) > 1
    parts = [
        _Part(result, place, *np.nonzero(result.tested))
        for result in results
        for place in range(len(known.columns))
    ]
    counts = [len(part.step) for part in parts]
    levels = _key_values([part.result.history.key for part in parts], known.by, counts)
    if several:
        names = [known.columns[part.place] for part in parts]
        levels["column"] = [n for n, count in zip(names, counts, strict=True) for _ in range(count)]
    levels["origin"] = _labels(parts, [part.origins for part in parts])
    levels["step"] = np.concatenate([part.step for part in parts]) + 1
    values = {
        name: np.concatenate([part.values(name) for part in parts]) for name in results[0].columns
    }
    time = _labels(parts, [part.origins + part.step + 1 for part in parts])
    index = pd.MultiIndex.from_arrays(list(levels.values()), names=list(levels))
    return pd.DataFrame({"time": time} | values, index=index)


class _Part(NamedTuple):
    """The tested rows of one column of a series: places of their origins, and steps after these."""

    result: Forecasts
    place: int
    origin: np.ndarray
    step: np.ndarray

    @property
    def origins(self):
        """The last known row of each."""
        return self.result.origins[self.origin]

    def values(self, name):
        """Return what is in one column of the table."""
        return self.result.columns[name][self.origin, self.step, self.place]


def _labels(parts, rows):
    return labels_of_rows([part.result.history.index for part in parts], rows)


def _key_values(keys, by, n_rows):
    """Return the levels of the index that hold the keys of series of some rows each."""
    if by is None:
        return {}
    levels, codes = key_levels(keys, by)
    return {
        name: level.take(np.repeat(code, n_rows))
        for name, level, code in zip(key_names(by), levels, codes, strict=True)
    }


def error_table(
    forecasts: pd.DataFrame,
    levels: dict[float | None, float],
    metrics: Sequence[ForecastMetric] = (),
    *,
    by: Any = None,
) -> Any:
    """Return the errors of forecasts and of persistence.

    Parameters
    ----------
    forecasts : DataFrame
        As from `forecast_table`.
    levels : dict
        Levels of intervals by their names.
    metrics : list of ForecastMetric
        What else is to be in the table.
    by : str or list of str, optional
        Levels of the index, each value of which has a row of its own.

    Returns
    -------
    table : DataFrame or Series
        Of all series together, unless they are told apart; a Series for all steps of a single
        column.
    """
    error = forecasts["prediction"] - forecasts["actual"]
    naive = forecasts["persistence"] - forecasts["actual"]
    naive = naive.where(forecasts["prediction"].notna())  # both of the same rows
    parts = {"n_forecasts": error, "mae": error.abs(), "rmse": error**2}
    parts |= {"persistence_mae": naive.abs(), "persistence_rmse": naive**2}
    for level in levels:
        suffix = level_suffix(level)
        lower, upper = forecasts[f"lower{suffix}"], forecasts[f"upper{suffix}"]
        covered = forecasts["actual"].between(lower, upper)
        # Of series without intervals there is nothing to cover with.
        parts[f"coverage{suffix}"] = covered.where(error.notna() & lower.notna()).astype(float)
    groups = ["column"] if "column" in forecasts.index.names else []
    groups += key_names(by)
    parts = pd.DataFrame(parts)
    grouped = parts.groupby(level=groups, sort=False) if groups else parts
    table = grouped.mean()
    table["n_forecasts"] = grouped["n_forecasts"].count()
    for name in ("rmse", "persistence_rmse"):
        table[name] = np.sqrt(table[name])
    if metrics:
        more = metric_table(forecasts, levels, metrics, groups)
        more = more if groups else more.iloc[0]
        for name in list(more.keys()):
            if name not in table:
                table[name] = more[name]
    return table.sort_index(level="step", sort_remaining=False) if by == "step" else table


def metric_table(
    forecasts: pd.DataFrame,
    levels: dict[float | None, float],
    metrics: Sequence[ForecastMetric],
    groups: list[Any],
) -> pd.DataFrame:
    """Return the metrics of each group of forecasts.

    Parameters
    ----------
    forecasts : DataFrame
        As from `forecast_table`.
    levels : dict
        Levels of intervals by their names.
    metrics : list of ForecastMetric
        What to compute.
    groups : list of str
        Levels of the index; without any there is one group, or one for each column.

    Returns
    -------
    table : DataFrame
        One row for each group.
    """
    suffixes = {level_suffix(name): level for name, level in levels.items()}
    several = not groups and "column" in forecasts.index.names
    groups = ["column"] if several else groups
    parts: Any = [(0, forecasts)]
    if groups:  # a list of one level has keys that are tuples from pandas 3 on
        one = groups[0] if len(groups) == 1 else groups
        parts = forecasts.groupby(level=one, sort=False)
    rows = {
        key: {k: v for metric in metrics for k, v in metric.values(rows, suffixes).items()}
        for key, rows in parts
    }
    table = pd.DataFrame.from_dict(rows, orient="index")
    if len(groups) == 1:
        table.index = pd.Index(list(rows), name=groups[0], tupleize_cols=False)
    elif groups:
        table.index = pd.MultiIndex.from_tuples(rows, names=groups)
    return table
