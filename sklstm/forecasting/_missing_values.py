"""Single missing values, which are refused: `refuse_nan`, `refuse_partly_missing`."""

from collections.abc import Collection, Hashable
from typing import Any

import numpy as np
import pandas as pd

from sklstm.time_labels import label_text


def refuse_nan(
    values: np.ndarray,
    index: pd.Index | None,
    names: list[Any] | None,
    key: Hashable = None,
    categories: Collection[Any] = (),
) -> None:
    """Raise a ValueError if exogenous values are missing somewhere.

    `names` are those of the column that each number was made of, `categories` those that are text.
    """
    missing = np.isnan(values)
    if missing.any():
        row, column = np.argwhere(missing)[0]
        label = row if index is None else label_text(index[row])
        of = "" if key is None else f" of series {key!r}"
        if names is not None and names[column] in categories:
            name = repr(names[column])
            raise ValueError(
                f"exog is missing at {label}{of}, column {name}, which holds categories. If that "
                "means something, as on days without an event, give it a name in all rows, past "
                f"and future: exog[{name}].astype(object).fillna('none')."
            )
        column = column if names is None else repr(names[column])
        raise ValueError(
            f"exog is NaN at {label}{of}, column {column}: single missing values are taken by "
            "regressors of flat windows that take NaN alone, such as HistGradientBoostingRegressor."
            f" Fill them first, for instance with the last value seen ({_ways_to_fill(key)})."
        )


def refuse_partly_missing(
    values: np.ndarray, index: pd.Index | None, key: Hashable, names: list[Any] | None
) -> None:
    """Raise a ValueError if a row of a series has some of its values only."""
    missing = np.isnan(values)
    if not missing.any():
        return
    partly = missing.any(axis=1) & ~missing.all(axis=1)
    if partly.any():
        row = int(partly.argmax())
        label = row if index is None else label_text(index[row])
        of = "" if key is None else f" of {key!r}"
        columns = np.flatnonzero(missing[row]).tolist()
        columns = columns if names is None else [names[column] for column in columns]
        raise ValueError(
            f"series is only partly NaN at {label}{of}, columns {columns}: a missing "
            "step is one whose columns are all NaN. Fill single missing values first, for instance "
            f"with the last value seen ({_ways_to_fill(key)})."
        )


def _ways_to_fill(key):
    """Return what fills missing values, and of several series none with values of another."""
    if key is None:
        return "CausalImputer, DataFrame.ffill"
    return "of the same series: CausalImputer(by=...), DataFrame.groupby(...).ffill"
