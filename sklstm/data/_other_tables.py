"""Tables of other libraries as pandas' own: `as_labelled`, `names_only`, `plain_categories`."""

import sys
from typing import Any

import pandas as pd

from sklstm.time_labels import is_time_dtype


def as_labelled(table: Any) -> Any:
    """Return a table of another library as a frame of pandas, whose index has its labels.

    Parameters
    ----------
    table : object
        A table of Arrow, an array of xarray of one or two axes, or a frame of polars. Libraries
        without an index have labels of rows in a column: if just one holds points in time, it
        becomes the index.

    Returns
    -------
    labelled : DataFrame, Series or object
        Whatever else is given is returned as it is, a frame of polars without times too.

    Raises
    ------
    TypeError
        If it is a query of polars that has no rows yet.
    """
    refuse_lazy(table)
    if is_of_arrow(table):
        frame = table.to_pandas(date_as_object=False)  # days are times, as those of polars are
        return _with_times(frame) if isinstance(frame.index, pd.RangeIndex) else frame
    if _is_of(table, "xarray", "DataArray") and table.ndim in (1, 2):
        return table.to_pandas()
    if _is_of(table, "polars", "DataFrame") and _time_column(table) is not None:
        columns = {name: _column(table[name]) for name in table.columns}
        return _with_times(pd.DataFrame(columns))
    return table


def refuse_lazy(table: Any) -> None:
    """Raise a TypeError for a query of polars that has no rows yet."""
    if _is_of(table, "polars", "LazyFrame"):
        raise TypeError("A LazyFrame of polars has no rows yet: give what its collect() returns.")


def names_only(table: Any) -> Any:
    """Return a frame without rows that has the columns of a table of Arrow or xarray, else None."""
    if is_of_arrow(table):
        return table.slice(0, 0).to_pandas()
    if _is_of(table, "xarray", "DataArray") and table.ndim == 2 and table.dims[1] in table.coords:
        return table[:0].to_pandas()
    return None


def plain_categories(column: Any) -> Any:
    """Return a column of Arrow's dictionaries as categories of pandas.

    Parameters
    ----------
    column : Series or pandas index
        Of a frame as `pandas.read_parquet` with ``dtype_backend="pyarrow"`` makes it, or any other.

    Returns
    -------
    plain : Series or pandas index
        The same one if it holds no such dictionary.
    """
    if not (isinstance(column.dtype, pd.ArrowDtype) and column.dtype.name.startswith("dictionary")):
        return column
    return column.astype(object).astype("category")


def is_of_arrow(table: Any) -> bool:
    """Return whether a table is one of Arrow."""
    return _is_of(table, "pyarrow", "Table", "RecordBatch")


def _is_of(table, library, *names):
    # Whoever has such an object has imported its library; nobody else need have it installed.
    module = sys.modules.get(library)
    return module is not None and isinstance(table, tuple(getattr(module, name) for name in names))


def _time_column(frame):
    """Return the name of the only column of points in time; None if there is none, or several."""
    dtypes = zip(frame.columns, frame.dtypes, strict=True)
    times = [name for name, dtype in dtypes if is_time_dtype(dtype) and "uration" not in str(dtype)]
    return times[0] if len(times) == 1 else None


def _column(series):
    values = series.to_numpy()
    zone = getattr(series.dtype, "time_zone", None)
    if zone is None:
        return values
    return pd.DatetimeIndex(values).tz_localize("UTC").tz_convert(zone)


def _with_times(frame):
    name = _time_column(frame)
    return frame if name is None else frame.set_index(name)
