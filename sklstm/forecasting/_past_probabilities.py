"""What past forecasts had said of the rows that came: `past_probabilities`."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ._histories import History
from ._path import NO_ROWS, Path
from ._unused_futures import unused_futures

_FEWEST = 10  # forecasts that tell how rows depend on each other
_MOST = 2000  # of which more would tell hardly more


class _Rows(NamedTuple):
    """Who may forecast from which rows: series, and the last row of each that was known."""

    fitted: Any
    histories: Mapping[Hashable, History]
    ends: dict[Hashable, int]


def past_probabilities(
    fitted: Any, paths: Sequence[Path], own: Any = None, asked_by: str = "sample_paths"
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
    own : Forecaster, optional
        That knows its own rows, where `fitted` knows a few others in place of them: whoever has
        more forecasts to learn from counts.
    asked_by : str, default="sample_paths"
        What an error says that takes earlier forecasts.

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
    known = [_rows_of(fitted, paths)]
    if own is not None and own is not fitted:
        known.append(_rows_of(own, ()))
    # Forecasts of rows that a model has not seen come first.
    for earlier in (_of_calibration_rows, _of_all_rows):
        found = [(*earlier(rows), rows.ends) for rows in known]
        model, chosen, ends = max(found, key=lambda one: _n_origins(one[1]))
        if _n_origins(chosen) >= _FEWEST:
            break
    else:
        raise ValueError(
            f"{asked_by} learns how steps depend on each other from at least {_FEWEST} earlier "
            f"forecasts, and there are rows for {_n_origins(chosen)}: give longer series, or take "
            "fewer rows as lookback and horizon."
        )
    probabilities = model.probabilities(chosen)
    for path, of_path in zip(chosen, probabilities, strict=True):
        ahead = path.origins[:, np.newaxis] + np.arange(1, of_path.shape[1] + 1)
        of_path[ahead > ends[path.history.key]] = np.nan
    return probabilities, [path.origins for path in chosen]


def _rows_of(fitted, paths):
    histories = fitted._known.histories | {path.history.key: path.history for path in paths}
    return _Rows(fitted, histories, _ends(histories, paths))


def _of_calibration_rows(rows):
    """Return who has not seen the calibration rows, and paths that forecast them."""
    fitted, histories, ends = rows
    if isinstance(fitted._calibrator, str):  # which says why there is none
        return None, []
    first = {key: end - fitted._n_newest.get(key, 0) for key, end in ends.items()}
    return fitted._calibrator, _chosen(fitted._calibrator, histories, first, ends)


def _of_all_rows(rows):
    fitted, histories, ends = rows
    return fitted._model, _chosen(fitted._model, histories, dict.fromkeys(ends, 0), ends)


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
    pasts = [histories[key] for key in keys]
    futures = unused_futures(model, pasts, horizon)
    paths = [Path(past, NO_ROWS, own) for past, own in zip(pasts, futures, strict=True)]
    found = {}
    for key, path, origins in zip(keys, paths, model.possible_origins(paths), strict=True):
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
