"""The transformer of one series: its fit, and what is wrong with it."""

import numpy as np
from sklearn.base import clone
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer

from sklstm.time_labels import label_text


def fit_transformer(transformer, history):
    transformer = clone(transformer)
    one_way = isinstance(transformer, FunctionTransformer) and transformer.inverse_func is None
    if one_way and transformer.func is not None:
        raise ValueError(
            f"transformer={transformer!r} has no inverse_func, so that forecasts would not be in "
            "the units of the series."
        )
    if hasattr(transformer, "set_output"):
        transformer.set_output(transform="default")
    return transformer.fit(history.values.copy())


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
