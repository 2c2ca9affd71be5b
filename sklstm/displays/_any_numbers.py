"""Numbers to be drawn, missing and infinite ones too: `any_numbers`."""

import numpy as np

from sklstm.data import as_numbers


def any_numbers(values, name):
    """Return numbers in double precision, or say by name that they are none.

    Parameters
    ----------
    values : array-like
        Of any number of axes and rows.
    name : str
        What they are called in errors.

    Returns
    -------
    numbers : ndarray
        Of dtype float64.

    Raises
    ------
    TypeError, ValueError
        If they are no numbers.
    """
    takes_all = {"ensure_2d": False, "allow_nd": True, "ensure_min_samples": 0}
    numbers = as_numbers(values, name=name, ensure_all_finite=False, **takes_all)
    return numbers.astype(np.float64, copy=False)
