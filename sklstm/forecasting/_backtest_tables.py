"""Tables of a backtest."""

import numpy as np
import pandas as pd

from ._forecast_frames import level_suffix


def forecast_table(results, known):
    """Return one row for each origin and step.

    Parameters
    ----------
    results : list of Forecasts
        Of each series and fitted model.
    known : KnownSeries
        Names of columns and of what tells series apart.

    Returns
    -------
    table : DataFrame
        Actual values, forecasts, persistence and bounds.
    """
    several = len(known.columns) > 1
    frames = []
    for result in results:
        origin, step = np.nonzero(result.tested)
        origins = result.origins[origin]
        for place, name in enumerate(known.columns):
            levels = {} if known.by is None else {known.by: [result.history.key] * len(step)}
            levels |= {"column": [name] * len(step)} if several else {}
            levels |= {"origin": result.history.index[origins], "step": step + 1}
            values = {
                quantity: array[origin, step, place] for quantity, array in result.columns.items()
            }
            time = result.history.index[origins + step + 1]
            index = pd.MultiIndex.from_arrays(list(levels.values()), names=list(levels))
            frames.append(pd.DataFrame({"time": time} | values, index=index))
    return pd.concat(frames)


def error_table(forecasts, levels, *, by_step):
    """Return the errors of forecasts, those of persistence beside them.

    Parameters
    ----------
    forecasts : DataFrame
        As from `forecast_table`.
    levels : list
        Names of the levels of intervals.
    by_step : bool
        Whether each step ahead has a row of its own.

    Returns
    -------
    table : DataFrame or Series
        Of all series together; a Series for all steps of a single column.
    """
    error = forecasts["prediction"] - forecasts["actual"]
    naive = forecasts["persistence"] - forecasts["actual"]
    parts = {"n_forecasts": error, "mae": error.abs(), "rmse": error**2}
    parts |= {"persistence_mae": naive.abs(), "persistence_rmse": naive**2}
    for level in levels:
        suffix = level_suffix(level)
        lower, upper = forecasts[f"lower{suffix}"], forecasts[f"upper{suffix}"]
        covered = forecasts["actual"].between(lower, upper)
        # Of series without intervals there is nothing to cover with.
        parts[f"coverage{suffix}"] = covered.where(error.notna() & lower.notna()).astype(float)
    groups = ["column"] if "column" in forecasts.index.names else []
    groups += ["step"] if by_step else []
    parts = pd.DataFrame(parts)
    grouped = parts.groupby(level=groups, sort=False) if groups else parts
    table = grouped.mean()
    table["n_forecasts"] = grouped["n_forecasts"].count()
    for name in ("rmse", "persistence_rmse"):
        table[name] = np.sqrt(table[name])
    return table.sort_index(level="step", sort_remaining=False) if by_step else table
