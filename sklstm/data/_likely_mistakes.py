"""Windows that look like something else: `warn_of_likely_mistakes`."""

import warnings
from typing import Any

import numpy as np
import pandas as pd

from sklstm.time_labels import is_time_dtype

from ._frames import column_names, index_of, parse_step_names
from ._shapes import PADDING

_FEWEST_TOKENS = 4  # fewer whole numbers without a gap may as well be counts


def warn_of_likely_mistakes(estimator: Any, X: Any, windows: np.ndarray) -> None:
    """Warn where rows of a series, or tokens, are about to be read as measured windows.

    Both have the shape of windows of one feature, so that nothing else would tell that a step is
    missing in the pipeline, or a parameter.

    Parameters
    ----------
    estimator : estimator
        Which is fitted.
    X : array-like or dataframe
        What `fit` was given.
    windows : ndarray of shape (n_samples, n_timesteps, n_features)
        What `as_windows` made of it.
    """
    name = type(estimator).__name__
    if _are_rows_of_a_series(X):
        warnings.warn(
            f"X is a frame of times with the columns {column_names(X)}, which {name} reads as "
            "steps of one feature, and each row as a window. If these are rows of a series, put a "
            f"SequenceWindower before {name}; if they are windows, leave the index out: "
            "X.to_numpy().",
            stacklevel=2,
        )
    if getattr(estimator, "embedding_dim", 0) is None and _look_like_tokens(X, windows):
        warnings.warn(
            f"X looks like tokens, whole numbers up to {windows.max():.0f} without a gap, padded "
            f"with {PADDING}; {name} reads them, and the padding, as measured values. Give them an "
            "embedding, such as embedding_dim=32; if they are measured, give floats.",
            stacklevel=2,
        )


def _are_rows_of_a_series(X):
    """Return whether `X` is a frame by time whose columns are named, not numbered as steps are."""
    index, names = index_of(X), column_names(X)
    if index is None or names is None or not is_time_dtype(index.dtype):
        return False
    named = [name for name in names if not any(map(str.isdigit, str(name)))]
    return bool(named) and parse_step_names(names) is None


def _look_like_tokens(X, windows):
    """Return whether windows are whole numbers as `TextSequencer` gives them."""
    dtypes = X.dtypes if isinstance(X, pd.DataFrame) else [getattr(X, "dtype", None)]
    if any(getattr(dtype, "kind", None) not in ("i", "u") for dtype in dtypes):
        return False
    if windows.shape[2] != 1 or windows.min() < 0:
        return False
    padding = windows[:, :, 0] == PADDING
    turns = np.diff(padding.astype(np.int8), axis=1)
    at_one_end = not (turns > 0).any() or not (turns < 0).any()
    if not padding.any() or not at_one_end:
        return False
    tokens = np.unique(windows[windows != PADDING])
    return len(tokens) >= _FEWEST_TOKENS and tokens[0] <= 2 and tokens[-1] - tokens[0] < len(tokens)
