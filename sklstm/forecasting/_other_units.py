"""Future values of exogenous columns far beyond those that are known: `warn_of_other_units`."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from sklstm._warn import warn_user
from sklstm.time_labels import label_text

from ._future_values import Wanted
from ._in_blocks import in_blocks
from ._joined import ends_of, joined

_FAR = 1000.0  # standard deviations; those of a rare event differ by less in `_NEWEST` rows
_NEWEST = 1000  # rows that are looked at, so that long series take no longer
_ROUNDING = 1e-9  # of the mean: what varies less is constant


def warn_of_other_units(
    futures: Mapping[Hashable, tuple[np.ndarray, pd.Index]],
    wanted: Mapping[Hashable, Wanted],
    names: Sequence[Any],
) -> None:
    """Warn of future values as far from the known ones as those of another unit are.

    Networks are bounded, and forecast from them as if nothing were wrong.

    Parameters
    ----------
    futures : dict
        For each series values of shape (n_rows, n_known), and the labels of these rows.
    wanted : dict
        What is known of each of these series.
    names : list
        Names of these columns, or their places.

    Warns
    -----
    UserWarning
        It names the first of them.
    """
    for block in in_blocks(futures, (min(len(wanted[key].known), _NEWEST) for key in futures)):
        means, spreads = _moments([wanted[key].known[-_NEWEST:] for key in block])
        values = joined([futures[key][0] for key in block])
        n_rows = [len(futures[key][0]) for key in block]
        mean, spread = (np.repeat(each, n_rows, axis=0) for each in (means, spreads))
        far = (spread > _ROUNDING * np.abs(mean)) & (np.abs(values - mean) > _FAR * spread)
        if far.any():  # not where some of the known values are missing
            row, column = np.argwhere(far)[0]
            place = int(np.searchsorted(np.cumsum(n_rows), row, side="right"))
            key, first = block[place], sum(n_rows[:place])
            of = "" if key is None else f" of series {key!r}"
            warn_user(
                f"exog has {values[row, column]:.6g} at {label_text(futures[key][1][row - first])}"
                f"{of}, column {names[column]!r}, whose known values are {mean[row, column]:.6g} "
                f"on average, with a standard deviation of {spread[row, column]:.3g}: give it in "
                "the unit of fit."
            )
            return


def _moments(tables):
    """Return mean and standard deviation of the columns of each table, (n_tables, n_columns)."""
    lengths = np.array([len(table) for table in tables])
    begins, whole = ends_of(lengths)[:-1], joined(tables)
    mean = np.add.reduceat(whole, begins, axis=0) / lengths[:, np.newaxis]
    squares = np.square(whole - np.repeat(mean, lengths, axis=0))
    return mean, np.sqrt(np.add.reduceat(squares, begins, axis=0) / lengths[:, np.newaxis])
