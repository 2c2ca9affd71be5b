"""Means and deviations of all samples that `partial_fit` has met: `Moments`."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sklstm.training import TrainedNetwork

_FEW = 32  # samples, before which a network has learned nothing that were to be kept
_JUMP = 1.5  # of a scale, from which on the state of the optimiser tells of other units


@dataclass(frozen=True, eq=False)
class Moments:
    """Mean and standard deviation of columns, and how much they are known by.

    Parameters
    ----------
    mean, spread : ndarray of shape (n_columns,)
        The spread of a constant column is zero; of one that is read as changes it is their root
        mean square.
    weight : float
        Sum of the weights of all rows.
    n_samples : int
        How many samples there were.
    """

    mean: np.ndarray
    spread: np.ndarray
    weight: float
    n_samples: int

    @property
    def scale(self) -> np.ndarray:
        """What columns are divided by: the spread, or 1 where it is zero."""
        return np.where(self.spread > 0, self.spread, 1.0)

    @property
    def few(self) -> bool:
        """Whether the network is too young for its function to be kept when scales change."""
        return self.n_samples < _FEW

    def merged(self, others: Moments, changes: np.ndarray | None = None) -> Moments:
        """Return the moments of these samples and others together [1]_.

        Parameters
        ----------
        others : Moments
            Of other samples.
        changes : ndarray of shape (n_columns,), bool, optional
            Columns that are read as changes.

        Returns
        -------
        moments : Moments
            Those of the same samples once more are the same to the last bit.

        References
        ----------
        .. [1] T. F. Chan, G. H. Golub and R. J. LeVeque, "Updating formulae and a pairwise
           algorithm for computing sample variances", COMPSTAT 1982.
        """
        weight = self.weight + others.weight
        share = others.weight / weight
        gap = others.mean - self.mean
        between = gap if changes is None else np.where(changes, 0.0, gap)
        unit = np.maximum(np.maximum(self.spread, others.spread), np.abs(between))
        unit = np.where(unit > 0, unit, 1.0)  # squares neither overflow nor vanish
        ours, theirs = np.square(self.spread / unit), np.square(others.spread / unit)
        variance = ours + share * (theirs - ours)
        variance += share * (1.0 - share) * np.square(between / unit)
        changed = (variance != ours) | (gap != 0)
        spread = np.where(changed, np.sqrt(np.maximum(variance, 0.0)) * unit, self.spread)
        n_samples = self.n_samples + others.n_samples
        return Moments(self.mean + share * gap, spread, weight, n_samples)

    def fits(self, n_columns: int) -> bool:
        """Return whether the arrays are those of some columns."""
        return (
            self.mean.shape == self.spread.shape == (n_columns,)
            and bool(np.isfinite(self.mean).all() and np.isfinite(self.spread).all())
            and bool((self.spread >= 0).all())
            and self.weight > 0
        )


def with_inputs_rescaled(
    network: TrainedNetwork, factor: np.ndarray, shift: np.ndarray
) -> TrainedNetwork:
    """Return a network that gives for ``z`` what another one gives for ``factor * z + shift``.

    Parameters
    ----------
    network : TrainedNetwork
        The other one.
    factor, shift : ndarray of shape (n_features,)
        For each of its inputs.

    Returns
    -------
    network : TrainedNetwork
        With other weights in its first layer.
    """
    weights = dict(network.weights)
    for name, array in network.weights.items():
        if name.startswith("layer0_") and name.endswith("_input"):
            bias = name.removesuffix("_input") + "_bias"
            weights[bias] = (weights[bias] + array @ shift).astype(network.dtype)
            weights[name] = (array * factor).astype(network.dtype)
    return replace(network, weights=weights)


def with_outputs_rescaled(
    network: TrainedNetwork, factor: np.ndarray, shift: np.ndarray
) -> TrainedNetwork:
    """Return a network whose outputs are ``factor * output + shift`` of another one's.

    Parameters
    ----------
    network : TrainedNetwork
        The other one.
    factor, shift : ndarray of shape (n_outputs,)
        For each of its outputs.

    Returns
    -------
    network : TrainedNetwork
        With another head [1]_.

    References
    ----------
    .. [1] H. van Hasselt, A. Guez, M. Hessel, V. Mnih and D. Silver, "Learning values across many
       orders of magnitude", NeurIPS 2016.
    """
    weight, bias = network.weights["head_weight"], network.weights["head_bias"]
    head = {
        "head_weight": (weight * factor[:, np.newaxis]).astype(network.dtype),
        "head_bias": (bias * factor + shift).astype(network.dtype),
    }
    return replace(network, weights=network.weights | head)


def without_stale_optimizer(network: TrainedNetwork, *factors: np.ndarray) -> TrainedNetwork:
    """Return a network without the state of its optimiser if a scale has changed much.

    Parameters
    ----------
    network : TrainedNetwork
        Whose training continues.
    *factors : ndarray
        By which scales have changed.

    Returns
    -------
    network : TrainedNetwork
        The same one, if none has changed by half or more.
    """
    jumps = any(((factor > _JUMP) | (factor < 1 / _JUMP)).any() for factor in factors)
    return replace(network, optimizer=None) if jumps else network
