"""Features of each step of a window: the series and its exogenous columns."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sklstm.preprocessing import CalendarFeatures

from ._joined import ends_of, joined


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
        out: np.ndarray | None = None,
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
        out : ndarray of shape (n_steps + n_future, n_features), optional
            What is written to, and returned.

        Returns
        -------
        rows : ndarray of shape (n_steps + n_future, n_features)
            After the last step only values known in advance stand in them. What nobody knows is
            NaN.
        """
        n_steps, n_columns = values.shape
        known = exog[:, self.known]
        if future is not None:
            known = np.concatenate([known, future])
        n_past = n_columns + len(self.past)
        rows = np.empty((len(known), self.n_features(n_columns))) if out is None else out
        rows[:] = np.nan
        if self.n_static:
            rows[:, -self.n_static :] = static
        rows[:n_steps, :n_columns] = values
        if len(self.past):
            rows[:n_steps, n_columns:n_past] = exog[:, self.past]
        for number, lead in enumerate(self.leads):
            first = n_past + number * known.shape[1]
            rows[: -lead or None, first : first + known.shape[1]] = known[lead:]
        return rows

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


def padded_front(table: np.ndarray, n_rows: int) -> np.ndarray:
    """Return a table with missing steps in front."""
    return np.concatenate([np.full((n_rows, table.shape[1]), np.nan), table]) if n_rows else table
