"""What threads see of an estimator that is fitted meanwhile: `FITS`."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from inspect import getattr_static, isfunction
from typing import Any
from weakref import WeakKeyDictionary

from sklstm._fork import after_fork

_FITTING = ("fit", "partial_fit", "fit_transform", "update")  # methods that change what is fitted
_READING = (
    "predict", "predict_proba", "predict_log_proba", "predict_distribution", "predict_quantiles",
    "predict_interval", "sample", "score", "score_samples", "perplexity", "transform",
    "inverse_transform", "statistics", "gate_activations", "summary", "forecast", "sample_paths",
    "backtest", "monitor", "get_feature_names_out",
)  # fmt: skip


class Fits:
    """The fits that are going on: a lock for each estimator, and its attributes before."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget all: no thread that fits survives a fork."""
        self._own = threading.Lock()
        self._locks: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()
        self._before: dict[int, tuple[int, dict[str, Any]]] = {}

    @contextmanager
    def of(self, estimator: Any) -> Iterator[None]:
        """Let other threads that fit an estimator wait, and others see it as it was before.

        Parameters
        ----------
        estimator : estimator
            Who is fitted inside.
        """
        key = id(estimator)
        with self._own:
            lock = self._locks.setdefault(estimator, threading.RLock())
        with lock:
            with self._own:
                outermost = key not in self._before
                if outermost:
                    self._before[key] = threading.get_ident(), dict(vars(estimator))
            try:
                yield
            finally:
                if outermost:
                    with self._own:
                        self._before.pop(key, None)

    def attributes(self, estimator: Any) -> dict[str, Any]:
        """Return all attributes of an estimator as of one moment, and of no unfinished fit.

        Parameters
        ----------
        estimator : estimator
            Which may be fitted by another thread.

        Returns
        -------
        attributes : dict
            A copy. The thread that fits sees what it does.
        """
        with self._own:
            thread, before = self._before.get(id(estimator), (0, None))
            seen = vars(estimator) if before is None or thread == threading.get_ident() else before
            return dict(seen)


FITS = Fits()
after_fork(FITS.reset)


def guard_methods(cls: type) -> None:
    """Make the methods of a class that fit, or read what is fitted, safe among threads.

    Those that fit do so one after the other. Those that read work on a copy of the attributes, so
    that whatever another thread does meanwhile they see one fitted state from beginning to end.
    They are those of the package, mixins included, and what a class defines itself to fit.

    Parameters
    ----------
    cls : type
        Whose methods are replaced.
    """
    for names, guarded in ((_FITTING, _alone), (_READING, _of_one_moment)):
        for name in names:
            method = getattr_static(cls, name, None)
            may_be_others = guarded is _alone and name in vars(cls)
            if isfunction(method) and (may_be_others or _is_ours(method)):
                setattr(cls, name, guarded(method))
            elif isfunction(getattr(method, "fn", None)) and _is_ours(method.fn):
                method.fn = guarded(method.fn)  # of available_if


def _is_ours(method: Any) -> bool:
    return method.__module__.startswith("sklstm.") and not hasattr(method, "is_guarded")


def _alone(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def alone(self, *args, **kwargs):
        with FITS.of(self):
            return method(self, *args, **kwargs)

    alone.is_guarded = True  # type: ignore[attr-defined]
    return alone


def _of_one_moment(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def of_one_moment(self, *args, **kwargs):
        seen = object.__new__(type(self))
        # Not by the class's own way to set attributes, which looks for parameters.
        object.__setattr__(seen, "__dict__", FITS.attributes(self))
        return method(seen, *args, **kwargs)

    of_one_moment.is_guarded = True  # type: ignore[attr-defined]
    return of_one_moment
