"""The transformer of one series: what it makes of values, and whether it looks at single rows."""

from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer

from sklstm.time_labels import label_text


def refuse_lost_values(values, history, transformer):
    """Raise a ValueError if a transformer makes NaN or infinity of values that are known.

    The first rows of a series may become NaN, such as those of differences, and so may those that
    follow on missing ones; a function of each value has no such excuse.
    """
    known = ~np.isnan(history.values).any(axis=1)
    lost = np.isinf(values).any(axis=1)
    nan = np.isnan(values).any(axis=1)
    if isinstance(transformer, FunctionTransformer):
        lost |= nan & known
    elif known.all():
        lost |= nan & (np.cumsum(~nan) > 0)
    if lost.any():
        row = int(lost.argmax())
        raise ValueError(
            f"transformer={transformer!r} makes {values[row].tolist()} of the values "
            f"{history.values[row].tolist()} of series{history.of} at "
            f"{label_text(history.index[row])}: it must give finite numbers for all values of the "
            "series. A logarithm takes positive values only (log1p takes zeros)."
        )


def works_row_by_row(transformer):
    """Return whether each transformed row depends on its own row alone.

    scikit-learn's own do, but for those that call any function.
    """
    if isinstance(transformer, Pipeline):
        return all(works_row_by_row(step) for _, step in transformer.steps)
    kind = type(transformer)
    return kind.__module__.startswith("sklearn.") and kind.__name__ != "FunctionTransformer"


def in_units(
    transformer: Any, values: np.ndarray, origins: np.ndarray, forecasts: np.ndarray
) -> np.ndarray:
    """Return forecasts of a transformed series in the units of the series.

    Parameters
    ----------
    transformer : transformer or None
        Fitted.
    values : ndarray of shape (n_steps, n_columns)
        The transformed series, by which differences are undone.
    origins : ndarray of shape (n_origins,)
        Last known row of each forecast.
    forecasts : ndarray of shape (n_origins, steps, n_columns)
        On the scale of the transformer.

    Returns
    -------
    forecasts : ndarray of shape (n_origins, steps, n_columns)
        The same ones without transformer.
    """
    if transformer is None:
        return forecasts
    n_origins, steps, n_columns = forecasts.shape
    if works_row_by_row(transformer):
        rows = transformer.inverse_transform(forecasts.reshape(-1, n_columns))
        return np.asarray(rows, dtype=float).reshape(n_origins, steps, -1)
    restored = [
        transformer.inverse_transform(np.concatenate([values[: origin + 1], forecast]))[-steps:]
        for origin, forecast in zip(origins, forecasts, strict=True)
    ]
    return np.asarray(restored, dtype=float)
