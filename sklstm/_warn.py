"""Warnings that point at the line of the user, and others that are caught: `warn_user`."""

import os
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import joblib
import sklearn

from sklstm._fork import after_fork

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
    """Record the warnings of this thread in place of giving them, those of many threads at once.

    Python has one list of filters for all threads. Where two of them change it, and put back in
    turn what they found, it stays changed for ever: so the first thread that records changes it,
    and the last one puts it back. None waits for another one, which may wait for it in turn.

    Yields
    ------
    caught : list of WarningMessage
        Filled while the block runs. Warnings of threads that record none themselves, such as those
        that a transformer begins, are in the list that was begun last.
    """
    if getattr(sys.flags, "context_aware_warnings", False):  # filters are those of a context
        with warnings.catch_warnings(record=True) as own:
            warnings.simplefilter("always")
            yield own
        return
    caught: list[warnings.WarningMessage] = []
    _RECORDS.begin(caught)
    try:
        yield caught
    finally:
        _RECORDS.end(caught)


class _Records:
    """Lists of warnings that threads record."""

    def __init__(self) -> None:
        # Never held while other code runs, but for a destructor that warns of what is not closed.
        self._lock = threading.RLock()
        self._lists: list[tuple[int, list[warnings.WarningMessage]]] = []
        self._before = warnings.catch_warnings()
        self._shown = warnings.showwarning

    def begin(self, caught: list[warnings.WarningMessage]) -> None:
        """Record what this thread is warned of in a list."""
        with self._lock:
            if not self._lists:
                self._before = warnings.catch_warnings()
                self._before.__enter__()
                warnings.simplefilter("always")
                if warnings.showwarning != self._record:
                    self._shown = warnings.showwarning
                warnings.showwarning = self._record
            self._lists.append((threading.get_ident(), caught))

    def end(self, caught: list[warnings.WarningMessage]) -> None:
        """Record no more in a list; the last one leaves filters as they were."""
        with self._lock:
            self._keep([one for one in self._lists if one[1] is not caught])

    def reset(self) -> None:
        """Forget the lists of other threads, which do not survive a fork."""
        self._lock = threading.RLock()
        self._keep([one for one in self._lists if one[0] == threading.get_ident()])

    def _keep(self, lists):
        are_there, self._lists = bool(self._lists), lists
        if are_there and not lists:
            self._before.__exit__(None, None, None)

    def _record(self, message, category, filename, lineno, file=None, line=None):
        with self._lock:
            lists = self._lists
            own = [caught for thread, caught in lists if thread == threading.get_ident()]
            own = own or [caught for _, caught in lists]
        if own:
            told = warnings.WarningMessage(message, category, filename, lineno, file, line)
            own[-1].append(told)
        else:  # another thread has put back what it found while there was a list
            self._shown(message, category, filename, lineno, file, line)


_RECORDS = _Records()
after_fork(_RECORDS.reset)
