"""Single values that a sensor misses, filled from the past alone: `CausalImputer`."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import _check_feature_names_in, check_is_fitted

from sklstm.data import column_names, key_names, refuse_overflow, with_columns
from sklstm.time_labels import step_numbers

from ._series_transformer import SeriesTransformer, fit_task


class CausalImputer(SeriesTransformer):
    r"""Fill missing values of a series from the values before them.

    A step of which some features are missing is no input of a recurrent network, while one that is
    missing as a whole is skipped. This transformer fills the single values. No filled value
    depends on a later row, or on another series.

    Parameters
    ----------
    strategy : {"forward", "decay"}, default="forward"
        ``"forward"``: the last value of the feature is carried forward. ``"decay"``: it decays to
        the mean of training, :math:`\gamma x' + (1 - \gamma) \bar x` with :math:`\gamma =
        \exp(-r \delta)`, where :math:`x'` was observed :math:`\delta` steps before and :math:`r`
        is `decay_rate` [1]_.
    limit : int, default=None
        The largest number of steps over which a value is used; what is further away is filled
        like what stands before the first value. None: any number.
    decay_rate : float or "auto", default="auto"
        :math:`r`, per step. ``"auto"``: of each feature :math:`-\log \phi`, where :math:`\phi` is
        its autocorrelation from one step to the next in training, at least 0. That is the best
        linear forecast of an autoregressive process of first order.
    add_indicator : bool, default=False
        If True, a column for each feature follows that is 1 where its value was missing, and 0
        elsewhere.
    add_elapsed : bool, default=False
        If True, a column for each feature follows, behind the indicators, of the number of steps
        since its last observed value: 0 where it is observed; before the first value, since the
        beginning of the series.
    context : {"auto", "always", "never"}, default="auto"
        Whether `transform` carries on the last values of the rows seen in `fit`. ``"auto"``: if
        the index of the new rows continues the fitted one; without an index never. The
        rows given to `fit_transform` have no context.
    by : str or list of str, optional
        Column of a dataframe, or level of its index, that names the series to which a row belongs,
        where `X` holds several; a list of those that name it together. Values are never carried
        from one to another.

    Attributes
    ----------
    statistics_ : ndarray of shape (n_features,)
        What is filled in before the first value of a series: the median of training, with
        ``strategy="decay"`` the mean.
    decay_rate_ : ndarray of shape (n_features,), or None
        :math:`r` of each feature; None with ``strategy="forward"``.
    n_features_in_ : int
        Number of columns of the series; a column `by` counts.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the columns, if `fit` saw a frame.

    See Also
    --------
    SequenceWindower : Makes missing steps of absent rows.

    Notes
    -----
    A row that is missing as a whole stays so, and so do its indicators: recurrent networks skip it,
    rather than take it for an observation. Steps are counted by the index where it has a frequency,
    otherwise by rows. With ``strategy="decay"``, `add_indicator` and `add_elapsed` a network reads
    what the inputs of a GRU-D network [1]_ are: decayed values, mask and time intervals. GRU-D
    learns its :math:`r` together with its weights, and lets hidden states decay as well; here
    :math:`r` comes from the training series, and the network learns from the intervals.

    References
    ----------
    .. [1] Z. Che, S. Purushotham, K. Cho, D. Sontag and Y. Liu, "Recurrent neural networks for
       multivariate time series with missing values", Scientific Reports 8, 6085, 2018.

    Examples
    --------
    >>> import numpy as np
    >>> from sklstm import CausalImputer
    >>> X = np.array([[np.nan, 1.0], [2.0, np.nan], [np.nan, np.nan], [4.0, np.nan], [6.0, 5.0]])
    >>> CausalImputer().fit_transform(X)
    array([[ 4.,  1.],
           [ 2.,  1.],
           [nan, nan],
           [ 4.,  1.],
           [ 6.,  5.]])
    """

    _parameter_constraints = {
        "strategy": [StrOptions({"forward", "decay"})],
        "limit": [Interval(Integral, 1, None, closed="left"), None],
        "decay_rate": [StrOptions({"auto"}), Interval(Real, 0, None, closed="left")],
        "add_indicator": ["boolean"],
        "add_elapsed": ["boolean"],
        "context": [StrOptions({"auto", "always", "never"})],
        "by": [str, list, None],
    }

    def __init__(
        self,
        strategy: str = "forward",
        *,
        limit: int | None = None,
        decay_rate: float | str = "auto",
        add_indicator: bool = False,
        add_elapsed: bool = False,
        context: str = "auto",
        by: str | list[str] | None = None,
    ) -> None:
        self.strategy = strategy
        self.limit = limit
        self.decay_rate = decay_rate
        self.add_indicator = add_indicator
        self.add_elapsed = add_elapsed
        self.context = context
        self.by = by

    def fit(self, X: ArrayLike, y: Any = None) -> Self:
        """Learn what stands before first values, and remember the last ones.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_steps, n_features)
            The series, oldest row first.
        y : None
            Ignored.

        Returns
        -------
        self : CausalImputer
            The fitted imputer.

        Raises
        ------
        ValueError
            If a column has no value at all.
        """
        self._fit(X, y)
        return self

    def fit_transform(self, X: ArrayLike, y: Any = None) -> Any:
        """Fit to `X` and return it filled.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_steps, n_features)
            The series, oldest row first.
        y : None
            Ignored.

        Returns
        -------
        filled : ndarray or dataframe of shape (n_steps, n_features_out)
            As `transform` gives it.
        """
        found = self._fit(X, y)
        return self._filled(X, found, {})

    def transform(self, X: ArrayLike) -> Any:
        """Fill `X`, continuing from the fitted rows where it follows them.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_steps, n_features)
            The series, oldest row first.

        Returns
        -------
        filled : ndarray or dataframe of shape (n_steps, n_features_out)
            A frame for a frame, with its index. Indicators and elapsed steps, if they are asked
            for, stand behind the other columns.
        """
        check_is_fitted(self)
        self._refuse_changed("strategy", "limit", "decay_rate", "add_indicator", "add_elapsed")
        found = self._check_series(X)
        before = {key: self._state_before(key, index) for key, index, _ in found}
        return self._filled(X, found, before)

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> NDArray[np.object_]:
        """Return the names of the columns, such as ``a``, ``missingindicator_a``, ``elapsed_a``.

        Parameters
        ----------
        input_features : array-like of str, optional
            Names of the columns; those seen in `fit` by default.

        Returns
        -------
        names : ndarray of shape (n_features_out,), object
            Those of the indicators, and of elapsed steps, behind the others.
        """
        check_is_fitted(self)
        names = list(_check_feature_names_in(self, input_features))
        return np.array([*names, *self._names_of_more(names)], dtype=object)

    @fit_task
    def _fit(self, X):
        found = self._read_series(X)
        values = found.values.astype(np.float64)
        names = column_names(found.panel.frame if found.panel is not None else X)
        absent = np.flatnonzero(np.isnan(values).all(axis=0))
        if len(absent):
            column = absent[0] if names is None else repr(names[absent[0]])
            raise ValueError(
                f"X has no value in column {column}: there is nothing to fill its missing values "
                "with. Leave the column out."
            )
        with refuse_overflow("The values of X go"):
            if self.strategy == "decay":
                statistics = np.nanmean(values, axis=0)
                rate = self._rates(found, statistics)
            else:
                statistics, rate = np.nanmedian(values, axis=0), None
        states = {key: _last_values(series, _steps(index)) for key, index, series in found}
        self._remember(X, found, states, statistics_=statistics, decay_rate_=rate)
        return found

    def _rates(self, found, mean):
        if self.decay_rate != "auto":
            return np.full(len(mean), float(self.decay_rate))
        products, squares = np.zeros((2, len(mean)))
        for _, index, series in found:
            deviations = series.astype(np.float64) - mean
            steps = _steps(index)
            next_to = np.ones(len(series) - 1, bool) if steps is None else np.diff(steps) == 1
            before, after = deviations[:-1][next_to], deviations[1:][next_to]
            both = ~np.isnan(before * after)
            products += np.where(both, before * after, 0.0).sum(axis=0)
            squares += np.where(both, before**2, 0.0).sum(axis=0)
        phi = np.divide(products, squares, out=np.zeros(len(mean)), where=squares > 0)
        with np.errstate(divide="ignore"):  # nothing remains of a value: its rate is infinite
            return -np.log(np.clip(phi, 0.0, 1.0))

    def _filled(self, X, found, before):
        results, elapsed = [], []
        for key, index, series in found:
            steps = None if index is None else step_numbers(index, self._steps_of(key))
            filled, since = self._of_series(series, steps, before.get(key))
            results.append(filled.astype(series.dtype, copy=False))
            elapsed.append(since.astype(series.dtype, copy=False))
        frame = self._like_series(found.in_order(results), X, found)
        missing = np.isnan(found.values)
        more = []
        if self.add_indicator:
            more.append(missing.astype(found.values.dtype))
        if self.add_elapsed:
            more.append(found.in_order(elapsed))
        if not more:
            return frame
        columns = np.hstack(more)
        columns[missing.all(axis=1)] = np.nan
        return with_columns(frame, columns, self._names_of_more(column_names(X)))

    def _of_series(self, series, steps, before):
        """Return the rows of one series, filled, and the steps since each last value."""
        steps = np.arange(len(series)) if steps is None else steps
        values, since = _newest(series, steps, before)
        if self.limit is not None:
            values = np.where(since > self.limit, np.nan, values)
        if self.strategy == "decay":
            with np.errstate(over="ignore", under="ignore", invalid="ignore"):
                share = np.where(since > 0, np.exp(-self.decay_rate_ * since), 1.0)
            values = np.where(
                share > 0, self.statistics_ + share * (values - self.statistics_), self.statistics_
            )
        filled = np.where(np.isnan(values), self.statistics_, values)
        filled = np.where(np.isnan(series), filled, series)
        filled[np.isnan(series).all(axis=1)] = np.nan
        # Of older files the state has no steps of a feature without a value.
        return filled, np.where(np.isnan(since), steps[:, np.newaxis], since)

    def _names_of_more(self, names):
        features = [name for name in names or () if name not in key_names(self.by)]
        prefixes = ["missingindicator"] * self.add_indicator + ["elapsed"] * self.add_elapsed
        return [f"{prefix}_{name}" for prefix in prefixes for name in features]


def _steps(index):
    return None if index is None else step_numbers(index)


def _newest(series, steps, before):
    """Return the newest value of each feature at each row, and how many steps ago it was."""
    rows = np.where(np.isnan(series), -1, np.arange(len(series))[:, np.newaxis])
    rows = np.maximum.accumulate(rows, axis=0)
    values = np.take_along_axis(series.astype(np.float64), np.maximum(rows, 0), axis=0)
    since = (steps[:, np.newaxis] - steps[np.maximum(rows, 0)]).astype(np.float64)
    last, ago = (np.nan, np.nan) if before is None else before
    from_before = rows < 0
    values = np.where(from_before, last, values)
    # The first row is the step after the last fitted one.
    return values, np.where(from_before, steps[:, np.newaxis] + 1.0 + ago, since)


def _last_values(series, steps):
    """Return the last value of each feature, and how many steps before the last row it was."""
    steps = np.arange(len(series)) if steps is None else steps
    values, since = _newest(series, steps, None)
    return values[-1], np.where(np.isnan(since[-1]), steps[-1], since[-1])
