"""What is asked of many rows, a few of them at a time: `is_any`, `in_blocks`."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

import numpy as np

One = TypeVar("One")
ROWS_AT_A_TIME = 1 << 18  # so that what is asked of all rows takes little memory


def is_any(test: Callable[[np.ndarray], np.ndarray], values: np.ndarray) -> bool:
    """Tell whether a test is true of any row or value.

    Parameters
    ----------
    test : callable
        Takes rows and returns an array of bool.
    values : ndarray of shape (n_rows, n_columns)
        All rows.

    Returns
    -------
    is_any : bool
        Without an array as long as all rows.
    """
    parts = range(0, len(values), ROWS_AT_A_TIME)
    return any(test(values[first : first + ROWS_AT_A_TIME]).any() for first in parts)


def in_blocks(
    parts: Iterable[One], sizes: Iterable[int], most: int = ROWS_AT_A_TIME
) -> Iterator[list[One]]:
    """Yield lists of some parts in succession that are not many rows together.

    Parameters
    ----------
    parts : iterable
        Such as series.
    sizes : iterable of int
        How many rows each has.
    most : int
        How many rows are in a list; a part that has more is alone.

    Yields
    ------
    block : list
        One part at least.
    """
    block: list[One] = []
    n_rows = 0
    for part, more in zip(parts, sizes, strict=False):  # there may be more sizes: `repeat`
        if block and n_rows + more > most:
            yield block
            block, n_rows = [], 0
        block.append(part)
        n_rows += more
    if block:
        yield block
