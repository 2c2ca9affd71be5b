"""What is refused in place of numbers: `refuse_times_and_complex`, `refuse_complex`."""

from typing import Any

import numpy as np

from sklstm.time_labels import is_time_dtype

from ._frames import column_names, is_frame
from ._plain_values import is_time_column, time_among


def refuse_times_and_complex(values: Any, name: str) -> None:
    """Raise a ValueError if `values` hold times or complex numbers, or columns of one name."""
    refuse_complex(values, name)
    if is_frame(values):
        names = column_names(values) or []
        _refuse_same_names(names, name)
        dtypes = enumerate(values.dtypes)
        times = [names[k] for k, dtype in dtypes if is_time_column(values, k, dtype)]
        if times:
            columns = f"a column {times[0]!r}" if len(times) == 1 else f"columns {times!r}"
            raise ValueError(
                f"{name} has {columns} of times, which are not numbers: make it the index (pandas: "
                f"{name}.set_index({times[0]!r})), or drop it (polars, which has no index)."
            )
    elif is_time_dtype(_dtype(values)):
        raise ValueError(f"{name} holds times ({_dtype(values)}), and it takes numbers.")
    else:
        time = time_among(values)
        if time is not None:
            raise ValueError(f"{name} holds times (such as {time!r}), and it takes numbers.")


def refuse_complex(values: Any, name: str) -> None:
    """Raise a ValueError if `values` hold complex numbers."""
    dtypes = values.dtypes if is_frame(values) else [_dtype(values)]
    dtype = next((dtype for dtype in dtypes if getattr(dtype, "kind", None) == "c"), None)
    if dtype is not None:  # scikit-learn's message, which its checks look for, lists all of them
        raise ValueError(
            f"{name} holds complex numbers ({dtype}), and it takes real ones: Complex data not "
            f"supported. np.real({name}) and np.imag({name}) are real."
        )


def _refuse_same_names(names, name):
    twice = [column for place, column in enumerate(names) if column in names[:place]]
    if twice:
        raise ValueError(
            f"{name} cannot be read without unique column names: it has several columns of the "
            f"name {twice[0]!r}. Rename or drop the others."
        )


def _dtype(values):
    """Return the dtype of the array that `values` are, or whose first value they begin with."""
    while isinstance(values, list | tuple) and len(values):
        values = values[0]
    return np.dtype(complex) if isinstance(values, complex) else getattr(values, "dtype", None)
