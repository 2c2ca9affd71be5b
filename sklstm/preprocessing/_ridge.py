"""A ridge regression in closed form, whose penalty generalised cross-validation chooses."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_PENALTIES = np.logspace(-7, 0, 8)  # relative to the largest eigenvalue
_MOST_FREEDOM = 0.5  # degrees of freedom for each sample: beyond, no criterion sees overfitting

_BOUND_OF_TARGETS, _BOUND_OF_ERRORS = 3.0, 2.0  # in standard deviations
_NORMAL = 1.4826  # standard deviations in a median absolute deviation of normal errors
_ROUNDS = 4


class RidgeSolution(NamedTuple):
    """A fitted ridge regression.

    Parameters
    ----------
    coefficients : ndarray of shape (n_features, n_targets)
        Weights of the features.
    intercept : ndarray of shape (n_targets,)
        Not penalised.
    """

    coefficients: NDArray[np.float64]
    intercept: NDArray[np.float64]

    @classmethod
    def fit(cls, features: NDArray, targets: NDArray) -> RidgeSolution:
        """Fit features to targets, all of which have one penalty.

        Parameters
        ----------
        features : ndarray of shape (n_samples, n_features)
            Without missing values.
        targets : ndarray of shape (n_samples, n_targets)
            Without missing values.

        Returns
        -------
        solution : RidgeSolution
            That of the penalty which minimises generalised cross-validation (Golub, Heath and
            Wahba, 1979).
        """
        return _Decomposed.of(features).solution(targets)

    @classmethod
    def fit_robust(cls, features: NDArray, targets: NDArray) -> RidgeSolution:
        """Fit with Huber's loss, so that outliers among the targets do not decide.

        In a few rounds residuals of more than two standard deviations (1.4826 times their median
        absolute value) are cut to these, and the targets that this makes are fitted anew:
        pseudo-values (Huber and Ronchetti, 2009, chapter 7).

        Parameters
        ----------
        features, targets : ndarray
            As for `fit`.

        Returns
        -------
        solution : RidgeSolution
            That of the last round.
        """
        decomposed = _Decomposed.of(features)
        center = np.median(targets, axis=0)
        bound, predicted = _BOUND_OF_TARGETS, np.broadcast_to(center, targets.shape)
        for _ in range(_ROUNDS):
            error = targets - predicted
            most = bound * _NORMAL * np.median(np.abs(error), axis=0)
            solution = decomposed.solution(predicted + np.clip(error, -most, most))
            bound, predicted = _BOUND_OF_ERRORS, solution.predict(features)
        return solution

    def predict(self, features: NDArray) -> NDArray[np.float64]:
        """Return predictions of shape (n_samples, n_targets)."""
        return features @ self.coefficients + self.intercept


class _Decomposed(NamedTuple):
    """Centred features and the eigenvalues of their products, which suit any targets."""

    features: NDArray[np.float64]
    center: NDArray[np.float64]
    eigenvalues: NDArray[np.float64]
    vectors: NDArray[np.float64]

    @classmethod
    def of(cls, features):
        center = features.mean(axis=0)
        features = features - center
        eigenvalues, vectors = np.linalg.eigh(features.T @ features)
        return cls(features, center, np.maximum(eigenvalues, 0.0), vectors)

    def solution(self, targets):
        n_samples, mean = len(targets), targets.mean(axis=0)
        targets = targets - mean
        projected = self.vectors.T @ (self.features.T @ targets)
        squares = (projected**2).sum(axis=1)
        total = (targets**2).sum()
        eigenvalues = self.eigenvalues
        largest = max(eigenvalues[-1], 1e-100)  # of constant features
        best, chosen = np.inf, largest * _PENALTIES[-1]
        for penalty in largest * _PENALTIES:
            shrunk = 1.0 / (eigenvalues + penalty)
            freedom = (eigenvalues * shrunk).sum() / n_samples
            left = total - 2 * (squares * shrunk).sum()
            left += (squares * eigenvalues * shrunk**2).sum()
            criterion = max(left, 1e-12 * total) / (1.0 - freedom) ** 2
            if freedom <= _MOST_FREEDOM and criterion < best:
                best, chosen = criterion, penalty
        coefficients = self.vectors @ (projected / (eigenvalues + chosen)[:, np.newaxis])
        return RidgeSolution(coefficients, mean - self.center @ coefficients)
