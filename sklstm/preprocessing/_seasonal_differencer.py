"""Differences to the season before: `SeasonalDifferencer`."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from numbers import Integral
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import OneToOneFeatureMixin
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted

from sklstm.data import refuse_overflow
from sklstm.time_labels import IndexBeginning, label_text

from ._season_in_fit import season_in_fit
from ._series_transformer import SeriesTransformer, fit_task, with_missing_steps


@dataclass(frozen=True)
class SeasonalMemory:
    """What is remembered of a series, for each phase of the season.

    Parameters
    ----------
    first_rows, first_values : ndarray of shape (season, n_features)
        Row in which each phase was first observed, and its value; -1 and NaN where it never was.
    newest : ndarray of shape (season, n_features)
        The newest value of each phase, NaN where it never was observed.
    n_rows : int
        Number of rows.
    beginning : IndexBeginning or None
        The first label; None also in files that do not say.
    """

    first_rows: NDArray[np.int64]
    first_values: NDArray[np.float64]
    newest: NDArray[np.float64]
    n_rows: int
    beginning: IndexBeginning | None = None


class SeasonalDifferencer(OneToOneFeatureMixin, SeriesTransformer):
    r"""Replace each value of a series by its difference from the value one season before.

    .. math:: d_t = x_t - x_{t-m}

    with the season :math:`m`. A pattern that repeats is gone from the differences, and so is a
    level that moves: they are stationary where :math:`x` is a seasonal random walk [1]_. With
    ``season=1`` these are the ordinary first differences.

    Parameters
    ----------
    season : int or "auto", default="auto"
        Number of rows in a season. ``"auto"``: as `find_season` finds it in `fit`, which warns if
        there is none and takes first differences then.
    context : {"auto", "always", "never"}, default="auto"
        Whether the fitted rows are the season before the rows given to `transform`. ``"auto"``: if
        the index of the new rows continues the fitted one; without an index never. The
        rows given to `fit_transform` have no context.
    by : str or list of str, optional
        Column of a dataframe, or level of its index, that names the series to which a row belongs,
        where `X` holds several; a list of those that name it together. Each is differenced by
        itself; the season is that of all.

    Attributes
    ----------
    season_ : int
        The season that is used.
    n_features_in_ : int
        Number of columns of the series; a column `by` counts.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the columns, if `fit` saw a frame.

    See Also
    --------
    SeasonalAdjuster : Subtracts or divides by a fixed seasonal figure.
    find_season : Finds the season.
    PersistenceRegressor : The seasonal naive forecast, which a forecast of zero differences is.

    Notes
    -----
    The first season of a series has no value before it: its rows become missing steps (NaN). A
    missing value stays missing, and the next value of its phase is compared with the newest one
    before it. So one gap makes one gap, and the inverse is exact up to rounding.

    `inverse_transform` takes rows as `transform` gives them: those that continue the fitted
    ones, or rows that begin where the fitted ones begin, to which others may have been appended.
    The latter is how `Forecaster` puts its forecasts back: ``Forecaster(regressor,
    transformer=SeasonalDifferencer(12))`` forecasts differences and returns values. For a season
    that grows with the level, take logarithms first: ``make_pipeline(FunctionTransformer(np.log,
    np.exp), SeasonalDifferencer(12))``.

    References
    ----------
    .. [1] G. E. P. Box and G. M. Jenkins, "Time Series Analysis: Forecasting and Control",
       Holden-Day, 1970, chapter 9.

    Examples
    --------
    >>> import numpy as np
    >>> from sklstm import SeasonalDifferencer
    >>> X = np.array([[1.0], [5.0], [2.0], [7.0]])
    >>> differencer = SeasonalDifferencer(season=2)
    >>> differencer.fit_transform(X).ravel()
    array([nan, nan,  1.,  2.])
    >>> differencer.inverse_transform([[np.nan], [np.nan], [1.0], [2.0], [0.0]]).ravel()
    array([1., 5., 2., 7., 2.])
    """

    _saved_classes = (*SeriesTransformer._saved_classes, SeasonalMemory, IndexBeginning)

    _parameter_constraints = {
        "season": [Interval(Integral, 1, None, closed="left"), StrOptions({"auto"})],
        "context": [StrOptions({"auto", "always", "never"})],
        "by": [str, list, None],
    }

    def __init__(
        self,
        season: int | str = "auto",
        *,
        context: str = "auto",
        by: str | list[str] | None = None,
    ) -> None:
        self.season = season
        self.context = context
        self.by = by

    def fit(self, X: ArrayLike, y: Any = None) -> Self:
        """Find the season, if need be, and remember the first and the newest season of `X`.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_steps, n_features)
            The series, oldest row first.
        y : None
            Ignored.

        Returns
        -------
        self : SeasonalDifferencer
            The fitted transformer.

        Warns
        -----
        UserWarning
            If ``season="auto"`` finds none, or different ones in series of different frequencies.
        """
        self._fit(X, y)
        return self

    def fit_transform(self, X: ArrayLike, y: Any = None) -> Any:
        """Fit to `X` and return its differences.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_steps, n_features)
            The series, oldest row first.
        y : None
            Ignored.

        Returns
        -------
        differences : ndarray or dataframe of shape (n_steps, n_features)
            NaN in the first season; a frame for a frame, with its index.
        """
        found = self._fit(X, y)
        return self._like_series(found.in_order(self._differences(found, {})), X, found)

    def transform(self, X: ArrayLike) -> Any:
        """Return the differences of `X`, which may follow the fitted rows.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_steps, n_features)
            The series, oldest row first.

        Returns
        -------
        differences : ndarray or dataframe of shape (n_steps, n_features)
            A frame for a frame, with its index.
        """
        check_is_fitted(self)
        found = self._check_series(X)
        memories = self._memories(found)
        return self._like_series(found.in_order(self._differences(found, memories)), X, found)

    def inverse_transform(self, X: ArrayLike) -> Any:
        """Return the values whose differences are `X`.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_steps, n_features)
            Differences, oldest row first: rows that continue the fitted ones, or rows that begin
            where the fitted ones begin.

        Returns
        -------
        values : ndarray or dataframe of shape (n_steps, n_features)
            A frame for a frame, with its index.

        Raises
        ------
        ValueError
            If there is a difference where the fitted rows have nothing that it could be added to,
            labels neither continue nor begin with those of `fit`, or there is a series that `fit`
            has not seen.
        """
        check_is_fitted(self)
        found = self._check_series(X)
        memories, results = self._memories(found), []
        with refuse_overflow("The values whose seasonal differences are X go"):
            for key, index, differences in found:
                regular, places = with_missing_steps(differences, index, self._steps_of(key))
                values = self._values(key, index, regular, memories[key])[places]
                results.append(values.astype(differences.dtype, copy=False))
        return self._like_series(found.in_order(results), X, found, wrapped=False)

    def _beginning_at(self, values, n_steps):
        moved = copy.copy(self)
        moved._states = {None: _remember(values, self.season_)}
        return moved

    @fit_task
    def _fit(self, X):
        found = self._read_series(X)
        what_then = "first differences are taken, those of season=1"
        season = season_in_fit(self.season, found, what_then)
        memories = {
            key: _remember(with_missing_steps(values, index)[0], season, index)
            for key, index, values in found
        }
        self._remember(X, found, memories, season_=season)
        return found

    def _memories(self, found):
        """Return for each series what comes before its rows, None where nothing does."""
        memories = {key: self._state_before(key, index) for key, index, _ in found}
        if any(memory is not None for memory in memories.values()):
            self._refuse_changed("season")
        return memories

    def _differences(self, found, memories):
        with refuse_overflow("The seasonal differences of X go"):
            for key, index, values in found:
                regular, places = with_missing_steps(values, index, self._steps_of(key))
                memory = memories.get(key)
                offset = 0 if memory is None else memory.n_rows
                newest = None if memory is None else memory.newest
                differences = regular - _season_before(regular, newest, offset, self.season_)
                yield differences[places].astype(values.dtype, copy=False)

    def _values(self, key, index, differences, before):
        """Return values from their differences, after the fitted rows or from their first one on.

        Parameters
        ----------
        key : object
            Name of the series.
        index : pandas index or None
            Labels of the rows.
        differences : ndarray of shape (n_steps, n_features)
            What is to be added up.
        before : SeasonalMemory or None
            The fitted rows, if these follow them.
        """
        if before is not None:
            begins = np.where(np.isnan(before.newest), len(differences), 0)
            _refuse_without_base(differences, begins, before.n_rows)
            return _summed(differences, before.newest, before.n_rows)
        memory = self._states.get(key)
        if memory is None:
            raise ValueError(
                f"X has a series {key!r} that fit has not seen: nothing tells the values of its "
                "first season."
            )
        self._refuse_elsewhere(index, memory.beginning)
        never = memory.first_rows < 0
        _refuse_without_base(differences, np.where(never, len(differences), memory.first_rows + 1))
        increments = np.array(differences, dtype=np.float64)
        phases, columns = np.nonzero(~never & (memory.first_rows < len(increments)))
        rows = memory.first_rows[phases, columns]
        increments[rows, columns] = memory.first_values[phases, columns]
        return _summed(increments, np.full_like(memory.newest, np.nan), 0)

    def _refuse_elsewhere(self, index, beginning):
        """Refuse rows whose labels tell that they do not begin with the fitted ones."""
        if beginning is None or index is None:
            return
        if beginning.is_number and self.by is not None:
            return  # numbers of a panel are those of rows of a frame, of which each series has some
        if beginning.is_elsewhere(index):
            raise ValueError(
                f"X begins with {label_text(index[0])}, which neither continues the fitted rows "
                f"nor is their first label, {label_text(beginning.first[0])}: nothing tells the "
                "values of the season before, to which differences are added. inverse_transform "
                f"takes rows that continue the fitted ones (context={self.context!r} says when "
                "they do), or rows that begin with the fitted ones."
            )


def _refuse_without_base(differences: NDArray, begins: NDArray, offset: int = 0) -> None:
    """Raise a ValueError for a difference before the row from which its phase has a value.

    Parameters
    ----------
    differences : ndarray of shape (n_steps, n_features)
        Differences.
    begins : ndarray of shape (season, n_features)
        The first row of each phase that may hold one.
    offset : int, default=0
        Number of the first row, by which its phase is known.
    """
    rows = np.arange(len(differences))
    phases = (rows + offset) % len(begins)
    wrong = (~np.isnan(differences) & (rows[:, np.newaxis] < begins[phases])).any(axis=1)
    if wrong.any():
        raise ValueError(
            f"X has a difference in row {int(wrong.argmax())}, where the fitted rows have no value "
            f"one season ({len(begins)} rows) before that it could be added to. It takes rows that "
            "continue the fitted ones, by their index, or rows that begin with the fitted ones, "
            "as transform gives them."
        )


def _remember(values: NDArray, season: int, index: Any = None) -> SeasonalMemory:
    blocks = _in_seasons(values, 0, season)
    observed = ~np.isnan(blocks)
    any_observed = observed.any(axis=0)
    first = observed.argmax(axis=0)
    last = len(blocks) - 1 - observed[::-1].argmax(axis=0)
    phase, column = np.indices(first.shape)
    return SeasonalMemory(
        first_rows=np.where(any_observed, first * season + phase, -1),
        first_values=np.where(any_observed, blocks[first, phase, column], np.nan),
        newest=np.where(any_observed, blocks[last, phase, column], np.nan),
        n_rows=len(values),
        beginning=IndexBeginning.of(index),
    )


def _in_seasons(values: NDArray, offset: int, season: int) -> NDArray[np.float64]:
    """Return values as (n_seasons, season, n_features), NaN before the first and after the last."""
    before = offset % season
    n_seasons = max(1, -(-(before + len(values)) // season))
    blocks = np.full((n_seasons * season, values.shape[1]), np.nan)
    blocks[before : before + len(values)] = values
    return blocks.reshape(n_seasons, season, -1)


def _season_before(
    values: NDArray, newest: NDArray | None, offset: int, season: int
) -> NDArray[np.float64]:
    """Return for each row the newest value of its phase before it."""
    blocks = _in_seasons(values, offset, season)
    head = np.full(blocks.shape[1:], np.nan) if newest is None else newest
    known = np.concatenate([head[np.newaxis], blocks])
    places = np.where(np.isnan(known), 0, np.arange(len(known))[:, np.newaxis, np.newaxis])
    newest_place = np.maximum.accumulate(places, axis=0)
    filled = np.take_along_axis(known, newest_place, axis=0)[:-1].reshape(-1, values.shape[1])
    return filled[offset % season :][: len(values)]


def _summed(increments: NDArray, newest: NDArray, offset: int) -> NDArray[np.float64]:
    """Return values whose increments from season to season are given."""
    season = len(newest)
    blocks = _in_seasons(increments, offset, season)
    steps = np.concatenate([newest[np.newaxis], blocks])
    values = np.where(np.isnan(steps), 0.0, steps).cumsum(axis=0)[1:]
    rows = np.where(np.isnan(blocks), np.nan, values).reshape(-1, increments.shape[1])
    return rows[offset % season :][: len(increments)]
