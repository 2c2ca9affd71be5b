"""The errors of the M4 competition: sMAPE and OWA."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils._param_validation import StrOptions

from sklstm._whole_numbers import validate_params
from sklstm.data import check_same_labels

from ._panels import (
    as_columns,
    averaged,
    check_same_shape,
    means_by_series,
    rows_by_series,
    weights_of,
)
from ._scaled_errors import mean_absolute_scaled_error


@validate_params(
    {
        "y_true": ["array-like"],
        "y_pred": ["array-like"],
        "series": ["array-like", str, None],
        "sample_weight": ["array-like", None],
        "multioutput": [StrOptions({"raw_values", "uniform_average"}), "array-like"],
    }
)
def symmetric_mean_absolute_percentage_error(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    series: ArrayLike | str | None = None,
    sample_weight: ArrayLike | None = None,
    multioutput: str | ArrayLike = "uniform_average",
) -> float | NDArray[np.float64]:
    r"""Symmetric mean absolute percentage error (sMAPE), as a fraction from 0 to 2.

    .. math::
        \mathrm{sMAPE} = \operatorname{mean}_i \frac{2 |y_i - \hat y_i|}{|y_i| + |\hat y_i|}

    as in the M4 competition [1]_, which prints it times 100. A forecast of zero for a zero has no
    error. In spite of its name it is not symmetric: a forecast that is too low costs more than one
    that is too high by as much.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,) or (n_samples, n_outputs)
        True values.
    y_pred : array-like of shape (n_samples,) or (n_samples, n_outputs)
        Predicted values.
    series : array-like of shape (n_samples,) or str, optional
        To which series each row belongs; a string, or a list of them, names levels of the index of
        `y_true`. The result is the mean over series of the means of their rows. By default all rows
        are one series.
    sample_weight : array-like of shape (n_samples,), optional
        Weights of the rows within their series; rows of weight 0 count as absent.
    multioutput : str or array-like of shape (n_outputs,), default="uniform_average"
        ``"raw_values"``, ``"uniform_average"`` or weights of the outputs.

    Returns
    -------
    loss : float or ndarray of shape (n_outputs,)
        From 0, which is best, to 2.

    Raises
    ------
    ValueError
        If shapes differ, or a value is missing or infinite.

    See Also
    --------
    overall_weighted_average : It and MASE together, relative to another forecast.
    sklearn.metrics.mean_absolute_percentage_error : Errors relative to the true values.

    References
    ----------
    .. [1] S. Makridakis, E. Spiliotis and V. Assimakopoulos, "The M4 Competition: 100,000 time
       series and 61 forecasting methods", International Journal of Forecasting 36(1), 2020, pages
       54-74.

    Examples
    --------
    >>> from sklstm.metrics import symmetric_mean_absolute_percentage_error
    >>> symmetric_mean_absolute_percentage_error([1.0, 0.0], [3.0, 0.0])
    0.5
    """
    rows = {"y_true": y_true, "y_pred": y_pred, "series": series, "sample_weight": sample_weight}
    check_same_labels(rows)
    true, predicted = as_columns(y_true, "y_true"), as_columns(y_pred, "y_pred")
    check_same_shape(true, predicted, "y_pred")
    weights = weights_of(sample_weight, len(true))
    taken = weights > 0
    codes, n_series = rows_by_series(series, y_true, taken)
    true, predicted, weights = true[taken], predicted[taken], weights[taken]
    # Halves, so that the sum of two large numbers stays finite.
    total = np.abs(true) / 2 + np.abs(predicted) / 2
    gap = np.abs(true / 2 - predicted / 2)
    errors = 2 * np.divide(gap, total, out=np.zeros_like(gap), where=total > 0)
    by_series = means_by_series(errors, codes, weights, [""] * n_series)
    return averaged(by_series.mean(axis=0), multioutput)


def overall_weighted_average(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    y_reference: ArrayLike,
    y_train: ArrayLike,
    season: int = 1,
    series: ArrayLike | str | None = None,
    series_train: ArrayLike | None = None,
    sample_weight: ArrayLike | None = None,
) -> float:
    r"""Overall weighted average (OWA) of sMAPE and MASE, relative to a reference forecast.

    .. math::
        \mathrm{OWA} = \frac12 \left(
        \frac{\mathrm{sMAPE}}{\mathrm{sMAPE}_\mathrm{reference}} +
        \frac{\mathrm{MASE}}{\mathrm{MASE}_\mathrm{reference}} \right)

    where all four are means over series first [1]_. The reference of the M4 competition is
    "Naive 2": the last value, of the seasonally adjusted series where it is seasonal.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,) or (n_samples, n_outputs)
        True values.
    y_pred : array-like of shape (n_samples,) or (n_samples, n_outputs)
        Predicted values.
    y_reference : array-like of shape (n_samples,) or (n_samples, n_outputs)
        Predictions of the reference for the same rows.
    y_train : array-like of shape (n_train,) or (n_train, n_outputs)
        The series before the rows of `y_true`, in the order of time.
    season : int, default=1
        Number of rows in a season, for MASE.
    series : array-like of shape (n_samples,) or str, optional
        To which series each row of `y_true` belongs, as for `mean_absolute_scaled_error`.
    series_train : array-like of shape (n_train,), optional
        To which series each row of `y_train` belongs.
    sample_weight : array-like of shape (n_samples,), optional
        Weights of the rows within their series.

    Returns
    -------
    loss : float
        0 or more; below 1 is better than the reference.

    Raises
    ------
    ValueError
        As for `mean_absolute_scaled_error`; if the reference makes no error.

    See Also
    --------
    mean_absolute_scaled_error : One of the two, with more about series.
    symmetric_mean_absolute_percentage_error : The other one.
    PersistenceRegressor : The naive forecast, seasonal or not.

    References
    ----------
    .. [1] S. Makridakis, E. Spiliotis and V. Assimakopoulos, "The M4 Competition: 100,000 time
       series and 61 forecasting methods", International Journal of Forecasting 36(1), 2020, pages
       54-74.

    Examples
    --------
    >>> from sklstm.metrics import overall_weighted_average
    >>> train, future = [1.0, 2.0, 3.0], [4.0, 5.0]
    >>> naive, better = [3.0, 3.0], [3.5, 4.0]
    >>> round(overall_weighted_average(future, better, y_reference=naive, y_train=train), 3)
    0.476
    """
    check_same_labels({"y_true": y_true, "y_reference": y_reference})
    check_same_shape(
        as_columns(y_true, "y_true"), as_columns(y_reference, "y_reference"), "y_reference"
    )
    rows: dict[str, Any] = {"series": series, "sample_weight": sample_weight}
    scaling = {"y_train": y_train, "season": season, "series_train": series_train}

    def both(predicted: ArrayLike) -> NDArray[np.float64]:
        percentage = symmetric_mean_absolute_percentage_error(y_true, predicted, **rows)
        return np.array(
            [percentage, mean_absolute_scaled_error(y_true, predicted, **scaling, **rows)]
        )

    errors, reference = both(y_pred), both(y_reference)
    if not reference.all():
        raise ValueError(
            "y_reference is equal to y_true: the reference makes no error that others could be "
            "divided by."
        )
    return float((errors / reference).mean())
