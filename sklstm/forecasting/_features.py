"""Features of each step of a window: the series and its exogenous columns."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sklstm.preprocessing import CalendarFeatures

from ._joined import ends_of, joined, pieces


@dataclass(frozen=True)
class Features:
    """The columns that make up the rows of windows.

    Row ``s`` holds the series at ``s``, past exogenous columns at ``s``, and for each exogenous
    column known in advance its values at ``s + horizon``, ``s + horizon - lookback`` and so on as
    long as these are later than ``s``. So the window that ends with row ``t`` holds all the values
    known in advance of the rows that are predicted from it, ``t + 1`` to ``t + horizon``. With
    `keeps_past` the value at ``s`` itself comes last, so that what it did to the series is seen.

    Parameters
    ----------
    lookback : int
        Number of rows in a window.
    horizon : int
        How many rows a regressor predicts at once.
    past, known : ndarray of int
        Places of the exogenous columns of either kind.
    before : int, default=0
        How many rows more are known in front of a window, for differences to the season before.
    pads : bool, default=False
        Whether windows may begin before the first row of a series, with missing steps.
    takes_nan : bool, default=False
        Whether exogenous values may be NaN, and are no missing step then.
    calendar : CalendarFeatures, optional
        What the last of the known columns are computed from.
    keeps_past : bool, default=False
        Whether values known in advance stand at their own rows as well; of older files they do not.
    n_static : int, default=0
        Numbers that describe a series, which stand behind all others in each of its rows.
    """

    lookback: int
    horizon: int
    past: np.ndarray
    known: np.ndarray
    before: int = 0
    pads: bool = False
    takes_nan: bool = False
    calendar: CalendarFeatures | None = None
    keeps_past: bool = False
    n_static: int = 0

    @property
    def n_rows(self) -> int:
        """Number of rows of a window, with those in front of it."""
        return self.lookback + self.before

    @property
    def first_origin(self) -> int:
        """The first row of a series that a forecast can be made from."""
        return 0 if self.pads else self.n_rows - 1

    @property
    def fewest_observed(self) -> int:
        """How many rows a window of training has at least: half of them if it may be padded."""
        return -(-self.lookback // 2) if self.pads else self.n_rows

    @property
    def n_padded(self) -> int:
        """Missing steps that windows of training may begin with."""
        return self.n_rows - self.fewest_observed

    @property
    def leads(self) -> list[int]:
        """By how many rows values known in advance are moved forward."""
        leads = list(range(self.horizon, 0, -self.lookback))
        return [*leads, 0] if self.keeps_past else leads

    @property
    def exog_parts(self) -> list[tuple[np.ndarray, int]]:
        """Which exogenous columns stand in rows, and by how many rows they are moved forward."""
        return [(self.past, 0), *((self.known, lead) for lead in self.leads)]

    def n_features(self, n_columns: int) -> int:
        """Return the number of features of each step for a series of so many columns."""
        return n_columns + len(self.past) + len(self.known) * len(self.leads) + self.n_static

    def rows(
        self,
        values: np.ndarray,
        exog: np.ndarray,
        future: np.ndarray | None = None,
        static: np.ndarray | None = None,
    ) -> np.ndarray:
        """Return the rows of windows of one series.

        Parameters
        ----------
        values : ndarray of shape (n_steps, n_columns)
            The series, transformed.
        exog : ndarray of shape (n_steps, n_exog)
            Exogenous columns.
        future : ndarray of shape (n_future, n_known), optional
            Values known in advance of the rows after these.
        static : ndarray of shape (n_static,), optional
            What describes the series.

        Returns
        -------
        rows : ndarray of shape (n_steps + n_future, n_features)
            After the last step only values known in advance stand in them. What nobody knows is
            NaN.
        """
        return self.rows_of_all([values], [exog], [future], [static])[0]

    def rows_of_all(
        self,
        values: Sequence[np.ndarray],
        exog: Sequence[np.ndarray],
        futures: Sequence[np.ndarray | None],
        static: Sequence[np.ndarray | None],
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the rows of windows of several series, one behind the other.

        Parameters
        ----------
        values, exog, futures, static : list
            Of each series what `rows` takes.

        Returns
        -------
        rows : ndarray of shape (n_all_rows, n_features)
            As from `rows`.
        ends : ndarray of shape (n_series + 1,)
            Where those of each series begin, and where the last ones end.
        """
        n_steps = np.array([len(own) for own in values])
        n_future = np.array([0 if own is None else len(own) for own in futures])
        n_columns, ends = values[0].shape[1], ends_of(n_steps + n_future)
        n_past = n_columns + len(self.past)
        rows = np.full((ends[-1], self.n_features(n_columns)), np.nan)
        in_past = _ranges(ends[:-1], n_steps)
        rows[in_past, :n_columns] = joined(values)
        if not len(self.past) + len(self.known) + self.n_static:
            return rows, ends
        given = joined(exog)
        if len(self.past):
            rows[in_past, n_columns:n_past] = given[:, self.past]
        if len(self.known):
            known = np.empty((len(rows), len(self.known)))
            known[in_past] = given[:, self.known]
            known[_ranges(ends[:-1] + n_steps, n_future)] = np.concatenate(
                [own for own in futures if own is not None] or [known[:0]]
            )
            self._put_ahead(rows[:, n_past : n_past + self._n_ahead], known, ends)
        if self.n_static:
            rows[:, -self.n_static :] = np.repeat(np.array(static), np.diff(ends), axis=0)
        return rows, ends

    @property
    def _n_ahead(self):
        """How many features are values known in advance."""
        return len(self.known) * len(self.leads)

    def _put_ahead(self, rows, known, ends):
        """Write values known in advance into rows of series, some rows before their own."""
        n_left = np.repeat(ends[1:], np.diff(ends)) - np.arange(len(rows))  # to the end of a series
        for number, lead in enumerate(self.leads):
            columns = slice(number * known.shape[1], (number + 1) * known.shape[1])
            rows[: -lead or None, columns] = known[lead:]
            rows[n_left <= lead, columns] = np.nan  # these are of the next series

    def is_missing(self, rows: np.ndarray) -> np.ndarray:
        """Return which rows, of shape (..., n_features), have NaN where they must not have it."""
        if self.takes_nan:
            n_exog = len(self.past) + len(self.known) * len(self.leads) + self.n_static
            rows = rows[..., : rows.shape[-1] - n_exog]
        return np.isnan(rows).any(axis=-1)

    def mark_missing(self, rows: np.ndarray, n_columns: int) -> None:
        """Make all features of missing steps NaN, in place.

        Parameters
        ----------
        rows : ndarray of shape (..., n_features)
            As from `rows`, up to the last known one.
        n_columns : int
            Columns of the series.
        """
        n_decisive = n_columns if self.takes_nan else n_columns + len(self.past)
        unknown = np.isnan(rows[..., :n_decisive]).any(axis=-1)
        rows[unknown] = np.nan

    def buffers(
        self,
        tables: Sequence[np.ndarray],
        origins: Sequence[np.ndarray],
        steps: int,
        n_columns: int,
    ) -> np.ndarray:
        """Return the rows of windows that forecasts of several series go through.

        Parameters
        ----------
        tables : list of ndarray of shape (n_rows, n_features)
            For each series its rows, as from `rows`.
        origins : list of ndarray of shape (n_origins,)
            For each series the last known row of each forecast.
        steps : int
            How many rows will be predicted.
        n_columns : int
            Columns of the series.

        Returns
        -------
        buffers : ndarray of shape (n_all_origins, n_rows + steps, n_features)
            From ``n_rows - 1`` rows before each origin on. Missing steps up to the origin are NaN
            in all features. Beyond it the series is to be filled in, and past exogenous columns
            repeat their last values.
        """
        rows, firsts = joined(tables), ends_of([len(table) for table in tables])
        series = np.repeat(np.arange(len(tables)), [len(one) for one in origins])
        begins, ends = firsts[series], firsts[series + 1]
        newest = begins + np.concatenate(origins)
        place = newest[:, np.newaxis] + np.arange(1 - self.n_rows, steps + 1)
        outside = (place < begins[:, np.newaxis]) | (place >= ends[:, np.newaxis])
        place[outside] = 0
        buffers = rows[place]
        buffers[outside] = np.nan
        self.mark_missing(buffers[:, : self.n_rows], n_columns)
        buffers[:, self.n_rows :, :n_columns] = np.nan
        n_past = n_columns + len(self.past)
        if len(self.past):
            last = _last_observed(rows[:, n_columns:n_past], firsts, newest)
            buffers[:, self.n_rows :, n_columns:n_past] = last[:, np.newaxis]
        if self.n_static:
            static = rows[ends - 1, -self.n_static :]
            buffers[:, self.n_rows :, -self.n_static :] = static[:, np.newaxis]
        return buffers


def _ranges(begins, lengths):
    """Return the numbers of rows in some pieces of a table; a slice if they are all of them."""
    whole = np.concatenate([begins[1:], [begins[-1] + lengths[-1]]])
    if begins[0] == 0 and np.array_equal(begins + lengths, whole):
        return slice(0, int(whole[-1]))
    return np.repeat(begins - ends_of(lengths)[:-1], lengths) + np.arange(lengths.sum())


def _last_observed(columns, firsts, newest):
    """Return the newest value of each column up to some rows that is not NaN.

    It is of the same series, which begin at `firsts`.
    """
    begins = np.repeat(firsts[:-1], np.diff(firsts))[:, np.newaxis]
    place = np.where(np.isnan(columns), begins, np.arange(len(columns))[:, np.newaxis])
    return np.take_along_axis(columns, np.maximum.accumulate(place)[newest], axis=0)


def newest_pairs(places, fraction, gap):
    """Split pairs in time, so that neither windows nor targets straddle.

    Parameters
    ----------
    places : ndarray of shape (n_samples, 2)
        As from `training_pairs`.
    fraction : float in (0, 1)
        Share of the newest pairs.
    gap : int
        By how many rows the last window of a series ends before its first one of the newest.

    Returns
    -------
    first, last : ndarray of int
        The older pairs, without those in the gap, and the newest.

    Raises
    ------
    ValueError
        If no older ones are left.
    """
    n_newest = max(1, round(fraction * len(places)))
    older, newest = places[:-n_newest], places[-n_newest:]
    begin = np.full(int(places[:, 0].max()) + 1, np.iinfo(np.int64).max)
    np.minimum.at(begin, newest[:, 0], newest[:, 1])
    # A series without newest pairs has ended before, and keeps all of its own.
    first = np.flatnonzero(older[:, 1] <= begin[older[:, 0]] - gap)
    if not len(first):
        raise ValueError(
            f"early_stopping=True leaves nothing to learn from: of {len(places)} windows "
            f"validation_fraction={fraction} holds back {n_newest}, and the {gap} rows before them "
            "share steps or targets with them. Give longer series, a smaller validation_fraction "
            "or early_stopping=False."
        )
    return first, np.arange(len(older), len(places))


def readable_windows(rows: np.ndarray, features: Features, takes_nan: bool) -> np.ndarray:
    """Tell which windows of a series a regressor can read, from the first full one on.

    Parameters
    ----------
    rows : ndarray of shape (n_steps, n_features)
        As from `Features.rows`.
    features : Features
        Says how long windows are.
    takes_nan : bool
        Whether windows may have missing steps: then one that is observed is enough.

    Returns
    -------
    readable : ndarray of shape (n_steps - n_rows + 1,), bool
        One for each window.
    """
    size = features.lookback if takes_nan else features.n_rows
    missing = features.is_missing(rows)
    count = np.concatenate([[0], np.cumsum(missing)])
    n_missing = (count[size:] - count[:-size])[features.n_rows - size :]
    return n_missing < (size if takes_nan else 1)


def readable_origins(
    rows: np.ndarray,
    begins: np.ndarray,
    n_steps: Sequence[int],
    features: Features,
    takes_nan: bool,
) -> list[np.ndarray]:
    """Return the last rows of the windows of several series that a regressor can read.

    Parameters
    ----------
    rows : ndarray of shape (n_all_rows, n_features)
        As from `Features.rows_of_all`.
    begins : ndarray of shape (n_series,)
        Where the rows of each series begin.
    n_steps : list of int
        How many of them are known.
    features : Features
        Says how long windows are, and whether they may begin before their series does.
    takes_nan : bool
        Whether windows may have missing steps: then one that is observed is enough.

    Returns
    -------
    origins : list of ndarray of int
        For each series, counted within it.
    """
    size = features.lookback if takes_nan else features.n_rows
    n_missing = np.concatenate([[0], np.cumsum(features.is_missing(rows))])
    lengths = np.maximum(np.asarray(n_steps) - features.first_origin, 0)
    firsts = ends_of(lengths)
    series = np.repeat(np.arange(len(lengths)), lengths)
    origins = features.first_origin + np.arange(firsts[-1]) - firsts[series]
    begin = np.maximum(origins + 1 - size, 0)
    n_in_front = begin - (origins + 1 - size)  # rows before the series are missing as well
    at = begins[series]
    n_unread = n_missing[at + origins + 1] - n_missing[at + begin] + n_in_front
    readable = n_unread < (size if takes_nan else 1)
    n_readable = np.bincount(series[readable], minlength=len(lengths))
    return pieces(origins[readable], ends_of(n_readable))


def padded_front(table: np.ndarray, n_rows: int) -> np.ndarray:
    """Return a table with missing steps in front."""
    return np.concatenate([np.full((n_rows, table.shape[1]), np.nan), table]) if n_rows else table
