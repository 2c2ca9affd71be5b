"""Errors of forecasts from many rows of many series: `forecast_errors`."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ._error_scale import ErrorScale
from ._following_rows import following_rows_of_all
from ._forecast_model import ForecastModel
from ._in_blocks import in_blocks
from ._joined import ends_of, joined, pieces
from ._path import Path


def forecast_errors(
    model: ForecastModel,
    paths: Sequence[Path],
    first: Sequence[int],
    steps: int,
    scales: Sequence[ErrorScale],
    quantiles: Sequence[float] | None = None,
) -> list[np.ndarray]:
    """Return the errors of forecasts from many rows of series: actual values minus forecasts.

    Parameters
    ----------
    model : ForecastModel
        Who forecasts; it should not have learned from the rows after `first`.
    paths : list of Path
        The series, and what is known of the time after their ends. Their own origins do not count.
    first : list of int
        The first row of each to forecast from.
    steps : int
        How many rows ahead.
    scales : list of ErrorScale
        On which differences are taken.
    quantiles : list of float, optional
        Levels of predicted quantiles that are subtracted in place of forecasts, in a last axis.

    Returns
    -------
    errors : list of ndarray of shape (n_steps - first, steps, n_columns)
        For each series those of forecasts from row `first` on; NaN where the actual value is not
        known or there is no forecast. They stand one behind the other in memory.
    """
    if not paths:
        return []
    begun = []
    for path, begin, origins in zip(paths, first, model.possible_origins(paths), strict=True):
        inside = (origins >= begin) & (origins < len(path.history) - 1)
        begun.append(replace(path, origins=origins[inside]))
    forecasts = model.forecast(begun, steps, quantiles=quantiles)
    ends = ends_of([max(len(p.history) - row, 0) for p, row in zip(paths, first, strict=True)])
    whole = np.full((ends[-1], *forecasts[0].shape[1:]), np.nan)
    parts = zip(begun, first, ends[:-1], forecasts, scales, strict=True)
    for block in in_blocks(parts, (len(path.origins) * steps for path in begun)):
        chosen, begins, places, predicted, own = zip(*block, strict=True)
        error = _errors(chosen, predicted, own, are_quantiles=quantiles is not None)
        shifts = np.subtract(places, begins)
        rows = np.repeat(shifts, [len(path.origins) for path in chosen])
        whole[rows + np.concatenate([path.origins for path in chosen])] = error
    return pieces(whole, ends)


def _errors(paths, forecasts, scales, are_quantiles):
    """Return the errors of forecasts of several series, (n_all_origins, steps, n_columns)."""
    values = [
        scale.of_values(path.history.values) for path, scale in zip(paths, scales, strict=True)
    ]
    origins = [path.origins for path in paths]
    actual = following_rows_of_all(values, origins, forecasts[0].shape[1])
    if are_quantiles:  # which are on this scale as they are
        error = actual[..., np.newaxis] - joined(forecasts)
    else:
        error = actual - joined(
            [scale.of_values(own) for own, scale in zip(forecasts, scales, strict=True)]
        )
    error[~np.isfinite(error)] = np.nan
    return error
