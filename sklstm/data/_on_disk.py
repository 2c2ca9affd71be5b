"""Arrays that are views of files, and temporary files next to them."""

import errno
import math
import os
import shutil
import tempfile
from typing import Any

import numpy as np


def is_on_disk(array: Any) -> bool:
    """Return whether an array is a view of a file.

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


def empty_beside(array: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
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

    Raises
    ------
    OSError
        If the folder of temporary files has no room for it.
    """
    if not is_on_disk(array):
        return np.empty(shape, dtype=array.dtype)
    size = math.prod(shape) * array.dtype.itemsize
    folder = tempfile.gettempdir()
    _refuse_too_little_room(size, folder)
    with tempfile.TemporaryFile(dir=folder) as file:
        _reserve(file, size, folder)
        return np.memmap(file, dtype=array.dtype, mode="w+", shape=shape)


def _refuse_too_little_room(size, folder):
    free = shutil.disk_usage(folder).free
    if free < size:
        raise OSError(
            errno.ENOSPC,
            f"Rows on disk are padded into a temporary file of {size / 1e6:,.1f} MB, and there are "
            f"{free / 1e6:,.1f} MB left in {folder}: make room, or let the environment variable "
            "TMPDIR name a folder that has more",
        )


def _reserve(file, size, folder):
    """Take the room of a file at once: a map of one that finds none later ends the process."""
    if not hasattr(os, "posix_fallocate"):
        return
    try:
        os.posix_fallocate(file.fileno(), 0, max(1, size))
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            _refuse_too_little_room(size, folder)
            raise OSError(
                error.errno,
                f"Rows on disk are padded into a temporary file of {size / 1e6:,.1f} MB, for which "
                f"{folder} has no room ({error.strerror}): let the environment variable TMPDIR "
                "name a folder that has",
            ) from error
        # Other file systems cannot reserve.
