"""Several series in one frame, told apart by a column or a level of the index: `split_panel`."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ._frames import column_names, frame_like, is_frame


@dataclass(frozen=True)
class Panel:
    """Which rows of a frame belong to which series.

    Parameters
    ----------
    keys : list
        Name of each series, in the order of their first rows.
    rows : list of ndarray of int
        For each series the positions of its rows, in the order in which they stand.
    frame : dataframe
        The frame without the names: without their column, or without their level of the index.
    whole : dataframe
        The frame with the names.
    by : str
        The column, or the level of the index, that holds the names.
    """

    keys: list
    rows: list
    frame: object
    whole: object
    by: str

    def parts(self):
        """Yield the key of each series and the frame of its rows."""
        for key, rows in zip(self.keys, self.rows, strict=True):
            yield key, take_rows(self.frame, rows)

    def with_features(self, values):
        """Put other values of the features into the frame that was split.

        Parameters
        ----------
        values : ndarray of shape (n_rows, n_features)
            One row for each row of the frame, one column for each of its columns but the names.

        Returns
        -------
        frame : dataframe
            Of the same kind and index, the names unchanged in their place.
        """
        columns = column_names(self.whole)
        frame = frame_like(values, self.whole, column_names(self.frame))
        if self.by in columns:
            names, place = self.whole[self.by], columns.index(self.by)
            if isinstance(frame, pd.DataFrame):
                frame.insert(place, self.by, names)
            else:
                frame.insert_column(place, names)
        return frame


def split_panel(X, by, name="X"):
    """Tell apart the series in a frame.

    Parameters
    ----------
    X : dataframe
        One row per series and time step. Rows of a series stand in the order of time; those of
        different series may lie among each other.
    by : str
        The column, or the level of the index, that says to which series a row belongs. A column
        goes before a level of the same name.
    name : str, default="X"
        What the frame is called in error messages.

    Returns
    -------
    panel : Panel
        The series.

    Raises
    ------
    ValueError
        If `X` has no such column or level, or several, or its value is missing somewhere.
    """
    if not is_frame(X) and not isinstance(X, pd.Series):
        raise ValueError(
            f"by={by!r} names a column or a level of the index, and {name} has neither: it takes a "
            f"dataframe, got {type(X).__name__}."
        )
    labels, frame = _labels(X, by, name)
    codes, keys = pd.factorize(labels)
    if (codes < 0).any():
        raise ValueError(
            f"{name} has rows that belong to no series: by={by!r} is missing in row "
            f"{int(np.argmax(codes < 0))}."
        )
    order = np.argsort(codes, kind="stable")
    ends = np.cumsum(np.bincount(codes, minlength=len(keys)))
    rows = np.split(order, ends[:-1]) if len(keys) else []
    return Panel(list(keys), rows, frame, whole=X, by=by)


def take_rows(frame, rows):
    """Return the rows of a frame at some positions."""
    return frame.iloc[rows] if isinstance(frame, pd.DataFrame | pd.Series) else frame[rows]


def _labels(X, by, name):
    """Return the name of the series of each row, and the frame without these names."""
    columns = column_names(X) or []
    if columns.count(by) > 1:
        raise ValueError(f"by={by!r} is the name of several columns of {name}: {columns}.")
    if by in columns:
        if isinstance(X, pd.DataFrame):
            return X[by], X.drop(columns=by)
        return pd.Series(X[by].to_numpy()), X.drop(by)
    levels = list(X.index.names) if isinstance(X, pd.DataFrame | pd.Series) else []
    if by not in levels:
        index = f" nor a level of its index {levels}" if levels else ""
        raise ValueError(f"by={by!r} is neither a column of {name} {columns}{index}.")
    labels = X.index.get_level_values(by)
    if len(levels) == 1:
        raise ValueError(
            f"by={by!r} is the only level of the index of {name}: rows of a series need a time "
            "each, in a second level, or the names of the series as a column."
        )
    return labels, X.droplevel(by)
