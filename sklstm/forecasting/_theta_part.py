"""The average of forecasts with those of the Theta method: `ThetaPart`."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import repeat
from typing import Any

import numpy as np

from ._in_blocks import in_blocks
from ._joined import ends_of, joined
from ._path import Path
from ._theta import theta_forecasts

MOST_ROWS = 400  # that are read; a series of more is not short
_LANES = 16
_VALUES_AT_A_TIME = 1 << 16  # of rows: what stays in the cache is quicker


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
        begins = ends_of([len(own) for own in values])[:-1]
        begins = np.repeat(begins, [len(own) for own in origins])
        whole, newest = joined(values), np.concatenate(origins)
        counts = np.minimum(newest + 1, MOST_ROWS)
        widths = -(-counts // _LANES) * _LANES  # so that no bit depends on what stands beside
        found = np.full((len(newest), steps, len(self.weights)), np.nan)
        for width in np.unique(widths).tolist():
            alike = np.flatnonzero(widths == width).tolist()
            back = np.arange(width)[::-1]
            for some in in_blocks(alike, repeat(width), _VALUES_AT_A_TIME):
                before = back >= counts[some, np.newaxis]
                places = np.maximum((begins + newest)[some, np.newaxis] - back, 0)
                for column in np.flatnonzero(self.weights):
                    rows = np.where(before, np.nan, whole[places, column])
                    found[some, :, column] = theta_forecasts(
                        rows, steps, self.season, amounts=self.amounts
                    )
        return found


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
        by_regressor = np.concatenate(predicted)[each]
    origins = [path.origins - first for path, first in zip(alone, firsts, strict=True)]
    theta = model.theta.forecasts(origins, values, steps)
    moved = model.theta.weights * (theta[each] - by_regressor)
    found += np.where(np.isfinite(moved), moved, 0.0)


def _without_noise(paths):
    """Return paths with each origin once and no errors, and the place of each origin in these."""
    begun = [np.unique(path.origins, return_inverse=True) for path in paths]
    alone = [Path(p.history, own, p.future) for p, (own, _) in zip(paths, begun, strict=True)]
    ends = ends_of([len(own) for own, _ in begun])
    places = [first + back for first, (_, back) in zip(ends[:-1], begun, strict=True)]
    return alone, np.concatenate(places)
