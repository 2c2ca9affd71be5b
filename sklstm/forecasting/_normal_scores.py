"""Normal numbers that stand for predicted probabilities: `NormalScores`."""

from dataclasses import dataclass
from math import factorial

import numpy as np
from scipy.special import eval_hermitenorm, ndtri

_OUTERMOST = 1e-3  # probabilities beyond this are outliers, of which one could decide everything
_FAR = 40.0  # in place of infinity: the density is zero there
_NARROW = 1e-6  # of narrower ranges rounding is all that would be left
_ORDERS = range(1, 9)
_CONTINUOUS = 0.01  # of the variance: counts leave more open, unless they are large


@dataclass(frozen=True)
class NormalScores:
    r"""Normal numbers :math:`\Phi^{-1}(u)` of probability integral transforms.

    A count leaves `u` open between the probabilities of less and of no more than it. In place of
    one number drawn in between, as in the randomised transform [1]_, its score is the mean of all
    of them, and nothing depends on a seed.

    Parameters
    ----------
    values : ndarray of shape (n_origins, horizon, n_columns)
        Scores, of mean square 1 at each step and column, less where the counts that came were too
        much alike to show it; NaN where unknown.
    weights : ndarray of shape (n_orders,)
        Scores of normal numbers with correlation :math:`\rho` have the correlation
        :math:`\sum_j w_j \rho^j`; a single one for continuous distributions.

    References
    ----------
    .. [1] C. Czado, T. Gneiting and L. Held, "Predictive model assessment for count data",
       Biometrics 65, 2009, pages 1254-1261.
    """

    values: np.ndarray
    weights: np.ndarray

    @classmethod
    def of(cls, probabilities: np.ndarray) -> "NormalScores":
        """Return the scores of predicted probabilities.

        Parameters
        ----------
        probabilities : ndarray of shape (n_origins, horizon, n_columns, 2)
            Of less than the row that came, and of no more; NaN where unknown.

        Returns
        -------
        scores : NormalScores
            Of the same rows.
        """
        low, high = np.moveaxis(probabilities, -1, 0)
        low, high = np.clip(low, 0.0, 1 - _OUTERMOST), np.clip(high, _OUTERMOST, 1.0)
        point = ndtri(np.clip((low + high) / 2, _OUTERMOST, 1 - _OUTERMOST))
        narrow = high - low < _NARROW
        width = np.where(narrow, 1.0, high - low)
        ends = np.clip([ndtri(low), ndtri(high)], -_FAR, _FAR)
        density = np.exp(-(ends**2) / 2) / np.sqrt(2 * np.pi)

        def mean_of(order):
            """Return the mean of a Hermite polynomial of normal numbers between two levels."""
            inner = eval_hermitenorm(order - 1, ends) * density
            return np.where(narrow, eval_hermitenorm(order, point), (inner[0] - inner[1]) / width)

        mean = mean_of(1)
        spread = np.where(narrow, 0.0, np.maximum(1 + mean_of(2) - mean**2, 0.0))
        size = _mean_of_known(mean**2)
        # Scores of rare counts that were all zero are alike, which is no sign of dependence: the
        # rest of the variance 1 was not seen, as far as ranges are wide.
        total = size + _mean_of_known(np.where(np.isnan(mean), np.nan, spread))
        hidden = np.maximum(1 - total, 0.0) * (total - size) / np.maximum(total, _NARROW)
        values = mean / np.sqrt(np.maximum(size + hidden, _NARROW))
        if np.nanmean(spread) < _CONTINUOUS:
            return cls(values, np.ones(1))
        mean = mean / np.sqrt(np.nanmean(mean**2 + spread))
        moments = [np.nanmean(mean * mean_of(j)) / np.sqrt(factorial(j)) for j in _ORDERS]
        weights = np.square(moments)
        rest = max(np.nanmean(mean**2) - weights.sum(), 0.0)
        weights = np.append(weights, rest)
        return cls(values, weights / weights.sum())

    def behind(self, correlation: np.ndarray) -> np.ndarray:
        """Return the correlations of the normal numbers, given those of scores."""
        if len(self.weights) == 1:
            return correlation
        grid = np.linspace(-1, 1, 401)
        of_scores = grid * np.polynomial.polynomial.polyval(grid, self.weights)
        # Far below zero even orders may turn it around; there the least one counts.
        lowest = int(np.argmin(of_scores))
        return np.interp(correlation, of_scores[lowest:], grid[lowest:])

    def slope(self) -> float:
        """Return the derivative of `behind` at no correlation."""
        return 1 / max(self.weights[0], 1e-3)


def _mean_of_known(values):
    """Return the mean of each step and column, that of all steps where none is known."""
    known = ~np.isnan(values)
    found = np.where(known, values, 0.0)
    of_all = found.sum(axis=(0, 1)) / np.maximum(known.sum(axis=(0, 1)), 1)
    n_known = known.sum(axis=0)
    return np.where(n_known > 0, found.sum(axis=0) / np.maximum(n_known, 1), of_all)
