"""Whether two transformers would do the same: `same_parameters`."""

from functools import partial
from numbers import Number
from types import FunctionType
from typing import Any

import numpy as np
import pandas as pd

_SET_BY_FORECASTERS = {"context"}  # of transformers of series


def same_parameters(now: Any, before: Any) -> bool:
    """Return whether two values of a parameter, such as estimators, mean the same.

    Parameters
    ----------
    now, before : object
        Estimators are compared by class and parameters, arrays by what they hold. ``"auto"`` in
        the first one is what the second one has in its place.

    Returns
    -------
    same : bool
        False for functions that are not the same one, even if they do the same.
    """
    if isinstance(now, str) and now == "auto":
        return True
    if _is_estimator(now) and _is_estimator(before):
        parameters = [one.get_params(deep=False) for one in (now, before)]
        return type(now) is type(before) and _same_values(*parameters)
    if type(now) is type(before) and not isinstance(now, FunctionType):
        held = [_held(one) for one in (now, before)]
        if held[0] is not None:
            return same_parameters(*held)
    if isinstance(now, list | tuple) and isinstance(before, list | tuple):
        return len(now) == len(before) and all(map(same_parameters, now, before))
    if isinstance(now, dict) and isinstance(before, dict):
        return _same_values(now, before)
    if isinstance(now, Number) and isinstance(before, Number):
        return bool(now == before or (now != now and before != before))  # NaN is NaN here
    return now is before or (type(now) is type(before) and bool(now == before))


def _same_values(now, before):
    return now.keys() == before.keys() and all(
        same_parameters(value, before[name])
        for name, value in now.items()
        if name not in _SET_BY_FORECASTERS
    )


def _held(value):
    """Return what a value holds, to be compared in its place; None if it is to be compared."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, pd.DataFrame | pd.Series | pd.Index):
        return [*value.axes, value.to_numpy()] if value.ndim == 2 else value.to_numpy()
    if isinstance(value, partial):
        return value.func, value.args, value.keywords
    has_no_equality = type(value).__eq__ is object.__eq__
    return getattr(value, "__dict__", None) if has_no_equality else None


def _is_estimator(value):
    return hasattr(value, "get_params") and not isinstance(value, type)
