"""Exogenous columns: which of them are known in advance, and their values in the future."""

import numpy as np

from sklstm.time_labels import in_zone_of, label_text

from ._histories import names_of_columns, read_tables, refuse_nan


def places_of_known(known_exog, names, n_columns):
    """Return which exogenous columns are known in advance.

    Parameters
    ----------
    known_exog : "all", None or list
        As the parameter of the forecaster.
    names : list or None
        Names of the columns, if they have any.
    n_columns : int
        How many there are.

    Returns
    -------
    places : ndarray of int
        Their places, ascending.

    Raises
    ------
    ValueError
        If there is no such column.
    """
    if known_exog is None:
        return np.empty(0, dtype=int)
    if isinstance(known_exog, str) and known_exog == "all":
        return np.arange(n_columns)
    places = []
    for column in known_exog:
        if isinstance(column, bool | np.bool_):
            raise ValueError(
                f"known_exog takes names or places of columns, got {list(known_exog)!r}; a mask is "
                "neither."
            )
        if names is not None and column in names:
            places.append(names.index(column))
        elif isinstance(column, int | np.integer) and 0 <= column < n_columns:
            places.append(int(column))
        else:
            raise ValueError(
                f"known_exog has {column!r}, which is no column of exog: "
                f"{names if names is not None else f'it has {n_columns}'}."
            )
    return np.array(sorted(set(places)), dtype=int)


def read_future(exog, by, names, places, keys):
    """Read the values that exogenous columns will have.

    Parameters
    ----------
    exog : array-like or frame
        Rows after the end of each series. Of a frame the columns known in advance are taken by
        their names; an array has these columns alone.
    by : str or None
        What tells several series apart.
    names : list or None
        Names of all exogenous columns in `fit`.
    places : ndarray of int
        Which of them are known in advance.
    keys : list
        The series to be forecast.

    Returns
    -------
    futures : dict
        For each series values of shape (n_rows, n_known), and index or None.

    Raises
    ------
    ValueError
        If columns or series are missing, or unknown.
    """
    given = names_of_columns(exog, by)
    if given is not None and names is not None:
        wanted = [names[place] for place in places]
        absent = [name for name in wanted if name not in given]
        if absent:
            raise ValueError(
                f"exog lacks the column {absent[0]!r}; in the future it takes the columns "
                f"{wanted}, got {given}."
            )
        columns = [given.index(name) for name in wanted]
    else:
        columns = None
    tables = read_tables(exog, by, "exog")
    for key in tables:
        if key not in keys:
            raise ValueError(f"exog has rows of a series {key!r}, which is not to be forecast.")
    futures = {}
    for key in keys:
        if key not in tables:
            raise ValueError(f"exog has no rows of series {key!r}.")
        values, index = tables[key]
        if columns is not None:
            values = values[:, columns]
        elif values.shape[1] != len(places):
            raise ValueError(
                f"exog must have the {len(places)} columns that are known in advance, got "
                f"{values.shape[1]}."
            )
        refuse_nan(values, index, "exog", key)
        futures[key] = values, index
    return futures


def check_future(future, labels, calendar, key):
    """Return the values of the rows to be forecast, and the labels of these rows.

    Parameters
    ----------
    future : tuple of (ndarray, index or None)
        As from `read_future`.
    labels : pandas index
        The labels that come next.
    calendar : Calendar
        Decides whether later labels of the future's own are right too, as trading days are.
    key : object
        Name of the series, or None.

    Returns
    -------
    values : ndarray of shape (n_rows, n_known)
        Values known in advance.
    labels : pandas index
        Of the same rows.

    Raises
    ------
    ValueError
        If rows are missing, or are those of another time.
    """
    values, own = future
    of = "" if key is None else f" of series {key!r}"
    if len(values) < len(labels):
        raise ValueError(
            f"exog must have the {len(labels)} rows after the end{of}, {labels[0]} to "
            f"{labels[-1]}; got {len(values)} rows."
        )
    if own is None:
        return values[: len(labels)], labels
    own = in_zone_of(own[: len(labels)], labels)
    if not own.equals(labels):
        if not calendar.may_follow(own, labels):
            pairs = zip(own, labels, strict=True)
            wrong = next((pair for pair in pairs if pair[0] != pair[1]), (own[0], labels[0]))
            raise ValueError(
                f"exog has a row at {label_text(wrong[0])}{of} where {label_text(wrong[1])} comes "
                "next: it takes the rows after the end of the series, "
                f"{label_text(labels[0])} to {label_text(labels[-1])}."
            )
        labels = own
    return values[: len(labels)], labels
