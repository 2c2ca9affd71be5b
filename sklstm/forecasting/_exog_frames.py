"""Exogenous columns as a frame of pandas, and back: `as_frame`, `in_kind_of`."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from sklstm.data import column_names, key_names, plain_categories, split_panel


def as_frame(exog: Any, by: Any, static: Sequence[Any], series: Any = None) -> pd.DataFrame | None:
    """Return exogenous columns as a frame of pandas; a table of stores has its keys in columns.

    Parameters
    ----------
    exog : object
        As the forecaster is given it.
    by : str, list of str or None
        Columns or levels of the index with the key of each series.
    static : list
        Names of the columns that describe a series.
    series : object, default=None
        Of a table of stores those without rows in it are left out: their sizes are those of none.

    Returns
    -------
    frame : DataFrame or None
        None for what is no frame.

    Raises
    ------
    ValueError
        If a table of stores has some parts of the keys only.
    """
    if isinstance(exog, pd.Series):
        exog = exog.to_frame("value" if exog.name is None else exog.name)
    names, keys = column_names(exog), key_names(by)
    if names is None:
        return None
    if isinstance(exog, pd.DataFrame):
        exog = _with_plain_categories(exog)
    else:  # of polars
        exog = pd.DataFrame({name: exog[name].to_numpy() for name in names})
    if not set(names) <= {*static, *keys}:
        return exog
    levels = set(exog.index.names)
    held = [key for key in keys if key in levels or key in names]
    if static and 0 < len(held) < len(keys):
        raise ValueError(
            f"exog describes series by {held}, and by={keys} tells them apart: it takes a row for "
            f"each series, as from keys.merge(exog, on={held}) with all keys."
        )
    if keys and levels == set(keys) and not levels & set(names):
        exog = exog.reset_index()
    return exog if series is None or not (static and keys) else _of_series(exog, by, series)


def in_kind_of(exog: Any, table: pd.DataFrame) -> Any:
    """Return a table made of exogenous columns as a frame of polars, without labels, if they are.

    Parameters
    ----------
    exog : frame
        The columns that the table was made of.
    table : DataFrame
        With their rows.

    Returns
    -------
    table : frame
        The same one beside columns of pandas.
    """
    if isinstance(exog, pd.DataFrame | pd.Series):
        return table
    return type(exog)({str(name): table[name].to_numpy() for name in table.columns})


def _with_plain_categories(frame):
    if not frame.columns.is_unique:  # which is refused elsewhere
        return frame
    plain = {name: plain_categories(frame[name]) for name in frame.columns}
    changed = [name for name, column in plain.items() if column.dtype != frame[name].dtype]
    frame = frame.copy(deep=False) if changed else frame
    for name in changed:
        frame[name] = plain[name]
    return frame


def _of_series(stores, by, series):
    known = set(split_panel(series, by, "series").keys)
    panel = split_panel(stores, by, "exog")
    rows = [own for key, own in zip(panel.keys, panel.rows, strict=True) if key in known]
    if not rows or len(rows) == len(panel.keys):
        return stores
    return stores.iloc[np.sort(np.concatenate(rows))]
