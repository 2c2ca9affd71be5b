"""Likelihoods of real numbers, with a location and a scale: normal, Student's t, Laplace."""

from __future__ import annotations

from dataclasses import dataclass
from math import log, pi
from typing import Any

import numpy as np

from ._functions import Functions
from ._likelihood import LEAST_SCALE, Likelihood, inverse_softplus, softplus
from ._quantile import weighted_quantile

_LEAST_DF = 2.01  # of two and fewer the variance is infinite


@dataclass(frozen=True)
class LocationScale(Likelihood):
    """Base of these: the first output is the location, the softplus of the second the scale."""

    @property
    def n_outputs_per_target(self) -> int:
        """Location and scale."""
        return 2

    @classmethod
    def mean(cls, f: Functions, outputs: Any, mean: Any, scale: Any) -> Any:
        """Return the location, as of `Likelihood.mean`."""
        return outputs[0] * scale + mean

    @classmethod
    def parameters(cls, f: Functions, outputs: Any, mean: Any, scale: Any) -> dict[str, Any]:
        """Return location and scale, as of `Likelihood.parameters`."""
        return {"loc": outputs[0] * scale + mean, "scale": _scale(f, outputs) * scale}


class Normal(LocationScale):
    """Normal distribution; the outputs are mean and standard deviation.

    A network with these two outputs is a mean-variance estimation network [1]_.

    References
    ----------
    .. [1] D. A. Nix and A. S. Weigend, "Estimating the mean and variance of the target probability
       distribution", IEEE International Conference on Neural Networks, 1994.
    """

    name = "normal"
    family = "norm"

    @classmethod
    def value(cls, f: Functions, outputs: Any, target: Any, constants: Any) -> Any:
        """Return ``z ** 2 / 2 + log(s) + log(2 pi) / 2``."""
        scale = _scale(f, outputs)
        z = (target - outputs[0]) / scale
        return 0.5 * (z * z) + f.log(scale) + 0.5 * log(2 * pi)

    @classmethod
    def gradient(cls, f: Functions, outputs: Any, target: Any, constants: Any) -> Any:
        """Return the derivatives with respect to both outputs."""
        scale = _scale(f, outputs)
        z = (target - outputs[0]) / scale
        return -z / scale, (1.0 - z * z) / scale * f.logistic(outputs[1])

    def _best(self, targets: np.ndarray, constants: Any, weight: Any) -> np.ndarray:
        mean = np.average(targets, weights=weight)
        spread = np.sqrt(np.average(np.square(targets - mean), weights=weight))
        return np.array([mean, inverse_softplus(spread - LEAST_SCALE)])


class Laplace(LocationScale):
    """Laplace distribution; the outputs are the mean, which is the median, and the scale."""

    name = "laplace"
    family = "laplace"

    @classmethod
    def value(cls, f: Functions, outputs: Any, target: Any, constants: Any) -> Any:
        """Return ``|z| + log(2 s)``."""
        scale = _scale(f, outputs)
        return f.abs(target - outputs[0]) / scale + f.log(scale) + log(2)

    @classmethod
    def gradient(cls, f: Functions, outputs: Any, target: Any, constants: Any) -> Any:
        """Return the derivatives with respect to both outputs, 0 for the first if it is right."""
        scale = _scale(f, outputs)
        error = outputs[0] - target
        sign = f.where(error > 0.0, 1.0, f.where(error < 0.0, -1.0, error * 0.0))
        return sign / scale, (1.0 - f.abs(error) / scale) / scale * f.logistic(outputs[1])

    def _best(self, targets: np.ndarray, constants: Any, weight: Any) -> np.ndarray:
        (middle,) = weighted_quantile(targets[:, np.newaxis], 0.5, weight)
        spread = np.average(np.abs(targets - middle), weights=weight)
        return np.array([middle, inverse_softplus(spread - LEAST_SCALE)])


class StudentT(LocationScale):
    """Student's t distribution: location, scale, and degrees of freedom above two.

    With few degrees of freedom outliers count little [1]_.

    References
    ----------
    .. [1] K. L. Lange, R. J. A. Little and J. M. G. Taylor, "Robust statistical modeling using the
       t distribution", Journal of the American Statistical Association 84, 1989.
    """

    name = "student_t"
    family = "t"

    @property
    def n_outputs_per_target(self) -> int:
        """Location, scale and degrees of freedom."""
        return 3

    @classmethod
    def parameters(cls, f: Functions, outputs: Any, mean: Any, scale: Any) -> dict[str, Any]:
        """Return degrees of freedom, location and scale, as of `Likelihood.parameters`."""
        return {"df": _df(f, outputs)} | super().parameters(f, outputs, mean, scale)

    @classmethod
    def value(cls, f: Functions, outputs: Any, target: Any, constants: Any) -> Any:
        """Return minus the logarithm of the density at the target."""
        scale, df = _scale(f, outputs), _df(f, outputs)
        z = (target - outputs[0]) / scale
        gammas = f.log_gamma(0.5 * df) - f.log_gamma(0.5 * df + 0.5)
        tail = (0.5 * df + 0.5) * f.log1p(z * z / df)
        return gammas + 0.5 * f.log(df) + 0.5 * log(pi) + f.log(scale) + tail

    @classmethod
    def gradient(cls, f: Functions, outputs: Any, target: Any, constants: Any) -> Any:
        """Return the derivatives with respect to the outputs."""
        scale, df = _scale(f, outputs), _df(f, outputs)
        z = (target - outputs[0]) / scale
        pull = (df + 1.0) * z / (df + z * z)
        gammas = f.digamma(0.5 * df) - f.digamma(0.5 * df + 0.5)
        by_df = 0.5 * (gammas + (1.0 - pull * z) / df + f.log1p(z * z / df))
        by_scale = (1.0 - pull * z) / scale
        slopes = f.logistic(outputs[1]), f.logistic(outputs[2])
        return -pull / scale, by_scale * slopes[0], by_df * slopes[1]


def _scale(f: Functions, outputs: Any) -> Any:
    return softplus(f, outputs[1]) + LEAST_SCALE


def _df(f: Functions, outputs: Any) -> Any:
    return softplus(f, outputs[2]) + _LEAST_DF
