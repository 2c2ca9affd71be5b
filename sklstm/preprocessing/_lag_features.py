"""Values of earlier rows, and statistics of the last ones, as columns: `LagFeatures`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Integral
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import _check_feature_names_in, check_is_fitted

from sklstm._warn import warn_user
from sklstm.data import (
    column_names,
    features_of_steps,
    frame_like,
    is_frame,
    key_names,
    parse_step_names,
    position_of_feature,
    refuse_overflow,
    step_features,
    text_names,
    with_columns,
)
from sklstm.time_labels import label_text, step_numbers

from ._rolling_statistics import check_rolling, side_by_side
from ._series_transformer import SeriesOrWindowsTransformer, fit_task, with_missing_steps


class LagFeatures(SeriesOrWindowsTransformer):
    """Put values of a week or a year ago, and rolling statistics, into the columns of each row.

    Lags need not be in a row, and any regressor takes them: linear models, forests and gradient
    boosting. No row is dropped, and a row's columns depend on this row and earlier ones alone.

    Parameters
    ----------
    lags : list of int, default=(1,)
        How many rows before, counted from the row itself as `pandas.DataFrame.shift` does, or from
        the row that is predicted, see `ahead`. ``[*range(1, 8)]`` are the last seven.
    rolling : dict of str to int or list of int, default=None
        Rolling statistics, each of the last so many rows, the row itself among them:
        ``{"mean": [7, 28], "std": 28}``. They are ``"mean"``, ``"std"`` (with ``ddof=1``),
        ``"min"``, ``"max"`` and ``"median"``.
    ahead : int, default=0
        Lags are counted from so many rows later. Where the value `ahead` rows after each row is
        predicted, as ``forecast_pairs(series, horizon=ahead)`` gives it, lag 7 is then the value
        seven rows before that one; lags below `ahead` are not known and refused.
    columns : list of str or int, default=None
        Columns that have lags; by default all.
    passthrough : bool, default=True
        Whether the columns of `X` come first. Without them, and without the column `by`, there are
        features alone.
    pad : {"missing", "edge"}, default="missing"
        What stands for rows before the first known one, and for absent rows: NaN, or the first row
        and the row before. Estimators that take no NaN need ``"edge"``, or an imputer.
    context : {"auto", "always", "never"}, default="auto"
        Whether `transform` reaches back into the last rows seen in `fit`. ``"auto"``: if the index
        of the new rows continues the fitted one; without an index never. The rows given to
        `fit_transform` have no context.
    by : str or list of str, optional
        Column of a dataframe, or level of its index, that names the series to which a row belongs,
        where `X` holds several; a list of those that name it together. Lags are of the same
        series.

    Attributes
    ----------
    n_features_in_ : int
        Number of columns of the series; a column `by` counts.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the columns, if `fit` saw a frame.

    See Also
    --------
    SequenceWindower : Gives the last rows, all of them.
    CalendarFeatures : Puts the day of the week and the like into columns.

    Notes
    -----
    Where the index has a frequency and rows are absent, lags are counted in its steps, so that lag
    7 of days is a week ago; what was not observed then is NaN, and so is a statistic of rows some
    of which are missing, as with pandas. An index without a frequency, such as trading days, is
    counted in rows.

    `X` may be windows, too: the row is their newest step. So it is the first step of a pipeline in
    a `Forecaster`, whose `lookback` must be long enough to hold the lags.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklstm import LagFeatures
    >>> days = pd.date_range("2025-01-01", periods=4)
    >>> sales = pd.DataFrame({"sold": [5.0, 8.0, 2.0, 4.0]}, index=days)
    >>> LagFeatures(lags=[1, 3], rolling={"mean": 2}).fit_transform(sales)
                sold  sold_lag_1  sold_lag_3  sold_rolling_mean_2
    2025-01-01   5.0         NaN         NaN                  NaN
    2025-01-02   8.0         5.0         NaN                  6.5
    2025-01-03   2.0         8.0         NaN                  5.0
    2025-01-04   4.0         2.0         5.0                  3.0
    """

    _parameter_constraints = {
        "lags": [list, tuple],
        "rolling": [dict, None],
        "ahead": [Interval(Integral, 0, None, closed="left")],
        "columns": [list, tuple, None],
        "passthrough": ["boolean"],
        "pad": [StrOptions({"missing", "edge"})],
        "context": [StrOptions({"auto", "always", "never"})],
        "by": [str, list, None],
    }
    _for_series_alone = ("by",)

    def __init__(
        self,
        lags: Sequence[int] = (1,),
        *,
        rolling: Mapping[str, int | Sequence[int]] | None = None,
        ahead: int = 0,
        columns: Sequence[str | int] | None = None,
        passthrough: bool = True,
        pad: str = "missing",
        context: str = "auto",
        by: str | list[str] | None = None,
    ) -> None:
        self.lags = lags
        self.rolling = rolling
        self.ahead = ahead
        self.columns = columns
        self.passthrough = passthrough
        self.pad = pad
        self.context = context
        self.by = by

    def fit(self, X: ArrayLike, y: Any = None) -> Self:
        """Remember the last rows of `X`, as far as lags and statistics reach back.

        Parameters
        ----------
        X : array-like or dataframe
            A series of shape (n_steps, n_features), oldest row first, or windows of shape
            (n_samples, n_timesteps, n_features), or a flat frame of windows.
        y : None
            Ignored.

        Returns
        -------
        self : LagFeatures
            The fitted transformer.

        Raises
        ------
        ValueError
            If a lag is negative, not known yet or beyond windows; if `rolling` or `columns` is not
            as described; if no column is left, or two had one name.
        """
        self._fit(X, y)
        return self

    def fit_transform(self, X: ArrayLike, y: Any = None) -> Any:
        """Fit to `X` and return its features.

        Parameters
        ----------
        X : array-like or dataframe
            As in `fit`.
        y : None
            Ignored.

        Returns
        -------
        features : ndarray or dataframe of shape (n_rows, n_features_out)
            As `transform` gives them.

        Warns
        -----
        UserWarning
            If a lag is as long as the longest series, so that no row has a value for it.
        """
        found = self._fit(X, y)
        self._warn_of_far_lags(found)
        return self._features(X, found, {})

    def transform(self, X: ArrayLike) -> Any:
        """Return lags and statistics of each row, behind its own columns.

        Parameters
        ----------
        X : array-like or dataframe
            As in `fit`.

        Returns
        -------
        features : ndarray or dataframe of shape (n_rows, n_features_out)
            A frame for a frame, with its index. Of windows the columns are those of the newest
            step.

        Warns
        -----
        UserWarning
            If rows of a series do not continue those of `fit`, and are so few that no row has all
            of its lags and statistics, with ``context="auto"``; or their labels are between the
            steps of those in `fit`.
        """
        check_is_fitted(self)
        self._refuse_changed("lags", "rolling", "ahead", "columns", "pad")
        found = self._check(X)
        before = {key: self._state_before(key, index) for key, index, _ in found}
        self._warn_of_no_context(found, before)
        self._warn_of_rows_between(found)
        return self._features(X, found, before)

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> NDArray[np.object_]:
        """Return the names of the columns, such as ``sold_lag_7`` or ``sold_rolling_mean_28``.

        Parameters
        ----------
        input_features : array-like of str, optional
            Names of the columns; those seen in `fit` by default.

        Returns
        -------
        names : ndarray of shape (n_features_out,), object
            Those of `X` first, with ``passthrough=True``; then those of each lag, and of each
            statistic.
        """
        check_is_fitted(self)
        input_features = features_of_steps(self, input_features)
        names = list(_check_feature_names_in(self, input_features))
        steps = parse_step_names(names) if self._fitted_on_windows else None
        return np.array(self._names_out(names if steps is None else steps[0]), dtype=object)

    @fit_task
    def _fit(self, X):
        lags, rolling = self._lags(), check_rolling(self.rolling)
        if not (self.passthrough or ((lags or rolling) and self.columns != [])):
            raise ValueError(
                f"lags={self.lags!r}, rolling={self.rolling!r} and columns={self.columns!r} leave "
                "no column with passthrough=False: name a lag or a statistic."
            )
        found = self._read(X)
        names = step_features(X) or found.columns_of(X)
        positions = self._positions(names, found.values.shape[-1])
        if found.values.ndim == 3:
            self._check_reach(lags, rolling, found.values.shape[1])
        n_kept = _reach(lags, rolling)
        states = {}
        for key, index, series in found:
            if series.ndim == 2 and n_kept:
                states[key] = self._regular(series, index)[0][-n_kept:].copy()
            else:
                states[key] = None if series.ndim == 3 else series[:0].copy()
        self._names_out(names, positions)  # refuses names that come twice
        self._remember(X, found, states, _columns=positions)
        return found

    def _warn_of_far_lags(self, found):
        """Warn of lags that no row has, of which then nothing is learned; one row shows nothing."""
        lags = self._lags()
        if self._fitted_on_windows or max(len(own) for *_, own in found) > max(lags, default=0):
            return
        longest = max(len(self._regular(series, index)[0]) for _, index, series in found)
        far = [own for own, lag in zip(self.lags, lags, strict=True) if 1 < longest <= lag]
        if far:
            warn_user(
                f"lags={far} reach back beyond all {longest} rows of the longest series, and have "
                f"no value of their own in any row (pad={self.pad!r}). Give more rows, or leave "
                "them out; HistGradientBoosting of scikit-learn 1.9 fails on columns of NaN alone."
            )

    def _warn_of_no_context(self, found, before):
        """Warn of rows of a fitted series that nothing precedes, too few to precede each other."""
        if self.context != "auto" or self._fitted_on_windows:
            return
        reach = _reach(self._lags(), check_rolling(self.rolling))
        for key, index, series in found:
            if key not in self._states or before[key] is not None or len(series) > reach:
                continue
            places = step_numbers(index, self._steps_of(key))
            if (len(series) if places is None else places[-1] + 1) > reach:
                continue
            of = "" if key is None else f" of series {key!r}"
            label = 0 if index is None else label_text(index[0])
            warn_user(
                f"X has {len(series)} rows{of}, from {label} on, that do not continue those of "
                f"fit: lags={self.lags!r} and rolling={self.rolling!r} reach back to {reach} rows "
                f"before, and these are padded (pad={self.pad!r}). Hand over the rows before "
                "together with the new ones, and take the last predictions; or say that they are "
                "those of fit (context='always'), or that none is known (context='never').",
            )
            return

    def _lags(self):
        """Return lags counted from the row itself."""
        lags = [lag for lag in self.lags if _is_number(lag) and lag >= 0]
        if len(lags) < len(self.lags) or len(set(lags)) < len(lags):
            raise ValueError(
                f"lags={self.lags!r} is not possible: it takes distinct whole numbers from 0 on, "
                "for a negative lag would be a later row."
            )
        unknown = [lag for lag in lags if lag < self.ahead]
        if unknown:
            raise ValueError(
                f"lags has {unknown[0]}, counted from ahead={self.ahead} rows after each row, and "
                f"that value is not known then: it takes lags of {self.ahead} or more."
            )
        return [int(lag) - self.ahead for lag in lags]

    def _positions(self, names, n_features):
        if self.columns is None:
            return list(range(n_features))
        found = []
        for column in self.columns:
            if not (isinstance(column, str) or _is_number(column)):
                raise ValueError(
                    f"columns={self.columns!r} has {column!r}: it takes names and numbers of "
                    "columns."
                )
            what = f"{column!r} in columns"
            found.append(position_of_feature(column, names, n_features, what))
            if found[-1] in found[:-1]:
                raise ValueError(
                    f"columns={self.columns!r} has a column twice, {column!r}: it takes distinct "
                    "ones."
                )
        return found

    def _check_reach(self, lags, rolling, n_timesteps):
        longest = _reach(lags, rolling) + 1
        if longest > n_timesteps:
            raise ValueError(
                f"lags={self.lags!r} and rolling={self.rolling!r} reach back over {longest} rows, "
                f"and X is windows of {n_timesteps}: take longer windows (lookback)."
            )

    def _features(self, X, found, before):
        names = self._names_out(step_features(X) or column_names(X))
        asked = self._lags(), check_rolling(self.rolling)
        with refuse_overflow("The statistics of X go"):
            more = found.in_order(
                self._of_windows(values, *asked)
                if values.ndim == 3
                else self._of_series(key, values, index, before.get(key), *asked)
                for key, index, values in found
            )
        if self._fitted_on_windows:
            newest = np.asarray(found.values[:, -1])
            whole = np.hstack([newest, more]) if self.passthrough else more
            return frame_like(whole, X, names) if is_frame(X) else whole
        if self.passthrough:
            own, n_own = self._like_series(found.values, X, found), len(names) - more.shape[1]
            given = column_names(own) or []
            if text_names(given) != given:
                own = own.set_axis(names[:n_own], axis=1)
            return with_columns(own, more, names[n_own:])
        return frame_like(more, X, names)

    def _regular(self, series, index, steps=None):
        """Return rows with a row for each absent label, and where those of the series stand."""
        rows, places = with_missing_steps(series, index, steps)
        if self.pad == "edge" and rows is not series:
            newest = np.searchsorted(places, np.arange(len(rows)), side="right") - 1
            rows = series[newest]
        return rows, places

    def _of_series(self, key, series, index, before, lags, rolling):
        steps, places = self._regular(series, index, self._steps_of(key))
        steps = steps[:, self._columns]
        n_steps, reach = len(steps), _reach(lags, rolling)
        before = steps[:0] if before is None else before[:, self._columns]
        rows = np.concatenate([before[max(0, len(before) - reach) :], steps])
        fill = np.nan if self.pad == "missing" else rows[0]
        rows = np.concatenate([np.full((reach + n_steps - len(rows), rows.shape[1]), fill), rows])
        rows = rows.astype(series.dtype, copy=False)

        def last(size, lag=0):
            """Return the rows up to each one, shape (size, n_steps, n_columns), a view."""
            first = reach - lag - size + 1
            view = np.lib.stride_tricks.sliding_window_view(rows[first:], n_steps, axis=0)
            return view[:size].transpose(0, 2, 1)

        return side_by_side(last, lags, rolling, steps)[places]

    def _of_windows(self, windows, lags, rolling):
        def last(size, lag=0):
            end = windows.shape[1] - lag
            rows = np.asarray(windows[:, end - size : end])[:, :, self._columns]
            return rows.transpose(1, 0, 2)

        self._check_reach(lags, rolling, windows.shape[1])
        return side_by_side(last, lags, rolling, windows[:, -1][:, self._columns])

    def _names_out(self, names, positions=None):
        positions = self._columns if positions is None else positions
        names = text_names([] if names is None else names)
        features = [name for name in names if name not in key_names(self.by)]
        if not features:
            features = [f"x{k}" for k in range(max(positions, default=-1) + 1)]
        chosen = [features[place] for place in positions]
        kinds = [f"lag_{lag}" for lag in self.lags]
        kinds += [f"rolling_{name}_{size}" for name, size in check_rolling(self.rolling)]
        more = [f"{name}_{kind}" for kind in kinds for name in chosen]
        if not self.passthrough:
            return more
        same = [name for name in more if name in set(names)]
        if same:
            raise ValueError(
                f"X has a column {same[0]!r} already, as a lag or statistic is called: rename it, "
                "leave the feature out, or take passthrough=False."
            )
        return [*names, *more]


def _is_number(value):
    return isinstance(value, Integral) and not isinstance(value, bool)


def _reach(lags, rolling):
    """Return how many rows before each one its features depend on."""
    return max([0, *lags, *(size - 1 for _, size in rolling)])
