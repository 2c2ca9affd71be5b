"""Errors in units of the naive forecast's: `mean_absolute_scaled_error`."""

from numbers import Integral

import numpy as np
from sklearn.metrics import mean_absolute_error
from sklearn.utils._param_validation import Interval, StrOptions, validate_params
from sklearn.utils.validation import check_array


@validate_params(
    {
        "y_true": ["array-like"],
        "y_pred": ["array-like"],
        "y_train": ["array-like"],
        "season": [Interval(Integral, 1, None, closed="left")],
        "sample_weight": ["array-like", None],
        "multioutput": [StrOptions({"raw_values", "uniform_average"}), "array-like"],
    },
    prefer_skip_nested_validation=True,
)
def mean_absolute_scaled_error(
    y_true, y_pred, *, y_train, season=1, sample_weight=None, multioutput="uniform_average"
):
    r"""Mean absolute error, divided by that of the naive forecast of the training series.

    .. math::
        \mathrm{MASE} = \frac{\operatorname{mean}_i |y_i - \hat y_i|}
        {\operatorname{mean}_{t > m} |x_t - x_{t-m}|}

    where :math:`x` is `y_train` and :math:`m` is `season`. Below 1 the forecast is better than the
    naive one was on the training series, one step (or season) ahead. It has no unit, so series of
    different prices can be compared.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,) or (n_samples, n_outputs)
        True values.
    y_pred : array-like of shape (n_samples,) or (n_samples, n_outputs)
        Predicted values.
    y_train : array-like of shape (n_train,) or (n_train, n_outputs)
        The series of true values before those predicted, in the order of time.
    season : int, default=1
        Number of rows in a season, :math:`m`. The naive forecast repeats the value one season
        before.
    sample_weight : array-like of shape (n_samples,), optional
        Weights of the predictions; rows of `y_train` weigh the same.
    multioutput : str or array-like of shape (n_outputs,), default="uniform_average"
        ``"raw_values"``, ``"uniform_average"`` or weights: the errors of several outputs are
        given one by one, as their mean, or as their mean with these weights.

    Returns
    -------
    loss : float or ndarray of shape (n_outputs,)
        0 or more; 0 is best.

    Raises
    ------
    ValueError
        If `y_train` is not longer than `season`, has another number of outputs, or repeats itself
        exactly. The naive forecast then makes no error, and nothing can be measured in units of
        it: an infinite loss would be passed on into every mean.

    See Also
    --------
    PersistenceRegressor : The naive forecast.
    sklearn.metrics.make_scorer : Makes a scorer of it, with ``greater_is_better=False`` and
        ``y_train``.

    References
    ----------
    R. J. Hyndman and A. B. Koehler, "Another look at measures of forecast accuracy", International
    Journal of Forecasting 22(4), 2006, pages 679-688.

    Examples
    --------
    >>> from sklstm import mean_absolute_scaled_error
    >>> mean_absolute_scaled_error([5.0, 7.0], [6.0, 6.0], y_train=[1.0, 3.0, 5.0])
    0.5
    """
    errors = mean_absolute_error(
        y_true, y_pred, sample_weight=sample_weight, multioutput="raw_values"
    )
    scaled = errors / _naive_error(y_train, season, n_outputs=len(errors))
    if isinstance(multioutput, str):
        return scaled if multioutput == "raw_values" else float(scaled.mean())
    weights = check_array(multioutput, ensure_2d=False, input_name="multioutput")
    if weights.shape != scaled.shape:
        raise ValueError(
            f"multioutput must have one weight for each of {len(scaled)} outputs, got an array of "
            f"shape {weights.shape}."
        )
    return float(np.average(scaled, weights=weights))


def _naive_error(y_train, season, n_outputs):
    """Return the mean absolute error of the seasonal naive forecast, shape (n_outputs,)."""
    series = check_array(y_train, dtype=np.float64, ensure_2d=False, input_name="y_train")
    series = series.reshape(len(series), -1)
    if series.shape[1] != n_outputs:
        raise ValueError(
            f"y_train has {series.shape[1]} outputs, but y_true and y_pred have {n_outputs}."
        )
    if len(series) <= season:
        raise ValueError(
            f"y_train must be longer than season={season}, got {len(series)} rows: the naive "
            "forecast repeats the value one season before."
        )
    error = np.abs(series[season:] - series[:-season]).mean(axis=0)
    rounding = 10 * np.finfo(np.float64).eps * np.abs(series).max(axis=0)
    if (error <= rounding).any():
        outputs = np.flatnonzero(error <= rounding).tolist()
        raise ValueError(
            f"y_train is the same again after every season={season} (output {outputs}): the naive "
            "forecast makes no error there, by which errors could be divided."
        )
    return error
