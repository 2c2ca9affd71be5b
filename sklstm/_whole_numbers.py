"""Whole numbers that users give, of which True and False are none, though Python counts them."""

from collections.abc import Callable, Mapping
from functools import wraps
from inspect import signature
from numbers import Integral
from typing import Any

from sklearn import get_config
from sklearn.utils._param_validation import validate_parameter_constraints
from sklearn.utils._param_validation import validate_params as _validate_params

_LARGEST = 2**31 - 1  # rows beyond it have no labels, or take all memory to be counted
_FAR = 100_000  # rows that may be missing without taking much memory


def is_whole(value: Any) -> bool:
    """Return whether a value is a whole number of Python or NumPy."""
    return isinstance(value, Integral) and not isinstance(value, bool)


def check_count(value: Any, name: str) -> int:
    """Return `value` if it is a whole number of at least one; raise a ValueError otherwise."""
    if not is_whole(value) or int(value) < 1:
        raise ValueError(f"{name} must be a whole number of at least 1, got {value!r}.")
    if int(value) > _LARGEST:
        raise ValueError(f"{name} must be a whole number of at most {_LARGEST}, got {value!r}.")
    return int(value)


def refuse_far_beyond(value: int, name: str, n_rows: int, of: str = "rows") -> None:
    """Raise a ValueError for far more rows, or steps, than there are: they would take all memory.

    A few more are taken, as by windows of the first rows of a series.
    """
    if value > max(n_rows, _FAR):
        raise ValueError(
            f"{name}={value} is far beyond the {n_rows} {of} that there are: it takes at most as "
            f"many, or {_FAR} where there are fewer."
        )


def refuse_booleans(
    constraints: Mapping[str, Any], given: Mapping[str, Any], caller_name: str
) -> None:
    """Raise the error of scikit-learn for True and False where whole numbers are taken.

    Parameters
    ----------
    constraints : mapping
        What each parameter takes, as scikit-learn writes it.
    given : mapping
        The values by name.
    caller_name : str
        Whose parameters they are.
    """
    wrong = {
        name: _NoNumber(value)
        for name, value in given.items()
        if type(value) is bool and _takes_whole_numbers(constraints.get(name))
    }
    validate_parameter_constraints(constraints, wrong, caller_name=caller_name)


def validate_params(constraints: Mapping[str, Any]) -> Callable[..., Callable[..., Any]]:
    """Return scikit-learn's decorator of that name, which also refuses booleans as whole numbers.

    Parameters
    ----------
    constraints : mapping
        What each parameter of a function takes.

    Returns
    -------
    decorator : callable
        Checks the arguments of calls.
    """

    def decorator(function):
        taken = signature(function)

        def called(*args, **kwargs):
            if not get_config()["skip_parameter_validation"]:
                given = taken.bind_partial(*args, **kwargs).arguments
                refuse_booleans(constraints, given, function.__qualname__)
            return checked(*args, **kwargs)

        checked = _validate_params(constraints, prefer_skip_nested_validation=True)(function)
        return wraps(checked)(called)

    return decorator


class _NoNumber:
    """True or False for scikit-learn, to which they are the numbers 1 and 0."""

    def __init__(self, value: bool) -> None:
        self.value = value

    def __repr__(self) -> str:
        return repr(self.value)


def _takes_whole_numbers(constraints: Any) -> bool:
    """Return whether a parameter takes whole numbers, and no booleans beside them."""
    if not isinstance(constraints, list) or "boolean" in constraints:
        return False
    return any(one is Integral or getattr(one, "type", None) is Integral for one in constraints)
