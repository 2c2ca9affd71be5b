"""The average of forecasts with those of the Theta method: `ThetaPart`."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ._joined import ends_of, joined
from ._path import Path
from ._theta import theta_forecasts

MOST_ROWS = 400  # that are read; a series of more is not short
_SERIES_AT_A_TIME = 1024  # what stays in the cache is quicker


@dataclass(frozen=True)
class ThetaPart:
    """What forecasts are averaged with: those of the Theta method, of each series by itself.

    It has no state: from any row the rows up to it are read, 400 at most. A series of less than two
    seasons has no such forecast, and keeps that of the regressor.

    Parameters
    ----------
    season : int
        Rows in a season; 1 for none.
    weights : list of float
        Weight of the Theta method for each column of the series.
    amounts : bool, default=True
        Whether zero stands for nothing, as it does without a transformer.
    """

    season: int
    weights: list[float]
    amounts: bool = True

    def forecasts(
        self, origins: Sequence[np.ndarray], values: Sequence[np.ndarray], steps: int
    ) -> np.ndarray:
        """Return forecasts from all origins, one series after the other.

        Parameters
        ----------
        origins : list of ndarray of shape (n_origins,)
            Last known row of each forecast.
        values : list of ndarray of shape (n_steps, n_columns)
            The transformed series of each.
        steps : int
            How many rows to forecast.

        Returns
        -------
        forecasts : ndarray of shape (n_all_origins, steps, n_columns)
            NaN where rows are too few, and in columns without weight.
        """
        newest = np.concatenate(origins)
        begins = ends_of([len(own) for own in values])[:-1]
        places = np.repeat(begins, [len(own) for own in origins]) + newest
        counts = np.minimum(newest + 1, MOST_ROWS)
        alike = np.argsort(counts, kind="stable")  # then few rows have to be made up
        found = np.full((len(newest), steps, len(self.weights)), np.nan)
        for column in np.flatnonzero(self.weights):
            whole = np.ascontiguousarray(joined(values)[:, column])
            for first in range(0, len(alike), _SERIES_AT_A_TIME):
                some = alike[first : first + _SERIES_AT_A_TIME]
                rows = _rows_up_to(whole, places[some], counts[some])
                found[some, :, column] = theta_forecasts(
                    rows.T, steps, self.season, amounts=self.amounts
                )
        return found


def _rows_up_to(whole, places, counts):
    """Return so many rows up to some places, (n_rows, n_places), with NaN in front of fewer."""
    back = np.arange(counts.max())[::-1, np.newaxis]
    rows = whole.take(places - back, mode="clip")
    rows[back >= counts] = np.nan
    return rows


def average_with_theta(
    model: Any,
    paths: Sequence[Path],
    values: Sequence[np.ndarray],
    firsts: Sequence[int],
    found: np.ndarray,
) -> None:
    """Average forecasts with those of the Theta method, in place.

    Paths to which errors are added move as their forecasts without errors do, so that their spread
    is kept.

    Parameters
    ----------
    model : ForecastModel
        That has a `ThetaPart`.
    paths : list of Path
        Where forecasts begin.
    values : list of ndarray of shape (n_steps - first, n_columns)
        The series of each from some row on, transformed.
    firsts : list of int
        The first of these rows.
    found : ndarray of shape (n_all_origins, steps, n_columns)
        What the regressor forecasts, on the scale of transformers.
    """
    steps, alone, each, by_regressor = found.shape[1], paths, slice(None), found
    if any(path.noise is not None for path in paths):
        alone, each = _without_noise(paths)
        predicted = replace(model, theta=None).forecast(alone, steps, restored=False)
        by_regressor = np.concatenate(predicted)
    origins = [path.origins - first for path, first in zip(alone, firsts, strict=True)]
    moved = model.theta.forecasts(origins, values, steps)  # in place: paths are many
    moved -= by_regressor
    moved *= model.theta.weights
    moved[~np.isfinite(moved)] = 0.0
    for step in range(steps):
        found[:, step] += moved[each, step]


def _without_noise(paths):
    """Return paths with each origin once and no errors, and the place of each origin in these."""
    begun = [np.unique(path.origins, return_inverse=True) for path in paths]
    alone = [Path(p.history, own, p.future) for p, (own, _) in zip(paths, begun, strict=True)]
    ends = ends_of([len(own) for own, _ in begun])
    places = [first + back for first, (_, back) in zip(ends[:-1], begun, strict=True)]
    return alone, np.concatenate(places)
