"""The continuous ranked probability score of distributions in closed form: `crps_of`.

Formulas: A. Jordan, F. Krüger and S. Lerch, "Evaluating probabilistic forecasts with scoringRules",
Journal of Statistical Software 90(12), 2019, appendix A; `z` is the standardised true value.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats


def crps_of(distribution: Any, true: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the score of each true value.

    Parameters
    ----------
    distribution : frozen distribution of scipy.stats
        One of those in the table below, with parameters of the shape of `true` or single numbers.
    true : ndarray
        True values.

    Returns
    -------
    scores : ndarray of the shape of `true`
        In the unit of `true`.

    Raises
    ------
    ValueError
        If there is no formula for the distribution, its parameters have another shape, or there
        is no score since it has no mean.
    """
    name = getattr(distribution.dist, "name", type(distribution.dist).__name__)
    if name not in _SCORES:
        raise ValueError(
            f"forecast is a distribution {name!r}, whose exact score is not known here: only those "
            f"of {', '.join(_SCORES)} are. Give draws from it instead, "
            "forecast.rvs(...) with a last axis of draws."
        )
    shapes, loc, scale = distribution.dist._parse_args(*distribution.args, **distribution.kwds)
    parameters = [np.asarray(p, dtype=np.float64) for p in (*shapes, loc, scale)]
    _check_shapes(parameters, true)
    *shapes, loc, scale = parameters
    with np.errstate(invalid="ignore", divide="ignore"):
        scores = scale * _SCORES[name]((true - loc) / scale, *shapes)
        valid = ~np.isnan(distribution.support()[0])  # of parameters such as a negative scale
        scores = np.where(valid, scores, np.nan)
    if not np.isfinite(scores).all():
        place = np.unravel_index(np.argmax(~np.isfinite(scores)), scores.shape)
        raise ValueError(
            f"forecast has no finite score for the true value at {[int(k) for k in place]}, where "
            f"its parameters (shapes, loc, scale) are "
            f"{[float(np.broadcast_to(p, true.shape)[place]) for p in parameters]}."
        )
    return np.broadcast_to(scores, true.shape)


def _check_shapes(parameters: list[NDArray], true: NDArray) -> None:
    shape = np.broadcast_shapes(*[p.shape for p in parameters])
    if shape not in ((), (1,), true.shape):
        raise ValueError(
            f"forecast must have parameters of the shape of y_true, {true.shape}, or single "
            f"numbers; theirs is {shape}."
        )


def _norm(z: NDArray) -> NDArray:
    pdf = np.exp(-np.square(z) / 2) / np.sqrt(2 * np.pi)
    return z * (2 * special.ndtr(z) - 1) + 2 * pdf - 1 / np.sqrt(np.pi)


def _laplace(z):
    return np.abs(z) + np.exp(-np.abs(z)) - 0.75


def _logistic(z):
    return z - 2 * special.log_expit(z) - 1


def _uniform(z):
    inside = np.clip(z, 0, 1)
    return np.abs(z - inside) + np.square(inside) - inside + 1 / 3


def _t(z, df):
    df = np.where(df > 1, df, np.nan)  # without a mean there is no score
    cdf, pdf = stats.t.cdf(z, df), stats.t.pdf(z, df)
    spread = (
        2
        * np.sqrt(df)
        / (df - 1)
        * np.exp(special.betaln(0.5, df - 0.5) - 2 * special.betaln(0.5, df / 2))
    )
    return z * (2 * cdf - 1) + 2 * pdf * (df + np.square(z)) / (df - 1) - spread


def _gamma(z, a):
    inside = np.maximum(z, 0)
    cdf, next_cdf = special.gammainc(a, inside), special.gammainc(a + 1, inside)
    return z * (2 * cdf - 1) - a * (2 * next_cdf - 1) - np.exp(-special.betaln(0.5, a))


def _compound_poisson(z, rate):
    # The expected value of X below z is that of the size-biased sum, with two amounts more.
    inside = np.maximum(z, 0)
    cdf = np.where(z < 0, 0, stats.ncx2.sf(2 * rate, 2, 2 * inside))
    part = rate * np.where(z < 0, 0, stats.ncx2.cdf(2 * inside, 4, 2 * rate))
    spread = rate * (special.ive(0, rate) + special.ive(1, rate))
    return rate - z + 2 * (z * cdf - part) - spread


def _expon(z):
    return _gamma(z, np.asarray(1.0))


def _poisson(z, mu):
    cdf, pmf = stats.poisson.cdf(z, mu), stats.poisson.pmf(np.floor(z), mu)
    spread = mu * (special.ive(0, 2 * mu) + special.ive(1, 2 * mu))
    return (z - mu) * (2 * cdf - 1) + 2 * mu * pmf - spread


def _nbinom(z, n, p):
    odds = (1 - p) / p
    cdf, shifted = stats.nbinom.cdf(z, n, p), stats.nbinom.cdf(z - 1, n + 1, p)
    series = special.hyp2f1(n + 1, 0.5, 2, -4 * odds / p)
    return z * (2 * cdf - 1) - n * odds * (2 * shifted - 1) - n * odds / p * series


def _bernoulli(z, p):
    # The area between the two step functions, below 0, from 0 to 1 and above 1.
    inside = np.clip(z, 0, 1)
    return np.abs(z - inside) + inside * np.square(1 - p) + (1 - inside) * np.square(p)


_SCORES: dict[str, Callable[..., NDArray]] = {
    "norm": _norm,
    "laplace": _laplace,
    "logistic": _logistic,
    "t": _t,
    "gamma": _gamma,
    "compound_poisson": _compound_poisson,  # of loss="tweedie"
    "expon": _expon,
    "uniform": _uniform,
    "poisson": _poisson,
    "nbinom": _nbinom,
    "bernoulli": _bernoulli,
}
