"""The scale on which errors of forecasts are taken: `ErrorScale`."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer

from ._histories import History

_N_TRIED = 200  # rows on which functions are tried


@dataclass(frozen=True)
class ErrorScale:
    """Monotone functions of single values, such as a logarithm, and their inverses.

    Errors are differences on this scale, so that bounds never leave what its inverse reaches. It is
    that of the transformer of a series, up to its first step that is no function of each value by
    itself, such as differencing.

    Parameters
    ----------
    steps : tuple of transformer
        Fitted; none for the units of the series.
    """

    steps: tuple[Any, ...] = ()

    @classmethod
    def of(cls, transformer: Any, values: np.ndarray) -> "ErrorScale":
        """Return the scale of a fitted transformer.

        Parameters
        ----------
        transformer : transformer or None
            Of one series.
        values : ndarray of shape (n_steps, n_columns)
            The series, on which functions are tried.

        Returns
        -------
        scale : ErrorScale
            Of as many steps as are functions of each value.
        """
        if transformer is None:
            return cls()
        tried = values[~np.isnan(values).any(axis=1)][-_N_TRIED:]
        steps: list[Any] = []
        for step in _steps(transformer):
            after = _if_elementwise(step, tried)
            if after is None:
                break
            steps.append(step)
            tried = after
        return cls(tuple(steps))

    def is_whole(self, transformer: Any) -> bool:
        """Return whether nothing of a transformer is left out."""
        return len(self.steps) == len(_steps(transformer))

    def of_values(self, values: np.ndarray) -> np.ndarray:
        """Return values, (..., n_columns), on this scale."""
        if not self.steps:
            return values
        rows = values.reshape(-1, values.shape[-1]).copy()
        there = ~np.isnan(rows).any(axis=1)
        found = rows[there]
        with np.errstate(all="ignore"):  # forecasts may lie where a logarithm is infinite
            for step in self.steps:
                found = _numbers(step.transform(found)) if len(found) else found
        rows[there] = found
        return rows.reshape(values.shape)

    def back(self, values: np.ndarray) -> np.ndarray:
        """Return values of this scale in the units of the series."""
        if not self.steps:
            return values
        rows = values.reshape(-1, values.shape[-1]).copy()
        there = ~np.isnan(rows).any(axis=1)
        found = rows[there]
        with np.errstate(over="ignore"):
            for step in reversed(self.steps):
                found = _numbers(step.inverse_transform(found)) if len(found) else found
        rows[there] = found
        return rows.reshape(values.shape)

    def moved(self, forecast: np.ndarray, offset: np.ndarray) -> np.ndarray:
        """Return forecasts moved on this scale, no farther than its inverse reaches.

        Parameters
        ----------
        forecast : ndarray of shape (..., n_columns)
            In the units of the series.
        offset : ndarray of shape (..., n_columns)
            How far, on this scale.

        Returns
        -------
        moved : ndarray of shape (..., n_columns)
            In the units of the series.
        """
        if not self.steps:
            return forecast + offset
        begin = np.broadcast_to(
            self.of_values(forecast), np.broadcast_shapes(forecast.shape, offset.shape)
        )
        end = begin + offset
        beyond = self._reached(begin) & ~self._reached(end) & np.isfinite(end)
        if beyond.any():
            low, high = np.zeros(end.shape), np.ones(end.shape)
            for _ in range(40):
                middle = (low + high) / 2
                reached = self._reached(begin + middle * offset)
                low, high = np.where(reached, middle, low), np.where(reached, high, middle)
            end = np.where(beyond, begin + low * offset, end)
        return self.back(end)

    def _reached(self, values):
        """Tell which values come back from the inverse, as a square root below zero does not."""
        again = self.of_values(self.back(values))
        return np.abs(again - values) <= 1e-8 * (1 + np.abs(values))


def are_whole(transformers: Mapping[Hashable, Any], histories: Iterable[History]) -> bool:
    """Tell whether the scales of errors leave out nothing of the transformers of series.

    Parameters
    ----------
    transformers : dict
        By series; those that have none need none.
    histories : iterable of History
        Series.

    Returns
    -------
    are_whole : bool
        Also if there are no transformers.
    """
    found = ((transformers.get(past.key), past.values) for past in histories if transformers)
    return all(ErrorScale.of(own, values).is_whole(own) for own, values in found)


def _steps(transformer):
    """Return the transformers one after the other."""
    pipeline = isinstance(transformer, Pipeline)
    steps = [step for _, step in transformer.steps] if pipeline else [transformer]
    return [step for step in steps if step is not None and step != "passthrough"]


def _numbers(values):
    return np.asarray(values, dtype=float)


def _if_elementwise(step, values):
    """Return transformed values if each depends on itself alone, and rises or falls with it."""
    known = type(step).__module__.startswith("sklearn.") or isinstance(step, FunctionTransformer)
    if not known or len(values) < 2 or len(np.unique(values)) < 2:
        return None
    order = np.argsort(values, axis=0, kind="stable")
    try:
        after = _numbers(step.transform(values.copy()))
        of_sorted = _numbers(step.transform(np.take_along_axis(values, order, axis=0)))
    except (TypeError, ValueError):
        return None
    if after.shape != values.shape or not np.isfinite(after).all():
        return None
    if not np.allclose(np.take_along_axis(after, order, axis=0), of_sorted, rtol=1e-9, atol=1e-12):
        return None
    steps = np.diff(of_sorted, axis=0)
    monotone = (steps >= -1e-12).all(axis=0) | (steps <= 1e-12).all(axis=0)
    return after if monotone.all() else None
