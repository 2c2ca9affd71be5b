"""Sums on one thread, so that they are added up in one order everywhere."""

import threading
from functools import cache

from threadpoolctl import ThreadpoolController


class OneThread:
    """Context manager that holds a library to one thread while any caller is inside.

    The number of threads belongs to the whole process: the first one in stores it, the last one
    out restores it, however many Python threads come and go in between.

    Parameters
    ----------
    get : callable
        Returns the present setting.
    set_ : callable
        Takes a setting.
    single : object
        The setting for one thread.
    """

    def __init__(self, get, set_, single):
        self._get, self._set, self._single = get, set_, single
        self._lock = threading.Lock()
        self._users = 0
        self._before = None

    def __enter__(self):
        with self._lock:
            if self._users == 0:
                self._before = self._get()
            self._set(self._single)
            self._users += 1

    def __exit__(self, *exception):
        with self._lock:
            self._users -= 1
            if self._users == 0:
                self._set(self._before)


@cache
def one_blas_thread():
    """Return the context manager for the library behind NumPy's matrix products."""
    libraries = ThreadpoolController().select(user_api="blas").lib_controllers

    def get():
        return [library.num_threads for library in libraries]

    def set_(n_threads):
        for library, n in zip(libraries, n_threads, strict=True):
            library.set_num_threads(n)

    return OneThread(get, set_, [1] * len(libraries))
