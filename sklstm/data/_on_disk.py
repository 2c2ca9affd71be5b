"""Arrays that lie in files."""

import tempfile

import numpy as np


def is_on_disk(array):
    """Tell whether an array is a view of a file.

    Parameters
    ----------
    array : ndarray
        Any array.

    Returns
    -------
    on_disk : bool
        Whether it is.
    """
    while array is not None:
        if isinstance(array, np.memmap):
            return True
        array = getattr(array, "base", None)
    return False


def empty_beside(array, shape):
    """Return an array to be filled: in a temporary file if another array is on disk.

    Parameters
    ----------
    array : ndarray
        The other array, which also gives the precision.
    shape : tuple of int
        Shape of the new one.

    Returns
    -------
    empty : ndarray
        With any contents. The file goes when the array does.
    """
    if not is_on_disk(array):
        return np.empty(shape, dtype=array.dtype)
    with tempfile.TemporaryFile() as file:
        return np.memmap(file, dtype=array.dtype, mode="w+", shape=shape)
