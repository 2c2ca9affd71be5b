"""Results too large for their precision are refused, not made infinite: `refuse_overflow`."""

from contextlib import contextmanager

import numpy as np


@contextmanager
def refuse_overflow(what):
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
            "thousands, or without the values that stand out."
        ) from error
