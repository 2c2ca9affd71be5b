"""Quantiles, one or several at once: `Quantile`."""

from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np

from ._functions import Functions
from ._loss import Loss


@dataclass(frozen=True)
class Quantile(Loss):
    """Quantile loss or pinball loss: ``(1 - q) e`` for errors above zero, ``-q e`` below [1]_.

    Parameters
    ----------
    quantile : float, list or tuple, default=0.5
        The level `q`. Each of several has an output for each target.

    Raises
    ------
    ValueError
        If a list is empty, or holds anything but distinct numbers between 0 and 1.

    References
    ----------
    .. [1] R. Koenker and G. Bassett, "Regression quantiles", Econometrica 46, 1978.
    """

    name = "quantile"
    label = "Pinball loss (standard deviations of {target})"
    over_outputs = True
    quantile: float | list | tuple = 0.5

    def __post_init__(self) -> None:
        levels = self.levels
        if levels is None:
            return
        proper = all(isinstance(q, Real) for q in levels) and all(0 < q < 1 for q in levels)
        if not levels or not proper or len(set(levels)) < len(levels):
            raise ValueError(
                "The 'quantile' parameter must be a float in (0, 1) or a list of distinct ones. "
                f"Got {self.quantile!r}."
            )
        object.__setattr__(self, "quantile", tuple(map(float, levels)))  # it is frozen

    @property
    def levels(self) -> tuple | None:
        """The levels in the order of the list; None for a single number."""
        return tuple(self.quantile) if isinstance(self.quantile, list | tuple) else None

    @property
    def constants(self) -> Any:
        """The levels."""
        return self.levels or (self.quantile,)

    @property
    def n_outputs_per_target(self) -> int:
        """One for each level."""
        return len(self.constants)

    @property
    def n_terms(self) -> int:
        """One for each level."""
        return len(self.constants)

    @classmethod
    def value(cls, f: Functions, outputs: Any, target: Any, constants: Any) -> Any:
        """Return the sum over the levels, as of `Loss.value`."""
        error = outputs - target
        return f.sum(f.maximum((1.0 - constants) * error, (0.0 - constants) * error))

    @classmethod
    def gradient(cls, f: Functions, outputs: Any, target: Any, constants: Any) -> Any:
        """Return the derivative with respect to each output, 0 where the error is."""
        error = outputs - target
        below = f.where(error < 0.0, 0.0 - constants, error * 0.0)
        return f.where(error > 0.0, 1.0 - constants, below)

    def optimal_constant(
        self, targets: np.ndarray, sample_weight: np.ndarray | None = None
    ) -> np.ndarray:
        """Return the quantiles of each target."""
        each = [weighted_quantile(targets, level, sample_weight) for level in self.constants]
        return np.stack(each, axis=-1).ravel()

    def predict(self, outputs: np.ndarray, mean: np.ndarray, scale: np.ndarray) -> np.ndarray:
        """Return a quantile for each target; of several, which never cross, a last axis follows."""
        if self.levels is None:
            return super().predict(outputs, mean, scale)
        mean, scale = np.asarray(mean)[..., np.newaxis], np.asarray(scale)[..., np.newaxis]
        return uncross(outputs * scale + mean, self.levels)


def uncross(predicted: np.ndarray, levels: tuple) -> np.ndarray:
    """Sort predictions along the last axis, so that a larger level has a larger quantile.

    Quantiles that are fitted one by one may cross. Sorting them never takes them further from the
    true ones [1]_.

    Parameters
    ----------
    predicted : ndarray of shape (..., n_levels)
        One prediction for each level.
    levels : tuple of float
        In any order.

    Returns
    -------
    predicted : ndarray of shape (..., n_levels)
        In the same order of the levels.

    References
    ----------
    .. [1] V. Chernozhukov, I. Fernandez-Val and A. Galichon, "Quantile and probability curves
       without crossing", Econometrica 78(3), 2010.
    """
    ranks = np.argsort(np.argsort(levels))
    return np.sort(predicted, axis=-1)[..., ranks]


def weighted_quantile(
    targets: np.ndarray, level: float, sample_weight: np.ndarray | None = None
) -> np.ndarray:
    """Return a quantile of each column of targets.

    Parameters
    ----------
    targets : ndarray of shape (n_samples, n_targets)
        Numbers.
    level : float
        Between 0 and 1.
    sample_weight : ndarray of shape (n_samples,), optional
        Weights, equal by default.

    Returns
    -------
    quantile : ndarray of shape (n_targets,)
        The smallest target that has at least this share of the weight at or below it.
    """
    weight = np.ones(len(targets)) if sample_weight is None else sample_weight
    return np.quantile(targets, level, axis=0, weights=weight, method="inverted_cdf")
