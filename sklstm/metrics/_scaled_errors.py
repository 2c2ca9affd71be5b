"""Errors in units of the naive forecast's: MASE and RMSSE."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from numbers import Integral
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.metrics import mean_absolute_error
from sklearn.utils._param_validation import Interval, StrOptions

from sklstm._whole_numbers import validate_params
from sklstm.data import (
    check_same_labels,
    index_of,
    key_names,
    plain_values,
    refuse_times_and_complex,
)
from sklstm.time_labels import check_order

from ._panels import (
    as_columns,
    averaged,
    means_by_series,
    names_levels,
    series_codes,
    sums_by_series,
)

_TAKEN = {
    "y_true": ["array-like"],
    "y_pred": ["array-like"],
    "y_train": ["array-like"],
    "season": [Interval(Integral, 1, None, closed="left")],
    "series": ["array-like", str, None],
    "series_train": ["array-like", None],
    "sample_weight": ["array-like", None],
    "multioutput": [StrOptions({"raw_values", "uniform_average"}), "array-like"],
}


@validate_params(_TAKEN)
def mean_absolute_scaled_error(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    y_train: ArrayLike,
    season: int = 1,
    series: ArrayLike | str | None = None,
    series_train: ArrayLike | None = None,
    sample_weight: ArrayLike | None = None,
    multioutput: str | ArrayLike = "uniform_average",
) -> float | NDArray[np.float64]:
    r"""Mean absolute error, divided by that of the naive forecast of the training series.

    .. math::
        \mathrm{MASE} = \frac{\operatorname{mean}_i |y_i - \hat y_i|}
        {\operatorname{mean}_{t > m} |x_t - x_{t-m}|}

    where :math:`x` is `y_train` and :math:`m` is `season` [1]_. Below 1 the forecast is better than
    the naive one was on the training series, one step (or season) ahead. It has no unit, so series
    of different prices can be compared.

    With `series` the rows belong to several series. The errors of each are divided by its own
    naive error, and all series count the same, as in the M4 competition [2]_:

    .. math::
        \frac{1}{S} \sum_{s=1}^{S} \mathrm{MASE}_s

    Parameters
    ----------
    y_true : array-like of shape (n_samples,) or (n_samples, n_outputs)
        True values.
    y_pred : array-like of shape (n_samples,) or (n_samples, n_outputs)
        Predicted values.
    y_train : array-like of shape (n_train,) or (n_train, n_outputs)
        The series of true values before those predicted, in the order of time. With `series` the
        rows of each series stand in this order; series may lie among each other.
    season : int, default=1
        Number of rows in a season, :math:`m`. The naive forecast repeats the value one season
        before.
    series : array-like of shape (n_samples,) or str, optional
        To which series each row of `y_true` belongs: its name or number. A string is the level of
        the index of `y_true`, and of `y_train`, that says so; a list of them names several, such as
        ``["store", "item"]``. By default all rows are one series.
    series_train : array-like of shape (n_train,), optional
        To which series each row of `y_train` belongs; series that `y_true` does not have are not
        looked at. Goes with `series`, unless that is a level of both indices.
    sample_weight : array-like of shape (n_samples,), optional
        Weights of the predictions within their series; rows of weight 0 count as absent. Rows of
        `y_train` weigh the same, and so do series.
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
        it: an infinite loss would be passed on into every mean. With `series` the message names the
        series at fault, also where `y_train` does not have it.

    See Also
    --------
    PersistenceRegressor : The naive forecast.
    sklearn.metrics.make_scorer : Makes a scorer of it, with ``greater_is_better=False`` and
        ``y_train``.

    Notes
    -----
    A scorer keeps its `y_train`, so all folds of a cross-validation are measured in the same units:
    give it the rows before the first test fold. The names of the series must follow the rows of
    each fold. Where they are a level of the index of ``y``, as in the example below, that goes by
    itself. Otherwise they are routed: with
    ``sklearn.set_config(enable_metadata_routing=True)``, ask for them by
    ``make_scorer(...).set_score_request(series=True)`` and give
    ``cross_val_score(..., params={"series": names})``.

    References
    ----------
    .. [1] R. J. Hyndman and A. B. Koehler, "Another look at measures of forecast accuracy",
       International Journal of Forecasting 22(4), 2006, pages 679-688.
    .. [2] S. Makridakis, E. Spiliotis and V. Assimakopoulos, "The M4 Competition: 100,000 time
       series and 61 forecasting methods", International Journal of Forecasting 36(1), 2020, pages
       54-74.

    Examples
    --------
    >>> from sklstm import mean_absolute_scaled_error
    >>> mean_absolute_scaled_error([5.0, 7.0], [6.0, 6.0], y_train=[1.0, 3.0, 5.0])
    0.5

    Two series, the second one of larger numbers:

    >>> mean_absolute_scaled_error(
    ...     [5.0, 70.0], [6.0, 85.0], series=["A", "B"],
    ...     y_train=[1.0, 3.0, 10.0, 20.0], series_train=["A", "A", "B", "B"])
    1.0

    As a scorer, where a level of the index tells the series:

    >>> import pandas as pd
    >>> from sklearn.metrics import make_scorer
    >>> index = pd.MultiIndex.from_product([["A", "B"], [1, 2, 3]], names=["name", "day"])
    >>> y_train = pd.Series([1.0, 3.0, 5.0, 10.0, 20.0, 30.0], index=index)
    >>> scorer = make_scorer(
    ...     mean_absolute_scaled_error, greater_is_better=False, y_train=y_train, series="name")
    """
    errors, naive, _ = _errors_by_series(
        np.abs, y_true, y_pred, y_train, season, series, series_train, sample_weight
    )
    return averaged((errors / naive).mean(axis=0), multioutput)


@validate_params(_TAKEN | {"series_weight": [Mapping, None]})
def root_mean_squared_scaled_error(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    y_train: ArrayLike,
    season: int = 1,
    series: ArrayLike | str | None = None,
    series_train: ArrayLike | None = None,
    series_weight: Mapping[Any, float] | None = None,
    sample_weight: ArrayLike | None = None,
    multioutput: str | ArrayLike = "uniform_average",
) -> float | NDArray[np.float64]:
    r"""Root mean squared error, divided by that of the naive forecast of the training series.

    .. math::
        \mathrm{RMSSE} = \sqrt{\frac{\operatorname{mean}_i (y_i - \hat y_i)^2}
        {\operatorname{mean}_{t > m} (x_t - x_{t-m})^2}}

    where :math:`x` is `y_train` and :math:`m` is `season` [1]_. Of a series that is zero most of
    the time the best forecast by this error is the mean; by the mean absolute scaled error it is
    zero.

    With `series` the rows belong to several series, each of which is divided by its own naive
    error. With `series_weight` the result is the weighted RMSSE of the M5 competition [1]_:

    .. math::
        \mathrm{WRMSSE} = \frac{\sum_s w_s \, \mathrm{RMSSE}_s}{\sum_s w_s}

    Parameters
    ----------
    y_true : array-like of shape (n_samples,) or (n_samples, n_outputs)
        True values.
    y_pred : array-like of shape (n_samples,) or (n_samples, n_outputs)
        Predicted values.
    y_train : array-like of shape (n_train,) or (n_train, n_outputs)
        The series of true values before those predicted, in the order of time. M5 begins each
        series with its first sale: leave out the zeros before it.
    season : int, default=1
        Number of rows in a season, :math:`m`.
    series : array-like of shape (n_samples,) or str, optional
        To which series each row of `y_true` belongs; a string, or a list of them, names levels of
        the index of `y_true`, and of `y_train`. By default all rows are one series.
    series_train : array-like of shape (n_train,), optional
        To which series each row of `y_train` belongs. Goes with `series`, unless that is a level of
        both indices.
    series_weight : mapping of series to float, optional
        Weight of each series of `y_true`, :math:`w_s`; in M5 the turnover of its last 28 days. By
        default all count the same.
    sample_weight : array-like of shape (n_samples,), optional
        Weights of the predictions within their series; rows of weight 0 count as absent.
    multioutput : str or array-like of shape (n_outputs,), default="uniform_average"
        ``"raw_values"``, ``"uniform_average"`` or weights, as for `mean_absolute_scaled_error`.

    Returns
    -------
    loss : float or ndarray of shape (n_outputs,)
        0 or more; 0 is best, below 1 is better than the naive forecast was in training.

    Raises
    ------
    ValueError
        As for `mean_absolute_scaled_error`; if `series_weight` lacks a series, or has a negative
        weight or none above zero.

    See Also
    --------
    mean_absolute_scaled_error : The same of absolute errors, with more about series and scorers.

    References
    ----------
    .. [1] S. Makridakis, E. Spiliotis and V. Assimakopoulos, "M5 accuracy competition: results,
       findings, and conclusions", International Journal of Forecasting 38(4), 2022, pages
       1346-1364.

    Examples
    --------
    >>> from sklstm.metrics import root_mean_squared_scaled_error
    >>> root_mean_squared_scaled_error([5.0, 7.0], [6.0, 6.0], y_train=[1.0, 3.0, 5.0])
    0.5

    Two shops, the second of which sells three times as much:

    >>> root_mean_squared_scaled_error(
    ...     [5.0, 70.0], [6.0, 85.0], series=["A", "B"],
    ...     y_train=[1.0, 3.0, 10.0, 20.0], series_train=["A", "A", "B", "B"],
    ...     series_weight={"A": 1.0, "B": 3.0})
    1.25
    """
    errors, naive, keys = _errors_by_series(
        np.square, y_true, y_pred, y_train, season, series, series_train, sample_weight
    )
    weights = _weights_of_series(series_weight, keys)
    return averaged(np.average(np.sqrt(errors / naive), axis=0, weights=weights), multioutput)


def _weights_of_series(series_weight: Mapping[Any, float] | None, keys: list[Any]) -> NDArray:
    """Return one weight for each series, checked."""
    if series_weight is None:
        return np.ones(len(keys))
    if keys == [None]:
        raise ValueError("series_weight goes with series, which is missing.")
    lacking = [key for key in keys if key not in series_weight]
    if lacking:
        more = f" and {len(lacking) - 5} more" if len(lacking) > 5 else ""
        raise ValueError(f"series_weight has no weight for the series {lacking[:5]}{more}.")
    weights = np.array([float(series_weight[key]) for key in keys])
    if not (np.isfinite(weights).all() and (weights >= 0).all() and weights.any()):
        raise ValueError(
            f"series_weight must hold finite weights of 0 or more, one of them above 0; got "
            f"{dict(zip(keys, weights.tolist(), strict=True))}."
        )
    return weights


def _errors_by_series(
    size: Callable[[NDArray], NDArray],
    y_true: ArrayLike,
    y_pred: ArrayLike,
    y_train: ArrayLike,
    season: int,
    series: ArrayLike | str | None,
    series_train: ArrayLike | None,
    sample_weight: ArrayLike | None,
) -> tuple[NDArray, NDArray, list[Any]]:
    """Return the mean size of errors and of naive errors, (n_series, n_outputs), and the series."""
    rows = {"y_true": y_true, "y_pred": y_pred, "series": series, "sample_weight": sample_weight}
    check_same_labels(rows)
    check_same_labels({"y_train": y_train, "series_train": series_train})
    refuse_times_and_complex(sample_weight, "sample_weight")
    true, predicted = as_columns(y_true, "y_true"), as_columns(y_pred, "y_pred")
    train, sample_weight = as_columns(y_train, "y_train"), plain_values(sample_weight)
    with np.errstate(over="ignore", invalid="ignore"):  # the result is checked below
        # scikit-learn checks the arguments that are its own.
        weighted = {"sample_weight": sample_weight, "multioutput": "raw_values"}
        n_outputs = len(mean_absolute_error(*map(plain_values, (y_true, y_pred)), **weighted))
    if train.shape[1] != n_outputs:
        raise ValueError(
            f"y_train has {train.shape[1]} outputs, but y_true and y_pred have {n_outputs}."
        )
    weights = np.ones(len(true)) if sample_weight is None else np.asarray(sample_weight, float)
    codes, codes_train, keys = series_codes(series, series_train, y_true, y_train)
    _check_times(y_train, series if names_levels(series, y_true) else None, codes_train, keys)
    used, codes = np.unique(codes[weights != 0], return_inverse=True)
    keys = [keys[code] for code in used]
    names = ["" if key is None else f" of series {key!r}" for key in keys]
    places = np.searchsorted(used, codes_train).clip(max=len(used) - 1)
    of_used = used[places] == codes_train
    with np.errstate(over="ignore", invalid="ignore"):
        errors = size(true - predicted)[weights != 0]
        errors = means_by_series(errors, codes, weights[weights != 0], names)
        naive = _naive_errors(size, train[of_used], places[of_used], season, names)
    if not (np.isfinite(errors).all() and np.isfinite(naive).all()):
        raise ValueError(
            "y_true, y_pred or y_train has values so far apart that their errors are no finite "
            "numbers: give them in a larger unit."
        )
    return errors, naive, keys


def _check_times(y_train: Any, levels: Any, codes: NDArray, keys: list[Any]) -> None:
    """Raise a ValueError if the rows of a training series are not in the order of time."""
    index = index_of(y_train)
    held = [level for level in key_names(levels) if index is not None and level in index.names]
    if index is not None and len(held) < index.nlevels:
        index = index.droplevel(held)
    if index is None or isinstance(index, pd.MultiIndex):
        return
    for number, key in enumerate(keys):
        check_order(index[codes == number], name="y_train", series=key)


def _naive_errors(
    size: Callable[[NDArray], NDArray],
    train: NDArray,
    codes: NDArray,
    season: int,
    names: list[str],
) -> NDArray:
    """Return the mean size of errors of the seasonal naive forecast, (n_series, n_outputs)."""
    n_rows = np.bincount(codes, minlength=len(names))
    if (n_rows <= season).any():
        short = np.argmax(n_rows <= season)
        raise ValueError(
            f"y_train must be longer than season={season}, got {n_rows[short]} rows{names[short]}: "
            "the naive forecast repeats the value one season before."
        )
    order = np.argsort(codes, kind="stable")
    train, codes = train[order], codes[order]
    within = codes[season:] == codes[:-season]
    steps = size(train[season:] - train[:-season])[within]
    sums = sums_by_series(steps, codes[season:][within], len(names))
    errors = sums / (n_rows - season)[:, np.newaxis]
    largest = np.maximum.reduceat(np.abs(train), np.cumsum(n_rows) - n_rows, axis=0)
    still = errors <= size(10 * np.finfo(np.float64).eps * largest)
    if still.any():
        first = np.argmax(still.any(axis=1))
        raise ValueError(
            f"y_train is the same again after every season={season} (output "
            f"{np.flatnonzero(still[first]).tolist()}{names[first]}): the naive forecast makes no "
            "error there, by which errors could be divided."
        )
    return errors
