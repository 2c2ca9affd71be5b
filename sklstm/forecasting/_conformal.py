"""How far bounds lie from forecasts, by earlier errors: split and adaptive conformal prediction.

Errors are those of one forecast for both bounds, or those of a quantile for each of them.
"""

import numpy as np

_GAMMA = 0.01  # step size of adaptive conformal inference


def known_errors(errors: np.ndarray, n_newest: int) -> np.ndarray:
    """Return the newest errors that are known at the last origin.

    Parameters
    ----------
    errors : ndarray of shape (n_origins, steps, n_columns)
        Errors of forecasts from rows in succession; NaN where there is none.
    n_newest : int
        How many rows before the last one count.

    Returns
    -------
    known : ndarray of shape (n_known, steps, n_columns)
        NaN where the forecast row is later than the last origin.
    """
    n_origins, steps, _ = errors.shape
    known = errors[max(0, n_origins - 1 - n_newest) :].copy()
    for step in range(steps):
        known[max(0, len(known) - 1 - step) :, step] = np.nan
    return known


def offsets(
    known: np.ndarray,
    alpha: float | np.ndarray,
    *,
    clip: bool = False,
    upper: np.ndarray | None = None,
) -> np.ndarray:
    """Return what is added to a forecast for its bounds, for each step and column.

    Of ``m`` errors the upper bound takes the ``ceil((m + 1) * (1 - alpha / 2))``-th smallest, the
    lower one the same number from the other end, so that errors that are skewed have intervals that
    are. If errors are exchangeable, each side misses the next one with a probability of at most
    ``alpha / 2``. Where they are too few for that, both bounds are as far as the
    ``ceil((m + 1) * (1 - alpha))``-th smallest absolute error [1]_. With errors of a lower and an
    upper quantile this is conformalised quantile regression, each side by itself [2]_; both
    together, where there are few, by the larger one of the two misses.

    Parameters
    ----------
    known : ndarray of shape (n_known, steps, n_columns)
        Actual values minus forecasts, or minus lower quantiles; NaN where unknown.
    alpha : float or ndarray of shape (steps, n_columns)
        Probability to miss.
    clip : bool, default=False
        Whether the largest errors stand for those that would be needed.
    upper : ndarray of the same shape, optional
        Actual values minus upper quantiles; by default the same as `known`.

    Returns
    -------
    offsets : ndarray of shape (2, steps, n_columns)
        Below and above; infinite where there are too few errors.

    References
    ----------
    .. [1] J. Lei, M. G'Sell, A. Rinaldo, R. J. Tibshirani and L. Wasserman, "Distribution-free
       predictive inference for regression", Journal of the American Statistical Association 113,
       2018.
    .. [2] Y. Romano, E. Patterson and E. Candes, "Conformalized quantile regression", Advances in
       Neural Information Processing Systems 32, 2019: theorem 2.
    """
    beyond = known if upper is None else upper
    sizes = (~np.isnan(known)).sum(axis=0)
    rank = np.ceil((sizes + 1) * (1 - alpha / 2) - 1e-9).astype(int)
    if clip:
        rank = np.clip(rank, sizes // 2 + 1, sizes)
    ordered = np.sort(known, axis=0)
    ordered_beyond = ordered if beyond is known else np.sort(beyond, axis=0)
    below = _taken(ordered, sizes + 1 - rank, sizes)
    above = _taken(ordered_beyond, rank, sizes)
    one_sided = np.isfinite(above) & np.isfinite(below)
    if one_sided.all():
        return np.stack([below, above])
    rank = np.ceil((sizes + 1) * (1 - alpha) - 1e-9).astype(int)
    half = _taken(np.sort(np.maximum(-known, beyond), axis=0), rank, sizes)
    return np.stack([np.where(one_sided, below, -half), np.where(one_sided, above, half)])


def has_both_sides(known: np.ndarray, alpha: float) -> np.ndarray:
    """Tell for each step and column whether errors are enough for quantiles of each side."""
    sizes = (~np.isnan(known)).sum(axis=0)
    return np.ceil((sizes + 1) * (1 - alpha / 2) - 1e-9) <= sizes


def adaptive_alphas(
    errors: np.ndarray, alpha: float, n_newest: int, *, upper: np.ndarray | None = None
) -> np.ndarray:
    """Return the probability to miss that is aimed at from each origin.

    Adaptive conformal inference [1]_: ``a += gamma * (alpha - missed)`` as each value comes in, for
    each step ahead by itself. Intervals become wider after values that they missed, and the share
    of values missed approaches `alpha` whatever errors do.

    Parameters
    ----------
    errors : ndarray of shape (n_origins, steps, n_columns)
        Errors of forecasts from rows in succession; NaN where there is none.
    alpha : float
        Probability to miss.
    n_newest : int
        How many errors intervals are made of.
    upper : ndarray of the same shape, optional
        Errors of upper quantiles, if `errors` are those of lower ones.

    Returns
    -------
    alphas : ndarray of shape (n_origins, steps, n_columns)
        Those in force at each origin; may leave (0, 1).

    References
    ----------
    .. [1] I. Gibbs and E. Candes, "Adaptive conformal inference under distribution shift", Advances
       in Neural Information Processing Systems 34, 2021.
    """
    n_origins, steps, _ = errors.shape
    beyond = errors if upper is None else upper
    alphas = np.full(errors.shape, alpha)
    missed = np.full(errors.shape, np.nan)
    for origin in range(n_origins):
        if origin:
            alphas[origin] = alphas[origin - 1]
            for step in range(min(steps, origin)):
                news = missed[origin - step - 1, step]
                change = np.where(np.isnan(news), 0.0, _GAMMA * (alpha - news))
                alphas[origin, step] += change
        known = known_errors(errors[: origin + 1], n_newest)
        known_beyond = None if upper is None else known_errors(upper[: origin + 1], n_newest)
        low, high = offsets(known, alphas[origin], clip=True, upper=known_beyond)
        there = ~np.isnan(errors[origin]) & has_both_sides(known, alpha)
        outside = (errors[origin] < low) | (beyond[origin] > high)
        missed[origin] = np.where(there, outside, np.nan)
    return alphas


def _taken(ordered, rank, sizes):
    """Return the `rank`-th smallest number of each column, infinite where there are fewer."""
    there = (rank >= 1) & (rank <= sizes)
    place = np.where(there, rank - 1, 0)[np.newaxis]
    if not len(ordered):
        return np.full(rank.shape, np.inf)
    return np.where(there, np.take_along_axis(ordered, place, axis=0)[0], np.inf)
