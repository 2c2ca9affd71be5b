"""Warnings that point at the line of the user, and others that are caught: `warn_user`."""

import os
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import joblib
import sklearn

# Frames of other packages lie between a user's line and ours, of a pipeline for instance.
_INSIDE = tuple(
    os.path.dirname(os.path.abspath(file)) + os.sep
    for file in (__file__, sklearn.__file__, joblib.__file__)
)


def warn_user(message: str | Warning, category: type[Warning] = UserWarning) -> None:
    """Warn at the innermost line outside of this package, scikit-learn and joblib.

    Parameters
    ----------
    message : str or Warning
        What is told.
    category : type, default=UserWarning
        Which kind of warning.
    """
    level, frame = 2, sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_INSIDE):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, category, stacklevel=level)


@contextmanager
def caught_warnings() -> Iterator[list[warnings.WarningMessage]]:
    """Record warnings in place of giving them, in one thread at a time.

    Python has one list of filters for all threads. Where two of them change it, and put back in
    turn what they found, it stays changed for ever.
    """
    with _lock, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield caught


_lock = threading.RLock()


def _renew_lock():
    global _lock
    _lock = threading.RLock()


# Another thread may hold it when a process forks.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)
