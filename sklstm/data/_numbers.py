"""Numbers out of whatever is handed over, and errors that say what is no number: `as_numbers`."""

import numpy as np
import pandas as pd
from sklearn.utils.validation import check_array

from sklstm.time_labels import is_time_dtype

from ._frames import column_names, is_frame


def as_numbers(values, *, name, estimator=None, **options):
    """Return `values` as `sklearn.utils.check_array` gives them, or say what is no number.

    Parameters
    ----------
    values : array-like or dataframe
        What is to be numbers. Times are none, though NumPy would count their nanoseconds.
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
        is; ValueError for times.
    """
    _refuse_times(values, name)
    try:
        return _checked(values, estimator=estimator, input_name=name, **options)
    except (TypeError, ValueError) as error:
        # Subclasses, such as NumPy's, may not be made of a message alone.
        kind = TypeError if isinstance(error, TypeError) else ValueError
        raise kind(_explanation(error, values, name)) from error


def as_float(values, **options):
    """Return `values` as `as_numbers` does, in single precision if they are, else in double."""
    numbers = as_numbers(values, **options)
    if numbers.dtype in (np.float32, np.float64):
        return numbers
    return numbers.astype(np.float32 if numbers.dtype == np.float16 else np.float64)


def _checked(values, **options):
    with np.errstate(invalid="ignore"):  # inf - inf, on the way to saying that there is infinity
        numbers = check_array(values, dtype="numeric", **options)
    # Objects of some containers pass; of an array they are turned into numbers, or refused.
    return numbers if numbers.dtype.kind in "biuf" else check_array(numbers, **options)


def _refuse_times(values, name):
    if is_frame(values):
        names = column_names(values)
        times = [names[place] for place, dtype in enumerate(values.dtypes) if is_time_dtype(dtype)]
        if times:
            columns = f"a column {times[0]!r}" if len(times) == 1 else f"columns {times!r}"
            raise ValueError(
                f"{name} has {columns} of times, which are not numbers: make it the index (pandas: "
                f"{name}.set_index({times[0]!r})), or drop it (polars, which has no index)."
            )
    elif is_time_dtype(_dtype(values)):
        raise ValueError(f"{name} holds times ({_dtype(values)}), and it takes numbers.")


def _dtype(values):
    """Return the dtype of the array that `values` are, or whose first value they begin with."""
    while isinstance(values, list | tuple) and len(values):
        values = values[0]
    return getattr(values, "dtype", None)


def _explanation(error, values, name):
    message = str(error)
    if message.startswith(f"Input {name} "):
        return message
    if "inhomogeneous" in message:
        return f"{name} is ragged: pad sequences of unequal length with NaN. ({message})"
    if is_frame(values):
        column = _refused_column(values)
        if column is not None:
            return f"{name} has a column {column!r} that is not numeric: {message}"
    return f"{name} cannot be read as an array of numbers: {message}"


def _refused_column(frame):
    """Return the name of the first column that alone is refused, None if there is none."""
    for place, column in enumerate(column_names(frame)):
        one = frame.iloc[:, [place]] if isinstance(frame, pd.DataFrame) else frame[:, [place]]
        try:
            _checked(one, ensure_all_finite=False, ensure_min_samples=0)
        except (TypeError, ValueError):
            return column
    return None
