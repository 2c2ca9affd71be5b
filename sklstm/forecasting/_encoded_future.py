"""Future values of exogenous columns, some of which may be categories."""

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from ._exog_columns import tell_of_unseen
from ._exog_encoding import ExogEncoding
from ._future_values import Wanted, read_future
from ._other_units import Rows, warn_of_other_units


def check_given(exog: Any, n_known: int, n_columns: int, steps: int) -> None:
    """Raise a ValueError if future values are needed and absent, or given and not needed.

    Parameters
    ----------
    exog : object
        As `Forecaster.forecast` is given it.
    n_known, n_columns : int
        How many exogenous columns are given in advance, and in all.
    steps : int
        How many rows will be forecast.
    """
    if exog is None and n_known:
        raise ValueError(
            f"exog is missing: {n_known} of the columns in fit are known in advance, and "
            f"forecast takes their {steps} rows after the end. Columns that are not known in "
            "advance are to be left out of known_exog."
        )
    if exog is not None and not n_known:
        raise ValueError(
            f"exog was given, but no column is known in advance: fit had {n_columns} exogenous "
            "columns, and known_exog names none of them."
        )


def check_as_in_fit(exog: Any, n_columns: int) -> None:
    """Raise a ValueError if exogenous columns of new rows are given, and `fit` had none, or not."""
    if exog is None and n_columns:
        raise ValueError(
            f"exog is missing: fit had {n_columns} exogenous columns, which new rows take, too, "
            "and those of history (history_exog)."
        )
    if exog is not None and not n_columns:
        raise ValueError("exog was given, but fit had none.")


def read_encoded_future(
    encoding: ExogEncoding | None,
    exog: Any,
    by: Any,
    columns: tuple[list[Any] | None, np.ndarray],
    given: list[Any],
    wanted: Mapping[Hashable, Wanted],
    exog_nan: bool,
) -> dict[Hashable, tuple[np.ndarray, pd.Index]]:
    """Read the values that exogenous columns will have.

    Parameters
    ----------
    encoding : ExogEncoding or None
        How they become numbers.
    exog : array-like or frame
        As `Forecaster.forecast` is given it.
    by : str, list of str or None
        Columns or levels of the index with the key of each series.
    columns : tuple of (list or None, ndarray of int)
        Names of all numbers of exogenous columns, and places of those known in advance.
    given : list
        Names of the columns known in advance, as they are given.
    wanted : dict
        For each series that is to be forecast the rows that are looked up.
    exog_nan : bool
        Whether values may be NaN.

    Returns
    -------
    futures : dict
        For each series values of shape (n_rows, n_known), and the labels of these rows.

    Warns
    -----
    UserWarning
        If rows that are looked up have categories that `fit` did not have, or values that are far
        from all that are known.
    """
    names, known_places = columns
    table, unseen = (exog, {}) if encoding is None else encoding.future(exog, by, given)
    found = read_future(table, by, *columns, wanted, exog_nan, encoding)
    shown = [place if names is None else names[place] for place in known_places]
    rows = [Rows(key, *own, 0, wanted[key].known) for key, own in found.items()]
    warn_of_other_units(rows, shown, "exog")
    if encoding is not None and unseen:
        codes = encoding.codes(exog, by, unseen)
        places = np.arange(len(unseen))
        met = read_future(codes, by, None, places, wanted, True).values()
        tell_of_unseen(_those_met(unseen, [values for values, _ in met]))
    return found


def _those_met(unseen, tables):
    """Return the categories whose numbers are in a table of codes."""
    met = {}
    for place, (name, values) in enumerate(unseen.items()):
        codes = {int(code) for table in tables for code in np.unique(table[:, place])}
        if kept := [value for number, value in enumerate(values) if number in codes]:
            met[name] = kept
    return met
