"""What NumPy would read wrongly: masked and sparse arrays, tensors, wide integers, times."""

import sys
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from sklstm.time_labels import as_time_labels, is_time_dtype, kind_of

from ._other_tables import refuse_lazy

_NUMPY_TIMES = (np.datetime64, np.timedelta64)
ALL_TIMES = (*_NUMPY_TIMES, date, timedelta, pd.Period)


def plain_values(values: Any) -> Any:
    """Return `values` in a container whose every value NumPy reads as what it means.

    Parameters
    ----------
    values : array-like or dataframe
        Anything.

    Returns
    -------
    plain : array-like or dataframe
        Masked values of NumPy's masked arrays are NaN (None where values are no numbers); tensors
        of torch are arrays; integers of 128 bits, which NumPy lacks, are floating point
        numbers; sparse columns of a frame are dense. Anything else, such as an ordinary array, is
        returned as it is.
    """
    if isinstance(values, np.ma.MaskedArray):
        return _filled(values)
    if isinstance(values, list | tuple) and any(map(_is_special, values)):
        return [plain_values(value) for value in values]
    if hasattr(values, "requires_grad"):
        return _of_tensor(values)
    if isinstance(values, pd.DataFrame):
        return _with_dense_columns(values)
    if type(values).__module__.partition(".")[0] == "polars":
        refuse_lazy(values)
        return _without_128_bits(values)
    return values


def _is_special(value):
    return isinstance(value, np.ma.MaskedArray | list | tuple) or hasattr(value, "requires_grad")


def _of_tensor(values):
    """Return a tensor of torch as an array; with array API dispatch scikit-learn keeps tensors."""
    tensor = values.detach()
    try:
        return tensor.numpy()
    except TypeError:  # of a type or on a device that NumPy lacks: said where it is named
        return tensor


def _filled(values):
    """Return a masked array as an array that is NaN, or None, where it is masked."""
    mask = np.ma.getmaskarray(values)
    if not mask.any():
        return np.asarray(values)
    is_float = values.dtype.kind == "f"
    dtype = values.dtype if is_float else np.float64 if values.dtype.kind in "biu" else object
    filled = np.array(values.data, dtype=dtype)
    filled[mask] = None if dtype is object else np.nan
    return filled


def _with_dense_columns(frame):
    """Return a frame whose sparse columns are dense; scikit-learn takes those of zeros alone."""
    if not any(isinstance(dtype, pd.SparseDtype) for dtype in frame.dtypes):
        return frame
    if not frame.columns.is_unique:
        return frame  # which is refused elsewhere
    dtypes = frame.dtypes.items()
    return frame.astype({n: d.subtype for n, d in dtypes if isinstance(d, pd.SparseDtype)})


def _without_128_bits(values):
    pl = sys.modules["polars"]  # whoever has such an object has imported it

    wide = [getattr(pl, name) for name in ("Int128", "UInt128") if hasattr(pl, name)]
    if isinstance(values, pl.Series):
        return values.cast(pl.Float64) if values.dtype in wide else values
    if isinstance(values, pl.DataFrame) and any(dtype in wide for dtype in values.dtypes):
        return values.with_columns(pl.col(wide).cast(pl.Float64))
    return values


def plain_labels(values: Any) -> Any:
    """Return labels in a container that keeps what is no text among texts, and whole numbers whole.

    Parameters
    ----------
    values : array-like
        Labels. NumPy makes texts of all values of a list in which there are some: of NaN "nan".
        Of nullable integers and booleans scikit-learn makes floating point numbers, which large
        ones are merged by.

    Returns
    -------
    plain : array-like
        As of `plain_values`; such a list is an array of objects. Nullable integers and booleans of
        which none is missing, in a column, an array or a frame of one column, are NumPy's.
    """
    plain = plain_values(values)
    of_column = isinstance(plain, pd.DataFrame) and plain.shape[1] == 1
    dtype: Any = plain.dtypes.iloc[0] if of_column else getattr(plain, "dtype", None)
    if _is_nullable(dtype) and not np.any(pd.isna(plain)):
        return plain.astype(dtype.numpy_dtype)
    if isinstance(plain, list | tuple) and len({isinstance(value, str) for value in plain}) > 1:
        return np.fromiter(plain, dtype=object, count=len(plain))
    return plain


def _is_nullable(dtype):
    return hasattr(dtype, "numpy_dtype") and dtype.kind in "biu"


def missing_as_nan(objects: np.ndarray) -> np.ndarray:
    """Return objects with NaN in place of pandas' NA, which NumPy cannot read."""
    missing = np.array([value is pd.NA for value in objects.ravel()], dtype=bool)
    if not missing.any():
        return objects
    filled = objects.copy()
    filled[missing.reshape(objects.shape)] = np.nan
    return filled


def is_time_column(frame: Any, place: int, dtype: Any) -> bool:
    """Return whether a column of a frame holds times, be it as objects."""
    if is_time_dtype(dtype):
        return True
    if not isinstance(frame, pd.DataFrame) or dtype.kind != "O":
        return False
    return time_among(frame.iloc[:, place].to_numpy()) is not None


def time_among(values: Any, kinds: tuple[type, ...] = _NUMPY_TIMES) -> Any:
    """Return a time among objects, or among the values of a list, None if there is none.

    Parameters
    ----------
    values : object
        An array, a list, or one value.
    kinds : tuple of type
        What counts as a time. NumPy takes its own for numbers, and refuses those of Python.

    Returns
    -------
    time : object or None
        The first one.
    """
    if isinstance(values, list | tuple):
        found = (time_among(value, kinds) for value in values)
        return next((time for time in found if time is not None), None)
    if isinstance(values, np.ndarray | pd.Series) and values.dtype == object:
        return next((value for value in np.ravel(values) if isinstance(value, kinds)), None)
    return values if isinstance(values, kinds) else None


def column_advice(values: Any, column: Any, name: str) -> str:
    """Return what to do about a column of text: of dates, as CSV files have them, or categories.

    Empty for any other column.
    """
    is_pandas = isinstance(values, pd.DataFrame)
    try:
        labels = values[column] if is_pandas else values[column].to_numpy()
        kind = kind_of(as_time_labels(pd.Index(labels)))
    except ValueError:  # dates of an unclear form
        return ""
    if kind is not None and not is_pandas:
        parsed = f"pl.col({column!r}).str.to_datetime()"
        return f". Rows of polars are labelled by their column of times: parse it ({parsed})."
    if kind is not None:
        return f". Labels of rows are the index: set_index({column!r})."
    if not is_pandas or not isinstance(next(iter(values[column].dropna()), None), str):
        return ""
    if name == "series":
        return f". Give by={column!r} if it tells series apart; exog takes categories."
    encode = ". Encode categories before this step (OneHotEncoder in a ColumnTransformer)."
    return encode if name.startswith("X") else ""


def text_advice(values: Any, name: str) -> str:
    """Return what takes texts, where a list, array or series of them stands for numbers.

    Empty for anything else, texts that are numbers included.
    """
    one_axis = isinstance(values, list | tuple) or getattr(values, "ndim", 0) == 1
    if not one_axis or not isinstance(first := next(iter(values), None), str):
        return ""
    try:
        float(first)
    except ValueError:
        if name.startswith("X"):
            return "a TextSequencer before this step of the pipeline makes tokens of words"
        if name == "y":
            return f"{str(first)!r} may be a class, for a classifier such as LSTMClassifier"
    return ""
