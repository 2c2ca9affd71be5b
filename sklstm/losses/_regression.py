"""The losses of regressors, and the table of them."""

from dataclasses import fields
from math import log
from typing import Any

import numpy as np

from ._amounts import Gamma, Tweedie
from ._counts import Bernoulli, NegativeBinomial, Poisson
from ._functions import NUMPY, Functions
from ._location_scale import Laplace, Normal, StudentT
from ._loss import Loss
from ._quantile import Quantile, weighted_quantile


class ErrorLoss(Loss):
    """A loss of one output per target that depends on the error ``output - target`` alone.

    A subclass has `of_error` and its derivative `slope`, which must not fall: then the loss is
    convex, and the optimal constant is found by bisection.
    """

    @classmethod
    def of_error(cls, f: Functions, error: Any) -> Any:
        """Return the loss of an error."""
        raise NotImplementedError

    @classmethod
    def slope(cls, f: Functions, error: Any) -> Any:
        """Return its derivative."""
        raise NotImplementedError

    @classmethod
    def value(cls, f: Functions, outputs: Any, target: Any, constants: Any) -> Any:
        """Return the loss of each target, as of `Loss.value`."""
        return cls.of_error(f, outputs[0] - target)

    @classmethod
    def gradient(cls, f: Functions, outputs: Any, target: Any, constants: Any) -> Any:
        """Return the derivative, as of `Loss.gradient`."""
        return (cls.slope(f, outputs[0] - target),)

    def optimal_constant(
        self, targets: np.ndarray, sample_weight: np.ndarray | None = None
    ) -> np.ndarray:
        """Return the outputs with the smallest mean loss, as of `Loss.optimal_constant`."""
        weight = np.ones(len(targets)) if sample_weight is None else sample_weight
        low, high = targets.min(axis=0), targets.max(axis=0)
        for _ in range(60):  # halvings, until double precision ends
            middle = low + (high - low) / 2
            slope = weight @ self.slope(NUMPY, middle - targets)
            low, high = np.where(slope < 0, middle, low), np.where(slope < 0, high, middle)
        return low + (high - low) / 2


class SquaredError(ErrorLoss):
    """Squared error, ``e ** 2``; the network predicts the mean."""

    name = "squared_error"
    label = "Mean squared error (variances of {target})"

    @classmethod
    def of_error(cls, f: Functions, error: Any) -> Any:
        """Return the square."""
        return error * error

    @classmethod
    def slope(cls, f: Functions, error: Any) -> Any:
        """Return twice the error."""
        return error + error

    def optimal_constant(
        self, targets: np.ndarray, sample_weight: np.ndarray | None = None
    ) -> np.ndarray:
        """Return the mean of each target."""
        return np.average(targets, axis=0, weights=sample_weight)


class AbsoluteError(ErrorLoss):
    """Absolute error, ``|e|``; the network predicts the median."""

    name = "absolute_error"
    label = "Mean absolute error (standard deviations of {target})"

    @classmethod
    def of_error(cls, f: Functions, error: Any) -> Any:
        """Return the absolute value."""
        return f.abs(error)

    @classmethod
    def slope(cls, f: Functions, error: Any) -> Any:
        """Return the sign, 0 for 0."""
        return f.where(error > 0.0, 1.0, f.where(error < 0.0, -1.0, error * 0.0))

    def optimal_constant(
        self, targets: np.ndarray, sample_weight: np.ndarray | None = None
    ) -> np.ndarray:
        """Return the median of each target."""
        return weighted_quantile(targets, 0.5, sample_weight)


class Huber(ErrorLoss):
    """Huber's loss: ``e ** 2 / 2`` for errors up to one, ``|e| - 1 / 2`` beyond [1]_.

    References
    ----------
    .. [1] P. J. Huber, "Robust estimation of a location parameter", Annals of Mathematical
       Statistics 35, 1964.
    """

    name = "huber"
    label = "Huber loss (errors in standard deviations of {target})"

    @classmethod
    def of_error(cls, f: Functions, error: Any) -> Any:
        """Return the loss by the error clipped to [-1, 1], which makes it one expression."""
        clipped = f.clip(error, -1.0, 1.0)
        return clipped * (error - 0.5 * clipped)

    @classmethod
    def slope(cls, f: Functions, error: Any) -> Any:
        """Return the clipped error."""
        return f.clip(error, -1.0, 1.0)


class LogCosh(ErrorLoss):
    """Logarithm of the hyperbolic cosine, ``log(cosh(e))``.

    About ``e ** 2 / 2`` for small errors and ``|e| - log(2)`` for large ones, as Huber's loss, but
    smooth: its derivative is ``tanh(e)`` [1]_.

    References
    ----------
    .. [1] R. A. Saleh and A. K. M. E. Saleh, "Statistical properties of the log-cosh loss function
       used in machine learning", arXiv:2208.04564, 2022.
    """

    name = "log_cosh"
    label = "Log-cosh loss (errors in standard deviations of {target})"

    @classmethod
    def of_error(cls, f: Functions, error: Any) -> Any:
        """Return the loss by one of two expressions, each exact where the other is not."""
        # The one for small errors must stay finite at large ones: what `where` leaves out still
        # has a gradient in torch, and infinity times zero is no number.
        t, size = f.tanh(f.clip(error, -1.0, 1.0)), f.abs(error)
        small = -0.5 * f.log1p(-(t * t))
        return f.where(size < 1.0, small, size + f.log1p(f.exp(-2.0 * size)) - log(2.0))

    @classmethod
    def slope(cls, f: Functions, error: Any) -> Any:
        """Return the hyperbolic tangent."""
        return f.tanh(error)


#: Every loss of the regressors by its name.
LOSSES: dict[str, type[Loss]] = {
    loss.name: loss
    for loss in (
        SquaredError, AbsoluteError, Huber, LogCosh, Quantile,
        Normal, StudentT, Laplace, Poisson, NegativeBinomial, Gamma, Tweedie,
        Bernoulli,
    )
}  # fmt: skip


def make_loss(name: str, **parameters: Any) -> Loss:
    """Return the loss of a regressor.

    Parameters
    ----------
    name : str
        The parameter ``loss``, a key of `LOSSES`.
    **parameters : dict
        Parameters of the regressor that some losses have, such as ``quantile``; a loss takes those
        that it knows.

    Returns
    -------
    loss : Loss
        The loss with these parameters.

    Raises
    ------
    ValueError
        If ``quantile`` is a list that `Quantile` does not take, or of another loss.
    """
    quantile = parameters.get("quantile")
    if isinstance(quantile, list | tuple) and name != Quantile.name:
        Quantile(quantile)
        raise ValueError(
            f"quantile={quantile!r} lists several quantiles, which only loss='quantile' predicts. "
            f"Got loss={name!r}."
        )
    known = parameters_of(name) & parameters.keys()
    return LOSSES[name](**{parameter: parameters[parameter] for parameter in known})


def parameters_of(name: str) -> set[str]:
    """Return the names of the parameters of regressors that a loss takes."""
    return {field.name for field in fields(LOSSES[name])}
