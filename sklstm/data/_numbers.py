"""Features and targets as numbers, or errors that name what is not numeric."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils.validation import _num_samples, check_array

from sklstm.time_labels import label_text

from ._frames import column_names, index_of, is_frame, refuse_other_columns
from ._no_real_numbers import refuse_times_and_complex
from ._plain_values import (
    column_advice,
    missing_as_nan,
    plain_values,
    text_advice,
)


def as_numbers(values: Any, *, name: str, estimator: Any = None, **options: Any) -> np.ndarray:
    """Return `values` as `sklearn.utils.check_array` gives them, or say what is no number.

    Parameters
    ----------
    values : array-like or dataframe
        What is converted. Masked values are missing: NaN. Times are refused, though NumPy would
        count their nanoseconds.
    name : str
        What the values are called in error messages: ``"X"`` or ``"y"``.
    estimator : estimator, optional
        Named in error messages.
    **options : dict
        Given to `sklearn.utils.check_array`.

    Returns
    -------
    numbers : ndarray
        Of a numeric dtype.

    Raises
    ------
    TypeError, ValueError
        Whatever `check_array` refuses, in words that begin with `name` and say which column it
        is; ValueError for times and complex numbers.
    """
    values = plain_values(values)
    refuse_times_and_complex(values, name)
    refuse_other_columns(values, name)
    try:
        return _checked(values, estimator=estimator, input_name=name, **options)
    except (TypeError, ValueError) as error:
        # Subclasses, such as NumPy's, may not be made of a message alone.
        kind = TypeError if isinstance(error, TypeError) else ValueError
        raise kind(_explanation(error, values, name)) from error


def as_float(values: Any, **options: Any) -> np.ndarray:
    """Return `values` as `as_numbers` does, in single precision if they are, else in double."""
    numbers = as_numbers(values, **options)
    if numbers.dtype in (np.float32, np.float64):
        return numbers
    return numbers.astype(np.float32 if numbers.dtype == np.float16 else np.float64)


def _checked(values, **options):
    if isinstance(values, list | tuple) or hasattr(values, "requires_grad"):
        values = np.asarray(values)  # of a tensor that NumPy lacks, its library says what to do
    if isinstance(values, np.ndarray) and values.dtype == object:
        values = missing_as_nan(values)
    with np.errstate(invalid="ignore"):  # inf - inf, on the way to saying that there is infinity
        numbers = check_array(values, dtype="numeric", **options)
    # Objects of some containers pass; of an array they are turned into numbers, or refused.
    return numbers if numbers.dtype.kind in "biuf" else check_array(numbers, **options)


def _explanation(error, values, name):
    message = str(error)
    if message.startswith(f"Input {name} "):
        return message
    if "inhomogeneous" in message and name.startswith("y"):
        return (
            f"{name} is ragged: all rows must have the same number of targets. Recurrent "
            "estimators take a target for each step of sequences of unequal length with "
            "output='sequence'."
        )
    if "inhomogeneous" in message:
        return (
            f"{name} is ragged: pad sequences of unequal length with NaN "
            "(sklstm.stack_sequences), and tokens, which are whole numbers, with 0. Recurrent "
            f"estimators take a list of arrays as it is. ({message})"
        )
    if advice := text_advice(values, name):
        return f"{name} holds texts, and it takes numbers: {advice}."
    if "Expected 2D array, got 1D" in message or "2-dimensional container" in message:
        return _one_axis(values, name)
    if is_frame(values) and not column_names(values):
        return f"{name} is a frame without columns of values."
    if is_frame(values):
        column = _refused_column(values)
        if column is not None:
            return f"{name} has a column {column!r} that is not numeric: {message}" + column_advice(
                values, column, name
            )
    return f"{name} cannot be read as an array of numbers: {message}"


def _one_axis(values, name):
    shape = np.shape(values)
    advice = f"{name}.reshape(-1, 1) is one column, {name}.reshape(1, -1) one row."
    if hasattr(values, "to_frame"):
        advice = f"{name}.to_frame() is one column, {name}.to_frame().T one row."
    return (
        f"{name} cannot be read as rows and columns: Expected 2D array, got 1D array of shape "
        f"{shape}. Reshape your data: {advice}"
    )


def _refused_column(frame):
    """Return the name of the first column that alone is refused, None if there is none."""
    for place, column in enumerate(column_names(frame)):
        one = frame.iloc[:, [place]] if isinstance(frame, pd.DataFrame) else frame[:, [place]]
        try:
            _checked(one, ensure_all_finite=False, ensure_min_samples=0)
        except (TypeError, ValueError):
            return column
    return None


@contextmanager
def refuse_overflow(what: str) -> Iterator[None]:
    """Raise a ValueError where the arithmetic inside overflows, of which NumPy would only warn.

    Parameters
    ----------
    what : str
        What is too large, and of what; the message begins with it.

    Raises
    ------
    ValueError
        If a finite number became infinite.
    """
    try:
        with np.errstate(over="raise"):
            yield
    except FloatingPointError as error:
        raise ValueError(
            f"{what} beyond the largest number of its precision: give it in a larger unit, such as "
            "thousands, or without its outliers."
        ) from error


def numeric_targets(y: Any, estimator: Any, input_name: str = "y") -> np.ndarray:
    """Return numeric targets as an array of shape (n_samples,) or (n_samples, n_outputs).

    Parameters
    ----------
    y : array-like
        Targets.
    estimator : estimator
        Named in error messages.
    input_name : str, default="y"
        What they are called in error messages.

    Returns
    -------
    targets : ndarray
        Of a numeric dtype; NaN where a row has no target.

    Raises
    ------
    TypeError, ValueError
        If `y` is not of numbers, is infinite somewhere, has more than two axes, or no target at
        all, or some of the targets of a row only.
    """
    targets = as_numbers(
        y, name=input_name, estimator=estimator, ensure_2d=False, ensure_all_finite="allow-nan"
    )
    refuse_partly_missing_targets(targets, y, input_name)
    return targets


def refuse_partly_missing_targets(targets: np.ndarray, y: Any, input_name: str = "y") -> None:
    """Raise a ValueError if a row lacks some of its targets only, or if all rows lack them.

    Parameters
    ----------
    targets : ndarray of shape (n_samples,) or (n_samples, n_outputs)
        Targets as numbers.
    y : array-like
        The same as the user gave them, for the label of the row and the name of the column.
    input_name : str, default="y"
        What they are called in error messages.
    """
    missing = np.isnan(targets).reshape(len(targets), -1)
    if not missing.any():
        return
    if missing.all():
        raise ValueError(f"Input {input_name} contains NaN in every row: there is no target.")
    partly = missing.any(axis=1) & ~missing.all(axis=1)
    if partly.any():
        row = int(np.argmax(partly))
        column, index = int(np.argmax(missing[row])), index_of(y)
        names = column_names(y)
        raise ValueError(
            f"Input {input_name} contains NaN in some columns of a row only (row "
            f"{row if index is None else label_text(index[row])}, column "
            f"{column if names is None else repr(names[column])}): a row without target is one "
            "whose targets are all NaN. Fit one estimator for each column "
            "(sklearn.multioutput.MultiOutputRegressor), or set the whole row to NaN."
        )


def observed_targets(
    y: Any, predicted: np.ndarray, sample_weight: Any | None = None
) -> tuple[Any, np.ndarray, Any]:
    """Return the targets of rows that have target and prediction, with predictions and weights.

    Parameters
    ----------
    y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        Targets, NaN where a row has none.
    predicted : ndarray of shape (n_samples, ...)
        Predictions, NaN for a window without an observed step.
    sample_weight : array-like of shape (n_samples,), optional
        Weights.

    Returns
    -------
    targets : array-like
        `y` itself where no row lacks its target or its prediction.
    predicted, sample_weight
        Those of the same rows.

    Raises
    ------
    ValueError
        If `y` is no array of numbers, or no row has both.
    """
    if sample_weight is not None:
        sample_weight = as_numbers(
            sample_weight, name="sample_weight", ensure_2d=False, allow_nd=True,
            ensure_all_finite=False,
        )  # fmt: skip
    targets = numeric_targets(y, None)
    if len(targets) != len(predicted):
        return targets, predicted, sample_weight
    there = ~(_missing_rows(targets) | _missing_rows(predicted))
    if there.all():
        return targets, predicted, sample_weight
    if not there.any():
        raise ValueError("y has no row with both a target and a prediction.")
    return targets[there], predicted[there], None if sample_weight is None else sample_weight[there]


def _missing_rows(values):
    return np.isnan(values).reshape(len(values), -1).all(axis=1)


def check_same_length(
    windows: Any,
    y: Any,
    estimator: Any,
    input_names: tuple[str, str] = ("X", "y"),
) -> None:
    """Raise a ValueError unless there is one target for each window.

    Parameters
    ----------
    windows : ndarray or WindowSet
        Samples of X.
    y : array-like
        Targets.
    estimator : estimator
        Named in the error message.
    input_names : tuple of (str, str), default=("X", "y")
        What the windows and the targets are called in it.
    """
    X_name, y_name = input_names
    if y is None:
        raise ValueError(
            f"{type(estimator).__name__} requires {y_name} to be passed, but the target {y_name} "
            "is None."
        )
    if _num_samples(y) != len(windows):
        hint = ""  # for the rows of a table, which are windows of one feature
        if len(windows) > _num_samples(y) and windows.shape[2:] == (1,):
            hint = (
                f" Where rows of {X_name} are steps of sequences, stack_sequences({X_name}, by=...)"
                " makes one sample of the rows of each."
            )
        raise ValueError(
            f"{X_name} and {y_name} must have the same number of samples, got {len(windows)} "
            f"windows in {X_name} and {_num_samples(y)} targets in {y_name}.{hint}"
        )


def numeric_step_targets(y: Any, estimator: Any, input_name: str = "y") -> np.ndarray:
    """Return numeric targets of every step, which may be missing (NaN).

    Parameters
    ----------
    y : array-like
        Targets; a strided view stays one.
    estimator : estimator
        Named in error messages.
    input_name : str, default="y"
        What they are called in error messages.

    Returns
    -------
    targets : ndarray of shape (n_samples, n_timesteps) or (n_samples, n_timesteps, n_outputs)
        Of a numeric dtype.

    Raises
    ------
    TypeError, ValueError
        If `y` is not of numbers, or has another number of axes.
    """
    targets = as_numbers(
        y, name=input_name, estimator=estimator, ensure_2d=False, allow_nd=True,
        ensure_all_finite=False,
    )  # fmt: skip
    if targets.ndim not in (2, 3) or 0 in targets.shape:
        raise ValueError(
            f"{input_name} must hold a target for every step of every window with "
            "output='sequence', of shape (n_samples, n_timesteps) or (n_samples, n_timesteps, "
            f"n_outputs); got an array of shape {targets.shape}."
        )
    return targets


def weight_of_steps(sample_weight: Any, chosen: np.ndarray) -> np.ndarray:
    """Return the weights of some steps.

    Parameters
    ----------
    sample_weight : array-like of shape (n_samples,) or (n_samples, n_timesteps)
        Weights of the samples, or of their steps.
    chosen : ndarray of bool of shape (n_samples, n_timesteps)
        Which steps.

    Returns
    -------
    weight : ndarray of shape (n_chosen,)
        Those of the first sample, of the second, and so on.

    Raises
    ------
    ValueError
        If weights have another shape.
    """
    weight = np.asarray(plain_values(sample_weight))
    if weight.shape not in (chosen.shape[:1], chosen.shape):
        raise ValueError(
            f"sample_weight must have the shape {chosen.shape[:1]}, one for each sample, or "
            f"{chosen.shape}, one for each step; got {weight.shape}."
        )
    return np.broadcast_to(weight.reshape(len(chosen), -1), chosen.shape)[chosen]


def observed_steps(
    y: Any, predicted: np.ndarray, sample_weight: Any | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Return the targets of all steps that have one, with their predictions and weights.

    Parameters
    ----------
    y : array-like of shape (n_samples, n_timesteps) or (n_samples, n_timesteps, n_outputs)
        Targets, NaN where there is none.
    predicted : ndarray
        Predictions of the same shape, or with one more axis; NaN where there is none.
    sample_weight : array-like of shape (n_samples,) or (n_samples, n_timesteps), optional
        Weights of the samples, or of their steps.

    Returns
    -------
    targets : ndarray of shape (n_steps,) or (n_steps, n_outputs)
        Those of the first sample, of the second, and so on.
    predicted : ndarray of shape (n_steps, ...)
        Their predictions.
    sample_weight : ndarray of shape (n_steps,) or None
        Weight of each step, that of its sample if it has none.

    Raises
    ------
    ValueError
        If `y` has other axes than predictions, or there is no such step.
    """
    refuse_times_and_complex(sample_weight, "sample_weight")
    y = as_numbers(y, name="y", ensure_2d=False, allow_nd=True, ensure_all_finite=False)
    if y.ndim not in (2, 3) or y.shape != predicted.shape[: y.ndim]:
        raise ValueError(
            f"y must have the shape of the predictions, got {y.shape} and {predicted.shape}."
        )
    n_samples, n_steps = y.shape[:2]
    there = ~(
        np.isnan(y).reshape(n_samples, n_steps, -1).all(axis=2)
        | np.isnan(predicted).reshape(n_samples, n_steps, -1).all(axis=2)
    )
    if not there.any():
        raise ValueError("y has no step with both a target and a prediction.")
    if sample_weight is not None:
        sample_weight = weight_of_steps(sample_weight, there)
    return y[there], predicted[there], sample_weight
