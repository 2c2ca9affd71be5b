"""What past forecasts had said of the rows that came: `past_probabilities`."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ._path import Path
from ._scores import unused_future

_FEWEST = 10  # forecasts that tell how rows depend on each other
_MOST = 2000  # of which more would tell hardly more


def past_probabilities(
    fitted: Any, paths: Sequence[Path]
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Return the predicted probabilities of rows that came after earlier forecasts.

    They are forecasts of the calibration rows by the model that has not seen these; if there are
    none, or hardly any, of the training rows by the model itself. All series count, those of the
    forecaster as well, up to the first time from which one of them is forecast.

    Parameters
    ----------
    fitted : Forecaster
        Whose regressor has ``predict_distribution``.
    paths : list of Path
        What is to be forecast.

    Returns
    -------
    probabilities : list of ndarray of shape (n_origins, horizon, n_columns, 2)
        For each series those of less than the row that came, and of no more; NaN where it is not
        known.
    origins : list of ndarray of shape (n_origins,)
        Rows from which the forecasts began.

    Raises
    ------
    ValueError
        If there are too few.
    """
    histories = fitted._known.histories | {path.history.key: path.history for path in paths}
    ends = _ends(histories, paths)
    model, calibrator = fitted._model, fitted._calibrator
    chosen: list[Path] = []
    if not isinstance(calibrator, str):
        first = {key: end - fitted._n_newest.get(key, 0) for key, end in ends.items()}
        chosen, model = _chosen(calibrator, histories, first, ends), calibrator
    if _n_origins(chosen) < _FEWEST:
        model = fitted._model
        chosen = _chosen(model, histories, dict.fromkeys(ends, 0), ends)
    if _n_origins(chosen) < _FEWEST:
        raise ValueError(
            f"sample_paths learns how steps depend on each other from at least {_FEWEST} earlier "
            f"forecasts, and there are rows for {_n_origins(chosen)}: give longer series, or take "
            "fewer rows as lookback and horizon."
        )
    found = model.probabilities(chosen)
    for path, probabilities in zip(chosen, found, strict=True):
        ahead = path.origins[:, np.newaxis] + np.arange(1, probabilities.shape[1] + 1)
        probabilities[ahead > ends[path.history.key]] = np.nan
    return found, [path.origins for path in chosen]


def _ends(histories, paths):
    """Return the last row of each series that was known when the first forecast begins."""
    begins = [path.history.index[path.origins.min()] for path in paths if len(path.origins)]
    if all((path.origins == len(path.history) - 1).all() for path in paths):
        return {key: len(past) - 1 for key, past in histories.items()}
    first = min(begins)
    return {
        key: int(past.index.searchsorted(first, side="right")) - 1
        for key, past in histories.items()
    }


def _chosen(model, histories, first, ends):
    """Return paths of rows to forecast from, evenly spread over series and time.

    Rows whose targets are known in part count only where too few others are there.
    """
    horizon = model.features.horizon
    keys = list(histories)
    keys = [keys[k] for k in np.unique(np.linspace(0, len(keys) - 1, _MOST).astype(int))]
    found = {}
    for key in keys:
        past = histories[key]
        path = Path(past, np.empty(0, dtype=int), unused_future(model, past, horizon))
        origins = model.possible_origins(path)
        inside = (origins >= first[key]) & (origins < ends[key])
        found[key] = path, origins[inside]
    complete = {key: rows[rows <= ends[key] - horizon] for key, (_, rows) in found.items()}
    whole = sum(map(len, complete.values())) >= _FEWEST
    each = _MOST // len(keys)
    return [
        Path(path.history, _thinned(complete[key] if whole else rows, each), path.future)
        for key, (path, rows) in found.items()
    ]


def _thinned(rows, most):
    if len(rows) <= most:
        return rows
    return rows[np.linspace(0, len(rows) - 1, most).astype(int)]


def _n_origins(paths):
    return sum(len(path.origins) for path in paths)
