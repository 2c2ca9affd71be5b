"""Seasonal adjustment with an exact inverse: `SeasonalAdjuster`."""

from __future__ import annotations

import copy
from dataclasses import replace
from numbers import Integral
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import OneToOneFeatureMixin
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted

from sklstm.data import refuse_overflow
from sklstm.time_labels import IndexBeginning

from ._decompose import decompose
from ._season_in_fit import season_in_fit
from ._seasonal_figure import SeasonalFigure
from ._series_transformer import SeriesTransformer, fit_task, with_missing_steps


class SeasonalAdjuster(OneToOneFeatureMixin, SeriesTransformer):
    r"""Take a fixed seasonal component out of a series, and put it back.

    .. math:: a_t = x_t - s_{t \bmod m} \quad \text{or} \quad a_t = x_t / s_{t \bmod m}

    with the season :math:`m`. The figure :math:`s` is that of a classical decomposition [1]_, [2]_:
    the trend is a centred moving average over a season, and :math:`s` the mean of each phase of
    what the trend leaves, centred to a mean of 0 (additive) or 1 (multiplicative). A trend stays
    in the adjusted series.

    Parameters
    ----------
    season : int or "auto", default="auto"
        Number of rows in a season. ``"auto"``: as `find_season` finds it in `fit`, which warns if
        there is none and then leaves the series as it is.
    model : {"auto", "additive", "multiplicative"}, default="auto"
        Whether the season is a summand, or a factor, which grows with the level and takes positive
        values. ``"auto"``: a factor if all values are positive and trend and season then leave a
        smaller sum of squares, otherwise a summand.
    context : {"auto", "always", "never"}, default="auto"
        Where in the season the rows given to `transform` begin. ``"auto"``: where their index
        tells, whether they lie before, among or after the fitted ones; without an index they must
        be the fitted rows, to which others may have been appended. ``"always"``: they are the
        rows after the fitted ones. ``"never"``: they begin in the phase in which these began.
    by : str or list of str, optional
        Column of a dataframe, or level of its index, that names the series to which a row belongs,
        where `X` holds several; a list of those that name it together. Each has a figure of its
        own; season and model are those of all.

    Attributes
    ----------
    season_ : int
        The season that is used; 1 if there is none.
    model_ : {"additive", "multiplicative"}
        The model that is used.
    seasonal_ : ndarray of shape (season_, n_features), or dict of them
        The figure, from the phase of the first fitted row on; with `by` that of each series by its
        name.
    n_features_in_ : int
        Number of columns of the series; a column `by` counts.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the columns, if `fit` saw a frame.

    See Also
    --------
    SeasonalDifferencer : Subtracts the value one season before.
    find_season : Finds the season.

    Notes
    -----
    The figure is estimated in `fit`, from the rows given there alone, and is the same for all rows:
    adjusted training rows know those after them, as they do behind a `StandardScaler`; rows of a
    test fold never enter. For a season that changes, take `SeasonalDifferencer`.

    A series of less than two seasons is left as it is, and so are phases without a value in `fit`,
    with a warning. Missing values stay missing; within `fit` they are interpolated between the
    values of their phase. Rows are counted by the index where it has a frequency. Hours are counted
    as they pass: where clocks change, a figure of 24 is an hour off until they change back. Days
    without trading are not counted.

    For seasons of several lengths, such as days and weeks of hours, one adjuster follows the other
    in a pipeline. ``Forecaster(regressor, transformer=SeasonalAdjuster())`` forecasts adjusted
    values and returns values in the units of the series.

    References
    ----------
    .. [1] M. G. Kendall and A. Stuart, "The Advanced Theory of Statistics", volume 3, Griffin,
       1966, chapter 46.
    .. [2] R. J. Hyndman and G. Athanasopoulos, "Forecasting: Principles and Practice", third
       edition, OTexts, 2021, section 3.4.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklstm import SeasonalAdjuster
    >>> quarters = pd.period_range("2020Q1", periods=12, freq="Q")
    >>> sales = pd.DataFrame({"sales": [1.0, 6.0, 3.0, 6.0] * 3}, index=quarters)
    >>> adjuster = SeasonalAdjuster(season=4, model="additive").fit(sales)
    >>> adjuster.seasonal_.ravel()
    array([-3.,  2., -1.,  2.])
    >>> later = pd.period_range("2024Q2", periods=2, freq="Q")  # the first quarter is unknown
    >>> adjuster.inverse_transform(pd.DataFrame({"sales": [4.0, 5.0]}, index=later))
            sales
    2024Q2    6.0
    2024Q3    4.0
    """

    _saved_classes = (*SeriesTransformer._saved_classes, SeasonalFigure, IndexBeginning)

    _parameter_constraints = {
        "season": [Interval(Integral, 1, None, closed="left"), StrOptions({"auto"})],
        "model": [StrOptions({"auto", "additive", "multiplicative"})],
        "context": [StrOptions({"auto", "always", "never"})],
        "by": [str, list, None],
    }

    def __init__(
        self,
        season: int | str = "auto",
        *,
        model: str = "auto",
        context: str = "auto",
        by: str | list[str] | None = None,
    ) -> None:
        self.season = season
        self.model = model
        self.context = context
        self.by = by

    def fit(self, X: ArrayLike, y: Any = None) -> Self:
        """Estimate the seasonal component of `X`.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_steps, n_features)
            The series, oldest row first.
        y : None
            Ignored.

        Returns
        -------
        self : SeasonalAdjuster
            The fitted transformer.

        Raises
        ------
        ValueError
            If ``model="multiplicative"`` meets a value that is not positive.

        Warns
        -----
        UserWarning
            If ``season="auto"`` finds none, or different ones in series of different frequencies.
        """
        self._fit(X, y)
        return self

    def fit_transform(self, X: ArrayLike, y: Any = None) -> Any:
        """Fit to `X` and return it without its season.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_steps, n_features)
            The series, oldest row first.
        y : None
            Ignored.

        Returns
        -------
        adjusted : ndarray or dataframe of shape (n_steps, n_features)
            A frame for a frame, with its index.
        """
        found = self._fit(X, y)
        first = dict.fromkeys(found.indices, 0)
        return self._like_series(self._combined(found, first, back=False), X, found)

    def transform(self, X: ArrayLike) -> Any:
        """Return `X` without its season.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_steps, n_features)
            The series, oldest row first.

        Returns
        -------
        adjusted : ndarray or dataframe of shape (n_steps, n_features)
            A frame for a frame, with its index.

        Raises
        ------
        ValueError
            If nothing tells where in the season the rows begin, or a series is one that `fit` has
            not seen.
        """
        found = self._found(X)
        first = {key: self._first(key, index, rows) for key, index, rows in found}
        return self._like_series(self._combined(found, first, back=False), X, found)

    def inverse_transform(self, X: ArrayLike) -> Any:
        """Return `X` with its season.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_steps, n_features)
            Adjusted rows, oldest first, wherever they lie.

        Returns
        -------
        values : ndarray or dataframe of shape (n_steps, n_features)
            A frame for a frame, with its index.

        Raises
        ------
        ValueError
            As in `transform`.
        """
        found = self._found(X)
        first = {key: self._first(key, index, rows, adjusted=True) for key, index, rows in found}
        return self._like_series(self._combined(found, first, back=True), X, found, wrapped=False)

    def _beginning_at(self, values, n_steps):
        state = self._states[None]
        if n_steps is None:
            n_steps = 0 if self._begins_like_fitted(state, values, False, None) else None
        if n_steps is None and not state.is_flat:
            _refuse_doubt(None, None)
        moved = copy.copy(self)
        figure = np.roll(state.figure, -(n_steps or 0), axis=0)
        moved._states = {None: replace(state, figure=figure)}
        return moved

    @property
    def seasonal_(self) -> Any:
        """The figure of the season, with `by` that of each series."""
        check_is_fitted(self)
        figures = {key: state.figure.copy() for key, state in self._states.items()}
        return figures[None] if self._fitted_with["by"] is None else figures

    @fit_task
    def _fit(self, X):
        found = self._read_series(X)
        rows = {key: with_missing_steps(values, index)[0] for key, index, values in found}
        season = season_in_fit(self.season, found, "it is left as it is (season_=1)")
        model, figures = decompose(rows, season, self.model, found.columns_of(X))
        states = {
            key: SeasonalFigure.of(figures[key], rows[key], IndexBeginning.of(index))
            for key, index, _ in found
        }
        self._remember(X, found, states, season_=season, model_=model)
        return found

    def _found(self, X):
        check_is_fitted(self)
        self._refuse_changed("season", "model")
        found = self._check_series(X)
        for key, index in found.indices.items():
            if key not in self._states and self.season_ > 1:
                raise ValueError(
                    f"X has a series {key!r} that fit has not seen: nothing tells its season. Fit "
                    "to rows of it, too."
                )
            self._refuse_between(key, index)
        return found

    def _refuse_between(self, key, index):
        """Refuse labels between the steps of the fitted index, such as hours where these are days.

        They would be counted like rows.
        """
        steps = self._steps_of(key)
        label = None if steps is None or self.season_ == 1 else steps.first_between(index)
        if label is not None:
            raise ValueError(
                f"X has the label {label}, between two steps of the index of fit, whose step is "
                f"{steps.step!r}: nothing tells its place in the season. Give rows at the times "
                "of these steps (resample)."
            )

    def _first(self, key, index, rows, adjusted=False):
        """Return the number of the first row, counted from the first fitted one."""
        state = self._states.get(key)
        if state is None or state.is_flat or self.context == "never":
            return 0
        if self.context == "always":
            return state.n_rows
        end = self._index_ends.get(key)
        if end is not None and end.is_continued_by(index):
            return state.n_rows
        first = self._told_by_labels(key, index, state.beginning)
        if first is None or state.beginning.may_be_counted_anew(index):
            n_before = -(first or 0)
            same = self._begins_like_fitted(state, rows[n_before:], adjusted, first)
            first = -n_before if same else None
        if first is None:
            _refuse_doubt(key, index)
        return first

    def _told_by_labels(self, key, index, beginning):
        # Numbers of a panel are those of rows of a frame, of which each series has some.
        if beginning is None or (beginning.is_number and self.by is not None):
            return None
        return beginning.steps_to(index, self._steps_of(key))

    def _begins_like_fitted(self, state, rows, adjusted, first):
        """Return whether rows begin with the values of the fitted ones."""
        head = state.head
        if adjusted:
            head = self._adjusted(head, state.of_rows(np.arange(len(head))), back=False)
        # Labels that agree need fewer rows that do, but one at least.
        n_rows = len(head) if first is None else min(len(head), max(1, len(rows)))
        # What was adjusted and scaled, and has come back, has been rounded.
        size = 1e-9 * float(np.nanmax(np.abs(head), initial=0.0))
        return len(rows) >= n_rows and np.allclose(
            rows[:n_rows], head[:n_rows], rtol=1e-5, atol=size, equal_nan=True
        )

    def _combined(self, found, first, back):
        """Return all rows without their season, or with it (`back`), in the order of `X`."""
        what = "The values of X with their season go" if back else "The adjusted values of X go"
        with refuse_overflow(what):
            return found.in_order(self._each(found, first, back))

    def _each(self, found, first, back):
        for key, index, values in found:
            state = self._states.get(key)
            if state is None:
                yield values.copy()
                continue
            regular, places = with_missing_steps(values, index, self._steps_of(key))
            numbers = first[key] + np.arange(len(regular))[places]
            rows = self._adjusted(values.astype(np.float64), state.of_rows(numbers), back)
            yield rows.astype(values.dtype, copy=False)

    def _adjusted(self, values, season, back):
        if self.model_ == "multiplicative":
            return values * season if back else values / season
        return values + season if back else values - season


def _refuse_doubt(key, index):
    of = "" if key is None else f" of series {key!r}"
    what = "no index" if index is None else f"an index that begins with {index[0]}"
    raise ValueError(
        f"Nothing tells where in the season the rows{of} in X begin: X has {what}, and does not "
        "begin with the rows of fit. Give frames with an index of regular times to fit and to "
        "this method (a step before may keep them: set_output(transform='pandas')); or say that "
        "rows are those after the fitted ones (context='always'), or begin in the phase in which "
        "these began (context='never')."
    )
