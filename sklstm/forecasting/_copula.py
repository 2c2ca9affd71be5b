"""How several rows ahead depend on each other: `GaussianCopula`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.special import ndtr

from ._normal_scores import NormalScores

_STRONGEST = 0.999  # correlation of one row with the next


@dataclass(frozen=True)
class GaussianCopula:
    r"""Dependence of rows ahead whose distributions are known one by one [1]_.

    Normal numbers :math:`g \sim N(0, R)` have levels :math:`\Phi(g)`, and the quantiles of these
    levels are draws of the rows together. Each row has exactly its own distribution, whatever
    :math:`R` is.

    Parameters
    ----------
    factor : ndarray of shape (horizon * n_columns, horizon * n_columns)
        Times its own transpose the correlation `R`.
    n_columns : int
        Columns of the series.

    References
    ----------
    .. [1] P. Pinson, H. Madsen, H. A. Nielsen, G. Papaefthymiou and B. Klockl, "From probabilistic
       forecasts to statistical scenarios of short-term wind power production", Wind Energy 12,
       2009, pages 51-62.
    """

    factor: np.ndarray
    n_columns: int

    @classmethod
    def fit(cls, probabilities: Sequence[np.ndarray], origins: Sequence[np.ndarray]) -> Self:
        r"""Estimate the correlation by the predicted probabilities of what came.

        Scores of calibrated forecasts have mean 0 and variance 1, so nothing is subtracted:
        forecasts that were too low at all steps tell of dependence. The matrix of all pairs of
        steps is shrunk towards that of a first-order autoregression, with the intensity that
        minimises the expected squared error [1]_. Rows in the targets of several forecasts count
        once for that.

        Parameters
        ----------
        probabilities : list of ndarray of shape (n_origins, horizon, n_columns, 2)
            For each series those of less than the row that came, and of no more; NaN if unknown.
        origins : list of ndarray of shape (n_origins,)
            The rows before.

        Returns
        -------
        copula : GaussianCopula
            One for all series.

        References
        ----------
        .. [1] J. Schafer and K. Strimmer, "A shrinkage approach to large-scale covariance matrix
           estimation and implications for functional genomics", Statistical Applications in
           Genetics and Molecular Biology 4, 2005.
        """
        scores = NormalScores.of(np.concatenate(probabilities))
        _, horizon, n_columns = scores.values.shape
        n_apart = sum(_number_apart(rows, horizon) for rows in origins)
        of_columns = scores.values.reshape(-1, n_columns)
        columns = _shrunk(scores, of_columns, np.eye(n_columns), n_apart * horizon)
        target = np.kron(_of_order_one(scores), columns)
        together = scores.values.reshape(len(scores.values), -1)
        correlation = _shrunk(scores, together, target, n_apart)
        return cls(_root(correlation), n_columns)

    def draw(self, n_draws: int, rng: np.random.Generator) -> np.ndarray:
        """Draw levels of all rows ahead together.

        Parameters
        ----------
        n_draws : int
            How many times.
        rng : numpy Generator
            Source of the draws.

        Returns
        -------
        levels : ndarray of shape (n_draws, horizon, n_columns)
            Each by itself uniform between 0 and 1.
        """
        normal = rng.standard_normal((n_draws, len(self.factor)))
        return ndtr(normal @ self.factor.T).reshape(n_draws, -1, self.n_columns)


def _number_apart(origins, horizon):
    """Return how many forecasts of some have no row in common, at least about."""
    if not len(origins):
        return 0
    return min(len(origins), 1 + int(np.ptp(origins)) // horizon)


def _of_order_one(scores):
    """Return the correlation of a first-order autoregression, (horizon, horizon)."""
    product = scores.values[:, :-1] * scores.values[:, 1:]
    known = ~np.isnan(product)
    strength = scores.behind(product[known].mean()) if known.any() else 0.0
    steps = np.arange(scores.values.shape[1])
    strength = np.clip(strength, -_STRONGEST, _STRONGEST)
    return strength ** np.abs(steps[:, np.newaxis] - steps)


def _shrunk(scores, rows, target, n_apart):
    """Return a correlation shrunk towards another one, for the least expected squared error.

    Parameters
    ----------
    scores : NormalScores
        Which tell what correlation is behind theirs.
    rows : ndarray of shape (n, n_variables)
        Their values, of which rows with missing ones do not count.
    target : ndarray of shape (n_variables, n_variables)
        The other correlation.
    n_apart : int
        How many of the rows count.

    Returns
    -------
    correlation : ndarray of shape (n_variables, n_variables)
        The target itself if there are too few rows.
    """
    rows = rows[~np.isnan(rows).any(axis=1)]
    apart = ~np.eye(len(target), dtype=bool)
    if len(rows) < 2 or not apart.any():
        return target
    found = scores.behind(np.clip(rows.T @ rows / len(rows), -1.0, 1.0))
    variance = ((1 - found**2) * scores.slope()) ** 2 / min(n_apart, len(rows))
    errors, distance = variance[apart].sum(), ((found - target)[apart] ** 2).sum()
    weight = 1.0 if errors >= distance else errors / distance
    mean = weight * target + (1 - weight) * found
    np.fill_diagonal(mean, 1.0)
    return mean


def _root(correlation):
    """Return a factor of the nearest correlation that has one, whose rows have unit length."""
    values, vectors = np.linalg.eigh(correlation)
    factor = vectors * np.sqrt(np.maximum(values, 0.0))
    return factor / np.linalg.norm(factor, axis=1, keepdims=True)
