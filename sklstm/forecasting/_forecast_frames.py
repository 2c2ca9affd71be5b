"""Forecasts and paths of many series as one frame: `frame_of_forecasts`, `frame_of_paths`."""

from collections.abc import Hashable, Mapping

import numpy as np
import pandas as pd

from sklstm.data import key_levels, key_names

from ._known_series import KnownSeries
from ._unreached import warn_of_unreached


def frame_of_forecasts(
    quantities: Mapping[Hashable, Mapping[str, np.ndarray]],
    labels: Mapping[Hashable, pd.Index],
    known: KnownSeries,
) -> pd.DataFrame:
    """Return the frame of the forecasts of all series.

    Parameters
    ----------
    quantities : dict
        By series ``prediction`` and bounds by their names, each of shape (steps, n_columns); series
        that are not in it have NaN.
    labels : dict
        By series the times of the steps.
    known : KnownSeries
        Gives the names of columns and of the key.

    Returns
    -------
    frame : DataFrame
        A row for each series and step, a column for each quantity; of several columns a first level
        tells which.
    """
    warn_of_unreached({key: one["prediction"] for key, one in quantities.items()}, labels)
    first = next(iter(quantities.values()))
    nothing = {name: np.full(values.shape, np.nan) for name, values in first.items()}
    each = [quantities.get(key, nothing) for key in labels]
    whole = {name: np.concatenate([one[name] for one in each]) for name in first}
    index = _index_of(labels, known)
    if len(known.columns) == 1:
        columns = {name: values[:, 0] for name, values in whole.items()}
        return pd.DataFrame(columns, index=index)
    names = pd.MultiIndex.from_product([known.columns, list(whole)])
    values = np.stack(list(whole.values()), axis=2)
    return pd.DataFrame(values.reshape(len(index), -1), index=index, columns=names)


def frame_of_paths(
    drawn: Mapping[Hashable, np.ndarray], labels: Mapping[Hashable, pd.Index], known: KnownSeries
) -> pd.DataFrame:
    """Return the frame of the paths of all series.

    Parameters
    ----------
    drawn : dict
        By series arrays of shape (n_paths, steps, n_columns); series that are not in it have NaN.
    labels : dict
        By series the times of the steps.
    known : KnownSeries
        Gives the names of columns and of the key.

    Returns
    -------
    frame : DataFrame
        One row for each series and step, one column for each path (and column of the series).
    """
    warn_of_unreached(drawn, labels)
    nothing = np.full_like(next(iter(drawn.values())), np.nan)
    n_paths, steps = nothing.shape[0], nothing.shape[1]
    each = [drawn.get(key, nothing) for key in labels]
    values = [array.transpose(1, 2, 0).reshape(steps, -1) for array in each]
    columns: pd.Index = pd.RangeIndex(n_paths, name="path")
    if len(known.columns) > 1:
        columns = pd.MultiIndex.from_product([known.columns, columns], names=[None, "path"])
    return pd.DataFrame(np.concatenate(values), index=_index_of(labels, known), columns=columns)


def _index_of(labels, known):
    """Return the index of the rows of all series, one series below the other."""
    if known.by is None:
        return labels[None]
    once = {id(times): times for times in labels.values()}  # many series have the same
    first, *others = once.values()
    others += [first] * (len(labels) > 1)  # of several series the index has no frequency
    numbers, values = pd.factorize(first.append(others) if others else first, sort=True)
    pieces = np.split(numbers, np.cumsum([len(times) for times in once.values()]))
    own = dict(zip(once, pieces, strict=False))
    numbers = np.concatenate([own[id(times)] for times in labels.values()])
    levels, codes = key_levels(list(labels), known.by)
    n_rows = [len(one) for one in labels.values()]
    parts = [(values, numbers, first.name)]
    parts[slice(1, 1) if known.time_first else slice(0, 0)] = [
        (level, np.repeat(code, n_rows), name)
        for level, code, name in zip(levels, codes, key_names(known.by), strict=True)
    ]
    levels, codes, names = zip(*parts, strict=True)
    return pd.MultiIndex(levels=levels, codes=codes, names=names)
