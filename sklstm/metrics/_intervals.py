"""How good prediction intervals are: coverage, width and interval score."""

from __future__ import annotations

from numbers import Real

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils._param_validation import Interval, StrOptions

from sklstm._whole_numbers import validate_params
from sklstm.data import check_same_labels

from ._panels import as_columns, averaged, check_same_shape, weights_of

_TAKEN = {
    "y_true": ["array-like"],
    "lower": ["array-like"],
    "upper": ["array-like"],
    "sample_weight": ["array-like", None],
    "multioutput": [StrOptions({"raw_values", "uniform_average"}), "array-like"],
}


@validate_params(_TAKEN)
def interval_coverage(
    y_true: ArrayLike,
    lower: ArrayLike,
    upper: ArrayLike,
    *,
    sample_weight: ArrayLike | None = None,
    multioutput: str | ArrayLike = "uniform_average",
) -> float | NDArray[np.float64]:
    r"""Share of the true values that lie in their prediction intervals.

    .. math::
        \operatorname{mean}_i \mathbf 1 \{ l_i \le y_i \le u_i \}

    Intervals of a level of 90 % should cover 90 %: more says that they are too wide, less that they
    are too narrow. Coverage alone is no score, since intervals from minus to plus infinity cover
    everything: read it together with `mean_interval_width`, or take `mean_interval_score`.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,) or (n_samples, n_outputs)
        True values.
    lower, upper : array-like of shape (n_samples,) or (n_samples, n_outputs)
        Bounds of the intervals, which belong to them; infinite where there is no bound.
    sample_weight : array-like of shape (n_samples,), optional
        Weights of the rows.
    multioutput : str or array-like of shape (n_outputs,), default="uniform_average"
        ``"raw_values"``, ``"uniform_average"`` or weights of the outputs.

    Returns
    -------
    coverage : float or ndarray of shape (n_outputs,)
        From 0 to 1.

    Raises
    ------
    ValueError
        If shapes differ, a value is missing, or a lower bound lies above its upper one.

    Examples
    --------
    >>> from sklstm.metrics import interval_coverage
    >>> interval_coverage([1.0, 2.0, 3.0, 4.0], lower=[0, 0, 0, 0], upper=[2, 3, 3, 3])
    0.75
    """
    true, low, high, weights = _checked(y_true, lower, upper, sample_weight)
    return averaged(
        np.average((low <= true) & (true <= high), axis=0, weights=weights), multioutput
    )


@validate_params({name: taken for name, taken in _TAKEN.items() if name != "y_true"})
def mean_interval_width(
    lower: ArrayLike,
    upper: ArrayLike,
    *,
    sample_weight: ArrayLike | None = None,
    multioutput: str | ArrayLike = "uniform_average",
) -> float | NDArray[np.float64]:
    r"""Mean width of prediction intervals, :math:`\operatorname{mean}_i (u_i - l_i)`.

    Parameters
    ----------
    lower, upper : array-like of shape (n_samples,) or (n_samples, n_outputs)
        Bounds of the intervals, in the unit of the target.
    sample_weight : array-like of shape (n_samples,), optional
        Weights of the rows.
    multioutput : str or array-like of shape (n_outputs,), default="uniform_average"
        ``"raw_values"``, ``"uniform_average"`` or weights of the outputs.

    Returns
    -------
    width : float or ndarray of shape (n_outputs,)
        In the unit of the target; infinite if an interval is.

    Raises
    ------
    ValueError
        If shapes differ, a value is missing, or a lower bound lies above its upper one.

    Examples
    --------
    >>> from sklstm.metrics import mean_interval_width
    >>> mean_interval_width([0.0, 0.0], [1.0, 3.0])
    2.0
    """
    _, low, high, weights = _checked(lower, lower, upper, sample_weight, name="lower")
    return averaged(np.average(high - low, axis=0, weights=weights), multioutput)


@validate_params(_TAKEN | {"level": [Interval(Real, 0, 1, closed="neither")]})
def mean_interval_score(
    y_true: ArrayLike,
    lower: ArrayLike,
    upper: ArrayLike,
    *,
    level: float,
    sample_weight: ArrayLike | None = None,
    multioutput: str | ArrayLike = "uniform_average",
) -> float | NDArray[np.float64]:
    r"""Mean interval score (Winkler score): the width, and a penalty for each value outside.

    .. math::
        \operatorname{mean}_i \left[ (u_i - l_i) + \frac{2}{\alpha} (l_i - y_i)_+
        + \frac{2}{\alpha} (y_i - u_i)_+ \right], \qquad \alpha = 1 - \mathrm{level}

    It is proper: on average no interval scores less than that between the true quantiles
    :math:`\alpha / 2` and :math:`1 - \alpha / 2` [1]_ [2]_.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,) or (n_samples, n_outputs)
        True values.
    lower, upper : array-like of shape (n_samples,) or (n_samples, n_outputs)
        Bounds of the intervals.
    level : float in (0, 1)
        Nominal coverage of the intervals, such as 0.9.
    sample_weight : array-like of shape (n_samples,), optional
        Weights of the rows.
    multioutput : str or array-like of shape (n_outputs,), default="uniform_average"
        ``"raw_values"``, ``"uniform_average"`` or weights of the outputs.

    Returns
    -------
    loss : float or ndarray of shape (n_outputs,)
        In the unit of the target; 0 or more, less is better. Infinite if an interval is.

    Raises
    ------
    ValueError
        If shapes differ, a value is missing, or a lower bound lies above its upper one.

    References
    ----------
    .. [1] R. L. Winkler, "A decision-theoretic approach to interval estimation", Journal of the
       American Statistical Association 67(337), 1972, pages 187-191.
    .. [2] T. Gneiting and A. E. Raftery, "Strictly proper scoring rules, prediction, and
       estimation", Journal of the American Statistical Association 102(477), 2007, pages 359-378.

    Examples
    --------
    >>> from sklstm.metrics import mean_interval_score
    >>> mean_interval_score([1.0, 5.0], lower=[0.0, 0.0], upper=[2.0, 4.0], level=0.5)
    5.0
    """
    true, low, high, weights = _checked(y_true, lower, upper, sample_weight)
    outside = np.maximum(low - true, 0) + np.maximum(true - high, 0)
    score = (high - low) + 2 / (1 - level) * outside
    return averaged(np.average(score, axis=0, weights=weights), multioutput)


def _checked(
    y_true: ArrayLike,
    lower: ArrayLike,
    upper: ArrayLike,
    sample_weight: ArrayLike | None,
    *,
    name: str = "y_true",
) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    """Return true values, bounds and weights as arrays that fit each other."""
    bounded = name == "y_true"
    rows = {name: y_true, "lower": lower, "upper": upper, "sample_weight": sample_weight}
    check_same_labels(rows)
    true = as_columns(y_true, name, finite=bounded)
    low, high = (as_columns(b, n, finite=False) for b, n in ((lower, "lower"), (upper, "upper")))
    check_same_shape(true, low, "lower", name)
    check_same_shape(true, high, "upper", name)
    if (low > high).any():
        row, column = np.argwhere(low > high)[0]
        place = f"row {row}" if low.shape[1] == 1 else f"row {row}, column {column}"
        raise ValueError(
            f"lower must not lie above upper; in {place} the interval is "
            f"[{low[row, column]:g}, {high[row, column]:g}]."
        )
    return true, low, high, weights_of(sample_weight, len(true))
