"""What a regressor sees at each step of a window: the series, and exogenous columns beside it."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Features:
    """Which columns stand side by side in the rows of windows.

    Row ``s`` holds the series at ``s``, past exogenous columns at ``s``, and for each exogenous
    column known in advance its values at ``s + horizon``, ``s + horizon - lookback`` and so on as
    long as these are later than ``s``. So the window that ends with row ``t`` holds all the values
    known in advance of the rows that are predicted from it, ``t + 1`` to ``t + horizon``.

    Parameters
    ----------
    lookback : int
        Number of rows in a window.
    horizon : int
        How many rows a regressor predicts at once.
    past, known : ndarray of int
        Places of the exogenous columns of either kind.
    """

    lookback: int
    horizon: int
    past: np.ndarray
    known: np.ndarray

    @property
    def leads(self):
        """By how many rows values known in advance are moved forward."""
        return list(range(self.horizon, 0, -self.lookback))

    def rows(self, values, exog, future=None):
        """Return the rows of windows of one series.

        Parameters
        ----------
        values : ndarray of shape (n_steps, n_columns)
            The series, transformed.
        exog : ndarray of shape (n_steps, n_exog)
            Exogenous columns.
        future : ndarray of shape (n_future, n_known), optional
            Values known in advance of the rows after these.

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
        rows = np.full((len(known), n_past + known.shape[1] * len(self.leads)), np.nan)
        rows[:n_steps, :n_columns] = values
        rows[:n_steps, n_columns:n_past] = exog[:, self.past]
        for number, lead in enumerate(self.leads):
            first = n_past + number * known.shape[1]
            rows[: -lead or None, first : first + known.shape[1]] = known[lead:]
        return rows

    def mark_missing(self, rows, n_columns):
        """Make all features of missing steps NaN, in place.

        Parameters
        ----------
        rows : ndarray of shape (..., n_features)
            As from `rows`, up to the last known one.
        n_columns : int
            Columns of the series.
        """
        unknown = np.isnan(rows[..., : n_columns + len(self.past)]).any(axis=-1)
        rows[unknown] = np.nan

    def buffers(self, rows, origins, steps, n_columns):
        """Return the rows of windows that a forecast goes through.

        Parameters
        ----------
        rows : ndarray of shape (n_rows, n_features)
            As from `rows`.
        origins : ndarray of shape (n_origins,)
            Last known row of each forecast.
        steps : int
            How many rows will be predicted.
        n_columns : int
            Columns of the series.

        Returns
        -------
        buffers : ndarray of shape (n_origins, lookback + steps, n_features)
            From ``lookback - 1`` rows before each origin on. Missing steps up to the origin are NaN
            in all features. Beyond it the series is to be filled in, and past exogenous columns
            repeat their last values.
        """
        place = origins[:, np.newaxis] + np.arange(1 - self.lookback, steps + 1)
        buffers = np.full((*place.shape, rows.shape[1]), np.nan)
        inside = place < len(rows)
        buffers[inside] = rows[place[inside]]
        self.mark_missing(buffers[:, : self.lookback], n_columns)
        buffers[:, self.lookback :, :n_columns] = np.nan
        n_past = n_columns + len(self.past)
        if len(self.past):
            last = _last_observed(rows[:, n_columns:n_past], origins)
            buffers[:, self.lookback :, n_columns:n_past] = last[:, np.newaxis]
        return buffers


def _last_observed(columns, origins):
    """Return the newest row up to each origin that is not NaN."""
    place = np.where(np.isnan(columns).any(axis=1), -1, np.arange(len(columns)))
    return columns[np.maximum.accumulate(place)[origins]]
