"""Likelihoods of amounts, such as sales in dollars: gamma, and Tweedie with zeros."""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import Any

import numpy as np

from ._functions import Functions
from ._likelihood import (
    LEAST_DISPERSION,
    LEAST_MEAN,
    Likelihood,
    refuse_targets,
    softplus,
)

_AMOUNTS = 1e-30, 1e30  # so that there is a logarithm where there is no target


@dataclass(frozen=True)
class Amounts(Likelihood):
    """Base of the likelihoods of amounts: softplus of the outputs are mean and dispersion."""

    label = "Negative log-likelihood (nats; {target} divided by its mean)"
    shifts_targets = False
    location_scale = False

    @property
    def n_outputs_per_target(self) -> int:
        """Mean and dispersion."""
        return 2

    @classmethod
    def mean(cls, f: Functions, outputs: Any, mean: Any, scale: Any) -> Any:
        """Return the expected amount, as of `Likelihood.mean`."""
        return (softplus(f, outputs[0]) + LEAST_MEAN) * scale


class Gamma(Amounts):
    """Gamma distribution of amounts above zero: the variance is ``d m ** 2``."""

    name = "gamma"
    family = "gamma"

    @classmethod
    def parameters(cls, f: Functions, outputs: Any, mean: Any, scale: Any) -> dict[str, Any]:
        """Return shape and scale, as of `Likelihood.parameters`."""
        mean, dispersion = cls.mean(f, outputs, mean, scale), dispersion_of(f, outputs)
        return {"a": 1.0 / dispersion, "scale": mean * dispersion}

    @classmethod
    def value(cls, f: Functions, outputs: Any, target: Any, constants: Any) -> Any:
        """Return minus the logarithm of the density at the target."""
        mean, shape = cls.mean(f, outputs, 0.0, 1.0), 1.0 / dispersion_of(f, outputs)
        target = f.clip(target, *_AMOUNTS)
        log_target = f.log(target)
        each = f.log(shape) + log_target - f.log(mean) - target / mean
        return f.log_gamma(shape) - shape * each + log_target

    @classmethod
    def gradient(cls, f: Functions, outputs: Any, target: Any, constants: Any) -> Any:
        """Return the derivatives with respect to both outputs."""
        mean, shape = cls.mean(f, outputs, 0.0, 1.0), 1.0 / dispersion_of(f, outputs)
        target = f.clip(target, *_AMOUNTS)
        ratio = target / mean
        logs = f.log(shape) + f.log(target) - f.log(mean)
        by_shape = f.digamma(shape) - logs + ratio - 1.0
        slopes = f.logistic(outputs[0]), f.logistic(outputs[1])
        by_mean = shape * (1.0 - ratio) / mean
        return by_mean * slopes[0], -(shape * shape) * by_shape * slopes[1]

    def check_targets(self, targets: np.ndarray, name: str = "y") -> None:
        """Raise a ValueError unless all targets are above zero."""
        takes = "loss='gamma' takes amounts above 0 (loss='tweedie' takes zeros as well)"
        refuse_targets(targets, targets <= 0, name, takes)


class Tweedie(Amounts):
    """Tweedie distribution of power 1.5, of amounts with zeros: the variance is ``d m ** 1.5``.

    The sum of a Poisson number of exponential amounts. The loss is the whole likelihood, not the
    deviance, so that the dispersion is learned along and there is a distribution to predict. The
    density is that of a Bessel function; with other powers it is a series [1]_.

    References
    ----------
    .. [1] P. K. Dunn and G. K. Smyth, "Series evaluation of Tweedie exponential dispersion model
       densities", Statistics and Computing 15, 2005, pages 267-280.
    """

    name = "tweedie"

    @classmethod
    def parameters(cls, f: Functions, outputs: Any, mean: Any, scale: Any) -> dict[str, Any]:
        """Return mean number of amounts, and mean of each, as of `Likelihood.parameters`."""
        root = f.sqrt(cls.mean(f, outputs, 0.0, 1.0))
        dispersion = dispersion_of(f, outputs)
        return {"rate": 2.0 * root / dispersion, "scale": 0.5 * dispersion * root * scale}

    def distribution(self, parameters: dict[str, np.ndarray]) -> Any:
        """Return the distribution with these parameters, as of `Likelihood.distribution`."""
        from ._compound_poisson import compound_poisson

        return compound_poisson(**parameters)

    @classmethod
    def value(cls, f: Functions, outputs: Any, target: Any, constants: Any) -> Any:
        """Return minus the logarithm of the density at the target, or of the probability of 0.

        With the mean number `r` of amounts and the target `x` in units of their mean, both minus
        ``log(exp(-r - x) sqrt(r / x) I_1(2 sqrt(r x)))``, where ``4 sqrt(y) / d`` is the argument.
        """
        rate, ratio, dispersion = cls._terms(f, outputs, target)
        apart = f.sqrt(rate) - f.sqrt(ratio)
        logs = 2.0 * f.log(dispersion) - log(4) - f.log_i1(cls._argument(f, target, dispersion))
        return f.where(target > 0.0, apart * apart + logs, rate)

    @classmethod
    def gradient(cls, f: Functions, outputs: Any, target: Any, constants: Any) -> Any:
        """Return the derivatives with respect to both outputs."""
        rate, ratio, dispersion = cls._terms(f, outputs, target)
        argument = cls._argument(f, target, dispersion)
        rest = 2.0 - rate - ratio + argument * f.i2_over_i1(argument)
        by_dispersion = f.where(target > 0.0, rest, -rate) / dispersion
        mean = cls.mean(f, outputs, 0.0, 1.0)
        by_mean = (rate - f.where(target > 0.0, ratio, 0.0 * ratio)) / (2.0 * mean)
        return by_mean * f.logistic(outputs[0]), by_dispersion * f.logistic(outputs[1])

    def check_targets(self, targets: np.ndarray, name: str = "y") -> None:
        """Raise a ValueError unless all targets are zero or more."""
        takes = "loss='tweedie' takes amounts from 0 on (real numbers are taken by loss='normal')"
        refuse_targets(targets, targets < 0, name, takes)

    @classmethod
    def _terms(cls, f: Functions, outputs: Any, target: Any) -> tuple[Any, Any, Any]:
        """Return the mean number of amounts, the target in units of their mean, the dispersion."""
        root, dispersion = f.sqrt(cls.mean(f, outputs, 0.0, 1.0)), dispersion_of(f, outputs)
        target = f.clip(target, *_AMOUNTS)
        return 2.0 * root / dispersion, 2.0 * target / (dispersion * root), dispersion

    @classmethod
    def _argument(cls, f: Functions, target: Any, dispersion: Any) -> Any:
        return 4.0 * f.sqrt(f.clip(target, *_AMOUNTS)) / dispersion


def dispersion_of(f: Functions, outputs: Any) -> Any:
    """Return the dispersion, the softplus of the second output."""
    return softplus(f, outputs[1]) + LEAST_DISPERSION
