"""Rows of a fold that are sent to other processes as slices: `RowNumbers`."""

import sys
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray


class RowNumbers(np.ndarray):
    """An array of row numbers whose pickle holds runs of successive numbers.

    A fold of a panel takes one run of rows from each series, or one from all where rows stand in
    the order of time. As numbers they take 8 bytes a row in each fold, which is as much as a column
    does; as runs 16 bytes a series.

    Parameters
    ----------
    rows : array-like of int of shape (n_rows,)
        Which rows.
    """

    def __new__(cls, rows: ArrayLike) -> Self:
        _let_dask_pickle(cls)
        return np.asarray(rows).view(cls)

    def __reduce__(self) -> Any:
        plain = np.asarray(self)
        if plain.ndim != 1 or plain.dtype.kind not in "iu" or not len(plain):
            return plain.__reduce__()
        first = np.flatnonzero(np.diff(plain, prepend=plain[0]) != 1)
        if 2 * len(first) >= len(plain):
            return plain.__reduce__()
        return _from_runs, (plain[first], np.diff(first, append=len(plain)))

    def __reduce_ex__(self, protocol: Any) -> Any:
        return self.__reduce__()

    def __array_wrap__(self, array: Any, context: Any = None, return_scalar: bool = False) -> Any:
        return array[()] if return_scalar else np.asarray(array)  # results are plain

    def __repr__(self) -> str:
        return repr(np.asarray(self))


def _from_runs(starts: NDArray[np.integer], lengths: NDArray[np.intp]) -> RowNumbers:
    before = np.cumsum(lengths) - lengths
    rows = np.arange(lengths.sum()) + np.repeat(starts - before, lengths)
    return RowNumbers(rows.astype(starts.dtype, copy=False))


def _let_dask_pickle(cls: type) -> None:
    """Let Dask, if it is in use, send this kind of array by its pickle, not by its memory."""
    protocol = sys.modules.get("distributed.protocol")
    if protocol is not None:
        protocol.dask_serialize.register(cls)(_not_by_memory)


def _not_by_memory(rows: Any) -> Any:
    raise NotImplementedError  # Dask takes the next way, which is to pickle
