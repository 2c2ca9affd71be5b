"""Likelihoods of counts and of events: Poisson, negative binomial, Bernoulli."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

from ._functions import Functions
from ._likelihood import (
    LEAST_DISPERSION,
    LEAST_MEAN,
    Likelihood,
    inverse_softplus,
    refuse_targets,
    softplus,
)


@dataclass(frozen=True)
class Counts(Likelihood):
    """Base of the likelihoods of counts: the softplus of the first output is the mean.

    The network reads and learns counts divided by their mean in training, so that large ones are
    learned as fast as small ones; the likelihood is that of the counts themselves, since a ratio of
    counts has no such distribution.

    Parameters
    ----------
    target_scale : tuple of float, default=()
        What the counts of each target were divided by, one by default.
    """

    label = "Negative log-likelihood (nats)"
    shifts_targets = False
    location_scale = False
    target_scale: tuple = ()

    @property
    def constants(self) -> Any:
        """What the targets were divided by, shape (1, n_targets)."""
        return np.array([self.target_scale or (1.0,)])

    def with_scale(self, scale: np.ndarray) -> Self:
        """Return the likelihood for targets that were divided by a scale."""
        return replace(self, target_scale=tuple(scale.tolist()))

    @classmethod
    def mean(cls, f: Functions, outputs: Any, mean: Any, scale: Any) -> Any:
        """Return the expected count, as of `Likelihood.mean`."""
        return (softplus(f, outputs[0]) + LEAST_MEAN) * scale

    def check_targets(self, targets: np.ndarray, name: str = "y") -> None:
        """Raise a ValueError unless all targets are whole numbers from 0 on."""
        wrong = (targets < 0) | (targets != np.floor(targets)) & ~np.isnan(targets)
        other = "for amounts there is 'gamma', for real numbers 'normal'"
        takes = f"loss={self.name!r} takes counts, whole numbers from 0 on ({other})"
        refuse_targets(targets, wrong, name, takes)


class Poisson(Counts):
    """Poisson distribution: its variance is its mean."""

    name = "poisson"
    family = "poisson"

    @classmethod
    def parameters(cls, f: Functions, outputs: Any, mean: Any, scale: Any) -> dict[str, Any]:
        """Return the mean, as of `Likelihood.parameters`."""
        return {"mu": cls.mean(f, outputs, mean, scale)}

    def distribution(self, parameters: dict[str, np.ndarray]) -> Any:
        """Return the distribution with these parameters, as of `Likelihood.distribution`."""
        from ._poisson_distribution import poisson

        return poisson(**parameters)

    @classmethod
    def value(cls, f: Functions, outputs: Any, target: Any, constants: Any) -> Any:
        """Return ``m - y log(m) + log(y!)``."""
        mean, count = cls.mean(f, outputs, 0.0, constants[0]), target * constants[0]
        return mean - count * f.log(mean) + f.log_gamma(count + 1.0)

    @classmethod
    def gradient(cls, f: Functions, outputs: Any, target: Any, constants: Any) -> Any:
        """Return the derivative ``(1 - y / m) dm``."""
        mean, count = cls.mean(f, outputs, 0.0, constants[0]), target * constants[0]
        return ((1.0 - count / mean) * constants[0] * f.logistic(outputs[0]),)

    def _best(self, targets: np.ndarray, constants: Any, weight: Any) -> np.ndarray:
        mean = np.average(targets, weights=weight)
        return np.array([inverse_softplus(mean - LEAST_MEAN)])


class NegativeBinomial(Counts):
    """Negative binomial distribution of counts that spread more than a Poisson distribution [1]_.

    The variance is ``m + a m ** 2``; the softplus of the outputs are the mean `m` and the
    dispersion `a`.

    References
    ----------
    .. [1] J. M. Hilbe, "Negative Binomial Regression", 2nd edition, Cambridge University Press,
       2011: the model NB2.
    """

    name = "negative_binomial"
    family = "nbinom"

    @property
    def n_outputs_per_target(self) -> int:
        """Mean and dispersion."""
        return 2

    @classmethod
    def parameters(cls, f: Functions, outputs: Any, mean: Any, scale: Any) -> dict[str, Any]:
        """Return number of successes and their probability, as of `Likelihood.parameters`."""
        mean, dispersion = cls.mean(f, outputs, mean, scale), _dispersion(f, outputs)
        return {"n": 1.0 / dispersion, "p": 1.0 / (1.0 + dispersion * mean)}

    @classmethod
    def value(cls, f: Functions, outputs: Any, target: Any, constants: Any) -> Any:
        """Return minus the logarithm of the probability of the count."""
        mean, count = cls.mean(f, outputs, 0.0, constants[0]), target * constants[0]
        n = 1.0 / _dispersion(f, outputs)
        ways = f.log_gamma(n) + f.log_gamma(count + 1.0) - f.log_gamma(count + n)
        return ways + n * f.log1p(mean / n) + count * f.log1p(n / mean)

    @classmethod
    def gradient(cls, f: Functions, outputs: Any, target: Any, constants: Any) -> Any:
        """Return the derivatives with respect to both outputs."""
        mean, count = cls.mean(f, outputs, 0.0, constants[0]), target * constants[0]
        n = 1.0 / _dispersion(f, outputs)
        by_mean = (1.0 - count / mean) * n / (n + mean)
        gammas = f.digamma(n) - f.digamma(count + n)
        by_n = gammas + f.log1p(mean / n) + (count - mean) / (n + mean)
        slopes = f.logistic(outputs[0]), f.logistic(outputs[1])
        return by_mean * constants[0] * slopes[0], -(n * n) * by_n * slopes[1]


class Bernoulli(Likelihood):
    """Bernoulli distribution of an event; the output is the log odds of its probability."""

    name = "bernoulli"
    label = "Negative log-likelihood (nats)"
    family = "bernoulli"
    shifts_targets = False
    scales_targets = False
    location_scale = False

    @classmethod
    def mean(cls, f: Functions, outputs: Any, mean: Any, scale: Any) -> Any:
        """Return the probability of the event, as of `Likelihood.mean`."""
        return f.logistic(outputs[0])

    @classmethod
    def parameters(cls, f: Functions, outputs: Any, mean: Any, scale: Any) -> dict[str, Any]:
        """Return the probability of the event, as of `Likelihood.parameters`."""
        return {"p": cls.mean(f, outputs, mean, scale)}

    @classmethod
    def value(cls, f: Functions, outputs: Any, target: Any, constants: Any) -> Any:
        """Return ``log(1 + exp(-x))`` for an event and ``log(1 + exp(x))`` for none."""
        return -f.log_logistic((target + target - 1.0) * outputs[0])

    @classmethod
    def gradient(cls, f: Functions, outputs: Any, target: Any, constants: Any) -> Any:
        """Return the probability less the target."""
        return (f.logistic(outputs[0]) - target,)

    def check_targets(self, targets: np.ndarray, name: str = "y") -> None:
        """Raise a ValueError unless all targets are 0 or 1."""
        wrong = (targets != 0) & (targets != 1) & ~np.isnan(targets)
        refuse_targets(targets, wrong, name, "loss='bernoulli' takes events, each 0 or 1")

    def _best(self, targets: np.ndarray, constants: Any, weight: Any) -> np.ndarray:
        share = np.average(targets, weights=weight)
        return np.array([np.log(share) - np.log1p(-share)])


def _dispersion(f: Functions, outputs: Any) -> Any:
    return softplus(f, outputs[1]) + LEAST_DISPERSION
