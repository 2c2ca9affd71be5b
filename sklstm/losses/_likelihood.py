"""The base of likelihoods, losses whose outputs are the parameters of a distribution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ._functions import NUMPY, Functions
from ._loss import Loss

#: Of the mean of a count or an amount, in units of the mean of all targets.
LEAST_MEAN = 1e-6
#: Of the scale of a distribution, in standard deviations of the target. Without a bound, targets
#: that are predicted without an error have a likelihood without one.
LEAST_SCALE = 1e-3
#: Of a variance in units of the squared mean; a smaller one can't be told from none.
LEAST_DISPERSION = 1e-4


@dataclass(frozen=True)
class Likelihood(Loss):
    """Negative log-likelihood of the targets, with all its constants, in nats.

    The outputs of the network become the parameters of a distribution by links that are bounded
    from below and grow no faster than their argument: the softplus function ``log(1 + exp(x))``
    plus a small number. So no prediction is negative, or infinite, where a parameter is not.

    Targets are the standardised ones, so that the likelihood of real numbers is that of
    ``(y - mean) / scale``. To have that of ``y``, subtract the logarithm of the scale. Counts have
    probabilities, which have no unit.

    Attributes
    ----------
    family : str
        Name of the distribution in `scipy.stats`.
    location_scale : bool
        Whether targets may be shifted and scaled, and the distribution stays in its family.
    """

    label = "Negative log-likelihood (nats; {target} in standard deviations)"
    in_double = True  # derivatives of the gamma function lose their digits in single precision
    family: ClassVar[str]
    location_scale: ClassVar[bool] = True

    @classmethod
    def mean(cls, f: Functions, outputs: Any, mean: Any, scale: Any) -> Any:
        """Return the mean of the distribution in the unit of the target.

        Parameters
        ----------
        f : namespace
            Functions for the outputs.
        outputs : sequence of n_outputs_per_target values
            Outputs of the network.
        mean, scale : value
            By which the targets were standardised.

        Returns
        -------
        mean : value
            The point prediction.
        """
        raise NotImplementedError

    @classmethod
    def parameters(cls, f: Functions, outputs: Any, mean: Any, scale: Any) -> dict[str, Any]:
        """Return the parameters of the distribution in the unit of the target.

        Parameters are those of `mean`.

        Returns
        -------
        parameters : dict of str to value
            By their names in `scipy.stats`.
        """
        raise NotImplementedError

    def distribution(self, parameters: dict[str, np.ndarray]) -> Any:
        """Return the distribution with these parameters, a frozen one of `scipy.stats`."""
        from scipy import stats  # takes a while, and only predictions need it

        return getattr(stats, self.family)(**parameters)

    def parameters_of(
        self, outputs: np.ndarray, mean: np.ndarray, scale: np.ndarray
    ) -> dict[str, np.ndarray]:
        """Return `parameters` for arrays of outputs as those of `predict`."""
        with np.errstate(invalid="ignore"):  # NaN where there is no prediction
            return self.parameters(NUMPY, np.moveaxis(outputs, -1, 0), mean, scale)

    def predict(self, outputs: np.ndarray, mean: np.ndarray, scale: np.ndarray) -> np.ndarray:
        """Return the means of the distributions."""
        with np.errstate(invalid="ignore"):
            return self.mean(NUMPY, np.moveaxis(outputs, -1, 0), mean, scale)

    def decision(self, outputs: np.ndarray) -> np.ndarray:
        """Return the means of the distributions of standardised targets."""
        each = outputs.reshape(len(outputs), -1, self.n_outputs_per_target)
        return self.predict(each, np.zeros(1), np.ones(1))

    def draw(self, parameters: dict[str, np.ndarray], n_draws: int, rng: Any) -> np.ndarray:
        """Return draws from the distributions.

        Parameters
        ----------
        parameters : dict of str to ndarray
            As from `parameters_of`; NaN where there is no prediction.
        n_draws : int
            How many from each.
        rng : numpy.random.Generator
            Where they come from.

        Returns
        -------
        draws : ndarray of shape (..., n_draws)
            In a last axis; NaN where there is no prediction.
        """
        arrays = np.broadcast_arrays(*parameters.values())
        there = ~np.isnan(arrays[0])
        known = self.distribution(
            {name: array[there] for name, array in zip(parameters, arrays, strict=True)}
        )
        draws = np.full((*there.shape, n_draws), np.nan)
        draws[there] = known.rvs(size=(n_draws, int(there.sum())), random_state=rng).T
        return draws

    def uncertainty(self, mean_loss: float) -> float:
        """Return what makes the automatic weight decay that of squared errors.

        The likelihood of a normal distribution has ``e ** 2 / (2 v)`` where that loss is ``e **
        2``, whose penalty is in proportion to the variance `v`; and any likelihood is in nats.
        """
        return 0.5

    def optimal_constant(
        self, targets: np.ndarray, sample_weight: np.ndarray | None = None
    ) -> np.ndarray:
        """Return the outputs with the largest mean likelihood, as of `Loss.optimal_constant`."""
        constants = self.constants_of(targets.shape[1])
        each = zip(targets.T, constants.T, strict=True)
        return np.concatenate([self._best(y, c, sample_weight) for y, c in each])

    def _best(self, targets: np.ndarray, constants: Any, weight: Any) -> np.ndarray:
        """Return the best outputs for one target, by Newton's method from the moments on."""
        from scipy.optimize import minimize

        def loss(x):
            outputs = [np.full(len(targets), value) for value in x]
            value = self.value(NUMPY, outputs, targets, constants)
            slopes = self.gradient(NUMPY, outputs, targets, constants)
            return np.average(value, weights=weight), [
                np.average(slope, weights=weight) for slope in slopes
            ]

        first = self._start(targets, constants, weight)
        return minimize(loss, first, jac=True, method="BFGS", options={"gtol": 1e-9}).x

    def _start(self, targets: np.ndarray, constants: Any, weight: Any) -> np.ndarray:
        """Return outputs whose mean is that of the targets."""
        first = np.average(targets, weights=weight)
        if not self.shifts_targets:
            first = inverse_softplus(first - LEAST_MEAN)
        return np.array([first, *[1.0] * (self.n_outputs_per_target - 1)])


def softplus(f: Functions, x: Any) -> Any:
    """Return ``log(1 + exp(x))``, positive, whose derivative is the logistic function."""
    return -f.log_logistic(-x)


def inverse_softplus(y: Any) -> Any:
    """Return the argument of `softplus`; what is not positive counts as tiny."""
    y = np.maximum(y, 1e-12)
    return y + np.log(-np.expm1(-y))


def refuse_targets(targets: np.ndarray, wrong: np.ndarray, name: str, what: str) -> None:
    """Raise a ValueError that names the first of some wrong targets.

    Parameters
    ----------
    targets : ndarray of shape (..., n_targets)
        As given to `fit`.
    wrong : ndarray of bool of the same shape
        Which are not allowed.
    name : str
        What the user calls them.
    what : str
        Which loss this is and what it takes.

    Raises
    ------
    ValueError
        If any is wrong.
    """
    if not wrong.any():
        return
    place = np.unravel_index(np.argmax(wrong), wrong.shape)
    shown = place[:-1] if targets.shape[-1] == 1 else place
    at = ", ".join(str(k) for k in shown)
    raise ValueError(f"{what}; {name}[{at}] is {targets[place]:g} (row {place[0]}).")
