"""Sums on one thread, so that they are added up in one order everywhere."""

import os
import threading
from functools import cache

from threadpoolctl import ThreadpoolController


class OneThread:
    """Context manager that holds a library to one thread while any caller is inside.

    Numbers of threads may belong to the whole process or to each Python thread, and some libraries
    have both. So every thread that enters sets its own, the last one out restores the process,
    and whoever leaves before restores what is his alone.

    Parameters
    ----------
    get : callable
        Returns the present setting.
    set_ : callable
        Takes a setting, for the calling thread and the process.
    set_own : callable
        Takes a setting, for the calling thread alone.
    single : object
        The setting for one thread.
    """

    def __init__(self, get, set_, set_own, single):
        self._get, self._set, self._set_own, self._single = get, set_, set_own, single
        self._lock = threading.Lock()
        self._users = 0
        self._before = None
        self._mine = threading.local()
        if hasattr(os, "register_at_fork"):
            # Nobody may be changing a setting meanwhile: OpenBLAS has a lock of its own for that,
            # which would stay locked in the child.
            os.register_at_fork(
                before=self._lock.acquire,
                after_in_parent=self._lock.release,
                after_in_child=self._start_afresh,
            )

    def _start_afresh(self):
        """Count the forking thread alone: other threads do not survive a fork."""
        self._lock.release()
        others, self._users = self._users, getattr(self._mine, "depth", 0)
        if others and not self._users:
            self._set(self._before)  # nobody is left who would do it

    def __enter__(self):
        with self._lock:
            before = self._get()
            if self._users == 0:
                self._before = before
            self._set(self._single)
            self._users += 1
            self._mine.depth = getattr(self._mine, "depth", 0) + 1

    def __exit__(self, *exception):
        with self._lock:
            self._users -= 1
            self._mine.depth -= 1
            if self._users == 0:
                self._set(self._before)
            elif self._mine.depth == 0:
                self._set_own(self._before)


@cache
def one_blas_thread():
    """Return the context manager for the library behind NumPy's matrix products."""
    libraries = ThreadpoolController().select(user_api="blas").lib_controllers

    def get():
        return [library.num_threads for library in libraries]

    def set_(n_threads):
        for library, n in zip(libraries, n_threads, strict=True):
            _set_from_any_thread(library, n)

    def set_own(n_threads):
        for library, n in zip(libraries, n_threads, strict=True):
            if getattr(library, "threading_layer", None) == "openmp":
                library.set_num_threads(n)

    return OneThread(get, set_, set_own, [1] * len(libraries))


def _set_from_any_thread(library, n_threads):
    # threadpoolctl ignores all Python threads but the first one to set a process-wide number; that
    # is to keep them from fighting, which our lock and counting do.
    release = getattr(library, "clear_controlling_thread", None)
    if release is not None:
        release(force=True)
    library.set_num_threads(n_threads)
    if release is not None:
        release(force=True)
