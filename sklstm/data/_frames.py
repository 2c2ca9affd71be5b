"""Containers and names: frames in, frames out, and the names of steps."""

import re
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils._set_output import _get_output_config

from ._other_tables import is_of_arrow

_STEP_NAME = re.compile(r"(?P<feature>.*)@t-(?P<lag>\d+)", re.DOTALL)


def column_names(X: Any) -> list[Any] | None:
    """Return the column names of a dataframe as a list, None for anything else."""
    return list(X.columns) if is_frame(X) else None


def text_names(names: Iterable[Any]) -> list[str]:
    """Return names of columns, x0, x1, ... if some are no text: estimators take text alone."""
    names = list(names)
    if all(isinstance(name, str) for name in names):
        return names
    return [f"x{place}" for place in range(len(names))]


def index_of(X: Any) -> pd.Index | None:
    """Return the index of a pandas object, None for a container that has none."""
    return X.index if isinstance(X, pd.DataFrame | pd.Series) else None


def same_index(index: pd.Index, other: pd.Index) -> bool:
    """Return whether two indexes are equal, without making all labels of several levels."""
    if isinstance(index, pd.MultiIndex) and isinstance(other, pd.MultiIndex):
        pairs = zip(index.levels, other.levels, strict=False)
        if index.nlevels == other.nlevels and all(a.equals(b) for a, b in pairs):
            return all(np.array_equal(a, b) for a, b in zip(index.codes, other.codes, strict=True))
    return bool(index.equals(other))


def is_frame(X: Any) -> bool:
    """Return whether `X` is a pandas or polars dataframe."""
    return isinstance(X, pd.DataFrame) or _is_polars(X)


def frame_like(values: np.ndarray, X: Any, columns: Sequence[Any]) -> Any:
    """Put `values` into a frame of the kind of `X`, with its index; an array stays an array.

    Parameters
    ----------
    values : ndarray of shape (n_rows, n_columns)
        What the frame is to hold.
    X : array or dataframe
        The container to imitate.
    columns : sequence of str
        Column names of the result.

    Returns
    -------
    frame : dataframe or ndarray
        Of the kind of `X`.
    """
    if isinstance(X, pd.DataFrame):
        return pd.DataFrame(values, index=X.index, columns=list(columns), copy=False)
    if _is_polars(X):
        return type(X)(values, schema=[str(name) for name in columns], orient="row")
    return values


def with_columns(frame: Any, columns: np.ndarray, names: list[str]) -> Any:
    """Put more columns behind those of a frame or array.

    Parameters
    ----------
    frame : dataframe or ndarray of shape (n_rows, n_columns)
        The first columns.
    columns : ndarray of shape (n_rows, n_more)
        The others.
    names : list of str
        Their names in a frame.

    Returns
    -------
    wider : dataframe or ndarray of shape (n_rows, n_columns + n_more)
        Of the kind of `frame`, with its index.
    """
    if isinstance(frame, np.ndarray):
        return np.hstack([frame, columns])
    if isinstance(frame, pd.DataFrame):
        return pd.concat([frame, pd.DataFrame(columns, index=frame.index, columns=names)], axis=1)
    return frame.hstack(type(frame)(columns, schema=names))


def wants_frame(transformer: Any) -> bool:
    """Return whether `set_output` or the global configuration requests a frame."""
    return _get_output_config("transform", transformer)["dense"] != "default"


def step_names(features: Sequence[str], n_timesteps: int) -> list[str]:
    """Return the names of flat windows, oldest step first.

    >>> step_names(["open", "close"], 2)
    ['open@t-1', 'close@t-1', 'open@t-0', 'close@t-0']
    """
    return [f"{name}@t-{lag}" for lag in range(n_timesteps - 1, -1, -1) for name in features]


def parse_step_names(columns: list[Any] | None) -> tuple[list[str], int, np.ndarray | None] | None:
    """Parse names as `step_names` gives them, in any order.

    Parameters
    ----------
    columns : list of str or None
        Column names of a frame.

    Returns
    -------
    steps : tuple of (list of str, int, ndarray or None), or None
        Names of the features, in the order of their first column; number of steps; and the columns
        to take to have the oldest step first, None where they stand so already. None for `columns`
        that are not a complete set of such names.
    """
    named = _step_names_meant(columns)
    if columns is None or named is None:
        return None
    features, n_timesteps = named
    if len(columns) != len(features) * n_timesteps:
        return None
    names = step_names(features, n_timesteps)
    if names == columns:
        return features, n_timesteps, None
    if sorted(names) != sorted(columns):
        return None
    position = {name: place for place, name in enumerate(columns)}
    return features, n_timesteps, np.array([position[name] for name in names])


def step_features(X: Any) -> list[str] | None:
    """Return the names of the features of each step of a flat frame, or of frames in a list.

    None for anything else.
    """
    if isinstance(X, list | tuple):
        return column_names(X[0]) if len(X) else None
    steps = parse_step_names(column_names(X))
    return None if steps is None else steps[0]


def refuse_incomplete_steps(columns: list[Any] | None, input_name: str = "X") -> None:
    """Raise a ValueError if `columns` are names of steps, but some step of a feature has none."""
    named = _step_names_meant(columns)
    if columns is None or named is None or parse_step_names(columns) is not None:
        return
    features, n_timesteps = named
    raise ValueError(
        f"The columns of {input_name} are named as steps of windows, such as {columns[0]!r}, "
        f"but not a complete set of them: {len(features)} features of {n_timesteps} steps "
        f"(the oldest is t-{n_timesteps - 1}) make {len(features) * n_timesteps} different "
        f"names, got {len(set(columns))} in {len(columns)} columns."
    )


def refuse_other_columns(values: Any, name: str) -> None:
    """Raise a ValueError if frames of a list differ in their columns: NumPy reads no names."""
    if not isinstance(values, list | tuple) or not values:
        return
    if is_of_arrow(values[0]):
        raise ValueError(
            f"{name} is a list of tables of Arrow, whose columns are not told apart here: give "
            f"frames, [one.to_pandas() for one in {name}]."
        )
    if not is_frame(values[0]):
        return
    wanted = column_names(values[0])
    for place, one in enumerate(values):
        if is_frame(one) and column_names(one) != wanted:
            raise ValueError(
                f"{name} is a list of frames with other columns, or in another order: {name}"
                f"[{place}] has {column_names(one)}, and {name}[0] {wanted}. Select the same ones "
                f"of each, or give sklstm.stack_sequences({name})."
            )


def is_polars_series(X: Any) -> bool:
    """Return whether `X` is a polars series."""
    return _is_polars(X, "Series")


def _step_names_meant(columns):
    """Return the features and the number of steps that names of steps speak of, None for others."""
    if not columns or not all(isinstance(name, str) for name in columns):
        return None
    matches = [_STEP_NAME.fullmatch(name) for name in columns]
    if not all(matches):
        return None
    features = list(dict.fromkeys(match["feature"] for match in matches))
    return features, 1 + max(int(match["lag"]) for match in matches)


def _is_polars(X, name="DataFrame"):
    # Whoever has a polars object has imported polars; nobody else need have it installed.
    polars = sys.modules.get("polars")
    return polars is not None and isinstance(X, getattr(polars, name))


def take_rows(frame: Any, rows: Any) -> Any:
    """Return the rows of a frame at some positions."""
    return frame.iloc[rows] if isinstance(frame, pd.DataFrame | pd.Series) else frame[rows]


def position_of_feature(
    target: int | str, names: Sequence[str] | None, n_features: int, what: str | None = None
) -> int:
    """Return the position of a feature that was given by number or name.

    Parameters
    ----------
    target : int or str
        Number or name.
    names : list of str or None
        Names of the features, if they have any.
    n_features : int
        Their number.
    what : str, optional
        What error messages call it; by default the parameter ``target_feature``.

    Returns
    -------
    position : int
        From 0 on.

    Raises
    ------
    ValueError
        If there is no such feature.
    """
    what = what or f"target_feature={target!r}"
    if isinstance(target, str):
        if names is None or target not in names:
            known = "have no names" if names is None else f"are {names}"
            raise ValueError(f"{what} is unknown: the features of X {known}.")
        return names.index(target)
    if not -n_features <= target < n_features:
        raise ValueError(
            f"{what} is out of range: X has {n_features} features, and it takes {-n_features} to "
            f"{n_features - 1}."
        )
    return target % n_features
