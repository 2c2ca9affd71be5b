"""Joint paths of the rows that follow: `draw_paths`."""

from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ._abilities import refuse_quantile
from ._error_scale import ErrorScale
from ._forecast_model import Path
from ._intervals import Calibrations, IntervalMaker, refuse_missing
from ._scores import unused_future

_FEWEST = 10  # errors of its own that a series draws from


def draw_paths(
    fitted: Any, paths: Sequence[Path], steps: int, n_paths: int, rng: np.random.Generator
) -> dict[Hashable, np.ndarray]:
    """Draw paths of the rows that follow on the last ones of each series.

    Parameters
    ----------
    fitted : Forecaster
        Who forecasts.
    paths : list of Path
        The series, and what is known of the time after their ends.
    steps : int
        Rows of a path.
    n_paths : int
        Paths of each series.
    rng : numpy Generator
        Source of the draws.

    Returns
    -------
    drawn : dict
        By series arrays of shape (n_paths, steps, n_columns).

    Raises
    ------
    ValueError
        If there are too few errors to draw from.

    Notes
    -----
    Recursive forecasts feed draws back: each predicted row, plus an error of one step drawn from
    those of the calibration rows, enters the window of the next. Where rows stand for more than
    themselves after the transformer, such as differences, and with direct forecasts, whole paths of
    errors are drawn: those of all steps from one origin, so that steps depend on each other as they
    did there.
    """
    refuse_quantile(fitted.estimator)
    model = fitted._model
    scales = [
        ErrorScale.of(model.transformers.get(path.history.key), path.history.values)
        for path in paths
    ]
    whole = all(
        scale.is_whole(model.transformers.get(path.history.key))
        for path, scale in zip(paths, scales, strict=True)
    )
    if model.features.horizon > 1 or not whole:
        return _residual_paths(fitted, paths, steps, n_paths, rng)
    repeated = [replace(path, origins=np.repeat(path.origins, n_paths)) for path in paths]
    if hasattr(model.regressor, "sample"):
        drawn = model.forecast(repeated, steps, restored=False, rng=rng)
    else:
        noise = _errors_to_draw(fitted, paths, 1)
        repeated = [
            replace(path, noise=errors[rng.integers(len(errors), size=(n_paths, steps)), 0])
            for path, errors in zip(repeated, noise, strict=True)
        ]
        drawn = model.forecast(repeated, steps, restored=False)
    return {
        path.history.key: scale.back(values)
        for path, scale, values in zip(paths, scales, drawn, strict=True)
    }


def _residual_paths(fitted, paths, steps, n_paths, rng):
    """Return forecasts moved by the errors of all steps from origins that are drawn."""
    forecasts = fitted._model.forecast(paths, steps)
    drawn = {}
    for path, forecast, errors in zip(
        paths, forecasts, _errors_to_draw(fitted, paths, steps), strict=True
    ):
        transformer = fitted._model.transformers.get(path.history.key)
        scale = ErrorScale.of(transformer, path.history.values)
        chosen = errors[rng.integers(len(errors), size=n_paths)]
        drawn[path.history.key] = scale.moved(forecast, chosen)
    return drawn


def _errors_to_draw(fitted, paths, steps):
    """Return for each series errors of all steps from some origins, (n_origins, steps, n_columns).

    Of series that have few they are those of all, relative to the size of their steps.
    """
    maker = IntervalMaker(fitted._model, fitted._calibrator, fitted._n_newest, {})
    refuse_missing(maker.calibrator, "sample_paths")
    found = _calibrations(maker, paths, steps)
    own = {key: _complete(one.known_at(len(one.history) - 1)) for key, one in found.items()}
    if any(len(errors) < _FEWEST for errors in own.values()):
        others = [
            Path(past, np.empty(0, dtype=int), unused_future(maker.calibrator, past, steps))
            for key, past in fitted._known.histories.items()
            if key not in found
        ]
        found.update(_calibrations(maker, others, steps))
    return [_own_or_pooled(own[path.history.key], found, path.history) for path in paths]


def _calibrations(maker, paths, steps):
    return maker.calibrations(paths, steps, lambda path: len(path.history) - 1)


def _complete(errors):
    return errors[~np.isnan(errors).any(axis=(1, 2))]


def _own_or_pooled(errors: np.ndarray, found: Calibrations, history: Any) -> np.ndarray:
    if len(errors) >= _FEWEST:
        return errors
    if len(found) > 1:
        pooled = _complete(found.pooled_at(history.index[-1]))
        size = found[history.key].size_at(len(history) - 1)
        if len(pooled) >= _FEWEST and np.isfinite(size).all():
            return pooled * size
    raise ValueError(
        f"sample_paths draws from at least {_FEWEST} earlier errors of all steps, and the "
        f"calibration rows of series{history.of} give {len(errors)}: take fewer steps or a larger "
        "calibration_size."
    )
