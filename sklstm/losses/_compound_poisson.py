"""The Tweedie distribution of power 1.5 in the form of SciPy's distributions."""

from typing import Any

import numpy as np
from scipy import special, stats

_N_HALVINGS = 60  # of an interval, to find a quantile


class _CompoundPoisson(stats.rv_continuous):
    """Sum of a Poisson number of exponential amounts.

    `rate` is the mean number of them and `scale` the mean of each, so that the mean is ``rate *
    scale`` and the probability of zero ``exp(-rate)``. Above zero it has a density, `pdf`; at zero
    that is infinite.
    """

    def _argcheck(self, rate: Any) -> Any:
        return (rate > 0) & np.isfinite(rate)

    def _logpdf(self, x: Any, rate: Any) -> Any:
        root = np.sqrt(np.maximum(x, 1e-300) * rate)
        apart = np.sqrt(rate) - np.sqrt(np.maximum(x, 0))
        density = np.log(rate * special.i1e(2 * root) / root) - apart**2
        return np.where(x > 0, density, np.inf)

    def _pdf(self, x: Any, rate: Any) -> Any:
        return np.exp(self._logpdf(x, rate))

    def _cdf(self, x: Any, rate: Any) -> Any:
        # No more amounts than a Poisson process has events until x.
        return stats.ncx2.sf(2 * rate, 2, 2 * np.maximum(x, 0))

    def _sf(self, x: Any, rate: Any) -> Any:
        return stats.ncx2.cdf(2 * rate, 2, 2 * np.maximum(x, 0))

    def _ppf(self, q: Any, rate: Any) -> Any:
        q, rate = np.broadcast_arrays(q, rate)
        low, high = np.zeros(q.shape), rate + 1.0
        with np.errstate(invalid="ignore"):
            for _ in range(_N_HALVINGS):
                short = self._cdf(high, rate) < q
                if not short.any():
                    break
                high = np.where(short, 2 * high, high)
            for _ in range(_N_HALVINGS):
                middle = (low + high) / 2
                below = self._cdf(middle, rate) < q
                low, high = np.where(below, middle, low), np.where(below, high, middle)
        return np.where(q <= np.exp(-rate), 0.0, high)

    def _rvs(self, rate: Any, size: Any = None, random_state: Any = None) -> Any:
        return random_state.standard_gamma(random_state.poisson(rate, size))

    def _stats(self, rate: Any) -> Any:
        return rate, 2 * rate, 3 / np.sqrt(2 * rate), 6 / rate


# SciPy's own methods take the probability at the end of the support for zero.
compound_poisson = _CompoundPoisson(
    a=-np.finfo(np.float64).tiny, name="compound_poisson", shapes="rate"
)
