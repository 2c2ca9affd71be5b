"""Errors in units of the naive forecast's: `mean_absolute_scaled_error`."""

from numbers import Integral

import numpy as np
import pandas as pd
from sklearn.metrics import mean_absolute_error
from sklearn.utils._param_validation import Interval, StrOptions, validate_params

from sklstm.data import as_numbers, index_of


@validate_params(
    {
        "y_true": ["array-like"],
        "y_pred": ["array-like"],
        "y_train": ["array-like"],
        "season": [Interval(Integral, 1, None, closed="left")],
        "series": ["array-like", str, None],
        "series_train": ["array-like", None],
        "sample_weight": ["array-like", None],
        "multioutput": [StrOptions({"raw_values", "uniform_average"}), "array-like"],
    },
    prefer_skip_nested_validation=True,
)
def mean_absolute_scaled_error(
    y_true,
    y_pred,
    *,
    y_train,
    season=1,
    series=None,
    series_train=None,
    sample_weight=None,
    multioutput="uniform_average",
):
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
        the index of `y_true`, and of `y_train`, that says so. By default all rows are one series.
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
    true, predicted = _as_columns(y_true, "y_true"), _as_columns(y_pred, "y_pred")
    train = _as_columns(y_train, "y_train")
    with np.errstate(over="ignore", invalid="ignore"):  # what comes of it is looked at
        # scikit-learn checks the arguments that are its own.
        weighted = {"sample_weight": sample_weight, "multioutput": "raw_values"}
        n_outputs = len(mean_absolute_error(y_true, y_pred, **weighted))
    if train.shape[1] != n_outputs:
        raise ValueError(
            f"y_train has {train.shape[1]} outputs, but y_true and y_pred have {n_outputs}."
        )
    weights = np.ones(len(true)) if sample_weight is None else np.asarray(sample_weight, float)
    codes, codes_train, names = _codes(series, series_train, y_true, y_train)
    used, codes = np.unique(codes[weights != 0], return_inverse=True)
    names = [names[code] for code in used]
    places = np.searchsorted(used, codes_train).clip(max=len(used) - 1)
    of_used = used[places] == codes_train
    with np.errstate(over="ignore", invalid="ignore"):
        errors = np.abs(true - predicted)[weights != 0]
        errors = _means(errors, codes, weights[weights != 0], names)
        naive = _naive_errors(train[of_used], places[of_used], season, names)
    if not (np.isfinite(errors).all() and np.isfinite(naive).all()):
        raise ValueError(
            "y_true, y_pred or y_train has values so far apart that their errors are no finite "
            "numbers: give them in a larger unit."
        )
    return _averaged((errors / naive).mean(axis=0), multioutput)


def _averaged(scaled, multioutput):
    """Return the error of the outputs together, as `multioutput` says."""
    if isinstance(multioutput, str):
        return scaled if multioutput == "raw_values" else float(scaled.mean())
    weights = as_numbers(multioutput, name="multioutput", ensure_2d=False)
    if weights.shape != scaled.shape:
        raise ValueError(
            f"multioutput must have one weight for each of {len(scaled)} outputs, got an array of "
            f"shape {weights.shape}."
        )
    if not weights.sum():
        raise ValueError(f"The weights of outputs in multioutput={multioutput!r} sum to zero.")
    return float(np.average(scaled, weights=weights))


def _as_columns(y, name):
    values = as_numbers(y, name=name, ensure_2d=False)
    return values.astype(np.float64, copy=False).reshape(len(values), -1)


def _codes(series, series_train, y_true, y_train):
    """Number the series.

    Returns
    -------
    codes : ndarray of int of shape (n_samples,)
        Number of the series of each row of `y_true`.
    codes_train : ndarray of int of shape (n_train,)
        The same for `y_train`.
    names : list of str
        What to call the series of each number in messages: nothing where there is one only.
    """
    if series is None:
        if series_train is not None:
            raise ValueError("series_train goes with series, which is missing.")
        return np.zeros(len(y_true), dtype=int), np.zeros(len(y_train), dtype=int), [""]
    if isinstance(series, str):
        level, series = series, _level(y_true, series, "y_true")
        series_train = _level(y_train, level, "y_train") if series_train is None else series_train
    elif series_train is None:
        raise ValueError(
            "series goes with series_train, the series of each row of y_train, which is missing."
        )
    labels = _labels(series, "series", y_true, "y_true")
    codes_train, keys = pd.factorize(_labels(series_train, "series_train", y_train, "y_train"))
    codes = keys.get_indexer(labels)
    if (codes < 0).any():
        unknown = list(labels[codes < 0].unique())
        more = f" and {len(unknown) - 5} more" if len(unknown) > 5 else ""
        raise ValueError(
            f"y_train has no rows of series {unknown[:5]}{more}, of which y_true has some: their "
            "errors cannot be scaled."
        )
    return codes, codes_train, [f" of series {key!r}" for key in keys]


def _level(y, level, name):
    index = index_of(y)
    if index is None or level not in index.names:
        found = "no index" if index is None else f"levels {list(index.names)}"
        raise ValueError(f"series={level!r} is no level of the index of {name}: it has {found}.")
    return index.get_level_values(level)


def _labels(labels, name, y, of):
    """Return the names of the series of the rows of `y`, as objects that are equal if they are."""
    if np.ndim(labels) != 1 or len(labels) != len(y):
        raise ValueError(
            f"{name} must be the series of each of {len(y)} rows of {of}, got an array of shape "
            f"{np.shape(labels)}."
        )
    # By way of an index, objects become Python's own: 'A' in messages, not np.str_('A').
    labels = pd.Index(labels, tupleize_cols=False).astype(object)
    if labels.hasnans:
        raise ValueError(f"{name} is missing in row {int(np.argmax(labels.isna()))}.")
    return labels


def _sums(values, codes, n_series):
    """Return the sum of the rows of each series, shape (n_series, n_outputs)."""
    columns = [np.bincount(codes, weights=column, minlength=n_series) for column in values.T]
    return np.stack(columns, axis=1)


def _means(errors, codes, weights, names):
    """Return the weighted mean of the errors of each series, shape (n_series, n_outputs)."""
    totals = np.bincount(codes, weights=weights)
    if (totals == 0).any():
        name = names[np.argmax(totals == 0)]
        raise ValueError(f"The sample_weight of the rows{name} sums to zero.")
    return _sums(errors * weights[:, np.newaxis], codes, len(names)) / totals[:, np.newaxis]


def _naive_errors(train, codes, season, names):
    """Return the mean absolute errors of the seasonal naive forecast, (n_series, n_outputs)."""
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
    steps = np.abs(train[season:] - train[:-season])[within]
    sums = _sums(steps, codes[season:][within], len(names))
    errors = sums / (n_rows - season)[:, np.newaxis]
    largest = np.maximum.reduceat(np.abs(train), np.cumsum(n_rows) - n_rows, axis=0)
    still = errors <= 10 * np.finfo(np.float64).eps * largest
    if still.any():
        first = np.argmax(still.any(axis=1))
        raise ValueError(
            f"y_train is the same again after every season={season} (output "
            f"{np.flatnonzero(still[first]).tolist()}{names[first]}): the naive forecast makes no "
            "error there, by which errors could be divided."
        )
    return errors
