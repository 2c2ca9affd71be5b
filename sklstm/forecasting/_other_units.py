"""Future values of exogenous columns far beyond those that are known: `warn_of_other_units`."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from sklstm._warn import warn_user
from sklstm.time_labels import label_text

from ._future_values import Wanted

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
    for key, (values, index) in futures.items():
        known = wanted[key].known[-_NEWEST:]
        mean, spread = known.mean(axis=0), known.std(axis=0)
        varies = spread > _ROUNDING * np.abs(mean)  # not where some are missing
        far = varies & (np.abs(values - mean) > _FAR * spread)
        if far.any():
            row, column = np.argwhere(far)[0]
            of = "" if key is None else f" of series {key!r}"
            warn_user(
                f"exog has {values[row, column]:.6g} at {label_text(index[row])}{of}, column "
                f"{names[column]!r}, whose known values are {mean[column]:.6g} on average, with a "
                f"standard deviation of {spread[column]:.3g}: give it in the unit of fit."
            )
            return
