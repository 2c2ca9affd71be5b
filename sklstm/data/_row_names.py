"""What users call the rows and columns that windows are made of, for messages."""

import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from sklstm.time_labels import label_text

from ._frames import column_names, index_of, step_features

# By the id of an array of windows; a window has no place for the label of its row. An entry goes
# with its array, and whoever makes another array of it loses nothing but better messages.
_NAMES: dict[int, tuple[weakref.ref, pd.Index | None, list[Any] | None]] = {}


def name_samples(windows: np.ndarray, rows: Any, columns: list[Any] | None = None) -> np.ndarray:
    """Remember what the rows are called that windows end with.

    Parameters
    ----------
    windows : ndarray of shape (n_samples, ...)
        One window for each row.
    rows : array, dataframe or series
        The rows; only a frame has names.
    columns : list, optional
        Names of the features of a step; by default those of the columns, or of their steps.

    Returns
    -------
    windows : ndarray
        The same array.
    """
    index = index_of(rows)
    columns = columns or step_features(rows) or column_names(rows)
    return _remember(windows, index, columns)


def names_of_samples(windows: np.ndarray) -> tuple[pd.Index | None, list[Any] | None]:
    """Return the labels of the rows that windows end with, and the names of features, or None."""
    reference, index, columns = _NAMES.get(id(windows), (None, None, None))
    if reference is None or reference() is not windows:
        return None, None
    n_features = windows.shape[2] if windows.ndim == 3 else None
    return (
        index if index is not None and len(index) == len(windows) else None,
        columns if columns is not None and len(columns) == n_features else None,
    )


def row_in(table: Any) -> Callable[[int], str]:
    """Return a function that says which row of a frame or an array it is, given its number."""
    index = index_of(table)

    def where(row: int) -> str:
        return f"row {row if index is None else _text(index[row])}"

    return where


def place_in_windows(
    starts: np.ndarray, n_timesteps: int, labels: pd.Index | None = None
) -> Callable[[int], str]:
    """Return a function that says of a row of `window_rows` where in the windows it is.

    Parameters
    ----------
    starts : ndarray of shape (n_samples,)
        First row of each window.
    n_timesteps : int
        Rows of a window.
    labels : pandas index, optional
        Labels of the rows that windows end with.

    Returns
    -------
    where : callable
        The label, where a window ends with the row; otherwise sample and step of the window
        that ends first behind it.
    """

    def where(row: int) -> str:
        behind = starts + n_timesteps - 1 - row  # steps of each window, if it holds the row
        holds = (behind >= 0) & (starts <= row)
        sample = int(np.argmin(np.where(holds, behind, n_timesteps)))
        step = int(row - starts[sample])
        before = n_timesteps - 1 - step
        if labels is None:
            return f"sample {sample}, step {step}"
        label = f"row {_text(labels[sample])}"
        return label if not before else f"{before} steps before {label}"

    return where


def columns_at(places: Any, columns: list[Any] | None) -> str:
    """Return how messages call features: by the names of columns, if they have any."""
    places = [int(place) for place in places]
    if columns is None:
        return f"feature {places[0]}" if len(places) == 1 else f"features {places}"
    names = [columns[place] for place in places]
    return f"column {names[0]!r}" if len(names) == 1 else f"columns {names}"


def _text(label: Any) -> str:
    if isinstance(label, tuple):
        return ", ".join(str(label_text(part)) for part in label)
    return str(label_text(label))


def keep_names(windows: Any, others: np.ndarray) -> np.ndarray:
    """Give other windows of the same rows, such as scaled ones, the names that windows have."""
    index, columns = names_of_samples(windows) if isinstance(windows, np.ndarray) else (None, None)
    return _remember(others, index, columns)


def _remember(windows, index, columns):
    if index is not None or columns is not None:
        key = id(windows)
        forget = weakref.ref(windows, lambda _: _NAMES.pop(key, None))
        _NAMES[key] = forget, index, columns
    return windows
