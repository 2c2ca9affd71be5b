"""Forecasts as frames."""

import numpy as np
import pandas as pd


def forecast_frame(index, quantities, names):
    """Return the frame of a forecast of one series.

    Parameters
    ----------
    index : pandas index
        Times of the forecast.
    quantities : dict
        ``prediction`` and bounds by their names, each of shape (steps, n_columns).
    names : list
        Names of the columns of the series.

    Returns
    -------
    frame : DataFrame
        A column for each quantity; of several columns a first level tells which.
    """
    if len(names) == 1:
        columns = {name: values[:, 0] for name, values in quantities.items()}
        return pd.DataFrame(columns, index=index)
    columns = pd.MultiIndex.from_product([names, list(quantities)])
    values = np.stack(list(quantities.values()), axis=2)
    return pd.DataFrame(values.reshape(len(index), -1), index=index, columns=columns)


def panel_frame(frames, known):
    """Put the frames of several series below each other.

    Parameters
    ----------
    frames : dict
        Frame of each series by its key; the key None for a series alone.
    known : KnownSeries
        Says what the series are told apart by, and in which order the levels of the index stand.

    Returns
    -------
    frame : DataFrame
        The frame itself for a series alone.
    """
    if known.by is None:
        return frames[None]
    time = next(iter(frames.values())).index.name
    frame = pd.concat(frames, names=[known.by, time])
    return frame.swaplevel() if known.time_first else frame


def level_suffix(level):
    """Return what stands behind ``lower`` in the name of a column: nothing for a single level."""
    return "" if level is None else f"_{level:g}"


def bounds(forecast, half_widths):
    """Return lower and upper bounds by name, for one level or several.

    Parameters
    ----------
    forecast : ndarray of shape (steps, n_columns)
        Predictions.
    half_widths : dict
        For each level how far the bounds are from the prediction; the key None for a single level.

    Returns
    -------
    bounds : dict
        ``lower`` and ``upper``; of several levels ``lower_0.9`` and so on.
    """
    result = {}
    for level, widths in half_widths.items():
        suffix = level_suffix(level)
        result[f"lower{suffix}"] = forecast - widths
        result[f"upper{suffix}"] = forecast + widths
    return result
