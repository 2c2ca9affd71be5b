"""Likelihoods of amounts, such as sales in dollars: gamma."""

from __future__ import annotations

from dataclasses import dataclass
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
        takes = "loss='gamma' takes amounts above 0 (zeros are taken by loss='quantile')"
        refuse_targets(targets, targets <= 0, name, takes)


def dispersion_of(f: Functions, outputs: Any) -> Any:
    """Return the dispersion, the softplus of the second output."""
    return softplus(f, outputs[1]) + LEAST_DISPERSION
