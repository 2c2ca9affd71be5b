"""Weights of a linear pool of probabilities: `pool_weights`."""

from __future__ import annotations

import numpy as np

_LEAST_WEIGHT = 0.1  # with less a model costs more than it adds
_LEAST_PROBABILITY = 1e-6
_N_ROUNDS = 200


def pool_weights(likely: np.ndarray, sample_weight: np.ndarray | None = None) -> np.ndarray:
    """Return weights of models whose weighted mean gives the truth the largest likelihood.

    The logarithm of the likelihood is concave in the weights, and each round of expectation and
    maximisation [1]_ takes it up.

    Parameters
    ----------
    likely : ndarray of shape (n_samples, n_models)
        Probability that each model gives to the true class, where it has not been trained on.
    sample_weight : ndarray of shape (n_samples,), default=None
        Weights of the samples.

    Returns
    -------
    weights : ndarray of shape (n_models,)
        They sum to one; zero for models of less than a tenth, as long as one has more.

    References
    ----------
    .. [1] A. P. Dempster, N. M. Laird and D. B. Rubin, "Maximum likelihood from incomplete data via
       the EM algorithm", Journal of the Royal Statistical Society B 39(1), 1977.
    """
    likely = likely + _LEAST_PROBABILITY
    weights = np.full(likely.shape[1], 1 / likely.shape[1])
    for _ in range(_N_ROUNDS):
        shares = weights * likely
        shares /= shares.sum(axis=1, keepdims=True)
        weights = np.average(shares, axis=0, weights=sample_weight)
    kept = np.where(weights < min(_LEAST_WEIGHT, weights.max()), 0.0, weights)
    return kept / kept.sum()
