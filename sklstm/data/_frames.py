"""Containers and names: frames in, frames out, and the names of steps in flat windows."""

import re
import sys

import numpy as np
import pandas as pd
from sklearn.utils._set_output import _get_output_config

_STEP_NAME = re.compile(r"(?P<feature>.*)@t-(?P<lag>\d+)", re.DOTALL)


def column_names(X):
    """Return the column names of a dataframe as a list, None for anything else."""
    return list(X.columns) if is_frame(X) else None


def index_of(X):
    """Return the index of a pandas object, None for a container that has none."""
    return X.index if isinstance(X, pd.DataFrame | pd.Series) else None


def is_frame(X):
    """Tell whether `X` is a pandas or polars dataframe."""
    return isinstance(X, pd.DataFrame) or _is_polars(X)


def frame_like(values, X, columns):
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


def wants_frame(transformer):
    """Tell whether `set_output` or the global configuration asks `transformer` for a frame."""
    return _get_output_config("transform", transformer)["dense"] != "default"


def step_names(features, n_timesteps):
    """Return the names of flat windows, oldest step first.

    >>> step_names(["open", "close"], 2)
    ['open@t-1', 'close@t-1', 'open@t-0', 'close@t-0']
    """
    return [f"{name}@t-{lag}" for lag in range(n_timesteps - 1, -1, -1) for name in features]


def parse_step_names(columns):
    """Read back the names given by `step_names`, in whatever order they stand.

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
    if named is None:
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


def step_features(X):
    """Return the names of the features of each step of a flat frame, None for anything else."""
    steps = parse_step_names(column_names(X))
    return None if steps is None else steps[0]


def refuse_incomplete_steps(columns, input_name="X"):
    """Raise a ValueError if `columns` are names of steps, but some step of a feature has none."""
    named = _step_names_meant(columns)
    if named is None or parse_step_names(columns) is not None:
        return
    features, n_timesteps = named
    raise ValueError(
        f"The columns of {input_name} are named as steps of windows, such as {columns[0]!r}, "
        f"but not a complete set of them: {len(features)} features of {n_timesteps} steps "
        f"(the oldest is t-{n_timesteps - 1}) make {len(features) * n_timesteps} different "
        f"names, got {len(set(columns))} in {len(columns)} columns."
    )


def is_polars_series(X):
    """Tell whether `X` is a polars series."""
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
