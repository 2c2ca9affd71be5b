"""Parameters as plain Python, and as they were in `fit`: `ParametersMixin`."""

from functools import cache
from inspect import signature
from typing import Any, Self

import numpy as np

from sklstm._whole_numbers import refuse_booleans

from ._one_state import guard_methods

_KINDS = {"b": bool, "i": int, "u": int, "f": float, "U": str, "S": bytes}


class ParametersMixin:
    """Hold parameters as plain Python, remember those of `fit`, and be fitted by one thread.

    A number of NumPy has a width: ``np.int8(100) + 100`` overflows, and so would a season or a
    horizon. So numbers, booleans and strings of NumPy become Python's where a parameter is set.

    Attributes
    ----------
    _fitted_with : dict
        The parameters as they were in `fit`, where a subclass remembers them.
    """

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        guard_methods(cls)

    def __setattr__(self, name, value):
        if isinstance(value, np.generic | np.ndarray | list | tuple) and (
            name in _parameter_names(type(self))
        ):
            value = _plain_parameter(value)
        super().__setattr__(name, value)

    def _validate_params(self) -> None:
        """Refuse what scikit-learn refuses, and True and False where whole numbers are taken."""
        super()._validate_params()  # type: ignore[misc]
        constraints: dict[str, Any] = self._parameter_constraints  # type: ignore[attr-defined]
        given = self.get_params(deep=False)  # type: ignore[attr-defined]
        refuse_booleans(constraints, given, type(self).__name__)

    def _remember_parameters(self, *names: str) -> None:
        """Remember some parameters as those of `fit`; by default all."""
        names = names or _parameter_names(type(self))  # type: ignore[arg-type]
        # What can be changed in place is remembered as a copy.
        self._fitted_with = {name: _copied(getattr(self, name)) for name in names}

    def _as_fitted(self) -> Self:
        """Return the estimator, or a copy with the parameters of `fit` if they were changed.

        What was fitted decides: a parameter that was set since waits for the next `fit`.
        """
        fitted = vars(self).get("_fitted_with")
        if fitted is None or all(vars(self)[name] is value for name, value in fitted.items()):
            return self
        copy = object.__new__(type(self))
        vars(copy).update(vars(self) | fitted)
        return copy


def _copied(value):
    """Return a parameter with copies of all in it that can be changed in place."""
    if type(value) is dict:
        return {key: _copied(item) for key, item in value.items()}
    if type(value) in (list, set):
        return type(value)(map(_copied, value))
    return value


def _plain_parameter(value: Any) -> Any:
    """Return a parameter without numbers, booleans and strings of NumPy.

    Parameters
    ----------
    value : object
        Lists and tuples are looked through. Arrays, times and all else are returned as they are.

    Returns
    -------
    plain : object
        The value itself, where there is nothing to change.
    """
    if isinstance(value, np.generic) or (isinstance(value, np.ndarray) and value.ndim == 0):
        kind = _KINDS.get(value.dtype.kind)
        value = value if isinstance(value, np.generic) or kind is None else value[()]
        return value if kind is None else kind(value)
    if type(value) in (list, tuple):
        plain = [_plain_parameter(item) for item in value]
        same = all(a is b for a, b in zip(plain, value, strict=True))
        return value if same else type(value)(plain)
    return value


@cache
def _parameter_names(cls: Any) -> tuple[str, ...]:
    return tuple(signature(cls).parameters)
