"""Proper scores of quantiles, distributions and draws: quantile loss, CRPS, energy score."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial.distance import cdist, pdist

from sklstm._whole_numbers import validate_params
from sklstm.data import as_numbers, check_same_labels

from ._crps_of_distributions import crps_of
from ._panels import weights_of


@validate_params(
    {
        "y_true": ["array-like"],
        "y_quantiles": ["array-like"],
        "quantiles": ["array-like"],
        "sample_weight": ["array-like", None],
    }
)
def weighted_quantile_loss(
    y_true: ArrayLike,
    y_quantiles: ArrayLike,
    *,
    quantiles: ArrayLike,
    sample_weight: ArrayLike | None = None,
) -> float:
    r"""Weighted quantile loss (WQL): pinball losses, relative to the size of the true values.

    .. math::
        \mathrm{WQL} = \frac1Q \sum_q \frac{2 \sum_i \rho_q(y_i - \hat y_{i, q})}{\sum_i |y_i|},
        \qquad \rho_q(e) = \max(q e, (q - 1) e)

    Of the median alone it is the weighted absolute percentage error (WAPE). With evenly spaced
    quantiles it approaches the CRPS, summed over the rows and divided by the same sum [1]_.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,) or (n_samples, n_outputs)
        True values.
    y_quantiles : array-like of shape (..., n_quantiles)
        Predicted quantiles, in a last axis behind those of `y_true`.
    quantiles : array-like of shape (n_quantiles,)
        Their levels, between 0 and 1.
    sample_weight : array-like of shape (n_samples,), optional
        Weights of the rows, in both sums.

    Returns
    -------
    loss : float
        0 or more; 0 is best.

    Raises
    ------
    ValueError
        If shapes do not fit, a level is not between 0 and 1, or all true values are zero.

    See Also
    --------
    sklearn.metrics.mean_pinball_loss : The loss of one quantile, in the unit of the target.

    References
    ----------
    .. [1] T. Gneiting and R. Ranjan, "Comparing density forecasts using threshold- and
       quantile-weighted scoring rules", Journal of Business & Economic Statistics 29(3), 2011,
       pages 411-422.

    Examples
    --------
    >>> from sklstm.metrics import weighted_quantile_loss
    >>> weighted_quantile_loss([2.0, 4.0], [[1.0, 3.0], [3.0, 4.0]], quantiles=[0.5, 0.9])
    0.1833...
    """
    true, predicted = _with_last_axis(y_true, y_quantiles, "y_quantiles")
    levels = as_numbers(quantiles, name="quantiles", ensure_2d=False).astype(np.float64)
    if levels.shape != predicted.shape[-1:]:
        raise ValueError(
            f"quantiles must have one level for each of the {predicted.shape[-1]} values in the "
            f"last axis of y_quantiles, got an array of shape {levels.shape}."
        )
    if not ((levels > 0) & (levels < 1)).all():
        raise ValueError(f"quantiles must lie between 0 and 1, got {levels.tolist()}.")
    weights = _of_all_outputs(weights_of(sample_weight, len(true)), true)
    size = float((weights * np.abs(true)).sum())
    if size == 0:
        raise ValueError("y_true is zero in every row: no loss can be divided by its size.")
    gap = true[..., np.newaxis] - predicted
    losses = np.maximum(levels * gap, (levels - 1) * gap)
    return float(2 * (weights[..., np.newaxis] * losses).sum() / size / len(levels))


@validate_params(
    {
        "y_true": ["array-like"],
        "forecast": "no_validation",
        "fair": ["boolean"],
        "sample_weight": ["array-like", None],
    }
)
def continuous_ranked_probability_score(
    y_true: ArrayLike,
    forecast: Any,
    *,
    fair: bool = True,
    sample_weight: ArrayLike | None = None,
) -> float:
    r"""Mean continuous ranked probability score (CRPS) of distributions, or of draws from them.

    .. math::
        \mathrm{CRPS}(F, y) = \int (F(x) - \mathbf 1\{x \ge y\})^2 \, dx
        = \operatorname E |X - y| - \tfrac12 \operatorname E |X - X'|

    for independent :math:`X, X' \sim F`. It is proper, has the unit of the target, and is the
    absolute error where the forecast is one number [1]_.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,) or (n_samples, n_outputs)
        True values.
    forecast : frozen distribution of scipy.stats, or array-like of shape (..., n_draws)
        A distribution whose parameters have the shape of `y_true`, or are one number for all; its
        score is exact [2]_. Or draws in a last axis behind those of `y_true`, such as the paths
        of a simulation.
    fair : bool, default=True
        For draws: whether to estimate the score of the distribution that they come from, without
        bias [3]_; at least two draws are needed. False: that of the draws themselves as a
        distribution, which is greater, the more so the fewer they are.
    sample_weight : array-like of shape (n_samples,), optional
        Weights of the rows.

    Returns
    -------
    loss : float
        Less is better; 0 is best, but for a fair score of few draws, which may be less.

    Raises
    ------
    ValueError
        If shapes do not fit, or the exact score of the distribution is not known here: norm,
        laplace, logistic, t, gamma, expon, uniform, poisson, nbinom, bernoulli and that of
        ``loss="tweedie"`` are.

    See Also
    --------
    energy_score : The same for paths of several steps.
    weighted_quantile_loss : The same for quantiles.

    References
    ----------
    .. [1] J. E. Matheson and R. L. Winkler, "Scoring rules for continuous probability
       distributions", Management Science 22(10), 1976, pages 1087-1096.
    .. [2] A. Jordan, F. Krüger and S. Lerch, "Evaluating probabilistic forecasts with
       scoringRules", Journal of Statistical Software 90(12), 2019.
    .. [3] C. A. T. Ferro, "Fair scores for ensemble forecasts", Quarterly Journal of the Royal
       Meteorological Society 140(683), 2014, pages 1917-1923.

    Examples
    --------
    >>> from scipy import stats
    >>> from sklstm.metrics import continuous_ranked_probability_score
    >>> y_true = [0.0, 1.0]
    >>> continuous_ranked_probability_score(y_true, stats.norm(loc=[0.0, 0.0], scale=1.0))
    0.41806...
    >>> continuous_ranked_probability_score(y_true, [[-1.0, 1.0], [-1.0, 1.0]])
    0.0
    >>> continuous_ranked_probability_score(y_true, [[-1.0, 1.0], [-1.0, 1.0]], fair=False)
    0.5
    """
    if hasattr(forecast, "dist"):
        true = as_numbers(y_true, name="y_true", ensure_2d=False).astype(np.float64)
        scores = crps_of(forecast, true)
    else:
        true, draws = _with_last_axis(y_true, forecast, "forecast")
        scores = crps_of_draws(true, draws, fair=fair)
    weights = _of_all_outputs(weights_of(sample_weight, len(true)), true)
    return float(np.average(scores, weights=weights))


@validate_params(
    {
        "y_true": ["array-like"],
        "paths": ["array-like"],
        "fair": ["boolean"],
        "sample_weight": ["array-like", None],
    }
)
def energy_score(
    y_true: ArrayLike,
    paths: ArrayLike,
    *,
    fair: bool = True,
    sample_weight: ArrayLike | None = None,
) -> float:
    r"""Mean energy score of paths: the CRPS of several steps taken together.

    .. math::
        \operatorname E \lVert X - y \rVert - \tfrac12 \operatorname E \lVert X - X' \rVert

    with Euclidean norms over the steps. It is proper for the joint distribution of all steps [1]_:
    unlike scores step by step it sees whether steps depend on each other as they should, though not
    sharply.

    Parameters
    ----------
    y_true : array-like of shape (n_samples, n_steps)
        True values; each row is one path.
    paths : array-like of shape (n_samples, n_steps, n_paths)
        Paths that were drawn.
    fair : bool, default=True
        As for `continuous_ranked_probability_score`.
    sample_weight : array-like of shape (n_samples,), optional
        Weights of the rows.

    Returns
    -------
    loss : float
        In the unit of the target; less is better.

    Raises
    ------
    ValueError
        If shapes do not fit, or a fair score is asked of a single path.

    References
    ----------
    .. [1] T. Gneiting and A. E. Raftery, "Strictly proper scoring rules, prediction, and
       estimation", Journal of the American Statistical Association 102(477), 2007, pages 359-378.

    Examples
    --------
    >>> from sklstm.metrics import energy_score
    >>> energy_score([[0.0, 0.0]], [[[3.0, 0.0], [4.0, 0.0]]])
    0.0
    >>> energy_score([[0.0, 0.0]], [[[3.0, 3.0], [4.0, 4.0]]])
    5.0
    """
    true, drawn = _with_last_axis(y_true, paths, "paths")
    if true.ndim != 2:
        raise ValueError(f"y_true must have the shape (n_samples, n_steps), got {true.shape}.")
    _check_enough(drawn, "paths", fair=fair)
    n_paths = drawn.shape[-1]
    n_pairs = n_paths * (n_paths - 1 if fair else n_paths)
    scores = []
    for row, of_row in zip(true, drawn, strict=True):
        apart = pdist(of_row.T).sum() / n_pairs if n_paths > 1 else 0.0  # each pair once
        scores.append(cdist(of_row.T, row[np.newaxis]).mean() - apart)
    return float(np.average(scores, weights=weights_of(sample_weight, len(true))))


def crps_of_draws(true: NDArray, draws: NDArray, *, fair: bool = True) -> NDArray:
    """Return the score of each true value, NaN for NaN.

    Parameters
    ----------
    true : ndarray
        True values.
    draws : ndarray of the shape of `true` and one axis more
        Draws for each of them.
    fair : bool, default=True
        As for `continuous_ranked_probability_score`.

    Returns
    -------
    scores : ndarray of the shape of `true`
        In its unit.
    """
    _check_enough(draws, "forecast", fair=fair)
    n_draws = draws.shape[-1]
    errors = np.sort(draws - true[..., np.newaxis], axis=-1)
    # Of sorted numbers the sum of distances of all pairs is a weighted sum.
    ranks = 2.0 * np.arange(1, n_draws + 1) - n_draws - 1
    n_pairs = n_draws * (n_draws - 1 if fair else n_draws)
    apart = errors @ ranks / max(n_pairs, 1)
    return np.abs(errors).mean(axis=-1) - apart


def energy_by_step(true: NDArray, paths: NDArray) -> NDArray:
    """Return the fair energy score of the first step, the first two, and so on.

    Parameters
    ----------
    true : ndarray of shape (n_steps,)
        True values; steps that are NaN do not count.
    paths : ndarray of shape (n_steps, n_paths)
        At least two paths.

    Returns
    -------
    scores : ndarray of shape (n_steps,)
        The last one is the score of the whole paths.
    """
    known = ~np.isnan(true)
    true, paths = np.where(known, true, 0.0), np.where(known[:, np.newaxis], paths, 0.0)
    first, second = np.triu_indices(paths.shape[1], 1)  # each pair once
    apart = np.sqrt(np.cumsum((paths[:, first] - paths[:, second]) ** 2, axis=0))
    off = np.sqrt(np.cumsum((paths - true[:, np.newaxis]) ** 2, axis=0))
    return off.mean(axis=1) - apart.mean(axis=1) / 2


def _check_enough(draws: NDArray, name: str, *, fair: bool) -> None:
    if fair and draws.shape[-1] < 2:
        raise ValueError(
            f"{name} has one draw for each value; a fair score takes two or more, and fair=False "
            "takes one for a forecast without uncertainty."
        )


def _with_last_axis(y_true: ArrayLike, forecast: ArrayLike, name: str) -> tuple[NDArray, NDArray]:
    """Return true values, and forecasts of the same shape with one more axis."""
    check_same_labels({"y_true": y_true, name: forecast})
    true = as_numbers(y_true, name="y_true", ensure_2d=False).astype(np.float64)
    values = as_numbers(forecast, name=name, ensure_2d=False, allow_nd=True).astype(np.float64)
    if values.shape[:-1] != true.shape:
        raise ValueError(
            f"{name} must have the shape of y_true, {true.shape}, and one axis more; got "
            f"{values.shape}."
        )
    return true, values


def _of_all_outputs(weights: NDArray, true: NDArray) -> NDArray:
    """Return the weight of each value from those of rows."""
    return np.broadcast_to(weights.reshape(-1, *[1] * (true.ndim - 1)), true.shape)
