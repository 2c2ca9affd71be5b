"""One window per row: `SequenceWindower`."""

from __future__ import annotations

from numbers import Integral
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import _check_feature_names_in, check_is_fitted

from sklstm._warn import warn_user
from sklstm._whole_numbers import refuse_far_beyond
from sklstm.data import (
    GatheredWindows,
    empty_beside,
    is_on_disk,
    key_names,
    name_samples,
    step_names,
    wants_frame,
)
from sklstm.time_labels import label_text, step_numbers

from ._series_transformer import SeriesTransformer, fit_task


class SequenceWindower(SeriesTransformer):
    """Turn a series into windows, one for each row.

    Window ``t`` holds the rows ``t - lookback + 1`` to ``t``, oldest first. No row is dropped: the
    first windows begin with missing steps (NaN), which the recurrent estimators of this package
    skip. So the windower stands in a plain `~sklearn.pipeline.Pipeline`, and its ``lookback`` is
    searched by a plain `~sklearn.model_selection.GridSearchCV`, every candidate being scored on
    the same rows.

    Parameters
    ----------
    lookback : int, default=10
        Number of rows in a window.
    pad : {"missing", "edge"}, default="missing"
        What stands where a window reaches back beyond the first known row: missing steps, or that
        first row repeated. Estimators that take no NaN need ``"edge"``.
    flatten : bool, default=False
        If True, the steps of a window stand side by side, shape (n_samples, lookback *
        n_features), for estimators that take two axes.
    context : {"auto", "always", "never"}, default="auto"
        Whether the windows of `transform` reach back into the last rows seen in `fit`. ``"auto"``:
        if the index of the new rows continues the fitted one; without an index never.
        The rows given to `fit_transform` have no context.
    gaps : {"missing", "ignore"}, default="missing"
        What to make of rows that are absent within a series, such as those of an outage, where the
        index has a frequency: missing steps (with ``pad="edge"`` the row before them repeated), so
        that a window never reaches further back in time than ``lookback`` steps. ``"ignore"``: rows
        are counted. Holidays between trading days are no gap, nor days of the week without rows.
    incomplete : {"warn", "missing", "nan", "raise"}, default="warn"
        What to make of windows of which fewer than ``lookback`` rows are known, because the rows
        given to `transform` begin later than ``lookback - 1`` rows of history. ``"warn"``: they
        are padded, as those at the beginning of training are, with a warning if no window of a
        series is complete; missing steps at its beginning, such as a differencer leaves, do not
        count. ``"missing"``: the same without a warning. ``"nan"``: all of their steps are missing,
        in training as well, so that recurrent regressors leave them out and predict NaN; such
        windows are copies. ``"raise"``: `transform` refuses them.
    by : str or list of str, optional
        Column of a dataframe, or level of its index, that names the series to which a row belongs,
        where `X` holds several; a list of those that name it together. A window holds rows of one
        series only, and each series continues, or not, where it ended itself; one that `fit` has
        not seen has no context.

    Attributes
    ----------
    n_features_in_ : int
        Number of columns of the series; a column `by` counts, though windows leave it out.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the columns, if `fit` saw a frame.

    See Also
    --------
    WindowScaler : Scale windows by their own statistics.
    forecast_pairs : Rows and what is to be predicted at each of them.

    Notes
    -----
    The windows are a read-only view of one padded copy of the series: memory grows with the number
    of rows, not with ``lookback``. After ``set_output(transform="pandas")``, which cannot hold
    three axes, the result is a flat frame with columns such as ``close@t-1``, ``close@t-0``;
    recurrent estimators recognise them.

    With `by` the rows of different series may lie among each other, those of one stand in the
    order of time; windows stand in the order of the rows. Rows of different series make no one
    view, so what is returned holds the rows, and gathers windows when they are read: it has shape,
    indices, operators and methods of the array that `numpy.asarray` makes of it.

    Examples
    --------
    >>> import numpy as np
    >>> from sklstm import SequenceWindower
    >>> X = np.array([[1.0], [2.0], [3.0], [4.0]])
    >>> SequenceWindower(lookback=2).fit_transform(X)[:, :, 0]
    array([[nan,  1.],
           [ 1.,  2.],
           [ 2.,  3.],
           [ 3.,  4.]])

    Two series in one frame:

    >>> import pandas as pd
    >>> X = pd.DataFrame({"name": ["A", "B", "A", "B"], "close": [1.0, 10.0, 2.0, 20.0]})
    >>> SequenceWindower(lookback=2, by="name").fit_transform(X)[:, :, 0]
    array([[nan,  1.],
           [nan, 10.],
           [ 1.,  2.],
           [10., 20.]])
    """

    _parameter_constraints = {
        "lookback": [Interval(Integral, 1, None, closed="left")],
        "pad": [StrOptions({"missing", "edge"})],
        "flatten": ["boolean"],
        "context": [StrOptions({"auto", "always", "never"})],
        "gaps": [StrOptions({"missing", "ignore"})],
        "incomplete": [StrOptions({"warn", "missing", "nan", "raise"})],
        "by": [str, list, None],
    }
    _fixed_by_fit = ("lookback", "pad", "gaps", "flatten")

    def __init__(
        self,
        lookback: int = 10,
        *,
        pad: str = "missing",
        flatten: bool = False,
        context: str = "auto",
        gaps: str = "missing",
        incomplete: str = "warn",
        by: str | list[str] | None = None,
    ) -> None:
        self.lookback = lookback
        self.pad = pad
        self.flatten = flatten
        self.context = context
        self.gaps = gaps
        self.incomplete = incomplete
        self.by = by

    def fit(self, X: ArrayLike, y: Any = None) -> Self:
        """Remember the last rows of `X`, the context of rows that continue them.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_steps, n_features)
            The series, oldest row first.
        y : None
            Ignored.

        Returns
        -------
        self : SequenceWindower
            The fitted windower.
        """
        self._fit(X, y)
        return self

    def fit_transform(self, X: ArrayLike, y: Any = None) -> Any:
        """Fit to `X` and return its windows.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_steps, n_features)
            The series, oldest row first.
        y : None
            Ignored.

        Returns
        -------
        windows : ndarray of shape (n_steps, lookback, n_features)
            As `transform` gives them.
        """
        found = self._fit(X, y)
        parts = [(series, self._places(key, index), series[:0]) for key, index, series in found]
        return name_samples(self._windows(found, parts), X, found.columns_of(X))

    def transform(self, X: ArrayLike) -> Any:
        """Return the window of every row.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_steps, n_features)
            The series, oldest row first.

        Returns
        -------
        windows : ndarray of shape (n_steps, lookback, n_features)
            A read-only view, with `by` an array-like of this shape (see Notes); of shape (n_steps,
            lookback * n_features) with ``flatten=True``.

        Raises
        ------
        ValueError
            If `X` is not as in `fit`, or windows are incomplete with ``incomplete="raise"``.

        Warns
        -----
        UserWarning
            If no window of a series is complete, with ``incomplete="warn"``; if labels are between
            the steps of those in `fit`, with ``gaps="missing"``.
        """
        check_is_fitted(self)
        self._refuse_changed(*self._fixed_by_fit)
        found = self._check_series(X)
        parts = [
            (series, self._places(key, index), self._rows_before(key, index, series))
            for key, index, series in found
        ]
        self._check_history(found, parts)
        if self.gaps == "missing":
            self._warn_of_rows_between(found)
        return name_samples(self._windows(found, parts), X, found.columns_of(X))

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> NDArray[np.object_]:
        """Return the names of the columns of flat windows, such as ``close@t-0``.

        Parameters
        ----------
        input_features : array-like of str, optional
            Names of the columns; those seen in `fit` by default.

        Returns
        -------
        names : ndarray of shape (lookback * n_features,), object
            Oldest step first.
        """
        check_is_fitted(self)
        columns = _check_feature_names_in(self, input_features)
        features = [name for name in columns if name not in key_names(self._fitted_with["by"])]
        return np.array(step_names(features, self._fitted_with["lookback"]), dtype=object)

    @fit_task
    def _fit(self, X):
        found = self._read_series(X)
        longest = max(len(series) for _, _, series in found)
        refuse_far_beyond(self.lookback, "lookback", longest)
        n_kept = self.lookback - 1
        tails = {}
        for key, index, series in found:
            rows = self._with_missing_steps(series, self._own_places(index))[0]
            tails[key] = rows[max(0, len(rows) - n_kept) :].copy()
        self._remember(X, found, tails)
        return found

    def _check_history(self, found, parts):
        """Warn of series without a complete window, or refuse incomplete ones."""
        if self.incomplete in ("missing", "nan"):
            return
        for (key, index, series), (_, places, before) in zip(found, parts, strict=True):
            n_lacking = max(0, self.lookback - 1 - len(before))
            n_incomplete = min(n_lacking, len(series))
            if places is not None:
                n_incomplete = int(np.searchsorted(places, n_lacking))
            if not n_incomplete:
                continue
            n_missing = _n_missing_first(series)
            n_incomplete = min(n_incomplete + n_missing, len(series))
            lacks = self._history_lacks(key, index, n_incomplete, n_lacking, n_missing)
            if self.incomplete == "raise":
                raise ValueError(lacks + ".")
            if n_incomplete == len(series):
                warn_user(
                    f"{lacks}; or say what is to become of such windows (incomplete='missing', "
                    "'nan' or 'raise').",
                )
                return

    def _history_lacks(self, key, index, n_incomplete, n_lacking, n_missing):
        of = "" if key is None else f" of series {key!r}"
        label = 0 if index is None else label_text(index[0])
        n_before = self.lookback - 1
        known = f"{n_before - n_lacking} of these are known"
        if n_lacking == n_before:
            known = "none of these is known, for the new rows do not continue those of fit"
        if n_missing:
            known += f" (and {n_missing} rows from the first on are missing steps)"
        return (
            f"X has {n_incomplete} rows{of}, from {label} on, whose windows lack history: "
            f"lookback={self.lookback} reaches back to {n_before} rows before the first, and "
            f"{known}. Hand over the rows before together with the new ones, and take the last "
            "predictions"
        )

    def _rows_before(self, key, index, series):
        tail = self._state_before(key, index)
        return series[:0] if tail is None else tail

    def _places(self, key, index):
        """Return how many steps each row is after the first one, None if no row is absent."""
        return self._own_places(index, self._steps_of(key))

    def _own_places(self, index, steps=None):
        return None if self.gaps == "ignore" else step_numbers(index, steps)

    def _with_missing_steps(self, series, places):
        """Return rows with at most ``lookback`` missing steps in each gap, and where rows stand."""
        if places is None:
            return series, None
        stands = np.cumsum(np.minimum(np.diff(places, prepend=places[0]), self.lookback + 1))
        newest = np.searchsorted(stands, np.arange(stands[-1] + 1), side="right") - 1
        rows = empty_beside(series, (len(newest), series.shape[1]))
        rows[:] = series[newest]
        if self.pad == "missing":
            absent = np.ones(len(rows), dtype=bool)
            absent[stands] = False
            rows[absent] = np.nan
        return rows, stands

    def _windows(self, found, parts):
        """Return the windows of all rows, given those of each series, places and rows before."""
        if found.panel is None or self._is_flat:
            return found.in_order(self._windows_of_one(*part) for part in parts)
        # With "nan" the first rows are a window of which all steps are missing.
        n_rows = self.lookback if self.incomplete == "nan" else 0
        tables = [np.full((n_rows, found.values.shape[1]), np.nan, dtype=found.values.dtype)]
        starts = np.empty(len(found.values), dtype=np.int64)
        for rows, (series, places, before) in zip(found.panel.rows, parts, strict=True):
            series, stands = self._with_missing_steps(series, places)
            tables.append(self._padded(series, before))
            starts[rows] = n_rows + (np.arange(len(rows)) if stands is None else stands)
            starts[rows[: self._n_left_out(stands, before)]] = 0
            n_rows += len(tables[-1])
        return GatheredWindows(np.concatenate(tables), starts, self.lookback)

    @property
    def _is_flat(self):
        return self.flatten or wants_frame(self)

    def _windows_of_one(self, series, places, before):
        series, stands = self._with_missing_steps(series, places)
        windows = self._view(self._padded(series, before))
        windows = windows if stands is None else windows[stands]
        n_incomplete = self._n_left_out(stands, before)
        if not n_incomplete:
            return windows
        copy = empty_beside(windows, windows.shape)
        copy[:] = windows
        copy[:n_incomplete] = np.nan
        return copy

    def _n_left_out(self, stands, before):
        """Return how many windows, which come first, are to be missing as a whole."""
        n_lacking = self.lookback - 1 - len(before)
        if self.incomplete != "nan" or n_lacking <= 0:
            return 0
        return n_lacking if stands is None else int(np.searchsorted(stands, n_lacking))

    def _padded(self, series, before):
        """Return the rows of all windows of a series, in front of which others may be."""
        lookback = self.lookback
        before = before[max(0, len(before) - lookback + 1) :]
        n_steps, n_features = series.shape
        n_missing = lookback - 1 - len(before)
        if lookback == 1 and is_on_disk(series):
            return series  # there is nothing to pad, so the file itself will do
        padded = empty_beside(series, (n_steps + lookback - 1, n_features))
        padded[n_missing : lookback - 1] = before
        padded[lookback - 1 :] = series
        padded[:n_missing] = np.nan if self.pad == "missing" else padded[n_missing]
        return padded

    def _view(self, padded):
        """Return windows as a strided view of their rows."""
        lookback, n_features = self.lookback, padded.shape[1]
        n_steps = len(padded) - lookback + 1
        row, item = padded.strides
        shape, strides = (n_steps, lookback, n_features), (row, row, item)
        if self._is_flat:
            shape, strides = (n_steps, lookback * n_features), (row, item)
        return np.lib.stride_tricks.as_strided(padded, shape, strides, writeable=False)


def _n_missing_first(series):
    """Return how many rows come before the first observed one, as those of a differencer do."""
    if not np.isnan(series[0]).all():
        return 0
    observed = ~np.isnan(series).all(axis=1)
    return int(np.argmax(observed)) if observed.any() else len(series)
