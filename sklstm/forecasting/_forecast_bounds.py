"""Bounds of the forecasts that follow on the last rows known: `bounds_of_forecasts`."""

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np

from ._bounds_around import bounds_around, have_both_sides
from ._errors_of_others import add_others
from ._intervals import IntervalMaker, or_recursive, refuse_infinite, refuse_missing
from ._path import Path
from ._predicted_spread import refuse_quantile


def is_adaptive(intervals: Any) -> bool:
    """Return whether intervals adapt; raise a ValueError if there are none of that name."""
    if not isinstance(intervals, str) or intervals not in ("conformal", "adaptive"):
        raise ValueError(f"intervals must be 'conformal' or 'adaptive', got {intervals!r}.")
    return intervals == "adaptive"


def bounds_of_forecasts(
    fitted: Any,
    paths: Sequence[Path],
    forecasts: Sequence[np.ndarray],
    levels: dict[float | None, float],
    intervals: str,
) -> dict[Hashable, dict[str, np.ndarray]]:
    """Return the bounds of one forecast of each series.

    Parameters
    ----------
    fitted : Forecaster
        Who forecasts.
    paths : list of Path
        The series, and what is known of the time after their ends.
    forecasts : list of ndarray of shape (1, steps, n_columns)
        Forecasts from their last rows.
    levels : dict
        As from `check_levels`.
    intervals : {"conformal", "adaptive"}
        Kind of intervals.

    Returns
    -------
    bounds : dict
        By series and then by name, arrays of shape (steps, n_columns).

    Raises
    ------
    ValueError
        If there are too few errors for all of the series; for some, their bounds are NaN.
    """
    adaptive = is_adaptive(intervals)
    if not levels:
        return {path.history.key: {} for path in paths}
    refuse_quantile(fitted.estimator)
    maker = IntervalMaker(fitted._model, fitted._calibrator, fitted._n_newest, levels, adaptive)
    refuse_missing(maker.calibrator)
    steps = forecasts[0].shape[1]
    found = maker.calibrations(paths, steps)
    enough = have_both_sides(found, 1 - max(levels.values()))
    add_others(found, maker, fitted, steps, borrows=not enough)
    ends: list[Any] = [None] * len(paths)
    quantiles = maker.quantiles(paths)
    if quantiles is not None:
        ends = maker.model.forecast(paths, steps, quantiles=quantiles)
    bounds = bounds_around(maker, paths, forecasts, found, ends)
    bounds = refuse_infinite(bounds, levels, instead=or_recursive(maker.model.features))
    return {key: {name: ends[0] for name, ends in one.items()} for key, one in bounds.items()}
